"""What is known of a person and of their chat, and taking it away so that the figures stay.

Entries are counted by person. Whoever is erased gets another number, drawn at random and below zero, that
nothing leads to: no hash, no merge, no revision and no older backup says whose it is.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from bot.core.keys import Purpose
from bot.core.vocabulary import CommuneId, Identity, RequestStatus
from storage import help_days, learning, merges, seats
from storage.database import Unit
from storage.models import join_requests, members
from storage.models_help import (
    confirmations,
    help_entries,
    help_entry_revisions,
    help_request_events,
    help_requests,
)
from storage.models_people import consents, contacts, identities, people
from storage.models_trainings import attendances, trainings

HIGHEST = 2**31 - 1
NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)
"""When whoever was erased became known: no moment of theirs, which would lead back to them."""


@dataclass(frozen=True, slots=True)
class Number:
    """A phone number kept in clear under seal: where, since when, and by which consent."""

    phone: str
    since: datetime
    consent: int | None


@dataclass(frozen=True, slots=True)
class Helped:
    """Entries of a person that count: visits, and the days of the first and the last."""

    visits: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Sat:
    """Classes in which a person took a seat that counts: how many, and when the first and the last began."""

    classes: int
    first: datetime
    last: datetime


def find_group(unit: Unit, commune: CommuneId, persons: Sequence[int]) -> list[int]:
    """These people and everybody who counts as the same as one of them."""
    root = func.coalesce(people.c.merged_into, people.c.id)
    roots = select(root).where(people.c.commune_id == commune, people.c.id.in_(persons))
    group = select(people.c.id).where(people.c.commune_id == commune, root.in_(roots))
    return list(unit.connection.execute(group.order_by(people.c.id)).scalars())


def list_led_to(
    unit: Unit, commune: CommuneId, identity: Identity, subjects: Sequence[bytes]
) -> list[int]:
    """People to whom what was agreed to, or asked for, in this chat leads, by a number typed there."""
    agreed = select(consents.c.person_id).where(
        consents.c.commune_id == commune,
        consents.c.subject.in_(subjects),
        consents.c.person_id.is_not(None),
    )
    asked = select(help_requests.c.person_id).where(
        help_requests.c.commune_id == commune,
        help_requests.c.identity == identity,
        help_requests.c.person_id.is_not(None),
    )
    return sorted(set(unit.connection.execute(agreed.union(asked)).scalars()))


def is_of_another_chat(
    unit: Unit, commune: CommuneId, group: Sequence[int], subjects: Sequence[bytes]
) -> bool:
    """True when another chat names these people, or has agreed to something for them."""
    name = identities.c
    named = select(name.id).where(
        name.commune_id == commune,
        name.person_id.in_(group),
        name.kind == "chat",
        name.value_hash.not_in(subjects),
    )
    row = consents.c
    agreed = select(row.id).where(
        row.commune_id == commune,
        row.person_id.in_(group),
        row.way == "chat",
        row.withdrawn_at.is_(None),
        row.subject.not_in(subjects),
    )
    return unit.connection.execute(named.union(agreed).limit(1)).first() is not None


def find_helped(unit: Unit, commune: CommuneId, group: Sequence[int]) -> Helped | None:
    """What was written of these people, as figures; None when nothing was."""
    row = help_entries.c
    found = unit.connection.execute(
        select(func.sum(row.visits), func.min(row.occurred_on), func.max(row.occurred_on)).where(
            row.commune_id == commune, row.person_id.in_(group), row.voided_at.is_(None)
        )
    ).one()
    return None if found[0] is None else Helped(int(found[0]), found[1], found[2])


def find_sat(unit: Unit, commune: CommuneId, group: Sequence[int]) -> Sat | None:
    """The classes of these people, each once; None when they were in none."""
    row, of = attendances.c, trainings.c
    began = (
        select(of.id, of.starts_at)
        .join(attendances, (of.commune_id == row.commune_id) & (of.id == row.training_id))
        .where(row.commune_id == commune, row.person_id.in_(group), row.voided_at.is_(None))
        .distinct()
    )
    starts = sorted(one.starts_at for one in unit.connection.execute(began))
    return Sat(len(starts), starts[0], starts[-1]) if starts else None


def list_numbers(unit: Unit, commune: CommuneId, consents_held: Sequence[int]) -> list[Number]:
    """Numbers that are kept under these consents, each once."""
    row = contacts.c
    rows = unit.connection.execute(
        select(row.phone, row.created_at, row.consent_id)
        .where(row.commune_id == commune, row.consent_id.in_(consents_held))
        .order_by(row.id)
    )
    opened = (
        Number(unit.keys.open(Purpose.PHONE, bytes(one[0])).decode(), one[1], one[2])
        for one in rows
    )
    return list({one.phone: one for one in opened}.values())


def count_names(unit: Unit, commune: CommuneId, group: Sequence[int]) -> dict[str, int]:
    """How many hashes lead to these people, by kind: chats and phones."""
    row = identities.c
    rows = unit.connection.execute(
        select(row.kind, func.count())
        .where(row.commune_id == commune, row.person_id.in_(group))
        .group_by(row.kind)
    )
    return {kind: int(count) for kind, count in rows}


def list_open_requests(unit: Unit, commune: CommuneId, identity: Identity) -> list[datetime]:
    """When the requests were made that this chat still waits for."""
    row = help_requests.c
    rows = select(row.opened_at).where(
        row.commune_id == commune, row.identity == identity, row.closed_at.is_(None)
    )
    return list(unit.connection.execute(rows.order_by(row.id)).scalars())


def drop_numbers_of(unit: Unit, commune: CommuneId, consents_gone: Sequence[int]) -> None:
    """The numbers that these consents kept go, from contacts and requests."""
    row = contacts.c
    mine = (row.commune_id == commune, row.consent_id.in_(consents_gone))
    unit.connection.execute(delete(contacts).where(*mine))
    asked = help_requests.c
    held = (asked.commune_id == commune, asked.consent_id.in_(consents_gone))
    unit.connection.execute(update(help_requests).where(*held).values(phone=None))


def drop_phone_names(unit: Unit, commune: CommuneId, group: Sequence[int]) -> None:
    """No phone leads to these people any more."""
    row = identities.c
    mine = (row.commune_id == commune, row.person_id.in_(group), row.kind == "phone")
    unit.connection.execute(delete(identities).where(*mine))


def drop_member_phone(unit: Unit, commune: CommuneId, member: int) -> None:
    """A member's own number is shown to nobody any more."""
    mine = (members.c.commune_id == commune, members.c.id == member)
    unit.connection.execute(update(members).where(*mine).values(phone=None))


def swap(unit: Unit, commune: CommuneId, group: Sequence[int]) -> None:
    """These people become one whom nothing leads to; what was written of them counts for that one."""
    nobody = _add_nobody(unit, commune)
    _rewrite_entries(unit, commune, group, nobody)
    for table in (identities, contacts):
        mine = (table.c.commune_id == commune, table.c.person_id.in_(group))
        unit.connection.execute(delete(table).where(*mine))
    sat = (attendances.c.commune_id == commune, attendances.c.person_id.in_(group))
    unit.connection.execute(update(attendances).where(*sat).values(person_id=nobody, seat=None))
    asked = (help_requests.c.commune_id == commune, help_requests.c.person_id.in_(group))
    _call_off(unit, asked)
    unit.connection.execute(update(help_requests).where(*asked).values(person_id=None, phone=None))
    agreed = (consents.c.commune_id == commune, consents.c.person_id.in_(group))
    unit.connection.execute(update(consents).where(*agreed).values(person_id=None))
    merges.drop_of(unit, commune, group)
    # Their rows stay, empty: SQLite would give their numbers to somebody else.
    own = (people.c.commune_id == commune, people.c.id.in_(group))
    unit.connection.execute(update(people).where(*own).values(merged_into=None))


def _add_nobody(unit: Unit, commune: CommuneId) -> int:
    """Below zero, where no sequence of numbers ever comes."""
    while True:
        number = -1 - secrets.randbelow(HIGHEST)
        known = select(people.c.id).where(people.c.id == number)
        if unit.connection.execute(known).first() is None:
            row = {"id": number, "commune_id": commune, "created_at": NO_DAY}
            unit.connection.execute(insert(people).values(row))
            return number


def _rewrite_entries(unit: Unit, commune: CommuneId, group: Sequence[int], nobody: int) -> None:
    """Entries and every earlier reading of them; what was noted of the person is left out."""
    entry, read = help_entries.c, help_entry_revisions.c
    mine = (entry.commune_id == commune, entry.person_id.in_(group))
    readings = select(read.id, read.content).join(
        help_entries, (entry.commune_id == read.commune_id) & (entry.id == read.entry_id)
    )
    now = readings.where(*mine)
    # An entry that was corrected may have named somebody of them before.
    before = readings.where(entry.commune_id == commune, entry.revision > 1)
    for number, content in unit.connection.execute(now.union(before)).all():
        said = json.loads(content)
        if said.get("person_id") in group:
            said["person_id"] = nobody
            said.pop("note", None)
            kept = json.dumps(said, sort_keys=True, ensure_ascii=False)
            row = update(help_entry_revisions).where(read.id == number)
            unit.connection.execute(row.values(content=kept))
    help_days.forget_people(unit, commune, group)
    unit.connection.execute(update(help_entries).where(*mine).values(person_id=nobody, note=None))


def drop_consented(unit: Unit, commune: CommuneId, subjects: Sequence[bytes]) -> None:
    """What was agreed to under these hashes names no person any more; the proof of it stays."""
    row = consents.c
    mine = (row.commune_id == commune, row.subject.in_(subjects))
    unit.connection.execute(update(consents).where(*mine).values(person_id=None))


def drop_chat(unit: Unit, commune: CommuneId, identity: Identity) -> None:
    """Nothing of requests, classes, checks and wishes to join says any more which chat it was."""
    row = help_requests.c
    mine = (row.commune_id == commune, row.identity == identity)
    _call_off(unit, mine)
    gone: dict[str, None] = {"identity": None, "phone": None, "person_id": None}
    unit.connection.execute(update(help_requests).where(*mine).values(gone))
    seats.drop_chat(unit, commune, identity)
    learning.forget_chat(unit, commune, identity)
    drop_marks(unit, [identity])


def _call_off(unit: Unit, mine: Sequence[ColumnElement[bool]]) -> None:
    """Requests that still wait are called off: nobody could be told of them, or called."""
    row = help_requests.c
    ended = {"status": RequestStatus.CANCELLED, "closed_at": unit.now}
    waiting = update(help_requests).where(*mine, row.closed_at.is_(None)).values(ended)
    for commune, number in unit.connection.execute(waiting.returning(row.commune_id, row.id)).all():
        event = {"commune_id": commune, "request_id": number, "at": unit.now, "what": "erased"}
        unit.connection.execute(insert(help_request_events).values(event))


def drop_marks(unit: Unit, chats: Sequence[Identity]) -> None:
    """The hashes of forgotten chats go from what outlives them.

    A request that waits stays where a number was left to call; otherwise nobody could be told, and it ends.
    """
    row = help_requests.c
    _call_off(unit, (row.identity.in_(chats), row.phone.is_(None)))
    for table in (help_requests, confirmations):
        named = update(table).where(table.c.identity.in_(chats))
        unit.connection.execute(named.values(identity=None))
    unit.connection.execute(delete(join_requests).where(join_requests.c.identity.in_(chats)))
