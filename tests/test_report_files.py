"""The workbook and the CSV of a report: the same numbers, computed again, and nothing that runs."""

from __future__ import annotations

import csv
import io
import logging
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bot.app import rendering
from bot.core.errors import RuleError
from bot.core.vocabulary import Audience, Topic
from bot.library import Library
from bot.reports import csv as csv_file
from bot.reports import xlsx
from bot.reports.tables import Book, Column, Kind, Row, Table
from bot.services import report_book
from storage import communes
from storage.help_entries import Help
from tests import report_world as world
from tests import spreadsheet
from tests.command_line import Terminal
from tests.storage_tools import Shelf
from tests.test_figures_property import ACTS, WHOLE, Act
from tests.test_figures_property import House as Log
from tests.test_report_tables import house as house  # the fixtures
from tests.test_report_tables import shelf as shelf
from tests.test_report_tables import undone

SHEETS = [
    *("Tổng hợp", "Theo tổ", "Theo mục", "Nhiệm vụ", "Chép số liệu", "Chi tiết"),
    *("Định nghĩa", "Phiên bản"),
]
OF_TABLES = {"Tổng hợp": "summary", "Theo tổ": "by_team", "Chép số liệu": "copy"}
HEAD = 5  # the line of the heads of a sheet with one table


def book_of(house: world.House, body: dict[str, Any]) -> Book:
    return report_book.gather(house.unit, house.commune.id, body, house.told())


def check_cells(book: Book, sheets: Workbook) -> int:
    """Each cell is the table's; gives how many numbers there were."""
    seen = 0
    for title, key in OF_TABLES.items():
        table = book.tables.table(key)
        for number, row in enumerate(table.rows, start=HEAD + 1):
            for place, value in enumerate(row.cells, start=1):
                shown = sheets[title].cell(number, place).value
                expected = row.exact.get(table.columns[place - 1].key, value)
                expected = "—" if expected is None else expected
                assert shown == (None if expected == "" else expected), (title, row.key)
                seen += isinstance(shown, int | float)
    return seen


def check_formulas(body: bytes) -> int:
    """Each formula comes to the value beside it; gives how many there were."""
    book, kept = spreadsheet.opened(body), spreadsheet.opened(body, as_values=True)
    found = spreadsheet.formulas(book)
    for sheet, cell in found:
        assert spreadsheet.compute(book, sheet, cell) == kept[sheet][cell].value, (sheet, cell)
    return len(found)


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("is_whole", [False, True])
def test_cells_are_the_tables_and_formulas_come_to_them(
    house: world.House, audience: Audience, is_whole: bool
) -> None:
    for period in (world.WEEK, world.YEAR):
        said = house.body(period, audience)
        book = book_of(house, world.whole(said) if is_whole else said)
        body = xlsx.write(book)
        assert check_cells(book, spreadsheet.opened(body, as_values=True)) > 60
        assert check_formulas(body) > (40 if audience is Audience.INTERNAL else 12)


@given(acts=ACTS, audience=st.sampled_from(Audience))
def test_a_workbook_of_any_log_is_its_json(
    shelf: Shelf, library: Library, acts: list[Act], audience: Audience
) -> None:
    with undone(shelf) as unit:
        log = Log(unit, library)
        for act in acts:
            log.does(act)
        house = world.House(unit, library, log.office.commune)
        book = book_of(house, house.body(WHOLE, audience))
        body = xlsx.write(book)
        check_cells(book, spreadsheet.opened(body, as_values=True))
        check_formulas(body)
        words = book.words["not-equal"]
        about = spreadsheet.opened(body)["Phiên bản"]
        assert words not in {cell.value for row in about.iter_rows() for cell in row}


@pytest.mark.office
@pytest.mark.parametrize("audience", Audience)
def test_libreoffice_computes_the_same_totals(
    house: world.House, audience: Audience, tmp_path: Path
) -> None:
    book = book_of(house, world.whole(house.body(world.YEAR, audience)))
    body = xlsx.write(book)
    again, kept = (
        spreadsheet.by_libreoffice(body, tmp_path),
        spreadsheet.opened(body, as_values=True),
    )
    for sheet, cell in spreadsheet.formulas(spreadsheet.opened(body)):
        assert again[sheet][cell].value == kept[sheet][cell].value, (sheet, cell)
    assert check_cells(book, again) > 60


def test_sheets_stand_in_their_order_and_are_made_for_paper(house: world.House) -> None:
    sheets = spreadsheet.opened(xlsx.write(book_of(house, house.body())))
    assert sheets.sheetnames == SHEETS
    year = spreadsheet.opened(xlsx.write(book_of(house, world.whole(house.body(world.YEAR)))))
    more = ["Điều chỉnh", "Thi đua năm"]
    assert year.sheetnames == [*SHEETS[:4], *more, *SHEETS[4:]]
    for sheet in sheets:
        assert sheet.page_setup.paperSize == 9
        assert "sha256:" in sheet.oddFooter.left.text
        assert {cell.font.name for row in sheet.iter_rows() for cell in row} == {"Times New Roman"}
        if sheet.title != "Theo mục":
            assert sheet.freeze_panes == f"A{HEAD + 1}"
            assert sheet.print_title_rows == f"${HEAD}:${HEAD}"


def test_rows_are_as_high_as_their_words_and_the_rest_of_the_plan_is_folded_inside(
    house: world.House,
) -> None:
    for audience, is_folded in ((Audience.INTERNAL, True), (Audience.OUTGOING, False)):
        book = book_of(house, house.body(world.YEAR, audience))
        rows = book.tables.table("summary").rows
        sheet = spreadsheet.opened(xlsx.write(book))["Tổng hợp"]
        lines = {row.key: sheet.row_dimensions[HEAD + 1 + n] for n, row in enumerate(rows)}
        assert max(line.height or 0 for line in lines.values()) > 2 * xlsx.LINE
        aside = [row.key for row in rows if row.is_aside]
        assert aside
        assert {key for key, line in lines.items() if line.outlineLevel} == set(aside)
        assert {key for key, line in lines.items() if line.hidden} == (
            set(aside) if is_folded else set()
        )
        said = {cell.value for cell in sheet["A"]}
        assert (book.words["folded"] in said) == is_folded


def test_the_same_report_is_the_same_bytes(house: world.House) -> None:
    body = house.body()
    assert xlsx.write(book_of(house, body)) == xlsx.write(book_of(house, body))
    made = spreadsheet.opened(xlsx.write(book_of(house, body))).properties.created
    assert made.date() == date(2026, 11, 21)


def test_rows_have_a_code_that_is_of_this_report_and_no_name(house: world.House) -> None:
    sheet = spreadsheet.opened(xlsx.write(book_of(house, house.body())))["Chi tiết"]
    heads = [cell.value for cell in sheet[HEAD]]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(HEAD + 1)]
    assert len(rows) == 24
    codes = [row[heads.index("Mã người")] for row in rows]
    known = list(dict.fromkeys(code for code in codes if code))
    assert known == [f"N{number:05}" for number in range(1, len(known) + 1)]
    assert rows[0][0].date() == world.MONDAY
    assert sum(row[heads.index("Người, tính 1 lần")] or 0 for row in rows) == len(known)


def test_outside_there_is_no_row_of_a_person(house: world.House) -> None:
    body = house.body(world.YEAR, Audience.OUTGOING)
    book = book_of(house, body)
    assert {one.person for one in book.details} == {None}
    sheet = spreadsheet.opened(xlsx.write(book))["Chi tiết"]
    assert [cell.value for cell in sheet[HEAD]] == ["Ngày", "Tổ", "Lĩnh vực", "Lượt"]
    assert "year_people" not in {table.key for table in book.tables.tables}
    assert sum(one.visits for one in book.details) == body["help"]["visits"]


def test_words_that_begin_like_a_formula_stay_words(house: world.House) -> None:
    said = world.whole(house.body())
    said["targets"][0]["note"] = "=cmd|' /C calc'!A0"
    book = book_of(house, said)
    sheets = spreadsheet.opened(xlsx.write(book))
    for sheet in sheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert str(cell.value).startswith(("=SUM(", "=SUMIFS(")), cell.value
    note = next(c for row in sheets["Tổng hợp"].iter_rows() for c in row if "cmd|" in str(c.value))
    assert note.data_type == "s"
    assert note.quotePrefix
    rows = list(
        csv.reader(
            io.StringIO(csv_file.write(book.tables.table("tasks")).decode("utf-8-sig")),
            delimiter=";",
        )
    )
    assert "'=3+4" in rows[1]


def test_a_team_named_like_a_pattern_has_a_number_and_no_formula(house: world.House) -> None:
    communes.save_neighbourhoods(house.unit, house.commune.id, ["*", ">1"], world.NEW_YEAR)
    for number, team in enumerate(("*", ">1")):
        house.helps(f"x{number}", team, Help(world.MONDAY, Topic.AT, 2))
    body = xlsx.write(book_of(house, house.body()))
    sheet = spreadsheet.opened(body)["Theo tổ"]
    found = {
        row[0].value: row[1] for row in sheet.iter_rows(HEAD + 1) if row[0].value in ("*", ">1")
    }
    assert {name: cell.value for name, cell in found.items()} == {"*": 2, ">1": 2}
    assert check_formulas(body) > 30


def test_what_came_after_the_closing_changes_no_signed_number(house: world.House) -> None:
    signed = house.body()
    house.helps("late", "KP 1", Help(world.MONDAY, Topic.AT, 5))
    book = book_of(house, signed)
    body = xlsx.write(book)
    sheets = spreadsheet.opened(body)
    total = next(row for row in sheets["Theo tổ"].iter_rows(HEAD + 1) if row[0].value == "Cộng")
    assert total[1].value == signed["help"]["visits"]
    said = {cell.value for row in sheets["Phiên bản"].iter_rows() for cell in row}
    assert book.words["not-equal"] in said
    assert check_cells(book, spreadsheet.opened(body, as_values=True)) > 60


def test_the_year_of_teams_adds_up(house: world.House) -> None:
    house.helps("june", "KP 2", Help(date(2026, 6, 3), Topic.AT, 4))
    book = book_of(house, house.body(world.YEAR))
    visits, classes = (book.tables.table(f"year_{name}") for name in ("visits", "classes"))
    assert visits.cell("year.visits[KP 2]", "2026-06") == 4
    assert visits.cell("year.visits[KP 1]", "2026-06") is None  # nobody wrote anything: no zero
    assert visits.cell("year.visits", "whole") == house.body(world.YEAR)["help"]["visits"]
    assert classes.cell("year.classes[KP 1]", "2026-11") == 1
    people = book.tables.table("year_people")
    assert people.cell("year.people", "whole") == house.body(world.YEAR)["help"]["people"]


def test_csv_opens_with_accents_and_whole_numbers(house: world.House) -> None:
    table: Table = book_of(house, house.body()).tables.table("by_topic")
    body = csv_file.write(table)
    assert body.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in body
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[0][:3] == ["Lĩnh vực", "Lượt", "Người"]
    assert rows[1][:2] == ["VNeID, căn cước", str(table.rows[0].cells[1])]


def test_pasted_rows_have_bare_numbers(house: world.House) -> None:
    body = world.whole(house.body())
    body["targets"][0] |= {"percent": 42.7, "done": 4100, "op": ">=", "value": 9600}
    text = csv_file.as_text(book_of(house, body).tables.table("copy"))
    cells = text.splitlines()[0].split("\t")
    assert cells[3:] == ["9600", "1", "4100", "42,7"]


@pytest.mark.parametrize("said", ["=1+1", " =1+1", "\n\t=1+1", "\u00a0=1+1"])
def test_pasted_words_are_no_formula_whatever_stands_before_them(said: str) -> None:
    table = Table("x", "", [Column("a", "A", Kind.TEXT, 9)], [Row("1", (said,))])
    assert csv_file.as_text(table) == "'=1+1"


# ---- in a process of its own


def test_a_file_made_in_a_child_is_the_same(house: world.House) -> None:
    book = book_of(house, house.body())
    assert rendering.xlsx(book) == xlsx.write(book)


def test_a_child_that_breaks_or_takes_too_long_is_one_sentence(
    house: world.House, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(RuleError) as broken:
        rendering.render("xlsx", "no book")
    assert broken.value.code == "report.file-crashed"
    assert "was not made" in caplog.text
    with pytest.raises(RuleError) as late:
        rendering.render("xlsx", book_of(house, house.body()), longest=0.01)
    assert late.value.code == "report.file-late"


# ---- from the command line


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


WORDS = ("report", "--commune", "ho-nai", "--period", "year:2026")


def test_the_command_writes_a_workbook_and_a_table(terminal: Terminal) -> None:
    out = terminal.folder / "report.xlsx"
    ended = terminal.types(*WORDS, "--format", "xlsx", "--out", out)
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert zipfile.is_zipfile(out)
    assert spreadsheet.opened(out.read_bytes()).sheetnames[0] == "Tổng hợp"
    table = terminal.folder / "teams.csv"
    ended = terminal.types(*WORDS, "--format", "csv", "--table", "by_team", "--out", table)
    assert (ended.code, ended.err) == (0, "")
    assert table.read_text(encoding="utf-8-sig").startswith("Tổ;Lượt;Người;Ghi chú\n")
    ended = terminal.types(*WORDS, "--format", "csv", "--table", "nothing")
    assert ended.code == 1
    assert "Không có bảng “nothing”" in ended.err
