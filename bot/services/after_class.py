"""After a class: three questions a chat without a name, a short quiz as tallies, and what came of both.

Who may answer is who has a seat there. What was said can be said anew until the class is closed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.core.vocabulary import CommuneId, Identity, TrainingStatus
from storage import attendances, feedback, trainings
from storage.database import Unit
from storage.feedback import QUESTIONS as QUESTIONS  # conversations take it from here
from storage.feedback import Answers as Answers  # conversations take it from here
from storage.trainings import Training as Training  # conversations take it from here

WITHIN = timedelta(days=7)
"""So long after it began a class can be spoken of."""
VALUES = (1, 2, 3)
FEWEST = 5
"""Fewer answers are not split: among four anybody knows who said what."""
TOOK_PLACE = tuple(one for one in TrainingStatus if one is not TrainingStatus.CANCELLED)


def find_newest(unit: Unit, commune: CommuneId, identity: Identity) -> Training | None:
    """The newest class of the last days in which this chat has a seat; None when it has none."""
    found = trainings.list_between(unit, commune, (unit.now - WITHIN, unit.now), TOOK_PLACE)
    mine = (one for one in reversed(found) if _has_seat(unit, commune, identity, one))
    return next(mine, None)


def find(unit: Unit, commune: CommuneId, identity: Identity, number: int) -> Training | None:
    """That class, while it can be spoken of and this chat has a seat in it; else None."""
    found = trainings.find(unit, commune, number)
    if found is None or found.status not in TOOK_PLACE:
        return None
    is_of_late = unit.now - WITHIN <= found.outline.starts_at < unit.now
    return found if is_of_late and _has_seat(unit, commune, identity, found) else None


def is_open(training: Training) -> bool:
    """True while what is said of it still changes the figures."""
    return training.status is not TrainingStatus.CLOSED


def answers_of(
    unit: Unit, commune: CommuneId, identity: Identity, training: Training
) -> Answers | None:
    """What this chat has answered; None when it has answered nothing."""
    seats = feedback.seats_of(unit.keys, commune, training.id, identity)
    return feedback.find(unit, commune, training.id, seats)


def answer(
    unit: Unit,
    commune: CommuneId,
    identity: Identity,
    training: Training,
    said: tuple[str, int],
) -> None:
    """Write (question, 1 to 3); what was answered to it before is replaced. Nothing once it is closed.

    ``ValueError`` for a number that no button has.
    """
    question, value = said
    if value not in VALUES:
        raise ValueError(value)
    if is_open(training):
        seats = feedback.seats_of(unit.keys, commune, training.id, identity)
        feedback.put(unit, commune, training.id, seats, (question, value))


def count_quiz(unit: Unit, commune: CommuneId, training: Training, done: tuple[str, bool]) -> None:
    """One more first answer: (question, whether it is right). Nothing once the class is closed."""
    question, is_right = done
    if is_open(training):
        feedback.count_answer(unit, commune, training.id, question, is_right)


def _has_seat(unit: Unit, commune: CommuneId, identity: Identity, training: Training) -> bool:
    seats = attendances.seat_hashes(unit.keys, commune, training.id, identity)
    seat = attendances.find(unit, commune, training.id, seats)
    return seat is not None and seat.voided_at is None


# ---- what came of it


@dataclass(frozen=True, slots=True)
class Split:
    """A question: how many answered it, and how. Of fewer than five only that there are some is told."""

    question: str
    answered: int
    counts: dict[int, int] | None

    @property
    def is_few(self) -> bool:
        """True where there are answers, and too few of them to be told apart."""
        return 0 < self.answered < FEWEST

    @property
    def mean(self) -> float | None:
        """1 is best; never shown without the number of answers beside it."""
        if self.counts is None:
            return None
        return sum(value * count for value, count in self.counts.items()) / self.answered


@dataclass(frozen=True, slots=True)
class QuizLine:
    """A question of the quiz by its name; ``right`` is None where fewer than five have answered."""

    question: str
    answered: int
    right: int | None

    @property
    def is_few(self) -> bool:
        """True where there are answers, and too few of them to be told apart."""
        return 0 < self.answered < FEWEST


@dataclass(frozen=True, slots=True)
class Summary:
    """What those who were there said: how many answered anything, each question, and the quiz."""

    answered: int
    questions: Sequence[Split]
    quiz: Sequence[QuizLine]


def summary(unit: Unit, commune: CommuneId, training: Training) -> Summary:
    """Counts by answer and tallies of the quiz; nothing of fewer than five answers is split."""
    said = feedback.list_of(unit, commune, training.id)
    splits = [_split(question, [getattr(one, question) for one in said]) for question in QUESTIONS]
    tallies = feedback.list_tallies(unit, commune, training.id)
    quiz = [
        QuizLine(one.question, one.answered, one.right if one.answered >= FEWEST else None)
        for one in tallies
    ]
    return Summary(len(said), splits, quiz)


def _split(question: str, values: Sequence[int | None]) -> Split:
    given = Counter(value for value in values if value is not None)
    total = given.total()
    counts = {value: given[value] for value in VALUES} if total >= FEWEST else None
    return Split(question, total, counts)
