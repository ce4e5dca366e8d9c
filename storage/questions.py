"""What residents ask: tallies per day, decision and guide; and, masked, what no guide answers. No person."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, delete, func, insert, select

from bot.core.vocabulary import CommuneId
from storage.database import INSERTS, Prepared, Unit
from storage.models import question_tallies, unanswered_questions

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

KEEP = Prepared(
    dict.fromkeys(
        INSERTS,
        insert(unanswered_questions).values(
            commune_id=bindparam("commune_id"), day=bindparam("day"), text=bindparam("text")
        ),
    )
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


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that no guide answers, masked, and the day on which it was asked."""

    day: date
    text: str


def keep_unanswered(unit: Unit, commune: CommuneId, asked: Unanswered) -> None:
    """Keep a masked question; who asked is not known here."""
    unit.send(KEEP, {"commune_id": commune, "day": asked.day, "text": asked.text})


def list_unanswered(unit: Unit, commune: CommuneId, since: date, most: int) -> list[Unanswered]:
    """The newest so many of those asked on that day or later, oldest first."""
    rows = unit.connection.execute(
        select(unanswered_questions.c.day, unanswered_questions.c.text)
        .where(unanswered_questions.c.commune_id == commune, unanswered_questions.c.day >= since)
        .order_by(unanswered_questions.c.day.desc(), unanswered_questions.c.id.desc())
        .limit(most)
    )
    return [Unanswered(row.day, row.text) for row in rows][::-1]


def purge(unit: Unit, before: date) -> int:
    """Drop unanswered questions asked before that day; gives how many."""
    return unit.connection.execute(
        delete(unanswered_questions).where(unanswered_questions.c.day < before)
    ).rowcount
