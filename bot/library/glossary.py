"""content/glossary.yaml: words that say nothing, words that mean the same, words that command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from pydantic import Field

from bot.core.text import fold
from bot.library.source import Record, load

FILE = "glossary.yaml"


class Glossary(Record):
    """The file as it stands; keys and words are written with accents and folded on use."""

    silent: tuple[str, ...]
    fillers: tuple[str, ...] = ()
    same: dict[str, tuple[str, ...]]
    commands: dict[str, tuple[str, ...]]
    parts: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    polite: tuple[str, ...] = ()
    answers: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @cached_property
    def stop(self) -> frozenset[str]:
        """Folded words that carry no meaning in a question."""
        return frozenset(fold(word) for word in self.silent)

    @cached_property
    def filling(self) -> frozenset[str]:
        """Folded words that carry nothing at all."""
        return frozenset(part for word in self.fillers for part in fold(word).split())

    @cached_property
    def courtesies(self) -> frozenset[str]:
        """Words that people put before and after what they mean: with their marks, or with none."""
        return frozenset(form for word in self.polite for form in (word.lower(), fold(word)))

    @cached_property
    def actions(self) -> dict[str, str]:
        """A whole message, folded → the action that it stands for in every state."""
        return {fold(word): action for action, said in self.commands.items() for word in said}

    @cached_property
    def commanding(self) -> frozenset[str]:
        """The words that are commands, in lower case and with their marks."""
        return frozenset(word.lower() for said in self.commands.values() for word in said)

    @cached_property
    def answering(self) -> frozenset[str]:
        """The other words for buttons, in lower case and with their marks."""
        return frozenset(word.lower() for said in self.answers.values() for word in said)

    @cached_property
    def labels(self) -> dict[str, frozenset[str]]:
        """Another word for a button, folded → the folded labels of the buttons that it may mean."""
        found: dict[str, set[str]] = {}
        for label, said in self.answers.items():
            for word in said:
                found.setdefault(fold(word), set()).add(fold(label))
        return {word: frozenset(labels) for word, labels in found.items()}

    @cached_property
    def _written_out(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        """Folded variants; a syllable with marks is left out: “lầm” folded would be “làm” as well."""
        return {
            tuple(fold(variant).split()): tuple(fold(meaning).split())
            for meaning, variants in self.same.items()
            for variant in variants
            if " " in variant or fold(variant) == variant.lower()
        }

    @cached_property
    def _longest(self) -> int:
        return max((len(variant) for variant in self._written_out), default=1)

    @cached_property
    def _openings(self) -> frozenset[str]:
        """First words of variants: any other word stands for itself."""
        return frozenset(variant[0] for variant in self._written_out if variant)

    def expand(self, said: Iterable[str]) -> Iterator[str]:
        """The words with every variant replaced by its common form, longest variant first."""
        spoken = tuple(said)
        openings, place = self._openings, 0
        while place < len(spoken):
            length = self._variant_at(spoken, place) if spoken[place] in openings else 0
            if length:
                yield from self._written_out[spoken[place : place + length]]
            else:
                yield spoken[place]
            place += length or 1

    def _variant_at(self, spoken: tuple[str, ...], place: int) -> int:
        """How many words from there on are a variant; 0 for none."""
        longest = min(self._longest, len(spoken) - place)
        lengths = range(longest, 0, -1)
        return next((n for n in lengths if spoken[place : place + n] in self._written_out), 0)


def load_glossary(content_dir: Path) -> Glossary:
    """The checked glossary; raises ``ContentError`` with the faults and their lines."""
    return load(content_dir / FILE, Glossary)
