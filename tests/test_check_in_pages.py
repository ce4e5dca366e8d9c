"""Public pages of a class over HTTP: where a code leads, what its screen gives out, what may be printed."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import cast

import pytest
from pydantic import SecretStr
from pypdf import PdfReader

from bot.app.check_in import ClassPages
from bot.app.installation import Installation
from bot.app.links import check_in_ways
from bot.core.keys import KeyRing
from bot.core.vocabulary import TrainingAudience, TrainingKind, TrainingMode, TrainingStatus
from bot.services import check_in
from bot.services.plans import find_commune
from bot.web.check_in import MOST_MISSES
from storage.communes import Commune
from storage.trainings import Training
from tests.browser_server import Ward, running
from tests.class_site import BEGINS, OPENS, move, on_screen, plan, printed, screen_path, sit_down
from tests.clock import START, FixedClock
from tests.office_browser import Answer, Browser

NOBODY = "7K2M9Q"
PDF = "application/pdf"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    with running(tmp_path_factory.mktemp("hall")) as opened:
        yield opened


@pytest.fixture(scope="module")
def planned(hall: Ward) -> Training:
    """A class at 14 o'clock of the day of the clock."""
    hall.clock.now = START
    return plan(hall)


@pytest.fixture(autouse=True)
def begun(hall: Ward) -> None:
    """The class is going on."""
    hall.clock.now = BEGINS


def opens(ward: Ward, path: str) -> Answer:
    return Browser(f"http://127.0.0.1:{ward.settings.port}").opens(path)


def facts(answer: Answer) -> str:
    return " ".join(answer.page.words.split())


@pytest.mark.parametrize(
    "spelling", ["{0}{1}", "{0}-{1}", "ci{0}{1}", "CI%20{0}%20{1}", "%C4%91i%E1%BB%83m-danh-{0}{1}"]
)
def test_a_code_in_any_spelling_leads_to_its_class(
    hall: Ward, planned: Training, spelling: str
) -> None:
    code = printed(hall, planned)
    answer = opens(hall, "/c/" + spelling.format(code[:3], code[3:].lower()))
    assert answer.status == 200
    for words in (
        "Mời cô/chú điểm danh",
        "Kích hoạt VNeID và nộp hồ sơ qua mạng",
        "Thứ Tư 18/11/2026",
        "Từ 14 giờ tới 16 giờ 30",
        "Nhà văn hóa khu phố 3",
        "Miễn phí",
        "Tổ công nghệ số KP 3, VNPT Đồng Nai",
        "không bao giờ hỏi mã OTP, mật khẩu, số căn cước hay tiền",
    ):
        assert words in facts(answer)


def test_the_page_keeps_nothing_and_is_strict(hall: Ward, planned: Training) -> None:
    answer = opens(hall, f"/c/{printed(hall, planned)}")
    assert answer.cookies == []
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.page.scripts == []


def test_the_web_chat_gets_the_code_brought_along(hall: Ward, planned: Training) -> None:
    code = printed(hall, planned)
    found = opens(hall, f"/c/{code}")
    assert f"{hall.url}/chat/ho-nai?diemdanh={code}" in found.page.links


def test_messengers_get_the_code_as_far_as_they_can(hall: Ward) -> None:
    more = {
        "telegram_token": SecretStr("1:x"),
        "telegram_username": "ho_nai_bot",
        "zalo_oa_app_id": "1",
        "zalo_oa_id": "123",
        "zalo_bot_token": SecretStr("2:x"),
        "zalo_bot_link": "https://zalo.me/bot/9",
    }
    settings = hall.settings.model_copy(update=more)
    ways = check_in_ways(settings, hall.commune(), NOBODY)
    assert [(one.url, one.brings_code) for one in ways] == [
        ("https://zalo.me/123", False),
        ("https://zalo.me/bot/9", False),
        (f"https://t.me/ho_nai_bot?start=c_{NOBODY}", True),
        (f"{hall.url}/chat/ho-nai?diemdanh={NOBODY}", True),
    ]
    others = check_in_ways(settings, hall.commune("xuan-hoa"), NOBODY)
    assert [one.url for one in others] == [f"{hall.url}/chat/xuan-hoa?diemdanh={NOBODY}"]


def test_a_class_to_come_says_when_its_codes_are_taken(hall: Ward, planned: Training) -> None:
    hall.clock.now = START
    answer = opens(hall, f"/c/{printed(hall, planned)}")
    assert answer.status == 200
    assert "Điểm danh mở lúc 13 giờ hôm nay" in facts(answer)
    assert f"{hall.url}/chat/ho-nai" in answer.page.links
    assert not any("diemdanh" in link for link in answer.page.links)


def test_what_has_ended_says_so_kindly(hall: Ward, planned: Training) -> None:
    passed_on = on_screen(hall, planned)
    hall.clock.passes(minutes=3)
    expired = opens(hall, f"/c/{passed_on}")
    assert (expired.status, "Mã này đã đổi" in facts(expired)) == (410, True)
    assert "diemdanh" not in expired.text
    hall.clock.now = planned.outline.ends_at + timedelta(hours=1, minutes=1)
    over = opens(hall, f"/c/{printed(hall, planned)}")
    assert (over.status, "Lớp này đã xong" in facts(over)) == (410, True)
    hall.clock.now = START
    called_off = plan(hall)
    move(hall, called_off, TrainingStatus.CANCELLED, "mưa lớn quá")
    cancelled = opens(hall, f"/c/{printed(hall, called_off)}")
    assert (cancelled.status, "Lớp này đã hoãn" in facts(cancelled)) == (410, True)
    assert "mưa" not in cancelled.text


@pytest.mark.parametrize("typed", [NOBODY, "CI-7K2", "lop-hoc", "%00", "a" * 400, "%3Cb%3E"])
def test_an_unknown_code_may_be_typed_again(hall: Ward, planned: Training, typed: str) -> None:
    answer = opens(hall, f"/c/{typed}")
    assert answer.status == 404
    assert "Chưa tìm thấy lớp có mã này" in facts(answer)
    assert "ma" in answer.page.values
    assert "<b>" not in answer.text


def test_who_has_only_paper_types_the_code(hall: Ward, planned: Training) -> None:
    assert opens(hall, "/c").status == 200
    code = printed(hall, planned)
    answer = opens(hall, f"/c?ma=ci+{code[:3].lower()}+{code[3:].lower()}")
    assert (answer.status, answer.location) == (303, f"/c/{code}")
    assert opens(hall, "/c?ma=%2F%2Fevil.vn").location == "/c/%2F%2Fevil.vn"


def test_who_guesses_codes_has_to_wait_and_nobody_else(hall: Ward, planned: Training) -> None:
    guesser = Browser(f"http://127.0.0.1:{hall.settings.port}")
    found = [guesser.opens(f"/c/{NOBODY}") for _ in range(MOST_MISSES + 1)]
    assert [one.status for one in found[:-1]] == [404] * MOST_MISSES
    assert (found[-1].status, found[-1].headers["Retry-After"]) == (429, "60")
    assert "chờ một phút" in facts(found[-1])
    assert opens(hall, f"/c/{printed(hall, planned)}").status == 200


def test_who_guessed_too_often_is_not_told_of_a_right_code_and_the_screen_goes_on(
    hall: Ward, planned: Training
) -> None:
    guesser = Browser(f"http://127.0.0.1:{hall.settings.port}")
    for _ in range(MOST_MISSES):
        guesser.opens(f"/c/{NOBODY}")
    code = printed(hall, planned)
    for path in (f"/c/{code}", f"/c/{code}/to-dan", f"/c/{code}/to-dan.pdf"):
        assert guesser.opens(path).status == 429, path
    assert guesser.opens(screen_path(hall, planned)).status == 200


def test_a_code_of_another_commune_leads_there(hall: Ward) -> None:
    hall.clock.now = START
    theirs = plan(hall, "phuoc-binh", title="Chữ ký số")
    answer = opens(hall, f"/c/{printed(hall, theirs, 'phuoc-binh')}")
    assert "phường Phước Bình" in facts(answer)
    assert "Chữ ký số" in facts(answer)


def test_a_title_is_shown_as_it_was_typed(hall: Ward) -> None:
    hall.clock.now = START
    odd = plan(hall, title='<script>"&amp;</script>', partners=("<i>A</i>",), trainer="cô Bảy")
    code = printed(hall, odd)
    for path in (f"/c/{code}", f"/c/{code}/to-dan", f"/c/{code}/danh-sach"):
        answer = opens(hall, path)
        assert answer.page.scripts == []
        assert '<script>"&amp;</script>' in facts(answer)
        assert "cô Bảy" not in answer.text, "who teaches is nobody's business"


def test_other_kinds_and_listeners_are_named(hall: Ward) -> None:
    hall.clock.now = START
    other = plan(
        hall,
        kind=TrainingKind.OUTREACH,
        audience=TrainingAudience.BUSINESS_HOUSEHOLDS,
        mode=TrainingMode.ONLINE,
        host="Chợ Sặt",
    )
    said = facts(opens(hall, f"/c/{printed(hall, other)}"))
    assert "Buổi tuyên truyền" in said
    assert re.search("Dành cho ?Hộ kinh doanh", said)
    assert "Chợ Sặt, VNPT Đồng Nai" in said
    assert "Điện thoại có mạng" in said


def test_codes_lead_to_their_class_on_either_database(
    base: Installation, clock: FixedClock
) -> None:
    quiet = cast("Ward", SimpleNamespace(base=base, clock=clock, commune=partial(of_slug, base)))
    ours, desk = plan(quiet), ClassPages(base)
    code, token = printed(quiet, ours), screen_path(quiet, ours).rpartition("/")[2]
    clock.now = BEGINS
    landing = asyncio.run(desk.land(code))
    assert landing is not None
    assert (landing.facts.title, landing.standing) == (ours.outline.title, "open")
    assert asyncio.run(desk.land(NOBODY)) is None
    papers = asyncio.run(desk.papers(code))
    assert papers is not None
    assert papers.poster.code == check_in.show_code(code)
    shown = asyncio.run(desk.screen("ho-nai", ours.id, token))
    assert shown is not None
    assert shown[1].code == check_in.show_code(on_screen(quiet, ours))
    assert asyncio.run(desk.screen("xuan-hoa", ours.id, token)) is None


def of_slug(base: Installation, slug: str = "ho-nai") -> Commune:
    """One of the five."""
    return find_commune(base.communes, slug)


# --- The screen of the room


def test_the_screen_shows_the_code_and_how_many_are_there(hall: Ward, planned: Training) -> None:
    path, code = screen_path(hall, planned), on_screen(hall, planned)
    fresh = opens(hall, f"{path}/ma")
    assert fresh.headers["Cache-Control"] == "no-store"
    said = json.loads(fresh.text)
    shown = facts(opens(hall, path))
    assert check_in.show_code(code) in shown
    assert (said["code"], said["standing"]) == (check_in.show_code(code), "open")
    assert 0 < said["left"] <= 60
    assert re.fullmatch(r"0 0 \d+ \d+", said["box"])
    assert set(said["path"]) <= set("Mmh0123456789. -"), said["path"]
    before = said["seats"]
    sit_down(hall, code)
    assert json.loads(opens(hall, f"{path}/ma").text)["seats"] == before + 1
    hall.clock.passes(minutes=1)
    after = json.loads(opens(hall, f"{path}/ma").text)
    assert after["code"] != said["code"]


def test_without_scripts_the_screen_loads_itself_anew(hall: Ward, planned: Training) -> None:
    page = opens(hall, screen_path(hall, planned)).text
    assert re.search(r'<noscript><meta http-equiv="refresh" content="\d+"></noscript>', page)


def test_outside_of_its_hours_the_screen_gives_no_code(hall: Ward, planned: Training) -> None:
    path = screen_path(hall, planned)
    closes = planned.outline.ends_at + check_in.CLOSES_AFTER
    for moment, words in (
        (START, "Mã điểm danh hiện ra lúc 13 giờ hôm nay"),
        (OPENS - timedelta(seconds=1), "Mã điểm danh hiện ra lúc 13 giờ hôm nay"),
        (closes + timedelta(seconds=1), "Lớp đã xong, mã điểm danh đã tắt"),
    ):
        hall.clock.now = moment
        page = opens(hall, path)
        assert words in facts(page)
        assert "<svg" not in page.text
        assert set(json.loads(opens(hall, f"{path}/ma").text)) == {"standing"}
    hall.clock.now = OPENS
    assert "<svg" in opens(hall, path).text


def test_a_screen_is_found_only_by_its_whole_address(hall: Ward, planned: Training) -> None:
    path = screen_path(hall, planned)
    start, _, token = path.rpartition("/")
    other = plan(hall)
    for wrong in (
        f"{start}/{token[:-1]}",
        f"{start}/{token.upper()}",
        f"{start}/%C4%91",
        path.replace("ho-nai", "xuan-hoa"),
        path.replace("ho-nai", "sao-hoa"),
        path.replace(f"/{planned.id}/", f"/{other.id}/"),
        path.replace(f"/{planned.id}/", f"/0{planned.id}/"),
        path.replace(f"/{planned.id}/", "/99999999999999999999/"),
    ):
        for tail in ("", "/ma"):
            answer = opens(hall, wrong + tail)
            assert (answer.status, token in answer.text) == (404, False), wrong


def test_the_address_of_a_screen_survives_a_new_key() -> None:
    path = check_in.screen_path(KeyRing("trước"), "ho-nai", 1, 7)
    token = path.rpartition("/")[2]
    assert re.fullmatch(r"/c/man-hinh/ho-nai/7/[a-z2-7]{16}", path)
    assert check_in.is_screen_token(KeyRing("sau", ("trước",)), 1, 7, token)
    assert not check_in.is_screen_token(KeyRing("sau"), 1, 7, token)
    assert not check_in.is_screen_token(KeyRing("trước"), 2, 7, token)


# --- Paper


@pytest.mark.parametrize("paper", ["to-dan", "danh-sach"])
def test_paper_is_a_page_and_one_side_of_pdf(hall: Ward, planned: Training, paper: str) -> None:
    code = printed(hall, planned)
    page = opens(hall, f"/c/{code}/{paper}")
    assert (page.status, page.page.scripts) == (200, [])
    file = opens(hall, f"/c/{code}/{paper}.pdf")
    assert (file.status, file.headers["Content-Type"]) == (200, PDF)
    assert file.headers["Cache-Control"] == "no-store"
    leaves = PdfReader(io.BytesIO(file.body)).pages
    assert len(leaves) == 1
    for words in (check_in.show_code(code), planned.outline.title, "UBND phường Hố Nai"):
        assert words in facts(page)
        assert words in " ".join(leaves[0].extract_text().split())


@pytest.mark.parametrize("paper", ["to-dan", "to-dan.pdf", "danh-sach", "danh-sach.pdf"])
def test_a_code_of_a_screen_leads_to_no_paper(hall: Ward, planned: Training, paper: str) -> None:
    for code in (on_screen(hall, planned), NOBODY, "lop"):
        assert opens(hall, f"/c/{code}/{paper}").status == 404


def test_the_sheet_asks_for_little_and_says_when_it_is_torn_up(
    hall: Ward, planned: Training
) -> None:
    said = facts(opens(hall, f"/c/{printed(hall, planned)}/danh-sach"))
    assert "giữ tới hết ngày 18/12/2026 rồi hủy" in said
    assert "Không ghi số căn cước, số điện thoại" in said
    assert "Không muốn thì để trống" in said
    assert said.count("35–59") == 25
