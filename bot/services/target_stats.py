"""The part ``targets`` of the report: each formula that our logs can give, once, and how each target stands.

What is entered from outside is what was read last; nothing is computed of it. What was never written down is
unknown and not 0: a commune that began to keep its log in November knows nothing of the classes of March,
unless the office carried over what was done until then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.core.forecast import FORTNIGHT
from bot.core.numbers import plain
from bot.core.periods import Period, today
from bot.core.progress import DAY, Span, counted, span_of
from bot.core.vocabulary import CommuneId, TargetStatus, TrainingKind
from bot.library import Plan
from bot.library.plans import Formula, Target, target_as_json
from bot.services import (
    log_starts,
    outreach_stats,
    reading_standing,
    standing,
    target_facts,
    targets,
)
from bot.services.growth import Case
from bot.services.log_starts import Starts
from bot.services.standing import Counted, Gap, Judge, Judged
from bot.services.target_facts import Facts
from bot.services.targets import InForce
from bot.services.training_stats import known_people
from storage import training_figures
from storage.database import Unit
from storage.target_readings import Reading
from storage.training_figures import Count, Moments


class Book:
    """What one report reads of the logs for all its targets."""

    def __init__(self, unit: Unit, commune: CommuneId, plan: Plan) -> None:
        self.unit, self.commune, self.plan = unit, commune, plan

    def seated(self, moments: Moments, kind: TrainingKind) -> Count:
        """Trainings of a kind with those who were there."""
        found = training_figures.count(self.unit, self.commune, moments)
        found_of = (one for one in found.kinds if one.key == kind)
        return next(found_of, Count(kind, 0, 0, 0, 0))


class Window:
    """The days of a target that a period knows of; what was recorded in them is counted when asked for.

    ``opening`` was done before these days; the days of ``within`` begin and end at its hour.
    """

    def __init__(self, book: Book, span: Span, end: date, within: Period | None = None) -> None:
        self.unit, self.commune, self.plan = book.unit, book.commune, book.plan
        self.book, self.span, self._within = book, span, within
        self.opening: int | None = None
        self._count(counted(span, end))

    def carry(self, opening: Reading) -> None:
        """Begin to count on the day after the opening, which stands for what was done until then."""
        start, end = self.days
        self.opening = target_facts.opening_number(opening)
        self._count(Span(min(target_facts.own_since(opening, start), end), end))

    def _count(self, days: Span) -> None:
        known = Period("custom", "", days.start, days.end)
        self.days = known.start, known.end
        self.moments = _moments(known, self._within)

    def held(self, kind: TrainingKind) -> int:
        """How many trainings of a kind took place."""
        return training_figures.count_held(self.unit, self.commune, self.moments).get(kind, 0)

    def seated(self, kind: TrainingKind) -> Count:
        """The same with those who were there."""
        return self.book.seated(self.moments, kind)


def _moments(days: Period, within: Period | None) -> Moments:
    """The first and the last moment of the days; those of a period begin and end at its hour."""
    if within is None:
        return days.start_at, days.end_at
    begins = within.start_at if days.start == within.start else days.start_at
    return begins, min(days.end_at, within.end_at)


@dataclass(frozen=True, slots=True)
class Done:
    """What a formula gives: None is unknown; ``recorded`` is how much was written down to count from.

    ``without_person`` are attendances of nobody known, who may be as many people more.
    """

    number: int | None
    recorded: int
    without_person: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """How much there is of a target, and how it stands; ``number`` holds the opening.

    ``rest`` is what is missing of a figure that is not counted one by one.
    """

    number: float | None
    judged: Judged
    rest: float | None = None
    in_period: int | None = None
    opening: Reading | None = None
    reading: Reading | None = None


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
    """Every target in force at the end of the period, with how it stands then, or today while it runs."""
    at = min(period.end, today(unit.now) + DAY)
    counting = _Counting(unit, of, at)
    found = []
    for in_force in counting.facts.targets:
        target = in_force.target
        validity = Span(target.starts_on, target.ends_on + DAY)
        span = span_of(validity, target.per, period.end - DAY)
        if target.formula is None:
            known = counting.read(target, span)
        else:
            known = counting.compute((target, target.formula), span, period)
        days = counted(span, min(at, period.end))
        guided = counting.facts.guided_on(target, (days.start, days.end))
        found.append(_shown(in_force, known, counting.facts) | {"guided": guided})
    return found


class _Counting:
    """What the targets of one report share: the facts, the logs, the judge."""

    def __init__(self, unit: Unit, of: tuple[CommuneId, Plan], at: date) -> None:
        self.unit, self.at = unit, at
        self.commune, self.plan = of
        self.facts = target_facts.find(unit, of, at - DAY)
        self.starts = log_starts.find(unit, self.commune)
        self.judge = Judge(unit, self.commune, self.plan)
        self.book = Book(unit, self.commune, self.plan)
        earlier = targets.of_day(unit, self.commune, self.plan, at - DAY - FORTNIGHT)
        self.before = {one.target.id: one.target for one in earlier}

    def read(self, target: Target, span: Span) -> Found:
        """How a target stands by what was read last."""
        reading = self.facts.reading(target, span)
        figure = reading.figure if reading is not None else None
        stands = reading_standing.judge_reading(self.plan, (target, span, self.at), figure)
        is_unknown = stands.status is TargetStatus.TOO_LITTLE_KNOWN
        number = figure.number if figure is not None else None
        is_due = stands.status in (TargetStatus.BEHIND, TargetStatus.ON_TRACK)
        return Found(
            plain(number) if number is not None else None,
            Judged(stands, Gap.NOT_READ if is_unknown else None),
            reading_standing.missing(target, number) if is_due else None,
            reading=reading,
        )

    def compute(self, what: tuple[Target, Formula], span: Span, period: Period) -> Found:
        """How a target stands by our own logs, on top of what was carried over."""
        target, formula = what
        window = Window(self.book, span, period.end)
        opening = self.facts.opening(target, span)
        if opening is not None:
            window.carry(opening)
        since = _since(self.starts, self.plan, formula)
        case = Case(target, formula, span, self.at, since, window.days[0])
        if self.at <= span.start:
            return Found(None, self.judge.stands(case, Counted(None)))
        done = _done(formula, window)
        is_kept = log_starts.is_kept(since, window.days)
        number = done.number if done.recorded or is_kept else None
        whole, before = self.facts.denominator(target), self.before.get(target.id)
        seen = Counted(
            number,
            done.without_person,
            opening=window.opening or 0,
            whole=whole.number if whole is not None else None,
            before=before if before != target else None,
        )
        judged = self.judge.stands(case, seen)
        if judged.standing.status is TargetStatus.TOO_LITTLE_KNOWN and judged.gap is None:
            judged = replace(judged, gap=_gap(done))
        return Found(
            number,
            judged,
            in_period=self._in_period((formula, since), span, period),
            opening=opening,
        )

    def _in_period(self, of: tuple[Formula, date | None], span: Span, period: Period) -> int | None:
        """What our own log gives of the days that the period and the span share."""
        formula, since = of
        part = Span(max(span.start, period.start), min(span.end, period.end))
        if part.start >= min(part.end, self.at):
            return None
        own = Window(self.book, part, period.end, period)
        done = FORMULAS[formula](own)
        is_kept = log_starts.is_kept(since, own.days, log_starts.AT_ONCE)
        return done.number if done.recorded or is_kept else None


def _done(formula: Formula, window: Window) -> Done:
    """What a formula gives on top of what was carried over, which makes it known."""
    own = FORMULAS[formula](window)
    if window.opening is None:
        return own
    return Done(window.opening + (own.number or 0), own.recorded + 1, own.without_person)


def _gap(done: Done) -> Gap:
    """Why the number of a formula is unknown."""
    if done.without_person:
        return Gap.NO_PERSON
    return Gap.NO_SEAT if done.recorded else Gap.NOT_WRITTEN


def _shown(in_force: InForce, found: Found, facts: Facts) -> dict[str, Any]:
    target, judged, stands = in_force.target, found.judged, found.judged.standing
    opening, version = found.opening, in_force.version
    kept = ("id", "title", "unit", "op", "value", "value_to", "level", "per", "kind", "owner")
    said = target_as_json(target)
    return {key: said[key] for key in kept if key in said} | {
        "focus": target.focus,
        "in_period": found.in_period,
        "opening": target_facts.opening_number(opening),
        "opening_on": opening.as_of.isoformat() if opening is not None else None,
        "opening_source": opening.source if opening is not None else None,
        "done": found.number,
        "reading": target_facts.reading_json(found.reading),
        "denominator": facts.denominator_json(target),
        "percent": stands.percent,
        "status": stands.status.value,
        "confirmed": judged.confirmed,
        "status_confirmed": judged.status_confirmed.value if judged.status_confirmed else None,
        "flip": judged.flip.value if judged.flip is not None else None,
        "gap": judged.gap.value if judged.gap is not None else None,
        "rest": stands.rest if stands.rest is not None else found.rest,
        "days_left": stands.days_left,
        "need_per_week": stands.need_per_week,
        "forecast": standing.forecast_in_json(judged.forecast),
        "version": version.number if version is not None else None,
        "changed_on": _day(version.valid_from) if version is not None else None,
        "conflicts_with": target.conflicts_with,
        "set_aside": in_force.is_set_aside,
        "note": None,
        "estimate": None,
        "source": target.source,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
