"""Recordings and screenshots of a guide in a real browser: on phones and desks, by keys, without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bot.media.own_files import OwnFiles, Spot
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
from tests.media_files import mp3, picture
from tests.office_media_site import BARE, DRAWN, GUIDE, SHEET, TODAY, MediaSite, open_media_site
from tests.test_browser_office import join

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-office-media")]

SOUND = {"name": "buoc-2.mp3", "mimeType": "audio/mpeg", "buffer": mp3(2)}
PHONE_SOUND = {"name": "ghi-am.m4a", "mimeType": "audio/mp4", "buffer": b"ftypM4A " * 500}
SCREEN = {"name": "man-hinh.png", "mimeType": "image/png", "buffer": picture()}
REFUSED = "status of 422"


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MediaSite]:
    """One step has a recording of other words and a screenshot that is too old."""
    with open_media_site(tmp_path_factory.mktemp("media")) as opened:
        own, spot = OwnFiles(opened.folder), Spot("ho-nai", GUIDE, BARE)
        own.save_recording(spot, "chữ cũ", mp3(2))
        own.save_screenshot(spot, TODAY.replace(year=2025), picture())
        yield opened


def step(page: Page, name: str = DRAWN) -> Locator:
    return page.locator(f"#step-{name}")


def send(part: Locator, file: dict[str, object]) -> None:
    part.locator("input[accept*=mp3]").set_input_files(file)  # type: ignore[arg-type]  # a FilePayload
    part.get_by_role("button", name="Gửi tiếng này").click()


@devices
def test_an_officer_finds_the_guide_sends_listens_and_takes_away(
    browser: Browser, site: MediaSite, device: Device
) -> None:
    with visit(browser, device) as (page, watch):
        watch.forgive(REFUSED)
        join(page, site.ward, "lan.vhxh")
        page.get_by_role("link", name="Tổ, bài, kênh").click()
        page.get_by_role("link", name="Bài, câu hỏi").click()
        expect(page.get_by_text("1 tiếng đọc phải thu lại.")).to_be_visible()
        expect(page.get_by_text("1 hình chụp đã quá hạn.")).to_be_visible()
        assert_fits(page)
        assert_accessible(page, "list")
        page.locator("summary", has_text="VNeID").click()
        assert_accessible(page, "list, one topic open")
        page.get_by_role("link", name="Kích hoạt VNeID").last.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Kích hoạt VNeID")
        expect(step(page, BARE)).to_contain_text("Chữ đã đổi, tiếng cũ không phát nữa: đọc lại.")
        assert_fits(page)
        assert_accessible(page, "sheet")

        step(page).locator("summary").filter(has_text="Gửi tiếng đọc").click()
        send(step(page), PHONE_SOUND)
        fault = page.get_by_role("alert")
        expect(fault).to_contain_text("Tệp này không phải MP3.")
        expect(fault).to_be_focused()
        expect(fault).to_be_in_viewport()
        assert_fits(page)
        assert_accessible(page, "a fault")
        send(step(page), SOUND)
        expect(step(page).get_by_role("status")).to_contain_text("Đã nhận tiếng đọc.")
        expect(step(page)).to_be_in_viewport()
        assert listens(step(page)) == pytest.approx(2, abs=0.1)
        assert_accessible(page, "done")
        page.reload()  # sends nothing again
        expect(step(page).locator("audio")).to_have_count(1)

        step(page).locator("summary").filter(has_text="Thay hoặc gỡ tiếng").click()
        step(page).get_by_role("button", name="Gỡ tiếng").click()
        expect(step(page).get_by_role("status")).to_contain_text("Đã gỡ tiếng đọc.")
        expect(step(page).locator("audio")).to_have_count(0)


def listens(part: Locator) -> float:
    """How long the sound is that the browser has decoded to its end."""
    length: float = part.locator("audio").evaluate(
        """async (audio) => {
          audio.muted = true;
          audio.playbackRate = 8;
          await audio.play();
          await new Promise((resolve) => audio.addEventListener("ended", resolve, {once: true}));
          return audio.duration;
        }"""
    )
    return length


def test_all_of_it_works_without_scripts_and_by_keys(browser: Browser, site: MediaSite) -> None:
    with visit(browser, PHONE, java_script_enabled=False) as (page, _):
        join(page, site.ward, "khong.js")
        page.goto(site.url + SHEET)
        summary = step(page).locator("summary").filter(has_text="Gửi hình chụp")
        summary.focus()
        page.keyboard.press("Enter")
        day = step(page).get_by_label("Ngày chụp")
        expect(day).to_have_value(TODAY.isoformat())
        expect(day).to_have_attribute("max", TODAY.isoformat())
        step(page).get_by_label("Hình PNG").set_input_files(SCREEN)  # type: ignore[arg-type]  # a FilePayload
        step(page).get_by_role("button", name="Gửi hình này").focus()
        page.keyboard.press("Enter")
        expect(step(page)).to_contain_text("Đã nhận hình chụp.")
        expect(step(page)).to_contain_text("dùng tới hết ngày")
        shown = step(page).locator("img")
        expect(shown).to_be_visible()
        answer = page.request.get(site.url + str(shown.get_attribute("src")))
        assert answer.headers["content-type"] == "image/jpeg"


def test_what_has_to_be_done_again_is_one_press_away(browser: Browser, site: MediaSite) -> None:
    with visit(browser, SMALL_PHONE) as (page, _):
        join(page, site.ward, "mai.vhxh")
        page.goto(f"{site.url}/office/guides")
        page.get_by_role("link", name="Xem là bài nào").first.click()
        page.get_by_role("link", name="Kích hoạt VNeID").first.click()
        expect(page.get_by_text("Chữ đã đổi, phải đọc lại:")).to_be_in_viewport()
        page.get_by_role("link", name="Bước 1/").first.click()
        expect(step(page, BARE)).to_be_in_viewport()


def test_two_files_side_by_side_have_names_of_their_own(browser: Browser, site: MediaSite) -> None:
    with visit(browser, DESK) as (page, _):
        join(page, site.ward, "ban.rong")
        page.goto(site.url + SHEET)
        names = page.locator("article.step h3").count()
        for details in page.locator("details").all():
            details.evaluate("(one) => { one.open = true; }")
        assert page.get_by_role("button", name="Gửi tiếng này").count() == names
        ids = page.locator("[id]").evaluate_all("(all) => all.map((one) => one.id)")
        assert len(ids) == len(set(ids))
        assert_accessible(page, "everything open")
        assert_fits(page)
