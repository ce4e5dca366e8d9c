"""The office's page of teams in a real browser: newcomers, a code to print, moving, sending away."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.core.messages import Address
from bot.core.vocabulary import Identity, Role, TeamKind
from bot.services import joining, teams
from storage import communes, join_requests, staff
from storage.database import Unit
from tests.browser_server import Ward, running
from tests.browser_visits import (
    DESK,
    PHONE,
    Device,
    assert_accessible,
    assert_fits,
    devices,
    visit,
)
from tests.test_browser_office import join

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-office")]

TEAMS = "/office/teams"
LONG = "Đội hình thanh niên tình nguyện phường Hố Nai hè 2026"


@pytest.fixture
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """Two newcomers, a team with two members, and one with a long name."""
    with running(tmp_path_factory.mktemp("teams"), telegram_username="ban_so_bot") as opened:
        opened.base.database.write(fill, opened)
        yield opened


def fill(unit: Unit, ward: Ward) -> None:
    commune = ward.commune()
    teams.add_teams(unit, commune, [LONG], TeamKind.VOLUNTEERS)
    team = teams.find_team(unit, commune, "KP 1")
    for name, role in (("anh Ba", Role.TEAM_LEADER), ("chị Hạnh", Role.MEMBER)):
        staff.add_member(unit, commune.id, team.id, name, role)
    account = communes.save_account(unit, commune, "console", "x", {})
    code = teams.read_code(teams.invite_many(unit, commune, "KP 2").code)
    invitee = joining.look_at(unit, commune, code or "")
    assert invitee is not None
    for number, name in enumerate(("chị Mai", "ông Lạ")):
        chat = (Address("console", account.name, name), Identity(bytes([number]) * 32))
        join_requests.add(unit, commune.id, invitee.invitation, chat, name)


def settle(page: Page, state: str) -> None:
    assert_fits(page)
    assert_accessible(page, state)


@devices
def test_an_officer_does_a_days_work(browser: Browser, ward: Ward, device: Device) -> None:
    with visit(browser, device) as (page, _):
        join(page, ward, "lan.vhxh")
        page.get_by_role("link", name="Tổ, bài, kênh").click()
        page.get_by_role("link", name="Các tổ").click()
        settle(page, "closed")
        page.get_by_role("button", name="Duyệt – chị Mai", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text("Đã duyệt")
        page.get_by_role("button", name="Không duyệt – ông Lạ").click()
        expect(page.get_by_role("heading", name=re.compile("Chờ duyệt"))).to_have_count(0)

        page.get_by_text("KP 1 · 2 người").click()
        page.get_by_text("Sửa, chuyển tổ, cho nghỉ – chị Hạnh").click()
        settle(page, "open")
        form = page.locator("li.member").filter(has_text="chị Hạnh")
        form.get_by_label("Đơn vị").fill("Đoàn Thanh niên")
        form.get_by_role("button", name="Lưu đơn vị").click()
        page.get_by_text("KP 1 · 2 người").click()
        expect(page.get_by_text("Đoàn Thanh niên · Từ 18/11/2026")).to_be_visible()

        page.get_by_text("Sửa, chuyển tổ, cho nghỉ – chị Hạnh").click()
        form.get_by_label("Chuyển sang tổ").select_option(LONG)
        form.get_by_role("button", name="Chuyển tổ, đổi vai trò").click()
        page.get_by_text(f"{LONG} · 1 người").click()
        page.get_by_text("Sửa, chuyển tổ, cho nghỉ – chị Hạnh").click()
        form.locator("summary").filter(has_text="Cho nghỉ ở").click()
        settle(page, "about to send away")
        form.get_by_role("button", name="Đúng, cho chị Hạnh nghỉ").click()
        expect(page.get_by_role("status")).to_contain_text("Đã cho nghỉ")
        expect(page.get_by_text(f"{LONG} · 0 người")).to_be_visible()


def test_an_invitation_fits_a_phone_and_one_sheet_of_paper(browser: Browser, ward: Ward) -> None:
    for device, login in ((PHONE, "in.nho"), (DESK, "in.lon")):
        with visit(browser, device) as (page, _):
            page.add_init_script("window.print = () => { window.printed = true; };")
            join(page, ward, login)
            page.goto(ward.url + TEAMS)
            page.get_by_label("Mã mời cho ai").select_option("open")
            page.get_by_role("button", name="Tạo mã mời").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Mời vào KP 1")
            expect(page.locator(".way svg")).to_have_count(2)
            settle(page, "a code")
            page.get_by_role("button", name="In trang này").click()
            assert page.evaluate("window.printed")
    with visit(browser, DESK) as (page, _):
        join(page, ward, "in.giay")
        page.goto(ward.url + TEAMS)
        page.get_by_role("button", name="Tạo mã mời").click()
        page.locator(".code-shown").wait_for()
        paper = page.pdf(format="A4", prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1


def test_the_sheet_of_working_days_is_downloaded(browser: Browser, ward: Ward) -> None:
    with visit(browser, DESK, accept_downloads=True) as (page, _):
        join(page, ward, "ngay.cong")
        page.goto(ward.url + TEAMS)
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Tải bảng").click()
        assert waiting.value.suggested_filename == "ngay-cong-ho-nai-cac-to-2026-11.xlsx"
