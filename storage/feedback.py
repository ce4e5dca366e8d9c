"""What those who were there say of a training, a row a chat without a name, and tallies of its short quiz."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from bot.core.keys import KeyRing, Purpose
from bot.core.vocabulary import CommuneId, Identity
from storage.database import INSERTS, Unit
from storage.models_trainings import quiz_tallies, training_feedback

QUESTIONS = ("clear", "able", "again")
"""Columns that hold an answer, in the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered to each question, 1 to 3; None where it was not answered."""

    clear: int | None = None
    able: int | None = None
    again: int | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a question of the quiz was answered for the first time, and how often right."""

    question: str
    answered: int
    right: int


def seats_of(
    keys: KeyRing, commune: CommuneId, training: int, identity: Identity
) -> tuple[bytes, ...]:
    """How a chat stands in what was said of one training, under every readable key, the present one first.

    Unlike that of its seat there: what was said cannot be told to be of who sat there.
    """
    parts = ("feedback", str(commune), str(training), identity.hex())
    return keys.hash(Purpose.PERSON, *parts), *keys.older_hashes(Purpose.PERSON, *parts)


def put(
    unit: Unit,
    commune: CommuneId,
    training: int,
    seats: Sequence[bytes],
    answer: tuple[str, int],
) -> None:
    """Write (question, answer) of a chat; what it answered to that question before is replaced.

    ``seats`` as ``seats_of`` gives them.
    """
    question, value = answer
    if question not in QUESTIONS:
        raise ValueError(question)
    row = training_feedback.c
    mine = (row.commune_id == commune, row.training_id == training, row.seat.in_(seats))
    said = {question: value, "at": unit.now}
    changed = unit.connection.execute(update(training_feedback).where(*mine).values(said))
    if changed.rowcount:
        return
    place = {"commune_id": commune, "training_id": training, "seat": seats[0]}
    unit.connection.execute(
        INSERTS[unit.dialect](training_feedback)
        .values(place | said)
        .on_conflict_do_update(index_elements=["commune_id", "training_id", "seat"], set_=said)
    )


def find(unit: Unit, commune: CommuneId, training: int, seats: Sequence[bytes]) -> Answers | None:
    """What a chat has answered, ``seats`` as ``seats_of`` gives them; None when it has answered nothing."""
    row = training_feedback.c
    mine = (row.commune_id == commune, row.training_id == training, row.seat.in_(seats))
    found = unit.connection.execute(select(row.clear, row.able, row.again).where(*mine)).first()
    return Answers(*found) if found else None


def list_of(unit: Unit, commune: CommuneId, training: int) -> list[Answers]:
    """What everybody has answered, in no order that says who."""
    row = training_feedback.c
    rows = unit.connection.execute(
        select(row.clear, row.able, row.again)
        .where(row.commune_id == commune, row.training_id == training)
        .order_by(row.clear, row.able, row.again)
    )
    return [Answers(*one) for one in rows]


def count_answer(
    unit: Unit, commune: CommuneId, training: int, question: str, is_right: bool
) -> None:
    """One more first answer to a question of the quiz."""
    row = quiz_tallies.c
    fresh = {
        "commune_id": commune,
        "training_id": training,
        "question": question,
        "answered": 1,
        "right": int(is_right),
    }
    more = {"answered": row.answered + 1, "right": row.right + int(is_right)}
    unit.connection.execute(
        INSERTS[unit.dialect](quiz_tallies)
        .values(fresh)
        .on_conflict_do_update(index_elements=["commune_id", "training_id", "question"], set_=more)
    )


def list_tallies(unit: Unit, commune: CommuneId, training: int) -> list[Tally]:
    """The tallies of a training's quiz, by question."""
    row = quiz_tallies.c
    rows = unit.connection.execute(
        select(row.question, row.answered, row.right)
        .where(row.commune_id == commune, row.training_id == training)
        .order_by(row.question)
    )
    return [Tally(one[0], int(one[1]), int(one[2])) for one in rows]
