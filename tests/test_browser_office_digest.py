"""The pages of the digest and for the meeting in a real browser: settled, refused, one sheet of paper."""

from __future__ import annotations

import io

import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from tests.browser_server import Ward, two_weeks_of_help
from tests.browser_visits import (
    DESK,
    DEVICES,
    Device,
    assert_accessible,
    assert_fits,
    devices,
    visit,
)
from tests.test_browser_office import join

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-office-digest")]


@devices
def test_an_officer_settles_the_digest(browser: Browser, ward: Ward, device: Device) -> None:
    number = list(DEVICES.values()).index(device)
    with visit(browser, device) as (page, watch):
        watch.forgive("422")
        join(page, ward, f"lan.tin{number}")
        page.get_by_role("link", name="Bản tin", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Bản tin tuần")
        assert_fits(page)
        assert_accessible(page, "the digest")
        page.locator("[name=weekday]").select_option("Thứ Ba")
        page.locator("[name=road]").select_option("Gửi qua e-mail")
        page.get_by_label("Địa chỉ e-mail").fill("vhxh@honai.gov.vn")
        page.get_by_role("button", name="Lưu").click()
        expect(page.get_by_role("alert")).to_contain_text("chưa có máy chủ gửi e-mail")
        expect(page.get_by_label("Địa chỉ e-mail")).to_have_value("vhxh@honai.gov.vn")
        assert_accessible(page, "refused")
        page.locator("[name=road]").select_option("Gửi qua Telegram")
        page.get_by_role("button", name="Lưu").click()
        expect(page.get_by_role("status")).to_have_text("Đã lưu.")
        expect(page.locator("[name=weekday]")).to_have_value("2")
        assert_fits(page)


@devices
def test_the_page_for_the_meeting_fits_and_is_read_by_everybody(
    browser: Browser, ward: Ward, device: Device
) -> None:
    number = list(DEVICES.values()).index(device)
    two_weeks_of_help(ward)
    with visit(browser, device) as (page, _):
        join(page, ward, f"lan.hop{number}")
        page.get_by_role("link", name="Trang họp", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Họp tuần 46 năm 2026")
        page.get_by_text("Chữ trong hình").click()
        assert_fits(page)
        assert_accessible(page, "the meeting")
        page.get_by_role("link", name="Thêm kết quả gọi hỏi lại").click()
        expect(page.locator("#board-words")).to_contain_text("Gọi hỏi lại")
        wide = page.locator("img.board").evaluate(
            "image => image.decode().then(() => image.naturalWidth)"
        )
        assert wide == 1080


def test_the_page_for_the_meeting_is_one_sheet_of_paper(browser: Browser, ward: Ward) -> None:
    with visit(browser, DESK) as (page, _):
        join(page, ward, "lan.giay")
        page.goto(f"{ward.url}/office/meeting")
        printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        assert len(printed.pages) == 1
        text = " ".join(printed.pages[0].extract_text().split())
        assert "Họp tuần 46" in text
        assert "Đăng xuất" not in text
