"""How a target of the plan stands on a day: pure rules, each told in ``docs/figures.md``.

Small whole numbers are not held against the percentage of a straight line: three classes of five on
30 September are not “60 % instead of 75 %” but three, where the line rounded down asks for three. What hangs
on one event is judged by the day of the event and by no line. What is not known is not judged.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from bot.core.vocabulary import TargetStatus
from bot.core.year_weights import Days, breaks_in

DAY = timedelta(days=1)
MONTHS = {"year": 12, "quarter": 3}
"""How many months a target that recurs is counted over before it begins anew."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days from ``start`` up to, not including, ``end``; those of ``breaks`` weigh nothing."""

    start: date
    end: date
    breaks: tuple[Days, ...] = ()

    def weight(self, first: date, end: date) -> int:
        """How many of its days from ``first`` up to ``end`` are in no break."""
        reached, end = max(first, self.start), min(end, self.end)
        days = max((end - reached).days, 0)
        for begins, stops in sorted(self.breaks):
            begins, stops = max(begins, reached), min(stops, end)
            if stops > begins:
                days -= (stops - begins).days
                reached = stops
        return days

    def share_gone(self, at: date) -> Fraction:
        """How much of its weight is over when the day ``at`` begins: from 0 to 1, exactly.

        Where every day of it is a break, all of them weigh the same.
        """
        if at >= self.end:
            return Fraction(1)
        whole = self.weight(self.start, self.end)
        if whole:
            return Fraction(self.weight(self.start, at), whole)
        return Fraction(max((at - self.start).days, 0), (self.end - self.start).days)

    def days_left(self, at: date) -> int:
        """How many of its days, breaks too, are still to come when the day ``at`` begins."""
        return max((self.end - max(at, self.start)).days, 0)

    def weeks_left(self, at: date) -> Fraction:
        """How many weeks of them are in no break."""
        return Fraction(self.weight(at, self.end), 7)


def with_breaks(span: Span, declared: Iterable[Days] = ()) -> Span:
    """The same days, of which Tết and what the plan declares weigh nothing."""
    return replace(span, breaks=breaks_in(span.start, span.end, declared))


@dataclass(frozen=True, slots=True)
class Aim:
    """What the plan asks for; of a range (30–60) the low end is what has to be reached.

    ``calendar`` is the plan's own, where it has one: last days, and how much should be done by their end.

    >>> Aim(">", 80).least, Aim(">=", 4.5).least, Aim("<=", 2).least
    (81, 5, None)
    """

    op: str
    value: float
    calendar: tuple[tuple[date, float], ...] = ()

    def of_share(self, whole: int) -> Aim:
        """What so many percent of ``whole`` are, exactly.

        >>> Aim(">=", 80).of_share(12_000).value
        9600.0
        """
        part = Fraction(whole, 100)
        steps = tuple((day, float(_exact(value) * part)) for day, value in self.calendar)
        return Aim(self.op, float(_exact(self.value) * part), steps)

    def asks_by(self, span: Span, at: date) -> int:
        """How much should be done when the day ``at`` begins: by the plan's own calendar, else by the line.

        The line is the aim times the share of days that are gone, rounded down.
        """
        if self.calendar:
            due = [value for last, value in self.calendar if last < at]
            return math.floor(_exact(max(due, default=0)))
        return math.floor(_exact(self.value) * span.share_gone(at))

    def is_met(self, done: float) -> bool:
        """True when so much is what the plan asks for."""
        match self.op:
            case ">=":
                return done >= self.value
            case ">":
                return done > self.value
            case "=":
                return done == self.value
            case "<=":
                return done <= self.value
            case "<":
                return done < self.value
        raise ValueError(self.op)

    @property
    def is_ceiling(self) -> bool:
        """True for what must not be exceeded, or a rank: there the smaller number is the better one."""
        return self.op in ("<=", "<")

    @property
    def least(self) -> int | None:
        """The smallest whole number that meets it; None for a ceiling, which asks for no more."""
        if self.is_ceiling:
            return None
        return math.floor(self.value) + 1 if self.op == ">" else math.ceil(self.value)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a target stands. ``rest`` is what is missing to the aim; None where nothing is, or nobody knows.

    ``days_left`` are those of the span that it is counted over, breaks too; ``need_per_week`` is of the weeks
    without breaks.
    """

    status: TargetStatus
    percent: float | None = None
    rest: float | None = None
    days_left: int | None = None
    need_per_week: float | None = None


def span_of(validity: Span, per: str | None, day: date) -> Span:
    """The part of the validity that holds the day and is counted from 0; the nearest one when none holds it.

    >>> span_of(Span(date(2026, 1, 1), date(2028, 1, 1)), "year", date(2026, 9, 30)).end
    datetime.date(2027, 1, 1)
    """
    if per is None:
        return validity
    held = min(max(day, validity.start), validity.end - DAY)
    length = MONTHS[per]
    first = held.year * 12 + (held.month - 1) // length * length
    start, end = (date(months // 12, months % 12 + 1, 1) for months in (first, first + length))
    return Span(max(start, validity.start), min(end, validity.end))


def counted(span: Span, end: date) -> Span:
    """The days of the span before ``end``; none when it has not begun."""
    return Span(span.start, max(span.start, min(end, span.end)))


def judge_steps(aim: Aim, span: Span, at: date, done: float | None) -> Standing:
    """Whole numbers, or a share that was read: behind when less is done than is asked for by now.

    ``at`` is the first day that is not counted yet. Once the span is over there is no more on track.
    """
    if at <= span.start:
        return Standing(TargetStatus.NOT_YET)
    if done is None:
        return Standing(TargetStatus.TOO_LITTLE_KNOWN)
    if aim.is_met(done):
        return standing(TargetStatus.REACHED, aim, done)
    is_late = aim.is_ceiling or at >= span.end or done < aim.asks_by(span, at)
    status = TargetStatus.BEHIND if is_late else TargetStatus.ON_TRACK
    return standing(status, aim, done, (span, at))


def judge_event(aim: Aim, span: Span, at: date, seen: tuple[float | None, bool]) -> Standing:
    """What one event gives: not due before it, afterwards reached or not.

    ``seen`` is how much is done and whether the event is over; the end of the span is its latest day.
    """
    done, is_over = seen
    if at <= span.start:
        return Standing(TargetStatus.NOT_YET)
    if done is not None and aim.is_met(done):
        return standing(TargetStatus.REACHED, aim, done)
    if not is_over and at < span.end:
        return Standing(TargetStatus.NOT_YET, days_left=span.days_left(at))
    if done is None:
        return Standing(TargetStatus.TOO_LITTLE_KNOWN)
    return standing(TargetStatus.BEHIND, aim, done)


def judge_level(span: Span, at: date, is_reached: bool | None) -> Standing:
    """A level (“Mức Khá”) has no line: it is reached, or it is not yet until the days are over."""
    if at <= span.start:
        return Standing(TargetStatus.NOT_YET)
    if is_reached is None:
        return Standing(TargetStatus.TOO_LITTLE_KNOWN)
    if is_reached:
        return Standing(TargetStatus.REACHED)
    status = TargetStatus.BEHIND if at >= span.end else TargetStatus.NOT_YET
    return Standing(status, days_left=span.days_left(at))


def percent_of(part: float, whole: float) -> float | None:
    """``part`` of ``whole`` in percent with one decimal, halves upwards, also above 100; None of nothing.

    >>> percent_of(1, 16), percent_of(6, 5)
    (6.3, 120.0)
    """
    if whole <= 0:
        return None
    return rounded(_exact(part) * 100 / _exact(whole), "0.1")


def standing(
    status: TargetStatus, aim: Aim, done: float, left: tuple[Span, date] | None = None
) -> Standing:
    """What ``done`` is of the aim; what is missing, and how much of it a week, in the days that are left."""
    percent = None if aim.is_ceiling else percent_of(done, aim.value)
    rest = _rest(aim, done)
    if status is TargetStatus.REACHED or rest is None:
        return Standing(status, percent)
    span, at = left or (None, None)
    if span is None or at is None:
        return Standing(status, percent, rest, 0)
    weeks = span.weeks_left(at)
    need = rounded(_exact(rest) / weeks, "0.01") if weeks else None
    return Standing(status, percent, rest, span.days_left(at), need)


def _rest(aim: Aim, done: float) -> float | None:
    """A whole number of what is counted; of a share that was read as exact as it is."""
    least = aim.least
    if least is None or done >= least:
        return None
    if isinstance(done, int):
        return least - done
    return rounded(max(_exact(aim.value) - _exact(done), Fraction(0)), "0.01") or None


def worse(first: TargetStatus, second: TargetStatus | None) -> TargetStatus:
    """The one that a report says first, where all lines and those that are confirmed do not say the same."""
    order = list(_WORST_FIRST)
    return first if second is None else min(first, second, key=order.index)


_WORST_FIRST = (
    TargetStatus.BEHIND,
    TargetStatus.TOO_LITTLE_KNOWN,
    TargetStatus.NOT_YET,
    TargetStatus.ON_TRACK,
    TargetStatus.REACHED,
)


def _exact(number: float) -> Fraction:
    return Fraction(str(number))


def rounded(number: Fraction, to: str) -> float:
    """The nearest number with so many decimals, halves upwards."""
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return float(exact.quantize(Decimal(to), ROUND_HALF_UP))
