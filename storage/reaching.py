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


def has_agreed(unit: Unit, one: Open, subjects: frozenset[bytes]) -> bool:
    """True for a chat that stands among those hashes, under any key that is still readable."""
    mine = people.live_hashes(unit.keys, one.chat.commune, one.chat.identity)
    return not subjects.isdisjoint(mine)
