"""Residents who wait for help, in a real browser: words copied for the Zalo group, taken over, ended."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from bot.core.vocabulary import Role
from storage import staff
from storage.communes import list_teams
from storage.database import Unit
from tests.browser_server import Ward, running
from tests.browser_visits import Device, assert_accessible, assert_fits, devices, visit
from tests.office_site import MONDAY, Resident, Site
from tests.test_browser_office import join

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-office-requests")]

ASKED = (("kp 1", ("quên mk vneid", "1")), ("kp2", ()), ("kp9", ("khai sinh",)))
"""KP 9 has no member: the ward has to see to it at once."""


@pytest.fixture
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """Three residents wait, two of them for a team that has a member."""
    with running(tmp_path_factory.mktemp("requests")) as opened:
        commune, site = opened.commune("ho-nai"), Site(opened)

        def join_teams(unit: Unit) -> None:
            for team in list_teams(unit, commune.id, MONDAY)[:2]:
                staff.add_member(unit, commune.id, team.id, "chị Hạnh", Role.MEMBER)

        opened.base.database.write(join_teams)
        for place, before in ASKED:
            resident = Resident(site.browser(), "ho-nai")
            for said in (*before, "nhờ tổ", place, "1", "0912345678"):
                resident.says(said)
        opened.clock.passes(hours=3)
        yield opened


@devices
def test_an_officer_copies_the_words_takes_over_and_ends_it(
    browser: Browser, ward: Ward, device: Device
) -> None:
    with visit(browser, device, permissions=["clipboard-read", "clipboard-write"]) as (page, _):
        join(page, ward, "lan.vhxh")
        page.get_by_role("link", name="Giúp dân").click()
        page.get_by_role("link", name="Nhờ giúp", exact=True).click()
        articles = page.locator("article")
        expect(articles).to_have_count(3)
        expect(articles.first).to_contain_text("KP 9")
        expect(articles.first).to_contain_text("Phường, xã cần lo việc này.")
        expect(page.get_by_text("0912 345 678")).to_have_count(0)
        assert_fits(page)
        assert_accessible(page, "three wait")

        articles.first.get_by_role("button", name="Chép lời cho nhóm Zalo").click()
        expect(articles.first.get_by_role("button", name="Đã chép")).to_be_visible()
        pasted = page.evaluate("navigator.clipboard.readText()")
        assert pasted.startswith("Yêu cầu số 3, KP 9: bà con cần giúp bài “Làm khai sinh")
        assert pasted.endswith("nhận 3.")

        articles.first.locator("summary").click()
        assert_accessible(page, "about to take over")
        articles.first.get_by_role("button", name="Nhận lo").click()
        expect(page.get_by_role("status")).to_contain_text("Đã nhận.")
        expect(page.get_by_text("0912 345 678")).to_have_count(1)
        assert_fits(page)
        assert_accessible(page, "one taken over")
        page.get_by_role("button", name="Đã lo xong").click()
        expect(page.get_by_role("status")).to_contain_text("Đã khép lại")
        expect(articles).to_have_count(2)
