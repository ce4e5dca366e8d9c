"""Units that a plan names in one word for many, “các trường học”, one by one as the office keeps them.

One that was taken out stays in its place with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from bot.core.vocabulary import CommuneId
from storage.database import INSERTS, Unit
from storage.models_plans import reporting_units


@dataclass(frozen=True, slots=True)
class ReportingUnit:
    """A unit as it stands; with ``ended_at`` it is not asked for reports any more."""

    id: int
    reporter: str
    name: str
    added_at: datetime
    ended_at: datetime | None
    reason: str | None


def add_once(
    unit: Unit, commune: CommuneId, named: tuple[str, str], staff_id: int | None = None
) -> int | None:
    """Keep it, (reporter of the plan, name); gives its id, None where such a name is in force already."""
    values = {
        "commune_id": commune,
        "reporter": named[0],
        "name": named[1],
        "added_at": unit.now,
        "staff_id": staff_id,
    }
    new = INSERTS[unit.dialect](reporting_units).values(values).on_conflict_do_nothing()
    return unit.connection.execute(new.returning(reporting_units.c.id)).scalar_one_or_none()


def end(unit: Unit, commune: CommuneId, number: int, reason: str) -> bool:
    """It is asked no more, for a reason; False when it is out already or there is none."""
    row = reporting_units.c
    mine = (row.commune_id == commune, row.id == number, row.ended_at.is_(None))
    out = update(reporting_units).where(*mine).values(ended_at=unit.now, reason=reason)
    return unit.connection.execute(out).rowcount == 1


def list_units(unit: Unit, commune: CommuneId, reporter: str) -> list[ReportingUnit]:
    """All that ever stood for that reporter, also what was taken out, in the order they came."""
    row = reporting_units.c
    rows = unit.connection.execute(
        select(row.id, row.reporter, row.name, row.added_at, row.ended_at, row.reason)
        .where(row.commune_id == commune, row.reporter == reporter)
        .order_by(row.id)
    )
    return [ReportingUnit(*one) for one in rows]
