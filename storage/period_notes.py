"""What the office types into its reports: prose of a period, notes on targets, estimates; none overwritten.

A text that was typed anew stands in a row of its own; the row before it stays with the moment that replaced
it. An empty text is a row too: from then on nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, insert, select, update

from bot.core.periods import Period
from bot.core.vocabulary import CommuneId, NotePart
from storage.database import Unit
from storage.models_plans import closings, period_notes

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NewNote:
    """A text or number to be kept for a period; both are None where nothing is to be said any more."""

    part: NotePart
    text: str | None = None
    number: float | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it stands, or as it stood until ``replaced_at``."""

    part: NotePart
    target: str | None
    text: str | None
    number: float | None
    period: tuple[str, str]  # kind, key
    ends_on: date
    recorded_at: datetime
    replaced_at: datetime | None


def keep(
    unit: Unit, commune: CommuneId, period: Period, fresh: Sequence[NewNote], staff_id: int | None
) -> None:
    """Each takes the place of what stands for its part, target and period."""
    row = period_notes.c
    for one in fresh:
        before = update(period_notes).where(
            *_of_period(commune, period),
            row.part == one.part,
            row.target == one.target if one.target is not None else row.target.is_(None),
            row.replaced_at.is_(None),
        )
        unit.connection.execute(before.values(replaced_at=unit.now))
        unit.connection.execute(
            insert(period_notes).values(
                commune_id=commune,
                period_kind=period.kind,
                period_key=period.key,
                ends_on=period.end - DAY,
                part=one.part,
                target=one.target,
                text=one.text,
                number=one.number,
                staff_id=staff_id,
                recorded_at=unit.now,
            )
        )


def list_of(unit: Unit, commune: CommuneId, period: Period) -> list[Note]:
    """What stands for exactly this period."""
    return _list(unit, *_of_period(commune, period), period_notes.c.replaced_at.is_(None))


def list_earlier(unit: Unit, commune: CommuneId, period: Period, most: int) -> list[Note]:
    """What stood for this period before, the newest first."""
    found = _list(unit, *_of_period(commune, period), period_notes.c.replaced_at.is_not(None))
    return found[: -1 - most : -1]


def list_notes(unit: Unit, commune: CommuneId, period: Period) -> list[Note]:
    """One note a target: that of the period, else of the newest one that ends not later; empty ones too."""
    row = period_notes.c
    found = _list(
        unit,
        row.commune_id == commune,
        row.part == NotePart.NOTE,
        row.ends_on <= period.end - DAY,
        row.replaced_at.is_(None),
    )
    newest: dict[str | None, Note] = {}
    name = (period.kind, period.key)
    for one in sorted(found, key=lambda one: (one.period == name, one.ends_on)):
        newest[one.target] = one
    return list(newest.values())


def is_frozen(unit: Unit, commune: CommuneId, period: Period) -> bool:
    """True when the period was closed, so that nothing typed would reach its report."""
    row = closings.c
    closed = exists().where(
        row.commune_id == commune,
        row.period_kind == period.kind,
        row.period_key == period.key,
        row.reopened_at.is_(None),
    )
    return bool(unit.connection.execute(select(closed)).scalar_one())


def _of_period(commune: CommuneId, period: Period) -> tuple[ColumnElement[bool], ...]:
    row = period_notes.c
    return (
        row.commune_id == commune,
        row.period_kind == period.kind,
        row.period_key == period.key,
    )


def _list(unit: Unit, *conditions: ColumnElement[bool]) -> list[Note]:
    """In the order in which they were typed."""
    rows = unit.connection.execute(
        select(period_notes).where(*conditions).order_by(period_notes.c.id)
    )
    return [_note(row) for row in rows]


def _note(row: Any) -> Note:
    return Note(
        part=NotePart(row.part),
        target=row.target,
        text=row.text,
        number=row.number,
        period=(row.period_kind, row.period_key),
        ends_on=row.ends_on,
        recorded_at=row.recorded_at,
        replaced_at=row.replaced_at,
    )
