"""Which guide a question is about: answer one, let choose between two or three, or say unknown.

Behind one small interface, so that a better reader can take its place. This first one is deterministic and
explains itself: the score of a guide is how much of the question one of its phrases covers, rarer words
counting more, a word with a typing error a little less.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from bot.core.redaction import redact
from bot.core.text import words
from bot.library.glossary import Glossary
from bot.library.guides import Guide

ANSWER_AT = 0.62
CHOOSE_AT = 0.40
CLEAR_LEAD = 0.10
MOST_CHOICES = 3
TYPO_WEIGHT = 0.7
SHORTEST_WITH_TYPO = 5


class Decision(StrEnum):
    """What to do with a question."""

    ANSWER = "answer"
    CHOOSE = "choose"
    UNKNOWN = "unknown"
    REFUSE = "refuse"


class Reason(StrEnum):
    """Why there is no guide."""

    OUT_OF_SCOPE = "out_of_scope"
    TOO_VAGUE = "too_vague"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True)
class Match:
    """A guide that may be meant; ``score`` is between 0 and 1."""

    id: str
    title: str
    score: float


@dataclass(frozen=True, slots=True)
class Understood:
    """The decision with its candidates, best first; ``question`` is masked where it had to be."""

    question: str
    decision: Decision
    reason: Reason | None
    guides: tuple[Match, ...]


class Understanding(Protocol):
    """What the conversation and ``ask`` need of a reader of questions."""

    def understand(self, question: str) -> Understood:
        """Decide; never raises, whatever the text."""


class PhraseSearch:
    """Reads a question by the phrases, titles and errors of the guides."""

    def __init__(self, guides: Mapping[str, Guide], glossary: Glossary) -> None:
        self._titles = {guide.id: guide.title for guide in guides.values()}
        self._glossary = glossary
        self._phrases = [
            (guide.id, frozenset(self._content(phrase)))
            for guide in guides.values()
            for phrase in _sayings(guide)
        ]

    def understand(self, question: str) -> Understood:
        """Refuse what holds personal numbers; otherwise rank the guides and judge the lead of the first."""
        safe = redact(question)
        if safe.kinds:
            return Understood(safe.text, Decision.REFUSE, Reason.SENSITIVE, ())
        asked = frozenset(self._content(question))
        ranked = self._rank(asked)
        best = ranked[0].score if ranked else 0.0
        if best < CHOOSE_AT:
            reason = Reason.TOO_VAGUE if self._is_vague(asked) else Reason.OUT_OF_SCOPE
            return Understood(question, Decision.UNKNOWN, reason, ())
        rivals = tuple(m for m in ranked[:MOST_CHOICES] if m.score > best - 2 * CLEAR_LEAD)
        second = ranked[1].score if len(ranked) > 1 else 0.0
        if best >= ANSWER_AT and best - second >= CLEAR_LEAD:
            return Understood(question, Decision.ANSWER, None, ranked[:MOST_CHOICES])
        if len(rivals) == 1 and len(ranked) > 1:
            rivals = ranked[:2]
        return Understood(question, Decision.CHOOSE, None, rivals)

    def _content(self, text: str) -> Iterator[str]:
        """The words that carry meaning, abbreviations written out."""
        for word in self._glossary.expand(words(text)):
            if word not in self._glossary.stop:
                yield word

    def _is_vague(self, asked: frozenset[str]) -> bool:
        return not asked or (len(asked) == 1 and asked <= self._rarity.keys())

    @cached_property
    def _rarity(self) -> dict[str, float]:
        """Word → weight: the fewer guides use it, the more it says."""
        users: defaultdict[str, set[str]] = defaultdict(set)
        for guide, phrase in self._phrases:
            for word in phrase:
                users[word].add(guide)
        total = max(len(self._titles), 2)
        return {word: 0.5 + math.log(1 + total / len(u)) for word, u in users.items()}

    @cached_property
    def _unknown_weight(self) -> float:
        return 0.5 + math.log(1 + max(len(self._titles), 2))

    @cached_property
    def _misspelt(self) -> dict[str, set[str]]:
        """A word with one letter left out → the words that it may stand for."""
        table: defaultdict[str, set[str]] = defaultdict(set)
        for word in self._rarity:
            for key in _deletions(word):
                table[key].add(word)
        return dict(table)

    def _rank(self, asked: frozenset[str]) -> tuple[Match, ...]:
        heard = self._hear(asked)
        total = sum(weight for _, weight, _ in heard)
        if not total:
            return ()
        best: defaultdict[str, float] = defaultdict(float)
        for guide, phrase in self._phrases:
            shared = sum(weight * trust for word, weight, trust in heard if word in phrase)
            if shared:
                size = sum(self._rarity[word] for word in phrase)
                best[guide] = max(best[guide], 2 * shared / (total + size))
        ranked = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple(Match(guide, self._titles[guide], round(s, 3)) for guide, s in ranked)

    def _hear(self, asked: Iterable[str]) -> list[tuple[str, float, float]]:
        """(word, weight, trust): a misspelt word is heard as the nearest word that guides use."""
        heard = []
        for word in sorted(asked):
            if word in self._rarity:
                heard.append((word, self._rarity[word], 1.0))
                continue
            near = sorted({w for key in _deletions(word) for w in self._misspelt.get(key, ())})
            if near:
                heard.append((near[0], self._rarity[near[0]], TYPO_WEIGHT))
            else:
                heard.append((word, self._unknown_weight, 0.0))
        return heard


def _sayings(guide: Guide) -> Iterator[str]:
    yield guide.title
    yield from guide.phrases
    yield from (error.sign for error in guide.errors)


def _deletions(word: str) -> set[str]:
    """The word and each way to leave one letter out: two words that share one are a typing error apart."""
    if len(word) < SHORTEST_WITH_TYPO:
        return {word}
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}
