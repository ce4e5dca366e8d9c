"""What helped people say of an entry in their own chats: who was asked, what was said, who wants none.

A chat stands here as its keyed hash, and no longer than it is known at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import and_, delete, exists, func, select, update

from bot.core.keys import Purpose
from bot.core.vocabulary import AccountId, CommuneId, Confirmation, Identity, Topic
from storage import help_days
from storage.database import INSERTS, Unit
from storage.models import conversations, members, teams
from storage.models_accounts import accounts
from storage.models_help import (
    confirmations,
    help_entries,
    help_entry_revisions,
    help_requests,
    unasked_chats,
)
from storage.models_people import identities, people
from storage.notices import Chat
from storage.people import CHAT, chat_hash

T = TypeVar("T")

MOST_AT_ONCE = 500
"""Ids in one statement."""

_root = func.coalesce(people.c.merged_into, help_entries.c.person_id)
"""Whom an entry counts for."""
_of_person = and_(
    people.c.commune_id == help_entries.c.commune_id, people.c.id == help_entries.c.person_id
)


@dataclass(frozen=True, slots=True)
class Due:
    """An entry that nobody was asked about: whom it is about, and the chat that the help was asked for in."""

    entry: int
    team: str
    occurred_on: date
    topic: Topic
    recorded_at: datetime
    person: int | None
    identity: Identity | None


@dataclass(frozen=True, slots=True)
class OpenChat:
    """A chat where somebody can be asked, and the state of its conversation."""

    chat: Chat
    channel: str
    state: str
    last_used_at: datetime
    last_act_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that this chat was asked, with the answer where there is one."""

    entry: int
    team_id: int
    occurred_on: date
    topic: Topic
    member: str | None
    asked_at: datetime
    answer: Confirmation | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Denied:
    """An entry whose person says that there was no such help; settled once somebody changed it since."""

    entry: int
    team_id: int
    occurred_on: date
    topic: Topic
    team: str
    member: str | None
    answered_at: datetime
    is_settled: bool


def list_due(unit: Unit, commune: CommuneId, since: date) -> list[Due]:
    """Entries of these days whose person may be known in a chat, the newest first.

    A child who came for a parent is no witness of what the parent was helped with: those are left out.
    """
    row = help_entries.c
    is_asked = exists().where(
        confirmations.c.commune_id == row.commune_id, confirmations.c.entry_id == row.id
    )
    found = unit.connection.execute(
        select(
            row.id,
            teams.c.name,
            row.occurred_on,
            row.topic,
            row.recorded_at,
            _root,
            help_requests.c.identity,
        )
        .join(teams, teams.c.id == row.team_id)
        .outerjoin(people, _of_person)
        .outerjoin(
            help_requests,
            and_(help_requests.c.commune_id == row.commune_id, help_requests.c.entry_id == row.id),
        )
        .where(
            row.commune_id == commune,
            row.occurred_on >= since,
            row.voided_at.is_(None),
            row.asked_for.is_(None),
            row.person_id.is_not(None) | help_requests.c.identity.is_not(None),
            ~is_asked,
        )
        .order_by(row.id.desc())
    )
    return [
        Due(one[0], one[1], one[2], Topic(one[3]), one[4], one[5], _identity(one[6]))
        for one in found
    ]


def find_chats(unit: Unit, commune: CommuneId, person_ids: Collection[int]) -> dict[Identity, int]:
    """Chats that name one of these people, and which: nothing but the key leads from a person to a chat."""
    names = _chat_names(unit, commune, person_ids)
    if not names:
        return {}
    rows = unit.connection.execute(
        select(conversations.c.identity).where(conversations.c.commune_id == commune)
    )
    found: dict[Identity, int] = {}
    for (value,) in rows:
        identity = Identity(bytes(value))
        known = [names[one] for one in _hashes(unit, commune, identity) if one in names]
        if known:
            found[identity] = known[0]
    return found


def _chat_names(unit: Unit, commune: CommuneId, ids: Collection[int]) -> dict[bytes, int]:
    """Keyed hash of each chat of these people, as ``identities`` has it, and who they count as."""
    root = func.coalesce(people.c.merged_into, people.c.id)
    of_chats = (
        select(identities.c.value_hash, root)
        .join(people, people.c.id == identities.c.person_id)
        .where(identities.c.commune_id == commune, identities.c.kind == CHAT)
    )
    names: dict[bytes, int] = {}
    for chunk in _chunks(sorted(ids)):
        rows = unit.connection.execute(of_chats.where(root.in_(chunk)))
        names |= {bytes(value): person for value, person in rows}
    return names


def _hashes(unit: Unit, commune: CommuneId, identity: Identity) -> tuple[bytes, ...]:
    older = unit.keys.older_hashes(Purpose.PERSON, str(commune), CHAT, identity.hex())
    return chat_hash(unit.keys, commune, identity), *older


def list_open(unit: Unit, commune: CommuneId, chats: Collection[Identity]) -> list[OpenChat]:
    """Those of the chats that can be written to and want to be asked, the one used last first."""
    wants_none = exists().where(unasked_chats.c.identity == conversations.c.identity)
    found: list[OpenChat] = []
    for chunk in _chunks(sorted(chats)):
        rows = unit.connection.execute(
            select(
                conversations.c.account_id,
                conversations.c.identity,
                accounts.c.channel,
                conversations.c.state,
                conversations.c.last_used_at,
                conversations.c.last_act_at,
            )
            .join(accounts, accounts.c.id == conversations.c.account_id)
            .where(
                conversations.c.commune_id == commune,
                conversations.c.identity.in_(chunk),
                conversations.c.reachable,
                conversations.c.forget_at.is_(None),
                conversations.c.silent_since.is_(None),
                ~wants_none,
            )
        )
        found += [
            OpenChat(Chat(commune, AccountId(row[0]), Identity(bytes(row[1]))), *row[2:])
            for row in rows
        ]
    return sorted(found, key=lambda one: one.last_used_at, reverse=True)


def list_asked_since(
    unit: Unit, commune: CommuneId, since: datetime
) -> tuple[set[Identity], set[int]]:
    """Chats and people that were asked since then."""
    rows = unit.connection.execute(
        select(confirmations.c.identity, _root)
        .join(
            help_entries,
            and_(
                help_entries.c.commune_id == confirmations.c.commune_id,
                help_entries.c.id == confirmations.c.entry_id,
            ),
        )
        .outerjoin(people, _of_person)
        .where(confirmations.c.commune_id == commune, confirmations.c.asked_at > since)
    ).all()
    return (
        {Identity(bytes(row[0])) for row in rows if row[0] is not None},
        {row[1] for row in rows if row[1] is not None},
    )


def add(unit: Unit, commune: CommuneId, entry_id: int, identity: Identity) -> bool:
    """This chat is asked about the entry now; False when somebody was asked already."""
    row = {
        "commune_id": commune,
        "entry_id": entry_id,
        "identity": identity,
        "asked_at": unit.now,
    }
    statement = INSERTS[unit.dialect](confirmations).values(row)
    added = statement.on_conflict_do_nothing(index_elements=["commune_id", "entry_id"])
    return unit.connection.execute(added.returning(confirmations.c.id)).first() is not None


def find_newest(unit: Unit, commune: CommuneId, identity: Identity) -> Asked | None:
    """The last question that this chat was asked."""
    return _find(unit, commune, identity, None)


def find(unit: Unit, commune: CommuneId, identity: Identity, entry_id: int) -> Asked | None:
    """The question about this entry, if this chat was asked it."""
    return _find(unit, commune, identity, entry_id)


def _find(unit: Unit, commune: CommuneId, identity: Identity, entry_id: int | None) -> Asked | None:
    row = confirmations.c
    statement = (
        select(
            row.entry_id,
            help_entries.c.team_id,
            help_entries.c.occurred_on,
            help_entries.c.topic,
            members.c.name,
            row.asked_at,
            row.answer,
            row.answered_at,
        )
        .join(
            help_entries,
            and_(help_entries.c.commune_id == row.commune_id, help_entries.c.id == row.entry_id),
        )
        .outerjoin(members, members.c.id == help_entries.c.member_id)
        .where(row.commune_id == commune, row.identity == identity)
        .order_by(row.id.desc())
        .limit(1)
    )
    if entry_id is not None:
        statement = statement.where(row.entry_id == entry_id)
    found = unit.connection.execute(statement).one_or_none()
    if found is None:
        return None
    said = Confirmation(found[6]) if found[6] else None
    return Asked(*found[:3], Topic(found[3]), *found[4:6], said, found[7])


def answer(
    unit: Unit, commune: CommuneId, identity: Identity, asked: Asked, said: Confirmation
) -> bool:
    """Write down what this chat says; False when it has said something else since ``asked`` was read."""
    row = confirmations.c
    told = unit.connection.execute(
        update(confirmations)
        .where(
            row.commune_id == commune,
            row.entry_id == asked.entry,
            row.identity == identity,
            row.answer.is_not_distinct_from(asked.answer),
        )
        .values(answer=said, answered_at=unit.now)
    )
    help_days.forget(unit, commune, [asked.occurred_on])
    return told.rowcount == 1


def list_denied(unit: Unit, commune: CommuneId, since: datetime) -> list[Denied]:
    """Entries that were denied since then, the newest first."""
    row, entry, revision = confirmations.c, help_entries.c, help_entry_revisions.c
    was_changed = exists().where(
        revision.commune_id == row.commune_id,
        revision.entry_id == row.entry_id,
        revision.changed_at > row.answered_at,
    )
    found = unit.connection.execute(
        select(
            entry.id.label("entry"),
            entry.team_id,
            entry.occurred_on,
            entry.topic,
            teams.c.name.label("team"),
            members.c.name.label("member"),
            row.answered_at,
            (was_changed | entry.voided_at.is_not(None)).label("is_settled"),
        )
        .join_from(
            confirmations,
            help_entries,
            and_(entry.commune_id == row.commune_id, entry.id == row.entry_id),
        )
        .join(teams, teams.c.id == entry.team_id)
        .outerjoin(members, members.c.id == entry.member_id)
        .where(row.commune_id == commune, row.answer == Confirmation.NO, row.answered_at > since)
        .order_by(row.answered_at.desc(), row.id.desc())
    )
    rows = (dict(one._mapping) for one in found)
    return [Denied(**row | {"topic": Topic(row["topic"])}) for row in rows]


def stop(unit: Unit, commune: CommuneId, identity: Identity) -> bool:
    """This chat wants no such question any more; False when that was known."""
    row = {"commune_id": commune, "identity": identity, "stopped_at": unit.now}
    statement = INSERTS[unit.dialect](unasked_chats).values(row)
    added = statement.on_conflict_do_nothing(index_elements=["identity"])
    return unit.connection.execute(added.returning(unasked_chats.c.id)).first() is not None


def resume(unit: Unit, commune: CommuneId, identity: Identity) -> bool:
    """It may be asked again; False when it could be all the time."""
    gone = delete(unasked_chats).where(
        unasked_chats.c.commune_id == commune, unasked_chats.c.identity == identity
    )
    return unit.connection.execute(gone).rowcount == 1


def move_chat(unit: Unit, commune: CommuneId, old: Identity, present: Identity) -> None:
    """After a change of key a chat has another identity: what it was asked, and its no, stay its own."""
    mine = (confirmations.c.commune_id == commune, confirmations.c.identity == old)
    unit.connection.execute(update(confirmations).where(*mine).values(identity=present))
    if resume(unit, commune, old):
        stop(unit, commune, present)


def drop_chats(unit: Unit, chats: Sequence[Identity]) -> None:
    """Nothing says any more which chat said what; what was said stays."""
    for chunk in _chunks(sorted(chats)):
        mine = update(confirmations).where(confirmations.c.identity.in_(chunk))
        unit.connection.execute(mine.values(identity=None))
        unit.connection.execute(delete(unasked_chats).where(unasked_chats.c.identity.in_(chunk)))


def _identity(value: bytes | None) -> Identity | None:
    return None if value is None else Identity(bytes(value))


def _chunks(ordered: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(ordered), MOST_AT_ONCE):
        yield ordered[start : start + MOST_AT_ONCE]
