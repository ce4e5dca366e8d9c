"""When members want to be reminded, and the chats that a reminder can go to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from bot.core.vocabulary import AccountId, CommuneId, Identity
from storage.database import Unit
from storage.models import chat_links, conversations, members
from storage.models_accounts import accounts
from storage.notices import Chat


@dataclass(frozen=True, slots=True)
class Chosen:
    """A member of some commune and the hour that they chose."""

    commune: CommuneId
    member: int
    hour: str


@dataclass(frozen=True, slots=True)
class MemberChat:
    """A chat of a member: on which messenger, when they were last heard of, and whether they want quiet."""

    chat: Chat
    channel: str
    last_act_at: datetime | None
    is_quiet: bool


def set_hour(unit: Unit, commune: CommuneId, member_id: int, hour: str | None) -> None:
    """Keep the hour; None ends it."""
    unit.connection.execute(
        update(members)
        .where(members.c.commune_id == commune, members.c.id == member_id)
        .values(reminds_at=hour)
    )


def find_hour(unit: Unit, commune: CommuneId, member_id: int) -> str | None:
    """The hour that a member chose."""
    found: str | None = unit.connection.execute(
        select(members.c.reminds_at).where(
            members.c.commune_id == commune, members.c.id == member_id
        )
    ).scalar_one_or_none()
    return found


def list_chosen(unit: Unit) -> list[Chosen]:
    """Everybody, of every commune, who wants to be reminded and has not left."""
    rows = unit.connection.execute(
        select(members.c.commune_id, members.c.id, members.c.reminds_at)
        .where(members.c.reminds_at.is_not(None), members.c.left_at.is_(None))
        .order_by(members.c.id)
    )
    return [Chosen(CommuneId(row[0]), row[1], row[2]) for row in rows]


def chats_of(unit: Unit, commune: CommuneId, member_id: int) -> list[MemberChat]:
    """The chats in which a member can be reached, the one used last first."""
    rows = unit.connection.execute(
        select(
            conversations.c.account_id,
            conversations.c.identity,
            accounts.c.channel,
            conversations.c.last_act_at,
            conversations.c.state,
        )
        .join(chat_links, chat_links.c.identity == conversations.c.identity)
        .join(accounts, accounts.c.id == conversations.c.account_id)
        .where(
            conversations.c.commune_id == commune,
            chat_links.c.commune_id == commune,
            chat_links.c.member_id == member_id,
            conversations.c.reachable,
        )
        .order_by(conversations.c.last_used_at.desc(), conversations.c.id)
    )
    return [
        MemberChat(
            Chat(commune, AccountId(row[0]), Identity(bytes(row[1]))),
            row[2],
            row[3],
            bool(json.loads(row[4]).get("quiet")),
        )
        for row in rows
    ]
