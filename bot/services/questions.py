"""Counting questions by day, and keeping what no guide answers: masked, of nobody, for thirty days."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from bot.core.redaction import MASKS, PHONE_MASK, mask_phones, redact
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
MOST_READ = 2_000
"""The newest; a stranger may pour in thousands, and grouping them all would hold up the chat."""
_MASK = re.compile("|".join(map(re.escape, (*MASKS.values(), PHONE_MASK))))
"""Words of ours: two questions are not alike because both held a telephone number."""


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
    is_vague = understood.reason is Reason.TOO_VAGUE
    decision = Reason.TOO_VAGUE if is_vague else understood.decision
    questions.tally(unit, commune, today, decision, found)
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
    groups = group(questions.list_unanswered(unit, commune, since, MOST_READ), glossary)
    return [one for one in groups if one.count >= FEWEST_ALIKE]


def purge_unanswered(unit: Unit) -> int:
    """Drop what is older than thirty days; gives how many."""
    return questions.purge(unit, local_day(unit.now) - KEEP_DAYS)


def group(asked: Iterable[Unanswered], glossary: Glossary) -> list[Group]:
    """Questions put together by the words that they share, the most asked first, its shortest form shown.

    A question joins the first group whose first question it shares half of all words with.
    """
    heads = _Heads()
    groups: list[list[Unanswered]] = []
    for one in asked:
        said = troubles.content(_MASK.sub(" ", one.text), glossary)
        home = heads.find_alike(said)
        if home is None:
            heads.add(said)
            groups.append([one])
        else:
            groups[home].append(one)
    return sorted((_as_group(members) for members in groups), key=lambda one: -one.count)


def _as_group(members: list[Unanswered]) -> Group:
    days = [one.day for one in members]
    shortest = min((one.text for one in members), key=len)
    return Group(shortest, len(members), min(days), max(days))


class _Heads:
    """The words of the first question of each group, found by any word: strangers may ask thousands."""

    def __init__(self) -> None:
        self._heads: list[set[str]] = []
        self._with: defaultdict[str, list[int]] = defaultdict(list)  # word → its groups

    def add(self, said: set[str]) -> None:
        """One more group, after the others."""
        for word in said:
            self._with[word].append(len(self._heads))
        self._heads.append(said)

    def find_alike(self, said: set[str]) -> int | None:
        """The first group that is alike; it shares half of these words, so one of the rarer ones, too."""
        by_rarity = sorted(said, key=lambda word: len(self._with.get(word, ())))
        rarer = by_rarity[: len(said) - ceil(ALIKE * len(said)) + 1]
        near = {number for word in rarer for number in self._with.get(word, ())}
        alike = (number for number in near if _are_alike(self._heads[number], said))
        return min(alike, default=None)


def _are_alike(a: set[str], b: set[str]) -> bool:
    shared = len(a & b)
    return shared > 0 and shared >= ALIKE * (len(a) + len(b) - shared)
