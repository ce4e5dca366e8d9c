"""Tallies of what residents ask: per day, decision and guide. No words, no person."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, select

from bot.core.vocabulary import CommuneId
from storage.database import INSERTS, Prepared, Unit
from storage.models import question_tallies

SHARDS = 16
"""A popular question is many turns at once; on one row each would wait for the commit of the other."""

TALLY = Prepared(
    {
        dialect: make(question_tallies)
        .values(
            commune_id=bindparam("commune_id"),
            day=bindparam("day"),
            decision=bindparam("decision"),
            guide=bindparam("guide"),
            shard=bindparam("shard"),
            count=1,
        )
        .on_conflict_do_update(
            index_elements=["commune_id", "day", "decision", "guide", "shard"],
            set_={"count": question_tallies.c.count + 1},
        )
        for dialect, make in INSERTS.items()
    }
)


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something was decided, and which guide it led to ("" for none)."""

    decision: str
    guide: str
    count: int


def tally(unit: Unit, commune: CommuneId, day: date, decision: str, guide: str = "") -> None:
    """Count one more of the day."""
    unit.send(
        TALLY,
        {
            "commune_id": commune,
            "day": day,
            "decision": decision,
            "guide": guide,
            "shard": random.randrange(SHARDS),  # noqa: S311 – spreads load, hides nothing
        },
    )


def list_tallies(unit: Unit, commune: CommuneId, window: tuple[date, date]) -> list[Tally]:
    """Sums over the half-open window of days."""
    rows = unit.connection.execute(
        select(
            question_tallies.c.decision,
            question_tallies.c.guide,
            func.sum(question_tallies.c.count),
        )
        .where(
            question_tallies.c.commune_id == commune,
            question_tallies.c.day >= window[0],
            question_tallies.c.day < window[1],
        )
        .group_by(question_tallies.c.decision, question_tallies.c.guide)
    )
    return [Tally(row[0], row[1], int(row[2])) for row in rows]


def first_day(unit: Unit, commune: CommuneId) -> date | None:
    """The first day on which somebody asked; None when nobody did."""
    first: date | None = unit.connection.execute(
        select(func.min(question_tallies.c.day)).where(question_tallies.c.commune_id == commune)
    ).scalar_one()
    return first
