"""The office's pages of classes in a real browser: one from writing down to closing, on phone and desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser_server import Ward, running
from tests.browser_visits import Device, assert_accessible, assert_fits, devices, visit
from tests.test_browser_office import join

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-office")]

LONG = "Lớp hướng dẫn VNeID, dịch vụ công trực tuyến, chữ ký số cho bà con khu phố 3 và khu phố 4"


@pytest.fixture
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """Wednesday 18 November 2026, 9 o'clock."""
    with running(tmp_path_factory.mktemp("trainings")) as opened:
        yield opened


def settle(page: Page, state: str) -> None:
    assert_fits(page)
    assert_accessible(page, state)


@devices
def test_a_class_from_writing_down_to_closing(browser: Browser, ward: Ward, device: Device) -> None:
    with visit(browser, device) as (page, watch):
        watch.forgive("422")  # the form that is refused below
        join(page, ward, "lan.vhxh")
        page.get_by_role("link", name="Lớp, tuyên truyền").click()
        page.get_by_role("link", name="Lớp, buổi").click()
        settle(page, "nothing yet")
        page.get_by_role("link", name="Lập lớp").click()
        page.get_by_label("Tên lớp").fill(LONG)
        page.get_by_label("Ngày học").fill("2026-11-14")
        page.get_by_label("Tới giờ").fill("08:00")
        page.get_by_label("Kích hoạt VNeID khi đã được duyệt").check()
        page.get_by_label("0.1 · Thiết bị").check()
        settle(page, "a form")
        page.get_by_role("button", name="Lưu").click()
        expect(page.get_by_role("alert")).to_contain_text("Giờ kết thúc phải sau giờ bắt đầu")
        expect(page.get_by_label("Tên lớp")).to_have_value(LONG)
        expect(page.get_by_label("0.1 · Thiết bị")).to_be_checked()
        settle(page, "a fault")
        page.get_by_label("Tới giờ").fill("11:00")
        page.get_by_role("button", name="Lưu").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(LONG)

        page.get_by_role("button", name="Báo lớp cho bà con").click()
        page.get_by_role("button", name="Chép chữ này").click()
        expect(page.get_by_role("button", name="Đã chép")).to_be_visible()
        page.get_by_text("Ghi hộ người không có điện thoại").click()
        page.get_by_label("Thêm mấy người").fill("8")
        page.get_by_role("button", name="Ghi thêm").click()
        expect(page.get_by_role("status")).to_have_text("Đã ghi thêm người.")
        page.get_by_text("Gỡ một chỗ", exact=True).click()
        settle(page, "a seat to take out")
        page.get_by_label("Lý do").last.fill("ghi dư")
        page.get_by_role("button", name="Gỡ chỗ này").click()
        page.get_by_role("button", name="Lớp đã học xong").click()
        page.get_by_text("Chốt lớp", exact=True).first.click()
        page.get_by_role("button", name="Đúng, chốt lớp").click()
        settle(page, "closed")
        page.get_by_role("link", name="Về danh sách").click()
        page.get_by_role("link", name="60 ngày qua").click()
        expect(page.get_by_role("link", name=LONG)).to_be_visible()
        settle(page, "a list")
