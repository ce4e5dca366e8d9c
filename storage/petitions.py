"""What people asked for about their own data, and by when it is due; never who asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update

from bot.core.vocabulary import CommuneId
from storage.database import INSERTS, Unit
from storage.models_people import data_requests


@dataclass(frozen=True, slots=True)
class NewPetition:
    """A request as it comes in. ``kind``: view, erase, withdraw, stop, correct; ``way``: chat, paper."""

    kind: str
    way: str
    due_at: datetime
    done_at: datetime | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Petition:
    """A request as it stands."""

    id: int
    kind: str
    way: str
    asked_at: datetime
    due_at: datetime
    done_at: datetime | None
    note: str | None


def add(unit: Unit, commune: CommuneId, receipt_hash: bytes, fresh: NewPetition) -> int | None:
    """Write it into the register; None when another request has this receipt."""
    statement = INSERTS[unit.dialect](data_requests).values(
        commune_id=commune,
        receipt_hash=receipt_hash,
        kind=fresh.kind,
        way=fresh.way,
        asked_at=unit.now,
        due_at=fresh.due_at,
        done_at=fresh.done_at,
        note=fresh.note,
    )
    added = statement.on_conflict_do_nothing(index_elements=["receipt_hash"])
    made = unit.connection.execute(added.returning(data_requests.c.id)).first()
    return None if made is None else int(made[0])


_ROW = data_requests.c
_FIELDS = (_ROW.id, _ROW.kind, _ROW.way, _ROW.asked_at, _ROW.due_at, _ROW.done_at, _ROW.note)


def list_petitions(unit: Unit, commune: CommuneId, limit: int = 200) -> list[Petition]:
    """What is still due first, the most urgent on top; then what is done, the newest first."""
    rows = unit.connection.execute(
        select(*_FIELDS)
        .where(_ROW.commune_id == commune)
        .order_by(_ROW.done_at.is_not(None), _ROW.done_at.desc(), _ROW.due_at, _ROW.id)
        .limit(limit)
    )
    return [Petition(*row) for row in rows]


def find(unit: Unit, commune: CommuneId, receipt_hash: bytes) -> Petition | None:
    """The request with that receipt."""
    mine = (_ROW.commune_id == commune, _ROW.receipt_hash == receipt_hash)
    row = unit.connection.execute(select(*_FIELDS).where(*mine)).one_or_none()
    return None if row is None else Petition(*row)


def finish(unit: Unit, commune: CommuneId, number: int) -> bool:
    """It is done now; False when there is none that is still due."""
    mine = (_ROW.commune_id == commune, _ROW.id == number, _ROW.done_at.is_(None))
    done = update(data_requests).where(*mine).values(done_at=unit.now)
    return unit.connection.execute(done).rowcount == 1


def extend(unit: Unit, commune: CommuneId, number: int, due_at: datetime, note: str) -> bool:
    """It is due later, for a reason; False when there is none that is still due and was never put off."""
    mine = (_ROW.commune_id == commune, _ROW.id == number, _ROW.done_at.is_(None))
    once = (_ROW.due_at < due_at, _ROW.note.is_(None) | ~_ROW.note.startswith(PUT_OFF))
    later = update(data_requests).where(*mine, *once)
    changed = unit.connection.execute(later.values(due_at=due_at, note=f"{PUT_OFF}{note}"))
    return changed.rowcount == 1


PUT_OFF = "Gia hạn: "
"""How the note of a request begins that was put off, which may be done once."""


def count_overdue(unit: Unit) -> int:
    """Requests of any commune that should have been done by now."""
    late = select(func.count()).where(_ROW.done_at.is_(None), _ROW.due_at < unit.now)
    return int(unit.connection.execute(late).scalar_one())


def drop_done(unit: Unit, before: datetime) -> int:
    """Requests that were done before then leave the register; gives how many."""
    gone = delete(data_requests).where(_ROW.done_at < before)
    return unit.connection.execute(gone).rowcount
