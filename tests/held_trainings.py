"""Trainings that took place, and who was there, written straight into storage for tests of figures."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, update

from bot.core.keys import KeyRing
from bot.core.periods import ZONE
from bot.core.vocabulary import (
    CommuneId,
    CommunicationKind,
    Evidence,
    Identity,
    LearningStage,
    Place,
    Topic,
    TrainingKind,
    TrainingStatus,
)
from storage import attendances, trainings
from storage.attendances import NewSeat, Seat
from storage.database import Unit
from storage.models_trainings import communications, learning_readings
from storage.models_trainings import trainings as trainings_rows
from storage.trainings import By, Outline, Training

_numbers = itertools.count(1)


def local(day: date, hour: int = 8) -> datetime:
    """An hour of a day in Vietnam."""
    return datetime.combine(day, time(hour), ZONE).astimezone(UTC)


def outline(kind: TrainingKind, day: date, **said: Any) -> Outline:
    """Two hours in the morning of that day, about VNeID, unless said otherwise."""
    starts = said.pop("starts_at", local(day))
    plain = Outline(
        kind=kind,
        title=f"Lớp {day:%d/%m}",
        topic=Topic.VNEID,
        starts_at=starts,
        ends_at=starts + timedelta(hours=2),
        place=Place.CULTURE_HOUSE,
        place_name="Nhà văn hóa",
    )
    return replace(plain, **said)


def plan(unit: Unit, commune: CommuneId, shape: Outline) -> Training:
    """A training that is planned."""
    return trainings.add_once(unit, commune, f"t{next(_numbers)}", shape, By())[0]


def move(
    unit: Unit, commune: CommuneId, training: Training, *steps: TrainingStatus, why: str = "x"
) -> Training:
    """The same training some steps on."""
    for status in steps:
        moved = trainings.move(unit, commune, training, status, (By(), why))
        assert moved is not None
        training = moved
    return training


def hold(unit: Unit, commune: CommuneId, kind: TrainingKind, day: date, **said: Any) -> Training:
    """A training that took place on that day."""
    fresh = plan(unit, commune, outline(kind, day, **said))
    return move(unit, commune, fresh, TrainingStatus.HELD)


def begin_log(unit: Unit, commune: CommuneId, day: date) -> None:
    """A first line of the log was written on that day: a class that nobody ever held."""
    fresh = plan(unit, commune, outline(TrainingKind.CLASS, day))
    mine = trainings_rows.c.id == fresh.id
    unit.connection.execute(update(trainings_rows).where(mine).values(recorded_at=local(day)))


@dataclass(frozen=True)
class Sitter:
    """Who takes a seat, and how: ``chat`` None is a line by somebody else."""

    chat: Identity | None = None
    person: int | None = None
    evidence: Evidence = Evidence.SCREEN


def seat(
    unit: Unit, commune: CommuneId, training: Training, sitter: Sitter, **said: Any
) -> tuple[Seat, bool]:
    """Take a seat; the same chat has one already the second time."""
    keys: KeyRing = unit.keys
    mine = (
        None
        if sitter.chat is None
        else attendances.seat_hash(keys, commune, training.id, sitter.chat)
    )
    fresh = NewSeat(f"s{next(_numbers)}", training.id, sitter.evidence, mine, sitter.person, **said)
    return attendances.take(unit, commune, fresh)


def fill(unit: Unit, commune: CommuneId, training: Training, *people: int | None) -> None:
    """A seat for each: somebody known by number, or nobody known."""
    for person in people:
        seat(unit, commune, training, Sitter(None, person, Evidence.LIST))


def put_out(
    unit: Unit, commune: CommuneId, kind: CommunicationKind, day: date, amount: int, **said: Any
) -> None:
    """Something was put out besides sessions."""
    row = {
        "commune_id": commune,
        "client_id": f"c{next(_numbers)}",
        "kind": kind,
        "title": "Bản tin",
        "topic": Topic.AT,
        "occurred_on": day,
        "amount": amount,
        "recorded_at": unit.now,
        "revision": 1,
    }
    unit.connection.execute(insert(communications).values(**row | said))


def learned(
    unit: Unit, commune: CommuneId, stage: LearningStage, day: date, count: int, **said: Any
) -> None:
    """Somebody told of learning on the platform, or read it."""
    row = {
        "commune_id": commune,
        "client_id": f"l{next(_numbers)}",
        "stage": stage,
        "course": "kns-nd",
        "count": count,
        "on_date": day,
        "recorded_at": unit.now,
    }
    unit.connection.execute(insert(learning_readings).values(**row | said))
