"""From typed text to the words that count: heard, abbreviations written out, words of courtesy left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.library import Glossary
from bot.services.hearing import Ear, Form, Heard, forms

OFTEN_SAID = 20
"""How often people say a filler for once that they say a word of a guide: “nha” is seldom “nhà”."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the glossary says of words, in a form that can be a key."""

    silent: tuple[str, ...]
    fillers: tuple[str, ...]
    same: tuple[tuple[str, tuple[str, ...]], ...]

    @classmethod
    def of(cls, glossary: Glossary) -> Words:
        """The words of that glossary."""
        return cls(glossary.silent, glossary.fillers, tuple(glossary.same.items()))

    def __iter__(self) -> Iterator[str]:
        yield from (*self.silent, *self.fillers)
        for meaning, variants in self.same:
            yield from (meaning, *variants)


class Listener:
    """Hears with the words of the guides and of the glossary."""

    def __init__(self, texts: Iterable[str], words: Words) -> None:
        self._ear = Ear(texts, [*words, *words.fillers * OFTEN_SAID])
        self._silent = {form for word in words.silent for form in forms(word)}
        self._fillers = {form for word in words.fillers for form in forms(word)}
        self._meanings: dict[tuple[str, ...], list[tuple[list[Form], list[Form]]]] = {}
        for meaning, variants in words.same:
            for variant in map(forms, variants):
                folded = tuple(form[0] for form in variant)
                self._meanings.setdefault(folded, []).append((variant, forms(meaning)))
        self._longest: dict[str, int] = {}  # of the variants that begin with a word
        for folded in self._meanings:
            self._longest[folded[0]] = max(len(folded), self._longest.get(folded[0], 0))

    def content(self, question: str) -> tuple[Heard, ...]:
        """The words of a question that count, in order."""
        return self._counting(self._ear.hear(question))

    def content_of_ours(self, text: str) -> tuple[Heard, ...]:
        """The words that count of a text that holds no slips."""
        return self._counting(self._ear.read(text))

    def forms(self, text: str) -> list[Form]:
        """The words of a text as they stand, fillers left out."""
        return [form for form in forms(text) if not self.is_filler(form)]

    def forms_of_ours(self, text: str) -> list[Form]:
        """The same for a text of ours."""
        return [form for form in self._ear.forms_of_ours(text) if not self.is_filler(form)]

    def done_reading(self) -> None:
        """No more texts of ours will come."""
        self._ear.done_reading()

    def _counting(self, heard: Sequence[Heard]) -> tuple[Heard, ...]:
        fillers = self._fillers
        return tuple(one for one in self._expand(heard) if one.form not in fillers)

    def is_filler(self, form: Form) -> bool:
        """True for a word that says nothing at all, like “dạ”."""
        return form in self._fillers

    def is_silent(self, form: Form) -> bool:
        """True for words that say little anywhere, like “làm”, “không”, “người”."""
        return form in self._silent

    def _expand(self, heard: Sequence[Heard]) -> Iterator[Heard]:
        """Every variant replaced by its common form, longest variant first."""
        place, longest = 0, self._longest
        while place < len(heard):
            length, meaning = 0, list[Form]()
            if heard[place].form[0] in longest:
                length, meaning = self._variant_at(heard, place)
            if not length:
                yield heard[place]
                place += 1
                continue
            part = heard[place : place + length]
            typed = " ".join(dict.fromkeys(one.typed for one in part))
            trust = min(one.trust or 1.0 for one in part)
            yield from (Heard(form, typed, trust) for form in meaning)
            place += length

    def _variant_at(self, heard: Sequence[Heard], place: int) -> tuple[int, list[Form]]:
        """How many words from there on are a variant, and what they mean; 0 for none."""
        longest = self._longest[heard[place].word]
        for length in range(min(longest, len(heard) - place), 0, -1):
            part = heard[place : place + length]
            for variant, meaning in self._meanings.get(tuple(one.word for one in part), ()):
                if all(_is_heard_as(one, form) for one, form in zip(part, variant, strict=True)):
                    return length, meaning
        return 0, []


def _is_heard_as(one: Heard, form: Form) -> bool:
    return one.form == form or (not one.trust and not one.is_marked)
