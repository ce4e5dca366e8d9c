"""What is put out besides sessions: loudspeaker readings, articles, leaflets; and every change of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, update

from bot.core.vocabulary import CommuneId, CommunicationKind, Topic
from storage.database import INSERTS, Unit
from storage.models_trainings import communication_events, communications
from storage.trainings import By as By  # services take it from here
from storage.trainings import Event


@dataclass(frozen=True, slots=True)
class Piece:
    """What was put out. ``amount`` counts readings, articles or leaflets, by kind.

    ``reach`` is an estimate of people, None where nobody estimated; ``team_id`` None is the office;
    ``photo_agreed`` says that who can be recognised on the photo has agreed to it.
    """

    kind: CommunicationKind
    title: str
    topic: Topic
    occurred_on: date
    amount: int
    guide: str | None = None
    team_id: int | None = None
    reach: int | None = None
    link: str | None = None
    note: str | None = None
    photo: str | None = None
    photo_agreed: bool | None = None


@dataclass(frozen=True, slots=True)
class Communication:
    """A piece as it stands."""

    id: int
    client_id: str
    piece: Piece
    by: By
    recorded_at: datetime
    voided_at: datetime | None
    revision: int


@dataclass(frozen=True, slots=True)
class KindSum:
    """What stands of one kind: lines, their amounts, and the estimates of those that have one."""

    kind: CommunicationKind
    times: int
    amount: int
    reach: int | None


def add_once(
    unit: Unit, commune: CommuneId, client_id: str, piece: Piece, by: By
) -> tuple[Communication, bool]:
    """Write it down; the earlier one and False when its client id has one already."""
    row = {
        "commune_id": commune,
        "client_id": client_id,
        "member_id": by.member_id,
        "staff_id": by.staff_id,
        "recorded_at": unit.now,
        "revision": 1,
    }
    new = INSERTS[unit.dialect](communications).values(row | _columns(piece))
    added = new.on_conflict_do_nothing(index_elements=["commune_id", "client_id"])
    made = unit.connection.execute(added.returning(communications.c.id)).scalar_one_or_none()
    if made is None:
        return _list(unit, _of(commune).where(communications.c.client_id == client_id))[0], False
    written = get(unit, commune, made)
    _note(unit, commune, written, ("write", by, None))
    return written, True


def find(unit: Unit, commune: CommuneId, number: int) -> Communication | None:
    """The line with this id; None when the commune has none."""
    found = _list(unit, _of(commune).where(communications.c.id == number))
    return found[0] if found else None


def get(unit: Unit, commune: CommuneId, number: int) -> Communication:
    """The same; raises ``LookupError`` when the commune has none."""
    found = find(unit, commune, number)
    if found is None:
        raise LookupError(number)
    return found


def correct(
    unit: Unit, commune: CommuneId, seen: Communication, piece: Piece, why: tuple[str, By, str]
) -> Communication | None:
    """It reads so from now on; None when it was changed or taken out since ``seen`` was read.

    ``why`` is what was done, by whom, and the reason.
    """
    return _change(unit, commune, seen, _columns(piece), why)


def void(
    unit: Unit, commune: CommuneId, seen: Communication, why: tuple[By, str]
) -> Communication | None:
    """It does not count any more, and its photo is nobody's; None as in ``correct``."""
    values = {"voided_at": unit.now, "photo": None, "photo_agreed": None}
    return _change(unit, commune, seen, values, ("void", *why))


def list_between(
    unit: Unit, commune: CommuneId, window: tuple[date, date], *, with_voided: bool = False
) -> list[Communication]:
    """What was put out in the half-open window, the newest day first."""
    row = communications.c
    chosen = _of(commune).where(row.occurred_on >= window[0], row.occurred_on < window[1])
    if not with_voided:
        chosen = chosen.where(row.voided_at.is_(None))
    return _list(unit, chosen.order_by(row.occurred_on.desc(), row.id.desc()))


def sum_by_kind(unit: Unit, commune: CommuneId, window: tuple[date, date]) -> list[KindSum]:
    """What stands in the half-open window, kind by kind; a kind of which nothing stands is left out."""
    row = communications.c
    sums = unit.connection.execute(
        select(row.kind, func.count(), func.sum(row.amount), func.sum(row.reach))
        .where(
            row.commune_id == commune,
            row.occurred_on >= window[0],
            row.occurred_on < window[1],
            row.voided_at.is_(None),
        )
        .group_by(row.kind)
        .order_by(row.kind)
    )
    return [
        KindSum(CommunicationKind(kind), times, int(amount), None if reach is None else int(reach))
        for kind, times, amount, reach in sums
    ]


def list_events(unit: Unit, commune: CommuneId, number: int) -> list[Event]:
    """Every change of a line, the oldest first."""
    row = communication_events.c
    rows = unit.connection.execute(
        select(row.at, row.what, row.member_id, row.staff_id, row.reason, row.content)
        .where(row.commune_id == commune, row.communication_id == number)
        .order_by(row.id)
    )
    return [Event(one[0], one[1], By(one[2], one[3]), one[4], one[5]) for one in rows]


def content_of(written: Communication) -> str:
    """How it stands, as canonical JSON; of the photo only whether there is one."""
    said = _columns(written.piece)
    said |= {
        "occurred_on": written.piece.occurred_on.isoformat(),
        "photo": written.piece.photo is not None,
        "voided": written.voided_at is not None,
    }
    return json.dumps(said, sort_keys=True, ensure_ascii=False)


def _change(
    unit: Unit,
    commune: CommuneId,
    seen: Communication,
    values: dict[str, Any],
    why: tuple[str, By, str],
) -> Communication | None:
    row = communications.c
    changed = unit.connection.execute(
        update(communications)
        .where(
            row.commune_id == commune,
            row.id == seen.id,
            row.revision == seen.revision,
            row.voided_at.is_(None),
        )
        .values(values | {"revision": seen.revision + 1})
    )
    if changed.rowcount == 0:
        return None
    fresh = get(unit, commune, seen.id)
    _note(unit, commune, fresh, why)
    return fresh


def _note(
    unit: Unit, commune: CommuneId, written: Communication, why: tuple[str, By, str | None]
) -> None:
    what, by, reason = why
    unit.connection.execute(
        insert(communication_events).values(
            commune_id=commune,
            communication_id=written.id,
            at=unit.now,
            what=what,
            member_id=by.member_id,
            staff_id=by.staff_id,
            reason=reason,
            content=content_of(written),
        )
    )


def _of(commune: CommuneId) -> Select[Any]:
    return select(communications).where(communications.c.commune_id == commune)


def _columns(piece: Piece) -> dict[str, Any]:
    return {field.name: getattr(piece, field.name) for field in fields(piece)}


def _list(unit: Unit, statement: Select[Any]) -> list[Communication]:
    return [_communication(row._mapping) for row in unit.connection.execute(statement)]


def _communication(row: Any) -> Communication:
    said = {field.name: row[field.name] for field in fields(Piece)}
    worded = {"kind": CommunicationKind(row["kind"]), "topic": Topic(row["topic"])}
    return Communication(
        id=row["id"],
        client_id=row["client_id"],
        piece=Piece(**said | worded),
        by=By(row["member_id"], row["staff_id"]),
        recorded_at=row["recorded_at"],
        voided_at=row["voided_at"],
        revision=row["revision"],
    )
