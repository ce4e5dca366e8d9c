"""axe-core looks at every page in every state that a person meets: it finds nothing, at any severity."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from bot.core.vocabulary import Role
from tests.browser_server import Ward, two_weeks_of_help
from tests.browser_visits import DESK, NO_NETWORK, PHONE, Chat, Device, assert_accessible, visit
from tests.test_browser_office import join, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-access")]


def test_the_chat_in_all_its_states(browser: Browser, ward: Ward) -> None:
    with visit(browser, PHONE) as (page, watch):
        watch.forgive(NO_NETWORK)
        chat = Chat(page, ward.url).opens()
        assert_accessible(page, "greeting")
        chat.says("quen mat khau vneid")
        assert_accessible(page, "guide")
        chat.presses("Cần chuẩn bị gì?")
        assert_accessible(page, "needs")
        chat.presses("Quay lại bài này")
        chat.presses("Quên mật khẩu đăng nhập")
        assert_accessible(page, "step")
        chat.presses("Bị kẹt")
        page.get_by_role("button", name="Đổi cỡ chữ").click()
        assert_accessible(page, "stuck, larger letters")
        page.route("**/chat/api/messages", lambda route: route.abort())
        chat.button("Gặp người giúp").click()
        page.locator("body[data-state=stuck]").wait_for()
        assert_accessible(page, "no network")


def test_the_chat_of_a_shared_computer_from_beginning_to_end(browser: Browser, ward: Ward) -> None:
    with visit(browser, DESK) as (page, _):
        page.clock.install()
        chat = Chat(page, ward.url).opens("/chat/ho-nai?may-chung=1")
        assert_accessible(page, "greeting")
        page.clock.fast_forward(105_000)
        page.clock.run_for(1_000)
        page.locator("#status b").wait_for()
        assert_accessible(page, "warning")
        page.get_by_role("button", name="Xong, xóa hết").click()
        chat.is_answered()
        assert_accessible(page, "end")


def test_the_pages_of_a_member_of_a_team(browser: Browser, ward: Ward) -> None:
    code = ward.invites(Role.MEMBER).replace("-", "")
    with visit(browser, PHONE) as (page, _):
        chat = Chat(page, ward.url).opens(f"/chat/ho-nai?moi={code}")
        chat.says("chị Hạnh")
        chat.says("menu")
        assert_accessible(page, "menu of the team")


@pytest.mark.parametrize("device", [PHONE, DESK], ids=["phone", "desk"])
def test_the_doors_of_the_office_and_what_stands_beside_them(
    browser: Browser, ward: Ward, device: Device
) -> None:
    with visit(browser, device) as (page, watch):
        watch.forgive("status of 4")
        look_at(page, f"{ward.url}/chat", "chooser")
        look_at(page, f"{ward.url}/khong-co", "error")
        look_at(page, f"{ward.url}/office", "sign-in")
        sign_in(page, ward, "ai.do", "sai mật khẩu rồi")
        page.get_by_role("alert").wait_for()
        assert_accessible(page, "sign-in with a fault")
        look_at(page, f"{ward.url}/office/join?ma=ABC", "join")


def look_at(page: Page, url: str, state: str) -> None:
    page.goto(url)
    assert_accessible(page, state)


def test_the_week_and_its_entries(browser: Browser, ward: Ward) -> None:
    two_weeks_of_help(ward)
    with visit(browser, DESK) as (page, _):
        join(page, ward, "axe.desk")
        assert_accessible(page, "week")
        look_at(page, f"{ward.url}/office/entries?week=2026-W47", "entries")
        look_at(page, f"{ward.url}/office/guides", "guides, with nothing to do")
        page.set_viewport_size(PHONE["viewport"])
        look_at(page, f"{ward.url}/office?week=2026-W30", "week of which nothing is known, narrow")
