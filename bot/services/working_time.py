"""Working time: opening hours of a plan without Saturdays, Sundays and public holidays that it leaves out.

Pure calendar. Holidays are those of Bộ luật Lao động, Điều 112, as the library ``holidays`` lists them; days
that the office wrote down besides come from ``bot.services.deadlines.working_days``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import holidays

from bot.core.periods import ZONE
from bot.core.working_days import WorkingDays
from bot.library.duty import Duty, weekday

LONGEST_CLOSED = 60
"""Days: longer than any Tết with the weekends around it."""
STEP = timedelta(minutes=30)
"""Promises fall on full and half hours."""
_HOLIDAYS = holidays.country_holidays("VN")
MONDAY, SATURDAY = 1, 6
USUAL = WorkingDays()
"""Nothing besides the calendar of the country."""


@dataclass(frozen=True, slots=True)
class Span:
    """Open from one moment to another, half-open."""

    begins: datetime
    ends: datetime


def is_open(duty: Duty, at: datetime, days: WorkingDays = USUAL) -> bool:
    """True while somebody of the teams should be there."""
    return any(span.begins <= at < span.ends for span in _spans(duty, (_day(at), 1), days))


def next_opening(duty: Duty, at: datetime, days: WorkingDays = USUAL) -> datetime:
    """The moment itself while open, else the beginning of the next opening."""
    return max(at, next(_from(duty, at, days)).begins)


def add_working(duty: Duty, at: datetime, hours: float, days: WorkingDays = USUAL) -> datetime:
    """The moment by which so many open hours (more than none) have gone by."""
    rest = timedelta(hours=hours)
    if rest <= timedelta():
        raise ValueError("working hours to add must be more than none")
    for span in _from(duty, at, days):
        begins = max(at, span.begins)
        if begins + rest <= span.ends:
            return begins + rest
        rest -= span.ends - begins
    raise LookupError("openings never end")


def promise(duty: Duty, at: datetime, hours: float, days: WorkingDays = USUAL) -> datetime:
    """The same, put off to the next full or half hour, but not beyond the end of that opening."""
    exact = add_working(duty, at, hours, days)
    midnight = datetime.combine(_day(exact), datetime.min.time(), ZONE)
    rounded = midnight - (midnight - exact) // STEP * STEP
    today = _spans(duty, (_day(exact), 1), days)
    end = next(span.ends for span in today if exact <= span.ends)
    return min(rounded, end)


def _day(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def _from(duty: Duty, at: datetime, days: WorkingDays) -> Iterator[Span]:
    """Openings that are not over at that moment, in order."""
    start = _day(at)
    while True:
        for span in _spans(duty, (start, LONGEST_CLOSED), days):
            if span.ends > at:
                yield span
        start += timedelta(days=LONGEST_CLOSED)


def _spans(duty: Duty, window: tuple[date, int], days: WorkingDays) -> Iterator[Span]:
    """Openings from a day on, so many days, those that touch each other made one."""
    for number in range(window[1]):
        day = window[0] + timedelta(days=number)
        if day in days.off or (day in _HOLIDAYS and day not in days.work):
            continue
        like = day.isoweekday()
        if like >= SATURDAY and day in days.work and not _hours_of(duty, like):
            like = MONDAY  # a day that is made up for is worked like any other
        hours = _hours_of(duty, like)
        merged: list[Span] = []
        for begins, ends in hours:
            span = Span(datetime.combine(day, begins, ZONE), datetime.combine(day, ends, ZONE))
            if merged and span.begins <= merged[-1].ends:
                merged[-1] = Span(merged[-1].begins, max(merged[-1].ends, span.ends))
            else:
                merged.append(span)
        yield from merged


def _hours_of(duty: Duty, day: int) -> list[tuple[time, time]]:
    """The hours of a day of the week, Monday is 1, the earliest first."""
    return sorted((one.begins, one.ends) for one in duty.hours if day in map(weekday, one.days))
