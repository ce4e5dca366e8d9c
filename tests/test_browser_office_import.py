"""Files from paper in a real browser: chosen once, looked at, taken, taken back; sheets as printed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect
from pypdf import PdfReader

from bot.services import sheets
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
from tests.paper_files import PHONE as NUMBER
from tests.paper_files import SHEET, Paper, as_csv
from tests.test_browser_office import REFUSED, join

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-office-import")]

GOOD = as_csv([SHEET[0] | {"phone": NUMBER, "consent": "co"}, SHEET[1]])
BAD = as_csv([SHEET[0] | {"team": "KP 99", "visits": "1.5"}])


@pytest.fixture
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """A ward that nothing came into yet."""
    with running(tmp_path_factory.mktemp("paper")) as opened:
        yield opened


def file(body: bytes) -> FilePayload:
    return {"name": "phieu.csv", "mimeType": "text/csv", "buffer": body}


def choose(page: Page, body: bytes) -> None:
    """Choose a file and look at it."""
    page.get_by_label("Tệp .xlsx hoặc .csv").set_input_files(file(body))
    page.get_by_role("button", name="Xem trước").click()


@devices
def test_an_officer_looks_mends_takes_and_takes_back_choosing_each_file_once(
    browser: Browser, ward: Ward, device: Device
) -> None:
    paper = Paper(ward.base)
    with visit(browser, device) as (page, watch):
        watch.forgive(REFUSED)
        join(page, ward, "lan.giay")
        page.get_by_role("link", name="Giúp dân").click()
        page.get_by_role("link", name="Phiếu giấy").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Nhập phiếu chép từ giấy")
        assert_fits(page)
        choose(page, BAD)
        expect(page.get_by_role("alert")).to_be_focused()
        expect(page.get_by_role("alert")).to_be_in_viewport()
        faults = page.get_by_role("table", name="Chỗ sai")
        expect(faults.get_by_role("row")).to_have_count(3)
        expect(page.get_by_role("button", name="Nhập")).to_have_count(0)
        assert_fits(page)
        assert_accessible(page, "faults")

        choose(page, GOOD)
        expect(page.get_by_role("heading", name="Tệp này ghi gì")).to_be_in_viewport()
        expect(page.get_by_label("Chọn lại đúng tệp vừa xem")).to_be_hidden()
        assert_fits(page)
        assert_accessible(page, "a draft")
        page.get_by_role("button", name="Nhập 2 dòng mới").click()
        expect(page.get_by_role("status").first).to_have_text("Đã nhập 2 phiếu từ giấy.")
        assert paper.figures() == (3, 1, 2)

        page.locator("summary").click()
        page.get_by_label("Lý do bỏ").fill("nhầm tổ")
        assert_fits(page)
        assert_accessible(page, "about to take back")
        page.get_by_role("button", name="Đúng, bỏ lần nhập này").click()
        expect(page.get_by_role("status").first).to_contain_text("Đã bỏ 2 phiếu.")
        assert paper.figures() == (0, 0, 0)


def test_without_scripts_the_file_is_chosen_twice_and_another_one_is_noticed(
    browser: Browser, ward: Ward
) -> None:
    paper = Paper(ward.base)
    with visit(browser, PHONE, java_script_enabled=False) as (page, watch):
        watch.forgive(REFUSED)
        join(page, ward, "khong.js")
        page.get_by_role("link", name="Giúp dân").click()
        page.get_by_role("link", name="Phiếu giấy").click()
        choose(page, GOOD)
        again = page.get_by_label("Chọn lại đúng tệp vừa xem")
        again.set_input_files(file(as_csv(SHEET)))
        page.get_by_role("button", name="Nhập 2 dòng mới").click()
        expect(page.get_by_text("Tệp này khác tệp vừa xem.")).to_be_visible()
        assert paper.counts()["entries"] == 0
        again.set_input_files(file(as_csv(SHEET)))
        page.get_by_role("button", name="Nhập 2 dòng mới").click()
        expect(page.get_by_text("Đã nhập 2 phiếu từ giấy.")).to_be_visible()
        assert paper.figures() == (3, 0, 3)


def test_a_sheet_is_one_side_of_paper_with_all_its_rows(
    browser: Browser, ward: Ward, tmp_path: Path
) -> None:
    with visit(browser, DESK) as (page, _):
        join(page, ward, "in.giay")
        page.goto(f"{ward.url}/office/sheet?team=KP+3")
        expect(page.get_by_label("Tổ")).to_have_value("KP 3")
        assert_fits(page)
        assert_accessible(page, "how many sheets")
        page.get_by_label("Số tờ").fill("3")
        page.get_by_role("button", name="Tạo tờ mới để in").click()
        codes = page.locator(".big").all_inner_texts()
        assert len(set(codes)) == 3
        assert_accessible(page, "sheets")
        printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        assert len(printed.pages) == 3, "each on a side of its own"
        for code, side in zip(codes, printed.pages, strict=True):
            words = " ".join(side.extract_text().split())
            assert f"{code}-01 tới {code}-20" in words
            assert all(f"{number:02d} " in words for number in range(1, sheets.ROWS + 1))
            assert "Tôi đồng ý cho phường Hố Nai" in words
            assert (round(float(side.mediabox.width)), round(float(side.mediabox.height))) in (
                (595, 842),
                (596, 842),
            )
        row = page.locator("tbody tr").first.bounding_box()
        assert row is not None
        assert row["height"] >= 9.5 / 25.4 * 96, "high enough to write in by hand"
        clipped = page.evaluate(
            """() => [...document.querySelectorAll(".sheet th, .sheet td")]
              .filter((cell) => cell.scrollWidth > cell.clientWidth + 1).length"""
        )
        assert clipped == 0
