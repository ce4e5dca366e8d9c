"""What the report of a unit reads and writes beside itself: readings, task states, and a team's own logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, select, update

from bot.core.vocabulary import (
    CommuneId,
    CommunicationKind,
    ReadingKind,
    TaskStatus,
    TrainingKind,
    TrainingStatus,
)
from storage.database import Unit
from storage.models_help import help_entries
from storage.models_people import people
from storage.models_plans import target_readings, task_states
from storage.models_trainings import communications, trainings


@dataclass(frozen=True, slots=True)
class Origin:
    """Which report something came with, and who entered it where that was the office."""

    report: int
    staff_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewReading:
    """A figure of a target that a unit tells; ``client_id`` makes a second try harmless."""

    client_id: str
    target: str
    number: float | None
    part: int | None
    whole: int | None
    level: str | None
    is_reached: bool | None
    as_of: date
    source: str


@dataclass(frozen=True, slots=True)
class LastReading:
    """The newest figure of a target."""

    number: float | None
    level: str | None
    as_of: date
    source: str


@dataclass(frozen=True, slots=True)
class LastState:
    """How a task stood last."""

    status: TaskStatus
    result: str | None
    as_of: date


@dataclass(frozen=True, slots=True)
class TeamFigures:
    """What the logs of a team hold of some days; of ``without_person`` visits nobody knows whose they are."""

    visits: int
    people: int
    without_person: int
    classes: int
    sessions: int
    broadcasts: int


def add_reading(unit: Unit, commune: CommuneId, origin: Origin, fresh: NewReading) -> None:
    """Write it down."""
    unit.connection.execute(
        insert(target_readings).values(
            commune_id=commune,
            client_id=fresh.client_id,
            target=fresh.target,
            kind=ReadingKind.READING,
            number=fresh.number,
            part=fresh.part,
            whole=fresh.whole,
            level=fresh.level,
            is_reached=fresh.is_reached,
            as_of=fresh.as_of,
            source=fresh.source,
            unit_report_id=origin.report,
            staff_id=origin.staff_id,
            recorded_at=unit.now,
        )
    )


def add_state(unit: Unit, commune: CommuneId, origin: Origin, told: tuple[str, LastState]) -> None:
    """How a task stands, as the unit says."""
    task, state = told
    unit.connection.execute(
        insert(task_states).values(
            commune_id=commune,
            task=task,
            status=state.status,
            result=state.result,
            as_of=state.as_of,
            unit_report_id=origin.report,
            staff_id=origin.staff_id,
            recorded_at=unit.now,
        )
    )


def void_all(unit: Unit, commune: CommuneId, report: int, reason: str) -> int:
    """What came with that report does not count any more, for a reason; gives how many rows that were."""
    gone = 0
    for table in (target_readings, task_states):
        row = table.c
        mine = (row.commune_id == commune, row.unit_report_id == report, row.voided_at.is_(None))
        out = update(table).where(*mine).values(voided_at=unit.now, reason=reason)
        gone += unit.connection.execute(out).rowcount
    return gone


def last_readings(
    unit: Unit, commune: CommuneId, targets: Sequence[str], end: date
) -> dict[str, LastReading]:
    """The newest reading of each target until the day before ``end``; of two of one day the later one."""
    row = target_readings.c
    rows = unit.connection.execute(
        select(row.target, row.number, row.level, row.as_of, row.source)
        .where(
            row.commune_id == commune,
            row.target.in_(targets),
            row.kind == ReadingKind.READING,
            row.as_of < end,
            row.voided_at.is_(None),
        )
        .order_by(row.as_of, row.id)
    )
    return {one[0]: LastReading(*one[1:]) for one in rows}


def last_states(
    unit: Unit, commune: CommuneId, tasks: Sequence[str], end: date
) -> dict[str, LastState]:
    """The same for how each task stands."""
    row = task_states.c
    rows = unit.connection.execute(
        select(row.task, row.status, row.result, row.as_of)
        .where(
            row.commune_id == commune,
            row.task.in_(tasks),
            row.as_of < end,
            row.voided_at.is_(None),
        )
        .order_by(row.as_of, row.id)
    )
    return {one[0]: LastState(TaskStatus(one[1]), one[2], one[3]) for one in rows}


def count_of_teams(
    unit: Unit,
    commune: CommuneId,
    team_ids: Sequence[int],
    days: tuple[date, date],
    moments: tuple[datetime, datetime],
) -> TeamFigures:
    """What these teams wrote down together of the half-open days, which ``moments`` begin and end."""
    one, of_teams = trainings.c, (unit, commune, team_ids)
    held = unit.connection.execute(
        select(one.kind, func.count())
        .where(
            one.commune_id == commune,
            one.team_id.in_(team_ids),
            one.starts_at >= moments[0],
            one.starts_at < moments[1],
            one.status.in_([TrainingStatus.HELD, TrainingStatus.CLOSED]),
        )
        .group_by(one.kind)
    )
    by_kind = {kind: int(count) for kind, count in held}
    visits, known, unknown = _helped(of_teams, days)
    return TeamFigures(
        visits=visits,
        people=known,
        without_person=unknown,
        classes=by_kind.get(TrainingKind.CLASS, 0),
        sessions=by_kind.get(TrainingKind.OUTREACH, 0),
        broadcasts=_broadcasts(of_teams, days),
    )


OfTeams = tuple[Unit, CommuneId, Sequence[int]]


def _helped(of_teams: OfTeams, days: tuple[date, date]) -> tuple[int, int, int]:
    """Visits, people, and visits of nobody known."""
    unit, commune, team_ids = of_teams
    entry = help_entries.c
    person = func.coalesce(people.c.merged_into, entry.person_id)
    of_person = (people.c.commune_id == entry.commune_id) & (people.c.id == entry.person_id)
    visits, known, unknown = unit.connection.execute(
        select(
            func.sum(entry.visits),
            func.count(person.distinct()),
            func.sum(entry.visits).filter(entry.person_id.is_(None)),
        )
        .select_from(help_entries.outerjoin(people, of_person))
        .where(
            entry.commune_id == commune,
            entry.team_id.in_(team_ids),
            entry.occurred_on >= days[0],
            entry.occurred_on < days[1],
            entry.voided_at.is_(None),
        )
    ).one()
    return int(visits or 0), int(known), int(unknown or 0)


def _broadcasts(of_teams: OfTeams, days: tuple[date, date]) -> int:
    unit, commune, team_ids = of_teams
    piece = communications.c
    loud = unit.connection.execute(
        select(func.sum(piece.amount)).where(
            piece.commune_id == commune,
            piece.team_id.in_(team_ids),
            piece.kind == CommunicationKind.BROADCAST,
            piece.occurred_on >= days[0],
            piece.occurred_on < days[1],
            piece.voided_at.is_(None),
        )
    ).scalar_one()
    return int(loud or 0)
