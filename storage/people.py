"""Residents who chose to be known as one person in several chats, and the codes that join two chats.

Who is behind a chat stands in ``identities`` as a keyed hash. When two people turn out to be one,
``merged_into`` points to the one that counts, never to one that is merged itself; nothing that was
written about either is rewritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, func, insert, or_, select, tuple_, update

from bot.core.keys import KeyRing, Purpose
from bot.core.vocabulary import AccountId, CommuneId, Identity
from storage import consents, merges
from storage.database import INSERTS, Unit
from storage.merges import Why
from storage.models import conversations, link_codes
from storage.models_people import identities, people

CHAT = "chat"
BY_CODE = Why("resident", "nối hai khung chat bằng mã")
UNLINKED = Why("resident", "gỡ nối khung chat")


@dataclass(frozen=True, slots=True)
class LinkCode:
    """A code as it stands; ``identity`` is the chat that asked for it, None in another commune."""

    id: int
    identity: Identity | None
    used: bool
    expired: bool


@dataclass(frozen=True, slots=True)
class Known:
    """Who is behind a chat: its row, the person it names, and the one that this person counts as."""

    row: int
    person: int
    root: int


def add_code(
    unit: Unit, commune: CommuneId, identity: Identity, code_hash: bytes, expires_at: datetime
) -> bool:
    """Store a code that this chat asked for; False when another chat has the same one."""
    row = {
        "commune_id": commune,
        "code_hash": code_hash,
        "identity": identity,
        "expires_at": expires_at,
    }
    statement = INSERTS[unit.dialect](link_codes).values(row)
    added = statement.on_conflict_do_nothing(index_elements=["code_hash"])
    return unit.connection.execute(added.returning(link_codes.c.id)).first() is not None


def end_codes(unit: Unit, commune: CommuneId, identity: Identity) -> None:
    """Codes that this chat asked for before stop working: only the newest is good."""
    unit.connection.execute(
        update(link_codes)
        .where(
            link_codes.c.commune_id == commune,
            link_codes.c.identity == identity,
            link_codes.c.used_at.is_(None),
            link_codes.c.expires_at > unit.now,
        )
        .values(expires_at=unit.now)
    )


def find_code(unit: Unit, commune: CommuneId, code_hash: bytes) -> LinkCode | None:
    """The code with that hash; of one of another commune no more is told than that it is one."""
    row = unit.connection.execute(
        select(link_codes).where(link_codes.c.code_hash == code_hash)
    ).one_or_none()
    if row is None:
        return None
    identity = Identity(bytes(row.identity)) if row.commune_id == commune else None
    return LinkCode(row.id, identity, row.used_at is not None, row.expires_at <= unit.now)


def use_code(unit: Unit, commune: CommuneId, code_id: int) -> bool:
    """Spend it; False when somebody was faster."""
    spent = unit.connection.execute(
        update(link_codes)
        .where(
            link_codes.c.commune_id == commune,
            link_codes.c.id == code_id,
            link_codes.c.used_at.is_(None),
        )
        .values(used_at=unit.now)
    )
    return spent.rowcount == 1


def find_conversation(
    unit: Unit, commune: CommuneId, identity: Identity
) -> tuple[AccountId, str] | None:
    """The account that a chat belongs to and its state; None when it was forgotten."""
    row = unit.connection.execute(
        select(conversations.c.account_id, conversations.c.state).where(
            conversations.c.commune_id == commune, conversations.c.identity == identity
        )
    ).one_or_none()
    return None if row is None else (AccountId(row[0]), row[1])


def chat_hash(keys: KeyRing, commune: CommuneId, identity: Identity) -> bytes:
    """How a chat stands in ``identities``: nobody can tell which chat it is without the key."""
    return keys.hash(Purpose.PERSON, str(commune), CHAT, identity.hex())


def live_hashes(keys: KeyRing, commune: CommuneId, identity: Identity) -> tuple[bytes, ...]:
    """The same under every key that is still readable, the present one first."""
    older = keys.older_hashes(Purpose.PERSON, str(commune), CHAT, identity.hex())
    return chat_hash(keys, commune, identity), *older


def find_person(unit: Unit, commune: CommuneId, identity: Identity) -> Known | None:
    """Who is behind a chat, where that was agreed to."""
    row = unit.connection.execute(
        select(identities.c.id, people.c.id, func.coalesce(people.c.merged_into, people.c.id))
        .join_from(identities, people, people.c.id == identities.c.person_id)
        .where(
            identities.c.commune_id == commune,
            identities.c.kind == CHAT,
            identities.c.value_hash.in_(live_hashes(unit.keys, commune, identity)),
        )
    ).first()
    return None if row is None else Known(*row)


def add_person(unit: Unit, commune: CommuneId) -> int:
    """Somebody new, of whom nothing is known but that they are one; gives the id."""
    new = insert(people).values(commune_id=commune, created_at=unit.now)
    made: int = unit.connection.execute(new.returning(people.c.id)).scalar_one()
    return made


def name_chat(unit: Unit, commune: CommuneId, identity: Identity, person: int) -> None:
    """Behind this chat, which named nobody so far, is that person."""
    unit.connection.execute(
        insert(identities).values(
            commune_id=commune,
            person_id=person,
            kind=CHAT,
            value_hash=chat_hash(unit.keys, commune, identity),
            key_id=unit.keys.current_id,
            ordinal=1,
        )
    )


def merge(unit: Unit, commune: CommuneId, person: int, into: int, why: Why = BY_CODE) -> int | None:
    """Two turn out to be one: whoever counts as the first counts from now on as the second does.

    Gives the number of the merge, by which it can be undone; None when one is not of this commune.
    """
    gone, root = (merges.find_root(unit, commune, one) for one in (person, into))
    if gone is None or root is None:
        return None
    number = merges.record(unit, commune, (person, into), why)
    unit.connection.execute(
        update(people)
        .where(
            people.c.commune_id == commune,
            or_(people.c.id == gone, people.c.merged_into == gone),
        )
        .values(merged_into=root)
    )
    return number


def has_other_identity(unit: Unit, commune: CommuneId, known: Known) -> bool:
    """True when the same person is known by something else than this chat."""
    found = unit.connection.execute(
        select(identities.c.id)
        .join(people, people.c.id == identities.c.person_id)
        .where(
            identities.c.commune_id == commune,
            identities.c.id != known.row,
            or_(people.c.id == known.root, people.c.merged_into == known.root),
        )
        .limit(1)
    )
    return found.first() is not None


def detach(unit: Unit, commune: CommuneId, known: Known) -> None:
    """The chat is a person of its own again, with what was written of the person that it alone names."""
    is_shared = exists().where(
        identities.c.commune_id == commune,
        identities.c.person_id == known.person,
        identities.c.id != known.row,
    )
    if unit.connection.execute(select(is_shared)).scalar_one():
        alone = add_person(unit, commune)
        row = (identities.c.commune_id == commune, identities.c.id == known.row)
        unit.connection.execute(update(identities).where(*row).values(person_id=alone))
        return
    merges.part(unit, commune, known.person, UNLINKED)


def move_chat(unit: Unit, commune: CommuneId, old: Identity, present: Identity) -> None:
    """After a change of key a chat has another identity: who is behind it stays known."""
    hashes = live_hashes(unit.keys, commune, old)
    consents.rename(unit, commune, hashes, chat_hash(unit.keys, commune, present))
    was = identities.c.value_hash.in_(hashes)
    mine = (identities.c.commune_id == commune, identities.c.kind == CHAT, was)
    if find_person(unit, commune, present) is not None:
        unit.connection.execute(delete(identities).where(*mine))
        return
    renewed = {
        "value_hash": chat_hash(unit.keys, commune, present),
        "key_id": unit.keys.current_id,
    }
    unit.connection.execute(update(identities).where(*mine).values(**renewed))


def drop_chats(unit: Unit, chats: Sequence[tuple[CommuneId, Identity]]) -> None:
    """Nothing says any more who is behind these chats; the people stay, as numbers that lead nowhere."""
    hashes = [
        (commune, CHAT, value)
        for commune, identity in chats
        for value in live_hashes(unit.keys, commune, identity)
    ]
    if hashes:
        stands = tuple_(identities.c.commune_id, identities.c.kind, identities.c.value_hash)
        unit.connection.execute(delete(identities).where(stands.in_(hashes)))
