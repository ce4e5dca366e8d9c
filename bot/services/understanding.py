"""Which guide a question is about: answer one, let choose between two or three, or say unknown.

Deterministic, without any network, and able to say which words did it. The words are heard first
(``hearing``, ``listening``), two judges weigh them against the guides (``weighing``), thresholds decide.
These were chosen on the tuning half of bench/data; ``python -m bench.understanding`` measures on both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from heapq import nsmallest
from typing import Protocol

from bot.core.redaction import redact
from bot.library import Elsewhere, Glossary, Guide
from bot.services.hearing import Form, Heard
from bot.services.listening import Listener, Words
from bot.services.weighing import Judges, Saying, Verdict

ANSWER_AT = 0.72
SCOPE_AT = 0.2
ELSEWHERE_AT = 0.5
SILENT_WEIGHT = 0.4  # of what the statistics give to words that say little anywhere
LEAST_CHOICES, MOST_CHOICES = 2, 3
LEAST_CHANCE = 0.01  # a candidate below is not offered
MOST_VAGUE, VAGUE_WEIGHT = 3, 0.6
COUNTS = {"title": 4.0, "phrase": 1.5, "elsewhere": 1.5, "error": 2.0, "way": 2.0}
"""How much each kind of saying counts; what a guide tells in its own words only makes its words known."""
TEACHING = frozenset({"title", "phrase", "elsewhere"})
NOWHERE = Elsewhere(matters=())


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
    """The decision with its candidates, best first; ``question`` is masked where it had to be.

    ``elsewhere`` names the matter of content/elsewhere.yaml that was recognised, where one was.
    """

    question: str
    decision: Decision
    reason: Reason | None
    guides: tuple[Match, ...]
    elsewhere: str | None = None


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
    """Reads a question by what people say of the guides: phrases, titles, errors and ways."""

    def __init__(
        self, guides: Mapping[str, Guide], glossary: Glossary, elsewhere: Elsewhere = NOWHERE
    ) -> None:
        self._guides = dict(sorted(guides.items()))
        self._glossary = glossary
        self._elsewhere = elsewhere

    def prepare(self) -> Reader:
        """Learn the guides now, some two seconds of work, so that nobody's first question waits for it."""
        self.understand("vneid")
        return self

    def understand(self, question: str) -> Understood:
        """Refuse what holds personal numbers; otherwise rank the guides and judge the lead of the first."""
        safe = redact(question)
        if safe.kinds:
            return Understood(safe.text, Decision.REFUSE, Reason.SENSITIVE, ())
        heard = self._listener.content(question)
        own = self._whose_phrase(question)
        if not own and all(self._listener.is_silent(one.form) for one in heard):
            return Understood(question, Decision.UNKNOWN, Reason.TOO_VAGUE, ())
        verdict = self._judges.judge(heard)
        ranked = self._rank(verdict)
        if own:
            return Understood(question, Decision.ANSWER, None, _put_first(own, ranked))
        other = self._other_matter(verdict)
        if other or verdict.scope < SCOPE_AT or not ranked:
            is_vague = not other and self._is_vague(heard)
            reason = Reason.TOO_VAGUE if is_vague else Reason.OUT_OF_SCOPE
            return Understood(question, Decision.UNKNOWN, reason, (), other)
        if verdict.is_told and ranked[0].score >= ANSWER_AT:
            return Understood(question, Decision.ANSWER, None, ranked[:MOST_CHOICES])
        likely = tuple(m for m in ranked[:MOST_CHOICES] if m.score >= LEAST_CHANCE)
        if len(likely) < LEAST_CHOICES:
            likely = ranked[:LEAST_CHOICES]
        return Understood(question, Decision.CHOOSE, None, likely)

    def _weight(self, one: Heard) -> float:
        """How much a word tells, 0 to 1."""
        rarity = self._judges.rarity(one.word)
        return rarity * SILENT_WEIGHT if self._listener.is_silent(one.form) else rarity

    def _whose_phrase(self, question: str) -> Match | None:
        """The one guide that has this as a phrase word for word, marks typed or not, fillers aside."""
        asked = self._listener.forms(question)
        found = {
            guide
            for guide, phrase in self._learnt.phrases.get(tuple(word for word, _ in asked), ())
            if all(
                typed[1] <= meant[1] or not meant[1]
                for typed, meant in zip(asked, phrase, strict=True)
            )
        }
        if len(found) != 1:
            return None
        guide = self._guides[found.pop()]
        return Match(guide.id, guide.title, 1.0)

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
        whole = self._judges.score(heard, first)
        found = []
        for place, one in enumerate(heard):
            rest = self._judges.score((*heard[:place], *heard[place + 1 :]), first)
            found.append(Evidence(one.typed, one.word, round(whole - rest, 3)))
        return tuple(sorted(found, key=lambda one: -one.share))

    def judged_by(self, name: str, question: str) -> dict[str, float]:
        """What one judge alone gives: “wording” or “learned”. For those who compare."""
        return self._judges.alone(name, self._listener.content(question))

    @cached_property
    def _learnt(self) -> _Learnt:
        texts = tuple(
            (guide.id, kind, text)
            for guide in self._guides.values()
            for kind, said in _said(guide).items()
            for text in said
        )
        others = tuple(
            (one.id, "elsewhere", said) for one in self._elsewhere.matters for said in one.phrases
        )
        return _learn((*texts, *others), Words.of(self._glossary))

    @property
    def _listener(self) -> Listener:
        return self._learnt.listener

    @property
    def _judges(self) -> Judges:
        return self._learnt.judges

    def _rank(self, verdict: Verdict) -> tuple[Match, ...]:
        """The guides that are likeliest meant."""
        chances = verdict.chances.items()
        guides = ((-chance, guide) for guide, chance in chances if guide in self._guides)
        return tuple(
            Match(guide, self._guides[guide].title, round(-chance * verdict.scope, 3))
            for chance, guide in nsmallest(MOST_CHOICES, guides)
        )

    def _other_matter(self, verdict: Verdict) -> str | None:
        """The matter without a guide that is likelier meant than all guides together."""
        other = [(verdict.chances.get(one.id, 0.0), one.id) for one in self._elsewhere.matters]
        if sum(chance for chance, _ in other) <= ELSEWHERE_AT:
            return None
        return max(other)[1]

    def _is_vague(self, heard: Sequence[Heard]) -> bool:
        """True for nothing, and for few words that are all known but fit many guides."""
        telling = [one for one in heard if not self._listener.is_silent(one.form)]
        return len(telling) <= MOST_VAGUE and all(
            one.trust == 1 and self._weight(one) <= VAGUE_WEIGHT for one in telling
        )


def _put_first(own: Match, ranked: Sequence[Match]) -> tuple[Match, ...]:
    return (own, *(match for match in ranked if match.id != own.id))[:MOST_CHOICES]


@dataclass(frozen=True, slots=True)
class _Learnt:
    """What was made of the texts; ``phrases`` are those of the guides, by their folded words."""

    listener: Listener
    judges: Judges
    phrases: Mapping[tuple[str, ...], Sequence[tuple[str, Sequence[Form]]]]


@lru_cache(maxsize=4)
def _learn(texts: tuple[tuple[str, str, str], ...], words: Words) -> _Learnt:
    """Kept, since a process asks the same guides again; what people type is never kept."""
    listener = Listener((text for _, _, text in texts), words)
    sayings = [
        Saying(guide, listener.content_of_ours(text), COUNTS[kind], kind in TEACHING)
        for guide, kind, text in texts
        if kind in COUNTS
    ]
    phrases: dict[tuple[str, ...], list[tuple[str, Sequence[Form]]]] = {}
    for guide, kind, text in texts:
        if kind == "phrase":
            said = tuple(listener.forms_of_ours(text))
            phrases.setdefault(tuple(word for word, _ in said), []).append((guide, said))
    listener.done_reading()
    return _Learnt(listener, Judges(sayings), phrases)


def _said(guide: Guide) -> dict[str, list[str]]:
    """All texts of a guide, by their kind."""
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
