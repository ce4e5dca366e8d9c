"""The poster and the sign-in sheet as PDF: one side of A4, whatever the words; a code that can be scanned."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
import segno
from pypdf import PageObject, PdfReader

from bot.media.drawing import FONTS
from bot.reports.poster import Poster, SignInSheet, draw_poster, draw_sheet

LONG = "Hướng dẫn kích hoạt tài khoản định danh điện tử mức 2 " * 3
POSTER = Poster(
    owner="UBND phường Hố Nai",
    kind="Lớp tập huấn",
    title="Kích hoạt VNeID, “ký số” – ễ ẵ ự ỹ Đ",
    facts=(("Ngày", "Thứ Bảy 28/11/2026"), ("Nơi", "Nhà văn hóa khu phố 3")),
    address="https://honai.example.vn/c/7K2M9Q",
    code="CI 7K2 M9Q",
    scan="Tới lớp, quét mã này để điểm danh",
    or_type="Hoặc nhắn cho trợ lý:",
    ahead="Muốn giữ chỗ trước: nhắn cho trợ lý.",
    care="Trợ lý không bao giờ hỏi mã OTP.",
    chat="Trợ lý phường Hố Nai: honai.example.vn/chat/ho-nai",
)
SHEET = SignInSheet(
    owner="UBND phường Hố Nai",
    name="Danh sách điểm danh",
    title="Lớp tập huấn: Kích hoạt VNeID",
    when="Thứ Bảy 28/11/2026 · Từ 14 giờ tới 16 giờ",
    address=POSTER.address,
    code=POSTER.code,
    has_phone="Ai có điện thoại: quét mã ở góc, hoặc nhắn cho trợ lý",
    columns=("TT", "Họ tên hay cách gọi", "Khu phố, ấp", "Tuổi", "Đã quét, gõ mã", "Ký"),
    if_wanted="Không muốn thì để trống",
    ages=("dưới 16", "16–34", "35–59", "từ 60"),
    tick="rồi",
    notes=("Không ghi số căn cước.", "Giữ tới hết ngày 28/12/2026 rồi hủy."),
    totals=("Đếm đầu người:", "Ghi hộ:", "Người đứng lớp ký:"),
)


def page_of(file: bytes) -> PageObject:
    """The one page."""
    pages = PdfReader(io.BytesIO(file)).pages
    assert len(pages) == 1
    return pages[0]


def words_of(file: bytes) -> str:
    return " ".join(page_of(file).extract_text().split())


def lowest(file: bytes) -> float:
    """How far above the foot of the page the lowest line of letters stands, in points."""
    heights: list[float] = []

    def see(text: str, matrix: list[float], place: list[float], *_: object) -> None:
        if text.strip():
            heights.append(matrix[5] + place[5])

    page_of(file).extract_text(visitor_text=see)
    return min(heights)


def test_a_poster_says_all_with_every_accent() -> None:
    said = words_of(draw_poster(POSTER, FONTS))
    for words in ("LỚP TẬP HUẤN", POSTER.title, "CI 7K2 M9Q", POSTER.scan, POSTER.care):
        assert words in said
    for label, value in POSTER.facts:
        assert f"{label} {value}" in said


def test_a_poster_is_one_side_of_a4_in_vietnamese() -> None:
    reader = PdfReader(io.BytesIO(draw_poster(POSTER, FONTS)))
    assert reader.trailer["/Root"]["/Lang"] == "vi"
    assert reader.metadata is not None
    assert reader.metadata.title == POSTER.title
    box = reader.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (595, 842)


@pytest.mark.parametrize("count", [2, 8])
def test_the_longest_words_still_fit(count: int) -> None:
    long = replace(POSTER, title=LONG[:120], facts=(("Nơi", LONG[:120]),) * count)
    file = draw_poster(long, FONTS)
    assert " ".join(LONG[:120].split()) in words_of(file)
    assert lowest(file) > 20
    sheet = replace(SHEET, title=LONG[:140], when=LONG)
    assert lowest(draw_sheet(sheet, FONTS)) > 20


def test_signs_without_a_letter_are_left_out_and_the_rest_is_kept() -> None:
    odd = replace(POSTER, title="Học 📱 vui → “lớp\u00a0học” 中\tHố Nai")
    said = words_of(draw_poster(odd, FONTS))
    assert "Học vui “lớp học” Hố Nai" in said


def test_the_code_to_scan_is_the_address_module_by_module() -> None:
    drawn = page_of(draw_poster(POSTER, FONTS)).get_contents()
    assert drawn is not None
    squares = drawn.get_data().decode("latin-1").count(" re f")
    dark = [list(row) for row in segno.make(POSTER.address, error="m", micro=False).matrix]
    runs = sum(f"0{''.join(map(str, row))}".count("01") for row in dark)
    assert squares == runs


def test_a_sheet_has_25_rows_and_room_to_sign() -> None:
    said = words_of(draw_sheet(SHEET, FONTS))
    assert said.count("dưới 16") == 25
    assert " 25 " in said
    for words in (*SHEET.notes, *SHEET.totals, SHEET.code, SHEET.if_wanted):
        assert words in said
