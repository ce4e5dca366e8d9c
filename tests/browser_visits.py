"""People in front of a browser: phones and desks, and a watch over all that their pages do."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request

from tests import depth

Device = dict[str, Any]
PHONE: Device = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
SMALL_PHONE: Device = PHONE | {"viewport": {"width": 320, "height": 568}}
BIG_PHONE: Device = PHONE | {"viewport": {"width": 412, "height": 915}}
DESK: Device = {"viewport": {"width": 1280, "height": 800}}
DEVICES = depth.DEVICES.of({"phone": PHONE, "small-phone": SMALL_PHONE, "desk": DESK})
devices = pytest.mark.parametrize("device", list(DEVICES.values()), ids=list(DEVICES))
PATIENCE_MS = 15_000
HERE = ("127.0.0.1", "localhost")
NO_NETWORK = r"net::ERR_"
_numbers = itertools.count(1)


class Watch:
    """Everything that a page may not do: call elsewhere, complain, break its own security policy."""

    def __init__(self, context: BrowserContext) -> None:
        self.heard: list[str] = []
        self._forgiven: list[str] = []
        context.on("console", self._hear)
        context.on("weberror", lambda fault: self.heard.append(f"error: {fault.error}"))
        context.on("request", self._see)

    def forgive(self, pattern: str) -> None:
        """What a test brings about on purpose."""
        self._forgiven.append(pattern)

    @property
    def faults(self) -> list[str]:
        """What was done all the same."""
        forgiven = self._forgiven
        return [one for one in self.heard if not any(re.search(ok, one) for ok in forgiven)]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.heard.append(f"console: {message.text}")

    def _see(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in HERE:
            self.heard.append(f"request: {request.url}")


@contextmanager
def visit(browser: Browser, device: Device, **more: Any) -> Iterator[tuple[Page, Watch]]:
    """A page of somebody new, with a network address of their own; at the end it must have behaved."""
    number = next(_numbers)
    options: dict[str, Any] = {
        "locale": "vi-VN",
        "reduced_motion": "reduce",
        "extra_http_headers": {"X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}"},
    }
    context = browser.new_context(**(options | device | more))
    context.set_default_timeout(PATIENCE_MS)
    watch = Watch(context)
    try:
        yield context.new_page(), watch
        assert watch.faults == []
    finally:
        context.close()


class Chat:
    """The chat page as a person uses it; each act waits for its answer, and looks whether it is seen."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def opens(self, path: str = "/chat/ho-nai") -> Chat:
        """Go there and be greeted."""
        self.page.goto(self.url + path)
        self.is_answered()
        return self

    def is_answered(self) -> str:
        """Wait until nothing is on its way any more; gives the newest answer, which must be seen."""
        self.page.locator("body[data-state=still] #log .now").wait_for()
        assert_seen(self.page)
        assert_fits(self.page)
        return self.answer

    def types(self, text: str) -> None:
        """Type and send, without waiting."""
        self.page.fill("#said", text)
        self.page.press("#said", "Enter")

    def says(self, text: str) -> str:
        """Type and send; gives the answer."""
        self.types(text)
        return self.is_answered()

    def presses(self, label: str) -> str:
        """Press the button with these words; gives the answer."""
        self.button(label).click()
        return self.is_answered()

    def button(self, label: str) -> Locator:
        """The button with these words, among those that can be pressed now."""
        return self.page.locator("#log .choices button").filter(has_text=label)

    def walks_to_the_step(self, number: int) -> str:
        """From anywhere into the guide for a forgotten password, so many steps."""
        self.says("quen mat khau vneid")
        answer = self.presses("Quên mật khẩu đăng nhập")
        for _ in range(number - 1):
            answer = self.presses("Xong")
        return answer

    @property
    def answer(self) -> str:
        """The words of the newest answer, its buttons left out."""
        return "\n".join(self.page.locator("#log .now .bubble").all_inner_texts())

    @property
    def labels(self) -> list[str]:
        """The words on the buttons that can be pressed now."""
        return self.page.locator("#log .choices button .label").all_inner_texts()

    @property
    def turns(self) -> list[str]:
        """Who spoke, from the first word on: ``bot`` or ``me``."""
        spoken = self.page.locator("#log .said").all()
        return [str(one.get_attribute("class")).split()[1] for one in spoken]


def assert_seen(page: Page) -> None:
    """The first words of the newest answer are on the screen, behind no bar."""
    first = page.locator("#log .now .bubble").first
    is_seen = first.evaluate(
        """(bubble) => {
          const box = bubble.querySelector("p, li").getBoundingClientRect();
          const points = [box.top + 4, Math.min(box.top + 26, box.bottom - 2)];
          return points.every((y) => bubble.contains(document.elementFromPoint(box.left + 12, y)));
        }"""
    )
    assert is_seen, f"hidden: {first.inner_text()}"


def assert_fits(page: Page) -> None:
    """Nothing makes the page scroll sideways."""
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0, f"{width} px too wide"


def assert_accessible(page: Page, state: str) -> None:
    """axe-core finds nothing, not even what it calls moderate or minor; and it did look."""
    found = Axe().run(page).response
    assert len(found["passes"]) > 10, state
    faults = [
        f"{one['impact']} {one['id']}: {one['help']} {[node['target'] for node in one['nodes']]}"
        for one in found["violations"]
    ]
    assert faults == [], state
