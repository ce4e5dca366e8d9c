"""content/shorthand.yaml: the words in which a helper tells in one line what was done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from bot.core.syllables import marks, spoken
from bot.core.text import fold
from bot.core.vocabulary import FirstTime, Outcome, Place, Service, Subject, Topic
from bot.library.source import Record, load

FILE = "shorthand.yaml"
Words = tuple[str, ...]
Token = tuple[str, frozenset[str]]
"""A word as it is compared: folded, and which marks it carries."""
Phrase = tuple[Token, ...]
Meant = tuple[str, object]
"""What a phrase says: the name of a detail and its value."""


class Shorthand(Record):
    """The file as it stands; words are written with accents and compared with or without."""

    writes: Words
    tells: Words
    before: Words
    fillers: Words
    own: Words
    asks: Words
    people: Words
    ranks: Words
    counted: Words
    after_number: Words
    files: Words
    topics: dict[Topic, Words]
    services: dict[Service, Words]
    belongs: dict[Service, Topic]
    places: dict[Place, Words]
    outcomes: dict[Outcome, Words]
    subjects: dict[Subject, Words]
    first_time: dict[FirstTime, Words]
    for_parents: Words

    @cached_property
    def details(self) -> dict[str, list[tuple[Phrase, Meant]]]:
        """What is told besides who and how many, by the first folded word; longer phrases first."""
        found: dict[str, list[tuple[Phrase, Meant]]] = {}
        for text, meant in self._details():
            phrase = tokens(text)
            found.setdefault(phrase[0][0], []).append((phrase, meant))
        for phrases in found.values():
            phrases.sort(key=lambda one: -len(one[0]))
        return found

    def _details(self) -> Iterator[tuple[str, Meant]]:
        groups: tuple[tuple[str, Iterable[tuple[StrEnum, Words]]], ...] = (
            ("service", self.services.items()),
            ("topic", self.topics.items()),
            ("place", self.places.items()),
            ("outcome", self.outcomes.items()),
            ("subject", self.subjects.items()),
            ("first_time", self.first_time.items()),
        )
        for name, group in groups:
            for value, said in group:
                yield from ((text, (name, value)) for text in said)
        yield from ((text, ("asked_for", "cha_me")) for text in self.for_parents)

    def phrases(self, name: str) -> tuple[Phrase, ...]:
        """The phrases of one of the plain lists, longer ones first."""
        return self._lists[name]

    def find(self, name: str, text: str) -> tuple[object, int, int] | None:
        """The first such detail in a text: its value, the word it begins at, and how many words it takes."""
        said = tokens(text)
        for at, (word, _) in enumerate(said):
            for phrase, (kind, value) in self.details.get(word, ()):
                if kind == name and _is_said(phrase, said[at : at + len(phrase)]):
                    return value, at, len(phrase)
        return None

    @cached_property
    def _lists(self) -> dict[str, tuple[Phrase, ...]]:
        names = ("writes", "tells", "before", "fillers", "own", "asks", "people", "ranks")
        return {
            name: tuple(
                sorted((tokens(text) for text in getattr(self, name)), key=lambda p: -len(p))
            )
            for name in (*names, "counted", "after_number", "files")
        }


def _is_said(phrase: Phrase, part: Phrase) -> bool:
    """True when these words are the phrase, with its marks or with fewer."""
    return len(part) == len(phrase) and all(
        word == meant and marked <= full
        for (word, marked), (meant, full) in zip(part, phrase, strict=True)
    )


def tokens(text: str) -> Phrase:
    """The words of a text as they are compared."""
    return tuple((fold(word), marks(word)) for word, _ in spoken(text))


def load_shorthand(content_dir: Path) -> Shorthand:
    """The checked file; raises ``ContentError`` with the faults and their lines."""
    return load(content_dir / FILE, Shorthand)
