"""Cells of a row that somebody typed from paper: what each may hold, and the line that says what is wrong.

The same for every kind of file; which columns there are, and what they make, is each kind's own business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

from bot.core.text import shorten
from bot.locale import Texts, show_date
from bot.reports.reading import Cell, Grid, Line
from bot.services.import_words import YES, Words
from bot.services.phones import read_phone
from bot.services.sheets import SHEET_ROW, read_code, row_id

T = TypeVar("T")
ID = re.compile(r"[^\W_][\w.:/-]{0,39}")
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?: 00:00(?::00)?)?", re.ASCII)
DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
WHOLE = re.compile(r"\d{1,4}", re.ASCII)
ROUNDED = re.compile(r"\d([.,]\d+)?[eE]\+?\d+", re.ASCII)
LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing wrong in one cell; ``code`` and ``values`` make the sentence."""

    row: int
    column: str
    code: str
    values: Mapping[str, object]

    def say(self, texts: Texts) -> str:
        """What is wrong and what to do, without the place."""
        return texts.say(self.code, **self.values)

    def line(self, texts: Texts) -> str:
        """Row, column, what."""
        place = texts.say("import.place", row=self.row, column=self.column)
        return f"{place} {self.say(texts)}"


class CellError(ValueError):
    """A cell that cannot be understood."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


class CellReader:
    """Reads one row and keeps what is wrong with it, so that all of it is said at once.

    ``missing``: the sentence for each column that has to be there. ``written``: columns of free words; what
    begins with = + - @ is text there like any other.
    """

    missing: Mapping[str, str] = {}
    written: Collection[str] = ()

    def __init__(self, line: Line, words: Words) -> None:
        self._line, self._words = line, words
        self.faults: list[RowFault] = []

    def wrong(self, column: str, code: str, **values: object) -> None:
        """Keep a fault of this row."""
        self.faults.append(RowFault(self._line.number, column, code, values))

    def _read(self, column: str, read: Callable[[Cell], T]) -> T | None:
        """What a cell says; None, with a fault where it has to be there or cannot be understood."""
        cell = self._line.cells.get(column)
        try:
            if cell is None:
                if column in self.missing:
                    raise CellError(f"import.missing-{self.missing[column]}")
                return None
            if isinstance(cell, str) and cell.startswith("=") and column not in self.written:
                raise CellError("import.formula")
            return read(cell)
        except CellError as wrong:
            self.wrong(column, wrong.code, **wrong.values)
            return None

    def _code(self, column: str, kind: Callable[[str], T]) -> T | None:
        return self._read(column, lambda cell: kind(self._word(column, text_of(cell))))

    def _word(self, column: str, text: str) -> str:
        code = self._words.read(column, text)
        if code is None:
            allowed = self._words.allowed(column)
            raise CellError("import.word-unknown", written=shown(text), allowed=allowed)
        return code

    def _count(self, column: str, low: int, high: int) -> int | None:
        return self._read(column, lambda cell: whole(cell, low, high))

    def _phone(self) -> str | None:
        """A number that somebody agreed to; without that it is not even looked at."""
        agreed = self._read("consent", lambda cell: self._word("consent", text_of(cell)))
        return self._read("phone", number_of) if agreed == YES else None


class HasId(Protocol):
    """A row as it was understood, by its id."""

    @property
    def id(self) -> str:
        """Unlike every other in the file."""


R = TypeVar("R", bound=HasId)
R_co = TypeVar("R_co", bound=HasId, covariant=True)


class RowReader(Protocol[R_co]):
    """A ``CellReader`` that makes rows of one kind."""

    faults: list[RowFault]

    def row(self) -> R_co | None:
        """The row; None where what it is known by is missing or wrong."""

    def wrong(self, column: str, code: str, **values: object) -> None:
        """Keep a fault of this row."""


def gather(
    grid: Grid, filled_before: Collection[str], reader_of: Callable[[Line], RowReader[R]]
) -> tuple[list[R], list[RowFault], int]:
    """The rows that are right, everything that is wrong with the others, and how many were not used.

    ``filled_before`` are columns that an empty form has words in: a row with nothing else was not used.
    """
    rows: list[R] = []
    faults: list[RowFault] = []
    blank = 0
    seen: dict[str, int] = {}
    for line in grid.lines:
        if line.cells.keys() <= set(filled_before):
            blank += 1
            continue
        reader = reader_of(line)
        row = reader.row()
        first = seen.setdefault(row.id, line.number) if row else line.number
        if first != line.number:
            reader.wrong("id", "import.id-twice", row=first)
        faults += reader.faults
        if row and not reader.faults:
            rows.append(row)
    return rows, faults, blank


def text_of(cell: Cell) -> str:
    """A cell as it reads: a number without the point that spreadsheets keep, a day as a day."""
    if cell is None or isinstance(cell, bool):
        return "" if cell is None else str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return show_date(cell)
    return str(cell)


def id_of(cell: Cell) -> str:
    """An id that the office made, or the code of a sheet with its line; ``CellError`` for anything else."""
    if isinstance(cell, date):
        raise CellError("import.id-day")
    text = text_of(cell).removeprefix("'")
    of_sheet = SHEET_ROW.fullmatch(text.upper())
    if of_sheet and read_code(of_sheet[1]):  # a stamped number is none
        return row_id(of_sheet[1], int(of_sheet[2]))
    if ID.fullmatch(text) is None:
        raise CellError("import.id-wrong", written=shown(text))
    return text


def written_day(cell: Cell) -> date:
    """A day: of a spreadsheet, 2026-11-19, or 19/11/2026 with / . or -; ``CellError`` for anything else."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = text_of(cell)
    iso, ours = ISO.fullmatch(text), DAY_FIRST.fullmatch(text)
    parts = iso.groups() if iso else ours.groups()[::-1] if ours else ()
    try:
        year, month, day = map(int, parts)
        return date(year, month, day)
    except ValueError:
        raise CellError("import.day-wrong", written=shown(text)) from None


def whole(cell: Cell, low: int, high: int) -> int:
    """A whole number: what spreadsheets keep as 2.0 is one, what somebody writes as “2.0” is none.

    ``CellError`` for none, and for one outside ``low`` to ``high``, both of which are allowed.
    """
    text = text_of(cell)
    if isinstance(cell, bool) or WHOLE.fullmatch(text) is None or not low <= int(text) <= high:
        raise CellError("import.number-wrong", written=shown(text), low=low, high=high)
    return int(text)


def number_of(cell: Cell) -> str:
    """A telephone number (E.164), also one that lost its first 0 in a spreadsheet; ``CellError`` for none."""
    text = text_of(cell)
    if ROUNDED.fullmatch(text):
        raise CellError("import.phone-rounded")
    phone = read_phone(text)
    if phone is None:
        raise CellError("import.phone-wrong")
    return phone


def shown(text: str) -> str:
    """What was written, short enough for a sentence."""
    return shorten(text, LONGEST_SHOWN)
