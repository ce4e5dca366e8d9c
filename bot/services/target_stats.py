"""The part ``targets`` of the report: each formula that our logs can give, once, and how each target stands.

What is entered from outside has no figure here. What was never written down is unknown and not 0: a commune
that began to keep its log in November knows nothing of the classes of March.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from bot.core.periods import Period, today
from bot.core.progress import DAY, Aim, Span, Standing, counted, judge_event, judge_steps, span_of
from bot.core.vocabulary import CommuneId, TargetStatus, TrainingKind
from bot.library import Plan, plan_as_json
from bot.library.plans import Formula, Target
from bot.services import log_starts, outreach_stats
from bot.services.log_starts import Starts
from bot.services.training_stats import known_people
from storage import training_figures
from storage.database import Unit
from storage.training_figures import Count

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
        self.rest = min(known.end_at, unit.now), whole.end_at

    def held(self, kind: TrainingKind) -> int:
        """How many trainings of a kind took place."""
        return training_figures.count_held(self.unit, self.commune, self.moments).get(kind, 0)

    def seated(self, kind: TrainingKind) -> Count:
        """The same with those who were there."""
        found = training_figures.count(self.unit, self.commune, self.moments)
        return next((one for one in found.kinds if one.key == kind), Count(kind, 0, 0, 0, 0))


@dataclass(frozen=True, slots=True)
class Done:
    """What a formula gives: None is unknown; ``recorded`` is how much was written down to count from.

    ``without_person`` are attendances of nobody known, who may be as many people more.
    """

    number: int | None
    recorded: int
    without_person: int = 0


class Gap(StrEnum):
    """Why too little is known of a target."""

    NOT_WRITTEN = "not_written"
    NO_SEAT = "no_seat"
    NO_PERSON = "no_person"
    NO_WHOLE = "no_whole"


@dataclass(frozen=True, slots=True)
class Found:
    """How a target stands; ``gap`` is why nobody can tell, where nobody can."""

    number: int | None
    standing: Standing
    gap: Gap | None = None


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
    """People of trainings; of one that was held without a seat taken nobody counted who was there."""
    return Done(known_people(count), count.held, count.without_person)


FORMULAS: Mapping[Formula, Callable[[Window], Done]] = {
    Formula.CLASSES_HELD: _classes_held,
    Formula.COMMUNICATION_SESSIONS: _communication_sessions,
    Formula.CONTESTS_HELD: _contests_held,
    Formula.CONTESTANTS: _contestants,
    Formula.PEOPLE_TRAINED: _people_trained,
    Formula.TEAMS_ACTIVE: _teams_active,
}


def _since(starts: Starts, plan: Plan, formula: Formula) -> date | None:
    """The day on which the log that a formula counts from was begun."""
    if formula is Formula.COMMUNICATION_SESSIONS:
        return starts.of_units(plan.sessions.counts)
    return starts.of_teams if formula is Formula.TEAMS_ACTIVE else starts.trainings


def in_json(unit: Unit, of: tuple[CommuneId, Plan], period: Period) -> list[dict[str, Any]]:
    """Every target of the plan with how it stands when the period is over, or today while it runs."""
    commune, plan = of
    starts = log_starts.find(unit, commune)
    at = min(period.end, today(unit.now) + DAY)
    told = {target.id: target for target in plan.targets}
    found = []
    for shown in _plain(plan):
        target = told[shown["id"]]
        validity = Span(target.starts_on, target.ends_on + DAY)
        span = span_of(validity, target.per, period.end - DAY)
        known = Found(None, Standing(TargetStatus.TOO_LITTLE_KNOWN))
        if target.formula is not None:
            window = Window(unit, (commune, plan), span, period.end)
            is_kept = log_starts.is_kept(_since(starts, plan, target.formula), window.days)
            known = _stands((target, target.formula), window, at, is_kept=is_kept)
        found.append(_shown(shown, known))
    return found


def _stands(of: tuple[Target, Formula], window: Window, at: date, *, is_kept: bool) -> Found:
    """How much is done, and what that means; ``is_kept`` where nothing written means that nothing was."""
    target, formula = of
    if at <= window.span.start:
        return Found(None, Standing(TargetStatus.NOT_YET))
    done = FORMULAS[formula](window)
    number = done.number if done.recorded or is_kept else None
    if target.value is None or target.unit == SHARE:
        gap = _gap(done) if number is None else Gap.NO_WHOLE
        return Found(number, Standing(TargetStatus.TOO_LITTLE_KNOWN), gap)
    aim = Aim(target.op, target.value)
    standing = _judge((aim, formula), window, at, number)
    if standing.status is TargetStatus.TOO_LITTLE_KNOWN:
        return Found(number, standing, _gap(done))
    if number is not None and done.without_person and standing.status is TargetStatus.BEHIND:
        most = _judge((aim, formula), window, at, number + done.without_person)
        if most.status is not TargetStatus.BEHIND:
            return Found(number, Standing(TargetStatus.TOO_LITTLE_KNOWN), Gap.NO_PERSON)
    return Found(number, standing)


def _judge(of: tuple[Aim, Formula], window: Window, at: date, number: int | None) -> Standing:
    aim, formula = of
    if _is_one_event(formula, aim):
        return judge_event(aim, window.span, at, (number, _is_over(window)))
    return judge_steps(aim, window.span, at, number)


def _gap(done: Done) -> Gap:
    """Why the number of a formula is unknown."""
    if done.without_person:
        return Gap.NO_PERSON
    return Gap.NO_SEAT if done.recorded else Gap.NOT_WRITTEN


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


def _shown(target: dict[str, Any], found: Found) -> dict[str, Any]:
    standing = found.standing
    kept = ("id", "title", "unit", "op", "value", "value_to", "level", "per")
    progress = {
        "opening": None,
        "done": found.number,
        "percent": standing.percent,
        "status": standing.status.value,
        "gap": found.gap.value if found.gap is not None else None,
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
