"""Tables of the annex in Word: heads on every page, no torn rows, columns as wide as their words need."""

from __future__ import annotations

from collections.abc import Sequence

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
from bot.reports.tables import Column, Kind, Table

CELL_SIDE, DENSE_SIDE = 1.5, 0.8
MOST_AT_FULL_SIZE = 10
"""Columns: with more of them letters are smaller, or words break in the middle."""
SLACK = 0.6
"""Millimetres: Word's own letters are a little wider than the widths that are known here."""
WIDEST_WORD = 0.2
"""Of the room: a longer word may break."""
CENTRED = frozenset(("tt", "source", "unit", "value", "due", "task_status"))
"""Columns of short words."""
CELL_STYLES = {
    Kind.TEXT: styles.CELL,
    Kind.DAY: styles.CELL_DAY,
    Kind.COUNT: styles.CELL_NUMBER,
    Kind.NUMBER: styles.CELL_NUMBER,
    Kind.PERCENT: styles.CELL_NUMBER,
}


def add_table(paper: Paper, what: tuple[int, Table], room: float) -> Grid:
    """(Number, table) as a real table: its header on every page, no row torn in two."""
    number, table = what
    paper.add_paragraph(f"Biểu {number}. {table.title}", styles.CAPTION)
    kinds = [column.kind for column in table.columns]
    shown = [
        [show_cell(value, kind) for value, kind in zip(row.cells, kinds, strict=True)]
        for row in table.rows
    ]
    is_dense = len(table.columns) > MOST_AT_FULL_SIZE
    end = styles.DENSE if is_dense else ""
    grid = _grid(paper, table, _widths(table.columns, shown, room), is_dense=is_dense)
    rows = grid._tbl.tr_lst
    head = paper.styles[styles.TABLE_HEAD + end].style_id
    fill_row(rows[0], [(column.title, head) for column in table.columns], bold=False)
    looks = [paper.styles[_style(column) + end].style_id for column in table.columns]
    for drawn, row, cells in zip(rows[1:], table.rows, shown, strict=True):
        is_strong = row.is_total or row.is_head
        fill_row(drawn, zip(cells, looks, strict=True), bold=is_strong, with_next=row.is_head)
    for note in table.notes:
        paper.add_paragraph(note, styles.NOTE)
    return grid


def _grid(paper: Paper, table: Table, widths: Sequence[float], *, is_dense: bool) -> Grid:
    """The empty table with its lines."""
    grid: Grid = paper.add_table(rows=1 + len(table.rows), cols=len(table.columns))
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    draw_borders(grid)
    set_cell_margins(grid, DENSE_SIDE if is_dense else CELL_SIDE)
    set_widths(grid, widths)
    rows = grid._tbl.tr_lst
    for drawn in rows:
        keep_row_whole(drawn)
    repeat_row(rows[0])
    for cell in grid.rows[0].cells:
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    return grid


def _style(column: Column) -> str:
    return styles.CELL_DAY if column.key in CENTRED else CELL_STYLES[column.kind]


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], room: float) -> list[float]:
    """Shares of the room as the table asks for them, none narrower than its longest word."""
    is_dense = len(columns) > MOST_AT_FULL_SIZE
    side = DENSE_SIDE if is_dense else CELL_SIDE
    size = styles.DENSE_SIZE if is_dense else styles.CELL_SIZE
    least = []
    for place, column in enumerate(columns):
        words = {word for row in rows for word in row[place].split(" ")}
        longest = max((width_of(word, size, bold=True) for word in words), default=0)
        head = max(width_of(word, size, bold=True) for word in column.title.split(" "))
        least.append(min(max(longest, head) + 2 * side + SLACK, WIDEST_WORD * room))
    if sum(least) >= room:
        return [one / sum(least) * room for one in least]
    whole = sum(column.width for column in columns)
    asked = [
        max(one, column.width / whole * room) for one, column in zip(least, columns, strict=True)
    ]
    spare = [one - need for one, need in zip(asked, least, strict=True)]
    given = (room - sum(least)) / sum(spare) if sum(spare) else 0
    return [need + one * given for need, one in zip(least, spare, strict=True)]
