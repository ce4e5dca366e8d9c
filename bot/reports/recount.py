"""Formulas of a workbook: which total is a sum over which rows, and what that sum is now.

A total is a formula only where the rows give it: in a closed period a later entry is a row too, and then the
figure that was signed stays a plain number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.reports.tables import Book, Detail

Once = tuple[bool, bool, bool]
"""Whether the person of a row stands here for the first time: at all, of this team, of this topic."""
NAMED = "?*"
"""What a cell with any word in it matches."""
WILD = frozenset("*?~")
COMPARING = ("<", ">", "=")
UNSAID = "[chua_ghi]"
SPLITS: dict[str, Callable[[Detail], str | None]] = {
    "team": lambda one: one.team,
    "topic": lambda one: one.topic,
    "outcome": lambda one: one.outcome,
    "place": lambda one: one.place,
    "subject": lambda one: one.subject,
    "first-time": lambda one: one.first_time,
    "answer": lambda one: one.answer,
}
WITH_PEOPLE = ("team", "topic")


@dataclass(frozen=True, slots=True)
class Sum:
    """A formula and what it comes to."""

    formula: str
    value: int


class Recount:
    """Adds the rows up while they are written, and gives the formula of a figure afterwards.

    Spreadsheets compare words without case, so this does too. ``area`` gives the cells of a column.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._visits: Counter[tuple[str, str]] = Counter()
        self._people: Counter[tuple[str, str]] = Counter()
        self._services: Counter[str] = Counter()
        self._seen: set[tuple[str, ...]] = set()
        self._whole = self._files = self._of_somebody = 0

    def add(self, one: Detail) -> Once:
        """Count a row; tells for the first time of what its person stands here."""
        self._whole += one.visits
        self._files += one.files or 0
        self._of_somebody += one.visits if one.person else 0
        for split, word_of in SPLITS.items():
            word = word_of(one)
            if word is not None:
                self._visits[split, word.casefold()] += one.visits
        if one.services:
            self._services[one.services.casefold()] += one.visits
        if one.person is None:
            return False, False, False
        once = (
            self._is_new("", one.person),
            self._is_new("team", one.team, one.person),
            self._is_new("topic", one.topic, one.person),
        )
        self._people["", ""] += once[0]
        self._people["team", one.team.casefold()] += once[1]
        self._people["topic", one.topic.casefold()] += once[2]
        return once

    def _is_new(self, *key: str) -> bool:
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new

    def find(self, path: str, label: tuple[str, str], area: Callable[[str], str]) -> Sum | None:
        """The sum behind a figure; ``label`` is the word of its line and the cell that the word stands in."""
        part, _, rest = path.partition(".")
        if part != "help" or not self._book.details:
            return None
        whole = f"SUM({area('visits')})"
        if rest == "visits":
            return Sum(f"={whole}", self._whole)
        if rest.startswith("by_"):
            return self._split(rest, label, area)
        return self._line(rest, area) if self._book.with_people else None

    def _line(self, name: str, area: Callable[[str], str]) -> Sum | None:
        """A figure of all rows."""
        visits, words = area("visits"), self._book.words
        match name:
            case "people":
                return Sum(f"=SUM({area('once')})", self._people["", ""])
            case "files":
                return Sum(f"=SUM({area('files')})", self._files)
            case "visits_without_person":
                named = f'SUMIFS({visits},{area("person")},"{NAMED}")'
                return Sum(f"=SUM({visits})-{named}", self._whole - self._of_somebody)
        asked = {
            "new_declared": ("first-time", words["first-new"]),
            "confirmed": ("answer", words["answer-yes"]),
            "denied": ("answer", words["answer-no"]),
        }.get(name)
        if asked is None:
            return None
        split, word = asked
        found = self._visits[split, word.casefold()]
        return Sum(f'=SUMIFS({visits},{area(split)},"{word}")', found)

    def _split(self, rest: str, label: tuple[str, str], area: Callable[[str], str]) -> Sum | None:
        """A line of a split, asked for by the word that stands in front of it."""
        split = rest.removeprefix("by_").partition("[")[0]
        column = rest.rpartition(".")[2]
        word, cell = label
        if not self._book.with_people and (split not in WITH_PEOPLE or column == "people"):
            return None
        if split == "service":
            return self._service(label, area)
        visits = area("visits")
        if UNSAID in rest:
            said = sum(many for (one, _), many in self._visits.items() if one == split)
            named = f'SUMIFS({visits},{area(split)},"{NAMED}")'
            return Sum(f"=SUM({visits})-{named}", self._whole - said)
        if not is_plain(word) or split not in SPLITS:
            return None
        if column == "people":
            once = area(f"once-{split}")
            found = self._people[split, word.casefold()]
            return Sum(f"=SUMIFS({once},{area(split)},{cell})", found)
        found = self._visits[split, word.casefold()]
        return Sum(f"=SUMIFS({visits},{area(split)},{cell})", found)

    def _service(self, label: tuple[str, str], area: Callable[[str], str]) -> Sum | None:
        """A help may hold several: its cell names them all."""
        word, cell = label
        if not is_plain(word):
            return None
        found = sum(many for all_of, many in self._services.items() if word.casefold() in all_of)
        visits, services = area("visits"), area("services")
        return Sum(f'=SUMIFS({visits},{services},"*"&{cell}&"*")', found)


def is_plain(word: str) -> bool:
    """True for a word that a spreadsheet compares as it stands."""
    return bool(word) and not WILD & set(word) and not word.startswith(COMPARING)


def added_up(values: Sequence[object]) -> int | None:
    """The sum of the whole numbers in a line of cells; None where something else stands there."""
    total = 0
    for value in values:
        if isinstance(value, int):
            total += value
        elif value is not None:
            return None
    return total
