"""What shares are of, as the office read it somewhere: each figure with its day and its source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update

from bot.core.vocabulary import CommuneId
from storage.database import Unit
from storage.models_plans import denominators


@dataclass(frozen=True, slots=True)
class NewDenominator:
    """A figure to be kept; ``name`` is its id in the plan."""

    name: str
    number: int
    as_of: date
    source: str
    staff_id: int | None = None


@dataclass(frozen=True, slots=True)
class Denominator:
    """A figure as it stands."""

    id: int
    name: str
    number: int
    as_of: date
    source: str
    staff_id: int | None
    recorded_at: datetime
    voided_at: datetime | None
    reason: str | None


def add(unit: Unit, commune: CommuneId, fresh: NewDenominator) -> Denominator:
    """Keep it."""
    made = unit.connection.execute(
        insert(denominators)
        .values(
            commune_id=commune,
            name=fresh.name,
            number=fresh.number,
            as_of=fresh.as_of,
            source=fresh.source,
            staff_id=fresh.staff_id,
            recorded_at=unit.now,
        )
        .returning(denominators.c.id)
    ).scalar_one()
    return get(unit, commune, made)


def get(unit: Unit, commune: CommuneId, number: int) -> Denominator:
    """The figure with this id, also one that was taken out; ``LookupError`` when there is none."""
    row = denominators.c
    found = _list(unit, row.commune_id == commune, row.id == number)
    if not found:
        raise LookupError(number)
    return found[0]


def void(unit: Unit, commune: CommuneId, number: int, reason: str) -> bool:
    """It does not count any more, for a reason; False when it is out already or there is none."""
    row = denominators.c
    mine = (row.commune_id == commune, row.id == number, row.voided_at.is_(None))
    out = update(denominators).where(*mine).values(voided_at=unit.now, reason=reason)
    return unit.connection.execute(out).rowcount == 1


def find_newest(unit: Unit, commune: CommuneId, last: date) -> dict[str, Denominator]:
    """By name, the newest that is of a day up to ``last`` and was not taken out."""
    row = denominators.c
    mine = (row.commune_id == commune, row.as_of <= last, row.voided_at.is_(None))
    found = _list(unit, *mine)
    return {one.name: one for one in reversed(found)}


def list_all(unit: Unit, commune: CommuneId) -> list[Denominator]:
    """Every figure, those taken out too, the newest day first."""
    return _list(unit, denominators.c.commune_id == commune)


def _list(unit: Unit, *conditions: ColumnElement[bool]) -> list[Denominator]:
    row = denominators.c
    rows = unit.connection.execute(
        select(denominators).where(*conditions).order_by(row.as_of.desc(), row.id.desc())
    )
    return [_denominator(one) for one in rows]


def _denominator(row: Any) -> Denominator:
    return Denominator(
        id=row.id,
        name=row.name,
        number=row.number,
        as_of=row.as_of,
        source=row.source,
        staff_id=row.staff_id,
        recorded_at=row.recorded_at,
        voided_at=row.voided_at,
        reason=row.reason,
    )
