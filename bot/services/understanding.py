"""Which guide a question is about: answer one, let choose between two or three, or say unknown.

Deterministic, without any network, and able to say which words did it. The words are heard first
(``hearing``, ``listening``), three judges weigh them against the guides (``weighing``), thresholds decide.
These were chosen on bench/data and on phrases left out in turn; ``python -m bench.understanding`` measures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Protocol

from bot.core.redaction import redact
from bot.library import Glossary, Guide
from bot.services.hearing import Form, Heard, forms
from bot.services.listening import Listener, Words
from bot.services.weighing import Judges, Saying

ANSWER_AT = 0.75
CHOOSE_AT = 0.40
LEAD = 0.6  # how much the lead over the second guide adds to what is sure
LEAST_LEAD = 0.05
LEAST_SAID = 0.9  # weight of the words: “số điện thoại” alone is nothing to answer
MOST_CHOICES = 3
LEAST_OF_BEST = 0.4  # a candidate below this share of the best is not offered
MOST_VAGUE, VAGUE_WEIGHT = 3, 0.6
COUNTS = {"title": 4.0, "phrase": 1.5, "error": 2.0, "way": 2.0, "text": 0.25}


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


@dataclass(frozen=True, slots=True)
class Evidence:
    """A word as it was typed and as it was heard, and its part in the score of the first guide."""

    typed: str
    heard: str
    share: float


class Understanding(Protocol):
    """What the conversation and ``ask`` need of a reader of questions."""

    def understand(self, question: str) -> Understood:
        """Decide; never raises, whatever the text."""


class Reader:
    """Reads a question by what people say of the guides: phrases, titles, errors, ways, and the text."""

    def __init__(self, guides: Mapping[str, Guide], glossary: Glossary) -> None:
        self._guides = dict(sorted(guides.items()))
        self._glossary = glossary

    def understand(self, question: str) -> Understood:
        """Refuse what holds personal numbers; otherwise rank the guides and judge the lead of the first."""
        safe = redact(question)
        if safe.kinds:
            return Understood(safe.text, Decision.REFUSE, Reason.SENSITIVE, ())
        heard = self._listener.content(question)
        own = self._whose_phrase(question)
        if not own and all(self._listener.is_silent(one.form) for one in heard):
            return Understood(question, Decision.UNKNOWN, Reason.TOO_VAGUE, ())
        ranked = self._rank(heard)
        if own:
            return Understood(question, Decision.ANSWER, None, _put_first(own, ranked))
        best = ranked[0].score if ranked else 0.0
        if best < CHOOSE_AT:
            reason = Reason.TOO_VAGUE if self._is_vague(heard) else Reason.OUT_OF_SCOPE
            return Understood(question, Decision.UNKNOWN, reason, ())
        if self._is_clear(heard, ranked):
            return Understood(question, Decision.ANSWER, None, ranked[:MOST_CHOICES])
        likely = tuple(m for m in ranked[:MOST_CHOICES] if m.score >= LEAST_OF_BEST * best)
        if len(likely) == 1:
            likely = (*ranked, *self._neighbours(ranked[0].id))[:2]
        return Understood(question, Decision.CHOOSE, None, likely)

    def _is_clear(self, heard: Sequence[Heard], ranked: Sequence[Match]) -> bool:
        best = ranked[0].score
        lead = best - (ranked[1].score if len(ranked) > 1 else 0.0)
        said = sum(self._judges.scale.weight(one) for one in heard if one.trust)
        return best + LEAD * lead >= ANSWER_AT and lead >= LEAST_LEAD and said >= LEAST_SAID

    def _whose_phrase(self, question: str) -> Match | None:
        """The one guide that has this as a phrase word for word, marks typed or not."""
        asked = forms(question)
        found = {
            guide
            for guide, phrase in self._phrases.get(tuple(word for word, _ in asked), ())
            if all(
                typed[1] <= meant[1] or not meant[1]
                for typed, meant in zip(asked, phrase, strict=True)
            )
        }
        if len(found) != 1:
            return None
        guide = self._guides[found.pop()]
        return Match(guide.id, guide.title, 1.0)

    @cached_property
    def _phrases(self) -> dict[tuple[str, ...], list[tuple[str, list[Form]]]]:
        known: dict[tuple[str, ...], list[tuple[str, list[Form]]]] = {}
        for guide in self._guides.values():
            for phrase in map(forms, guide.phrases):
                known.setdefault(tuple(word for word, _ in phrase), []).append((guide.id, phrase))
        return known

    def hear(self, question: str) -> tuple[Heard, ...]:
        """The words of a question that count, as they were understood."""
        return self._listener.content(question)

    def explain(self, question: str) -> tuple[Evidence, ...]:
        """The words that spoke for the first guide, strongest first; none when there is no guide."""
        understood = self.understand(question)
        if not understood.guides:
            return ()
        heard = self._listener.content(question)
        first = understood.guides[0].id
        whole = self._judges.judge(heard).get(first, 0.0)
        found = []
        for place, one in enumerate(heard):
            rest = self._judges.judge((*heard[:place], *heard[place + 1 :])).get(first, 0.0)
            found.append(Evidence(one.typed, one.word, round(whole - rest, 3)))
        return tuple(sorted(found, key=lambda one: -one.share))

    def judged_by(self, name: str, question: str) -> dict[str, float]:
        """What one judge alone gives: “nearest”, “wording” or “learned”. For those who compare."""
        return self._judges.alone(name, self._listener.content(question))

    @cached_property
    def _parts(self) -> tuple[Listener, Judges]:
        texts = tuple(
            (guide.id, kind, text)
            for guide in self._guides.values()
            for kind, said in _said(guide).items()
            for text in said
        )
        return _learn(texts, Words.of(self._glossary))

    @property
    def _listener(self) -> Listener:
        return self._parts[0]

    @property
    def _judges(self) -> Judges:
        return self._parts[1]

    def _rank(self, heard: Sequence[Heard]) -> tuple[Match, ...]:
        scores = self._judges.judge(heard).items()
        ranked = sorted(((-score, guide) for guide, score in scores if score > 0))
        return tuple(
            Match(guide, self._guides[guide].title, round(min(-score, 1.0), 3))
            for score, guide in ranked
        )

    def _neighbours(self, guide: str) -> Iterator[Match]:
        """Other guides, those of the same topic first, that nothing in the question spoke for."""
        topic = self._guides[guide].topic
        near = sorted(self._guides.values(), key=lambda one: one.topic != topic)
        yield from (Match(one.id, one.title, 0.0) for one in near if one.id != guide)

    def _is_vague(self, heard: Sequence[Heard]) -> bool:
        """True for nothing, and for few words that are all known but fit many guides."""
        telling = [one for one in heard if not self._listener.is_silent(one.form)]
        scale = self._judges.scale
        return len(telling) <= MOST_VAGUE and all(
            one.trust == 1 and scale.weight(one) <= VAGUE_WEIGHT for one in telling
        )


def _put_first(own: Match, ranked: Sequence[Match]) -> tuple[Match, ...]:
    return (own, *(match for match in ranked if match.id != own.id))[:MOST_CHOICES]


@lru_cache(maxsize=4)
def _learn(texts: tuple[tuple[str, str, str], ...], words: Words) -> tuple[Listener, Judges]:
    """Kept, since a process asks the same guides again; what people type is never kept."""
    listener = Listener((text for _, _, text in texts), words)
    sayings = [
        Saying(guide, listener.content_of_ours(text), COUNTS[kind], kind != "text")
        for guide, kind, text in texts
    ]
    return listener, Judges(sayings, listener)


def _said(guide: Guide) -> dict[str, list[str]]:
    """All texts of a guide, by how they count."""
    steps = [step for way in guide.ways for step in way.steps]
    return {
        "title": [guide.title],
        "phrase": list(guide.phrases),
        "error": [error.sign for error in guide.errors],
        "way": [way.label for way in guide.ways],
        "text": [
            *(guide.who, guide.counter, guide.no_smartphone, *guide.needs),
            *(error.fix for error in guide.errors),
            *(text for step in steps for text in (step.label, step.text)),
        ],
    }
