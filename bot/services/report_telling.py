"""Sentences filled from a report's JSON: every figure in one is read by its path and remembered with it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from bot.locale import Texts, show_date, show_number
from bot.reports.cells import NO_BREAK, UNKNOWN, formal_day
from bot.reports.document import Figure, Line, Sentence

Body = Mapping[str, Any]
STEP = re.compile(r"([a-z_]+)(?:\[(.*)\])?")
SPLIT = re.compile(r"\.(?![^\[]*\])")


SHORT = 8


class Show(StrEnum):
    """How a figure is written."""

    NUMBER = "number"
    PERCENT = "percent"
    DAY = "day"  # 21/11/2026
    FORMAL_DAY = "formal"  # ngày 21 tháng 11 năm 2026
    LEAST = "least"  # in whole things
    LAST_DAY = "last"  # the day before, of an end that is not counted any more
    SIZE = "size"  # how many a list has
    NAMES = "names"  # a list of names
    WORDS = "words"


def find(body: Body, path: str) -> Any:
    """What stands under a path such as ``help.by_team[KP 1].visits``; None where nothing does.

    A row of a list goes by its first key.
    """
    found: Any = body
    for step in SPLIT.split(path):
        named = STEP.fullmatch(step)
        if named is None:
            raise ValueError(path)
        found = found.get(named[1]) if isinstance(found, Mapping) else None
        if found is not None and named[2] is not None:
            found = next((one for one in found if next(iter(one.values())) == named[2]), None)
        if found is None:
            return None
    return found


def show(value: Any, how: Show) -> str:
    """The value in words and digits; what nobody knows is “—”, never 0."""
    if value is None:
        return UNKNOWN
    match how:
        case Show.NUMBER:
            return show_number(value)
        case Show.PERCENT:
            return f"{show_number(value)}{NO_BREAK}%"
        case Show.LEAST:
            return show_number(math.ceil(value))
        case Show.DAY:
            return show_date(date.fromisoformat(value))
        case Show.FORMAL_DAY:
            return formal_day(date.fromisoformat(value))
        case Show.LAST_DAY:
            return show_date(date.fromisoformat(value) - timedelta(days=1))
        case Show.SIZE:
            return show_number(len(value))
        case Show.NAMES:
            return ", ".join(_unbroken(name) for name in value)
        case Show.WORDS:
            return str(value)


@dataclass(frozen=True, slots=True)
class Clause:
    """Words with the figures in them."""

    text: str
    figures: tuple[Figure, ...] = ()

    def __add__(self, other: Clause) -> Clause:
        return Clause(self.text + other.text, self.figures + other.figures)

    def as_line(self, kind: Line) -> Sentence:
        """As a line of the body."""
        return Sentence(kind, self.text, self.figures)


def _unbroken(name: str) -> str:
    """A short name stays on one line: “KP 2”."""
    return name.replace(" ", NO_BREAK) if len(name) <= SHORT else name


class Teller:
    """Fills sentences of the catalogue from one report."""

    def __init__(self, body: Body, texts: Texts) -> None:
        self.body, self.texts = body, texts

    def get(self, path: str) -> Any:
        """The figure under that path."""
        return find(self.body, path)

    def part(
        self, sentence: str, words: Mapping[str, str] | None = None, /, **figures: str | Clause
    ) -> Clause:
        """A piece of a sentence: ``figures`` are paths (``path|how``) or pieces told before."""
        filled, told = dict(words or {}), list[Figure]()
        for name, figure in figures.items():
            piece = figure if isinstance(figure, Clause) else self.figure(figure)
            filled[name] = piece.text
            told += piece.figures
        return Clause(self.texts.say(sentence, **filled).replace(" %", f"{NO_BREAK}%"), tuple(told))

    def figure(self, asked: str) -> Clause:
        """One figure by itself; without ``|how`` it is a number."""
        path, _, how = asked.partition("|")
        said = Show(how or "number")
        shown = show(self.get(path), said)
        return Clause(shown, (Figure(path, said, shown),))

    def line(
        self,
        kind: Line,
        sentence: str,
        words: Mapping[str, str] | None = None,
        /,
        **figures: str | Clause,
    ) -> Sentence:
        """A whole line of the body."""
        return self.part(sentence, words, **figures).as_line(kind)
