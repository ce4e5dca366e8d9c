"""Who could help where: khu phố and ấp, old names among them, their teams, members and how to reach those."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, or_, select, update

from bot.core.keys import Purpose
from bot.core.vocabulary import AccountId, CommuneId, Identity, Role, TeamKind
from storage import team_series
from storage.database import Unit
from storage.models import chat_links, conversations, members, memberships, neighbourhoods, teams
from storage.models_accounts import accounts
from storage.notices import Chat


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A khu phố or ấp, of today or of earlier; ``merged_into`` is where it went."""

    id: int
    name: str
    is_valid: bool
    merged_into: int | None


@dataclass(frozen=True, slots=True)
class TeamThere:
    """A team of that day; of the whole commune where there is no neighbourhood."""

    id: int
    name: str
    kind: TeamKind
    neighbourhood_id: int | None


@dataclass(frozen=True, slots=True)
class OwnPhone:
    """A member who has told a number, the number, and the chats that could have agreed to show it."""

    member: int
    name: str
    phone: str
    chats: tuple[Identity, ...]


def list_neighbourhoods(unit: Unit, commune: CommuneId, on: date) -> list[Neighbourhood]:
    """All that there are and were, in the order they were made."""
    row = neighbourhoods.c
    statement = select(row.id, row.name, row.valid_from, row.valid_to, row.merged_into)
    found = unit.connection.execute(statement.where(row.commune_id == commune).order_by(row.id))
    return [
        Neighbourhood(one[0], one[1], _is_valid(one[2], one[3], on) and one[4] is None, one[4])
        for one in found
    ]


def _is_valid(begins: date | None, ends: date | None, on: date) -> bool:
    return (begins is None or begins <= on) and (ends is None or ends > on)


def list_teams(unit: Unit, commune: CommuneId, on: date) -> list[TeamThere]:
    """Teams of that day, in the order they were made."""
    row = teams.c
    found = unit.connection.execute(
        select(row.id, row.name, row.kind, row.neighbourhood_id)
        .where(
            row.commune_id == commune,
            row.merged_into.is_(None),
            or_(row.valid_from.is_(None), row.valid_from <= on),
            or_(row.valid_to.is_(None), row.valid_to > on),
        )
        .order_by(row.id)
    )
    return [TeamThere(one[0], one[1], TeamKind(one[2]), one[3]) for one in found]


def teams_of(unit: Unit, commune: CommuneId, member: int) -> list[int]:
    """Every team that somebody belongs to, the hat worn now and all others, with those merged into it."""
    worn = select(members.c.team_id).where(
        members.c.commune_id == commune, members.c.id == member, members.c.left_at.is_(None)
    )
    others = select(memberships.c.team_id).where(
        memberships.c.commune_id == commune,
        memberships.c.member_id == member,
        memberships.c.until.is_(None),
    )
    own = set(unit.connection.execute(worn.union(others)).scalars())
    return sorted({one for team in own for one in team_series.family(unit, commune, team)})


def has_members(unit: Unit, commune: CommuneId, team: int) -> bool:
    """True when somebody belongs to the team today."""
    found = unit.connection.execute(
        select(members.c.id).where(members.c.commune_id == commune, *_belongs(team)).limit(1)
    )
    return found.first() is not None


def team_chats(
    unit: Unit, commune: CommuneId, team: int, role: Role | None = None
) -> list[tuple[int, Chat]]:
    """(member, chat) of everybody of the team, of one role or all, who can be written to."""
    statement = (
        select(members.c.id, conversations.c.account_id, conversations.c.identity)
        .join(chat_links, chat_links.c.member_id == members.c.id)
        .join(conversations, conversations.c.identity == chat_links.c.identity)
        .where(members.c.commune_id == commune, *_belongs(team), conversations.c.reachable)
        .order_by(conversations.c.id)
    )
    if role is not None:
        statement = statement.where(members.c.role == role)
    rows = unit.connection.execute(statement)
    return [(r[0], Chat(commune, AccountId(r[1]), Identity(bytes(r[2])))) for r in rows]


def chat_of(unit: Unit, commune: CommuneId, member: int) -> Chat | None:
    """The chat that a member used last; None where none can be reached."""
    row = unit.connection.execute(
        select(conversations.c.account_id, conversations.c.identity)
        .join(chat_links, chat_links.c.identity == conversations.c.identity)
        .where(
            conversations.c.commune_id == commune,
            chat_links.c.member_id == member,
            conversations.c.reachable,
        )
        .order_by(conversations.c.last_used_at.desc(), conversations.c.id)
        .limit(1)
    ).one_or_none()
    return None if row is None else Chat(commune, AccountId(row[0]), Identity(bytes(row[1])))


def keep_phone(unit: Unit, commune: CommuneId, member: int, phone: str | None) -> None:
    """A member's own number, sealed; None takes it away."""
    sealed = None if phone is None else unit.keys.seal(Purpose.PHONE, phone.encode())
    unit.connection.execute(
        update(members)
        .where(members.c.commune_id == commune, members.c.id == member)
        .values(phone=sealed)
    )


def list_phones(
    unit: Unit, commune: CommuneId, team: int, member: int | None = None
) -> list[OwnPhone]:
    """Members of the team (or that one of them) who have told a number."""
    statement = (
        select(members.c.id, members.c.name, members.c.phone, chat_links.c.identity)
        .outerjoin(chat_links, chat_links.c.member_id == members.c.id)
        .where(members.c.commune_id == commune, *_belongs(team), members.c.phone.is_not(None))
        .order_by(members.c.id, chat_links.c.id)
    )
    if member is not None:
        statement = statement.where(members.c.id == member)
    found: dict[int, OwnPhone] = {}
    for number, name, sealed, chat in unit.connection.execute(statement):
        phone = unit.keys.open(Purpose.PHONE, bytes(sealed)).decode()
        known = found.get(number, OwnPhone(number, name, phone, ()))
        chats = () if chat is None else (Identity(bytes(chat)),)
        found[number] = OwnPhone(number, name, phone, (*known.chats, *chats))
    return list(found.values())


def find_account(unit: Unit, commune: CommuneId, channel: str, name: str) -> AccountId | None:
    """The account that a chat belongs to, before anything else is known of the chat."""
    found = unit.connection.execute(
        select(accounts.c.id).where(
            accounts.c.commune_id == commune, accounts.c.channel == channel, accounts.c.name == name
        )
    ).scalar_one_or_none()
    return None if found is None else AccountId(found)


def _belongs(team: int) -> tuple[ColumnElement[bool], ...]:
    also = exists().where(
        memberships.c.commune_id == members.c.commune_id,
        memberships.c.member_id == members.c.id,
        memberships.c.team_id == team,
        memberships.c.until.is_(None),
    )
    return members.c.left_at.is_(None), or_(members.c.team_id == team, also)
