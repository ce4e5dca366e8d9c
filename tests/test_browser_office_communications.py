"""What is put out, in a real browser: a line with a photo, and the text that is read aloud on one side."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from tests.browser_server import Ward, running
from tests.browser_visits import DESK, Device, assert_accessible, assert_fits, devices, visit
from tests.media_files import picture
from tests.test_browser_office import join

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-office-communications")]


@pytest.fixture
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    with running(tmp_path_factory.mktemp("communications")) as opened:
        yield opened


@devices
def test_an_officer_writes_a_line_down_and_adds_a_photo(
    browser: Browser, ward: Ward, device: Device, tmp_path: Path
) -> None:
    photo = tmp_path / "loa.jpg"
    photo.write_bytes(picture("JPEG", (1600, 1200)))
    with visit(browser, device) as (page, _):
        join(page, ward, "lan.vhxh")
        page.get_by_role("link", name="Lớp, tuyên truyền").click()
        page.get_by_role("link", name="Tuyên truyền", exact=True).click()
        assert_fits(page)
        assert_accessible(page, "nothing written")
        form = page.get_by_role("form", name="Ghi một dòng mới")
        form.get_by_label("Nội dung", exact=True).select_option("g-at-otp")
        form.get_by_label("Số lượng").fill("3")
        form.get_by_label("Ước khoảng").fill("120")
        form.get_by_role("button", name="Ghi dòng này").click()
        expect(page.get_by_role("status")).to_contain_text("Đã ghi.")
        line = page.locator("article")
        expect(line).to_contain_text("3 lượt phát loa: Mã OTP, ai hỏi cũng đừng đọc")
        expect(line).to_contain_text("ước khoảng 120")

        line.get_by_text("Thêm hình").click()
        assert_accessible(page, "about to add a photo")
        line.get_by_label("Tệp hình").set_input_files(str(photo))
        line.get_by_role("button", name="Lưu hình").click()
        expect(page.locator("article")).to_contain_text("không gửi ra ngoài")
        shown = page.locator("article img")
        shown.scroll_into_view_if_needed()
        expect(shown).to_have_js_property("naturalWidth", 640)
        assert_fits(page)
        assert_accessible(page, "with a photo")


def test_the_text_for_the_loudspeaker_prints_on_one_side_in_large_letters(
    browser: Browser, ward: Ward
) -> None:
    with visit(browser, DESK) as (page, _):
        for guide in ("at-otp", "vneid-thong-bao-luu-tru", "dvc-bhyt-ho-gia-dinh"):
            page.goto(f"{ward.url}/g/{guide}/loa?xa=ho-nai")
            assert_fits(page)
            assert_accessible(page, guide)
            page.emulate_media(media="print")
            size = page.locator(".said-aloud").first.evaluate(
                "one => parseFloat(getComputedStyle(one).fontSize)"
            )
            assert size >= 18.6  # 14 points
            paper = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
            assert len(paper.pages) == 1, guide
            page.emulate_media(media="screen")
