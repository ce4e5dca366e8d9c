"""Working days: Monday to Friday without public holidays, and what one office writes beside the calendar.

Public holidays, days given for them and the make-up days of the whole country are those of the library
``holidays`` (Bộ luật Lao động, Điều 112). A day that the office wrote down wins over them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import holidays

DAY = timedelta(days=1)
LONGEST_OFF = 60
"""Days: longer than any Tết with the weekends around it."""
_HOLIDAYS = holidays.country_holidays("VN")


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The calendar of an office: days off, and days worked, besides those of the country."""

    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """True when the office works on that day."""
        if day in self.off:
            return False
        return day in self.work or _is_working_here(day)

    def last_by(self, day: date) -> date:
        """The latest working day that is not after it."""
        for back in range(LONGEST_OFF):
            if self.is_working(day - back * DAY):
                return day - back * DAY
        raise LookupError(f"no working day in the {LONGEST_OFF} days up to {day}")

    def before(self, day: date, count: int = 1) -> date:
        """So many working days earlier: one is the last working day before it."""
        for _ in range(count):
            day = self.last_by(day - DAY)
        return day

    def between(self, first: date, last: date) -> int:
        """How many working days lie between two days, neither of them counted."""
        days = range(1, (last - first).days)
        return sum(self.is_working(first + number * DAY) for number in days)


def _is_working_here(day: date) -> bool:
    is_holiday = day in _HOLIDAYS  # makes the library read the year, make-up days included
    if day in _HOLIDAYS.weekend_workdays:
        return True
    return not is_holiday and day.isoweekday() <= 5
