"""What a closed period is compared with: visits, classes and what was put out, by team and day.

The help log is large, so only those of its days are counted again that somebody wrote on since: every entry,
correction and withdrawal leaves a revision, and revisions are numbered in their order.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, case, func, or_, select, text

from bot.core.vocabulary import CommuneId, TrainingStatus
from storage import team_days
from storage.database import Unit
from storage.models import teams
from storage.models_help import help_entries, help_entry_revisions
from storage.models_people import people
from storage.models_trainings import attendances, communications, trainings

MOST_AT_ONCE = 500
"""Days or ids in one statement."""
CORRECTED = "correct"
"""What revisions of an entry that reads otherwise are called."""
Item = TypeVar("Item", int, date)


@dataclass(frozen=True, slots=True)
class Helped:
    """What a team did on a day."""

    team_id: int
    day: date
    visits: int
    files: int


@dataclass(frozen=True, slots=True)
class Held:
    """A training that took place; without a team it was the office's."""

    kind: str
    team_id: int | None
    starts_at: datetime
    attendances: int


@dataclass(frozen=True, slots=True)
class PutOut:
    """What a team, or the office, put out on a day: lines and their amounts."""

    kind: str
    team_id: int | None
    day: date
    times: int
    amount: int


def hold_still(unit: Unit) -> None:
    """Nobody writes a revision until this unit ends, and whoever was about to has done so.

    On SQLite a writing unit is alone anyway. Without it a number that was given out on PostgreSQL before
    ours could appear after we have looked.
    """
    if unit.dialect == "postgresql":
        unit.connection.execute(text("LOCK TABLE help_entry_revisions IN SHARE ROW EXCLUSIVE MODE"))


def newest_change(unit: Unit, commune: CommuneId) -> int:
    """The number of the newest revision of the help log; 0 when there is none."""
    row = help_entry_revisions.c
    mine = row.commune_id + 0 == commune  # as in days_changed
    newest = select(row.id).where(mine).order_by(row.id.desc()).limit(1)
    return unit.connection.execute(newest).scalar_one_or_none() or 0


def days_changed(unit: Unit, commune: CommuneId, since: int) -> set[date]:
    """Days on which entries stand, or once stood, that were written on after that revision."""
    entry, row = help_entries.c, help_entry_revisions.c
    # A sum is in no index: else SQLite would go through all revisions of the commune.
    newer = (row.id > since, row.commune_id + 0 == commune)
    written = unit.connection.execute(select(row.entry_id, row.change).where(*newer)).all()
    days: set[date] = set()
    for some in _chunks({one.entry_id for one in written}):
        now = select(entry.occurred_on).where(entry.commune_id == commune, entry.id.in_(some))
        days.update(unit.connection.execute(now.distinct()).scalars())
    for some in _chunks({one.entry_id for one in written if one.change == CORRECTED}):
        once = select(row.content).where(row.commune_id == commune, row.entry_id.in_(some))
        for content in unit.connection.execute(once).scalars():
            days.add(date.fromisoformat(json.loads(content)["occurred_on"]))
    return days


def helped(unit: Unit, commune: CommuneId, window: tuple[date, date]) -> list[Helped]:
    """Entries that count in the half-open window of days."""
    return [
        Helped(one.team_id, one.day, one.visits, one.files)
        for one in team_days.list_team_days(unit, commune, window)
    ]


def helped_on(unit: Unit, commune: CommuneId, days: Collection[date]) -> list[Helped]:
    """The same of single days."""
    found: list[Helped] = []
    for some in _chunks(days):
        found += _helped(unit, commune, help_entries.c.occurred_on.in_(some))
    return found


def _chunks(items: Collection[Item]) -> Iterator[list[Item]]:
    """So many in one statement, in their order."""
    order = sorted(items)
    for start in range(0, len(order), MOST_AT_ONCE):
        yield order[start : start + MOST_AT_ONCE]


def _helped(unit: Unit, commune: CommuneId, when: ColumnElement[bool]) -> list[Helped]:
    row = help_entries.c
    rows = unit.connection.execute(
        select(
            row.team_id,
            row.occurred_on,
            func.sum(row.visits),
            func.sum(func.coalesce(row.files, 0)),
        )
        .where(row.commune_id == commune, row.voided_at.is_(None), when)
        .group_by(row.team_id, row.occurred_on)
    )
    return [Helped(team, day, int(visits), int(files)) for team, day, visits, files in rows]


def held(unit: Unit, commune: CommuneId, window: tuple[datetime, datetime]) -> list[Held]:
    """Trainings that began in the half-open window and took place, each with its attendances.

    Seats of one person in several chats are one attendance, as in ``training_figures.count``.
    """
    row, seat = trainings.c, attendances.c
    person = func.coalesce(people.c.merged_into, seat.person_id)
    nobody = and_(seat.id.is_not(None), person.is_(None))
    seats = and_(
        seat.commune_id == row.commune_id, seat.training_id == row.id, seat.voided_at.is_(None)
    )
    known = and_(people.c.commune_id == seat.commune_id, people.c.id == seat.person_id)
    rows = unit.connection.execute(
        select(
            row.kind,
            row.team_id,
            row.starts_at,
            func.count(person.distinct()) + func.sum(case((nobody, 1), else_=0)),
        )
        .select_from(trainings.outerjoin(attendances, seats).outerjoin(people, known))
        .where(
            row.commune_id == commune,
            row.starts_at >= window[0],
            row.starts_at < window[1],
            or_(row.status == TrainingStatus.HELD, row.status == TrainingStatus.CLOSED),
        )
        .group_by(row.id, row.kind, row.team_id, row.starts_at)
        .order_by(row.id)
    )
    return [Held(*one) for one in rows]


def put_out(unit: Unit, commune: CommuneId, window: tuple[date, date]) -> list[PutOut]:
    """What was put out on days of the half-open window."""
    row = communications.c
    rows = unit.connection.execute(
        select(row.kind, row.team_id, row.occurred_on, func.count(), func.sum(row.amount))
        .where(
            row.commune_id == commune,
            row.occurred_on >= window[0],
            row.occurred_on < window[1],
            row.voided_at.is_(None),
        )
        .group_by(row.kind, row.team_id, row.occurred_on)
    )
    return [PutOut(kind, team, day, times, int(amount)) for kind, team, day, times, amount in rows]


def team_names(unit: Unit, commune: CommuneId) -> dict[int, str]:
    """How each team is called now, by its id."""
    rows = unit.connection.execute(
        select(teams.c.id, teams.c.name).where(teams.c.commune_id == commune)
    )
    return {row.id: row.name for row in rows}
