"""The workbook on paper: pages, breaks and widths; and what stands in it for whoever reads a page of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bot.library import Library
from bot.reports import xlsx
from bot.reports.tables import Column, Kind, Row, Table
from bot.reports.xlsx_paper import EMPTY_WIDTH, _breaks, slim
from bot.services import report_book
from tests import report_world as world
from tests import spreadsheet
from tests.storage_tools import Shelf, open_shelf


@pytest.fixture(scope="module")
def sheets(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, library: Library
) -> Iterator[spreadsheet.Workbook]:
    with open_shelf(request, "sqlite", tmp_path_factory.mktemp("paper")) as shelf:
        yield _written(shelf, library)


def _written(shelf: Shelf, library: Library) -> spreadsheet.Workbook:
    with shelf.database.unit() as unit:
        house = world.open_house(unit, library)
        world.furnish(house)
        body = world.whole(house.body())
        book = report_book.gather(unit, house.commune.id, body, house.told())
        return spreadsheet.opened(xlsx.write(book))


def test_every_sheet_is_a4_as_wide_as_its_page_and_repeats_its_head(
    sheets: spreadsheet.Workbook,
) -> None:
    for sheet in sheets:
        assert str(sheet.page_setup.paperSize) == "9", sheet.title
        if sheet.title == "Theo mục":
            continue
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        head = re.search(r"\d+", str(sheet.print_title_rows))
        assert head, sheet.title
        assert sheet.freeze_panes == f"A{int(head[0]) + 1}"


def test_wide_sheets_lie_and_narrow_ones_stand(sheets: spreadsheet.Workbook) -> None:
    turned = {sheet.title: sheet.page_setup.orientation for sheet in sheets}
    assert turned["Tổng hợp"] == turned["Nhiệm vụ"] == "landscape"
    assert turned["Theo tổ"] == turned["Theo mục"] == turned["Chép số liệu"] == "portrait"


def test_new_pages_begin_with_the_title_of_a_table(sheets: spreadsheet.Workbook) -> None:
    sheet = sheets["Theo mục"]
    assert (
        not sheet.sheet_properties.pageSetUpPr or not sheet.sheet_properties.pageSetUpPr.fitToPage
    )
    assert 40 <= int(sheet.page_setup.scale or 100) <= 100
    breaks = [one.id for one in sheet.row_breaks.brk]
    assert breaks
    for line in breaks:  # a page ends with line number ``id``
        assert sheet.cell(line, 1).value is None
        assert sheet.cell(line + 1, 1).font.b
        assert not sheet.cell(line + 1, 1).border.left.style


def test_a_page_is_turned_before_a_table_that_would_be_torn() -> None:
    assert list(_breaks([(4, 300), (20, 300), (40, 300)], 700)) == [40]
    assert list(_breaks([(4, 500), (30, 500), (60, 100)], 600)) == [30]
    assert list(_breaks([(4, 100), (30, 100)], 600)) == []
    assert list(_breaks([(4, 1500), (99, 500)], 600)) == [
        99
    ]  # longer than a page: torn in any case


def test_a_column_without_a_word_leaves_its_room_to_the_longest_words() -> None:
    columns = [
        Column("title", "Chỉ tiêu", Kind.TEXT, 38),
        Column("forecast", "Dự báo", Kind.TEXT, 17),
        Column("done", "Lũy kế", Kind.NUMBER, 11),
    ]
    table = Table("summary", "x", columns, [Row("a", ("Lớp", None, 3)), Row("b", ("Tổ", "", None))])
    assert [one.width for one in slim(table).columns] == [38 + 17 - EMPTY_WIDTH, EMPTY_WIDTH, 11]
    assert slim(table).rows == table.rows


def test_no_clause_is_called_by_the_number_that_its_file_has_in_this_house(
    sheets: spreadsheet.Workbook,
) -> None:
    words = [str(cell.value) for sheet in sheets for row in sheet for cell in row if cell.value]
    assert "II.2.1" in words
    assert not [word for word in words if re.match(r"00\d · ", word) and not word.startswith("001")]
