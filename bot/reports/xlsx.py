"""A report as a workbook (.xlsx): its tables, the rows under them, what figures mean, which version it is.

Totals are formulas over the rows, with the value beside them that a telephone's preview shows. Nothing
that somebody typed becomes a formula. The same report gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # ships no types
from xlsxwriter.format import Format  # type: ignore[import-untyped]  # ships no types
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell  # type: ignore[import-untyped]  # ships no types
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # ships no types

from bot.locale import show_number
from bot.reports.recount import Recount, added_up
from bot.reports.tables import Book, Detail, Kind, Row, Table, Value
from bot.reports.xlsx_paper import FACE, LINE, height, set_foot, set_paper, set_stacked, slim

SIZE = 11
LIVE = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""
WHOLE, DECIMAL, DAY = "#,##0", "#,##0.0#", "dd/mm/yyyy"
UNKNOWN = "—"
FIRST_DAY = date(1899, 12, 30)
"""Day 0 of a spreadsheet's calendar."""
SHADE, RULE = "#E0ECE6", "#808080"
STACKED = {
    "by-split": (
        *("by_topic", "by_service", "by_place", "by_outcome", "by_subject"),
        *("trainings_by_kind", "trainings_by_topic", "trainings_by_age"),
        *("trainings_by_neighbourhood", "trainings_by_evidence", "communication", "guides"),
    ),
    "year": ("year_visits", "year_people", "year_classes"),
}
"""Sheets on which several tables stand below each other."""
ALONE = {
    "summary": "summary",
    "by-team": "by_team",
    "tasks": "tasks",
    "adjustments": "adjustments",
    "copy": "copy",
}
"""Sheets of one table, whose head is printed on every page."""
WIDTHS: Mapping[str, int] = {
    **{"day": 12, "team": 22, "topic": 26, "visits": 8, "person": 11},
    **{"once": 9, "once-team": 9, "once-topic": 9, "outcome": 14, "place": 24, "subject": 20},
    **{"services": 34, "files": 8, "first-time": 13, "answer": 24, "origin": 18},
}
OUTSIDE = ("day", "team", "topic", "visits")
"""The columns of rows in which nobody stands."""


def write(book: Book) -> bytes:
    """The whole workbook."""
    kept = io.BytesIO()
    options = {
        "constant_memory": True,
        "default_format_properties": {"font_name": FACE, "font_size": SIZE},
    }
    with Workbook(kept, options) as workbook:
        _Writer(workbook, book).write()
    return kept.getvalue()


class _Styles:
    """Formats, each made once."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, object], ...], Format] = {}

    def get(self, **said: object) -> Format:
        """A format of cells in a frame; ``is_open`` for lines outside of tables."""
        frame = {} if said.pop("is_open", False) else {"border": 1, "border_color": RULE}
        wanted = {"font_name": FACE, "font_size": SIZE, "valign": "top", **frame, **said}
        key = tuple(sorted(wanted.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(wanted)
        return self._made[key]


class _Writer:
    """Writes sheet after sheet; each line of a sheet once, downwards."""

    def __init__(self, workbook: Workbook, book: Book) -> None:
        self._book, self._words = book, book.words
        self._workbook, self._styles = workbook, _Styles(workbook)
        self._recount = Recount(book)
        self._areas: dict[str, str] = {}
        self._is_equal = True
        self._room: Sequence[float] = ()  # how wide the columns of the sheet at hand are

    def write(self) -> None:
        """Sheets in their order; the rows are written first, since totals are compared with them."""
        tables = {one.key: one for one in self._book.tables.tables}
        wanted = [
            name.removeprefix("sheet-")
            for name in self._words
            if name.startswith("sheet-") and self._is_wanted(name.removeprefix("sheet-"), tables)
        ]
        sheets = {
            name: self._workbook.add_worksheet(self._words[f"sheet-{name}"]) for name in wanted
        }
        self._set_properties()
        self._details(sheets["details"])
        for name, sheet in sheets.items():
            if name in ALONE:
                self._alone(sheet, tables[ALONE[name]])
            elif name in STACKED:
                self._stacked(sheet, [tables[key] for key in STACKED[name] if key in tables])
        self._alone(sheets["definitions"], self._book.tables.definitions)
        self._about(sheets["about"])
        sheets[wanted[0]].activate()

    def _is_wanted(self, name: str, tables: Mapping[str, Table]) -> bool:
        if name in ALONE:
            return ALONE[name] in tables
        return name not in STACKED or any(key in tables for key in STACKED[name])

    def _set_properties(self) -> None:
        said = self._book.tables
        made = datetime.combine(self._book.made_on, time())
        about = {"title": said.title, "author": said.commune, "comments": said.data_hash}
        self._workbook.set_properties({**about, "created": made})
        self._workbook.set_calc_mode("auto")

    # ---- sheets

    def _head(self, sheet: Worksheet, title: str) -> int:
        """Whose it is, what it is, of which days; gives the next free line."""
        said = self._book.tables
        strong = self._styles.get(is_open=True, bold=True, font_size=13)
        _put(sheet, (0, 0), said.commune, self._styles.get(is_open=True, bold=True))
        _put(sheet, (1, 0), title, strong)
        _put(
            sheet,
            (2, 0),
            f"{said.title}. {said.window}",
            self._styles.get(is_open=True, italic=True),
        )
        return 4

    def _alone(self, sheet: Worksheet, wanted: Table) -> None:
        table = slim(wanted)
        self._set_widths(sheet, [column.width for column in table.columns])
        at = self._head(sheet, table.title)
        if self._is_folded(table):
            said = self._styles.get(is_open=True, italic=True)
            _put(sheet, (at - 1, 0), self._words["folded"], said)
        set_paper(sheet, self._room, at)
        end = self._table(sheet, table, at, {})
        self._notes(sheet, end, table.notes)

    def _stacked(self, sheet: Worksheet, tables: Sequence[Table]) -> None:
        """Tables below each other: words first, numbers after them, notes in the last column of all."""
        last = max(sum(one.key != "note" for one in table.columns) for table in tables)
        widest: dict[int, int] = {}
        for table in tables:
            for place, column in enumerate(table.columns):
                there = last if column.key == "note" else place
                widest[there] = max(widest.get(there, 0), column.width)
        self._set_widths(sheet, [widest.get(place, 8) for place in range(max(widest) + 1)])
        at = self._head(sheet, self._words[_sheet_of(tables)])
        drawn: list[tuple[int, float]] = []
        for table in tables:
            drawn.append((at, self._points(table, {"note": last})))
            _put(sheet, (at, 0), table.title, self._styles.get(is_open=True, bold=True))
            end = self._table(sheet, table, at + 1, {"note": last})
            at = self._notes(sheet, end, table.notes) + 1
        set_stacked(sheet, self._room, drawn)

    def _table(self, sheet: Worksheet, table: Table, at: int, places: Mapping[str, int]) -> int:
        """Heads and rows from a line on; gives the first free line."""
        head = self._styles.get(
            bold=True, bg_color=SHADE, text_wrap=True, align="center", valign="vcenter"
        )
        where = _places(table, places)
        empty = sorted(set(range(max(where))) - set(where))
        sheet.set_row(at, self._head_points(table, where))
        for place, column in zip(where, table.columns, strict=True):
            _put(sheet, (at, place), column.title, head)
        for place in empty:
            _put(sheet, (at, place), "", head)
        for number, row in enumerate(table.rows, start=at + 1):
            points = height(self._room, where, row.cells, row.is_head or row.is_total)
            self._set_row(sheet, table, number - at - 1, (number, points))
            for place in empty:
                _put(sheet, (number, place), "", self._styles.get())
            for place, column, value in zip(where, table.columns, row.cells, strict=True):
                total = self._sum(table, row, (at + 1, number, place), column.key)
                self._cell(sheet, (number, place), (row, column.key, column.kind), (value, total))
        end = at + 1 + len(table.rows)
        self._set_row(sheet, table, len(table.rows), (end, LINE))
        return end

    def _head_points(self, table: Table, where: Sequence[int]) -> float:
        return height(self._room, where, [one.title for one in table.columns], bold=True)

    def _points(self, table: Table, places: Mapping[str, int]) -> float:
        """How high a table is with its title, its notes and the lines below it."""
        where = _places(table, places)
        rows = sum(
            height(self._room, where, row.cells, row.is_head or row.is_total) for row in table.rows
        )
        return rows + self._head_points(table, where) + LINE * (3 + len(table.notes))

    def _set_widths(self, sheet: Worksheet, widths: Sequence[float]) -> None:
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        self._room = widths
        set_foot(sheet, self._words["hash"], self._words["page"])

    def _is_folded(self, table: Table) -> bool:
        """Inside, what our work does not touch is folded away; who gets the file sees all of it."""
        return self._book.with_people and any(row.is_aside for row in table.rows)

    def _set_row(
        self, sheet: Worksheet, table: Table, place: int, drawn: tuple[int, float]
    ) -> None:
        """How high a row is, and whether it, or what stands above it, is folded away."""
        line, height = drawn
        rows, is_folded = table.rows, self._is_folded(table)
        said: dict[str, object] = {}
        if place < len(rows) and rows[place].is_aside:
            said = {"level": 1, "hidden": is_folded}
        elif is_folded and place and rows[place - 1].is_aside:
            said = {"collapsed": True}
        sheet.set_row(line, height, None, said)

    def _cell(
        self,
        sheet: Worksheet,
        at: tuple[int, int],
        what: tuple[Row, str, Kind],
        given: tuple[Value, tuple[str, int] | None],
    ) -> None:
        """A value as what it is: a number, a day, words; a total with its formula."""
        row, key, kind = what
        value, total = given
        look: dict[str, object] = {"bold": row.is_total or row.is_head}
        if row.is_head:
            look["bg_color"] = "#F2F2F2"
        if isinstance(value, str) and key in row.exact:
            shape = _shape(value, row.exact[key])
            if shape is not None:
                sheet.write_number(*at, row.exact[key], self._styles.get(num_format=shape, **look))
                return
        if isinstance(value, bool):
            raise TypeError("a cell is no yes or no")
        if isinstance(value, int | float):
            shape = WHOLE if float(value).is_integer() and kind is not Kind.PERCENT else DECIMAL
            side = {"align": "left"} if kind is Kind.TEXT else {}
            style = self._styles.get(num_format=shape, **look, **side)
            if total is None:
                sheet.write_number(*at, value, style)
            else:
                sheet.write_formula(*at, total[0], style, value)
        elif isinstance(value, date):
            side = {"align": "left" if kind is Kind.TEXT else "center"}
            style = self._styles.get(num_format=DAY, **look, **side)
            sheet.write_number(*at, (value - FIRST_DAY).days, style)
        elif value is None:
            side = {"align": "left" if key == "said" else "center"}
            sheet.write_string(*at, UNKNOWN, self._styles.get(**look, **side))
        else:
            if value.startswith(LIVE):
                look["quote_prefix"] = True
            if key == "tt":
                look["align"] = "center"
            _put(sheet, at, value, self._styles.get(text_wrap=True, **look))

    def _sum(
        self, table: Table, row: Row, at: tuple[int, int, int], key: str
    ) -> tuple[str, int] | None:
        """The formula of a cell where the rows, or the lines above it, come to its value."""
        first, number, place = at
        value = row.cells[[one.key for one in table.columns].index(key)]
        if not isinstance(value, int):
            return None
        label = str(row.cells[0]), xl_rowcol_to_cell(number, 0, col_abs=True)
        found = self._recount.find(row.path(key), label, self._areas.__getitem__)
        if found is not None:
            if found.value == value:
                return found.formula, value
            self._is_equal = False
            return None
        if not row.is_total or "people" in (key, table.key.removeprefix("year_")):
            return None
        above = [one.cells[place] for one in table.rows if not one.is_total]
        if added_up(above) != value:
            return None
        column = xl_col_to_name(place)
        return f"=SUM({column}{first + 1}:{column}{number})", value

    # ---- the rows

    def _details(self, sheet: Worksheet) -> None:
        """Every row, and beside it whether its person stands there for the first time."""
        heads = list(WIDTHS) if self._book.with_people else list(OUTSIDE)
        self._set_widths(sheet, [WIDTHS[name] for name in heads])
        at = self._head(sheet, self._words["sheet-details"])
        about = "details-about" if self._book.with_people else "details-outgoing"
        _put(sheet, (3, 0), self._words[about], self._styles.get(is_open=True, italic=True))
        set_paper(sheet, self._room, at)
        head = self._styles.get(
            bold=True, bg_color=SHADE, text_wrap=True, align="center", valign="vcenter"
        )
        sheet.set_row(at, LINE * 3)  # its widest head goes on three lines
        for place, name in enumerate(heads):
            _put(sheet, (at, place), self._words[f"head-{name}"], head)
        last = at + len(self._book.details)
        name_of_sheet = self._words["sheet-details"].replace("'", "''")
        for place, name in enumerate(heads):
            column = xl_col_to_name(place)
            self._areas[name] = f"'{name_of_sheet}'!${column}${at + 2}:${column}${last + 1}"
        sheet.autofilter(at, 0, max(last, at), len(heads) - 1)
        day = self._styles.get(num_format=DAY, align="center")
        words, number = self._styles.get(), self._styles.get(num_format=WHOLE)
        live = self._styles.get(quote_prefix=True)
        for line, one in enumerate(self._book.details, start=at + 1):
            once = self._recount.add(one)
            for place, value in enumerate(_cells(one, once, with_people=self._book.with_people)):
                if isinstance(value, date):
                    sheet.write_number(line, place, (value - FIRST_DAY).days, day)
                elif isinstance(value, str):
                    sheet.write_string(
                        line, place, value, live if value.startswith(LIVE) else words
                    )
                elif value is not None:
                    sheet.write_number(line, place, value, number)

    def _about(self, sheet: Worksheet) -> None:
        about = self._book.tables.about
        self._set_widths(sheet, [column.width for column in about.columns])
        at = self._head(sheet, about.title)
        set_paper(sheet, self._room, at)
        end = self._table(sheet, about, at, {})
        notes = [self._words["once-about"]] if self._book.with_people else []
        if not self._is_equal:
            notes.append(self._words["not-equal"])
        self._notes(sheet, end, notes)

    def _notes(self, sheet: Worksheet, at: int, notes: Sequence[str]) -> int:
        for number, note in enumerate(notes, start=at):
            _put(sheet, (number, 0), note, self._styles.get(is_open=True, italic=True))
        return at + len(notes) + 1


def _places(table: Table, places: Mapping[str, int]) -> list[int]:
    """In which column of the sheet each of a table's columns stands."""
    return [places.get(one.key, place) for place, one in enumerate(table.columns)]


def _sheet_of(tables: Sequence[Table]) -> str:
    """The name of the sheet that these tables stand on."""
    return next(f"sheet-{name}" for name, keys in STACKED.items() if tables[0].key in keys)


def _cells(one: Detail, once: tuple[bool, bool, bool], *, with_people: bool) -> Sequence[Value]:
    if not with_people:
        return one.day, one.team, one.topic, one.visits
    firsts = tuple(int(is_first) if one.person else None for is_first in once)
    return (
        *(one.day, one.team, one.topic, one.visits, one.person, *firsts),
        *(one.outcome, one.place, one.subject, one.services, one.files),
        *(one.first_time, one.answer, one.source),
    )


def _put(sheet: Worksheet, at: tuple[int, int], text: str, style: Format) -> None:
    """Words, whatever they begin with; nothing is a frame around nothing."""
    if text:
        sheet.write_string(*at, text, style)
    else:
        sheet.write_blank(*at, None, style)


def _shape(text: str, number: float) -> str | None:
    """The number format that makes a number look like these words; None where it cannot."""
    before, found, after = text.partition(show_number(number))
    if not found or '"' in text:
        return None
    digits = WHOLE if float(number).is_integer() else "#,##0.0##"
    return "".join((f'"{before}"' if before else "", digits, f'"{after}"' if after else ""))
