"""Figures of classes, sessions and contests that were held, and the trainings behind them.

A training counts in the window that it began in. Seats of a person in several chats are one attendance of
that training, and a person of several trainings is one of the people; each seat of nobody known is one
attendance more.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select

from bot.core.vocabulary import CommuneId, Evidence, LearningStage, TrainingKind, TrainingStatus
from storage import team_days
from storage.database import Prepared, Unit
from storage.models import neighbourhoods, teams
from storage.models_people import people
from storage.models_trainings import (
    attendances,
    communications,
    learning_readings,
    sign_ups,
    trainings,
)
from storage.read_once import read_once

Moments = tuple[datetime, datetime]
"""The half-open window that a training began in."""
_training, _seat = trainings.c, attendances.c
_person = func.coalesce(people.c.merged_into, _seat.person_id)
_of_person = and_(people.c.commune_id == _seat.commune_id, people.c.id == _seat.person_id)
_STRENGTH = {one.value: place for place, one in enumerate(Evidence)}

# ---- counting


@dataclass(frozen=True, slots=True)
class Count:
    """Trainings and attendances under one heading; attendances of nobody known are in ``without_person``."""

    key: str
    held: int
    attendances: int
    people: int
    without_person: int

    @property
    def is_told(self) -> bool:
        """False when something was held and not one seat was taken: nobody wrote down who came."""
        return bool(self.attendances) or not self.held


@dataclass(frozen=True, slots=True)
class Figures:
    """What the trainings of a window add up to; ``heads`` is None when no trainer told any of theirs.

    What a seat does not say stands in no split; ``evidence`` is the strongest that an attendance has.
    """

    whole: Count
    kinds: Sequence[Count]
    topics: Sequence[Count]
    heads: int | None
    heads_of: int
    signed_up: int
    ages: Mapping[str, int]
    neighbourhoods: Mapping[str, int]
    evidence: Mapping[str, int]


@dataclass(slots=True)
class _Sitting:
    """One attendance: what its seats say, the first word of each and the strongest evidence."""

    person: int | None
    evidence: str
    age_band: str | None
    neighbourhood: int | None

    def joins(self, other: _Sitting) -> None:
        """The same person from another chat."""
        self.evidence = min(self.evidence, other.evidence, key=_STRENGTH.__getitem__)
        self.age_band = self.age_band or other.age_band
        if self.neighbourhood is None:
            self.neighbourhood = other.neighbourhood


@dataclass(slots=True)
class _Held:
    """A training with those who were there."""

    id: int
    kind: str
    topic: str
    heads: int | None
    sittings: list[_Sitting] = field(default_factory=list)
    known: dict[int, _Sitting] = field(default_factory=dict)

    def seats(self, sitting: _Sitting) -> None:
        """One seat more, which may be of somebody who has one already."""
        if sitting.person is None:
            self.sittings.append(sitting)
        elif sitting.person in self.known:
            self.known[sitting.person].joins(sitting)
        else:
            self.known[sitting.person] = sitting
            self.sittings.append(sitting)


_TOOK_PLACE = (
    _training.commune_id == bindparam("commune"),
    _training.starts_at >= bindparam("first"),
    _training.starts_at < bindparam("end"),
    or_(
        _training.status == TrainingStatus.HELD.value,
        _training.status == TrainingStatus.CLOSED.value,
    ),
)
_HELD = Prepared(
    select(_training.id, _training.kind, _training.topic, _training.heads)
    .where(*_TOOK_PLACE)
    .order_by(_training.starts_at, _training.id)
)
_SEATS = Prepared(
    select(_seat.training_id, _person, _seat.evidence, _seat.age_band, _seat.neighbourhood_id)
    .select_from(
        trainings.join(
            attendances,
            and_(
                _seat.commune_id == _training.commune_id,
                _seat.training_id == _training.id,
                _seat.voided_at.is_(None),
            ),
        ).outerjoin(people, _of_person)
    )
    .where(*_TOOK_PLACE)
    .order_by(_seat.id)
)
_SIGNED_UP = Prepared(
    select(func.count())
    .select_from(
        trainings.join(
            sign_ups,
            and_(
                sign_ups.c.commune_id == _training.commune_id,
                sign_ups.c.training_id == _training.id,
                sign_ups.c.cancelled_at.is_(None),
            ),
        )
    )
    .where(*_TOOK_PLACE)
)
_PLACES = Prepared(
    select(neighbourhoods.c.id, neighbourhoods.c.name).where(
        neighbourhoods.c.commune_id == bindparam("commune")
    )
)


@read_once
def count(unit: Unit, commune: CommuneId, window: Moments) -> Figures:
    """All figures of the window."""
    asked = {"commune": commune, "first": window[0], "end": window[1]}
    held = _read(unit, asked)
    ((signed_up,),) = unit.each(_SIGNED_UP, asked)
    names = dict(unit.each(_PLACES, {"commune": commune}))
    told = [one.heads for one in held if one.heads is not None]
    sittings = [sitting for one in held for sitting in one.sittings]
    places = Counter(one.neighbourhood for one in sittings if one.neighbourhood is not None)
    return Figures(
        whole=_count("", held),
        kinds=_counts((one.kind, one) for one in held),
        topics=_counts((one.topic, one) for one in held),
        heads=sum(told) if told else None,
        heads_of=len(told),
        signed_up=signed_up,
        ages=Counter(one.age_band for one in sittings if one.age_band is not None),
        neighbourhoods={names[number]: many for number, many in places.items()},
        evidence=Counter(one.evidence for one in sittings),
    )


def _read(unit: Unit, asked: dict[str, Any]) -> list[_Held]:
    held = {row[0]: _Held(*row) for row in unit.each(_HELD, asked)}
    for training, *seat in unit.each(_SEATS, asked):
        if training in held:  # PostgreSQL may see one more in between, if the unit writes
            held[training].seats(_Sitting(*seat))
    return list(held.values())


def _counts(parts: Iterable[tuple[str, _Held]]) -> list[Count]:
    under: defaultdict[str, list[_Held]] = defaultdict(list)
    for key, one in parts:
        under[key].append(one)
    return [_count(key, some) for key, some in under.items()]


def _count(key: str, held: Sequence[_Held]) -> Count:
    return Count(
        key,
        len(held),
        sum(len(one.sittings) for one in held),
        len(set().union(*(one.known for one in held))),
        sum(len(one.sittings) - len(one.known) for one in held),
    )


def count_held(unit: Unit, commune: CommuneId, window: Moments) -> dict[str, int]:
    """How many of each kind took place, without a look at who was there: a year of seats costs more."""
    asked = {"commune": commune, "first": window[0], "end": window[1]}
    return dict(Counter(kind for _, kind, *_ in unit.each(_HELD, asked)))


def has_contest_to_come(unit: Unit, commune: CommuneId, window: Moments) -> bool:
    """True when a contest that nobody called off begins in the window."""
    found = unit.connection.execute(
        select(_training.id)
        .where(
            _training.commune_id == commune,
            _training.starts_at >= window[0],
            _training.starts_at < window[1],
            _training.kind == TrainingKind.CONTEST,
            _training.status != TrainingStatus.CANCELLED,
        )
        .limit(1)
    )
    return found.first() is not None


def count_active_teams(
    unit: Unit, commune: CommuneId, days: tuple[date, date], window: Moments
) -> int:
    """How many teams wrote an entry of these days, or gave a training that began in the same window."""
    helped = team_days.find_teams(unit, commune, days)
    taught = unit.connection.execute(
        select(_training.team_id).where(
            _training.commune_id == commune,
            _training.starts_at >= window[0],
            _training.starts_at < window[1],
            _training.status.in_([TrainingStatus.HELD, TrainingStatus.CLOSED]),
            _training.team_id.is_not(None),
        )
    )
    return len(helped.union(taught.scalars()))


# ---- since when anything is known


def first_moment(unit: Unit, commune: CommuneId) -> datetime | None:
    """When the first training that took place began; None when there is none."""
    first: datetime | None = unit.connection.execute(
        select(_training.starts_at)
        .where(
            _training.commune_id == commune,
            _training.status.in_([TrainingStatus.HELD, TrainingStatus.CLOSED]),
        )
        .order_by(_training.starts_at)
        .limit(1)
    ).scalar_one_or_none()
    return first


def first_day_beside(unit: Unit, commune: CommuneId) -> date | None:
    """The first day that something was put out, or learning was told of; None when there is none.

    A figure read from an official source says nothing of what our teams wrote down since.
    """
    put_out, told = communications.c, learning_readings.c
    days = (
        unit.connection.execute(
            select(put_out.occurred_on)
            .where(put_out.commune_id == commune, put_out.voided_at.is_(None))
            .order_by(put_out.occurred_on)
            .limit(1)
        ).scalar_one_or_none(),
        unit.connection.execute(
            select(func.min(told.on_date)).where(
                told.commune_id == commune,
                told.stage != LearningStage.CONFIRMED,
                told.voided_at.is_(None),
            )
        ).scalar_one(),
    )
    return min((day for day in days if day is not None), default=None)


@dataclass(frozen=True, slots=True)
class Begun:
    """When the first line of each log was written, whatever day it is of; None where there is none."""

    trainings: datetime | None
    communications: datetime | None
    learning: datetime | None


def first_written(unit: Unit, commune: CommuneId) -> Begun:
    """The beginning of each log; a figure read from an official source is none of ours."""
    put_out, told = communications.c, learning_readings.c
    firsts = (
        select(func.min(_training.recorded_at)).where(_training.commune_id == commune),
        select(func.min(put_out.recorded_at)).where(put_out.commune_id == commune),
        select(func.min(told.recorded_at)).where(
            told.commune_id == commune, told.stage != LearningStage.CONFIRMED
        ),
    )
    return Begun(*(unit.connection.execute(first).scalar_one() for first in firsts))


# ---- what those who were there say of themselves


def split_of(
    unit: Unit, commune: CommuneId, training: int
) -> tuple[Counter[str | None], Counter[int | None]]:
    """Attendances of one training, however it stands, by age band and by neighbourhood; None: not said."""
    seats = unit.connection.execute(
        select(_person, _seat.evidence, _seat.age_band, _seat.neighbourhood_id)
        .select_from(attendances.outerjoin(people, _of_person))
        .where(
            _seat.commune_id == commune,
            _seat.training_id == training,
            _seat.voided_at.is_(None),
        )
        .order_by(_seat.id)
    )
    held = _Held(training, "", "", None)
    for seat in seats:
        held.seats(_Sitting(*seat))
    ages = Counter(one.age_band for one in held.sittings)
    return ages, Counter(one.neighbourhood for one in held.sittings)


# ---- the trainings behind a figure


@dataclass(frozen=True, slots=True)
class Line:
    """A training that took place, with the names around it and how many were there."""

    id: int
    kind: str
    title: str
    topic: str
    status: str
    team: str | None
    starts_at: datetime
    ends_at: datetime
    place: str
    place_name: str
    heads: int | None
    count: Count


def list_behind(
    unit: Unit, commune: CommuneId, window: Moments, kinds: Sequence[TrainingKind]
) -> tuple[list[Line], Count]:
    """The trainings of these kinds that a figure counts, the earliest first, and what they add up to."""
    asked = {"commune": commune, "first": window[0], "end": window[1]}
    held = {one.id: one for one in _read(unit, asked) if one.kind in kinds}
    rows = unit.connection.execute(
        select(
            _training.id,
            _training.kind,
            _training.title,
            _training.topic,
            _training.status,
            teams.c.name.label("team"),
            _training.starts_at,
            _training.ends_at,
            _training.place,
            _training.place_name,
            _training.heads,
        )
        .select_from(trainings.outerjoin(teams, teams.c.id == _training.team_id))
        .where(
            _training.commune_id == commune,
            _training.starts_at >= window[0],
            _training.starts_at < window[1],
        )
        .order_by(_training.starts_at, _training.id)
    )
    lines = [
        Line(**row._mapping, count=_count("", [held[row.id]])) for row in rows if row.id in held
    ]
    return lines, _count("", list(held.values()))
