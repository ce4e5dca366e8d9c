"""The office in a real browser: in by invitation, the week beside the one before, printed; and out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser_server import Ward, two_weeks_of_help
from tests.browser_visits import DESK, PHONE, SMALL_PHONE, Device, assert_fits, devices, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-office")]

PASSWORD = "con mèo trèo cây cau số 5"
REFUSED = "status of 422"
HEADING = "Số liệu hướng dẫn người dân – tuần 47 năm 2026"
SMALLEST_PRINT = 9 / 72 * 96  # pixels of nine points


@pytest.fixture(scope="module")
def busy(ward: Ward) -> Iterator[Ward]:
    """The week is 88 visits, the week before 74."""
    two_weeks_of_help(ward)
    return ward


def join(page: Page, ward: Ward, login: str, slug: str = "ho-nai") -> None:
    """Somebody new of the office, by the link of an invitation."""
    page.goto(f"{ward.url}/office/join?ma={ward.invites(slug=slug)}")
    page.get_by_label("Họ và tên").fill("Nguyễn Thị Lan")
    page.get_by_label("Đặt tên đăng nhập").fill(login)
    page.get_by_label("Đặt mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Nhận lời mời và vào").click()
    page.get_by_role("button", name="Đăng xuất").wait_for()


def sign_in(page: Page, ward: Ward, login: str, password: str) -> None:
    page.goto(f"{ward.url}/office")
    page.get_by_label("Tên đăng nhập").fill(login)
    page.get_by_label("Mật khẩu", exact=True).fill(password)
    page.get_by_role("button", name="Đăng nhập").click()


@devices
def test_an_officer_joins_reads_the_week_leaves_and_comes_back(
    browser: Browser, busy: Ward, device: Device
) -> None:
    login = f"lan.{device['viewport']['width']}"
    with visit(browser, device) as (page, watch):
        watch.forgive(REFUSED)
        join(page, busy, login)
        expect(page.get_by_role("heading", level=1)).to_have_text(HEADING)
        expect(page.get_by_text("UBND phường Hố Nai", exact=True)).to_be_visible()
        expect(
            page.get_by_text("Tuần chưa hết. Số liệu tính đến 09:00 18/11/2026.")
        ).to_be_visible()
        assert_fits(page)
        page.get_by_role("button", name="Đăng xuất").click()
        expect(page).to_have_url(f"{busy.url}/office/sign-in")
        page.goto(f"{busy.url}/office")
        expect(page).to_have_url(f"{busy.url}/office/sign-in")
        sign_in(page, busy, login, "sai mật khẩu rồi")
        fault = page.get_by_role("alert")
        expect(fault).to_contain_text("Tên đăng nhập hoặc mật khẩu không đúng.")
        expect(fault).to_be_focused()
        expect(fault).to_be_in_viewport()
        expect(page.get_by_label("Tên đăng nhập")).to_have_value(login)
        expect(page.get_by_label("Mật khẩu", exact=True)).to_have_value("")
        assert_fits(page)
        sign_in(page, busy, login, PASSWORD)
        expect(page.get_by_role("heading", level=1)).to_have_text(HEADING)


def cells(page: Page, table: str, row: str) -> list[str]:
    """What stands in a row of a table: this week, the week before, the change."""
    found = page.get_by_role("table", name=table).get_by_role("row", name=re.compile(f"^{row} "))
    return found.get_by_role("cell").all_inner_texts()


def test_the_week_stands_beside_the_one_before_and_others_can_be_turned_to(
    browser: Browser, busy: Ward
) -> None:
    with visit(browser, DESK) as (page, _):
        join(page, busy, "hoa.vhxh")
        assert cells(page, "Theo lĩnh vực (lượt)", "Cộng") == ["88", "74", "+14"]
        assert cells(page, "Theo lĩnh vực (lượt)", "VNeID, căn cước") == ["12", "28", "−16"]
        assert cells(page, "Theo tổ (lượt)", "KP 17") == ["0", "0", "0"]
        figures = page.get_by_role("region", name="Tóm tắt")
        expect(figures).to_contain_text("11/17")
        expect(page.get_by_text("6 tổ chưa ghi phiếu nào tuần này:")).to_be_visible()
        page.get_by_role("link", name="Tuần trước").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("tuần 46")
        assert cells(page, "Theo lĩnh vực (lượt)", "Cộng") == ["74", "—", "—"]
        page.get_by_role("link", name="Tuần sau").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(HEADING)
        page.get_by_role("link", name="Tuần trước").click()
        page.get_by_role("link", name="Tuần này").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(HEADING)
        expect(page.get_by_role("link", name="Tuần sau")).to_have_count(0)


def test_a_figure_leads_to_the_entries_that_it_is_the_sum_of(browser: Browser, busy: Ward) -> None:
    with visit(browser, SMALL_PHONE) as (page, _):
        join(page, busy, "mai.vhxh")
        page.get_by_role("table", name="Theo tổ (lượt)").get_by_role("link", name="12").click()
        expect(page.get_by_text("Tổ: KP 10")).to_be_visible()
        total = page.get_by_role("row", name="Cộng").get_by_role("cell")
        assert total.all_inner_texts()[-1] == "12"
        assert_fits(page)
        wide = page.get_by_role("region", name="Từng phiếu")
        assert (
            wide.evaluate("(one) => one.scrollWidth - one.clientWidth") == 0
        )  # nor inside the page
        page.get_by_role("link", name="Số liệu tuần 47").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(HEADING)


def test_nobody_has_helped_yet_is_said_with_dashes_and_zeros(browser: Browser, ward: Ward) -> None:
    with visit(browser, PHONE) as (page, _):
        join(page, ward, "binh.vhxh", "phuoc-binh")
        expect(page.get_by_text("UBND phường Phước Bình", exact=True)).to_be_visible()
        assert cells(page, "Theo lĩnh vực (lượt)", "Cộng")[1:] == ["—", "—"]
        expect(page.get_by_text("Tuần này chưa ai hỏi bài nào.")).to_be_visible()
        assert_fits(page)


@pytest.mark.parametrize("slug", ["ho-nai", "phuoc-binh"])
def test_the_week_prints_on_one_sheet_of_paper(browser: Browser, busy: Ward, slug: str) -> None:
    with visit(browser, DESK) as (page, _):
        page.add_init_script("window.print = () => { window.printed = true; };")
        join(page, busy, f"in.{slug}", slug)
        page.get_by_role("button", name="In trang này").click()
        assert page.evaluate("window.printed")
        paper = page.pdf(format="A4", prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 661, "height": 1000})  # 175 mm, between the margins
        assert page.locator("button:visible, nav:visible").count() == 0
        assert_fits(page)
        assert legibility(page) == []


def legibility(page: Page) -> list[str]:
    """Words too small, or too pale, or cut off on paper."""
    found: list[str] = page.evaluate(
        """(smallest) => [...document.querySelectorAll("main *")]
          .filter((one) => one.offsetParent && [...one.childNodes].some(
            (node) => node.nodeType === 3 && node.data.trim()))
          .filter((one) => {
            const style = getComputedStyle(one);
            const [red, green, blue] = style.color.match(/\\d+/g).map(Number);
            return parseFloat(style.fontSize) < smallest || Math.max(red, green, blue) > 100
              || one.scrollWidth > one.clientWidth + 1 && style.display !== "inline";
          }).map((one) => one.textContent.trim())""",
        SMALLEST_PRINT,
    )
    return found


def test_a_password_can_be_looked_at_while_it_is_typed(browser: Browser, ward: Ward) -> None:
    with visit(browser, PHONE) as (page, watch):
        watch.forgive(REFUSED)
        page.goto(f"{ward.url}/office")
        password = page.get_by_label("Mật khẩu", exact=True)
        expect(password).to_have_attribute("type", "password")
        page.get_by_role("button", name="Hiện mật khẩu").click()
        expect(password).to_have_attribute("type", "text")
        page.get_by_role("button", name="Giấu mật khẩu").click()
        expect(password).to_have_attribute("type", "password")


def test_a_wrong_code_keeps_what_was_typed_besides_the_password(
    browser: Browser, ward: Ward
) -> None:
    with visit(browser, PHONE) as (page, watch):
        watch.forgive(REFUSED)
        page.goto(f"{ward.url}/office/join?ma=SAI-SAI")
        page.get_by_label("Họ và tên").fill("Trần Văn Nam")
        page.get_by_label("Đặt tên đăng nhập").fill("nam.vhxh")
        page.get_by_label("Đặt mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Nhận lời mời và vào").click()
        expect(page.get_by_role("alert")).to_contain_text("Mã mời không đúng.")
        expect(page.get_by_label("Họ và tên")).to_have_value("Trần Văn Nam")
        expect(page.get_by_label("Đặt mật khẩu")).to_have_value("")


def test_an_address_that_is_none_leads_home(browser: Browser, ward: Ward) -> None:
    with visit(browser, PHONE) as (page, watch):
        watch.forgive("status of 404")
        page.goto(f"{ward.url}/van-phong")
        expect(page.get_by_role("heading", level=1)).to_have_text("Không mở được trang")
        page.get_by_role("link", name="Về khung chat").click()
        expect(page).to_have_url(f"{ward.url}/chat")
