"""Communes with their neighbourhoods, teams and messenger accounts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert, select, update

from bot.core.errors import StorageError
from bot.core.keys import Purpose
from bot.core.team_names import bare_name
from bot.core.vocabulary import AccountId, CommuneId, TeamKind
from storage.database import INSERTS, Unit
from storage.models import communes, neighbourhoods, teams
from storage.models_accounts import accounts


@dataclass(frozen=True, slots=True)
class Commune:
    """A xã or phường that this installation serves."""

    id: CommuneId
    slug: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Team:
    """A Tổ công nghệ số cộng đồng."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Account:
    """A messenger account of a commune, its secrets opened; ``repr`` leaves them out."""

    id: AccountId
    commune: Commune
    channel: str
    name: str


def save_commune(unit: Unit, slug: str, name: str, kind: str) -> Commune:
    """Insert the commune or bring its name up to date."""
    found = unit.connection.execute(
        update(communes)
        .where(communes.c.slug == slug)
        .values(name=name, kind=kind)
        .returning(communes.c.id)
    ).scalar_one_or_none()
    if found is None:
        # A replica that starts at the same moment may be faster; whoever comes second waits and agrees.
        found = unit.connection.execute(
            INSERTS[unit.dialect](communes)
            .values(slug=slug, name=name, kind=kind)
            .on_conflict_do_update(index_elements=["slug"], set_={"name": name, "kind": kind})
            .returning(communes.c.id)
        ).scalar_one()
    return Commune(CommuneId(found), slug, name, kind)


def list_communes(unit: Unit) -> list[Commune]:
    """All communes, by slug."""
    rows = unit.connection.execute(select(communes).order_by(communes.c.slug))
    return [Commune(CommuneId(row.id), row.slug, row.name, row.kind) for row in rows]


def save_neighbourhoods(unit: Unit, commune: CommuneId, names: Sequence[str], since: date) -> None:
    """Add the neighbourhoods that are new, each with its team; none is ever removed by a plan file."""
    stored = unit.connection.execute(
        select(neighbourhoods.c.name).where(neighbourhoods.c.commune_id == commune)
    ).scalars()
    known = {bare_name(name) for name in stored}  # one that was put aside is not made anew
    for name in names:
        if name in known:
            continue
        neighbourhood = unit.connection.execute(
            insert(neighbourhoods)
            .values(commune_id=commune, name=name, valid_from=since)
            .returning(neighbourhoods.c.id)
        ).scalar_one()
        unit.connection.execute(
            insert(teams).values(
                commune_id=commune,
                name=name,
                kind=TeamKind.NEIGHBOURHOOD,
                neighbourhood_id=neighbourhood,
                valid_from=since,
            )
        )


def list_teams(unit: Unit, commune: CommuneId, on: date) -> list[Team]:
    """Teams valid on that day, in the order they were made."""
    rows = unit.connection.execute(
        select(teams.c.id, teams.c.name)
        .where(
            teams.c.commune_id == commune,
            teams.c.valid_from.is_(None) | (teams.c.valid_from <= on),
            teams.c.valid_to.is_(None) | (teams.c.valid_to > on),
        )
        .order_by(teams.c.id)
    )
    return [Team(row.id, row.name) for row in rows]


def find_team(unit: Unit, commune: CommuneId, name: str) -> Team | None:
    """The team of exactly that name, whenever it is or was one of the commune."""
    row = unit.connection.execute(
        select(teams.c.id, teams.c.name).where(teams.c.commune_id == commune, teams.c.name == name)
    ).one_or_none()
    return Team(row.id, row.name) if row else None


def rename_team(unit: Unit, commune: CommuneId, team: Team, name: str) -> None:
    """Set the name of a team and of the neighbourhood that it stands for."""
    neighbourhood = unit.connection.execute(
        update(teams)
        .where(teams.c.commune_id == commune, teams.c.id == team.id)
        .values(name=name)
        .returning(teams.c.neighbourhood_id)
    ).scalar_one()
    unit.connection.execute(
        update(neighbourhoods)
        .where(neighbourhoods.c.commune_id == commune, neighbourhoods.c.id == neighbourhood)
        .values(name=name)
    )


def save_account(
    unit: Unit, commune: Commune, channel: str, name: str, secrets: Mapping[str, str]
) -> Account:
    """Insert a messenger account or renew its secrets, sealed; without secrets the old ones stay.

    Raises ``StorageError`` for an account of another commune: its conversations cannot change hands.
    """
    sealed = (
        unit.keys.seal(Purpose.ACCOUNT, json.dumps(dict(secrets)).encode()) if secrets else None
    )
    given = {"commune_id": commune.id, "channel": channel, "name": name, "secrets": sealed}
    found = unit.connection.execute(
        INSERTS[unit.dialect](accounts)
        .values(given)
        .on_conflict_do_update(
            index_elements=["channel", "name"],
            set_={"secrets": func.coalesce(sealed, accounts.c.secrets)},
            where=accounts.c.commune_id == commune.id,
        )
        .returning(accounts.c.id)
    ).scalar_one_or_none()
    if found is None:
        raise StorageError(
            f"Tài khoản {channel}/{name} đã thuộc xã, phường khác: đặt tên khác cho {commune.name}."
        )
    return Account(AccountId(found), commune, channel, name)
