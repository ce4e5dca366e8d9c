"""How figures of targets grew: what was done on which day, what of it is confirmed, what was told in time.

A class, a session or a contest is confirmed by one seat that a chat took by the changing code or that stands
on a list, or by the office that closed it; help is confirmed by the helped person or by a check.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from bot.core.vocabulary import CommuneId, Evidence, TrainingKind, TrainingStatus
from storage import team_days
from storage.database import Unit
from storage.models_help import help_entries, spot_checks
from storage.models_people import people
from storage.models_trainings import attendances, training_events, trainings
from storage.spot_checks import Result

DAY = timedelta(days=1)
Days = tuple[date, date]
Moments = tuple[datetime, datetime]
"""Half-open, both of them."""
_training, _seat, _entry = trainings.c, attendances.c, help_entries.c
_TOOK_PLACE = _training.status.in_([TrainingStatus.HELD, TrainingStatus.CLOSED])
_IS_STRONG = _seat.evidence.in_([Evidence.SCREEN, Evidence.LIST])
_person = func.coalesce(people.c.merged_into, _seat.person_id)


@dataclass(frozen=True, slots=True)
class Held:
    """A training that took place; ``known_at`` is since when it is written down that it did."""

    kind: str
    starts_at: datetime
    team_id: int | None
    known_at: datetime | None
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class Came:
    """So many people: when they were first there, by a seat that is confirmed, and by one told in time."""

    first: datetime
    confirmed: datetime | None
    told: datetime | None
    count: int


@dataclass(frozen=True, slots=True)
class Active:
    """A team, and the first day of its help; of what is confirmed of it; of what was told then."""

    team_id: int
    first: date
    confirmed: date | None
    told: date | None


def list_held(unit: Unit, commune: CommuneId, window: Moments) -> list[Held]:
    """Trainings that began in the window and took place, the earliest first."""
    seat_taken = exists().where(
        _seat.commune_id == commune,
        _seat.training_id == _training.id,
        _seat.voided_at.is_(None),
        _IS_STRONG,
    )
    event = training_events.c
    closed_by_office = exists().where(
        event.commune_id == commune,
        event.training_id == _training.id,
        event.what == TrainingStatus.CLOSED.value,
        event.staff_id.is_not(None),
    )
    is_confirmed = or_(
        seat_taken, and_(_training.status == TrainingStatus.CLOSED, closed_by_office)
    )
    rows = unit.connection.execute(
        select(
            _training.kind,
            _training.starts_at,
            _training.team_id,
            _training.held_at,
            is_confirmed,
        )
        .where(*_begun(commune, window), _TOOK_PLACE)
        .order_by(_training.starts_at, _training.id)
    )
    return [Held(row[0], row[1], row[2], row[3], bool(row[4])) for row in rows]


def list_people(
    unit: Unit, commune: CommuneId, window: Moments, of: tuple[TrainingKind, datetime]
) -> list[Came]:
    """Everybody known who was at a training of the kind, by when that was first; told: by that moment."""
    kind, told_by = of
    start = _training.starts_at
    first = (
        select(
            func.min(start).label("first"),
            func.min(case((_IS_STRONG, start))).label("confirmed"),
            func.min(case((_seat.at < told_by, start))).label("told"),
        )
        .select_from(
            trainings.join(
                attendances,
                and_(_seat.commune_id == _training.commune_id, _seat.training_id == _training.id),
            ).join(
                people,
                and_(people.c.commune_id == _seat.commune_id, people.c.id == _seat.person_id),
            )
        )
        .where(
            *_begun(commune, window),
            _TOOK_PLACE,
            _training.kind == kind,
            _seat.voided_at.is_(None),
        )
        .group_by(_person)
        .subquery()
        .c
    )
    rows = unit.connection.execute(
        select(first.first, first.confirmed, first.told, func.count())
        .group_by(first.first, first.confirmed, first.told)
        .order_by(first.first, first.confirmed, first.told)
    )
    return [Came(*row) for row in rows]


def count_unknown(
    unit: Unit, commune: CommuneId, window: Moments, kind: TrainingKind
) -> list[tuple[datetime, int]]:
    """Seats of nobody known, by the moment that their training of the kind began."""
    rows = unit.connection.execute(
        select(_training.starts_at, func.count())
        .select_from(
            trainings.join(
                attendances,
                and_(_seat.commune_id == _training.commune_id, _seat.training_id == _training.id),
            )
        )
        .where(
            *_begun(commune, window),
            _TOOK_PLACE,
            _training.kind == kind,
            _seat.voided_at.is_(None),
            _seat.person_id.is_(None),
        )
        .group_by(_training.starts_at)
        .order_by(_training.starts_at)
    )
    return [(row[0], row[1]) for row in rows]


def list_sent(unit: Unit, commune: CommuneId, days: Days) -> list[tuple[date, int]]:
    """On which of the days which team helped somebody, once each."""
    return [(one.day, one.team_id) for one in team_days.list_team_days(unit, commune, days)]


def list_active(unit: Unit, commune: CommuneId, days: Days, told_by: datetime) -> list[Active]:
    """Teams that helped in these days."""
    known = team_days.find_first_days(unit, commune, days)
    first = {team: begun for team, (begun, _) in known.items()}
    confirmed = _first_checked(unit, commune, days)
    for team, (_, day) in known.items():
        if day is not None:
            confirmed[team] = min(confirmed.get(team, day), day)
    told = _first_told(unit, commune, (first, days[1]), told_by)
    return [
        Active(team, day, confirmed.get(team), told.get(team))
        for team, day in sorted(first.items())
    ]


def _first_checked(unit: Unit, commune: CommuneId, days: Days) -> dict[int, date]:
    """By team the first day of help that a check found right."""
    found_right = select(spot_checks.c.entry_id).where(
        spot_checks.c.commune_id == commune, spot_checks.c.result == Result.RIGHT
    )
    rows = unit.connection.execute(
        select(_entry.team_id, func.min(_entry.occurred_on))
        .where(
            _entry.id.in_(found_right),
            # A sum is in no index: else SQLite would go through all entries of the days.
            _entry.commune_id + 0 == commune,
            _entry.occurred_on >= days[0],
            _entry.occurred_on < days[1],
            _entry.voided_at.is_(None),
        )
        .group_by(_entry.team_id)
    )
    return {row[0]: row[1] for row in rows}


def _first_told(
    unit: Unit, commune: CommuneId, of: tuple[Mapping[int, date], date], told_by: datetime
) -> dict[int, date]:
    """By team the first day, from its own first one on, of which something was written down in time.

    Nearly always that is its first day; all days are gone through for the other teams alone.
    """
    first, end = of
    told: dict[int, date] = {}
    for day in sorted(set(first.values())):
        teams = [team for team, begun in first.items() if begun == day]
        told |= _told(unit, commune, (day, day + DAY), (teams, told_by))
    late = sorted(first.keys() - told.keys())
    if late:
        days = min(first[team] for team in late), end
        told |= _told(unit, commune, days, (late, told_by))
    return told


def _told(
    unit: Unit, commune: CommuneId, days: Days, of: tuple[Collection[int], datetime]
) -> dict[int, date]:
    teams, told_by = of
    rows = unit.connection.execute(
        select(_entry.team_id, func.min(_entry.occurred_on))
        .where(*_of_days(commune, days), _entry.team_id.in_(teams), _entry.recorded_at < told_by)
        .group_by(_entry.team_id)
    )
    return {row[0]: row[1] for row in rows}


def _begun(commune: CommuneId, window: Moments) -> tuple[ColumnElement[bool], ...]:
    return (
        _training.commune_id == commune,
        _training.starts_at >= window[0],
        _training.starts_at < window[1],
    )


def _of_days(commune: CommuneId, days: Days) -> tuple[ColumnElement[bool], ...]:
    return (
        _entry.commune_id == commune,
        _entry.occurred_on >= days[0],
        _entry.occurred_on < days[1],
        _entry.voided_at.is_(None),
    )
