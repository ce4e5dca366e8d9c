"""The day that the office gave to a clause of its plan that names none; a newer rule takes its place.

What was replaced or taken back stays, so that an old calendar can be explained.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from bot.core.vocabulary import CommuneId
from storage.database import Unit
from storage.models_plans import deadline_rules


@dataclass(frozen=True, slots=True)
class KeptRule:
    """A rule that stands; ``content`` is JSON that only ``bot.services.deadlines`` reads."""

    deadline: str
    content: str
    recorded_at: datetime


def replace(
    unit: Unit, commune: CommuneId, rule: tuple[str, str], staff_id: int | None = None
) -> None:
    """From now on (deadline, content) stands; the one before it does not."""
    deadline, content = rule
    _end(unit, commune, deadline, None)
    values = {
        "commune_id": commune,
        "deadline": deadline,
        "content": content,
        "staff_id": staff_id,
        "recorded_at": unit.now,
    }
    unit.connection.execute(insert(deadline_rules).values(values))


def take_back(unit: Unit, commune: CommuneId, deadline: str, reason: str) -> bool:
    """The clause has no day again, for a reason; False when it has none anyway."""
    return _end(unit, commune, deadline, reason)


def list_standing(unit: Unit, commune: CommuneId) -> list[KeptRule]:
    """Those that stand, by deadline."""
    row = deadline_rules.c
    asked = select(row.deadline, row.content, row.recorded_at).where(
        row.commune_id == commune, row.replaced_at.is_(None)
    )
    rows = unit.connection.execute(asked.order_by(row.deadline, row.id))
    return [KeptRule(*one) for one in rows]


def _end(unit: Unit, commune: CommuneId, deadline: str, reason: str | None) -> bool:
    row = deadline_rules.c
    mine = (row.commune_id == commune, row.deadline == deadline, row.replaced_at.is_(None))
    ended = update(deadline_rules).where(*mine).values(replaced_at=unit.now, reason=reason)
    return unit.connection.execute(ended).rowcount > 0
