"""Which codes of paper sheets were given out: each stands in the audit log, and in the ids of its entries."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, or_, select

from bot.core.vocabulary import CommuneId
from storage.database import Unit
from storage.models import audit_log
from storage.models_help import help_entries

ACT = "print-sheet"
PAPER = "paper:"
"""What ids of entries from paper begin with."""


def mark_of(code: str) -> str:
    """How the audit log names a sheet."""
    return f"sheet:{code}"


def is_taken(unit: Unit, commune: CommuneId, code: str, rows: Sequence[str]) -> bool:
    """True when a sheet with this code was printed, or one of its rows (their ids) is in the log."""
    line, entry = audit_log.c, help_entries.c
    printed = exists().where(
        line.commune_id == commune, line.action == ACT, line.object == mark_of(code)
    )
    typed = exists().where(
        entry.commune_id == commune,
        entry.client_id.in_([f"{PAPER}{row}" for row in rows]),
    )
    return bool(unit.connection.execute(select(or_(printed, typed))).scalar_one())
