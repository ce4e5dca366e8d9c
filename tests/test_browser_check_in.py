"""Public pages of a class in a real browser: the code on a phone, on the wall, and on paper."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pydantic import SecretStr
from pypdf import PdfReader

from bot.services import check_in
from storage.trainings import Training
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
from tests.class_site import BEGINS, on_screen, plan, printed, screen_path, sit_down
from tests.clock import START

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-check-in")]

LYING: Device = {"viewport": {"width": 844, "height": 390}}
"""A phone that is held up across."""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    with running(tmp_path_factory.mktemp("hall")) as opened:
        # An account that needs its code typed; nobody here calls Zalo.
        settings = opened.base.settings
        more = {"zalo_bot_token": SecretStr("x"), "zalo_bot_link": "https://zalo.me/bot/9"}
        settings.__dict__.update(more)
        yield opened


@pytest.fixture(scope="module")
def planned(hall: Ward) -> Training:
    """A class at 14 o'clock of the day of the clock."""
    hall.clock.now = START
    return plan(hall)


@pytest.fixture(autouse=True)
def begun(hall: Ward) -> None:
    """The class is going on."""
    hall.clock.now = BEGINS


def is_whole(page: Page, selector: str) -> bool:
    """Everything of it is on the screen, without scrolling."""
    box = page.locator(selector).bounding_box()
    size = page.viewport_size
    assert box is not None
    assert size is not None
    right, foot = box["x"] + box["width"], box["y"] + box["height"]
    return box["x"] >= 0 and box["y"] >= 0 and right <= size["width"] and foot <= size["height"]


@devices
def test_the_way_into_each_chat_is_plain(
    browser: Browser, hall: Ward, planned: Training, device: Device
) -> None:
    with visit(browser, device) as (page, _):
        code = printed(hall, planned)
        page.goto(f"{hall.url}/c/{code}")
        expect(page.get_by_role("heading", level=1)).to_have_text("Mời cô/chú điểm danh")
        expect(page.locator(".words")).to_have_text(check_in.show_code(code))
        expect(page.locator(".words")).to_be_in_viewport()
        assert_fits(page)
        assert_accessible(page, "a class that is open")
        button = page.get_by_role("button", name="Chép dòng này")
        button.click()
        expect(page.get_by_role("button", name="Đã chép xong")).to_be_visible()
        assert page.evaluate("getSelection().toString().trim()") == check_in.show_code(code)
        link = page.get_by_role("link", name="Điểm danh bằng khung chat trên web")
        expect(link).to_have_attribute("href", f"{hall.url}/chat/ho-nai?diemdanh={code}")


def test_without_scripts_the_line_is_marked_by_one_tap(
    browser: Browser, hall: Ward, planned: Training
) -> None:
    with visit(browser, PHONE, java_script_enabled=False) as (page, _):
        page.goto(f"{hall.url}/c/{printed(hall, planned)}")
        expect(page.get_by_role("button")).to_have_count(0)
        expect(page.locator(".by-hand")).to_be_visible()
        page.goto(f"{hall.url}{screen_path(hall, planned)}")
        expect(page.locator("#code")).to_contain_text("CI")
        expect(page.locator("#stale")).to_be_hidden()


def test_a_code_is_typed_into_the_page(browser: Browser, hall: Ward, planned: Training) -> None:
    with visit(browser, SMALL_PHONE) as (page, watch):
        watch.forgive("404")
        page.goto(f"{hall.url}/c/7k2m9q")
        assert_fits(page)
        assert_accessible(page, "an unknown code")
        code = printed(hall, planned)
        page.get_by_label("Mã điểm danh").fill(f"ci {code[:3]} {code[3:]}".lower())
        page.get_by_role("button", name="Tìm lớp").click()
        expect(page).to_have_url(f"{hall.url}/c/{code}")


@pytest.mark.parametrize("device", [DESK, PHONE, LYING], ids=["wall", "phone", "lying"])
def test_the_screen_is_read_from_afar(
    browser: Browser, hall: Ward, planned: Training, device: Device
) -> None:
    with visit(browser, device) as (page, _):
        page.goto(hall.url + screen_path(hall, planned))
        code = page.locator("#code")
        expect(code).to_have_text(check_in.show_code(on_screen(hall, planned)))
        for part in ("#drawing", "#code", "#left", "#seats", "footer"):
            assert is_whole(page, part), part
        letters = code.locator("span").nth(1).evaluate("one => one.getBoundingClientRect().height")
        size = page.viewport_size
        assert size is not None
        assert letters >= 0.2 * min(size["width"], size["height"])
        assert_fits(page)
        assert_accessible(page, "the screen")


def test_the_screen_goes_on_by_itself(browser: Browser, hall: Ward, planned: Training) -> None:
    with visit(browser, DESK) as (page, _):
        page.clock.install()
        page.goto(hall.url + screen_path(hall, planned))
        first, before = on_screen(hall, planned), page.locator("#path").get_attribute("d")
        there = int(page.locator("#seats").inner_text())
        sit_down(hall, first)
        hall.clock.passes(seconds=60)
        page.clock.run_for(6000)
        expect(page.locator("#code")).to_have_text(check_in.show_code(on_screen(hall, planned)))
        expect(page.locator("#seats")).to_have_text(str(there + 1))
        assert page.locator("#path").get_attribute("d") != before
        hall.clock.passes(hours=9)
        page.clock.run_for(6000)
        expect(page.locator(".closed-words")).to_contain_text("mã điểm danh đã tắt")


def test_a_code_that_is_not_renewed_is_never_shown_as_good(
    browser: Browser, hall: Ward, planned: Training
) -> None:
    with visit(browser, DESK) as (page, watch):
        watch.forgive("console: Failed to load resource")
        page.clock.install()
        page.goto(hall.url + screen_path(hall, planned))
        stale = page.locator("#stale")
        expect(stale).to_be_hidden()
        page.route("**/ma", lambda route: route.abort())
        page.clock.fast_forward(50_000)
        expect(stale).to_be_hidden()
        page.clock.fast_forward(16_000)
        expect(stale).to_be_visible()
        expect(stale).to_contain_text("Mã cũ, đang nối lại")
        in_front = "document.elementFromPoint(innerWidth / 2, innerHeight / 2).closest('#stale')"
        assert page.evaluate(f"{in_front} !== null")
        assert_accessible(page, "an old code")
        page.unroute("**/ma")
        page.clock.run_for(3000)
        expect(stale).to_be_hidden()


def test_a_screen_stays_awake(browser: Browser, hall: Ward, planned: Training) -> None:
    asked = """
      window.asked = [];
      Object.defineProperty(navigator, "wakeLock", { value: {
        request: (kind) => { window.asked.push(kind); return Promise.resolve({}); },
      } });
    """
    with visit(browser, PHONE) as (page, _):
        page.add_init_script(asked)
        page.goto(hall.url + screen_path(hall, planned))
        assert page.evaluate("asked") == ["screen"]


@pytest.mark.parametrize("paper", ["to-dan", "danh-sach"])
def test_paper_prints_on_one_side(
    browser: Browser, hall: Ward, planned: Training, paper: str
) -> None:
    hall.clock.now = START
    long = plan(
        hall,
        title=("Hướng dẫn kích hoạt tài khoản định danh điện tử mức 2 và nộp hồ sơ " * 2)[:120],
        place_name=("Hội trường Trung tâm học tập cộng đồng phường " * 3)[:120],
        partners=("VNPT Đồng Nai", "Viettel", "Đoàn Thanh niên", "Hội Liên hiệp Phụ nữ phường"),
    )
    for one in (planned, long):
        with visit(browser, DESK) as (page, _):
            page.goto(f"{hall.url}/c/{printed(hall, one)}/{paper}")
            expect(page.locator(".drawing svg")).to_be_visible()
            assert_accessible(page, paper)
            page.emulate_media(media="print")
            expect(page.locator(".tools")).to_be_hidden()
            printed_out = page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(PdfReader(io.BytesIO(printed_out)).pages) == 1
    with visit(browser, PHONE) as (page, _):
        page.goto(f"{hall.url}/c/{printed(hall, planned)}/{paper}")
        assert_fits(page)
