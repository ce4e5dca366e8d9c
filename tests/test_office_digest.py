"""The office's pages of the digest and for the meeting; a picture that says what the page says."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from html import unescape

import pytest
from PIL import Image

from bot.core.vocabulary import DigestState, Role, Topic
from storage import audit, digests
from storage.database import Unit
from storage.digests import Habit, NewDigest
from tests.office_browser import Browser, Page
from tests.office_site import Site, open_site
from tests.smtp_server import MailServer, mail_server
from tests.test_digest_mail import of

LAST_WEEK = date(2026, 11, 10)
TO = "vhxh@honai.gov.vn"
WANTED = {"on": "yes", "weekday": "2", "hour": "8", "road": "mail", "mail": TO}


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with mail_server() as opened:
        yield opened


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, server: MailServer) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("digest"), **of(server)) as opened:
        opened.helped("KP 3", Topic.VNEID, 7, LAST_WEEK)
        opened.helped("KP 4", Topic.DVC, 5, LAST_WEEK)
        yield opened


def words(browser: Browser, path: str) -> str:
    answer = browser.opens(path)
    assert answer.status == 200, answer.text
    return Page(answer.text).words


def send(browser: Browser, path: str, **form: str) -> tuple[int, str]:
    token = browser.token("/office/digest")
    answer = browser.posts(path, {"form": token, **form})
    return answer.status, answer.location or Page(answer.text).words


def habit(site: Site) -> Habit | None:
    return site.ward.base.database.read(digests.find_habit, site.ward.commune("ho-nai").id)


def test_the_page_has_the_words_of_the_week_that_ended_to_copy(site: Site) -> None:
    said = words(site.officer(), "/office/digest")
    assert "Tuần rồi (tuần 46)" in said
    assert "Tuần 46 (9/11–15/11): 12 lượt giúp, — người, — lớp." in said
    assert "**" not in said


def test_an_officer_settles_day_hour_and_road(site: Site) -> None:
    officer = site.officer()
    assert send(officer, "/office/digest", **WANTED) == (303, "/office/digest?done=settled#done")
    assert habit(site) == Habit(True, 2, 8, "mail", TO)
    assert "Đã lưu." in words(officer, "/office/digest?done=settled")
    off = {**WANTED, "road": "none", "mail": ""}
    del off["on"]
    assert send(officer, "/office/digest", **off)[0] == 303
    assert habit(site) == Habit(False, 2, 8, "none", None)
    assert "Đang tắt." in words(officer, "/office/digest")

    def acts(unit: Unit) -> str:
        return str(audit.list_acts(unit, site.ward.commune("ho-nai").id))

    written = site.ward.base.database.read(acts)
    assert "settle-digest" in written
    assert TO not in written


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"hour": "22"}, "Ngày hoặc giờ không đúng."),
        ({"hour": "x"}, "Ngày hoặc giờ không đúng."),
        ({"weekday": "8"}, "Ngày hoặc giờ không đúng."),
        ({"road": "bồ câu"}, "Đường gửi không đúng."),
        ({"mail": "vhxh"}, "Địa chỉ e-mail không đúng."),
        ({"mail": ""}, "Chưa có địa chỉ e-mail."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    site: Site, wrong: dict[str, str], sentence: str
) -> None:
    officer, before = site.officer(), habit(site)
    token = officer.token("/office/digest")
    answer = officer.posts("/office/digest", {"form": token, **WANTED, **wrong})
    assert answer.status == 422
    page = Page(answer.text)
    assert sentence in page.words
    assert page.values["mail"] == (WANTED | wrong)["mail"]
    assert habit(site) == before


def test_a_letter_for_trying_goes_at_once_or_says_why_not(site: Site, server: MailServer) -> None:
    officer = site.officer()
    send(officer, "/office/digest", **{**WANTED, "mail": "", "road": "none"})
    assert "Chưa có địa chỉ e-mail." in send(officer, "/office/digest/try")[1]
    send(officer, "/office/digest", **WANTED)
    before = len(server.letters)
    status, where = send(officer, "/office/digest/try")
    assert (status, where) == (303, "/office/digest?done=tried#done")
    to, letter = server.letters[before]
    assert to == TO
    assert "Thư thử" in str(letter["Subject"])
    server.answers(("RCPT", "550 khong co"))
    status, said = send(officer, "/office/digest/try")
    assert status == 422
    assert "không có địa chỉ này" in said


def test_the_page_tells_how_far_each_came_and_what_to_pass_on(site: Site) -> None:
    commune = site.ward.commune("xuan-hoa").id
    given = [
        ("2026-W44", None, DigestState.SENT, "telegram"),
        ("2026-W45", None, DigestState.WAITING, None),
        ("2026-W46", None, DigestState.WAITING, "mail"),
    ]

    def write(unit: Unit) -> None:
        for week, team, state, road in given:
            lines = (f"**Bản tin {week}**", "Không có việc gấp.")
            digests.add(unit, commune, NewDigest(week, team, lines, state, road))
        (late,) = digests.list_to_mail(unit, commune)
        digests.settle(unit, commune, late.id, DigestState.FAILED, "smtp 554")

    site.ward.base.database.write(write)
    said = words(site.officer("xuan-hoa"), "/office/digest")
    assert "Đã gửi qua Telegram" in said
    assert "Chưa gửi được cho ai" in said
    assert "E-mail không đi được. Máy chủ e-mail không nhận thư (mã smtp 554)." in said
    assert "Bản tin 2026-W45" in said


def test_a_leader_reads_and_changes_nothing(site: Site) -> None:
    leader = site.officer(role=Role.LEADER)
    answer = leader.opens("/office/digest")
    assert answer.status == 200
    assert "/office/digest" not in Page(answer.text).tokens


# ---- the page for the meeting


def test_the_page_for_the_meeting_is_of_the_week_that_ended(site: Site) -> None:
    said = words(site.officer(), "/office/meeting")
    assert "Họp tuần 46 năm 2026" in said
    assert "Các tổ giúp bà con 12 lượt" in said
    other = words(site.officer(), "/office/meeting?week=2026-W45")
    assert "Họp tuần 45" in other
    assert site.officer().opens("/office/meeting?week=2031-W01").status == 303


def test_members_are_named_in_the_room_and_not_in_the_picture(site: Site) -> None:
    officer = site.officer()
    html = officer.opens("/office/meeting").text
    paper, group = html.split('id="group"')
    assert "chị KP 3 (KP 3)" in paper or "chị KP 4 (KP 4)" in paper
    assert "chị KP" not in group


@pytest.mark.parametrize("calls", ["", "&calls=1"])
def test_the_picture_says_just_the_words_that_the_page_tells_of_it(site: Site, calls: str) -> None:
    officer = site.officer()
    html = officer.opens(f"/office/meeting?week=2026-W46{calls}").text
    listed = html.split('id="board-words">')[1].split("</div>")[0]
    told = [unescape(line.removeprefix("<p>")) for line in listed.split("</p>")]
    answer = officer.asks("GET", f"/office/meeting/tuan.png?week=2026-W46{calls}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")
    image = Image.open(io.BytesIO(answer.body))
    assert image.info["Description"].split("\n") == [line for line in told if line]
    assert ("Gọi hỏi lại" in image.info["Description"]) is bool(calls)
