"""Files that somebody sends: what is read of them, and the sentence for what is no table of ours."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from datetime import date, datetime, time

import pytest
from openpyxl import Workbook

from bot.core.errors import TableError
from bot.locale import load_sentences
from bot.reports import reading
from bot.reports.reading import MOST_ROWS, Shape, read_table
from tests.command_line import ROOT
from tests.paper_files import as_csv, as_xlsx

SHAPE = Shape(("id", "day", "note"), ("id", "day"))
ROWS = [{"id": "a", "day": "1/11/2026", "note": "bánh mì"}, {"id": "b", "day": "2/11/2026"}]
SENTENCES = load_sentences(ROOT / "content")
FIRST = datetime.combine(date(2026, 11, 1), time())


def cells(body: bytes) -> list[dict[str, object]]:
    return [dict(line.cells) for line in read_table(body, SHAPE).lines]


def refusal(body: bytes) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(TableError) as refused:
        read_table(body, SHAPE)
    return SENTENCES[refused.value.code].format(**refused.value.values)


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_text_file_is_read_whatever_stands_between_its_cells(sign: str) -> None:
    assert cells(as_csv(ROWS, sign)) == ROWS


def test_a_text_file_needs_no_byte_order_mark() -> None:
    assert cells(as_csv(ROWS, encoding="utf-8")) == ROWS


def test_a_workbook_keeps_the_kinds_of_its_cells() -> None:
    rows = [{"id": 7, "day": FIRST, "note": 2.5}, {"id": "b", "day": True}]
    assert cells(as_xlsx(rows)) == rows


def test_columns_come_in_any_order_and_letter_size() -> None:
    assert cells(b"Note,DAY, id\nx,1/11/2026,a\n") == [{"note": "x", "day": "1/11/2026", "id": "a"}]


def test_rows_are_numbered_as_a_spreadsheet_does_and_empty_ones_left_out() -> None:
    rows = [ROWS[0], {}, {"id": "  "}, ROWS[1]]
    for body in (as_csv(rows), as_xlsx(rows)):
        assert [line.number for line in read_table(body, SHAPE).lines] == [2, 5]


def test_a_cell_may_hold_several_lines_and_quotes() -> None:
    (line,) = cells(b'id;day;note\na;1/11/2026;"hai ""d\xc3\xb2ng""\nhai"\n')
    assert line["note"] == 'hai "dòng"\nhai'


def test_a_formula_arrives_as_the_text_that_was_typed() -> None:
    (line,) = cells(as_xlsx([{"id": "a", "day": "=TODAY()", "note": '=HYPERLINK("http://x")'}]))
    assert line == {"id": "a", "day": "=TODAY()", "note": '=HYPERLINK("http://x")'}


def test_of_several_sheets_the_one_with_our_name_is_read() -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["nothing", "of ours"])
    sheet = book.create_sheet(reading.SHEET)
    sheet.append(["id", "day"])
    sheet.append(["a", date(2026, 11, 1)])
    out = io.BytesIO()
    book.save(out)
    assert cells(out.getvalue()) == [{"id": "a", "day": FIRST}]


def test_the_same_bytes_have_the_same_hash() -> None:
    one, two = read_table(as_csv(ROWS), SHAPE), read_table(as_csv(ROWS), SHAPE)
    assert one.file_hash == two.file_hash != read_table(as_csv(ROWS, ";"), SHAPE).file_hash


# ---- what is refused


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """A workbook with one part replaced or added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(as_xlsx(ROWS))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
        if name not in old.namelist():
            new.writestr(name, content)
    return out.getvalue()


ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>'
REFUSED = {
    "nothing": (b"", "Chưa chọn tệp, hoặc tệp trống."),
    "too large": (bytes(reading.LARGEST_FILE + 1), "Tệp lớn hơn 5 MB."),
    "the old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Tệp Excel kiểu cũ (.xls)"),
    "UTF-16": (as_csv(ROWS, encoding="utf-16"), "Unicode 16 bit"),
    "Windows-1258": ("id,day\nHô,1".encode("cp1258"), "không phải UTF-8"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0", "không phải UTF-8"),
    "nul bytes": (b"id,day\n\0,1\n", "Đây không phải bảng tính."),
    "a quote left open": (b'id,day\na,"1/11\n', "dấu ngoặc kép chưa đóng"),
    "no head": (b"a,1/11/2026\n", "Dòng đầu phải là tên cột, ít nhất có id, day."),
    "unknown columns": (b"id,day,ten,cccd\n", "Có cột lạ: “ten”, “cccd”."),
    "a column twice": (b"id,day,ID\n", "Cột ghi hai lần: “id”."),
    "a column missing": (b"id,note\n", "Thiếu cột: “day”."),
    "words beside the table": (b"id,day\na,1/11/2026,x\n", "Dòng 2 có chữ ở cột không có tên."),
    "a long cell": (b"id,day\n" + b"a" * 1001 + b",1\n", "Dòng 2 có một ô dài hơn 1000 chữ."),
    "too many rows": (b"id,day\n" + b"a,1\n" * (MOST_ROWS + 1), "Tệp có hơn 5000 dòng."),
    "too many lines": (b"id,day\n" + b"\n" * 20_001, "kể cả dòng trống"),
    "a zip of something": (packed(**{"a.txt": b"x"}), "Đây không phải bảng tính."),
    "half a zip": (as_xlsx(ROWS)[:900], "Tệp Excel hỏng"),
    "no sheet": (packed(**{"xl__workbook.xml": b"<x/>"}), "Tệp Excel hỏng"),
    "a bomb": (with_part("xl/media/a.bin", bytes(49 * 1024 * 1024)), "quá lớn khi mở ra"),
    "an entity": (with_part("xl/sharedStrings.xml", ENTITY), "có phần lạ"),
    "a hidden entity": (with_part("xl/x.xml", ENTITY.decode().encode("utf-16")), "có phần lạ"),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_file_that_is_none_of_ours_is_refused_with_what_to_do(name: str) -> None:
    body, sentence = REFUSED[name]
    assert sentence in refusal(body)


def test_bytes_of_any_kind_never_end_in_anything_but_a_sentence() -> None:
    good = as_xlsx(ROWS)
    for at in range(0, len(good), 97):
        broken = good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :]
        with suppress(TableError):
            read_table(broken, SHAPE)
