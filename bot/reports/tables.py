"""A report as neutral tables: XLSX, CSV, DOCX, pages and digests show these cells and compute nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

Value = str | int | float | date | None
"""What a cell holds; None is unknown and is shown as “—”, never as 0."""


WINDOWS = {
    "now": "",
    "in_period": "",
    "cumulative": "cumulative.",
    "done": "cumulative.",
    "last_year": "last_year.",
}
"""Columns of one and the same figure: where the report says it of which window."""


class Kind(StrEnum):
    """What stands in a column, and so how it is shown and formatted."""

    TEXT = "text"
    COUNT = "count"  # whole numbers: 1.234
    NUMBER = "number"  # may have decimals: 1.234,5
    PERCENT = "percent"  # 42.7 is 42,7 %
    DAY = "day"  # dd/MM/yyyy


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``width`` is in characters, for shares of a page as well."""

    key: str
    title: str
    kind: Kind
    width: int


@dataclass(frozen=True, slots=True)
class Row:
    """A line: ``key`` is the path of its figure in the JSON, such as ``help.by_team[KP 1]``.

    ``exact`` are the numbers behind words, by column: the cell “≥ 10” is 10, for surfaces that can show a
    number so.
    """

    key: str
    cells: tuple[Value, ...]
    is_total: bool = False
    is_head: bool = False  # words over the rows below it
    is_aside: bool = False  # a target that our work does not touch: it may be folded away
    exact: Mapping[str, float] = field(default_factory=dict)

    def path(self, column: str) -> str:
        """Where the JSON says what stands in a column: a key of the row's record, or the row's own figure."""
        if self.key.startswith("targets[") or column not in WINDOWS:
            return f"{self.key}.{column}"
        return WINDOWS[column] + self.key


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; each row has as many cells as there are columns."""

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    notes: Sequence[str] = ()

    def cell(self, row: str, column: str) -> Value:
        """One cell by its keys; ``KeyError`` when there is none."""
        place = [one.key for one in self.columns].index(column)
        for one in self.rows:
            if one.key == row:
                return one.cells[place]
        raise KeyError(row)


@dataclass(frozen=True, slots=True)
class ReportTables:
    """A whole report in words and tables, of one audience.

    ``title`` is “BÁO CÁO …” without the type of document; ``window`` says both days of the period;
    ``about`` tells the moment, the version, the hash and what was closed.
    """

    commune: str
    title: str
    window: str
    audience: str
    data_hash: str
    tables: Sequence[Table]
    definitions: Table
    about: Table

    def table(self, key: str) -> Table:
        """One table by its key; ``KeyError`` when there is none."""
        for one in self.tables:
            if one.key == key:
                return one
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class Detail:
    """One help, or the visits of a day, a team and a topic where nobody may be told apart.

    Words are those of the report; ``person`` is a code that means something in this report only.
    ``services`` are joined by ``; ``.
    """

    day: date
    team: str
    topic: str
    visits: int
    person: str | None = None
    outcome: str | None = None
    place: str | None = None
    subject: str | None = None
    services: str | None = None
    files: int | None = None
    first_time: str | None = None
    answer: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """A report as a workbook: its tables, and the rows that its figures count, by day.

    ``with_people`` is false for what leaves the office. ``words`` are the workbook's own: sheets, heads of
    the rows, lines above and below; by their ids without the family.
    """

    tables: ReportTables
    details: Sequence[Detail]
    with_people: bool
    words: Mapping[str, str]
    made_on: date  # the day that its figures stand for: the same data make the same bytes
