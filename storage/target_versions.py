"""What the plan asks for, version by version: none is ever overwritten, so January stays what January was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select

from bot.core.vocabulary import CommuneId
from storage.database import Unit
from storage.models_plans import target_versions

FILE, OFFICE = "file", "office"
"""Where a version is from: the plan's file, or a change by the office."""


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version to be kept. ``content`` is the target as JSON; ``valid_from`` None: from the beginning."""

    target: str
    content: str
    place: int
    valid_from: date | None = None
    origin: str = FILE
    is_withdrawn: bool = False
    is_set_aside: bool = False
    staff_id: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A version as it stands; ``number`` counts from 1 within its target."""

    id: int
    target: str
    number: int
    valid_from: date | None
    origin: str
    content: str
    place: int
    is_withdrawn: bool
    is_set_aside: bool
    staff_id: int | None
    recorded_at: datetime
    reason: str | None


def add_all(unit: Unit, commune: CommuneId, fresh: Sequence[NewVersion]) -> None:
    """Keep them; each takes the next number of its target."""
    if not fresh:
        return
    newest: dict[str, int] = {}
    for one in list_all(unit, commune):
        newest[one.target] = one.number
    rows = []
    for new in fresh:
        newest[new.target] = newest.get(new.target, 0) + 1
        rows.append(
            {
                "commune_id": commune,
                "target": new.target,
                "version": newest[new.target],
                "valid_from": new.valid_from,
                "origin": new.origin,
                "content": new.content,
                "place": new.place,
                "is_withdrawn": new.is_withdrawn,
                "is_set_aside": new.is_set_aside,
                "staff_id": new.staff_id,
                "recorded_at": unit.now,
                "reason": new.reason,
            }
        )
    unit.connection.execute(insert(target_versions), rows)


def list_all(unit: Unit, commune: CommuneId) -> list[Version]:
    """Every version of every target, those of one target in their order."""
    return _list(unit, target_versions.c.commune_id == commune)


def list_of(unit: Unit, commune: CommuneId, target: str) -> list[Version]:
    """The versions of one target, the first one first."""
    row = target_versions.c
    return _list(unit, row.commune_id == commune, row.target == target)


def _list(unit: Unit, *conditions: ColumnElement[bool]) -> list[Version]:
    row = target_versions.c
    rows = unit.connection.execute(
        select(target_versions).where(*conditions).order_by(row.target, row.version)
    )
    return [_version(one) for one in rows]


def _version(row: Any) -> Version:
    return Version(
        id=row.id,
        target=row.target,
        number=row.version,
        valid_from=row.valid_from,
        origin=row.origin,
        content=row.content,
        place=row.place,
        is_withdrawn=row.is_withdrawn,
        is_set_aside=row.is_set_aside,
        staff_id=row.staff_id,
        recorded_at=row.recorded_at,
        reason=row.reason,
    )
