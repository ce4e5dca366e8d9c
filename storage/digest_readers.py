"""Who reads digests: people of the office and leaders of teams, and the chats that they can be reached in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from bot.core.vocabulary import AccountId, CommuneId, Identity, Role
from storage.database import Unit
from storage.models import chat_links, conversations, members, memberships, staff, teams
from storage.models_accounts import accounts
from storage.notices import Chat
from storage.reaching import Open


@dataclass(frozen=True, slots=True)
class Led:
    """A team that somebody leads today, with each leader's chats, the one used last first."""

    id: int
    name: str
    leaders: Sequence[Sequence[Open]]


def list_office(
    unit: Unit, commune: CommuneId, roles: Sequence[Role]
) -> list[tuple[int, list[Open]]]:
    """Everybody of the office with one of these roles, and their chats; nobody's chats may be none."""
    row = staff.c
    known = unit.connection.execute(
        select(row.id)
        .where(row.commune_id == commune, row.role.in_(roles), row.left_at.is_(None))
        .order_by(row.id)
    )
    chats = _chats(unit, commune, chat_links.c.staff_id)
    return [(one, chats.get(one, [])) for one in known.scalars()]


def list_led(unit: Unit, commune: CommuneId) -> list[Led]:
    """Every team with a leader, in the order they were made."""
    rows = unit.connection.execute(
        select(teams.c.id, teams.c.name, members.c.id)
        .join_from(memberships, teams, teams.c.id == memberships.c.team_id)
        .join(members, members.c.id == memberships.c.member_id)
        .where(
            memberships.c.commune_id == commune,
            memberships.c.role == Role.TEAM_LEADER,
            memberships.c.until.is_(None),
            members.c.left_at.is_(None),
        )
        .order_by(teams.c.id, memberships.c.id)
    ).all()
    chats = _chats(unit, commune, chat_links.c.member_id)
    found: dict[int, tuple[str, list[list[Open]]]] = {}
    for team, name, member in rows:
        found.setdefault(team, (name, []))[1].append(chats.get(member, []))
    return [Led(team, name, leaders) for team, (name, leaders) in found.items()]


def _chats(
    unit: Unit, commune: CommuneId, whose: ColumnElement[int | None]
) -> dict[int, list[Open]]:
    """Chats that can be reached and want notices, by the member or officer whose they are."""
    row = conversations.c
    rows = unit.connection.execute(
        select(whose, row.account_id, row.identity, accounts.c.channel, row.last_act_at, row.state)
        .join_from(conversations, chat_links, chat_links.c.identity == row.identity)
        .join(accounts, accounts.c.id == row.account_id)
        .where(
            row.commune_id == commune,
            chat_links.c.commune_id == commune,
            whose.is_not(None),
            row.reachable,
            row.silent_since.is_(None),
        )
        .order_by(row.last_used_at.desc(), row.id)
    )
    found: dict[int, list[Open]] = {}
    for one in rows:
        if not json.loads(one[5]).get("quiet"):
            chat = Chat(commune, AccountId(one[1]), Identity(bytes(one[2])))
            found.setdefault(one[0], []).append(Open(chat, one[3], one[4]))
    return found
