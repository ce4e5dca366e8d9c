"""Telephone numbers: a keyed hash that says who is who and, where that was agreed to, the number, sealed.

A household's phone may name several people: each has an ordinal, 1 for the first.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update

from bot.core.keys import KeyRing, Purpose
from bot.core.vocabulary import CommuneId
from storage import consents
from storage.database import Unit
from storage.models_people import contacts, identities, people
from storage.people import add_person

PHONE = "phone"


@dataclass(frozen=True, slots=True)
class OnPhone:
    """Somebody whom a number names; ``root`` is the person that they count as."""

    ordinal: int
    person: int
    root: int


def phone_hash(keys: KeyRing, commune: CommuneId, phone: str) -> bytes:
    """How a number (E.164) stands in ``identities``: a small number space, so never a plain hash."""
    return keys.hash(Purpose.PERSON, str(commune), PHONE, phone)


def live_hashes(keys: KeyRing, commune: CommuneId, phone: str) -> tuple[bytes, ...]:
    """The same under every key that is still readable, the present one first."""
    older = keys.older_hashes(Purpose.PERSON, str(commune), PHONE, phone)
    return phone_hash(keys, commune, phone), *older


def list_on_phone(unit: Unit, commune: CommuneId, phone: str) -> list[OnPhone]:
    """Whom a number names, by ordinal; rows of an older key are written anew under the present one."""
    present, *older = live_hashes(unit.keys, commune, phone)
    mine = (identities.c.commune_id == commune, identities.c.kind == PHONE)
    if older:
        renewed = {"value_hash": present, "key_id": unit.keys.current_id}
        unit.connection.execute(
            update(identities).where(*mine, identities.c.value_hash.in_(older)).values(**renewed)
        )
        consents.rename(unit, commune, older, present)
    root = func.coalesce(people.c.merged_into, people.c.id)
    rows = unit.connection.execute(
        select(identities.c.ordinal, people.c.id, root)
        .join_from(identities, people, people.c.id == identities.c.person_id)
        .where(*mine, identities.c.value_hash == present)
        .order_by(identities.c.ordinal)
    )
    return [OnPhone(*row) for row in rows]


def name_phone(unit: Unit, commune: CommuneId, phone: str, ordinal: int, person: int) -> None:
    """From now on this number, under this ordinal, names that person."""
    unit.connection.execute(
        insert(identities).values(
            commune_id=commune,
            person_id=person,
            kind=PHONE,
            value_hash=phone_hash(unit.keys, commune, phone),
            key_id=unit.keys.current_id,
            ordinal=ordinal,
        )
    )


def root_of(unit: Unit, commune: CommuneId, person: int) -> int | None:
    """Who a person counts as; None when the commune has no such person."""
    root = func.coalesce(people.c.merged_into, people.c.id)
    mine = (people.c.commune_id == commune, people.c.id == person)
    found: int | None = unit.connection.execute(select(root).where(*mine)).scalar_one_or_none()
    return found


NumberKey = tuple[bytes, bytes]
"""The keyed hash of a number, and the id of its key."""


def key_of(unit: Unit, commune: CommuneId, person: int) -> NumberKey | None:
    """The newest number that names a person; None without one."""
    row = unit.connection.execute(
        select(identities.c.value_hash, identities.c.key_id)
        .where(
            identities.c.commune_id == commune,
            identities.c.kind == PHONE,
            identities.c.person_id == person,
        )
        .order_by(identities.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (bytes(row[0]), bytes(row[1]))


def person_at(unit: Unit, commune: CommuneId, number: NumberKey, ordinal: int) -> int:
    """The person that a number names under an ordinal; made when there is none."""
    value_hash, key_id = number
    known: int | None = unit.connection.execute(
        select(identities.c.person_id).where(
            identities.c.commune_id == commune,
            identities.c.kind == PHONE,
            identities.c.value_hash == value_hash,
            identities.c.ordinal == ordinal,
        )
    ).scalar_one_or_none()
    if known is not None:
        return known
    person = add_person(unit, commune)
    unit.connection.execute(
        insert(identities).values(
            commune_id=commune,
            person_id=person,
            kind=PHONE,
            value_hash=value_hash,
            key_id=key_id,
            ordinal=ordinal,
        )
    )
    return person


def keep_number(unit: Unit, commune: CommuneId, person: int, phone: str, consent: int) -> None:
    """Keep the number itself, sealed, for as long as the consent stands; an earlier one is replaced."""
    drop_numbers(unit, commune, person)
    sealed = unit.keys.seal(Purpose.PHONE, phone.encode())
    unit.connection.execute(
        insert(contacts).values(
            commune_id=commune,
            person_id=person,
            phone=sealed,
            consent_id=consent,
            created_at=unit.now,
        )
    )


def find_number(unit: Unit, commune: CommuneId, person: int) -> str | None:
    """The number kept for a person; None where none is."""
    sealed = unit.connection.execute(
        select(contacts.c.phone).where(
            contacts.c.commune_id == commune, contacts.c.person_id == person
        )
    ).scalar_one_or_none()
    return None if sealed is None else unit.keys.open(Purpose.PHONE, bytes(sealed)).decode()


def drop_numbers(unit: Unit, commune: CommuneId, person: int) -> None:
    """The number itself goes; that it names the person, as a keyed hash, stays."""
    unit.connection.execute(
        delete(contacts).where(contacts.c.commune_id == commune, contacts.c.person_id == person)
    )
