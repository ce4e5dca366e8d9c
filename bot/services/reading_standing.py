"""How a target stands by a figure that was read from outside.

A share is no more than what its source says: its percentage is the number itself and nothing is divided.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from bot.core.numbers import plain
from bot.core.progress import Aim, Span, Standing, percent_of
from bot.library import Plan
from bot.library.plans import Target
from bot.services.standing import SHARE as SHARE
from bot.services.standing import judge_entered
from storage.target_readings import Figure


def judge_reading(plan: Plan, case: tuple[Target, Span, date], figure: Figure | None) -> Standing:
    """By the newest figure; the day of the case is the first that is not counted yet.

    A level that is not reached yet is not due before the end of the span: no line leads to it.
    """
    target = case[0]
    if target.value is None:
        return judge_entered(plan, case, figure.is_reached if figure is not None else None)
    number = figure.number if figure is not None else None
    found = judge_entered(plan, case, number)
    if number is None:
        return found
    percent = _percent(target, Aim(target.op, target.value), number)
    return replace(found, percent=percent, rest=None, need_per_week=None)


def missing(target: Target, number: float | None) -> float | None:
    """What is missing to the aim, in its unit; None where nothing is, or no figure tells it."""
    if target.value is None or number is None or Aim(target.op, target.value).is_ceiling:
        return None
    rest = Decimal(str(target.value)) - Decimal(str(number))
    return plain(rest) if rest > 0 else None


def _percent(target: Target, aim: Aim, number: float) -> float | None:
    if target.unit == SHARE:
        return float(Decimal(str(number)).quantize(Decimal("0.1"), ROUND_HALF_UP))
    return None if aim.is_ceiling else percent_of(number, aim.value)
