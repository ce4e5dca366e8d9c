"""The hats of a member: a row a team and role for as long as it is worn; ``members`` has the one of now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, insert, or_, select, update

from bot.core.keys import Purpose
from bot.core.vocabulary import AccountId, CommuneId, Identity, Role, TeamKind, Use
from storage import people
from storage.database import Unit
from storage.models import (
    chat_links,
    conversations,
    credentials,
    members,
    memberships,
    sign_ins,
    staff,
    teams,
)
from storage.models_people import consents
from storage.notices import Chat


@dataclass(frozen=True, slots=True)
class Hat:
    """A team that somebody is in, as what, and since when."""

    team_id: int
    team: str
    kind: TeamKind
    role: Role
    since: datetime


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Somebody in a team: the hat, the person, and where they come from."""

    id: int
    name: str
    organisation: str | None
    hat: Hat


_HAT = (
    memberships.c.team_id,
    teams.c.name.label("team"),
    teams.c.kind,
    memberships.c.role,
    memberships.c.since,
)
_of_team = and_(teams.c.commune_id == memberships.c.commune_id, teams.c.id == memberships.c.team_id)
_is_worn = memberships.c.until.is_(None)


def list_hats(unit: Unit, commune: CommuneId, member_id: int) -> list[Hat]:
    """The hats of a member of today, the oldest first."""
    rows = unit.connection.execute(
        select(*_HAT)
        .join_from(memberships, teams, _of_team)
        .where(memberships.c.commune_id == commune, memberships.c.member_id == member_id, _is_worn)
        .order_by(memberships.c.id)
    )
    return [Hat(row[0], row[1], TeamKind(row[2]), Role(row[3]), row[4]) for row in rows]


def list_members(
    unit: Unit, commune: CommuneId, team_ids: Sequence[int] | None = None
) -> list[TeamMember]:
    """Who is in these teams today, or in any; leaders first, then as they came. One line a hat."""
    statement = (
        select(*_HAT, members.c.id, members.c.name.label("member"), members.c.organisation)
        .join_from(memberships, teams, _of_team)
        .join(members, members.c.id == memberships.c.member_id)
        .where(memberships.c.commune_id == commune, _is_worn, members.c.left_at.is_(None))
        .order_by(memberships.c.role.desc(), memberships.c.id)
    )
    if team_ids is not None:
        statement = statement.where(memberships.c.team_id.in_(team_ids))
    return [
        TeamMember(
            row[5], row[6], row[7], Hat(row[0], row[1], TeamKind(row[2]), Role(row[3]), row[4])
        )
        for row in unit.connection.execute(statement)
    ]


def put_on(unit: Unit, commune: CommuneId, member_id: int, hat: tuple[int, Role]) -> None:
    """The member is in (team, role) from now on; another role in the same team ends."""
    take_off(unit, commune, member_id, hat[0])
    unit.connection.execute(
        insert(memberships).values(
            commune_id=commune,
            member_id=member_id,
            team_id=hat[0],
            role=hat[1],
            since=unit.now,
        )
    )


def take_off(unit: Unit, commune: CommuneId, member_id: int, team_id: int | None = None) -> int:
    """The member is in that team no more, without one in no team at all; gives how many hats that were."""
    statement = update(memberships).where(
        memberships.c.commune_id == commune, memberships.c.member_id == member_id, _is_worn
    )
    if team_id is not None:
        statement = statement.where(memberships.c.team_id == team_id)
    return unit.connection.execute(statement.values(until=unit.now)).rowcount


def wear(unit: Unit, commune: CommuneId, member_id: int, hat: tuple[int, Role]) -> None:
    """From now on the member acts as (team, role): what they log counts there."""
    unit.connection.execute(
        update(members)
        .where(members.c.commune_id == commune, members.c.id == member_id)
        .values(team_id=hat[0], role=hat[1])
    )


def change_worn(
    unit: Unit, commune: CommuneId, member_id: int, old: int, hat: tuple[int, Role]
) -> None:
    """Who acts for that old team acts as (team, role) from now on; nothing for who acts for another."""
    unit.connection.execute(
        update(members)
        .where(members.c.commune_id == commune, members.c.id == member_id, members.c.team_id == old)
        .values(team_id=hat[0], role=hat[1])
    )


def list_moved(
    unit: Unit, commune: CommuneId, team_id: int, at: datetime
) -> list[tuple[int, Role]]:
    """Members whose hat of that team ended at just that moment, and what they were."""
    rows = unit.connection.execute(
        select(memberships.c.member_id, memberships.c.role)
        .where(
            memberships.c.commune_id == commune,
            memberships.c.team_id == team_id,
            memberships.c.until == at,
        )
        .order_by(memberships.c.id)
    )
    return [(row[0], Role(row[1])) for row in rows]


def hat_since(unit: Unit, commune: CommuneId, member_id: int, team_id: int) -> datetime | None:
    """Since when the member is in that team; None for who is not."""
    worn = (hat.since for hat in list_hats(unit, commune, member_id) if hat.team_id == team_id)
    return next(worn, None)


def set_organisation(unit: Unit, commune: CommuneId, member_id: int, name: str | None) -> bool:
    """Where the member comes from: Đoàn Thanh niên, VNPT; False when there is no such member."""
    changed = unit.connection.execute(
        update(members)
        .where(
            members.c.commune_id == commune, members.c.id == member_id, members.c.left_at.is_(None)
        )
        .values(organisation=name)
    )
    return changed.rowcount == 1


def leave(unit: Unit, commune: CommuneId, member_id: int) -> bool:
    """The member is gone: no hat, no chat, no stored phone, no consent to show it; False when gone before.

    The name stays with what they logged.
    """
    gone = unit.connection.execute(
        update(members)
        .where(
            members.c.commune_id == commune, members.c.id == member_id, members.c.left_at.is_(None)
        )
        .values(left_at=unit.now, phone=None, reminds_at=None)
    )
    if gone.rowcount == 0:
        return False
    take_off(unit, commune, member_id)
    _hide_phone(unit, commune, member_id)
    unit.connection.execute(
        delete(chat_links).where(
            chat_links.c.commune_id == commune, chat_links.c.member_id == member_id
        )
    )
    return True


def _hide_phone(unit: Unit, commune: CommuneId, member_id: int) -> None:
    """Withdraw what the member agreed to in any of their chats about their own number."""
    linked = select(chat_links.c.identity).where(
        chat_links.c.commune_id == commune, chat_links.c.member_id == member_id
    )
    subjects: list[bytes] = []
    for (identity,) in unit.connection.execute(linked).all():
        chat = Identity(bytes(identity))
        subjects.append(people.chat_hash(unit.keys, commune, chat))
        named = (str(commune), people.CHAT, chat.hex())
        subjects += unit.keys.older_hashes(Purpose.PERSON, *named)
    unit.connection.execute(
        update(consents)
        .where(
            consents.c.commune_id == commune,
            consents.c.use == Use.SHOW_PHONE,
            consents.c.withdrawn_at.is_(None),
            or_(consents.c.subject.in_(subjects), consents.c.member_id == member_id),
        )
        .values(withdrawn_at=unit.now)
    )


def leave_office(unit: Unit, commune: CommuneId, staff_id: int) -> bool:
    """Somebody of the office is gone, with sign-ins, password and chats; False when gone before."""
    gone = unit.connection.execute(
        update(staff)
        .where(staff.c.commune_id == commune, staff.c.id == staff_id, staff.c.left_at.is_(None))
        .values(left_at=unit.now)
    )
    if gone.rowcount == 0:
        return False
    for table in (sign_ins, credentials, chat_links):
        mine = (table.c.commune_id == commune, table.c.staff_id == staff_id)
        unit.connection.execute(delete(table).where(*mine))
    return True


def leader_chats(unit: Unit, commune: CommuneId, team_id: int) -> list[Chat]:
    """Chats of those who lead the team, those that can be reached."""
    leads = select(memberships.c.member_id).where(
        memberships.c.commune_id == commune,
        memberships.c.team_id == team_id,
        memberships.c.role == Role.TEAM_LEADER,
        _is_worn,
    )
    rows = unit.connection.execute(
        select(conversations.c.account_id, conversations.c.identity)
        .join(chat_links, chat_links.c.identity == conversations.c.identity)
        .where(
            conversations.c.commune_id == commune,
            conversations.c.reachable,
            chat_links.c.member_id.in_(leads),
        )
        .order_by(conversations.c.id)
    )
    return [Chat(commune, AccountId(row[0]), Identity(bytes(row[1]))) for row in rows]
