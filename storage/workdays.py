"""On which days members were at work, by what they logged: for the accountant's sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from bot.core.vocabulary import CommuneId, Place, Topic
from storage.database import Unit
from storage.models import members, teams
from storage.models_help import help_entries


@dataclass(frozen=True, slots=True)
class Worked:
    """What a member logged for a team on one day, at one place, about one topic.

    ``member_id`` is None for an entry that names no member.
    """

    member_id: int | None
    member: str | None
    organisation: str | None
    team: str
    day: date
    place: Place | None
    topic: Topic
    visits: int


def list_worked(
    unit: Unit,
    commune: CommuneId,
    team_ids: Sequence[int] | None,
    window: tuple[date, date],
) -> list[Worked]:
    """What counts in the window of days, of these teams or all: by member, in the order of days."""
    entry = help_entries.c
    keys = (
        entry.member_id,
        members.c.name,
        members.c.organisation,
        teams.c.name,
        entry.occurred_on,
        entry.place,
        entry.topic,
    )
    statement = (
        select(*keys, func.sum(entry.visits))
        .join_from(help_entries, teams, teams.c.id == entry.team_id)
        .outerjoin(members, members.c.id == entry.member_id)
        .where(
            entry.commune_id == commune,
            entry.occurred_on >= window[0],
            entry.occurred_on < window[1],
            entry.voided_at.is_(None),
        )
        .group_by(*keys)
        .order_by(entry.member_id, entry.occurred_on)
    )
    if team_ids is not None:
        statement = statement.where(entry.team_id.in_(team_ids))
    return [
        Worked(*row[:5], Place(row[5]) if row[5] else None, Topic(row[6]), int(row[7]))
        for row in unit.connection.execute(statement)
    ]
