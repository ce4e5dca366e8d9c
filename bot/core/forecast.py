"""Coverage of people: how many there will be at the end when weeks go on as the last ones did.

Each rule is told in ``docs/figures.md``. New people grow scarcer as coverage rises, so a line is the generous
case: who does not arrive by it is behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from bot.core.progress import DAY, Aim, Span, Standing, judge_steps, standing
from bot.core.vocabulary import TargetStatus

WEEK = timedelta(days=7)
FORTNIGHT = timedelta(days=14)
WEEKS = 8
"""How many weeks back the pace is taken from."""
LEAST_WEEKS = 4
"""So many of them need a line in the log."""
LEAST_TEAMS = Fraction(70, 100)
"""So large a part of the teams has to have sent something in them."""
GENEROUS = "figures.generous"
"""The footnote below each forecast: an id of the catalogue."""


@dataclass(frozen=True, slots=True)
class Pace:
    """New people a week: the quartiles of the last weeks."""

    low: Fraction
    mid: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Forecast:
    """People at the end of the span, if weeks go on so."""

    low: Fraction
    mid: Fraction
    high: Fraction


class Lack(StrEnum):
    """What is missing before anybody may judge a pace."""

    WEEKS = "few_weeks"
    TEAMS = "few_teams"


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days without a break; ``new`` is None where nobody sent a line, which is not 0."""

    start: date
    new: int | None
    teams: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Log:
    """What is known of days: new people of each, and the teams that sent a line of it, or nobody's team."""

    new: Mapping[date, int]
    sent: Mapping[date, frozenset[int]]


def weeks_before(log: Log, span: Span, at: date) -> list[Week]:
    """The last eight weeks of the span, counted back from ``at``; one that a break touches is left out."""
    found: list[Week] = []
    start = at - WEEK
    while start >= span.start and len(found) < WEEKS:
        if span.weight(start, start + WEEK) == WEEK.days:
            days = [start + timedelta(days=number) for number in range(WEEK.days)]
            said = [log.sent[day] for day in days if day in log.sent]
            new = sum(log.new.get(day, 0) for day in days) if said else None
            found.append(Week(start, new, frozenset().union(*said)))
        start -= WEEK
    return found


def pace_of(weeks: Sequence[int]) -> Pace | None:
    """The quartiles, between neighbours by proportion (both ends belong in); None of fewer than four weeks.

    >>> pace_of([130, 130, 160, 195, 195]).mid
    Fraction(160, 1)
    """
    if len(weeks) < LEAST_WEEKS:
        return None
    ordered = sorted(weeks)

    def quartile(number: int) -> Fraction:
        whole, rest = divmod((len(ordered) - 1) * number, 4)
        above = ordered[min(whole + 1, len(ordered) - 1)]
        return ordered[whole] + Fraction(rest, 4) * (above - ordered[whole])

    return Pace(*map(quartile, (1, 2, 3)))


def known_pace(weeks: Sequence[Week]) -> Pace | None:
    """The pace of the weeks in which somebody sent a line; None where ``pace_of`` finds none in them."""
    return pace_of([week.new for week in weeks if week.new is not None])


def lack_of(weeks: Sequence[Week], teams: frozenset[int]) -> Lack | None:
    """Why nothing may be judged by these weeks: too few of them, or of the teams in them, sent a line.

    Where there is no team, none can have sent.
    """
    told = [week for week in weeks if week.new is not None]
    if len(told) < LEAST_WEEKS:
        return Lack.WEEKS
    sent = teams & frozenset().union(*(week.teams for week in told))
    if not teams or Fraction(len(sent), len(teams)) < LEAST_TEAMS:
        return Lack.TEAMS
    return None


def forecast(done: int, weeks_left: Fraction, pace: Pace, most: int | None = None) -> Forecast:
    """What is done, and the weeks that are left at that pace; never more people than there are."""
    ends = [done + speed * weeks_left for speed in (pace.low, pace.mid, pace.high)]
    if most is not None:
        ends = [min(end, Fraction(max(most, done))) for end in ends]
    return Forecast(*ends)


def judge_people(aim: Aim, span: Span, at: date, seen: tuple[int | None, Pace | None]) -> Standing:
    """Coverage: behind when even the high end of the forecast misses; not judged without a pace.

    ``seen`` is how many people there are, and the pace where it may be judged by. A ceiling knows no pace.
    """
    done, pace = seen
    if done is None or aim.is_ceiling or at <= span.start or at >= span.end or aim.is_met(done):
        return judge_steps(aim, span, at, done)
    if pace is None:
        return standing(TargetStatus.TOO_LITTLE_KNOWN, aim, done, (span, at))
    high = forecast(done, span.weeks_left(at), pace).high
    arrives = high > aim.value if aim.op == ">" else high >= aim.value
    status = TargetStatus.ON_TRACK if arrives else TargetStatus.BEHIND
    return standing(status, aim, done, (span, at))


class Flip(StrEnum):
    """Why a status is another one than a fortnight before: ids of the catalogue."""

    PLAN = "flip.plan-changed"
    CORRECTION = "flip.correction"
    EVIDENCE = "flip.evidence"
    PACE = "flip.pace"
    DAY = "flip.day-passed"
    DONE = "flip.more-done"
    LESS = "flip.less-done"
    WAITS = "flip.waits"  # it turned less than a fortnight ago; the pace of today says otherwise


@dataclass(frozen=True, slots=True)
class Facts:
    """What a status follows from; ``pace`` is only of what is judged by it."""

    done: int | None
    pace: Pace | None = None


Judge = Callable[[date, Facts], TargetStatus]


def first_look(span: Span, at: date) -> date:
    """The day from which on a status is followed: a beginning of a fortnight, at least two before ``at``.

    Fortnights are counted from the first day of the span, so all days of one are followed from the same day.
    """
    gone = max((at - span.start).days, 0) // FORTNIGHT.days
    return span.start + max(gone - 2, 0) * FORTNIGHT


def settle(judge: Judge, facts: Callable[[date], Facts], days: tuple[date, date]) -> TargetStatus:
    """The status on the second day, followed from the first: the pace alone turns it once a fortnight.

    What was done, the days that went by, and whether enough is known turn it at once: there the pace of the
    last turn would say the same.
    """
    day, at = days
    turned_on, known = day - FORTNIGHT, facts(day)
    status, pace = judge(day, known), known.pace
    while day < at:
        day += DAY
        known = facts(day)
        fresh = judge(day, known)
        if fresh is status:
            continue
        by_pace = {fresh, status} == {TargetStatus.BEHIND, TargetStatus.ON_TRACK}
        is_free = day - turned_on >= FORTNIGHT or not by_pace
        if is_free or judge(day, Facts(known.done, pace)) is fresh:
            status, pace, turned_on = fresh, known.pace, day
    return status


@dataclass(frozen=True, slots=True)
class Turn:
    """A target now and a fortnight before: as it was written down then, and as it is known now.

    ``judge_then`` goes by the plan that was in force then, where that was another one.
    """

    at: date
    now: Facts
    before: Facts
    told_before: Facts
    judge_then: Judge | None = None


def flip_of(judge: Judge, turn: Turn) -> Flip | None:
    """Why the status is another one than it was told a fortnight before; None where it is the same.

    What alone would have turned it is asked for in order: another plan, lines that came late or were taken
    back, the days that went by, what was done, and the pace.
    """
    then, now = turn.at - FORTNIGHT, judge(turn.at, turn.now)
    told = (turn.judge_then or judge)(then, turn.told_before)
    if told is now:
        return None
    return next(_reasons(judge, turn, (told, now)), Flip.PACE)


def _reasons(
    judge: Judge, turn: Turn, statuses: tuple[TargetStatus, TargetStatus]
) -> Iterator[Flip]:
    then, (told, now) = turn.at - FORTNIGHT, statuses
    if judge(then, turn.told_before) is not told:
        yield Flip.PLAN
    if judge(then, turn.before) is not told:
        yield Flip.CORRECTION
    if TargetStatus.TOO_LITTLE_KNOWN in (told, now):
        yield Flip.EVIDENCE
    if judge(turn.at, turn.before) is now:
        yield Flip.DAY
    if judge(turn.at, Facts(turn.now.done, turn.before.pace)) is now:
        more = (turn.now.done or 0) > (turn.before.done or 0)
        yield Flip.DONE if more else Flip.LESS
