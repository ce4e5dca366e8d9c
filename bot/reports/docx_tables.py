"""Tables of the annex in Word: heads on every page, no torn rows, columns as wide as their words need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from docx.document import Document as Paper
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.table import Table as Grid

from bot.reports import docx_styles as styles
from bot.reports.cells import show_cell
from bot.reports.docx_parts import (
    draw_borders,
    fill_row,
    keep_row_whole,
    repeat_row,
    set_cell_margins,
    set_widths,
    width_of,
)
from bot.reports.tables import Column, Kind, Row, Table

CELL_SIDE, DENSE_SIDE = 1.5, 0.8
MOST_AT_FULL_SIZE = 8
"""Columns: with more of them letters are smaller, or words break in the middle."""
MOST_UPRIGHT = 140
"""Letters across an upright page."""
SLACK = 0.6
"""Millimetres: Word's own letters are a little wider than the widths that are known here."""
LONG, MOST_BLOCKS, AIR = 10, 3, 1.3
"""A table of so many rows may go beside itself, so often, where each block has that much of its own width."""
WIDEST_WORD = 0.2
"""Of the room: a longer word may break."""
CENTRED = frozenset(("tt", "source", "unit", "value", "due", "task_status"))
"""Columns of short words."""
_Shown = tuple[Row, list[str]]
"""A row and its cells in words."""
CELL_STYLES = {
    Kind.TEXT: styles.CELL,
    Kind.DAY: styles.CELL_DAY,
    Kind.COUNT: styles.CELL_NUMBER,
    Kind.NUMBER: styles.CELL_NUMBER,
    Kind.PERCENT: styles.CELL_NUMBER,
}


def is_wide(table: Table) -> bool:
    """True for a table that needs a lying page."""
    letters = sum(column.width for column in table.columns)
    return letters > MOST_UPRIGHT or len(table.columns) > MOST_AT_FULL_SIZE


def add_table(paper: Paper, what: tuple[int, Table], room: float) -> None:
    """(Number, table) under its caption, with its notes; one without rows is its notes alone."""
    number, table = what
    paper.add_paragraph(f"Biểu {number}. {table.title}", styles.CAPTION)
    if table.rows:
        _add_grid(paper, table, room)
    for note in table.notes:
        paper.add_paragraph(note, styles.NOTE)


def _add_grid(paper: Paper, table: Table, room: float) -> None:
    """A real table: its header on every page, no row torn in two; a slim one in blocks side by side."""
    columns = table.columns
    look = _Look.of(columns)
    shown = [
        (row, [show_cell(value, one.kind) for value, one in zip(row.cells, columns, strict=True)])
        for row in table.rows
    ]
    needs = [
        _need(one, [cells[place] for _, cells in shown], look) for place, one in enumerate(columns)
    ]
    blocks = _count_blocks(table, sum(one.most for one in needs), room)
    lines = _lines(shown, blocks)
    grid = _grid(paper, len(lines), _widths(needs, room / blocks) * blocks, look)
    rows = grid._tbl.tr_lst
    head = paper.styles[styles.TABLE_HEAD + look.end].style_id
    fill_row(rows[0], [(one.title, head) for one in columns] * blocks, bold=False)
    looks = [paper.styles[_style(one) + look.end].style_id for one in columns] * blocks
    nothing = [""] * len(columns)
    for drawn, line in zip(rows[1:], lines, strict=True):
        cells = [cell for one in line for cell in (one[1] if one else nothing)]
        is_head = any(one is not None and one[0].is_head for one in line)
        is_strong = is_head or any(one is not None and one[0].is_total for one in line)
        fill_row(drawn, zip(cells, looks, strict=True), bold=is_strong, with_next=is_head)


def _count_blocks(table: Table, most: float, room: float) -> int:
    """How often a long slim table goes beside itself; one of groups stays in one piece."""
    if len(table.rows) < LONG or any(row.is_head for row in table.rows):
        return 1
    return max(1, min(MOST_BLOCKS, int(room // (most * AIR))))


def _lines(shown: Sequence[_Shown], blocks: int) -> list[list[_Shown | None]]:
    """Which rows stand in each line: block after block downwards, totals below all of them."""
    if blocks == 1:
        return [[one] for one in shown]
    plain = [one for one in shown if not one[0].is_total]
    high = math.ceil(len(plain) / blocks)
    lines = [
        [plain[at] if at < len(plain) else None for at in range(line, blocks * high, high)]
        for line in range(high)
    ]
    return [*lines, *([one, *[None] * (blocks - 1)] for one in shown if one[0].is_total)]


@dataclass(frozen=True, slots=True)
class _Look:
    """How the letters of a table are: with many columns they are smaller, or words break in the middle."""

    size: float
    side: float
    end: str

    @classmethod
    def of(cls, columns: Sequence[Column]) -> _Look:
        """The look of a table of so many columns."""
        if len(columns) > MOST_AT_FULL_SIZE:
            return cls(styles.DENSE_SIZE, DENSE_SIDE, styles.DENSE)
        return cls(styles.CELL_SIZE, CELL_SIDE, "")


def _grid(paper: Paper, rows: int, widths: Sequence[float], look: _Look) -> Grid:
    """The empty table with its lines and a row for the heads."""
    grid: Grid = paper.add_table(rows=1 + rows, cols=len(widths))
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    draw_borders(grid)
    set_cell_margins(grid, look.side)
    set_widths(grid, widths)
    drawn = grid._tbl.tr_lst
    for one in drawn:
        keep_row_whole(one)
    repeat_row(drawn[0])
    for cell in grid.rows[0].cells:
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    return grid


def _style(column: Column) -> str:
    return styles.CELL_DAY if column.key in CENTRED else CELL_STYLES[column.kind]


@dataclass(frozen=True, slots=True)
class _Need:
    """What a column takes in millimetres: its longest word, its longest cell, and how much there is in it."""

    least: float
    most: float
    weight: float


def _need(column: Column, cells: Sequence[str], look: _Look) -> _Need:
    edge = 2 * look.side + SLACK
    words = {word for text in (column.title, *cells) for word in text.split(" ")}
    longest = max(width_of(word, look.size, bold=True) for word in words)
    lines = [width_of(text, look.size, bold=True) for text in cells]
    most = max(longest, max(lines, default=0))
    return _Need(longest + edge, most + edge, math.hypot(*lines) + edge)


def _widths(needs: Sequence[_Need], room: float) -> list[float]:
    """The room shared by how much stands in each column: none narrower than its longest word.

    None is wider than its longest cell either, as long as others have more to say.
    """
    least = [min(one.least, WIDEST_WORD * room) for one in needs]
    most = [max(one.most, low) for one, low in zip(needs, least, strict=True)]
    if sum(least) >= room or sum(most) <= room:
        ends = least if sum(least) >= room else most
        return [one / sum(ends) * room for one in ends]
    settled: dict[int, float] = {}
    while len(settled) < len(needs):
        left = room - sum(settled.values())
        going = [place for place in range(len(needs)) if place not in settled]
        whole = sum(needs[place].weight for place in going)
        wanted = {place: needs[place].weight / whole * left for place in going}
        short = {place: least[place] for place in going if wanted[place] < least[place]}
        ended = {place: most[place] for place in going if wanted[place] > most[place]}
        settled |= short or ended or wanted
    return [settled[place] / sum(settled.values()) * room for place in range(len(needs))]
