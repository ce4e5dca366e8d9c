"""Days on which the office of a commune is off, or makes up for one, besides the calendar of the country.

A day that was taken out stays in its place with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update

from bot.core.vocabulary import CommuneId, DayKind
from storage.database import Unit
from storage.models_plans import calendar_days


@dataclass(frozen=True, slots=True)
class NewDay:
    """A day to be kept, and why it differs."""

    day: date
    kind: DayKind
    note: str


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day as it stands; with ``voided_at`` it does not count any more."""

    id: int
    day: date
    kind: DayKind
    note: str
    recorded_at: datetime
    voided_at: datetime | None
    reason: str | None


def add(unit: Unit, commune: CommuneId, fresh: NewDay, staff_id: int | None = None) -> int:
    """Keep it; gives its id."""
    values = {
        "commune_id": commune,
        "day": fresh.day,
        "kind": fresh.kind,
        "note": fresh.note,
        "staff_id": staff_id,
        "recorded_at": unit.now,
    }
    made = insert(calendar_days).values(values).returning(calendar_days.c.id)
    return int(unit.connection.execute(made).scalar_one())


def find(unit: Unit, commune: CommuneId, number: int) -> CalendarDay | None:
    """The day with this id, also one that was taken out; None for no such day of this commune."""
    found = _list(unit, calendar_days.c.commune_id == commune, calendar_days.c.id == number)
    return found[0] if found else None


def void(unit: Unit, commune: CommuneId, number: int, reason: str) -> bool:
    """It does not count any more, for a reason; False when it is out already or there is none."""
    row = calendar_days.c
    mine = (row.commune_id == commune, row.id == number, row.voided_at.is_(None))
    out = update(calendar_days).where(*mine).values(voided_at=unit.now, reason=reason)
    return unit.connection.execute(out).rowcount == 1


def list_standing(unit: Unit, commune: CommuneId) -> list[CalendarDay]:
    """Those that count, by day."""
    row = calendar_days.c
    return _list(unit, row.commune_id == commune, row.voided_at.is_(None))


def list_between(
    unit: Unit, commune: CommuneId, window: tuple[date, date]
) -> Sequence[CalendarDay]:
    """Those of a half-open window of days, also what was taken out, by day."""
    row = calendar_days.c
    inside = (row.day >= window[0], row.day < window[1])
    return _list(unit, row.commune_id == commune, *inside)


def _list(unit: Unit, *which: ColumnElement[bool]) -> list[CalendarDay]:
    row = calendar_days.c
    asked = select(
        row.id, row.day, row.kind, row.note, row.recorded_at, row.voided_at, row.reason
    ).where(*which)
    rows = unit.connection.execute(asked.order_by(row.day, row.id))
    return [_read(tuple(one)) for one in rows]


def _read(row: Sequence[Any]) -> CalendarDay:
    number, day, kind, *rest = row
    return CalendarDay(number, day, DayKind(kind), *rest)
