"""Learning on the official platform: three kinds of readings that stand apart and are never added up.

Introduced and self-reported are events, a row each time; confirmed is a level that an official source gave on
a day. A reading that was taken back stays in its place with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from bot.core.keys import KeyRing, Purpose
from bot.core.vocabulary import CommuneId, Identity, LearningStage
from storage.database import INSERTS, Unit
from storage.help_entries import By as By  # services take it from here
from storage.models_trainings import learning_readings


@dataclass(frozen=True, slots=True)
class NewReading:
    """A reading to be kept. ``client_id`` makes a repeat harmless; ``seat`` is that of a chat, else None."""

    client_id: str
    stage: LearningStage
    course: str
    count: int
    on_date: date
    source: str | None = None
    seat: bytes | None = None
    team_id: int | None = None
    by: By | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading as it stands."""

    id: int
    client_id: str
    stage: LearningStage
    course: str
    count: int
    on_date: date
    source: str | None
    by: By
    recorded_at: datetime
    voided_at: datetime | None
    reason: str | None


def seats_of(
    keys: KeyRing, commune: CommuneId, course: str, identity: Identity
) -> tuple[bytes, ...]:
    """How a chat stands in one course, under every key that is still readable, the present one first."""
    parts = ("learning", str(commune), course, identity.hex())
    return keys.hash(Purpose.PERSON, *parts), *keys.older_hashes(Purpose.PERSON, *parts)


def add_once(unit: Unit, commune: CommuneId, fresh: NewReading) -> tuple[Reading, bool]:
    """Keep it and give it with True; the one that stands for its client id or its chat, and False, else."""
    values = {
        "commune_id": commune,
        "client_id": fresh.client_id,
        "stage": fresh.stage,
        "course": fresh.course,
        "count": fresh.count,
        "on_date": fresh.on_date,
        "source": fresh.source,
        "seat": fresh.seat,
        "team_id": fresh.team_id,
        "member_id": fresh.by.member_id if fresh.by else None,
        "staff_id": fresh.by.staff_id if fresh.by else None,
        "recorded_at": unit.now,
    }
    row = learning_readings.c
    new = INSERTS[unit.dialect](learning_readings).values(values).on_conflict_do_nothing()
    made = unit.connection.execute(new.returning(row.id)).scalar_one_or_none()
    if made is not None:
        return get(unit, commune, made), True
    by_client = _list(unit, row.commune_id == commune, row.client_id == fresh.client_id)
    if by_client:
        return by_client[0], False
    seats = () if fresh.seat is None else (fresh.seat,)
    found = find_of_chat(unit, commune, (fresh.stage, fresh.course), seats)
    if found is None:
        raise LookupError(fresh.client_id)
    return found, False


def get(unit: Unit, commune: CommuneId, number: int) -> Reading:
    """The reading with this id, also one that was taken back; ``LookupError`` when there is none."""
    row = learning_readings.c
    found = _list(unit, row.commune_id == commune, row.id == number)
    if not found:
        raise LookupError(number)
    return found[0]


def find_of_chat(
    unit: Unit, commune: CommuneId, what: tuple[LearningStage, str], seats: Sequence[bytes]
) -> Reading | None:
    """What a chat has said of (stage, course), also what was taken back; None for nothing.

    ``seats`` as ``seats_of`` gives them.
    """
    row = learning_readings.c
    stage, course = what
    mine = (row.commune_id == commune, row.stage == stage, row.course == course)
    found = _list(unit, *mine, row.seat.in_(seats))
    return found[0] if found else None


def void(unit: Unit, commune: CommuneId, number: int, reason: str) -> bool:
    """It does not count any more, for a reason; False when it is out already or there is none."""
    row = learning_readings.c
    mine = (row.commune_id == commune, row.id == number, row.voided_at.is_(None))
    out = update(learning_readings).where(*mine).values(voided_at=unit.now, reason=reason)
    return unit.connection.execute(out).rowcount == 1


def put_back(unit: Unit, commune: CommuneId, number: int, on_date: date) -> bool:
    """What was taken back counts again, on that day; False when it counts already or there is none."""
    row = learning_readings.c
    mine = (row.commune_id == commune, row.id == number, row.voided_at.is_not(None))
    back = (
        update(learning_readings)
        .where(*mine)
        .values(voided_at=None, reason=None, on_date=on_date, recorded_at=unit.now)
    )
    return unit.connection.execute(back).rowcount == 1


def sum_between(
    unit: Unit, commune: CommuneId, stage: LearningStage, window: tuple[date, date]
) -> int | None:
    """People of events on days of the half-open window; None where nothing was ever told before its end."""
    row = learning_readings.c
    inside = func.sum(row.count).filter(row.on_date >= window[0])
    known, total = unit.connection.execute(
        select(func.count(), inside).where(
            row.commune_id == commune,
            row.stage == stage,
            row.on_date < window[1],
            row.voided_at.is_(None),
        )
    ).one()
    return int(total or 0) if known else None


def find_level(
    unit: Unit, commune: CommuneId, stage: LearningStage, before: date
) -> Reading | None:
    """The newest reading of a day before that one; of two of one day the later one. None for none."""
    row = learning_readings.c
    found = _list(
        unit,
        row.commune_id == commune,
        row.stage == stage,
        row.on_date < before,
        row.voided_at.is_(None),
    )
    return max(found, key=lambda one: (one.on_date, one.id), default=None)


def list_newest(unit: Unit, commune: CommuneId, stage: LearningStage, most: int) -> list[Reading]:
    """Readings of a stage that an office or a team entered, those taken back too; the newest day first."""
    row = learning_readings.c
    rows = unit.connection.execute(
        select(learning_readings)
        .where(row.commune_id == commune, row.stage == stage, row.seat.is_(None))
        .order_by(row.on_date.desc(), row.id.desc())
        .limit(most)
    )
    return [_reading(one) for one in rows]


def forget_chat(unit: Unit, commune: CommuneId, identity: Identity) -> None:
    """Nothing leads to this chat any more; what it said still counts."""
    row = learning_readings.c
    courses = select(row.course).distinct().where(row.commune_id == commune, row.seat.is_not(None))
    for course in unit.connection.execute(courses).scalars().all():
        seats = seats_of(unit.keys, commune, course, identity)
        mine = (row.commune_id == commune, row.course == course, row.seat.in_(seats))
        unit.connection.execute(update(learning_readings).where(*mine).values(seat=None))


def _list(unit: Unit, *conditions: ColumnElement[bool]) -> list[Reading]:
    rows = unit.connection.execute(
        select(learning_readings).where(*conditions).order_by(learning_readings.c.id)
    )
    return [_reading(row) for row in rows]


def _reading(row: Any) -> Reading:
    return Reading(
        id=row.id,
        client_id=row.client_id,
        stage=LearningStage(row.stage),
        course=row.course,
        count=row.count,
        on_date=row.on_date,
        source=row.source,
        by=By(row.member_id, row.staff_id),
        recorded_at=row.recorded_at,
        voided_at=row.voided_at,
        reason=row.reason,
    )
