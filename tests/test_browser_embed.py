"""The chat inside the ward's own site, which is strict, has style sheets of its own, and is elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser_server import Ward, running
from tests.browser_visits import DESK, SMALL_PHONE, Device, assert_accessible, assert_fits, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-embed")]

SITE = """<!doctype html><html lang="vi"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Trang phường</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/site.css">
{script}</head><body><main><h1>Phường Hố Nai</h1><button id="own">Tìm kiếm</button>{frame}</main>
</body></html>"""
SITE_CSS = """button, iframe, div { width: 100%; color: red; font-size: 9px; background: yellow; }
#own { width: 120px; min-height: 44px; color: #000; background: #fff; font-size: 16px; }"""
POLICY = "default-src 'none'; style-src 'self'; img-src data:; script-src {chat}; frame-src {chat}"


class Site:
    """The web site of a ward on another origin; its pages hold what a test puts there."""

    def __init__(self) -> None:
        self.page, self.policy = "", ""
        site = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                is_style = self.path.endswith(".css")
                body = (SITE_CSS if is_style else site.page).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/css" if is_style else "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", site.policy)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing to say."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://localhost:{self._server.server_port}"

    def shows(self, ward: Ward, *, script: str = "", frame: str = "") -> None:
        """Write the page, for the address of that server."""
        self.page = SITE.format(script=script, frame=frame).replace("WARD", ward.url)
        self.policy = POLICY.format(chat=ward.url)

    @contextmanager
    def open(self) -> Iterator[Site]:
        """Serve meanwhile."""
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site().open() as opened:
        yield opened


@pytest.fixture(scope="module")
def allowing(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """A ward whose chat may be shown on the site."""
    with running(tmp_path_factory.mktemp("embed"), chat_embed_on=site.url) as opened:
        yield opened


SCRIPT = '<script src="WARD/static/embed.js" data-commune="ho-nai" defer></script>'
FRAME = '<iframe title="Trợ lý" src="WARD/chat/ho-nai" width="400" height="600"></iframe>'
OPENER = "Hỏi trợ lý"
devices = pytest.mark.parametrize("device", [SMALL_PHONE, DESK], ids=["phone", "desk"])


def chat_in(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def ask(page: Page) -> None:
    """A question inside the frame, answered there."""
    chat = chat_in(page)
    chat.locator("#log .now").wait_for()
    chat.locator("#said").fill("quen mat khau vneid")
    chat.locator("#said").press("Enter")
    chat.locator("#log .now", has_text="Quên mật khẩu, quên passcode VNeID").wait_for()


@devices
def test_a_button_on_the_wards_page_opens_the_chat_and_closes_it(
    browser: Browser, allowing: Ward, site: Site, device: Device
) -> None:
    site.shows(allowing, script=SCRIPT)
    with visit(browser, device) as (page, _):
        page.goto(site.url)
        opener = page.get_by_role("button", name=OPENER)
        expect(opener).to_be_in_viewport(ratio=1)
        assert_fits(page)
        assert page.locator("iframe").get_attribute("src") is None  # nothing is loaded before
        opener.click()
        panel = page.get_by_role("dialog", name=OPENER)
        expect(panel).to_be_in_viewport(ratio=0.9)
        expect(page.get_by_role("button", name="Đóng")).to_be_focused()
        ask(page)
        assert_fits(page)
        page.get_by_role("button", name="Đóng").click()
        expect(panel).to_be_hidden()
        expect(opener).to_be_focused()
        opener.click()  # the conversation is still there
        expect(chat_in(page).locator("#log .now")).to_contain_text("Quên mật khẩu")


def test_escape_closes_it_from_the_panel_and_from_inside_the_chat(
    browser: Browser, allowing: Ward, site: Site
) -> None:
    site.shows(allowing, script=SCRIPT)
    with visit(browser, DESK) as (page, _):
        page.goto(site.url)
        opener = page.get_by_role("button", name=OPENER)
        opener.press("Enter")
        page.keyboard.press("Escape")
        expect(opener).to_be_focused()
        opener.press("Enter")
        chat_in(page).locator("#log .now").wait_for()
        chat_in(page).locator("#said").press("Escape")
        expect(opener).to_be_focused()
        expect(page.get_by_role("dialog")).to_be_hidden()


def test_it_covers_a_phone_and_leaves_the_page_of_a_desk(
    browser: Browser, allowing: Ward, site: Site
) -> None:
    site.shows(allowing, script=SCRIPT)
    for device, least, most in ((SMALL_PHONE, 0.9, 1.0), (DESK, 0.2, 0.4)):
        with visit(browser, device) as (page, _):
            page.goto(site.url)
            page.get_by_role("button", name=OPENER).click()
            box = page.get_by_role("dialog").bounding_box()
            assert box is not None
            screen = device["viewport"]
            share = box["width"] * box["height"] / (screen["width"] * screen["height"])
            assert least <= share <= most


def test_neither_style_sheet_reaches_over_to_the_other(
    browser: Browser, allowing: Ward, site: Site
) -> None:
    look = """(one) => {
      const style = getComputedStyle(one);
      return [style.width, style.color, style.backgroundColor, style.fontSize];
    }"""
    site.shows(allowing)
    with visit(browser, DESK) as (page, _):
        page.goto(site.url)
        alone = page.locator("#own").evaluate(look)
        names = page.evaluate("Object.keys(window).length")
        site.shows(allowing, script=SCRIPT)
        page.goto(site.url)
        opener = page.get_by_role("button", name=OPENER)
        width, colour, background, size = opener.evaluate(look)
        assert (colour, background, size) == ("rgb(255, 255, 255)", "rgb(10, 92, 70)", "18px")
        assert float(width.removesuffix("px")) < 200
        assert page.locator("#own").evaluate(look) == alone
        assert page.evaluate("Object.keys(window).length") == names


def test_the_wards_page_stays_accessible_with_it(
    browser: Browser, allowing: Ward, site: Site
) -> None:
    site.shows(allowing, script=SCRIPT)
    with visit(browser, DESK) as (page, _):
        page.goto(site.url)
        assert_accessible(page, "closed")
        page.get_by_role("button", name=OPENER).click()
        chat_in(page).locator("#log .now").wait_for()
        assert_accessible(page, "open")


def test_a_frame_on_an_allowed_site_can_be_talked_with(
    browser: Browser, allowing: Ward, site: Site
) -> None:
    site.shows(allowing, frame=FRAME)
    with visit(browser, DESK) as (page, _):
        page.goto(site.url)
        ask(page)


def test_a_frame_on_any_other_site_stays_empty(browser: Browser, ward: Ward, site: Site) -> None:
    site.shows(ward, frame=FRAME)
    with visit(browser, DESK) as (page, watch):
        watch.forgive("frame-ancestors")
        page.goto(site.url)
        expect(page.locator("h1")).to_be_visible()
        assert [frame.url for frame in page.frames[1:]] == ["chrome-error://chromewebdata/"]
        assert any("frame-ancestors" in fault for fault in watch.heard)
