"""Counting questions by day, and keeping what no guide answers: masked, of nobody, for thirty days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.core.redaction import mask_phones, redact
from bot.core.text import shorten
from bot.core.vocabulary import CommuneId
from bot.library import Glossary
from bot.locale import local_day
from bot.services import troubles
from bot.services.understanding import Decision, Reason, Understood
from storage import questions
from storage.database import Unit
from storage.questions import Unanswered

KEEP_DAYS = timedelta(days=30)
LONGEST = 300
ALIKE = 0.5
FEWEST_ALIKE = 2
"""What only one person asked is shown to nobody (design, section 6)."""


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that sound alike: one of them, how many, and the days of the first and the last."""

    text: str
    count: int
    first: date
    last: date


def tally_question(unit: Unit, commune: CommuneId, understood: Understood) -> None:
    """Count one question of today; keep it, masked, when no guide is about it."""
    found = understood.guides[0].id if understood.decision is Decision.ANSWER else ""
    today = local_day(unit.now)
    questions.tally(unit, commune, today, understood.decision, found)
    if understood.reason is Reason.OUT_OF_SCOPE:
        masked = shorten(mask_phones(redact(understood.question).text), LONGEST)
        questions.keep_unanswered(unit, commune, Unanswered(today, masked))


def tally_refusal(unit: Unit, commune: CommuneId) -> None:
    """Count a message that held personal numbers."""
    questions.tally(unit, commune, local_day(unit.now), Decision.REFUSE)


def tally_hand_over(unit: Unit, commune: CommuneId) -> None:
    """Count somebody who was shown the way to a person."""
    questions.tally(unit, commune, local_day(unit.now), "handed_over")


def list_unanswered(unit: Unit, commune: CommuneId, glossary: Glossary) -> list[Group]:
    """What no guide answers, of the last thirty days, asked at least twice; the most asked first."""
    since = local_day(unit.now) - KEEP_DAYS
    groups = group(questions.list_unanswered(unit, commune, since), glossary)
    return [one for one in groups if one.count >= FEWEST_ALIKE]


def purge_unanswered(unit: Unit) -> int:
    """Drop what is older than thirty days; gives how many."""
    return questions.purge(unit, local_day(unit.now) - KEEP_DAYS)


def group(asked: Iterable[Unanswered], glossary: Glossary) -> list[Group]:
    """Questions put together by the words that they share, the most asked first, its shortest form shown.

    A question joins the first group whose first question it shares half of all words with.
    """
    groups: list[tuple[set[str], list[Unanswered]]] = []
    for one in asked:
        said = troubles.content(one.text, glossary)
        home = next((members for words, members in groups if _are_alike(words, said)), None)
        if home is None:
            groups.append((said, [one]))
        else:
            home.append(one)
    found = [
        Group(
            min((one.text for one in members), key=len),
            len(members),
            min(one.day for one in members),
            max(one.day for one in members),
        )
        for _, members in groups
    ]
    return sorted(found, key=lambda one: -one.count)


def _are_alike(a: set[str], b: set[str]) -> bool:
    return len(a & b) >= ALIKE * len(a | b) if a | b else False
