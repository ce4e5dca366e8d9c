"""Entries to ask about again, in a real browser: a call is taken, the number read, the result written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser_server import Ward, running
from tests.browser_visits import DESK, Device, assert_accessible, assert_fits, devices, visit
from tests.office_checks_site import CHECKS, busy_week
from tests.test_browser_office import join

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-office-checks")]

SHOTS = os.environ.get("BOT_SHOTS")


@pytest.fixture
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """The Wednesday after a week with ten entries."""
    with running(tmp_path_factory.mktemp("checks")) as opened:
        busy_week(opened)
        yield opened


@devices
def test_an_officer_takes_a_call_and_writes_what_came_of_it(
    browser: Browser, ward: Ward, device: Device
) -> None:
    with visit(browser, device) as (page, _):
        join(page, ward, "lan.vhxh")
        page.get_by_role("link", name="Giúp dân").click()
        page.get_by_role("link", name="Hỏi lại").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Hỏi lại vài phiếu đã ghi")
        expect(page.get_by_role("list", name="Người được giúp nói là không có")).to_be_visible()
        expect(page.locator("article")).to_have_count(7)
        assert_fits(page)
        assert_accessible(page, "drawn")
        first = page.locator("article").first
        first.get_by_role("button", name="Tôi gọi").click()
        expect(page.get_by_role("status")).to_contain_text("Đã nhận gọi.")
        expect(page.get_by_role("status")).to_be_in_viewport()
        expect(first.get_by_role("link")).to_have_attribute("href", "tel:0912340000")
        assert_fits(page)
        assert_accessible(page, "a call is taken")
        _shoot(page, device, "taken")
        first.get_by_role("button", name="Đúng, có giúp").click()
        expect(page.get_by_role("status")).to_contain_text("Đã ghi kết quả.")
        expect(page.get_by_text("1 gọi được, 1 đúng")).to_be_visible()
        page.locator("article").first.locator("summary").click()
        page.get_by_text("Số của các phiếu đem bốc thăm").click()
        assert_fits(page)
        assert_accessible(page, "one is done")
        _shoot(page, device, "done")


def test_a_commune_without_entries_reads_that_there_is_nothing_to_ask(
    browser: Browser, ward: Ward
) -> None:
    with visit(browser, DESK) as (page, _):
        join(page, ward, "tan.vhxh", slug="phuoc-tan")
        page.goto(ward.url + CHECKS)
        expect(page.get_by_text("Tuần này không có phiếu nào giữ số")).to_be_visible()
        assert_accessible(page, "empty")


def _shoot(page: Page, device: Device, name: str) -> None:
    if SHOTS:
        width = device["viewport"]["width"]
        page.screenshot(path=Path(SHOTS) / f"checks-{name}-{width}.png", full_page=True)
