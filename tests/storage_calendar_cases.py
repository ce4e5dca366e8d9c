"""Calls of the functions of the reporting calendar, for the isolation test, and rows to call them on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from bot.core.vocabulary import DayKind
from storage import calendar_days, deadline_rules
from storage.calendar_days import NewDay
from storage.database import Unit
from tests.storage_tools import Office

if TYPE_CHECKING:  # which furnishes with the rows below
    from tests.storage_twins import Home

YEAR = (date(2026, 1, 1), date(2027, 1, 1))
CLAUSE = "quy-cua-phong"


def furnish(unit: Unit, office: Office) -> None:
    """A day off, one that was taken out, and the day of a clause."""
    calendar_days.add(unit, office.id, NewDay(date(2026, 1, 2), DayKind.OFF, "hoán đổi"))
    gone = calendar_days.add(unit, office.id, NewDay(date(2026, 1, 10), DayKind.WORK, "làm bù"))
    calendar_days.void(unit, office.id, gone, "ghi nhầm")
    deadline_rules.replace(unit, office.id, (CLAUSE, '{"day": 10}'))
    deadline_rules.replace(unit, office.id, (CLAUSE, '{"day": 15}'))


def _days(unit: Unit, commune: Any) -> list[calendar_days.CalendarDay]:
    return list(calendar_days.list_between(unit, commune, YEAR))


def _standing(unit: Unit, home: Home) -> int:
    return next(one.id for one in _days(unit, home.id) if one.voided_at is None)


CASES: dict[str, Callable[[Unit, Home], Any]] = {
    "calendar_days.add": lambda u, h: (
        calendar_days.add(u, h.id, NewDay(date(2026, 8, 22), DayKind.WORK, "làm bù"))
        and _days(u, h.id)[-1].day
    ),
    "calendar_days.find": lambda u, h: calendar_days.find(u, h.id, _standing(u, h)),
    "calendar_days.void": lambda u, h: calendar_days.void(u, h.id, _standing(u, h), "nhầm"),
    "calendar_days.list_standing": lambda u, h: calendar_days.list_standing(u, h.id),
    "calendar_days.list_between": lambda u, h: _days(u, h.id),
    "deadline_rules.replace": lambda u, h: deadline_rules.replace(u, h.id, (CLAUSE, "{}")),
    "deadline_rules.take_back": lambda u, h: deadline_rules.take_back(u, h.id, CLAUSE, "nhầm"),
    "deadline_rules.list_standing": lambda u, h: deadline_rules.list_standing(u, h.id),
}

STRANGE: dict[str, Callable[[Unit, Home, Home], Any]] = {
    "calendar_days.find": lambda u, a, b: calendar_days.find(u, a.id, _standing(u, b)),
    "calendar_days.void": lambda u, a, b: calendar_days.void(u, a.id, _standing(u, b), "x"),
}
