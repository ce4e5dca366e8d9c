"""Many telephone numbers at once, as a sheet of paper brings them: whom they name, what was agreed to.

The same rows as in ``storage/phones.py``, in a handful of statements. A number of a list names the first
person on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select

from bot.core.keys import Purpose
from bot.core.vocabulary import CommuneId, Use
from storage.consents import NewConsent
from storage.database import INSERTS, Unit
from storage.help_entries import MOST_AT_ONCE
from storage.models_people import consents, identities, people
from storage.phones import PHONE, phone_hash

FIRST = 1


@dataclass(frozen=True, slots=True)
class OnFile:
    """What is known of a number: whom it names (as who they count), and its consents to be counted once."""

    root: int | None = None
    versions: frozenset[str] = frozenset()  # of texts whose consent stands
    withdrawn_at: datetime | None = None  # the last time that somebody withdrew one


def look_up(unit: Unit, commune: CommuneId, phones: Sequence[str]) -> dict[str, OnFile]:
    """What is known of each number, under every live key."""
    found = {phone: OnFile() for phone in phones}
    hashes = {one: phone for phone in found for one in _hashes(unit, commune, phone)}
    for chunk in _chunks(list(hashes)):
        for value, root in unit.connection.execute(_roots(commune, chunk)):
            phone = hashes[bytes(value)]
            found[phone] = replace(found[phone], root=root)
        given = consents.c
        statement = select(given.subject, given.version, given.withdrawn_at).where(
            given.commune_id == commune, given.subject.in_(chunk), given.use == Use.COUNT_ONCE
        )
        for subject, version, withdrawn_at in unit.connection.execute(statement):
            phone = hashes[bytes(subject)]
            found[phone] = _with(found[phone], version, withdrawn_at)
    return found


def name_all(unit: Unit, commune: CommuneId, phones: Sequence[str]) -> dict[str, int]:
    """From now on each of these numbers, which named nobody, names somebody; gives who they count as.

    Where somebody else was faster, theirs is the person.
    """
    if not phones:
        return {}
    new = insert(people).returning(people.c.id)
    row = {"commune_id": commune, "created_at": unit.now}
    made = unit.connection.execute(new, [row] * len(phones)).scalars().all()
    hashes = {phone_hash(unit.keys, commune, phone): phone for phone in phones}
    named = [
        {
            "commune_id": commune,
            "person_id": person,
            "kind": PHONE,
            "value_hash": value,
            "key_id": unit.keys.current_id,
            "ordinal": FIRST,
        }
        for value, person in zip(hashes, made, strict=True)
    ]
    unique = ["commune_id", "kind", "value_hash", "ordinal"]
    statement = INSERTS[unit.dialect](identities).on_conflict_do_nothing(index_elements=unique)
    unit.connection.execute(statement, named)
    return {
        hashes[bytes(value)]: root
        for chunk in _chunks(list(hashes))
        for value, root in unit.connection.execute(_roots(commune, chunk))
    }


def agree_all(unit: Unit, commune: CommuneId, given: Mapping[str, NewConsent]) -> None:
    """Write down what was agreed to under each number."""
    rows = [
        {
            "commune_id": commune,
            "subject": phone_hash(unit.keys, commune, phone),
            "person_id": one.person_id,
            "use": one.use,
            "version": one.version,
            "text_hash": one.text_hash,
            "channel": one.channel,
            "way": one.way,
            "member_id": one.member_id,
            "given_at": unit.now,
        }
        for phone, one in given.items()
    ]
    if rows:
        unit.connection.execute(insert(consents), rows)


def _roots(commune: CommuneId, hashes: Sequence[bytes]) -> Select[Any]:
    root = func.coalesce(people.c.merged_into, people.c.id)
    return (
        select(identities.c.value_hash, root)
        .join_from(identities, people, people.c.id == identities.c.person_id)
        .where(
            identities.c.commune_id == commune,
            identities.c.kind == PHONE,
            identities.c.ordinal == FIRST,
            identities.c.value_hash.in_(hashes),
        )
    )


def _with(known: OnFile, version: str, withdrawn_at: datetime | None) -> OnFile:
    if withdrawn_at is None:
        return replace(known, versions=known.versions | {version})
    last = max(filter(None, (known.withdrawn_at, withdrawn_at)))
    return replace(known, withdrawn_at=last)


def _hashes(unit: Unit, commune: CommuneId, phone: str) -> tuple[bytes, ...]:
    older = unit.keys.older_hashes(Purpose.PERSON, str(commune), PHONE, phone)
    return phone_hash(unit.keys, commune, phone), *older


def _chunks(values: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(values), MOST_AT_ONCE):
        yield values[start : start + MOST_AT_ONCE]
