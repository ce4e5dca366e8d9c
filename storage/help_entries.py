"""Help entries with every revision. One entry is one visit or several of the same kind on one day."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, and_, case, func, insert, select, update

from bot.core.vocabulary import CommuneId, Topic
from storage.database import Unit
from storage.models import help_entries, help_entry_revisions, members, people, teams


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A help to be written down. ``client_id`` makes a repeat harmless."""

    client_id: str
    team_id: int
    member_id: int | None
    occurred_on: date
    topic: Topic
    visits: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A help as it stands."""

    id: int
    client_id: str
    team_id: int
    member_id: int | None
    occurred_on: date
    topic: Topic
    visits: int
    recorded_at: datetime
    voided_at: datetime | None
    revision: int


def add(unit: Unit, commune: CommuneId, entry: NewEntry) -> Entry:
    """Write the entry and its first revision."""
    values = {
        "client_id": entry.client_id,
        "team_id": entry.team_id,
        "member_id": entry.member_id,
        "occurred_on": entry.occurred_on,
        "topic": entry.topic,
        "visits": entry.visits,
    }
    row_id = unit.connection.execute(
        insert(help_entries)
        .values(commune_id=commune, recorded_at=unit.now, revision=1, **values)
        .returning(help_entries.c.id)
    ).scalar_one()
    written = get(unit, commune, row_id)
    _add_revision(unit, commune, written, ("create", entry.member_id, None))
    return written


def find(unit: Unit, commune: CommuneId, client_id: str) -> Entry | None:
    """The entry that a client made under this id."""
    return _one(unit, _of(commune).where(help_entries.c.client_id == client_id))


def get(unit: Unit, commune: CommuneId, entry_id: int) -> Entry:
    """The entry with this id; raises ``LookupError`` when the commune has none."""
    entry = _one(unit, _of(commune).where(help_entries.c.id == entry_id))
    if entry is None:
        raise LookupError(entry_id)
    return entry


def void(unit: Unit, commune: CommuneId, entry: Entry, by: int | None, reason: str) -> bool:
    """Take it out of every figure, keeping it and the reason; False when it was out already."""
    changed = unit.connection.execute(
        update(help_entries)
        .where(
            help_entries.c.commune_id == commune,
            help_entries.c.id == entry.id,
            help_entries.c.voided_at.is_(None),
        )
        .values(voided_at=unit.now, revision=help_entries.c.revision + 1)
    )
    if changed.rowcount == 0:
        return False
    _add_revision(unit, commune, get(unit, commune, entry.id), ("void", by, reason))
    return True


def list_of_member(
    unit: Unit, commune: CommuneId, member_id: int, window: tuple[date, date]
) -> list[Entry]:
    """A member's entries that count, in the half-open window of days."""
    first, end = window
    rows = unit.connection.execute(
        _of(commune)
        .where(
            help_entries.c.member_id == member_id,
            help_entries.c.occurred_on >= first,
            help_entries.c.occurred_on < end,
            help_entries.c.voided_at.is_(None),
        )
        .order_by(help_entries.c.occurred_on, help_entries.c.id)
    )
    return [_entry(row._mapping) for row in rows]


@dataclass(frozen=True, slots=True)
class Count:
    """Visits and distinct people under one heading; people without a key are not in ``people``."""

    key: str
    visits: int
    people: int
    without_person: int


_person = func.coalesce(people.c.merged_into, help_entries.c.person_id)
"""Whom an entry counts for: those who turned out to be one person are one in every figure."""
_of_person = and_(
    people.c.commune_id == help_entries.c.commune_id, people.c.id == help_entries.c.person_id
)

_HEADINGS = {
    "topic": help_entries.c.topic,
    "team": teams.c.name,
    "place": help_entries.c.place,
    "outcome": help_entries.c.outcome,
}


def count_by(
    unit: Unit, commune: CommuneId, window: tuple[date, date], split: str | None
) -> list[Count]:
    """Figures of the window by ``topic``, ``team``, ``place`` or ``outcome``; None gives the whole."""
    heading = _HEADINGS[split] if split else help_entries.c.commune_id
    keyless = case((help_entries.c.person_id.is_(None), help_entries.c.visits), else_=0)
    statement = (
        select(
            heading,
            func.sum(help_entries.c.visits),
            func.count(_person.distinct()),
            func.sum(keyless),
        )
        .join(teams, teams.c.id == help_entries.c.team_id)
        .outerjoin(people, _of_person)
        .where(
            help_entries.c.commune_id == commune,
            help_entries.c.occurred_on >= window[0],
            help_entries.c.occurred_on < window[1],
            help_entries.c.voided_at.is_(None),
            heading.is_not(None),
        )
        .group_by(heading)
    )
    return [
        Count(str(row[0]), int(row[1]), int(row[2]), int(row[3]))
        for row in unit.connection.execute(statement)
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with the names around it; ``reason`` says why it was taken out, where somebody did."""

    id: int
    occurred_on: date
    team: str
    member: str | None
    topic: str
    guide: str | None
    visits: int
    person_id: int | None
    outcome: str | None
    recorded_at: datetime
    voided_at: datetime | None
    reason: str | None


def list_behind(
    unit: Unit, commune: CommuneId, window: tuple[date, date], under: tuple[str, str] | None
) -> list[Line]:
    """The entries that ``count_by`` counts, under one (split, key) or all, and those taken out of it."""
    entry, taken_out = help_entries.c, help_entry_revisions.c
    is_reason = and_(
        taken_out.commune_id == entry.commune_id,
        taken_out.entry_id == entry.id,
        taken_out.change == "void",
    )
    statement = (
        select(
            entry.id,
            entry.occurred_on,
            teams.c.name.label("team"),
            members.c.name.label("member"),
            entry.topic,
            entry.guide,
            entry.visits,
            _person.label("person_id"),
            entry.outcome,
            entry.recorded_at,
            entry.voided_at,
            taken_out.reason,
        )
        .join_from(help_entries, teams, teams.c.id == entry.team_id)
        .outerjoin(members, members.c.id == entry.member_id)
        .outerjoin(people, _of_person)
        .outerjoin(help_entry_revisions, is_reason)
        .where(
            entry.commune_id == commune,
            entry.occurred_on >= window[0],
            entry.occurred_on < window[1],
        )
        .order_by(entry.occurred_on, entry.id)
    )
    if under is not None:
        statement = statement.where(_HEADINGS[under[0]] == under[1])
    return [Line(**row._mapping) for row in unit.connection.execute(statement)]


_COLUMNS = (
    help_entries.c.id,
    help_entries.c.client_id,
    help_entries.c.team_id,
    help_entries.c.member_id,
    help_entries.c.occurred_on,
    help_entries.c.topic,
    help_entries.c.visits,
    help_entries.c.recorded_at,
    help_entries.c.voided_at,
    help_entries.c.revision,
)


def _of(commune: CommuneId) -> Select[tuple[object, ...]]:
    return select(*_COLUMNS).where(help_entries.c.commune_id == commune)


def _one(unit: Unit, statement: Select[tuple[object, ...]]) -> Entry | None:
    row = unit.connection.execute(statement).one_or_none()
    return None if row is None else _entry(row._mapping)


def _entry(row: object) -> Entry:
    values = dict(row)  # type: ignore[call-overload]
    return Entry(**values | {"topic": Topic(values["topic"])})


def _add_revision(
    unit: Unit, commune: CommuneId, entry: Entry, change: tuple[str, int | None, str | None]
) -> None:
    what, member_id, reason = change
    content = {
        "team_id": entry.team_id,
        "occurred_on": entry.occurred_on.isoformat(),
        "topic": entry.topic,
        "visits": entry.visits,
        "voided": entry.voided_at is not None,
    }
    unit.connection.execute(
        insert(help_entry_revisions).values(
            commune_id=commune,
            entry_id=entry.id,
            revision=entry.revision,
            change=what,
            changed_at=unit.now,
            member_id=member_id,
            reason=reason,
            content=json.dumps(content, sort_keys=True),
        )
    )


def first_day(unit: Unit, commune: CommuneId) -> date | None:
    """The first day of which an entry stands; None when there is none."""
    first: date | None = unit.connection.execute(
        select(func.min(help_entries.c.occurred_on)).where(
            help_entries.c.commune_id == commune, help_entries.c.voided_at.is_(None)
        )
    ).scalar_one()
    return first
