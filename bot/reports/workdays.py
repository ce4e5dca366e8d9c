"""“Bảng ngày công hoạt động” as an XLSX file: on A4, a line a day of each member, nothing that computes.

What people typed is text: a cell that begins like a formula is marked as quoted, so no program runs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

WIDTHS = (6, 26, 20, 13, 18, 24, 44, 8)
HEAD_ROW = 5
DAY_FORMAT = "dd/mm/yyyy"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
FACE = "Times New Roman"
Line = tuple[str | int | date, ...]
_LINE = Side(style="thin", color="FF808080")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)


@dataclass(frozen=True, slots=True)
class Row:
    """One day of one member: for which team, where, what, how many visits."""

    day: date
    team: str
    place: str
    work: str
    visits: int


@dataclass(frozen=True, slots=True)
class Person:
    """A member and the days of the month; ``total`` is the line below them."""

    name: str
    organisation: str
    rows: Sequence[Row]
    total: str


@dataclass(frozen=True, slots=True)
class Workdays:
    """The sheet in words, all of them ready to be read."""

    sheet: str
    body: str
    title: str
    about: str
    heads: Sequence[str]
    people: Sequence[Person]
    notes: Sequence[str]
    signatures: Sequence[str]


def as_xlsx(table: Workdays) -> bytes:
    """The file: the head stays in sight, and stands on every page of paper."""
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a sheet")
    sheet.title = table.sheet
    for row, (text, size) in enumerate(((table.body, 12), (table.title, 14), (table.about, 11)), 1):
        _span(sheet, row, text, Font(name=FACE, size=size, bold=row < HEAD_ROW - 2))
    for column, (head, width) in enumerate(zip(table.heads, WIDTHS, strict=True), start=1):
        cell = _write(sheet, HEAD_ROW, column, head)
        cell.font = Font(name=FACE, size=11, bold=True)
        cell.fill = PatternFill("solid", fgColor="FFE0ECE6")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[cell.column_letter].width = width
    row = _write_people(sheet, table.people)
    for text in table.notes:
        _span(sheet, row, text, Font(name=FACE, size=11, italic=True), "left")
        row += 1
    for place, text in enumerate(table.signatures):
        cell = _write(sheet, row + 1, 2 + 4 * place, text)
        cell.font, cell.border = Font(name=FACE, size=11, bold=True), Border()
    _set_paper(sheet)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def _write_people(sheet: Worksheet, people: Sequence[Person]) -> int:
    """A line a day, below each member the total; gives the first row that is free."""
    row = HEAD_ROW + 1
    for number, person in enumerate(people, start=1):
        for day in person.rows:
            whose = (number, person.name, person.organisation)
            line: Line = (*whose, day.day, day.team, day.place, day.work, day.visits)
            for column, value in enumerate(line, start=1):
                _write(sheet, row, column, value)
            row += 1
        visits = sum(day.visits for day in person.rows)
        below: Line = ("", person.total, "", "", "", "", "", visits)
        for column, value in enumerate(below, start=1):
            _write(sheet, row, column, value).font = Font(name=FACE, size=11, bold=True)
        row += 1
    return row + 1


def _write(sheet: Worksheet, row: int, column: int, value: str | int | date) -> Cell:
    """A cell with a frame; words stay words, whatever they begin with."""
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        raise TypeError("nothing is merged here")
    cell.border, cell.font = _BOX, Font(name=FACE, size=11)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if isinstance(value, str):
        cell.value, cell.data_type = value, "s"
        cell.quotePrefix = value.startswith(FORMULA_SIGNS)
        return cell
    cell.value = value
    is_day = isinstance(value, date)
    cell.alignment = Alignment(vertical="top", horizontal="center" if is_day else "right")
    if is_day:
        cell.number_format = DAY_FORMAT
    return cell


def _span(sheet: Worksheet, row: int, text: str, font: Font, where: str = "center") -> None:
    """Words over the whole width."""
    cell = _write(sheet, row, 1, text)
    cell.font, cell.border = font, Border()
    cell.alignment = Alignment(horizontal=where, vertical="center", wrap_text=True)
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(WIDTHS))


def _set_paper(sheet: Worksheet) -> None:
    """A4, lying, as wide as the page; the head on every page, its number below."""
    sheet.freeze_panes = f"A{HEAD_ROW + 1}"
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    if sheet.sheet_properties.pageSetUpPr is not None:
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    margins = sheet.page_margins
    margins.left, margins.right, margins.top, margins.bottom = 0.6, 0.4, 0.5, 0.6
    footer = sheet.oddFooter
    if footer is not None and footer.right is not None:
        footer.right.text = "&P/&N"
