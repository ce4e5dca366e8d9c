"""The office's page of requests: who may see what, words for the Zalo group, taking over, ending."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.core.vocabulary import Role
from storage import audit, staff
from storage.communes import list_teams
from storage.database import Unit
from storage.models_help import help_entries, help_requests
from tests import small_content
from tests.browser_server import running
from tests.office_browser import SIGN_IN, Answer, Browser
from tests.office_site import MONDAY, Resident, Site

REQUESTS = "/office/requests"
SHOWN = "0912 345 678"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A ward with a member in KP 3, where bà Tư has asked for help."""
    with running(tmp_path, content_dir=small_content.shared()) as ward:
        opened = Site(ward)

        def join(unit: Unit) -> None:
            commune = ward.commune("ho-nai")
            team = next(one for one in list_teams(unit, commune.id, MONDAY) if one.name == "KP 3")
            staff.add_member(unit, commune.id, team.id, "chị Hạnh", Role.MEMBER)

        ward.base.database.write(join)
        yield opened


def asks(site: Site, phone: str = "0912345678") -> Resident:
    """Bà Tư, by the web chat."""
    resident = Resident(site.browser(), "ho-nai")
    for said in ("nhờ tổ", "khu pho 3", *(("1", phone) if phone else ("2",))):
        resident.says(said)
    return resident


def press(browser: Browser, path: str, **fields: str) -> Answer:
    form = {"form": browser.token("/office/sign-out"), **fields}
    return browser.posts(f"{REQUESTS}/{path}", form)


def acts(site: Site) -> list[tuple[str, str]]:
    """What staff did to requests, in order."""
    found = site.ward.base.database.read(audit.list_acts, site.ward.commune("ho-nai").id)
    kept = [one.act for one in found if one.act.actor.startswith("staff:")]
    return [(one.action, one.object) for one in kept if "request" in one.object + one.action]


def status(site: Site) -> tuple[str, str | None]:
    """Of the only request."""
    columns = select(help_requests.c.status, help_requests.c.outcome)
    return site.ward.base.database.read(lambda u: tuple(u.connection.execute(columns).one()))


def test_without_requests_the_page_says_so(site: Site) -> None:
    page = site.officer().opens(REQUESTS).page
    assert "Không có ai đang chờ giúp." in page.words
    assert page.scripts == []


def test_an_open_request_is_shown_without_name_or_number_and_with_words_to_paste(
    site: Site,
) -> None:
    asks(site)
    site.ward.clock.passes(minutes=95)
    officer = site.officer()
    answer = officer.opens(REQUESTS)
    words = "".join(answer.page.words.split())
    for said in (
        "Yêu cầu số 1, KP 3",
        "Chưa ai nhận.",
        "Đã chờ 1 giờ",
        "Đã hẹn trước 15:00 18/11/2026",
        "Hẹn trước 15 giờ hôm nay. Ai giúp được thì nhắn trợ lý: nhận 1.",
    ):
        assert said.replace(" ", "") in words, said
    assert SHOWN not in answer.text
    assert "912345678" not in answer.text
    assert acts(site) == [("read", "requests")]


def test_an_officer_takes_over_sees_the_number_and_ends_it(site: Site) -> None:
    resident, officer = asks(site), site.officer()
    taken = press(officer, "1/take")
    assert (taken.status, taken.location) == (303, f"{REQUESTS}?done=taken#done")
    page = officer.opens(taken.location or "")
    assert SHOWN in page.text
    assert "phường Hố Nai" in resident.says("yêu cầu của tôi")
    other = site.officer()
    assert SHOWN not in other.opens(REQUESTS).text
    assert press(other, "1/take").location == f"{REQUESTS}?done=gone#done"
    assert press(other, "1/close", outcome="xong").location == f"{REQUESTS}?done=gone#done"
    done = press(officer, "1/close", outcome="xong")
    assert done.location == f"{REQUESTS}?done=closed#done"
    assert status(site) == ("closed", "xong")
    assert "Không có ai đang chờ giúp." in officer.opens(REQUESTS).page.words
    assert [one for one in acts(site) if one[0] != "read"] == [
        ("take-over-request", "request:1"),
        ("show-phone", "request:1"),
        ("close-request", "request:1"),
    ]
    entries = select(help_entries.c.id)
    rows = site.ward.base.database.read(lambda unit: unit.connection.execute(entries).all())
    assert rows == [], "what the office did is no visit of the team"


def test_what_nobody_took_over_cannot_be_ended_and_odd_endings_are_refused(site: Site) -> None:
    asks(site, phone="")
    officer = site.officer()
    assert press(officer, "1/close", outcome="xong").location == f"{REQUESTS}?done=gone#done"
    for outcome in ("chuyen_tiep", "", "<b>"):
        assert press(officer, "1/close", outcome=outcome).status == 400
    assert press(officer, "77/take").location == f"{REQUESTS}?done=gone#done"
    assert press(officer, "x/take").status == 404
    assert status(site) == ("open", None)


def test_a_leader_reads_an_operator_sees_nothing_of_residents(site: Site) -> None:
    asks(site)
    leader, operator = site.officer(role=Role.LEADER), site.officer(role=Role.OPERATOR)
    page = leader.opens(REQUESTS)
    assert page.status == 200
    assert "/take" not in page.text
    assert press(leader, "1/take").status == 403
    assert operator.opens(REQUESTS).status == 403
    assert REQUESTS not in operator.opens("/office").page.links
    assert press(operator, "1/take").status == 403
    assert press(operator, "1/close", outcome="xong").status == 403
    assert status(site) == ("open", None)


def test_another_commune_and_strangers_see_nothing(site: Site) -> None:
    asks(site)
    there = site.officer("phuoc-binh")
    assert "Không có ai đang chờ giúp." in there.opens(REQUESTS).page.words
    assert press(there, "1/take").location == f"{REQUESTS}?done=gone#done"
    stranger = site.browser()
    assert stranger.opens(REQUESTS).location == SIGN_IN
    assert stranger.posts(f"{REQUESTS}/1/take", {}).location == SIGN_IN
    officer = site.officer()
    assert officer.posts(f"{REQUESTS}/1/take", {"form": "x" * 43}).status == 403
    assert status(site) == ("open", None)
