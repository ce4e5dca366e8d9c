"""Seats that were taken in a training: one a chat, lines for people without a phone, rows of a paper list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import ColumnElement, func, select, update

from bot.core.keys import KeyRing, Purpose
from bot.core.vocabulary import AgeBand, CommuneId, Evidence, Identity
from storage.database import INSERTS, Unit
from storage.help_entries import By
from storage.models_people import people
from storage.models_trainings import attendances

_STRENGTH = {one: place for place, one in enumerate(Evidence)}


@dataclass(frozen=True, slots=True)
class NewSeat:
    """A seat to be taken. ``client_id`` makes a repeat harmless; ``seat`` is that of a chat, else None."""

    client_id: str
    training_id: int
    evidence: Evidence
    seat: bytes | None = None
    person_id: int | None = None
    age_band: AgeBand | None = None
    neighbourhood_id: int | None = None
    by: By | None = None
    import_id: int | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat as it stands; who sits there is known only with a consent."""

    id: int
    training_id: int
    evidence: Evidence
    person_id: int | None
    age_band: AgeBand | None
    neighbourhood_id: int | None
    at: datetime
    by: By
    voided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Count:
    """Seats of a training: one person in two chats takes one; ``without_person`` are of nobody known."""

    seats: int
    people: int
    without_person: int
    by_evidence: dict[Evidence, int]


def seat_hash(keys: KeyRing, commune: CommuneId, training: int, identity: Identity) -> bytes:
    """How a chat stands in one training: hashes of two trainings cannot be told to be of one chat."""
    return keys.hash(Purpose.PERSON, "seat", str(commune), str(training), identity.hex())


def seat_hashes(
    keys: KeyRing, commune: CommuneId, training: int, identity: Identity
) -> tuple[bytes, ...]:
    """The same under every key that is still readable, the present one first."""
    parts = ("seat", str(commune), str(training), identity.hex())
    return keys.hash(Purpose.PERSON, *parts), *keys.older_hashes(Purpose.PERSON, *parts)


def take(unit: Unit, commune: CommuneId, fresh: NewSeat) -> tuple[Seat, bool]:
    """Take the seat; the one that stands for the chat, or the client id, and False when there is one."""
    values = {
        "commune_id": commune,
        "client_id": fresh.client_id,
        "training_id": fresh.training_id,
        "evidence": fresh.evidence,
        "seat": fresh.seat,
        "person_id": fresh.person_id,
        "age_band": fresh.age_band,
        "neighbourhood_id": fresh.neighbourhood_id,
        "at": unit.now,
        "member_id": fresh.by.member_id if fresh.by else None,
        "staff_id": fresh.by.staff_id if fresh.by else None,
        "import_id": fresh.import_id,
    }
    row = attendances.c
    new = INSERTS[unit.dialect](attendances).values(values).on_conflict_do_nothing()
    made = unit.connection.execute(new.returning(row.id)).scalar_one_or_none()
    if made is not None:
        return _one(unit, row.commune_id == commune, row.id == made), True
    by_client = (row.commune_id == commune, row.client_id == fresh.client_id)
    found = _list(unit, *by_client)
    if not found and fresh.seat is not None:
        found = _list(
            unit,
            row.commune_id == commune,
            row.training_id == fresh.training_id,
            row.seat == fresh.seat,
        )
    return found[0], False


def find(unit: Unit, commune: CommuneId, training: int, seats: Sequence[bytes]) -> Seat | None:
    """The seat of a chat in a training, also one that was taken out; ``seats`` as ``seat_hashes`` gives."""
    row = attendances.c
    mine = (row.commune_id == commune, row.training_id == training, row.seat.in_(seats))
    found = _list(unit, *mine)
    return found[0] if found else None


class About(TypedDict, total=False):
    """What may be known of a seat besides that it was taken."""

    age_band: AgeBand | None
    neighbourhood_id: int | None
    person_id: int | None


def describe(unit: Unit, commune: CommuneId, number: int, **about: Unpack[About]) -> None:
    """Write down what is known of a seat; None leaves what was known before."""
    known = {name: value for name, value in about.items() if value is not None}
    if known:
        row = attendances.c
        mine = (row.commune_id == commune, row.id == number)
        unit.connection.execute(update(attendances).where(*mine).values(known))


def list_of(unit: Unit, commune: CommuneId, training: int) -> list[Seat]:
    """Seats of a training that count, in the order they were taken."""
    row = attendances.c
    return _list(
        unit, row.commune_id == commune, row.training_id == training, row.voided_at.is_(None)
    )


def list_seats(unit: Unit, commune: CommuneId, training: int) -> frozenset[bytes]:
    """The hashes of all chats that have a seat in it."""
    row = attendances.c
    mine = (row.commune_id == commune, row.training_id == training, row.voided_at.is_(None))
    found = unit.connection.execute(select(row.seat).where(*mine, row.seat.is_not(None)))
    return frozenset(bytes(one) for one in found.scalars())


def list_of_people(unit: Unit, commune: CommuneId, persons: Sequence[int]) -> list[Seat]:
    """Seats of these people that count, in the order they were taken."""
    row = attendances.c
    return _list(
        unit, row.commune_id == commune, row.person_id.in_(persons), row.voided_at.is_(None)
    )


def unname(unit: Unit, commune: CommuneId, number: int) -> None:
    """The seat stays, and is nobody's that is known."""
    row = attendances.c
    mine = (row.commune_id == commune, row.id == number)
    unit.connection.execute(update(attendances).where(*mine).values(person_id=None))


def void(unit: Unit, commune: CommuneId, number: int, reason: str) -> bool:
    """Take a seat out, for a reason; False when it is out already or there is none."""
    row = attendances.c
    mine = (row.commune_id == commune, row.id == number, row.voided_at.is_(None))
    out = update(attendances).where(*mine).values(voided_at=unit.now, reason=reason)
    return unit.connection.execute(out).rowcount == 1


def count(unit: Unit, commune: CommuneId, training: int) -> Count:
    """Seats of one training, a person in several chats once, by the strongest evidence."""
    row = attendances.c
    root = func.coalesce(people.c.merged_into, people.c.id)
    of_person = (people.c.commune_id == row.commune_id) & (people.c.id == row.person_id)
    found = unit.connection.execute(
        select(root, row.evidence)
        .outerjoin_from(attendances, people, of_person)
        .where(row.commune_id == commune, row.training_id == training, row.voided_at.is_(None))
    )
    without: Counter[Evidence] = Counter()
    known: dict[int, Evidence] = {}
    for person, said in found:
        evidence = Evidence(said)
        if person is None:
            without[evidence] += 1
        else:
            known[person] = min(known.get(person, evidence), evidence, key=_STRENGTH.__getitem__)
    by_evidence = without + Counter(known.values())
    return Count(by_evidence.total(), len(known), without.total(), dict(by_evidence))


def _one(unit: Unit, *conditions: ColumnElement[bool]) -> Seat:
    return _list(unit, *conditions)[0]


def _list(unit: Unit, *conditions: ColumnElement[bool]) -> list[Seat]:
    rows = unit.connection.execute(
        select(attendances).where(*conditions).order_by(attendances.c.id)
    )
    return [_seat(row) for row in rows]


def _seat(row: Any) -> Seat:
    return Seat(
        id=row.id,
        training_id=row.training_id,
        evidence=Evidence(row.evidence),
        person_id=row.person_id,
        age_band=AgeBand(row.age_band) if row.age_band else None,
        neighbourhood_id=row.neighbourhood_id,
        at=row.at,
        by=By(row.member_id, row.staff_id),
        voided_at=row.voided_at,
    )
