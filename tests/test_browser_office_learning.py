"""The page of learning on the platform in a real browser: a figure entered, refused, taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser_server import Ward
from tests.browser_visits import DEVICES, Device, assert_accessible, assert_fits, devices, visit
from tests.test_browser_office import join

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-office-learning")]


@devices
def test_an_officer_enters_a_confirmed_figure_and_takes_it_back(
    browser: Browser, ward: Ward, device: Device
) -> None:
    number = list(DEVICES.values()).index(device)
    day = f"2026-11-{10 + number}"
    with visit(browser, device) as (page, watch):
        watch.forgive("422")
        join(page, ward, f"lan.hoc{number}")
        page.get_by_role("link", name="Lớp, tuyên truyền").click()
        page.get_by_role("link", name="Nền tảng học", exact=True).click()
        page.get_by_label("Số người được xác nhận").fill("1.250")
        page.get_by_label("Tới ngày").fill(day)
        page.get_by_label("Nguồn", exact=True).fill("Công văn 123/SKHCN")
        page.get_by_role("button", name="Ghi số này").click()
        expect(page.get_by_role("status")).to_have_text("Đã ghi.")
        assert_fits(page)
        assert_accessible(page, "a reading")

        page.get_by_label("Số người được xác nhận").fill("1.300")
        page.get_by_label("Tới ngày").fill(day)
        page.get_by_label("Nguồn", exact=True).fill("Trang nền tảng")
        page.get_by_role("button", name="Ghi số này").click()
        expect(page.get_by_role("alert")).to_contain_text("Ngày này đã có một số.")
        expect(page.get_by_label("Nguồn", exact=True)).to_have_value("Trang nền tảng")

        reading = page.locator("article").filter(has_not_text="Đã gỡ").first
        reading.get_by_text("Số này sai thì gỡ").first.click()
        reading.get_by_label("Vì sao gỡ").fill("gõ lộn số")
        assert_fits(page)
        reading.get_by_role("button", name="Gỡ, không tính nữa").click()
        expect(page.get_by_role("status")).to_contain_text("Đã gỡ.")
        expect(page.locator("article").first).to_contain_text("Lý do: gõ lộn số")
        assert_accessible(page, "taken back")
