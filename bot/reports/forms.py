"""An empty form as a file: .xlsx with hints, lists to choose from and an explanation, or .csv for Excel.

Nothing in it is a formula: what begins with = + - @ is written as text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bot.reports.reading import MOST_ROWS, SHEET

EXPLANATION, LISTS = "Hướng dẫn", "Danh mục"
LIVE = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula."""
TEXT, DAY, NUMBER = "@", "dd/mm/yyyy", "0"
BOM = "\ufeff"
SEPARATOR = ";"
HEAD = PatternFill("solid", fgColor="E0ECE6")
_side = Side("thin", color="8FB3A4")
EDGE = Border(left=_side, right=_side, top=_side, bottom=_side)


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column: its name, what stands beside it in words, what may be chosen, how wide it is.

    ``is_strict``: exactly one is chosen. ``format`` is the spreadsheet's own name of how cells look.
    """

    name: str
    hint: str
    choices: Sequence[str] = ()
    width: int = 14
    is_strict: bool = True
    format: str = TEXT


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its columns, rows that are begun already, and the lines that explain it."""

    columns: Sequence[FormColumn]
    rows: Sequence[Mapping[str, str]]
    explanation: Sequence[str]
    heads: tuple[str, str, str]  # of the explained columns: name, what to write, words


def write_csv(form: Form) -> bytes:
    """The form for a spreadsheet that shows accents only after a byte order mark."""
    names = [column.name for column in form.columns]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=SEPARATOR)
    writer.writerow(names)
    for row in form.rows:
        values = (row.get(name, "") for name in names)
        writer.writerow([f"'{value}" if value.startswith(LIVE) else value for value in values])
    return (BOM + out.getvalue()).encode()


def write_xlsx(form: Form) -> bytes:
    """The form with its explanation on a second sheet and its lists on a third."""
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook begins with a sheet")
    sheet.title = SHEET
    lists = book.create_sheet(LISTS)
    for number, column in enumerate(form.columns, start=1):
        _add_column(sheet, lists, number, column)
    places = {column.name: number for number, column in enumerate(form.columns, start=1)}
    for at, row in enumerate(form.rows, start=2):
        for name, value in row.items():
            _write(sheet.cell(at, places[name]), value)
    sheet.freeze_panes = "B2"
    sheet.row_dimensions[1].height = 24
    _explain(book.create_sheet(EXPLANATION, 1), form)
    lists.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _add_column(sheet: Worksheet, lists: Worksheet, number: int, column: FormColumn) -> None:
    letter = get_column_letter(number)
    head = sheet.cell(1, number, column.name)
    head.font, head.fill, head.border = Font(bold=True), HEAD, EDGE
    head.alignment = Alignment(vertical="center")
    comment = Comment(column.hint, SHEET)
    comment.width, comment.height = 280, 40 + 18 * (len(column.hint) // 34 + 1)
    head.comment = comment
    sheet.column_dimensions[letter].width = column.width
    # Of the whole column: Excel must not read “2-03” as a day, nor drop the 0 of a telephone number.
    sheet.column_dimensions[letter].number_format = column.format
    if not column.choices:
        return
    for at, choice in enumerate(column.choices, start=1):
        _write(lists.cell(at, number), choice)
    source = f"'{LISTS}'!${letter}$1:${letter}${len(column.choices)}"
    rule = DataValidation(type="list", formula1=source, allow_blank=True)
    rule.showErrorMessage = column.is_strict
    rule.errorStyle = "warning"
    rule.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
    sheet.add_data_validation(rule)


def _explain(sheet: Worksheet, form: Form) -> None:
    wrap = Alignment(wrap_text=True, vertical="top")
    for at, line in enumerate(form.explanation, start=1):
        cell = sheet.cell(at, 1)
        _write(cell, line)
        sheet.merge_cells(start_row=at, start_column=1, end_row=at, end_column=3)
        cell.alignment = wrap
        sheet.row_dimensions[at].height = 16 * (len(line) // 95 + 1) + 2
    top = len(form.explanation) + 2
    rows = [form.heads, *((one.name, one.hint, "\n".join(one.choices)) for one in form.columns)]
    for at, row in enumerate(rows, start=top):
        for number, value in enumerate(row, start=1):
            cell = sheet.cell(at, number)
            _write(cell, value)
            cell.alignment, cell.border = wrap, EDGE
            cell.font = Font(bold=at == top or number == 1)
        lines = max(len(row[1]) // 52 + 1, row[2].count("\n") + 1)
        sheet.row_dimensions[at].height = 16 * lines + 2
    for letter, width in zip("ABC", (16, 56, 40), strict=True):
        sheet.column_dimensions[letter].width = width


def _write(cell: object, value: str) -> None:
    """Words into a cell, as words whatever they begin with."""
    if isinstance(cell, Cell):
        cell.value = value
        cell.data_type = "s"
        cell.number_format = TEXT
