"""The page for the meeting: two minutes aloud, names inside only, and a picture with the very same words."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageColor

from bot.core.vocabulary import Audience
from bot.library.colours import GOOD_CONTRAST, HOUSE_COLOUR, contrast_with_white
from bot.media import board
from bot.reports.meeting import MeetingPage, Part
from bot.services.digest_lines import Asked, list_behind
from bot.services.meeting import Facts, Wish, lay_out
from tests import shipped
from tests.digest_tools import TEXTS, questions, report, reports

INSIDE, OUTSIDE = Wish(Audience.INTERNAL), Wish(Audience.OUTGOING)
LONGEST_ALOUD = 420
"""Syllables in two minutes, read slowly."""
NAMES = {"KP 1": "chị Hạnh", "KP 2": "anh Bình"}
TEAMS = [
    {"team": "KP 1", "visits": 24, "people": 2},
    {"team": "KP 2", "visits": 10, "people": 8},
]
CLASSES = [{"kind": "class", "held": 2, "attendances": 45}]
BEHIND = {
    "title": "Tổ chức ít nhất 04 lớp tập huấn kỹ năng số",
    "unit": "lớp",
    "status": "cham",
    "rest": 2,
    "need_per_week": 0.33,
    "done": 2,
}
REACHED = {"title": "Truyền thông", "unit": "buổi", "status": "dat", "done": 10}


def page(wish: Wish = INSIDE, asked: Asked | None = None, **given: Any) -> MeetingPage:
    now, before = report(**given), report(key="2026-W45", visits=20, teams=[TEAMS[1]])
    names = NAMES if wish.audience is Audience.INTERNAL else {}
    facts = Facts(names, ["KP 2"], (19, 17), asked)
    return lay_out(TEXTS, (now, before), facts, (wish, "phường Hố Nai"))


def full(wish: Wish = INSIDE) -> MeetingPage:
    return page(
        wish,
        Asked("thuê xe cẩu ở đâu", 3),
        visits=34,
        people=10,
        held=2,
        kinds=CLASSES,
        teams=TEAMS,
        silent=["KP 3", "KP 4"],
        total=4,
        targets=[BEHIND, REACHED],
    )


def part(found: MeetingPage, key: str) -> Part:
    return next(one for one in found.parts if one.key == key)


def test_a_page_for_the_room() -> None:
    found = full()
    assert (found.title, found.window) == (
        "Họp tuần 46 năm 2026",
        "Số liệu từ 09/11/2026 tới hết 15/11/2026",
    )
    assert {one.key: one.lines for one in found.parts} == {
        "good": (
            "Các tổ giúp bà con 34 lượt, 10 người; tuần trước 20 lượt. Cảm ơn chị Hạnh (KP 1).",
            "Đã dạy 2 lớp, 45 lượt người học. Cảm ơn anh Bình (KP 2).",
            "Đã đạt: “Truyền thông” (10 buổi).",
        ),
        "behind": (
            "“Tổ chức ít nhất 04 lớp tập huấn kỹ năng số”: đang làm, cần thêm 2 lớp, "
            "mỗi tuần 0,33 lớp. Đề nghị: chọn ngày, chọn tổ ngay trong buổi họp.",
        ),
        "silent": ("KP 3, KP 4 (2/4 tổ). Nhờ tổ trưởng hỏi các bạn có giúp ai mà chưa ghi không.",),
        "calls": ("Gọi 19 người, 17 người nói đúng.",),
        "question": ("“thuê xe cẩu ở đâu” (3 lần trong 30 ngày). Ai biết thì nói để viết bài.",),
    }


def test_what_leaves_the_office_has_no_name_no_words_of_residents_and_no_calls() -> None:
    said = "\n".join(full(OUTSIDE).words)
    for hidden in ("Hạnh", "Bình", "xe cẩu", "Gọi hỏi lại", "chậm", "Chậm"):
        assert hidden not in said
    assert "Cảm ơn KP 1." in said
    assert "Có một câu được hỏi 3 lần" in said
    ticked = "\n".join(full(Wish(Audience.OUTGOING, calls=True)).words)
    assert "Gọi 19 người, 17 người nói đúng." in ticked


def test_a_team_is_praised_beside_itself_and_never_beside_another() -> None:
    before = report(key="2026-W45", visits=40, teams=[{"team": "KP 2", "visits": 4}])
    now = report(visits=34, people=None, teams=TEAMS)
    found = lay_out(TEXTS, (now, before), Facts({}, [], None, None), (OUTSIDE, "phường Hố Nai"))
    assert part(found, "good").lines == (
        "Các tổ giúp bà con 34 lượt, chưa đếm được số người. Cảm ơn KP 1.",
        "KP 2 giúp 10 lượt, tuần trước 4 lượt. Cảm ơn KP 2.",
    )


def test_an_empty_week_is_no_page_of_zeros() -> None:
    found = page(INSIDE)
    assert part(found, "good").lines[0].startswith("Tuần này sổ chưa ghi gì")
    assert part(found, "behind").lines == ("Không có chỉ tiêu nào cần gấp.",)
    assert part(found, "silent").lines == ("Chưa có danh sách tổ.",)


def drawn(
    found: dict[str, Any], before: dict[str, Any], asked: Asked | None, wish: Wish
) -> MeetingPage:
    facts = Facts(NAMES, ["KP 1", "KP 2"], (19, 17), asked)
    return lay_out(TEXTS, (found, before), facts, (wish, "phường Hố Nai"))


@given(reports(), reports("2026-W45"), questions, st.sampled_from([INSIDE, OUTSIDE]))
def test_it_is_read_in_two_minutes_and_drawn_word_by_word(
    found: dict[str, Any], before: dict[str, Any], asked: Asked | None, wish: Wish
) -> None:
    made = drawn(found, before, asked, wish)
    assert sum(len(word.split()) for word in made.words) <= LONGEST_ALOUD
    assert len(part(made, "good").lines) <= 3
    assert len(part(made, "behind").lines) <= 3 + (len(list_behind(found)) > 3)
    sheet = board.lay_out(made, HOUSE_COLOUR)
    assert sheet.words == tuple(" ".join(word.split()) for word in made.words)


def test_the_picture_is_large_enough_to_be_read_and_says_itself_in_words() -> None:
    made = full(OUTSIDE)
    sheet = board.lay_out(made, HOUSE_COLOUR)
    assert min(one.size for one in sheet.letters) >= 32
    png = board.draw(made, HOUSE_COLOUR)
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    assert image.size == (1080, sheet.height)
    assert len(png) < 300_000
    assert image.info["Description"].split("\n") == list(made.words)
    assert board.draw(made, HOUSE_COLOUR) == png


@pytest.mark.parametrize("slug", sorted(shipped.library().plans))
def test_letters_stand_out_in_the_colour_of_each_commune(slug: str) -> None:
    colour = shipped.library().plans[slug].colour
    sheet = board.lay_out(full(OUTSIDE), colour)
    for one in sheet.letters:
        ground = next(
            (
                fill
                for (left, top, right, bottom), fill in reversed(sheet.boxes)
                if left <= one.at[0] <= right and top <= one.at[1] <= bottom
            ),
            "#eef3f0",
        )
        dark, light = sorted((one.colour, ground), key=lambda name: sum(ImageColor.getrgb(name)))
        parts = [part / 255 for part in ImageColor.getrgb(dark)[:3]]
        paler = [part / 255 for part in ImageColor.getrgb(light)[:3]]
        contrast = contrast_with_white(parts) / contrast_with_white(paler)
        assert contrast >= GOOD_CONTRAST, (one.text, one.colour, ground)


def test_nothing_is_drawn_beyond_the_edge() -> None:
    for one in board.lay_out(full(), HOUSE_COLOUR).letters:
        font = board._font(one.size, bold=one.bold)
        assert one.at[0] + font.getlength(one.text) <= board.WIDTH - 40, one.text
