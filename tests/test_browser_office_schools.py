"""The list of schools on the office's page of units, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser_visits import Device, assert_accessible, assert_fits, devices, visit
from tests.office_site import Site
from tests.test_browser_office import REFUSED, join
from tests.unit_site import open_units

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-office")]

UNITS = "/office/units?period=month:2026-10"
LONG = "Trường Tiểu học và Trung học cơ sở Song ngữ Quốc tế Á Châu – cơ sở Hố Nai"


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_units(tmp_path_factory.mktemp("schools"), has_schools=True) as opened:
        yield opened


@devices
def test_an_officer_lists_schools_and_takes_one_out(
    browser: Browser, site: Site, device: Device
) -> None:
    with visit(browser, device) as (page, watch):
        watch.forgive(REFUSED)
        join(page, site.ward, "lan.truong")
        page.goto(site.ward.url + UNITS)
        names = page.get_by_label("Tên trường, mỗi dòng một trường")
        names.fill(f"THCS Hố Nai\n\n{LONG}\nMầm non Hoa Sen")
        page.get_by_role("button", name="Thêm trường").click()
        expect(page.get_by_role("status")).to_contain_text("Đã thêm trường")
        listed = page.get_by_role("list", name="Danh sách trường (3)")
        expect(listed.get_by_role("listitem")).to_have_count(3)
        names.fill("Tiểu học Sao Mai\nmam non hoa sen")
        page.get_by_role("button", name="Thêm trường").click()
        expect(page.get_by_role("alert")).to_be_focused()
        expect(page.get_by_role("alert")).to_contain_text("“mam non hoa sen”")
        expect(names).to_have_value("Tiểu học Sao Mai\nmam non hoa sen")
        assert_fits(page)
        assert_accessible(page, "refused")
        page.get_by_text(f"Bỏ – {LONG}").click()
        listed.get_by_label("Vì sao bỏ").locator("visible=true").fill("đã dời sang phường khác")
        assert_fits(page)
        assert_accessible(page, "about to take out")
        page.get_by_role("button", name=f"Bỏ {LONG}").click()
        expect(page.get_by_role("status")).to_contain_text("Đã bỏ trường này")
        page.get_by_text("Trường đã bỏ (1)").click()
        expect(page.get_by_text("Lý do: đã dời sang phường khác")).to_be_visible()
        assert_fits(page)
        assert_accessible(page, "taken out")
