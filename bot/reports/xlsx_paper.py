"""How a workbook's sheets are printed: A4, as wide as the page, no table torn where it can stand whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import wrap

from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from bot.reports.tables import Column, Table, Value

FACE = "Times New Roman"
LINE, LETTERS, BOLD_LETTERS = 15.0, 1.1, 0.9
"""Points of one line of words in a cell, and how many letters stand in the width of a digit."""
A4 = 9
WIDEST_UPRIGHT = 125
"""Digits across an upright page that can still be read."""
SIDES, ENDS = (0.6, 0.4), (0.6, 0.7)
"""Margins in inches: left and right, top and bottom."""
PAPER = (210 / 25.4, 297 / 25.4)
DIGIT, EDGE, PIXELS = 7, 5, 96
"""Pixels of a digit and of a column's edges, and how many of them make an inch."""
SLACK = 0.93
"""Of a page that is reckoned with: LibreOffice and Excel measure letters each in their way."""
EMPTY_WIDTH = 8
WORDY = ("title", "text")


def height(
    room: Sequence[float], where: Sequence[int], cells: Sequence[Value], bold: bool
) -> float:
    """Points of a row whose words go on below each other: LibreOffice does not measure it by itself."""
    letters = BOLD_LETTERS if bold else LETTERS
    lines = [
        len(wrap(value, max(int(room[place] * letters), 4)))
        for place, value in zip(where, cells, strict=True)
        if isinstance(value, str)
    ]
    return LINE * max([1, *lines])


def slim(table: Table) -> Table:
    """The same cells in other widths: a column that says nothing leaves its room to the longest words."""
    empty = [
        column.key
        for place, column in enumerate(table.columns)
        if column.width > EMPTY_WIDTH
        and table.rows
        and all(row.cells[place] in (None, "") for row in table.rows)
    ]
    freed = sum(one.width - EMPTY_WIDTH for one in table.columns if one.key in empty)
    return replace(table, columns=[_fitted(one, empty, freed) for one in table.columns])


def _fitted(column: Column, empty: Sequence[str], freed: int) -> Column:
    if column.key in empty:
        return replace(column, width=EMPTY_WIDTH)
    return replace(column, width=column.width + freed) if column.key in WORDY else column


def set_paper(sheet: Worksheet, widths: Sequence[float], head: int | None) -> None:
    """As wide as the page, lying where it is wide; the head stays in sight and on every page of paper."""
    _set_page(sheet, is_upright=sum(widths) <= WIDEST_UPRIGHT)
    sheet.fit_to_pages(1, 0)
    if head is not None:
        sheet.freeze_panes(head + 1, 0)
        sheet.repeat_rows(head)


def set_stacked(
    sheet: Worksheet, widths: Sequence[float], tables: Sequence[tuple[int, float]]
) -> None:
    """Tables, each (its first line, its points), below each other on upright pages, none torn in two.

    A spreadsheet that fits a sheet to its page leaves out breaks: so the scale is said in percent.
    """
    _set_page(sheet, is_upright=True)
    whole = sum(width * DIGIT + EDGE for width in widths) / PIXELS
    scale = min(1.0, (PAPER[0] - sum(SIDES)) * SLACK / whole)
    sheet.set_print_scale(int(scale * 100))
    sheet.set_h_pagebreaks(list(_breaks(tables, (PAPER[1] - sum(ENDS)) * 72 * SLACK / scale)))


def _breaks(tables: Sequence[tuple[int, float]], room: float) -> Iterator[int]:
    """The lines that new pages begin with."""
    used = tables[0][0] * LINE  # the head of the sheet, which its first table stays with
    for first, points in tables:
        if first != tables[0][0] and used + points > room:
            yield first
            used = 0.0
        used = (used + points) % room


def _set_page(sheet: Worksheet, *, is_upright: bool) -> None:
    if is_upright:
        sheet.set_portrait()
    else:
        sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=SIDES[0], right=SIDES[1], top=ENDS[0], bottom=ENDS[1])
    sheet.hide_gridlines(2)


def set_foot(sheet: Worksheet, left: str, right: str) -> None:
    """Which version it is, and the number of the page."""
    sheet.set_footer(f'&L&"{FACE},Regular"&9{left}&R&"{FACE},Regular"&9{right} &P/&N')
