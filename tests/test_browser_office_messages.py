"""Messenger accounts and messages that could not go, in a real browser: read, copied, sent again, settled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser_server import Ward, running
from tests.browser_visits import (
    DESK,
    PHONE,
    SMALL_PHONE,
    Device,
    assert_accessible,
    assert_fits,
    devices,
    visit,
)
from tests.office_messages_site import MESSAGES, NOTICE, Accounts
from tests.test_browser_office import join

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-office-messages")]

WORDS = NOTICE.replace("**", "")


@pytest.fixture
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """An OA without consent, a bot that is nearly full, Telegram switched off; messages for every reason."""
    with running(tmp_path_factory.mktemp("messages")) as opened:
        accounts = Accounts(opened)
        oa, bot = accounts.opens("zalo_oa"), accounts.opens("zalo_bot")
        accounts.opens("telegram", is_sent=False)
        accounts.hears(oa)
        accounts.sends(oa, 1204, cost=55)
        accounts.sends(bot, 2612)
        for how in ("unpaid", "shut", "given-up", "failed"):
            accounts.sticks(oa, how, to="chị Mai" if how == "failed" else "")
        for _ in range(7):
            accounts.loses(oa)
        accounts.fails(oa, "needs-consent")
        yield opened


def open_page(page: Page, ward: Ward, login: str) -> None:
    """From the red line of the first page."""
    join(page, ward, login)
    expect(page.get_by_text("1 kênh nhắn tin đang trục trặc.")).to_be_visible()
    page.get_by_role("link", name="Xem kênh và tin").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kênh nhắn tin, tin chưa gửi được")


@devices
def test_an_officer_reads_copies_sends_again_and_settles(
    browser: Browser, ward: Ward, device: Device
) -> None:
    with visit(browser, device, permissions=["clipboard-read", "clipboard-write"]) as (page, _):
        open_page(page, ward, "lan.vhxh")
        assert_fits(page)
        assert_accessible(page, "everything is wrong")
        articles = page.locator("article")
        expect(articles).to_have_count(4)
        first = articles.first
        first.get_by_role("button", name="Chép lời tin").click()
        expect(first.get_by_role("button", name="Đã chép")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == WORDS

        first.get_by_role("button", name="Gửi lại").click()
        expect(page.get_by_role("status")).to_contain_text("Đã cho tin vào hàng chờ gửi.")
        expect(page.get_by_role("status")).to_be_in_viewport()
        expect(articles).to_have_count(3)
        page.reload()  # sends nothing again
        expect(articles).to_have_count(3)

        articles.first.locator("summary").click()
        assert_fits(page)
        assert_accessible(page, "about to settle")
        articles.first.get_by_role("button", name="Đúng, đã báo rồi").click()
        expect(page.get_by_role("status")).to_contain_text("Đã ghi là báo cách khác")
        expect(articles).to_have_count(2)
        expect(page.get_by_role("table", name="Đã báo cách khác")).to_contain_text("Zalo OA")
        assert_fits(page)
        assert_accessible(page, "one settled")


def test_all_of_it_works_without_scripts_and_by_keys(browser: Browser, ward: Ward) -> None:
    with visit(browser, PHONE, java_script_enabled=False) as (page, _):
        open_page(page, ward, "khong.js")
        first = page.locator("article").first
        expect(first.get_by_role("button", name="Chép lời tin")).to_have_count(0)
        expect(first).to_contain_text(WORDS)
        first.locator("summary").focus()
        page.keyboard.press("Enter")
        first.get_by_role("button", name="Đúng, đã báo rồi").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Đã ghi là báo cách khác")


@pytest.mark.parametrize("device", [SMALL_PHONE, DESK], ids=["small-phone", "desk"])
def test_a_ward_without_messengers_reads_what_to_do(
    browser: Browser, ward: Ward, device: Device
) -> None:
    with visit(browser, device) as (page, _):
        join(page, ward, "tan.vhxh", slug="phuoc-tan")
        page.goto(ward.url + MESSAGES)
        expect(page.get_by_text("Zalo và Telegram chưa nối cho phường Phước Tân.")).to_be_visible()
        expect(page.get_by_text("Không có thông báo nào bị kẹt")).to_be_visible()
        assert_fits(page)
        assert_accessible(page, "empty")
