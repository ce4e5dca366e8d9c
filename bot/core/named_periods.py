"""Periods by a day that lies in them, and the one before: for lists and forms, where nobody types a name."""

from __future__ import annotations

from datetime import date, timedelta

from bot.core.periods import Period, parse, week_of

DAY = timedelta(days=1)
REPORTING, OFFICE_WEEK, CUSTOM = "reporting-", "office-week", "custom"
FIRST_OF_REPORTING = 15
"""The day of a month on which the next reporting month begins (Nghị định 09/2019/NĐ-CP, Điều 12)."""
FRIDAY = 5
KINDS = (
    "week",
    OFFICE_WEEK,
    "month",
    "reporting-month",
    "quarter",
    "reporting-quarter",
    "half",
    "reporting-half",
    "year",
    "reporting-year",
)
"""Every kind but days chosen freely."""


def holding(kind: str, day: date, last_weekday: int = FRIDAY) -> Period:
    """The period of that kind that the day lies in; an office week ends on that weekday (Monday is 1).

    >>> holding("reporting-month", date(2026, 12, 15)).key
    '2027-01'
    """
    if kind == "week":
        return week_of(day)
    if kind == OFFICE_WEEK:
        last = day + timedelta(days=(last_weekday - day.isoweekday()) % 7)
        return parse(f"{OFFICE_WEEK}:{last.isoformat()}")
    month = day
    if kind.startswith(REPORTING) and day.day >= FIRST_OF_REPORTING:
        month = day.replace(day=1) + timedelta(days=31)
    keys = {
        "month": f"{month:%Y-%m}",
        "quarter": f"{month.year}-Q{(month.month + 2) // 3}",
        "half": f"{month.year}-H{(month.month + 5) // 6}",
        "year": f"{month.year}",
    }
    return parse(f"{kind}:{keys[kind.removeprefix(REPORTING)]}")


def before(period: Period) -> Period:
    """The one of the same kind that ends where this one begins; raises ``ValueError`` for free days."""
    if period.kind == CUSTOM:
        raise ValueError("days that were chosen freely follow upon nothing")
    return holding(period.kind, period.start - DAY, (period.end - DAY).isoweekday())
