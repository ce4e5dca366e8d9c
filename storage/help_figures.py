"""Figures of the help log and the rows behind them: visits are summed, people are counted by distinct key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, case, func, select

from bot.core.vocabulary import CommuneId
from storage.database import Unit
from storage.models import members, teams
from storage.models_help import help_entries, help_entry_revisions, help_services
from storage.models_people import people

_person = func.coalesce(people.c.merged_into, help_entries.c.person_id)
"""Whom an entry counts for: those who turned out to be one person are one in every figure."""
_of_person = and_(
    people.c.commune_id == help_entries.c.commune_id, people.c.id == help_entries.c.person_id
)


@dataclass(frozen=True, slots=True)
class Count:
    """Visits and distinct people under one heading; people without a key are not in ``people``."""

    key: str
    visits: int
    people: int
    without_person: int


_HEADINGS = {
    "topic": help_entries.c.topic,
    "team": teams.c.name,
    "place": help_entries.c.place,
    "outcome": help_entries.c.outcome,
    "subject": help_entries.c.subject,
    "service": help_services.c.service,
}

SPLITS = tuple(_HEADINGS)
_of_entry = and_(
    help_services.c.commune_id == help_entries.c.commune_id,
    help_services.c.entry_id == help_entries.c.id,
)


def count_by(
    unit: Unit, commune: CommuneId, window: tuple[date, date], split: str | None
) -> list[Count]:
    """Figures of the window by one of ``SPLITS``; None gives the whole."""
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
    if split == "service":  # an entry with two services stands under both
        statement = statement.join(help_services, _of_entry)
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


def first_day(unit: Unit, commune: CommuneId) -> date | None:
    """The first day of which an entry stands; None when there is none."""
    first: date | None = unit.connection.execute(
        select(func.min(help_entries.c.occurred_on)).where(
            help_entries.c.commune_id == commune, help_entries.c.voided_at.is_(None)
        )
    ).scalar_one()
    return first
