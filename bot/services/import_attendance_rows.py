"""Rows of a list of a class into seats: what each cell may hold, and the one line that says what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.core.text import fold
from bot.core.vocabulary import AgeBand, TrainingStatus
from bot.locale import local_day, show_date
from bot.reports.reading import Cell, Grid, Line, Shape
from bot.services.import_cells import (
    CellError,
    CellReader,
    RowFault,
    gather,
    id_of,
    shown,
    text_of,
    written_day,
)
from bot.services.import_words import Words
from bot.services.roll import MOST_LINES
from storage.trainings import Training

COLUMNS = (
    "id",
    "training",
    "held_on",
    "age_band",
    "neighbourhood",
    "count",
)
SHAPE = Shape(COLUMNS, ("id", "training"))
FILLED_BEFORE = {"id"}
"""A line with nothing else is one that nobody signed."""
WRITTEN = {"id", "training", "neighbourhood"}
MISSING = {"id": "id", "training": "class"}
SHUT = {
    TrainingStatus.CANCELLED: "import.class-cancelled",
    TrainingStatus.CLOSED: "import.class-closed",
}


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A row as it was understood. Such a list shows no text to agree to, so it names nobody."""

    number: int
    id: str
    training: Training
    age_band: AgeBand | None
    neighbourhood: int | None
    visits: int  # how many people without a phone it stands for, or one
    phone: None = None
    by: None = None

    @property
    def day(self) -> date:
        """When the class was."""
        return local_day(self.training.outline.starts_at)


@dataclass(frozen=True, slots=True)
class Known:
    """What the cells are compared with; ``places`` by folded name."""

    trainings: Sequence[Training]
    places: Mapping[str, int]
    words: Words


def understand(grid: Grid, known: Known) -> tuple[list[SeatRow], list[RowFault], int]:
    """The rows that are right, everything that is wrong with the others, and how many were not used."""
    return gather(grid, FILLED_BEFORE, lambda line: _Reader(line, known))


def is_shut(training: Training) -> str | None:
    """Why nobody can be added to a class any more; None where somebody can."""
    return SHUT.get(training.status)


class _Reader(CellReader):
    """Reads one row of a list."""

    missing = MISSING
    written = WRITTEN

    def __init__(self, line: Line, known: Known) -> None:
        super().__init__(line, known.words)
        self._known = known

    def row(self) -> SeatRow | None:
        """The row; None when it has no id or no class to be known by."""
        name = self._read("id", id_of)
        day = self._read("held_on", written_day)
        is_wrong = day is None and self._line.cells.get("held_on") is not None
        training = self._read("training", lambda cell: self._training(cell, day, is_wrong))
        age_band = self._code("age_band", AgeBand)
        place = self._read("neighbourhood", self._place)
        count = self._count("count", 1, MOST_LINES) or 1
        if name is None or training is None:
            return None
        return SeatRow(self._line.number, name, training, age_band, place, count)

    def _training(self, cell: Cell, day: date | None, is_wrong: bool) -> Training | None:
        text = text_of(cell).removeprefix("#").strip()
        if text.isascii() and text.isdecimal():
            return self._by_number(text, day)
        if is_wrong:  # is a fault already
            return None
        if day is None:
            raise CellError("import.class-day")
        same = [
            one
            for one in self._known.trainings
            if fold(one.outline.title) == fold(text) and local_day(one.outline.starts_at) == day
        ]
        if not same:
            raise CellError("import.class-unknown", written=shown(text), day=show_date(day))
        if len(same) > 1:
            raise CellError("import.class-two", written=shown(text), day=show_date(day))
        return same[0]

    def _by_number(self, text: str, day: date | None) -> Training:
        found = next((one for one in self._known.trainings if str(one.id) == text), None)
        if found is None:
            raise CellError("import.class-none", written=shown(text))
        held_on = local_day(found.outline.starts_at)
        if day not in (None, held_on):
            raise CellError("import.class-other-day", written=text, day=show_date(held_on))
        return found

    def _place(self, cell: Cell) -> int:
        found = self._known.places.get(fold(text_of(cell)))
        if found is None:
            raise CellError("import.place-unknown", written=shown(text_of(cell)))
        return found
