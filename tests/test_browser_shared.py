"""The web chat on a computer that many use: nothing of it may meet the eyes of the next one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select

from storage.database import Unit
from storage.models import conversations
from tests.browser_server import Ward
from tests.browser_visits import DESK, Chat, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-shared")]

SHARED = "/chat/ho-nai?may-chung=1"
GUIDE = "Quên mật khẩu, quên passcode VNeID"
GONE = "Đã xóa hết trên máy này."


def who_is_known(ward: Ward) -> set[object]:
    """Everybody that the server knows a conversation of."""

    def read(unit: Unit) -> set[object]:
        return set(unit.connection.execute(select(conversations.c.identity)).scalars())

    return ward.base.database.read(read)


def assert_forgotten(page: Page, ward: Ward, before: set[object]) -> None:
    """The page forgets at once; its word to the server travels by itself."""
    for _ in range(800):  # a busy machine takes its time
        if who_is_known(ward) == before:
            return
        page.wait_for_timeout(25)
    raise AssertionError("the server still knows the conversation")


def kept_by_browser(page: Page) -> list[object]:
    """Whatever could be found later in the browser."""
    stored = page.evaluate(
        "[localStorage.length, sessionStorage.length, document.cookie, history.state]"
    )
    return [*stored, page.context.cookies()]


NOTHING = [0, 0, "", None, []]


def test_done_wipes_the_page_and_the_server(browser: Browser, ward: Ward) -> None:
    before = who_is_known(ward)
    with visit(browser, DESK) as (page, _):
        chat = Chat(page, ward.url).opens(SHARED)
        chat.walks_to_the_step(2)
        page.get_by_role("button", name="Đổi cỡ chữ").click()
        assert len(who_is_known(ward)) == len(before) + 1
        assert kept_by_browser(page) == NOTHING
        page.fill("#said", "nửa câu chưa gửi")
        page.get_by_role("button", name="Xong, xóa hết").click()
        assert GONE in chat.is_answered()
        assert chat.turns == ["bot"]
        assert GUIDE not in page.content()
        expect(page.locator("#said")).to_have_value("")
        assert kept_by_browser(page) == NOTHING
        assert_forgotten(page, ward, before)


def test_the_next_one_begins_anew(browser: Browser, ward: Ward) -> None:
    with visit(browser, DESK) as (page, _):
        chat = Chat(page, ward.url).opens(SHARED)
        chat.walks_to_the_step(2)
        page.get_by_role("button", name="Xong, xóa hết").press("Enter")
        chat.is_answered()
        expect(page.get_by_role("button", name="Bắt đầu")).to_be_focused()
        page.keyboard.press("Enter")
        page.locator("#log .now", has_text="Đây là trợ lý tự động").wait_for()
        assert chat.turns == ["bot"]
        assert "Bước" not in chat.says("trở lại")


def test_two_idle_minutes_wipe_it_and_a_warning_comes_before(browser: Browser, ward: Ward) -> None:
    before = who_is_known(ward)
    with visit(browser, DESK) as (page, _):
        page.clock.install()
        chat = Chat(page, ward.url).opens(SHARED)
        chat.walks_to_the_step(2)
        status = page.get_by_role("status")
        page.clock.fast_forward(95_000)
        page.clock.run_for(1_000)
        expect(status).to_be_empty()
        page.clock.fast_forward(10_000)
        page.clock.run_for(1_000)
        expect(status).to_contain_text("giây nữa máy xóa hết. Chạm vào màn hình để làm tiếp.")
        page.mouse.click(20, 400)
        page.clock.run_for(1_000)
        expect(status).to_be_empty()
        page.clock.fast_forward(95_000)
        page.clock.run_for(1_000)
        assert "Bước 2/8" in chat.answer
        page.clock.fast_forward(25_000)
        page.clock.run_for(1_000)
        assert GONE in chat.is_answered()
        assert GUIDE not in page.content()
        assert_forgotten(page, ward, before)


def test_leaving_the_page_wipes_it_and_the_back_button_shows_nothing(
    browser: Browser, ward: Ward
) -> None:
    before = who_is_known(ward)
    with visit(browser, DESK) as (page, _):
        chat = Chat(page, ward.url).opens(SHARED)
        chat.says("quen mat khau vneid")
        page.fill("#said", "nửa câu chưa gửi")
        page.goto(f"{ward.url}/chat")
        assert_forgotten(page, ward, before)
        page.go_back()
        assert "Đây là trợ lý tự động" in chat.is_answered()
        assert chat.turns == ["bot"]
        expect(page.locator("#said")).to_have_value("")


def test_an_answer_on_its_way_is_not_shown_after_the_end(browser: Browser, ward: Ward) -> None:
    with visit(browser, DESK) as (page, _):
        chat = Chat(page, ward.url).opens(SHARED)
        held: list[Route] = []
        page.route("**/chat/api/messages", lambda route: held.append(route))
        chat.types("quen mat khau vneid")
        expect(page.get_by_role("status")).to_have_text("Trợ lý đang trả lời…")
        page.get_by_role("button", name="Xong, xóa hết").click()
        with page.expect_response("**/chat/api/messages"):
            held[0].continue_()
        chat.is_answered()
        assert GUIDE not in page.content()
        assert chat.turns == ["bot"]
