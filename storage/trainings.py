"""Classes, outreach sessions and contests: what is planned, where each stands, and every change of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select, update

from bot.core.vocabulary import (
    CommuneId,
    Place,
    Topic,
    TrainingAudience,
    TrainingKind,
    TrainingMode,
    TrainingStatus,
)
from storage.database import INSERTS, Unit
from storage.help_entries import By as By  # services take it from here
from storage.models_trainings import training_events, trainings

SEPARATOR = ";"
STAMPS = {
    TrainingStatus.ANNOUNCED: "announced_at",
    TrainingStatus.HELD: "held_at",
    TrainingStatus.CLOSED: "closed_at",
    TrainingStatus.CANCELLED: "cancelled_at",
}
"""The column that says since when a training stands so."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What a training is to be. ``guides`` are taught and sent afterwards; ``skills`` are codes of the frame.

    ``team_id`` gives it, None for the office; ``host`` invites where that is somebody else. ``seats`` is None
    where nobody said how many there are.
    """

    kind: TrainingKind
    title: str
    topic: Topic
    starts_at: datetime
    ends_at: datetime
    place: Place
    place_name: str
    team_id: int | None = None
    host: str | None = None
    partners: tuple[str, ...] = ()
    audience: TrainingAudience = TrainingAudience.RESIDENTS
    mode: TrainingMode = TrainingMode.ON_SITE
    guides: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    skill_frame: str = ""
    neighbourhood_id: int | None = None
    trainer: str | None = None
    seats: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Training:
    """A training as it stands. ``heads`` is what the trainer counted; seats that were taken are elsewhere."""

    id: int
    client_id: str
    outline: Outline
    status: TrainingStatus
    heads: int | None
    by: By
    recorded_at: datetime
    announced_at: datetime | None
    held_at: datetime | None
    closed_at: datetime | None
    cancelled_at: datetime | None
    reason: str | None
    revision: int


@dataclass(frozen=True, slots=True)
class Event:
    """A change: what was done, by whom and why, and how the training stood after it (JSON)."""

    at: datetime
    what: str
    by: By
    reason: str | None
    content: str


def add_once(
    unit: Unit, commune: CommuneId, client_id: str, outline: Outline, by: By
) -> tuple[Training, bool]:
    """Plan it; the earlier one and False when its client id has one already."""
    row = {
        "commune_id": commune,
        "client_id": client_id,
        "status": TrainingStatus.PLANNED,
        "member_id": by.member_id,
        "staff_id": by.staff_id,
        "recorded_at": unit.now,
        "revision": 1,
    }
    new = INSERTS[unit.dialect](trainings).values(row | _columns(outline))
    added = new.on_conflict_do_nothing(index_elements=["commune_id", "client_id"])
    made = unit.connection.execute(added.returning(trainings.c.id)).scalar_one_or_none()
    if made is None:
        found = _list(unit, _of(commune).where(trainings.c.client_id == client_id))
        return found[0], False
    written = get(unit, commune, made)
    _note(unit, commune, written, ("plan", by, None))
    return written, True


def find(unit: Unit, commune: CommuneId, number: int) -> Training | None:
    """The training with this id; None when the commune has none."""
    found = _list(unit, _of(commune).where(trainings.c.id == number))
    return found[0] if found else None


def get(unit: Unit, commune: CommuneId, number: int) -> Training:
    """The same; raises ``LookupError`` when the commune has none."""
    found = find(unit, commune, number)
    if found is None:
        raise LookupError(number)
    return found


def revise(
    unit: Unit, commune: CommuneId, seen: Training, outline: Outline, why: tuple[By, str | None]
) -> Training | None:
    """It is to be this from now on; None when it was changed since ``seen`` was read."""
    return _change(unit, commune, seen, _columns(outline), ("revise", *why))


def move(
    unit: Unit,
    commune: CommuneId,
    seen: Training,
    status: TrainingStatus,
    why: tuple[By, str | None],
) -> Training | None:
    """It stands so from now on; None when it was changed since ``seen`` was read."""
    values: dict[str, Any] = {"status": status}
    if status in STAMPS:
        values[STAMPS[status]] = unit.now
    if status is TrainingStatus.CANCELLED:
        values["reason"] = why[1]
    return _change(unit, commune, seen, values, (status.value, *why))


def set_heads(
    unit: Unit, commune: CommuneId, seen: Training, heads: int | None, why: tuple[By, str | None]
) -> Training | None:
    """How many were there, as the trainer counted; None when it was changed since."""
    return _change(unit, commune, seen, {"heads": heads}, ("heads", *why))


def list_between(
    unit: Unit,
    commune: CommuneId,
    window: tuple[datetime, datetime],
    statuses: Sequence[TrainingStatus] = tuple(TrainingStatus),
) -> list[Training]:
    """Trainings that begin in the half-open window and stand so, the earliest first."""
    row = trainings.c
    return _list(
        unit,
        _of(commune)
        .where(row.starts_at >= window[0], row.starts_at < window[1], row.status.in_(statuses))
        .order_by(row.starts_at, row.id),
    )


def list_events(unit: Unit, commune: CommuneId, number: int) -> list[Event]:
    """Every change of a training, the oldest first."""
    row = training_events.c
    rows = unit.connection.execute(
        select(row.at, row.what, row.member_id, row.staff_id, row.reason, row.content)
        .where(row.commune_id == commune, row.training_id == number)
        .order_by(row.id)
    )
    return [Event(one[0], one[1], By(one[2], one[3]), one[4], one[5]) for one in rows]


def _change(
    unit: Unit,
    commune: CommuneId,
    seen: Training,
    values: dict[str, Any],
    why: tuple[str, By, str | None],
) -> Training | None:
    row = trainings.c
    changed = unit.connection.execute(
        update(trainings)
        .where(row.commune_id == commune, row.id == seen.id, row.revision == seen.revision)
        .values(values | {"revision": seen.revision + 1})
    )
    if changed.rowcount == 0:
        return None
    fresh = get(unit, commune, seen.id)
    _note(unit, commune, fresh, why)
    return fresh


def _note(
    unit: Unit, commune: CommuneId, written: Training, why: tuple[str, By, str | None]
) -> None:
    what, by, reason = why
    unit.connection.execute(
        insert(training_events).values(
            commune_id=commune,
            training_id=written.id,
            at=unit.now,
            what=what,
            member_id=by.member_id,
            staff_id=by.staff_id,
            reason=reason,
            content=content_of(written),
        )
    )


def content_of(written: Training) -> str:
    """How it stands, as canonical JSON; the name of the trainer is left out."""
    said = {name: value for name, value in _columns(written.outline).items() if name != "trainer"}
    said |= {"status": written.status, "heads": written.heads}
    plain = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in said.items()}
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)


def _of(commune: CommuneId) -> Select[Any]:
    return select(trainings).where(trainings.c.commune_id == commune)


def _columns(outline: Outline) -> dict[str, Any]:
    values = {field.name: getattr(outline, field.name) for field in fields(outline)}
    joined = {name: SEPARATOR.join(values[name]) for name in ("partners", "guides", "skills")}
    return values | joined


def _split(joined: str) -> tuple[str, ...]:
    return tuple(part for part in joined.split(SEPARATOR) if part)


def _list(unit: Unit, statement: Select[Any]) -> list[Training]:
    return [_training(row) for row in unit.connection.execute(statement)]


def _training(row: Any) -> Training:
    outline = Outline(
        kind=TrainingKind(row.kind),
        title=row.title,
        topic=Topic(row.topic),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=Place(row.place),
        place_name=row.place_name,
        team_id=row.team_id,
        host=row.host,
        partners=_split(row.partners),
        audience=TrainingAudience(row.audience),
        mode=TrainingMode(row.mode),
        guides=_split(row.guides),
        skills=_split(row.skills),
        skill_frame=row.skill_frame,
        neighbourhood_id=row.neighbourhood_id,
        trainer=row.trainer,
        seats=row.seats,
        note=row.note,
    )
    return Training(
        id=row.id,
        client_id=row.client_id,
        outline=outline,
        status=TrainingStatus(row.status),
        heads=row.heads,
        by=By(row.member_id, row.staff_id),
        recorded_at=row.recorded_at,
        announced_at=row.announced_at,
        held_at=row.held_at,
        closed_at=row.closed_at,
        cancelled_at=row.cancelled_at,
        reason=row.reason,
        revision=row.revision,
    )
