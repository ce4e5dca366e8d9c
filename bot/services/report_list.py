"""The periods that an office reports of, by its plan's habits, and where each of them stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.core.named_periods import before, holding
from bot.core.periods import Period, today
from bot.core.vocabulary import Audience
from bot.library import Plan
from bot.library.duty import DAYS
from bot.services import closings, deadlines, period_report, unit_desk
from bot.services.closings import Closing, Event
from bot.services.period_report import Asked
from bot.services.unit_reports import Here
from storage.communes import Commune
from storage.database import Unit

USUAL = ("month", "quarter", "year")
"""What is listed where a plan names no deadline."""


@dataclass(frozen=True, slots=True)
class Line:
    """A period of the list; without a closing it is a draft that is counted anew each time."""

    period: Period
    closing: Closing | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """What the list shows: periods of the plan's habits, and those that were closed besides."""

    today: date
    usual: Sequence[Line]
    others: Sequence[Line]
    last_weekday: int  # of the office's week


@dataclass(frozen=True, slots=True)
class Shown:
    """One period: its report as it leaves the office, where it stands, and all that was done to it."""

    line: Line
    today: date
    cut_off: date  # the last day to count where it is closed before it is over: of its deadline, else today
    body: Mapping[str, Any]
    events: Sequence[Event]
    waiting: Sequence[str]  # units that have not sent their report


def last_weekday(plan: Plan) -> int:
    """The day on which the week of the office ends; Monday is 1."""
    return DAYS.index(plan.report.week.last_day) + 1


def usual_periods(plan: Plan, day: date) -> list[Period]:
    """This period and the one before, of each kind that the plan's deadlines are about."""
    told = [deadline.window for deadline in plan.deadlines if deadline.window is not None]
    kinds = dict.fromkeys(told or USUAL)
    found = []
    for kind in kinds:
        now = holding(kind, day, last_weekday(plan))
        found += [now, before(now)]
    return found


def read_list(unit: Unit, commune: Commune, plan: Plan) -> Listing:
    """The list, and the newest of those that were closed besides."""
    day = today(unit.now)
    usual = usual_periods(plan, day)
    lines = [_line(unit, commune, period) for period in usual]
    names = {(one.kind, one.key) for one in usual}
    others = [
        Line(closings.period_of(one), one, is_over=one.ends_on < day)
        for one in closings.list_newest(unit, commune.id)
        if (one.kind, one.key) not in names
    ]
    return Listing(day, lines, others, last_weekday(plan))


def read_one(unit: Unit, asked: Asked) -> Shown:
    """One period as it leaves the office."""
    commune, period = asked.commune, asked.period
    calendar = deadlines.read(unit, commune.id, asked.plan)
    day = today(unit.now)
    dues = [one.due for one in calendar.of_window(period)]
    return Shown(
        line=_line(unit, commune, period),
        today=day,
        cut_off=max((one.cut_off for one in dues if one.until and one.cut_off <= day), default=day),
        body=period_report.find(unit, commune, asked.plan, period, Audience.OUTGOING),
        events=closings.list_events(unit, commune.id, period),
        waiting=unit_desk.list_missing(Here(unit, commune, asked.plan), period, calendar),
    )


def _line(unit: Unit, commune: Commune, period: Period) -> Line:
    closing = closings.find(unit, commune.id, period)
    return Line(period, closing, is_over=period.end <= today(unit.now))
