"""Many seats at once: a list on paper comes in, or goes out again, in a handful of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from bot.core.vocabulary import AgeBand, CommuneId
from storage.attendances import NewSeat
from storage.database import Unit
from storage.help_bulk import LEFT
from storage.help_entries import MOST_AT_ONCE
from storage.models_trainings import attendances


@dataclass(frozen=True, slots=True)
class StoredSeat:
    """What stands under an id."""

    training_id: int
    age_band: AgeBand | None
    neighbourhood_id: int | None


def add_all(unit: Unit, commune: CommuneId, seats: Sequence[NewSeat]) -> None:
    """Write seats whose ids are free."""
    rows = [
        {
            "commune_id": commune,
            "client_id": one.client_id,
            "training_id": one.training_id,
            "evidence": one.evidence,
            "seat": one.seat,
            "person_id": one.person_id,
            "age_band": one.age_band,
            "neighbourhood_id": one.neighbourhood_id,
            "at": unit.now,
            "member_id": one.by.member_id if one.by else None,
            "staff_id": one.by.staff_id if one.by else None,
            "import_id": one.import_id,
        }
        for one in seats
    ]
    if rows:
        unit.connection.execute(insert(attendances), rows)


def list_stored(unit: Unit, commune: CommuneId, ids: Sequence[str]) -> dict[str, StoredSeat]:
    """What stands under these ids, also what was taken out alone."""
    found: dict[str, StoredSeat] = {}
    row = attendances.c
    for start in range(0, len(ids), MOST_AT_ONCE):
        chunk = ids[start : start + MOST_AT_ONCE]
        statement = select(
            row.client_id, row.training_id, row.age_band, row.neighbourhood_id
        ).where(row.commune_id == commune, row.client_id.in_(chunk))
        for one in unit.connection.execute(statement):
            band = AgeBand(one[2]) if one[2] else None
            found[one[0]] = StoredSeat(one[1], band, one[3])
    return found


def list_classes(unit: Unit, commune: CommuneId, import_id: int) -> list[int]:
    """The classes that a file brought seats for."""
    row = attendances.c
    mine = (row.commune_id == commune, row.import_id == import_id)
    found = select(row.training_id).where(*mine).distinct().order_by(row.training_id)
    return list(unit.connection.execute(found).scalars())


def void_import(unit: Unit, commune: CommuneId, import_id: int, reason: str) -> int:
    """Take out every seat of a file that still counts; gives how many. All of its ids are free again."""
    row = attendances.c
    mine = (row.commune_id == commune, row.import_id == import_id)
    counting = update(attendances).where(*mine, row.voided_at.is_(None))
    gone = unit.connection.execute(counting.values(voided_at=unit.now, reason=reason))
    freed = update(attendances).where(*mine, row.client_id.not_like(f"%{LEFT}%"))
    unit.connection.execute(freed.values(client_id=row.client_id + f"{LEFT}{import_id}"))
    return gone.rowcount
