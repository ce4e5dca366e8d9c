"""The draft as DOCX, read from its XML against Nghị định 30/2020/NĐ-CP, Phụ lục I."""

from __future__ import annotations

import copy
import io
import itertools
import zipfile
from datetime import date
from typing import Any

import docx as library
import pytest

from bot.reports import docx
from bot.reports.cells import formal_day, show_cell
from bot.reports.document import Document
from bot.reports.docx_parts import width_of
from bot.reports.tables import Column, Kind, Row, Table
from bot.services.report_document import Wish, compose
from tests import shipped
from tests.docx_xml import TWIPS, W, get, millimetres, misplaced, names, part, style, text
from tests.report_bodies import TEXTS, body, empty, table

PLAN = shipped.library().plans["ho-nai"]
STYLES = {  # size in half points, bold, italic, alignment
    "VB Quốc hiệu": ("24", True, False, "center"),
    "VB Tiêu ngữ": ("26", True, False, "center"),
    "VB Cơ quan chủ quản": ("24", False, False, "center"),
    "VB Cơ quan ban hành": ("24", True, False, "center"),
    "VB Số ký hiệu": ("26", False, False, "center"),
    "VB Địa danh ngày tháng": ("26", False, True, "center"),
    "VB Tên loại": ("28", True, False, "center"),
    "VB Trích yếu": ("28", True, False, "center"),
    "VB Kính gửi": ("28", False, False, "center"),
    "VB Người ký": ("28", True, False, "center"),
    "VB Nơi nhận": ("24", True, True, "left"),
    "VB Nơi nhận danh sách": ("22", False, False, "left"),
    "VB Phụ lục": ("28", True, False, "center"),
    "Body Text": ("28", False, False, "both"),
}


def made(report: dict[str, Any], wish: Wish = Wish(), *tables: int) -> Document:  # noqa: B008 – frozen
    return compose(report, PLAN, TEXTS, wish, [table(rows, f"t{rows}") for rows in tables])


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return docx.render(made(body(), Wish("phong"), 60, 3))


@pytest.fixture(scope="module")
def root(drawn: bytes) -> Any:
    return part(drawn, "word/document.xml")


def test_the_page_has_the_measures_of_the_decree(root: Any) -> None:
    upright, wide = list(root.iter(f"{W}sectPr"))
    assert [millimetres(get(upright, "pgSz", one)) for one in ("w", "h")] == [210, 297]
    assert [millimetres(get(wide, "pgSz", one)) for one in ("w", "h")] == [297, 210]
    assert get(wide, "pgSz", "orient") == "landscape"
    for section in (upright, wide):
        edges = ("top", "bottom", "left", "right")
        assert [millimetres(get(section, "pgMar", one)) for one in edges] == [20, 20, 30, 15]


def test_the_number_of_the_page_is_in_the_middle_of_the_top_and_not_on_page_one(
    drawn: bytes, root: Any
) -> None:
    upright, wide = list(root.iter(f"{W}sectPr"))
    assert upright.find(f"{W}titlePg") is not None
    assert wide.find(f"{W}titlePg") is None
    assert {one.get(f"{W}type") for one in upright.iter(f"{W}headerReference")} == {"default"}
    assert not list(wide.iter(f"{W}headerReference"))
    assert not list(root.iter(f"{W}footerReference"))
    assert millimetres(get(upright, "pgMar", "header")) == 10
    heads = [one for one in names(drawn) if one.startswith("word/header")]
    assert len(heads) == 1
    head = part(drawn, heads[0])
    assert [one.text for one in head.iter(f"{W}instrText")] == [" PAGE "]
    number = style(drawn, "header")
    assert (get(number, "pPr/jc"), get(number, "rPr/sz")) == ("center", "28")


def test_styles_have_the_sizes_of_the_decree_and_one_font(drawn: bytes) -> None:
    for name, (size, bold, italic, align) in STYLES.items():
        found = style(drawn, name)
        assert get(found, "rPr/sz") == size, name
        for mark, wanted in (("b", bold), ("i", italic)):
            element = found.find(f"{W}rPr/{W}{mark}")
            assert (element is not None and element.get(f"{W}val") in (None, "1")) == wanted, name
        assert get(found, "pPr/jc") == align, name
        for script in ("ascii", "hAnsi", "cs", "eastAsia"):
            assert get(found, "rPr/rFonts", script) == "Times New Roman", name
    defaults = part(drawn, "word/styles.xml").find(f"{W}docDefaults")
    assert get(defaults, "rPrDefault/rPr/rFonts", "ascii") == "Times New Roman"
    assert get(defaults, "rPrDefault/rPr/lang") == "vi-VN"


def test_the_body_is_indented_and_spaced(drawn: bytes) -> None:
    found = style(drawn, "Body Text")
    assert get(found, "pPr/ind", "firstLine") == "720"  # 1.27 cm
    assert int(get(found, "pPr/spacing", "after") or 0) >= 120  # 6 points
    assert get(found, "pPr/spacing", "line") == "276"  # 1.15 lines


def test_every_element_stands_where_the_schema_has_it(drawn: bytes) -> None:
    for name in names(drawn):
        if name.startswith("word/") and name.endswith(".xml") and "theme" not in name:
            assert misplaced(part(drawn, name)) == [], name


def test_word_finds_a_paragraph_at_the_end_of_each_cell_and_after_each_table(root: Any) -> None:
    for cell in root.iter(f"{W}tc"):
        assert cell[-1].tag == f"{W}p"
    blocks = list(root.find(f"{W}body"))
    for table_, after in itertools.pairwise(blocks):
        if table_.tag == f"{W}tbl":
            assert after.tag == f"{W}p"


def test_the_line_that_ends_a_section_takes_no_room(drawn: bytes) -> None:
    paper = library.Document(io.BytesIO(drawn))
    ends = [
        one for one in paper.paragraphs if one._p.pPr is not None and one._p.pPr.sectPr is not None
    ]
    assert ends
    for one in ends:
        assert one.style.font.size.pt == 1
        assert not one.style.paragraph_format.space_after


def test_tables_of_the_annex_repeat_their_header_and_tear_no_row(root: Any) -> None:
    tables = [one for one in root.iter(f"{W}tbl") if list(one.iter(f"{W}tblHeader"))]
    assert len(tables) == 2
    for found in tables:
        rows = list(found.iter(f"{W}tr"))
        assert [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows] == [
            number == 0 for number in range(len(rows))
        ]
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
        widths = [int(one.get(f"{W}w")) for one in found.find(f"{W}tblGrid")]
        assert millimetres(str(sum(widths))) == 297 - 30 - 15
        assert get(found, "tblPr/tblLayout", "type") == "fixed"
    total = list(tables[0].iter(f"{W}tr"))[-1]
    assert all(run.find(f"{W}rPr/{W}b") is not None for run in total.iter(f"{W}r"))


def test_group_heads_are_bold_and_stay_with_the_row_below_in_the_proper_places() -> None:
    columns = [Column("title", "Chỉ tiêu", Kind.TEXT, 45), Column("now", "Kỳ này", Kind.NUMBER, 9)]
    rows = [Row("group[A]", ("Lực lượng", ""), is_head=True), Row("teams.total", ("Tổ", 17))]
    document = compose(body(), PLAN, TEXTS, Wish(), [Table("figures", "Số liệu", columns, rows)])
    drawn = part(docx.render(document), "word/document.xml")
    assert not misplaced(drawn)
    _, group, line = list(list(drawn.iter(f"{W}tbl"))[-1].iter(f"{W}tr"))
    marks = [
        [len(list(one.iter(f"{W}{name}"))) for name in ("b", "keepNext")] for one in (group, line)
    ]
    assert marks == [[1, 2], [0, 0]]


def test_no_column_of_a_wide_table_is_narrower_than_its_longest_word() -> None:
    many = [Column(f"c{n}", "Kế hoạch", Kind.TEXT, 1) for n in range(14)]
    columns = [*many, Column("note", "Ghi chú", Kind.TEXT, 90)]
    rows = [Row("one", (*["12"] * 14, "Số đo của Công an phường"))]
    document = compose(body(), PLAN, TEXTS, Wish(), [Table("targets", "Rộng", columns, rows)])
    grid = list(part(docx.render(document), "word/document.xml").iter(f"{W}tbl"))[-1]
    widths = [int(one.get(f"{W}w")) / TWIPS for one in grid.iter(f"{W}gridCol")]
    assert min(widths) > width_of("hoạch", 10, bold=True)
    assert sum(widths) == pytest.approx(docx.WIDE_ROOM, abs=0.5)


def test_cells_are_written_as_the_rules_of_numbers_say() -> None:
    assert show_cell(1234.5, Kind.NUMBER) == "1.234,5"
    assert show_cell(42.7, Kind.PERCENT) == "42,7\u00a0%"
    assert show_cell(None, Kind.COUNT) == "—"
    assert show_cell(0, Kind.COUNT) == "0"
    assert show_cell(date(2026, 3, 5), Kind.DAY) == "05/03/2026"
    assert show_cell("", Kind.TEXT) == ""


@pytest.mark.parametrize("month", range(1, 13))
def test_days_are_written_as_the_decree_says(month: int) -> None:
    shown = {1: "01", 2: "02"}.get(month, str(month))
    assert formal_day(date(2026, month, 5)) == f"ngày 05 tháng {shown} năm 2026"


def test_the_draft_has_no_number_no_day_and_no_name_unless_a_day_is_typed(root: Any) -> None:
    lines = [text(one) for one in root.iter(f"{W}p")]
    assert "UBND PHƯỜNG HỐ NAI" in lines
    assert "PHÒNG VĂN HÓA - XÃ HỘI" in lines
    assert f"Số:{docx.NUMBER_GAP}/BC-…" in lines
    assert any(one.startswith("Hố Nai, ngày\u00a0") for one in lines)
    at = lines.index("TRƯỞNG PHÒNG")
    assert lines[at + 1 : at + 6] == [""] * 5
    assert not any("dự thảo" in one.lower() for one in lines)
    dated = docx.render(made(body(), Wish("ubnd", date(2026, 12, 5))))
    found = [text(one) for one in part(dated, "word/document.xml").iter(f"{W}p")]
    assert "Hố Nai, ngày 05 tháng 12 năm 2026" in found


def test_rules_are_as_long_as_the_decree_says(root: Any) -> None:
    rules = [one for one in root.iter(f"{W}p") if one.find(f"{W}pPr/{W}pBdr") is not None]
    rooms = (68, 97, 165, 252)
    found = [
        room - 2 * int(get(rule, "pPr/ind", "left") or 0) / 1440 * 25.4
        for rule, room in zip(rules, rooms, strict=True)
    ]
    issuer = width_of("PHÒNG VĂN HÓA - XÃ HỘI", 12, bold=True)
    motto = width_of(docx.MOTTO, 13, bold=True)
    assert issuer / 3 <= found[0] <= issuer / 2
    assert found[1] == pytest.approx(motto, abs=0.5)
    assert 165 / 3 <= found[2] <= 165 / 2


@pytest.mark.parametrize("slug", sorted(shipped.library().plans))
def test_no_line_of_a_header_is_wider_than_its_column(slug: str) -> None:
    plan = shipped.library().plans[slug]
    assert width_of(docx.NATION, 12, bold=True) < docx.HEAD_WIDTHS[1]
    for header in ("ubnd", "phong"):
        letter = compose(body(), plan, TEXTS, Wish(header)).letter
        for line in (*letter.issuer, letter.superior or ""):
            assert width_of(line, 12, bold=True) < docx.HEAD_WIDTHS[0], line


def test_the_same_report_gives_the_same_bytes_without_a_moment() -> None:
    one, other = (docx.render(made(body(), Wish(), 5)) for _ in range(2))
    assert one == other
    with zipfile.ZipFile(io.BytesIO(one)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert package.namelist()[0] == "[Content_Types].xml"
        core = package.read("docProps/core.xml").decode()
    assert "python-docx" not in core
    assert "created" not in core


@pytest.mark.parametrize("report", [body(), empty()], ids=["full", "empty"])
def test_a_draft_opens_again_with_all_that_it_says(report: dict[str, Any]) -> None:
    document = made(report)
    paper = library.Document(io.BytesIO(docx.render(document)))
    written = [one.text for one in paper.paragraphs]
    for part_ in document.parts:
        assert part_.heading in written
        for line in part_.lines:
            assert docx.line_text(line) in written
    assert [
        one.text for one in paper.paragraphs if one.style and one.style.name == "Heading 1"
    ] == [one.heading for one in document.parts]


def test_without_tables_there_is_no_annex_and_nobody_is_sent_to_one() -> None:
    found = part(docx.render(made(body())), "word/document.xml")
    assert len(list(found.iter(f"{W}sectPr"))) == 1
    assert "Phụ lục" not in text(found)


def test_an_element_in_the_wrong_place_is_found(root: Any) -> None:
    wrong = copy.deepcopy(root)
    first = next(one for one in wrong.iter(f"{W}pPr") if len(one) > 1)
    first.append(first[0])
    assert len(misplaced(wrong)) == 1
