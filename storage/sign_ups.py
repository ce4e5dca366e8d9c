"""Who wants to come to a training: a keyed hash of this chat and this training, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select, update

from bot.core.vocabulary import CommuneId
from storage.database import INSERTS, Unit
from storage.models_trainings import sign_ups


def put(unit: Unit, commune: CommuneId, training: int, seat: bytes) -> bool:
    """Sign a chat up, also one that had called it off; False when it is signed up already.

    ``seat`` is what ``attendances.seat_hash`` gives.
    """
    row = sign_ups.c
    values = {"commune_id": commune, "training_id": training, "seat": seat, "at": unit.now}
    new = INSERTS[unit.dialect](sign_ups).values(values)
    added = new.on_conflict_do_nothing(index_elements=["commune_id", "training_id", "seat"])
    if unit.connection.execute(added.returning(row.id)).first() is not None:
        return True
    mine = (row.commune_id == commune, row.training_id == training, row.seat == seat)
    again = update(sign_ups).where(*mine, row.cancelled_at.is_not(None))
    return unit.connection.execute(again.values(cancelled_at=None, at=unit.now)).rowcount == 1


def is_in(unit: Unit, commune: CommuneId, training: int, seats: Sequence[bytes]) -> bool:
    """True when a chat is signed up; ``seats`` as ``attendances.seat_hashes`` gives."""
    mine = (*_standing(commune, training), sign_ups.c.seat.in_(seats))
    return unit.connection.execute(select(sign_ups.c.id).where(*mine)).first() is not None


def cancel(unit: Unit, commune: CommuneId, training: int, seats: Sequence[bytes]) -> bool:
    """They will not come; False when they were not signed up."""
    mine = (*_standing(commune, training), sign_ups.c.seat.in_(seats))
    gone = update(sign_ups).where(*mine).values(cancelled_at=unit.now)
    return unit.connection.execute(gone).rowcount > 0


def count(unit: Unit, commune: CommuneId, training: int) -> int:
    """How many are signed up."""
    counted = select(func.count()).select_from(sign_ups).where(*_standing(commune, training))
    return int(unit.connection.execute(counted).scalar_one())


def list_seats(unit: Unit, commune: CommuneId, training: int) -> frozenset[bytes]:
    """The hashes of all chats that are signed up."""
    row = sign_ups.c.seat
    found = unit.connection.execute(
        select(row).where(*_standing(commune, training), row.is_not(None))
    )
    return frozenset(bytes(one) for one in found.scalars())


def _standing(commune: CommuneId, training: int) -> tuple[ColumnElement[bool], ...]:
    row = sign_ups.c
    return (row.commune_id == commune, row.training_id == training, row.cancelled_at.is_(None))
