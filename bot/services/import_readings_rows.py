"""Rows of a file of readings: what each cell may hold, and the one line that says what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from bot.core.text import fold
from bot.core.vocabulary import ReadingKind
from bot.library.plans import Target
from bot.reports.reading import Cell, Grid, Line, Shape
from bot.services import readings
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
from bot.services.import_words import KINDS, Words
from bot.services.reading_standing import SHARE
from bot.services.readings import Figure, FigureError, Typed

COLUMNS = (
    "id",
    "target",
    "kind",
    "as_of",
    "number",
    "part",
    "whole",
    "level",
    "reached",
    "source",
)
SHAPE = Shape(COLUMNS, ("id", "target", "as_of", "source"))
FILLED_BEFORE = {"id", "target", "kind"}
"""A line with nothing else is a target that nobody told a figure of."""
WRITTEN = {"id", "target", "level", "source"}
MISSING = {"id": "id", "target": "target", "as_of": "as-of", "source": "source"}
TYPED = ("number", "part", "whole", "level")
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A row as it was understood; it names nobody."""

    number: int
    id: str
    target: str
    kind: ReadingKind
    figure: Figure
    as_of: date
    source: str
    visits: int = 1
    phone: None = None
    by: None = None

    @property
    def day(self) -> date:
        """The day that the figure is of."""
        return self.as_of


@dataclass(frozen=True, slots=True)
class Known:
    """What the cells are compared with; the targets of today by id and by folded title."""

    targets: Mapping[str, Target]
    today: date
    words: Words


def understand(grid: Grid, known: Known) -> tuple[list[ReadingRow], list[RowFault], int]:
    """The rows that are right, everything that is wrong with the others, and how many were not used."""
    return gather(grid, FILLED_BEFORE, lambda line: _Reader(line, known))


class _Reader(CellReader):
    """Reads one row of a file of readings."""

    missing = MISSING
    written = WRITTEN

    def __init__(self, line: Line, known: Known) -> None:
        super().__init__(line, known.words)
        self._known = known

    def row(self) -> ReadingRow | None:
        """The row; None where something of it is missing or wrong."""
        name = self._read("id", id_of)
        target = self._read("target", self._target)
        as_of = self._read("as_of", written_day)
        source = self._read("source", text_of)
        self._check_kind(target)
        reached = self._code("reached", str) or ""
        said = {column: self._typed(column, target) for column in TYPED}
        if name is None or target is None or as_of is None or source is None or self.faults:
            return None
        try:
            readings.check_day(target, as_of, self._known.today)
            figure = readings.read_figure(target, Typed(**said, reached=reached))
            kept = readings.kept_source(source)
        except FigureError as error:
            self.wrong(error.column, error.code)
            return None
        kind = readings.kind_of(target)
        return ReadingRow(self._line.number, name, target.id, kind, figure, as_of, kept)

    def _target(self, cell: Cell) -> Target:
        text = text_of(cell)
        found = self._known.targets.get(text) or self._known.targets.get(fold(text))
        if found is None:
            raise CellError("import.target-unknown", written=shown(text))
        return found

    def _check_kind(self, target: Target | None) -> None:
        """A fault where the kind is not that of the target; an empty one is understood."""
        said = self._code("kind", KINDS.__getitem__)
        if said is not None and target is not None and said is not readings.kind_of(target):
            self.wrong("kind", f"import.kind-{target.kind}")

    def _typed(self, column: str, target: Target | None) -> str:
        is_share = target is not None and target.unit == SHARE
        return self._read(column, lambda cell: _as_typed(cell, is_share=is_share)) or ""


def _as_typed(cell: Cell, *, is_share: bool) -> str:
    """A cell as somebody would type it: what a spreadsheet keeps as a number, in our way of writing."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return text_of(cell).strip()
    if is_share and isinstance(cell, float) and 0 < cell < 1:  # “80,5 %” is kept as 0.805
        raise CellError("reading.cell-percent")
    number = Decimal(str(cell)).quantize(HUNDREDTH, ROUND_HALF_UP).normalize()
    return f"{number:f}".replace(".", ",")
