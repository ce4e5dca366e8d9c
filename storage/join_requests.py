"""Who used a team's open code and waits for a yes: a name and a chat, both gone once it was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, update

from bot.core.messages import Address
from bot.core.vocabulary import AccountId, CommuneId, Identity, Role
from storage.database import Unit
from storage.models import invitations, join_requests, teams
from storage.models_accounts import accounts
from storage.notices import Chat


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits: for which team, as what, since when, and where to write to them."""

    id: int
    name: str
    team_id: int
    team: str
    role: Role
    asked_at: datetime
    chat: Chat


def add(
    unit: Unit,
    commune: CommuneId,
    invitation_id: int,
    chat: tuple[Address, Identity],
    name: str,
) -> int:
    """Somebody asks to be let in from that chat; gives the number. ``LookupError`` for a strange account."""
    address, identity = chat
    account = unit.connection.execute(
        select(accounts.c.id).where(
            accounts.c.commune_id == commune,
            accounts.c.channel == address.channel,
            accounts.c.name == address.account,
        )
    ).scalar_one_or_none()
    if account is None:
        raise LookupError(address.account)
    made: int = unit.connection.execute(
        insert(join_requests)
        .values(
            commune_id=commune,
            invitation_id=invitation_id,
            account_id=account,
            identity=identity,
            name=name,
            asked_at=unit.now,
        )
        .returning(join_requests.c.id)
    ).scalar_one()
    return made


def list_waiting(
    unit: Unit, commune: CommuneId, team_ids: Sequence[int] | None = None
) -> list[Waiting]:
    """Who waits to be let into these teams, or into any, the oldest first."""
    statement = _open(commune)
    if team_ids is not None:
        statement = statement.where(invitations.c.team_id.in_(team_ids))
    return [_waiting(commune, row) for row in unit.connection.execute(statement)]


def count_waiting(unit: Unit, commune: CommuneId, team_ids: Sequence[int] | None = None) -> int:
    """How many wait to be let into these teams, or into any."""
    counted = (
        select(func.count())
        .select_from(join_requests)
        .join(invitations, invitations.c.id == join_requests.c.invitation_id)
        .where(join_requests.c.commune_id == commune, join_requests.c.decided_at.is_(None))
    )
    if team_ids is not None:
        counted = counted.where(invitations.c.team_id.in_(team_ids))
    return int(unit.connection.execute(counted).scalar_one())


def find_waiting(unit: Unit, commune: CommuneId, identity: Identity) -> list[Waiting]:
    """What this chat waits for."""
    mine = _open(commune).where(join_requests.c.identity == identity)
    return [_waiting(commune, row) for row in unit.connection.execute(mine)]


def get(unit: Unit, commune: CommuneId, number: int) -> Waiting | None:
    """The request of that number, while nobody has decided it."""
    row = unit.connection.execute(_open(commune).where(join_requests.c.id == number)).one_or_none()
    return None if row is None else _waiting(commune, row)


def decide(unit: Unit, commune: CommuneId, number: int, accepted: bool, decided_by: str) -> bool:
    """Write the decision down and drop the name; False when somebody was faster."""
    decided = unit.connection.execute(
        update(join_requests)
        .where(
            join_requests.c.commune_id == commune,
            join_requests.c.id == number,
            join_requests.c.decided_at.is_(None),
        )
        .values(decided_at=unit.now, accepted=accepted, decided_by=decided_by, name="")
    )
    return decided.rowcount == 1


def _open(commune: CommuneId) -> Select[Any]:
    return (
        select(
            join_requests.c.id,
            join_requests.c.name,
            invitations.c.team_id,
            teams.c.name.label("team"),
            invitations.c.role,
            join_requests.c.asked_at,
            join_requests.c.account_id,
            join_requests.c.identity,
        )
        .join_from(join_requests, invitations, invitations.c.id == join_requests.c.invitation_id)
        .join(teams, teams.c.id == invitations.c.team_id)
        .where(join_requests.c.commune_id == commune, join_requests.c.decided_at.is_(None))
        .order_by(join_requests.c.id)
    )


def _waiting(commune: CommuneId, row: Any) -> Waiting:
    chat = Chat(commune, AccountId(row.account_id), Identity(bytes(row.identity)))
    return Waiting(row.id, row.name, row.team_id, row.team, Role(row.role), row.asked_at, chat)
