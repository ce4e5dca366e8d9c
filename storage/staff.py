"""Members of teams, staff of the office, their invitations, and the chats they are known in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from bot.core.vocabulary import CommuneId, Identity, Role
from storage.database import Unit
from storage.models import (
    chat_links,
    conversations,
    invitations,
    members,
    memberships,
    staff,
    teams,
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that can still be used."""

    id: int
    role: Role
    team_id: int | None
    team: str | None
    name: str | None
    is_open: bool = False


def add_invitation(
    unit: Unit,
    commune: CommuneId,
    code_hash: bytes,
    invited: tuple[Role, int | None, str | None],
    expires_at: datetime,
) -> int:
    """Store an invitation for (role, team id, name) under the hash of its code."""
    role, team_id, name = invited
    new_id: int = unit.connection.execute(
        insert(invitations)
        .values(
            commune_id=commune,
            code_hash=code_hash,
            role=role,
            team_id=team_id,
            name=name,
            is_open=False,
            created_at=unit.now,
            expires_at=expires_at,
        )
        .returning(invitations.c.id)
    ).scalar_one()
    return new_id


def open_invitation(unit: Unit, commune: CommuneId, invitation_id: int) -> None:
    """Let many use it; each of them has to be approved."""
    unit.connection.execute(
        update(invitations)
        .where(invitations.c.commune_id == commune, invitations.c.id == invitation_id)
        .values(is_open=True)
    )


@dataclass(frozen=True, slots=True)
class FoundInvitation:
    """An invitation as it stands, used or not."""

    invitation: Invitation
    used: bool
    expired: bool


def find_invitation(unit: Unit, commune: CommuneId, code_hash: bytes) -> FoundInvitation | None:
    """The invitation of this commune with that code hash."""
    return _find(unit, commune, invitations.c.code_hash == code_hash)


def get_invitation(unit: Unit, commune: CommuneId, invitation_id: int) -> FoundInvitation | None:
    """The invitation of this commune with that id."""
    return _find(unit, commune, invitations.c.id == invitation_id)


def _find(unit: Unit, commune: CommuneId, condition: ColumnElement[bool]) -> FoundInvitation | None:
    row = unit.connection.execute(
        select(invitations, teams.c.name.label("team"))
        .outerjoin(teams, teams.c.id == invitations.c.team_id)
        .where(invitations.c.commune_id == commune, condition)
    ).one_or_none()
    if row is None:
        return None
    return FoundInvitation(
        Invitation(row.id, Role(row.role), row.team_id, row.team, row.name, row.is_open),
        used=row.used_at is not None,
        expired=row.expires_at <= unit.now,
    )


def use_invitation(unit: Unit, commune: CommuneId, invitation_id: int) -> bool:
    """Spend it; False when somebody was faster."""
    spent = unit.connection.execute(
        update(invitations)
        .where(
            invitations.c.commune_id == commune,
            invitations.c.id == invitation_id,
            invitations.c.used_at.is_(None),
        )
        .values(used_at=unit.now)
    )
    return spent.rowcount == 1


def add_member(unit: Unit, commune: CommuneId, team_id: int, name: str, role: Role) -> int:
    """A new member of a team; gives the id."""
    new_id: int = unit.connection.execute(
        insert(members)
        .values(commune_id=commune, team_id=team_id, name=name, role=role, joined_at=unit.now)
        .returning(members.c.id)
    ).scalar_one()
    unit.connection.execute(
        insert(memberships).values(
            commune_id=commune, member_id=new_id, team_id=team_id, role=role, since=unit.now
        )
    )
    return new_id


def add_staff(unit: Unit, commune: CommuneId, name: str, role: Role) -> int:
    """Somebody new of the office; gives the id."""
    new_id: int = unit.connection.execute(
        insert(staff)
        .values(commune_id=commune, name=name, role=role, joined_at=unit.now)
        .returning(staff.c.id)
    ).scalar_one()
    return new_id


def names_of_team(unit: Unit, commune: CommuneId, team_id: int) -> dict[int, str]:
    """Names by id of whoever is or was in a team."""
    rows = unit.connection.execute(
        select(members.c.id, members.c.name)
        .join(memberships, memberships.c.member_id == members.c.id)
        .where(
            members.c.commune_id == commune,
            memberships.c.commune_id == commune,
            memberships.c.team_id == team_id,
        )
    )
    return {row[0]: row[1] for row in rows}


def rename_member(unit: Unit, commune: CommuneId, member_id: int, name: str) -> None:
    """Set the name that the team knows them by."""
    unit.connection.execute(
        update(members)
        .where(members.c.commune_id == commune, members.c.id == member_id)
        .values(name=name)
    )


def rename_staff(unit: Unit, commune: CommuneId, staff_id: int, name: str) -> None:
    """Set the name that the office knows them by."""
    unit.connection.execute(
        update(staff).where(staff.c.commune_id == commune, staff.c.id == staff_id).values(name=name)
    )


def link_chat(
    unit: Unit, commune: CommuneId, identity: Identity, worker: tuple[int | None, int | None]
) -> None:
    """This chat now speaks for (member id, staff id); an earlier link of the chat is replaced."""
    member_id, staff_id = worker
    values = {"member_id": member_id, "staff_id": staff_id, "linked_at": unit.now}
    changed = unit.connection.execute(
        update(chat_links)
        .where(chat_links.c.identity == identity, chat_links.c.commune_id == commune)
        .values(**values)
    )
    if changed.rowcount == 0:
        unit.connection.execute(
            insert(chat_links).values(commune_id=commune, identity=identity, **values)
        )


Link = tuple[int | None, int | None]
"""Whom a chat speaks for: (member id, staff id), one of them None."""


def find_link(unit: Unit, commune: CommuneId, identity: Identity) -> Link | None:
    """Whom this chat speaks for; None for a resident and for somebody who has left."""
    row = unit.connection.execute(
        select(members.c.id, staff.c.id)
        .select_from(chat_links)
        .outerjoin(members, (members.c.id == chat_links.c.member_id) & members.c.left_at.is_(None))
        .outerjoin(staff, (staff.c.id == chat_links.c.staff_id) & staff.c.left_at.is_(None))
        .where(chat_links.c.commune_id == commune, chat_links.c.identity == identity)
    ).one_or_none()
    return None if row is None or row[0] is row[1] is None else (row[0], row[1])


def count_chats(unit: Unit, commune: CommuneId, link: Link) -> int:
    """In how many chats the same member or officer is known."""
    member_id, staff_id = link
    found = select(func.count()).where(
        chat_links.c.commune_id == commune,
        chat_links.c.member_id.is_not_distinct_from(member_id),
        chat_links.c.staff_id.is_not_distinct_from(staff_id),
    )
    count: int = unit.connection.execute(found).scalar_one()
    return count


def list_later_chats(
    unit: Unit, commune: CommuneId, identity: Identity, link: Link
) -> list[Identity]:
    """Chats in which the same member or officer became known after this one."""
    own = select(chat_links.c.id).where(
        chat_links.c.commune_id == commune, chat_links.c.identity == identity
    )
    rows = unit.connection.execute(
        select(chat_links.c.identity)
        .where(
            chat_links.c.commune_id == commune,
            chat_links.c.member_id.is_not_distinct_from(link[0]),
            chat_links.c.staff_id.is_not_distinct_from(link[1]),
            chat_links.c.id > own.scalar_subquery(),
        )
        .order_by(chat_links.c.id)
    )
    return [Identity(bytes(row[0])) for row in rows]


def unlink_chat(unit: Unit, commune: CommuneId, identity: Identity) -> None:
    """This chat speaks for no member or officer any more."""
    unit.connection.execute(
        delete(chat_links).where(
            chat_links.c.commune_id == commune, chat_links.c.identity == identity
        )
    )


def find_worker(unit: Unit, commune: CommuneId, name: str) -> tuple[int | None, int | None] | None:
    """(member id, staff id) of the only active person of that name, or None."""
    member_ids = (
        unit.connection.execute(
            select(members.c.id).where(
                members.c.commune_id == commune, members.c.name == name, members.c.left_at.is_(None)
            )
        )
        .scalars()
        .all()
    )
    staff_ids = (
        unit.connection.execute(
            select(staff.c.id).where(
                staff.c.commune_id == commune, staff.c.name == name, staff.c.left_at.is_(None)
            )
        )
        .scalars()
        .all()
    )
    if len(member_ids) == 1 and not staff_ids:
        return member_ids[0], None
    if len(staff_ids) == 1 and not member_ids:
        return None, staff_ids[0]
    return None


def has_operator(unit: Unit) -> bool:
    """True when somebody can run this installation."""
    found = unit.connection.execute(
        select(staff.c.id).where(staff.c.role == Role.OPERATOR, staff.c.left_at.is_(None)).limit(1)
    )
    return found.first() is not None


def withdraw_operator_codes(unit: Unit, commune: CommuneId) -> None:
    """Set-up codes printed by earlier starts stop working: only the newest is good."""
    unit.connection.execute(
        update(invitations)
        .where(
            invitations.c.commune_id == commune,
            invitations.c.role == Role.OPERATOR,
            invitations.c.used_at.is_(None),
        )
        .values(expires_at=unit.now)
    )


def known_chat(unit: Unit, identity: Identity) -> bool:
    """True when this chat has spoken before."""
    found = unit.connection.execute(
        select(conversations.c.id).where(conversations.c.identity == identity)
    )
    return found.first() is not None
