"""Chats of a commune that could be written to, whoever they are: who is meant is found by a keyed hash."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.core.vocabulary import AccountId, CommuneId, Identity, Use
from storage import people
from storage.database import Unit
from storage.models import conversations
from storage.models_accounts import accounts
from storage.models_people import consents
from storage.notices import Chat


@dataclass(frozen=True, slots=True)
class Open:
    """A chat that wants notices, on which messenger, and when it was last heard of."""

    chat: Chat
    channel: str
    last_act_at: datetime | None


def list_chats(unit: Unit, commune: CommuneId) -> list[Open]:
    """Every chat that can be reached and did not ask for quiet, in the order they began."""
    row = conversations.c
    found = unit.connection.execute(
        select(row.account_id, row.identity, accounts.c.channel, row.last_act_at, row.state)
        .join(accounts, accounts.c.id == row.account_id)
        .where(row.commune_id == commune, row.reachable, row.silent_since.is_(None))
        .order_by(row.id)
    )
    return [
        Open(Chat(commune, AccountId(one[0]), Identity(bytes(one[1]))), one[2], one[3])
        for one in found
        if not json.loads(one[4]).get("quiet")
    ]


def agreed(unit: Unit, commune: CommuneId, use: Use, version: str) -> frozenset[bytes]:
    """The hashes of all who have agreed to that text for that use, and have not withdrawn it."""
    row = consents.c
    found = unit.connection.execute(
        select(row.subject).where(
            row.commune_id == commune,
            row.use == use,
            row.version == version,
            row.withdrawn_at.is_(None),
        )
    )
    return frozenset(bytes(one) for one in found.scalars())


def list_kept(unit: Unit, use: Use, window: tuple[datetime, datetime]) -> frozenset[int]:
    """Conversations, used last in that window, whose chat has agreed to that use and can be reached.

    Of all communes. Which chat a consent is of can only be found by hashing every chat anew; before
    somebody has agreed none is looked at.
    """
    row, given = conversations.c, consents.c
    stands = select(given.commune_id, given.subject).where(
        given.use == use, given.withdrawn_at.is_(None)
    )
    agreed = {(one[0], bytes(one[1])) for one in unit.connection.execute(stands)}
    if not agreed:
        return frozenset()
    found = unit.connection.execute(
        select(row.id, row.commune_id, row.identity).where(
            row.reachable, row.last_used_at >= window[0], row.last_used_at < window[1]
        )
    )
    chats = ((one[0], CommuneId(one[1]), Identity(bytes(one[2]))) for one in found)
    return frozenset(
        number
        for number, commune, identity in chats
        if not agreed.isdisjoint(
            (commune, one) for one in people.live_hashes(unit.keys, commune, identity)
        )
    )


def has_agreed(unit: Unit, one: Open, subjects: frozenset[bytes]) -> bool:
    """True for a chat that stands among those hashes, under any key that is still readable."""
    mine = people.live_hashes(unit.keys, one.chat.commune, one.chat.identity)
    return not subjects.isdisjoint(mine)
