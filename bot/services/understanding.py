"""Which guide a question is about: answer one, let choose between two or three, or say unknown.

Behind one small interface, so that a better reader can take its place. This first one is deterministic and
explains itself: the score of a guide is how well one of its phrases and the question cover each other, in
words and in pairs of neighbours (Vietnamese words have several syllables: “sinh” is in “khai sinh” and in
“an sinh”). Rarer words count more, misspelt ones less, words of the whole field (“tài khoản”) little.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Protocol

from bot.core.redaction import redact
from bot.core.text import fold, normalise, words
from bot.library.glossary import Glossary
from bot.library.guides import Guide

ANSWER_AT = 0.60
CHOOSE_AT = 0.40
CLEAR_LEAD = 0.10
QUESTION_SHARE = 0.35  # people say more than a phrase: what it lacks of the question costs less
PAIR_WEIGHT = 0.25
COMMON_WEIGHT = 0.35
MOST_CHOICES = 3
TYPO_WEIGHT = 0.7
OTHER_MARKS = 0.4
HOOK, TILDE = "\N{COMBINING HOOK ABOVE}", "\N{COMBINING TILDE}"
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


Feature = str | tuple[str, str]
"""A folded word, or two that stand side by side."""


class PhraseSearch:
    """Reads a question by the phrases, titles and errors of the guides."""

    def __init__(self, guides: Mapping[str, Guide], glossary: Glossary) -> None:
        self._titles = {guide.id: guide.title for guide in guides.values()}
        self._topics = {guide.id: guide.topic for guide in guides.values()}
        self._glossary = glossary
        said = [(guide.id, saying) for guide in guides.values() for saying in _sayings(guide)]
        self._sayings = [*(saying for _, saying in said), *_written_in(glossary)]
        self._phrases = [(guide, self._content(saying)) for guide, saying in said]
        self._owners: dict[tuple[str, ...], str] = {}
        for guide in guides.values():
            self._owners |= dict.fromkeys(map(words, guide.phrases), guide.id)

    def understand(self, question: str) -> Understood:
        """Refuse what holds personal numbers; otherwise rank the guides and judge the lead of the first."""
        safe = redact(question)
        if safe.kinds:
            return Understood(safe.text, Decision.REFUSE, Reason.SENSITIVE, ())
        asked, differing = self._content(question), self._differing(question)
        ranked = self._rank(asked, differing)
        owner = self._owners.get(words(question))
        if owner is not None and not differing:  # a phrase word for word, be they common words
            ranked = self._put_first(owner, ranked)
        best = ranked[0].score if ranked else 0.0
        if best < CHOOSE_AT:
            reason = Reason.TOO_VAGUE if self._is_vague(asked) else Reason.OUT_OF_SCOPE
            return Understood(question, Decision.UNKNOWN, reason, ())
        rivals = tuple(m for m in ranked[:MOST_CHOICES] if m.score > best - 2 * CLEAR_LEAD)
        second = ranked[1].score if len(ranked) > 1 else 0.0
        if best >= ANSWER_AT and best - second >= CLEAR_LEAD:
            return Understood(question, Decision.ANSWER, None, ranked[:MOST_CHOICES])
        if len(rivals) == 1:
            rivals = (*ranked, *self._neighbours(ranked[0].id))[:2]
        return Understood(question, Decision.CHOOSE, None, rivals)

    def _put_first(self, guide: str, ranked: tuple[Match, ...]) -> tuple[Match, ...]:
        sure = Match(guide, self._titles[guide], 1.0)
        return (sure, *(match for match in ranked if match.id != guide))

    def _neighbours(self, guide: str) -> Iterator[Match]:
        """Other guides, those of the same topic first, that nothing in the question spoke for."""
        near = sorted(self._titles, key=lambda one: self._topics[one] != self._topics[guide])
        yield from (Match(one, self._titles[one], 0.0) for one in near if one != guide)

    def _content(self, text: str) -> tuple[str, ...]:
        """The words that carry meaning, in order, abbreviations written out."""
        stop = self._glossary.stop
        return tuple(word for word in self._glossary.expand(words(text)) if word not in stop)

    def _is_vague(self, asked: tuple[str, ...]) -> bool:
        """True for nothing, for one word that we know, and for words of the whole field only."""
        names_one = len(asked) == 1 and asked[0] in self._rarity
        return names_one or self._glossary.field.issuperset(asked)

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
    def _index(self) -> tuple[list[float], dict[Feature, list[int]]]:
        """The weight of each phrase, and where each feature stands."""
        sizes, places = [], defaultdict[Feature, list[int]](list)
        for number, (_, phrase) in enumerate(self._phrases):
            features = self._features(phrase)
            sizes.append(sum(features.values()))
            for feature in features:
                places[feature].append(number)
        return sizes, dict(places)

    @cached_property
    def _marked(self) -> dict[str, set[frozenset[str]]]:
        """Folded word → the marks that guides write it with; words they write without any are left out."""
        known: defaultdict[str, set[frozenset[str]]] = defaultdict(set)
        for saying in self._sayings:
            for folded, marks in _with_marks(saying):
                known[folded].add(marks)
        return dict(known)

    def _differing(self, question: str) -> frozenset[str]:
        """Folded words typed with other marks than guides write, not only fewer: “lúa” is not “lừa”."""
        known = self._marked
        return frozenset(
            folded
            for folded, marks in _with_marks(question)
            if not any(marks <= written for written in known.get(folded, {marks}))
        )

    @cached_property
    def _misspelt(self) -> dict[str, set[str]]:
        """A word with one letter left out → the words that it may stand for."""
        table: defaultdict[str, set[str]] = defaultdict(set)
        for word in self._rarity:
            for key in _deletions(word):
                table[key].add(word)
        return dict(table)

    @cached_property
    def _rarest(self) -> float:
        return 0.5 + math.log(1 + max(len(self._titles), 2))

    def _weight(self, word: str) -> float:
        weight = self._rarity.get(word, self._rarest)
        return weight * COMMON_WEIGHT if word in self._glossary.field else weight

    def _features(self, said: Sequence[str]) -> dict[Feature, float]:
        """Words and pairs of neighbours, each with its weight."""
        found: dict[Feature, float] = {word: self._weight(word) for word in said}
        for pair in pairwise(said):
            found[pair] = PAIR_WEIGHT * sum(map(self._weight, pair))
        return found

    def _rank(self, asked: Iterable[str], differing: frozenset[str]) -> tuple[Match, ...]:
        heard = [self._hear(word) for word in asked]
        trust = {word: OTHER_MARKS if word in differing else sure for word, sure in heard}
        features = self._features([word for word, _ in heard])
        sizes, places = self._index
        shared: defaultdict[int, float] = defaultdict(float)
        telling: set[int] = set()
        for feature, weight in features.items():
            holders = places.get(feature)
            if not holders:
                continue
            parts = (feature,) if isinstance(feature, str) else feature
            heard_well = weight * min(trust[word] for word in parts)
            for number in holders:
                shared[number] += heard_well
            if not self._glossary.field.issuperset(parts):
                telling.update(holders)
        total = sum(features.values())
        best: dict[str, float] = {}
        for number, common in shared.items():
            guide = self._phrases[number][0]
            score = common / (QUESTION_SHARE * total + (1 - QUESTION_SHARE) * sizes[number])
            if number not in telling:
                score *= COMMON_WEIGHT  # words of the whole field never decide alone
            if score > best.get(guide, 0.0):
                best[guide] = score
        ranked = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple(Match(guide, self._titles[guide], round(s, 3)) for guide, s in ranked)

    def _hear(self, word: str) -> tuple[str, float]:
        """(word, trust): a misspelt word is heard as the nearest word that guides use."""
        if word in self._rarity:
            return word, 1.0
        near = sorted({w for key in _deletions(word) for w in self._misspelt.get(key, ())})
        return (near[0], TYPO_WEIGHT) if near else (word, 0.0)


def _sayings(guide: Guide) -> Iterator[str]:
    yield guide.title
    yield from guide.phrases
    yield from (error.sign for error in guide.errors)


def _written_in(glossary: Glossary) -> Iterator[str]:
    for meaning, variants in glossary.same.items():
        yield meaning
        yield from variants


def _with_marks(text: str) -> Iterator[tuple[str, frozenset[str]]]:
    """The words of a text that carry marks: folded, and which marks, wherever they stand."""
    for word in re.findall(r"\w+", normalise(text).lower()):
        folded = fold(word)
        if folded != word:
            marks = filter(unicodedata.combining, unicodedata.normalize("NFD", word))
            yield folded, frozenset(map(_heard_mark, marks)) | ({"đ"} & set(word))


def _heard_mark(mark: str) -> str:
    """In the South hỏi and ngã sound alike and are mixed up in writing."""
    return HOOK if mark == TILDE else mark


def _deletions(word: str) -> set[str]:
    """The word and each way to leave one letter out: two words that share one are a typing error apart."""
    if len(word) < SHORTEST_WITH_TYPO:
        return {word}
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}
