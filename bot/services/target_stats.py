"""The part ``targets`` of the report: each formula that our logs can give, once, and how each target stands.

What is entered from outside has no figure here. What was never written down is unknown and not 0: a commune
that began to keep its log in November knows nothing of the classes of March.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.core.periods import Period, today
from bot.core.progress import DAY, Aim, Span, Standing, counted, judge_event, judge_steps, span_of
from bot.core.vocabulary import CommuneId, TargetStatus, TrainingKind
from bot.library import Plan, plan_as_json
from bot.library.plans import Formula, Target
from bot.services import outreach_stats
from bot.services.training_stats import known_people
from storage import training_figures
from storage.database import Unit
from storage.training_figures import Count

AT_FIRST = timedelta(days=28)
"""Logs that began so soon after a target did know that nothing was done; later ones do not."""
SHARE = "%"
"""The unit of targets that need a denominator."""


class Window:
    """The days of a target that a period knows of; what was recorded in them is counted when asked for."""

    def __init__(self, unit: Unit, of: tuple[CommuneId, Plan], span: Span, end: date) -> None:
        self.unit = unit
        self.commune, self.plan = of
        self.span = span
        days = counted(span, end)
        known, whole = (Period("custom", "", one.start, one.end) for one in (days, span))
        self.days = known.start, known.end
        self.moments = known.start_at, known.end_at
        self.rest = known.end_at, whole.end_at

    def held(self, kind: TrainingKind) -> int:
        """How many trainings of a kind took place."""
        return training_figures.count_held(self.unit, self.commune, self.moments).get(kind, 0)

    def seated(self, kind: TrainingKind) -> Count:
        """The same with those who were there."""
        found = training_figures.count(self.unit, self.commune, self.moments)
        return next((one for one in found.kinds if one.key == kind), Count(kind, 0, 0, 0, 0))


@dataclass(frozen=True, slots=True)
class Done:
    """What a formula gives: None is unknown; ``recorded`` is how much was written down to count from."""

    number: int | None
    recorded: int


def _classes_held(window: Window) -> Done:
    held = window.held(TrainingKind.CLASS)
    return Done(held, held)


def _communication_sessions(window: Window) -> Done:
    held = window.held(TrainingKind.OUTREACH)
    number = outreach_stats.count_sessions(
        window.unit, window.commune, window.days, window.plan.sessions.counts, held
    )
    return Done(number, number)


def _contests_held(window: Window) -> Done:
    held = window.held(TrainingKind.CONTEST)
    return Done(held, held)


def _contestants(window: Window) -> Done:
    return _people(window.seated(TrainingKind.CONTEST))


def _people_trained(window: Window) -> Done:
    return _people(window.seated(TrainingKind.CLASS))


def _teams_active(window: Window) -> Done:
    number = training_figures.count_active_teams(
        window.unit, window.commune, window.days, window.moments
    )
    return Done(number, number)


def _people(count: Count) -> Done:
    """People of trainings; where nobody took a seat, nobody counted who was there."""
    return Done(known_people(count) if count.attendances else None, count.attendances)


FORMULAS: Mapping[Formula, Callable[[Window], Done]] = {
    Formula.CLASSES_HELD: _classes_held,
    Formula.COMMUNICATION_SESSIONS: _communication_sessions,
    Formula.CONTESTS_HELD: _contests_held,
    Formula.CONTESTANTS: _contestants,
    Formula.PEOPLE_TRAINED: _people_trained,
    Formula.TEAMS_ACTIVE: _teams_active,
}


def in_json(
    unit: Unit, of: tuple[CommuneId, Plan], period: Period, since: date | None
) -> list[dict[str, Any]]:
    """Every target of the plan with how it stands when the period is over, or today while it runs.

    ``since`` is the first day that anything is recorded of.
    """
    commune, plan = of
    at = min(period.end, today(unit.now) + DAY)
    told = {target.id: target for target in plan.targets}
    found = []
    for shown in _plain(plan):
        target = told[shown["id"]]
        validity = Span(target.starts_on, target.ends_on + DAY)
        span = span_of(validity, target.per, period.end - DAY)
        number, standing = None, Standing(TargetStatus.TOO_LITTLE_KNOWN)
        if target.formula is not None:
            window = Window(unit, (commune, plan), span, period.end)
            number, standing = _stands(target, window, at, since)
        found.append(_shown(shown, number, standing))
    return found


def _stands(
    target: Target, window: Window, at: date, since: date | None
) -> tuple[int | None, Standing]:
    """How much is done, and what that means."""
    span = window.span
    if target.formula is None or at <= span.start:
        return None, Standing(TargetStatus.NOT_YET)
    done = FORMULAS[target.formula](window)
    number = done.number if done.recorded or _is_known(window, since) else None
    if target.value is None or target.unit == SHARE:
        return number, Standing(TargetStatus.TOO_LITTLE_KNOWN)
    aim = Aim(target.op, target.value)
    if _is_one_event(target.formula, aim):
        return number, judge_event(aim, span, at, (number, _is_over(window)))
    return number, judge_steps(aim, span, at, number)


def _is_known(window: Window, since: date | None) -> bool:
    """True when nothing recorded means that nothing was done: the log was kept all the time, nearly."""
    start, end = window.days
    return since is not None and since < end and since <= start + AT_FIRST


def _is_one_event(formula: Formula, aim: Aim) -> bool:
    return formula is Formula.CONTESTANTS or (formula is Formula.CONTESTS_HELD and aim.least == 1)


def _is_over(window: Window) -> bool:
    """True when a contest took place and no further one is planned."""
    if not window.held(TrainingKind.CONTEST):
        return False
    return not training_figures.has_contest_to_come(window.unit, window.commune, window.rest)


def _plain(plan: Plan) -> Sequence[dict[str, Any]]:
    found = plan_as_json(plan)["targets"]
    if not isinstance(found, list):
        raise TypeError("a plan's targets are a list")
    return found


def _shown(target: dict[str, Any], number: int | None, standing: Standing) -> dict[str, Any]:
    kept = ("id", "title", "unit", "op", "value", "value_to", "level", "per")
    progress = {
        "opening": None,
        "done": number,
        "percent": standing.percent,
        "status": standing.status.value,
        "rest": standing.rest,
        "days_left": standing.days_left,
        "need_per_week": standing.need_per_week,
        "forecast": None,
    }
    return (
        {key: target[key] for key in kept if key in target}
        | progress
        | {"source": target["source"]}
    )
