"""How a target that our logs give a number of stands, by all lines and by those that are confirmed.

The rules are those of ``bot/core/progress.py`` and ``bot/core/forecast.py``, told in ``docs/figures.md``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from bot.core import forecast as pacing
from bot.core.forecast import FORTNIGHT, Facts, Flip, Forecast, Lack, Log, Turn
from bot.core.progress import (
    DAY,
    Aim,
    Span,
    Standing,
    judge_event,
    judge_level,
    judge_steps,
    rounded,
    with_breaks,
)
from bot.core.vocabulary import CommuneId, TargetStatus
from bot.core.year_weights import Days
from bot.library import Plan
from bot.library.plans import Formula, Target
from bot.services.growth import Case, Growths
from storage.database import Unit

SHARE = "%"
"""The unit of targets that need a denominator."""


class Gap(StrEnum):
    """Why too little is known of a target."""

    NOT_WRITTEN = "not_written"
    NO_SEAT = "no_seat"
    NO_PERSON = "no_person"
    NO_WHOLE = "no_whole"
    NOT_READ = "not_read"
    FEW_WEEKS = "few_weeks"
    FEW_TEAMS = "few_teams"


@dataclass(frozen=True, slots=True)
class Counted:
    """What there is of a target. ``opening`` is a part of ``number``; ``whole`` is what a share is of.

    ``without_person`` are attendances of nobody known, who may be as many people more. ``before`` is the
    target as it was in force a fortnight before, where that was another one.
    """

    number: int | None
    without_person: int = 0
    opening: int = 0
    whole: int | None = None
    before: Target | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """How it stands. ``confirmed`` is how much of the number is; ``flip`` is why the status changed."""

    standing: Standing
    gap: Gap | None = None
    confirmed: int | None = None
    status_confirmed: TargetStatus | None = None
    forecast: Forecast | None = None
    flip: Flip | None = None


TOO_LITTLE = Standing(TargetStatus.TOO_LITTLE_KNOWN)
Rule = Callable[[date, Facts], Standing]


def aim_of(target: Target, whole: int | None) -> Aim | None:
    """What is asked for, in what is counted; None for a level, and for a share of nobody knows what."""
    if target.value is None:
        return None
    calendar = tuple((one.by, one.value) for one in target.calendar)
    aim = Aim(target.op, target.value, calendar)
    if target.unit != SHARE:
        return aim
    return aim.of_share(whole) if whole else None


def is_one_event(formula: Formula, aim: Aim) -> bool:
    """True for what one day decides."""
    return formula is Formula.CONTESTANTS or (formula is Formula.CONTESTS_HELD and aim.least == 1)


def forecast_in_json(found: Forecast | None) -> dict[str, float] | None:
    """In whole people; where nobody can tell, nothing."""
    if found is None:
        return None
    ends = {"low": found.low, "mid": found.mid, "high": found.high}
    return {name: rounded(end, "1") for name, end in ends.items()}


def judge_entered(
    plan: Plan, case: tuple[Target, Span, date], read: float | bool | None
) -> Standing:
    """How a target stands that is read from outside, on the day that is not counted any more.

    ``read`` is the number in the unit of the target; of a level, whether it is what the plan asks for.
    """
    target, span, at = case
    span = with_breaks(span, breaks_of(plan))
    if target.value is None or isinstance(read, bool):
        return judge_level(span, at, read if isinstance(read, bool) else None)
    calendar = tuple((one.by, one.value) for one in target.calendar)
    return judge_steps(Aim(target.op, target.value, calendar), span, at, read)


def breaks_of(plan: Plan) -> Iterator[Days]:
    """What the plan declares off."""
    return ((one.starts_on, one.ends_on + DAY) for one in plan.breaks)


class Judge:
    """Judges the targets of one plan."""

    def __init__(self, unit: Unit, commune: CommuneId, plan: Plan) -> None:
        self.growths, self.plan = Growths(unit, commune, plan), plan

    def stands(self, case: Case, seen: Counted) -> Judged:
        """How the target stands when the days before ``case.at`` are over."""
        case = replace(case, span=with_breaks(case.span, breaks_of(self.plan)))
        if case.at <= case.span.start:
            return Judged(Standing(TargetStatus.NOT_YET))
        aim = aim_of(case.target, seen.whole)
        if aim is None:
            return Judged(TOO_LITTLE, Gap.NO_WHOLE if seen.number is not None else None)
        if seen.number is None:
            return Judged(self.rule(case, aim)(case.at, Facts(None)))
        return _Hearing(self, case, aim, seen).decide(seen.number)

    def rule(self, case: Case, aim: Aim) -> Rule:
        """What is asked of the facts of a day."""
        if is_one_event(case.formula, aim):
            is_over = self.growths.contest_over(case)
            return lambda day, facts: judge_event(aim, case.span, day, (facts.done, is_over(day)))
        if case.formula is Formula.PEOPLE_TRAINED:
            return lambda day, facts: pacing.judge_people(
                aim, case.span, day, (facts.done, facts.pace)
            )
        return lambda day, facts: judge_steps(aim, case.span, day, facts.done)


class _Hearing:
    """One target whose number is known, with all that the log says of it."""

    def __init__(self, judge: Judge, case: Case, aim: Aim, seen: Counted) -> None:
        self.judge, self.case, self.aim, self.seen = judge, case, aim, seen
        self.rule = judge.rule(case, aim)
        self.grown = judge.growths.of(case)
        self.is_paced = case.formula is Formula.PEOPLE_TRAINED and not aim.is_ceiling
        self.teams = judge.growths.teams(case.at - DAY) if self.is_paced else frozenset[int]()

    def decide(self, number: int) -> Judged:
        """Everything that the report says of it."""
        at, then = self.case.at, self.case.at - FORTNIGHT
        grown, confirmed = self.grown, self._confirmed()
        stands, is_waiting = self._settled(number, grown.done)
        found = Judged(stands, confirmed=confirmed, forecast=self._forecast(number))
        if confirmed is not None and grown.confirmed is not None:
            sure, _ = self._settled(confirmed, grown.confirmed)
            found = replace(found, status_confirmed=sure.status)
        if stands.status is TargetStatus.BEHIND and self._may_be_enough(number):
            return replace(found, standing=TOO_LITTLE, gap=Gap.NO_PERSON)
        lack = self._lack(at)
        if stands.status is TargetStatus.TOO_LITTLE_KNOWN and lack is not None:
            found = replace(found, gap=Gap(lack.value))
        if is_waiting:
            return replace(found, flip=Flip.WAITS)
        since = self.case.since
        if then <= self.case.span.start or since is None or since > then:
            return found
        return replace(found, flip=self._flip(number))

    def _settled(self, number: int, new: Counter[date]) -> tuple[Standing, bool]:
        """How it stands, and whether today alone would say otherwise."""
        span, at = self.case.span, self.case.at
        stands = self.rule(at, self._facts(at, number, new))
        if not self.is_paced:
            return stands, False

        def facts(day: date) -> Facts:
            return self._facts(day, number - _since(new, day), new)

        days = (pacing.first_look(span, at), at)
        status = pacing.settle(self._status, facts, days)
        return replace(stands, status=status), status is not stands.status

    def _status(self, day: date, facts: Facts) -> TargetStatus:
        return self.rule(day, facts).status

    def _facts(self, day: date, done: int, new: Counter[date]) -> Facts:
        if not self.is_paced:
            return Facts(done)
        weeks = self._weeks(day, new)
        is_enough = pacing.lack_of(weeks, self.teams) is None
        return Facts(done, pacing.known_pace(weeks) if is_enough else None)

    def _weeks(self, day: date, new: Counter[date]) -> list[pacing.Week]:
        log, span = Log(new, self.judge.growths.sent(self.case.at)), self.case.span
        if self.case.own_from is not None:  # who was new before is in the opening, week unknown
            span = replace(span, start=min(max(span.start, self.case.own_from), span.end))
        return pacing.weeks_before(log, span, day)

    def _lack(self, day: date) -> Lack | None:
        if not self.is_paced:
            return None
        return pacing.lack_of(self._weeks(day, self.grown.done), self.teams)

    def _confirmed(self) -> int | None:
        """What was carried over has a source of its own, and is as good as confirmed."""
        if self.grown.confirmed is None:
            return None
        return self.seen.opening + self.grown.confirmed.total()

    def _may_be_enough(self, number: int) -> bool:
        """True when seats of nobody known could be the people that are missing."""
        if not self.seen.without_person:
            return False
        new = self.grown.done + self.grown.unknown
        most = self._facts(self.case.at, number + self.seen.without_person, new)
        return self.rule(self.case.at, most).status is not TargetStatus.BEHIND

    def _forecast(self, number: int) -> Forecast | None:
        """By the pace of today; what is over has an end and no forecast."""
        span, at = self.case.span, self.case.at
        if not self.is_paced or at >= span.end:
            return None
        pace = pacing.known_pace(self._weeks(at, self.grown.done))
        if pace is None:
            return None
        return pacing.forecast(number, span.weeks_left(at), pace, self.seen.whole)

    def _flip(self, number: int) -> Flip | None:
        at, then, grown = self.case.at, self.case.at - FORTNIGHT, self.grown
        told = sum(count for day, count in grown.told.items() if day < then)
        turn = Turn(
            at,
            now=self._facts(at, number, grown.done),
            before=self._facts(then, number - _since(grown.done, then), grown.done),
            told_before=self._facts(then, self.seen.opening + told, grown.told),
            judge_then=self._judge_before(),
        )
        return pacing.flip_of(self._status, turn)

    def _judge_before(self) -> pacing.Judge | None:
        before = self.seen.before
        aim = aim_of(before, self.seen.whole) if before is not None else None
        if aim is None:
            return None
        rule = self.judge.rule(self.case, aim)
        return lambda day, facts: rule(day, facts).status


def _since(new: Counter[date], first: date) -> int:
    return sum(count for day, count in new.items() if day >= first)
