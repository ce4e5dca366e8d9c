"""The append-only record of who changed what. The database itself refuses to rewrite it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from bot.core.vocabulary import CommuneId
from storage.database import Unit
from storage.models import audit_log


@dataclass(frozen=True, slots=True)
class Act:
    """One line of the record: who did what to which thing, and its hash before and after."""

    actor: str
    action: str
    object: str
    before_hash: str | None = None
    after_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An act with its moment."""

    at: datetime
    act: Act


def record(unit: Unit, commune: CommuneId, act: Act) -> None:
    """Append one act."""
    record_all(unit, commune, [act])


def record_all(unit: Unit, commune: CommuneId, acts: Sequence[Act]) -> None:
    """Append acts in their order."""
    rows = [
        {
            "commune_id": commune,
            "at": unit.now,
            "actor": act.actor,
            "action": act.action,
            "object": act.object,
            "before_hash": act.before_hash,
            "after_hash": act.after_hash,
        }
        for act in acts
    ]
    if rows:
        unit.connection.execute(insert(audit_log), rows)


def list_acts(unit: Unit, commune: CommuneId, about: str | None = None) -> list[Recorded]:
    """The commune's record in order, whole or about one thing."""
    statement = select(audit_log).where(audit_log.c.commune_id == commune).order_by(audit_log.c.id)
    if about is not None:
        statement = statement.where(audit_log.c.object == about)
    return [
        Recorded(row.at, Act(row.actor, row.action, row.object, row.before_hash, row.after_hash))
        for row in unit.connection.execute(statement)
    ]
