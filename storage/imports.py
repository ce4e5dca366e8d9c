"""Files that came in from paper: what each brought, and what stands already under the ids of its rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ScalarSelect, Table, and_, exists, func, insert, select

from bot.core.vocabulary import CommuneId
from storage.database import Unit
from storage.help_entries import MOST_AT_ONCE
from storage.models import members, memberships, teams
from storage.models_help import help_entries, help_entry_revisions, imports
from storage.models_people import identities, people
from storage.models_plans import target_readings
from storage.models_trainings import attendances

HELP, ATTENDANCE, READINGS = "help", "attendance", "readings"
"""What the rows of a file are."""


@dataclass(frozen=True, slots=True)
class NewImport:
    """A file that is taken: SHA-256 of its bytes, its rows, how many entries or seats are new, whose hand."""

    file_hash: str
    rows: int
    added: int
    actor: str
    kind: str = HELP


@dataclass(frozen=True, slots=True)
class Import:
    """A file that was taken; ``standing`` of its entries, or seats, still count."""

    id: int
    at: datetime
    actor: str
    rows: int
    added: int
    kind: str
    standing: int


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry under an id, and what it said when it came in: ``content`` as its first revision has it."""

    entry_id: int
    team_id: int
    member_id: int | None
    content: Mapping[str, Any]


def add(unit: Unit, commune: CommuneId, new: NewImport) -> int:
    """Write the file down; gives its number."""
    made: int = unit.connection.execute(
        insert(imports)
        .values(
            commune_id=commune,
            kind=new.kind,
            file_hash=new.file_hash,
            rows=new.rows,
            added=new.added,
            at=unit.now,
            actor=new.actor,
        )
        .returning(imports.c.id)
    ).scalar_one()
    return made


def list_newest(unit: Unit, commune: CommuneId, most: int) -> list[Import]:
    """The files that came in last, the newest first."""
    return _list(unit, commune, most)


def find(unit: Unit, commune: CommuneId, import_id: int) -> Import | None:
    """The file with that number."""
    found = _list(unit, commune, 1, import_id)
    return found[0] if found else None


def _list(unit: Unit, commune: CommuneId, most: int, import_id: int | None = None) -> list[Import]:
    row = imports.c
    standing = _standing(help_entries) + _standing(attendances) + _standing(target_readings)
    statement = (
        select(row.id, row.at, row.actor, row.rows, row.added, row.kind, standing)
        .where(row.commune_id == commune)
        .order_by(row.id.desc())
        .limit(most)
    )
    if import_id is not None:
        statement = statement.where(row.id == import_id)
    return [Import(*found) for found in unit.connection.execute(statement)]


def _standing(table: Table) -> ScalarSelect[int]:
    """How many rows of a table that a file brought still count."""
    brought = table.c
    return (
        select(func.count())
        .where(
            brought.commune_id == imports.c.commune_id,
            brought.import_id == imports.c.id,
            brought.voided_at.is_(None),
        )
        .scalar_subquery()
    )


def list_stored(unit: Unit, commune: CommuneId, client_ids: Sequence[str]) -> dict[str, Stored]:
    """What stands under these ids."""
    found: dict[str, Stored] = {}
    entry, first = help_entries.c, help_entry_revisions.c
    is_first = and_(
        first.commune_id == entry.commune_id, first.entry_id == entry.id, first.revision == 1
    )
    for start in range(0, len(client_ids), MOST_AT_ONCE):
        chunk = client_ids[start : start + MOST_AT_ONCE]
        rows = unit.connection.execute(
            select(entry.client_id, entry.id, entry.team_id, entry.member_id, first.content)
            .join_from(help_entries, help_entry_revisions, is_first)
            .where(entry.commune_id == commune, entry.client_id.in_(chunk))
        ).all()
        known = [Stored(*row[1:4], json.loads(row[4])) for row in rows]
        found |= {row[0]: one for row, one in zip(rows, known, strict=True)}
    return found


def list_roots(unit: Unit, commune: CommuneId, ids: Sequence[int]) -> dict[int, int]:
    """Whom these people count as; those whom no number and no chat names any more are left out."""
    found: dict[int, int] = {}
    root = func.coalesce(people.c.merged_into, people.c.id)
    for start in range(0, len(ids), MOST_AT_ONCE):
        chunk = ids[start : start + MOST_AT_ONCE]
        is_named = exists().where(
            identities.c.commune_id == commune, identities.c.person_id == people.c.id
        )
        of_chunk = select(people.c.id, root).where(
            people.c.commune_id == commune, people.c.id.in_(chunk), is_named
        )
        found |= {row[0]: row[1] for row in unit.connection.execute(of_chunk)}
    return found


def list_helped(
    unit: Unit, commune: CommuneId, roots: Sequence[int], window: tuple[date, date]
) -> set[tuple[int, date, str]]:
    """Who (as who they count) was helped on which day with which topic, in the half-open window of days."""
    found: set[tuple[int, date, str]] = set()
    entry, root = help_entries.c, func.coalesce(people.c.merged_into, people.c.id)
    is_theirs = and_(people.c.commune_id == entry.commune_id, people.c.id == entry.person_id)
    for start in range(0, len(roots), MOST_AT_ONCE):
        rows = unit.connection.execute(
            select(root, entry.occurred_on, entry.topic)
            .join_from(help_entries, people, is_theirs)
            .where(
                entry.commune_id == commune,
                entry.voided_at.is_(None),
                entry.occurred_on >= window[0],
                entry.occurred_on < window[1],
                root.in_(roots[start : start + MOST_AT_ONCE]),
            )
        )
        found |= {(row[0], row[1], row[2]) for row in rows}
    return found


def list_heirs(unit: Unit, commune: CommuneId) -> dict[int, int]:
    """Teams that go on in another one, and in which."""
    merged = select(teams.c.id, teams.c.merged_into).where(
        teams.c.commune_id == commune, teams.c.merged_into.is_not(None)
    )
    return {row[0]: row[1] for row in unit.connection.execute(merged)}


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Somebody who is or was in a team."""

    id: int
    name: str
    team_id: int
    is_there: bool


def list_members(unit: Unit, commune: CommuneId) -> list[TeamMember]:
    """Everybody under every hat that they wear or wore: paper may come in after somebody has left."""
    is_there = and_(memberships.c.until.is_(None), members.c.left_at.is_(None))
    statement = (
        select(members.c.id, members.c.name, memberships.c.team_id, is_there)
        .join_from(memberships, members, members.c.id == memberships.c.member_id)
        .where(memberships.c.commune_id == commune)
        .order_by(memberships.c.id)
    )
    return [
        TeamMember(row[0], row[1], row[2], bool(row[3]))
        for row in unit.connection.execute(statement)
    ]
