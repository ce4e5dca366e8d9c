"""Messages that nobody asked for just now, and what became of those that could not go."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, select, update

from bot.core.keys import Purpose
from bot.core.messages import Outbound
from bot.core.vocabulary import AccountId, CommuneId, Identity, Role
from storage.database import INSERTS, Unit
from storage.models import (
    SET_ASIDE,
    chat_links,
    conversations,
    is_set_aside,
    members,
    outbox,
    staff,
)
from storage.models import SETTLED as SETTLED  # services take it from here
from storage.models_accounts import accounts
from storage.outbox import NOTICE
from storage.packing import pack_outbound, unpack_outbound

NOTICE_KEY = "notice:"
"""How the keys of notices begin."""
DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Chat:
    """Where somebody can be written to."""

    commune: CommuneId
    account: AccountId
    identity: Identity


@dataclass(frozen=True, slots=True)
class SetAside:
    """A message that could not go: ``reason`` is a code, ``text`` is None for an answer in a chat.

    ``to`` names who of a team or the office it was for; nobody else is known by name.
    """

    id: int
    channel: str
    status: str
    reason: str
    created_at: datetime
    text: str | None
    finished_at: datetime
    to: str | None


WORDS = 1
"""Priority of what one person says to another: like an answer, it is kept by nobody when it cannot go."""


def post(unit: Unit, chat: Chat, key: str, message: Outbound, priority: int = NOTICE) -> bool:
    """Put a notice into the outbox, once for its key in this chat; False when it is there already.

    Also False for a chat that asked for no notices: it goes nowhere.
    """
    if priority == NOTICE and is_silent(unit, chat.identity):
        return False
    row = {
        "commune_id": chat.commune,
        "account_id": chat.account,
        "identity": chat.identity,
        "key": _key_of(chat.identity, key),
        "body": unit.keys.seal(Purpose.MESSAGE, pack_outbound(message)),
        "priority": priority,
        "status": "waiting",
        "tries": 0,
        "second_try": False,
        "not_before": unit.now,
        "created_at": unit.now,
    }
    statement = INSERTS[unit.dialect](outbox).values(row)
    added = statement.on_conflict_do_nothing(index_elements=["key"]).returning(outbox.c.id)
    return unit.connection.execute(added).first() is not None


def is_silent(unit: Unit, identity: Identity) -> bool:
    """True for a chat that asked for no notices."""
    asked = select(conversations.c.id).where(
        conversations.c.identity == identity, conversations.c.silent_since.is_not(None)
    )
    return unit.connection.execute(asked).first() is not None


def set_silent(unit: Unit, identity: Identity, since: datetime | None) -> bool:
    """From now on no notice goes to this chat, also none that waits; None: they may go again.

    False when no turn of it is over yet: there is nothing that could remember it.
    """
    asked = update(conversations).where(conversations.c.identity == identity)
    if since is not None:
        waits = (outbox.c.identity == identity, outbox.c.status == "waiting")
        notices = outbox.c.key.startswith(NOTICE_KEY, autoescape=True)
        unit.connection.execute(delete(outbox).where(*waits, notices))
    return unit.connection.execute(asked.values(silent_since=since)).rowcount == 1


def _key_of(identity: Identity, key: str) -> str:
    """Of any length, and another in each chat: no commune's notice stands in the way of another's."""
    return f"{NOTICE_KEY}{hashlib.sha256(identity + key.encode()).hexdigest()}"


def staff_chats(unit: Unit, commune: CommuneId, roles: Sequence[Role]) -> list[Chat]:
    """Chats in which staff of these roles are known, those that can be reached."""
    rows = unit.connection.execute(
        select(conversations.c.account_id, conversations.c.identity)
        .join(chat_links, chat_links.c.identity == conversations.c.identity)
        .join(staff, (staff.c.id == chat_links.c.staff_id) & staff.c.left_at.is_(None))
        .where(
            conversations.c.commune_id == commune,
            conversations.c.reachable,
            staff.c.role.in_(roles),
        )
        .order_by(conversations.c.id)
    )
    return [Chat(commune, AccountId(row[0]), Identity(bytes(row[1]))) for row in rows]


def is_newest(unit: Unit, commune: CommuneId, identity: Identity, key: str) -> bool:
    """True when this notice has arrived and nothing was said in the chat since: it is what one answers to."""
    sent = unit.connection.execute(
        select(outbox.c.id).where(
            outbox.c.commune_id == commune,
            outbox.c.key == _key_of(identity, key),
            outbox.c.status == DELIVERED,
        )
    ).scalar_one_or_none()
    if sent is None:
        return False
    later = exists().where(outbox.c.identity == identity, outbox.c.id > sent)
    return not unit.connection.execute(select(later)).scalar_one()


def list_set_aside(
    unit: Unit, commune: CommuneId, limit: int = 200, states: Sequence[str] = SET_ASIDE
) -> list[SetAside]:
    """What could not go and nobody has settled: notices first, each kind with the newest first."""
    rows = unit.connection.execute(
        select(
            outbox.c.id,
            accounts.c.channel,
            outbox.c.status,
            outbox.c.error,
            outbox.c.created_at,
            outbox.c.body,
            outbox.c.finished_at,
            func.coalesce(staff.c.name, members.c.name),
        )
        .join(accounts, accounts.c.id == outbox.c.account_id)
        .outerjoin(chat_links, chat_links.c.identity == outbox.c.identity)
        .outerjoin(staff, staff.c.id == chat_links.c.staff_id)
        .outerjoin(members, members.c.id == chat_links.c.member_id)
        .where(outbox.c.commune_id == commune, is_set_aside, outbox.c.status.in_(states))
        .order_by(outbox.c.body.is_(None), outbox.c.id.desc())
        .limit(limit)
    )
    return [_open(unit, tuple(row)) for row in rows]


def count_set_aside(unit: Unit, commune: CommuneId) -> int:
    """Notices that could not go and nobody has settled; answers, whose words are gone, are not counted."""
    counted = select(func.count()).where(
        outbox.c.commune_id == commune,
        is_set_aside,
        outbox.c.status.in_(SET_ASIDE),
        outbox.c.body.is_not(None),
    )
    return int(unit.connection.execute(counted).scalar_one())


def _open(unit: Unit, row: Sequence[Any]) -> SetAside:
    number, channel, status, error, created_at, body, finished_at, to = row
    words = body and unpack_outbound(unit.keys.open(Purpose.MESSAGE, bytes(body))).text
    reason = error or status
    return SetAside(number, channel, status, reason, created_at, words or None, finished_at, to)


def send_again(unit: Unit, commune: CommuneId, number: int) -> bool:
    """Let a notice that was set aside try once more; False when there is none that could.

    Nor can one whose chat has been forgotten since, or asked for no notices.
    """
    has_chat = exists().where(
        conversations.c.identity == outbox.c.identity, conversations.c.silent_since.is_(None)
    )
    tried = unit.connection.execute(
        update(outbox)
        .where(
            outbox.c.commune_id == commune,
            outbox.c.id == number,
            outbox.c.status.in_(SET_ASIDE),
            outbox.c.body.is_not(None),
            has_chat,
        )
        .values(
            status="waiting",
            finished_at=None,
            tries=0,
            not_before=unit.now,
            created_at=unit.now,  # a day of tries is counted anew
            error=None,
        )
    )
    return tried.rowcount == 1


def settle(unit: Unit, commune: CommuneId, number: int) -> bool:
    """A person has passed it on in another way: it need not be shown any more."""
    settled = unit.connection.execute(
        update(outbox)
        .where(
            outbox.c.commune_id == commune,
            outbox.c.id == number,
            outbox.c.status.in_(SET_ASIDE),
        )
        .values(status="settled", body=None, finished_at=unit.now)
    )
    return settled.rowcount == 1
