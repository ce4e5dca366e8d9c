"""Closed periods: the bytes as they were on that day, who closed, reopened and issued them, and why.

What was frozen is never changed: a period that is closed anew gets a row of its own. Of one period at most
one row is in force; the database itself sees to that when two officers close at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, insert, select, update

from bot.core.vocabulary import ClosingStatus, CommuneId
from storage.database import INSERTS, Unit
from storage.models import staff
from storage.models_plans import closing_events, closings


class Part(StrEnum):
    """What of a closed period can be read: JSON for each audience, files, and what was counted."""

    INTERNAL = "internal"
    OUTGOING = "outgoing"
    DOCX = "docx"
    XLSX = "xlsx"
    BASIS = "basis"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class NewClosing:
    """A period to be frozen; ``ends_on`` is its last day, ``parts`` holds bytes for each part."""

    kind: str
    key: str
    starts_on: date
    ends_on: date
    data_hash: str
    software: str
    parts: dict[Part, bytes]
    staff_id: int | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """A closed period without its bytes; ``by`` is the name of who closed it, None at the terminal."""

    id: int
    kind: str
    key: str
    starts_on: date
    ends_on: date
    status: ClosingStatus
    closed_at: datetime
    data_hash: str
    software: str
    document: str | None
    issued_at: datetime | None
    reopened_at: datetime | None
    by: str | None

    @property
    def name(self) -> str:
        """The name of its period, as ``bot.core.periods.parse`` reads it."""
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing done to a closed period; ``by`` is a name, None at the terminal."""

    at: datetime
    what: str
    by: str | None
    reason: str | None


def add(unit: Unit, commune: CommuneId, fresh: NewClosing) -> Closing | None:
    """Freeze it; None when the period is closed already, also when somebody was faster by a moment."""
    values = {
        "commune_id": commune,
        "period_kind": fresh.kind,
        "period_key": fresh.key,
        "starts_on": fresh.starts_on,
        "ends_on": fresh.ends_on,
        "status": ClosingStatus.SUBMITTED,
        "closed_at": unit.now,
        "data_hash": fresh.data_hash,
        "software": fresh.software,
        "staff_id": fresh.staff_id,
    }
    new = INSERTS[unit.dialect](closings).values(values | {p.value: fresh.parts[p] for p in Part})
    added = new.on_conflict_do_nothing().returning(closings.c.id)
    number = unit.connection.execute(added).scalar_one_or_none()
    if number is None:
        return None
    _note(unit, commune, number, ("close", fresh.staff_id, None))
    return get(unit, commune, number)


def find(unit: Unit, commune: CommuneId, kind: str, key: str) -> Closing | None:
    """The closing of a period (kind, key) that is in force; None where there is none, or it was reopened."""
    row = closings.c
    mine = (row.period_kind == kind, row.period_key == key, row.reopened_at.is_(None))
    found = unit.connection.execute(_of(commune).where(*mine)).one_or_none()
    return _closing(found) if found is not None else None


def get(unit: Unit, commune: CommuneId, number: int) -> Closing:
    """The closing with this id, in force or not; raises ``LookupError`` when the commune has none."""
    found = unit.connection.execute(_of(commune).where(closings.c.id == number)).one_or_none()
    if found is None:
        raise LookupError(number)
    return _closing(found)


def read_part(unit: Unit, commune: CommuneId, number: int, part: Part) -> bytes:
    """The bytes of one part, as they were stored; raises ``LookupError`` when the commune has none."""
    row = closings.c
    mine = select(row[part.value]).where(row.commune_id == commune, row.id == number)
    found = unit.connection.execute(mine).scalar_one_or_none()
    if found is None:
        raise LookupError(number)
    return bytes(found)


def list_newest(unit: Unit, commune: CommuneId, most: int) -> list[Closing]:
    """Periods that are closed, the latest first."""
    row = closings.c
    mine = _of(commune).where(row.reopened_at.is_(None))
    rows = unit.connection.execute(mine.order_by(row.ends_on.desc(), row.id.desc()).limit(most))
    return [_closing(one) for one in rows]


def list_with_basis(unit: Unit, commune: CommuneId, kind: str) -> list[tuple[Closing, bytes]]:
    """Every closed period of a kind with what was counted, the earliest first."""
    row = closings.c
    mine = _of(commune).add_columns(row.basis)
    rows = unit.connection.execute(
        mine.where(row.period_kind == kind, row.reopened_at.is_(None)).order_by(
            row.starts_on, row.id
        )
    )
    return [(_closing(one), bytes(one.basis)) for one in rows]


def reopen(unit: Unit, commune: CommuneId, number: int, staff_id: int | None, reason: str) -> bool:
    """The period counts anew from now on; False when it was issued, or is not in force any more."""
    if not _change(unit, commune, (number, ClosingStatus.SUBMITTED), {"reopened_at": unit.now}):
        return False
    _note(unit, commune, number, ("reopen", staff_id, reason))
    return True


def issue(unit: Unit, commune: CommuneId, number: int, staff_id: int | None, document: str) -> bool:
    """It left the office under this number; False when it did before, or is not in force any more."""
    values = {"status": ClosingStatus.ISSUED, "document": document, "issued_at": unit.now}
    if not _change(unit, commune, (number, ClosingStatus.SUBMITTED), values):
        return False
    _note(unit, commune, number, ("issue", staff_id, document))
    return True


def renumber(
    unit: Unit, commune: CommuneId, number: int, document: str, why: tuple[int | None, str]
) -> bool:
    """The number of an issued report was wrong; ``why`` is by whom and the reason. False: not issued."""
    if not _change(unit, commune, (number, ClosingStatus.ISSUED), {"document": document}):
        return False
    _note(unit, commune, number, ("renumber", *why))
    return True


def list_events(unit: Unit, commune: CommuneId, kind: str, key: str) -> list[Event]:
    """All that was ever done to the closings of a period, the oldest first."""
    event, row = closing_events.c, closings.c
    joined = closing_events.join(
        closings, (row.commune_id == event.commune_id) & (row.id == event.closing_id)
    ).outerjoin(staff, (staff.c.commune_id == event.commune_id) & (staff.c.id == event.staff_id))
    rows = unit.connection.execute(
        select(event.at, event.what, staff.c.name, event.reason)
        .select_from(joined)
        .where(event.commune_id == commune, row.period_kind == kind, row.period_key == key)
        .order_by(event.id)
    )
    return [Event(*one) for one in rows]


def _change(
    unit: Unit, commune: CommuneId, seen: tuple[int, ClosingStatus], values: dict[str, Any]
) -> bool:
    number, status = seen
    row = closings.c
    mine = (row.commune_id == commune, row.id == number, row.status == status)
    changed = update(closings).where(*mine, row.reopened_at.is_(None)).values(values)
    return unit.connection.execute(changed).rowcount == 1


def _note(
    unit: Unit, commune: CommuneId, number: int, what: tuple[str, int | None, str | None]
) -> None:
    done, staff_id, reason = what
    unit.connection.execute(
        insert(closing_events).values(
            commune_id=commune,
            closing_id=number,
            at=unit.now,
            what=done,
            staff_id=staff_id,
            reason=reason,
        )
    )


_PLAIN = (
    closings.c.id,
    closings.c.period_kind.label("kind"),
    closings.c.period_key.label("key"),
    closings.c.starts_on,
    closings.c.ends_on,
    closings.c.status,
    closings.c.closed_at,
    closings.c.data_hash,
    closings.c.software,
    closings.c.document,
    closings.c.issued_at,
    closings.c.reopened_at,
    staff.c.name.label("by"),
)
"""Without the bytes: a list of periods would else read every file ever made."""
_AROUND = closings.outerjoin(
    staff, (staff.c.commune_id == closings.c.commune_id) & (staff.c.id == closings.c.staff_id)
)


def _of(commune: CommuneId) -> Select[Any]:
    return select(*_PLAIN).select_from(_AROUND).where(closings.c.commune_id == commune)


def _closing(row: Any) -> Closing:
    said = {name.key: getattr(row, name.key) for name in _PLAIN}
    return Closing(**said | {"status": ClosingStatus(row.status)})
