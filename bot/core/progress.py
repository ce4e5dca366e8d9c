"""How a target of the plan stands on a day: pure rules, each told in ``docs/figures.md``.

Small whole numbers are not held against the percentage of a straight line: three classes of five on
30 September are not “60 % instead of 75 %” but three, where the line rounded down asks for three. What hangs
on one event is judged by the day of the event and by no line. What is not known is not judged.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from bot.core.vocabulary import TargetStatus

DAY = timedelta(days=1)
MONTHS = {"year": 12, "quarter": 3}
"""How many months a target that recurs is counted over before it begins anew."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days from ``start`` up to, not including, ``end``."""

    start: date
    end: date

    def share_gone(self, at: date) -> Fraction:
        """How much of it is over when the day ``at`` begins: from 0 to 1, exactly."""
        if at >= self.end:
            return Fraction(1)
        return Fraction(max((at - self.start).days, 0), (self.end - self.start).days)

    def days_left(self, at: date) -> int:
        """How many of its days are still to come when the day ``at`` begins."""
        return max((self.end - max(at, self.start)).days, 0)


@dataclass(frozen=True, slots=True)
class Aim:
    """What the plan asks for; of a range (30–60) the low end is what has to be reached.

    >>> Aim(">", 80).least, Aim(">=", 4.5).least, Aim("<=", 2).least
    (81, 5, None)
    """

    op: str
    value: float

    def is_met(self, done: int) -> bool:
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

    ``days_left`` are those of the span that it is counted over.
    """

    status: TargetStatus
    percent: float | None = None
    rest: int | None = None
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


def judge_steps(aim: Aim, span: Span, at: date, done: int | None) -> Standing:
    """Whole numbers: behind when less is done than the aim times the share of days gone, rounded down.

    ``at`` is the first day that is not counted yet. Once the span is over there is no more on track.
    """
    if at <= span.start:
        return Standing(TargetStatus.NOT_YET)
    if done is None:
        return Standing(TargetStatus.TOO_LITTLE_KNOWN)
    if aim.is_met(done):
        return _standing(TargetStatus.REACHED, aim, done)
    line = math.floor(Fraction(str(aim.value)) * span.share_gone(at))
    is_late = aim.is_ceiling or at >= span.end or done < line
    status = TargetStatus.BEHIND if is_late else TargetStatus.ON_TRACK
    return _standing(status, aim, done, span.days_left(at))


def judge_event(aim: Aim, span: Span, at: date, seen: tuple[int | None, bool]) -> Standing:
    """What one event gives: not due before it, afterwards reached or not.

    ``seen`` is how much is done and whether the event is over; the end of the span is its latest day.
    """
    done, is_over = seen
    if at <= span.start:
        return Standing(TargetStatus.NOT_YET)
    if done is not None and aim.is_met(done):
        return _standing(TargetStatus.REACHED, aim, done)
    if not is_over and at < span.end:
        return Standing(TargetStatus.NOT_YET, days_left=span.days_left(at))
    if done is None:
        return Standing(TargetStatus.TOO_LITTLE_KNOWN)
    return _standing(TargetStatus.BEHIND, aim, done)


def percent_of(part: float, whole: float) -> float | None:
    """``part`` of ``whole`` in percent with one decimal, halves upwards, also above 100; None of nothing.

    >>> percent_of(1, 16), percent_of(6, 5)
    (6.3, 120.0)
    """
    if whole <= 0:
        return None
    return _rounded(Fraction(str(part)) * 100 / Fraction(str(whole)), "0.1")


def _standing(status: TargetStatus, aim: Aim, done: int, days_left: int = 0) -> Standing:
    percent = None if aim.is_ceiling else percent_of(done, aim.value)
    least = aim.least
    if status is TargetStatus.REACHED or least is None or least <= done:
        return Standing(status, percent)
    rest = least - done
    need = _rounded(Fraction(rest * 7, days_left), "0.01") if days_left else None
    return Standing(status, percent, rest, days_left, need)


def _rounded(number: Fraction, to: str) -> float:
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return float(exact.quantize(Decimal(to), ROUND_HALF_UP))
