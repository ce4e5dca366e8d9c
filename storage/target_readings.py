"""Figures that no log of ours gives: read from outside, or carried over from before the log began.

A row stays in its place when it is taken out, with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update

from bot.core.vocabulary import CommuneId, ReadingKind
from storage.database import INSERTS, Unit
from storage.help_bulk import LEFT
from storage.help_entries import MOST_AT_ONCE
from storage.models_plans import target_readings


@dataclass(frozen=True, slots=True)
class Figure:
    """What was read: a number, with the two that it is a share of where both were given; or a level."""

    number: float | None = None
    part: int | None = None
    whole: int | None = None
    level: str | None = None
    is_reached: bool | None = None


@dataclass(frozen=True, slots=True)
class NewReading:
    """A figure to be kept. ``client_id`` makes a repeat harmless; ``as_of``: until the end of that day."""

    client_id: str
    target: str
    kind: ReadingKind
    figure: Figure
    as_of: date
    source: str
    staff_id: int | None = None
    import_id: int | None = None
    unit_report_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure as it stands."""

    id: int
    client_id: str
    target: str
    kind: ReadingKind
    figure: Figure
    as_of: date
    source: str
    staff_id: int | None
    import_id: int | None
    unit_report_id: int | None
    recorded_at: datetime
    voided_at: datetime | None
    reason: str | None


def add_once(unit: Unit, commune: CommuneId, fresh: NewReading) -> tuple[Reading, bool]:
    """Keep it and give it with True; the one that stands under its client id, and False, else."""
    row = target_readings.c
    new = INSERTS[unit.dialect](target_readings).values(_values(unit, commune, fresh))
    made = unit.connection.execute(
        new.on_conflict_do_nothing().returning(row.id)
    ).scalar_one_or_none()
    if made is not None:
        return get(unit, commune, made), True
    known = _list(unit, row.commune_id == commune, row.client_id == fresh.client_id)
    if not known:
        raise LookupError(fresh.client_id)
    return known[0], False


def add_all(unit: Unit, commune: CommuneId, fresh: Sequence[NewReading]) -> None:
    """Keep figures whose client ids are free."""
    if fresh:
        rows = [_values(unit, commune, one) for one in fresh]
        unit.connection.execute(insert(target_readings), rows)


def get(unit: Unit, commune: CommuneId, number: int) -> Reading:
    """The figure with this id, also one that was taken out; ``LookupError`` when there is none."""
    row = target_readings.c
    found = _list(unit, row.commune_id == commune, row.id == number)
    if not found:
        raise LookupError(number)
    return found[0]


def void(unit: Unit, commune: CommuneId, number: int, reason: str) -> bool:
    """It does not count any more, for a reason; False when it is out already or there is none."""
    row = target_readings.c
    mine = (row.commune_id == commune, row.id == number, row.voided_at.is_(None))
    out = update(target_readings).where(*mine).values(voided_at=unit.now, reason=reason)
    return unit.connection.execute(out).rowcount == 1


def void_import(unit: Unit, commune: CommuneId, import_id: int, reason: str) -> int:
    """Take out every figure of a file that still counts; gives how many. All of its ids are free again."""
    row = target_readings.c
    mine = (row.commune_id == commune, row.import_id == import_id)
    counting = update(target_readings).where(*mine, row.voided_at.is_(None))
    gone = unit.connection.execute(counting.values(voided_at=unit.now, reason=reason))
    freed = update(target_readings).where(*mine, row.client_id.not_like(f"%{LEFT}%"))
    unit.connection.execute(freed.values(client_id=row.client_id + f"{LEFT}{import_id}"))
    return gone.rowcount


def list_counting(unit: Unit, commune: CommuneId, last: date) -> list[Reading]:
    """Every figure of a day up to ``last`` that was not taken out, the newest day first."""
    row = target_readings.c
    mine = (row.commune_id == commune, row.as_of <= last, row.voided_at.is_(None))
    return _list(unit, *mine, newest_first=True)


def list_of(unit: Unit, commune: CommuneId, target: str) -> list[Reading]:
    """Figures of one target, those taken out too, the newest day first."""
    row = target_readings.c
    return _list(unit, row.commune_id == commune, row.target == target, newest_first=True)


def list_stored(unit: Unit, commune: CommuneId, ids: Sequence[str]) -> dict[str, Reading]:
    """What stands under these client ids, also what was taken out."""
    row, found = target_readings.c, {}
    for start in range(0, len(ids), MOST_AT_ONCE):
        chunk = ids[start : start + MOST_AT_ONCE]
        for one in _list(unit, row.commune_id == commune, row.client_id.in_(chunk)):
            found[one.client_id] = one
    return found


def _values(unit: Unit, commune: CommuneId, fresh: NewReading) -> dict[str, Any]:
    figure = fresh.figure
    return {
        "commune_id": commune,
        "client_id": fresh.client_id,
        "target": fresh.target,
        "kind": fresh.kind.value,
        "number": figure.number,
        "part": figure.part,
        "whole": figure.whole,
        "level": figure.level,
        "is_reached": figure.is_reached,
        "as_of": fresh.as_of,
        "source": fresh.source,
        "unit_report_id": fresh.unit_report_id,
        "staff_id": fresh.staff_id,
        "import_id": fresh.import_id,
        "recorded_at": unit.now,
    }


def _list(
    unit: Unit, *conditions: ColumnElement[bool], newest_first: bool = False
) -> list[Reading]:
    row = target_readings.c
    order = (row.as_of.desc(), row.id.desc()) if newest_first else (row.id,)
    rows = unit.connection.execute(select(target_readings).where(*conditions).order_by(*order))
    return [_reading(one) for one in rows]


def _reading(row: Any) -> Reading:
    return Reading(
        id=row.id,
        client_id=row.client_id,
        target=row.target,
        kind=ReadingKind(row.kind),
        figure=Figure(row.number, row.part, row.whole, row.level, row.is_reached),
        as_of=row.as_of,
        source=row.source,
        staff_id=row.staff_id,
        import_id=row.import_id,
        unit_report_id=row.unit_report_id,
        recorded_at=row.recorded_at,
        voided_at=row.voided_at,
        reason=row.reason,
    )
