"""People in front of a browser: phones and desks, and a watch over all that their pages do."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
SMALL_PHONE: dict[str, Any] = PHONE | {"viewport": {"width": 320, "height": 568}}
BIG_PHONE: dict[str, Any] = PHONE | {"viewport": {"width": 412, "height": 915}}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PATIENCE_MS = 10_000
HOME = ("127.0.0.1", "localhost")
NETWORK = r"net::ERR_|status of 5\d\d"
_numbers = itertools.count(1)


class Watch:
    """Everything that a page may not do: call elsewhere, complain, break its own security policy."""

    def __init__(self, context: BrowserContext) -> None:
        self._faults: list[str] = []
        self._forgiven: list[str] = []
        context.on("console", self._hear)
        context.on("weberror", lambda fault: self._faults.append(f"lỗi: {fault.error}"))
        context.on("request", self._see)

    def forgive(self, pattern: str) -> None:
        """What a test brings about on purpose."""
        self._forgiven.append(pattern)

    @property
    def faults(self) -> list[str]:
        """What was done all the same."""
        return [
            fault
            for fault in self._faults
            if not any(re.search(pattern, fault) for pattern in self._forgiven)
        ]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self._faults.append(f"console: {message.text}")

    def _see(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in HOME:
            self._faults.append(f"gọi ra ngoài: {request.url}")


@contextmanager
def visit(browser: Browser, where: dict[str, Any], **more: Any) -> Iterator[tuple[Page, Watch]]:
    """A page of somebody new; at the end it must have behaved."""
    number = next(_numbers)
    address = {"X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}"}
    context = browser.new_context(locale="vi-VN", extra_http_headers=address, **(where | more))
    context.set_default_timeout(PATIENCE_MS)
    watch = Watch(context)
    try:
        yield context.new_page(), watch
        assert watch.faults == []
    finally:
        context.close()


class Chat:
    """The chat page as a person uses it; each act waits for its answer."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def opens(self, path: str = "/chat/ho-nai") -> Chat:
        """Go there and be greeted."""
        self.page.goto(self.url + path)
        self.waits()
        return self

    def waits(self) -> None:
        """Until nothing is on its way and something can be read."""
        self.page.locator("body[data-state=still] #log .bot").last.wait_for()

    def says(self, text: str) -> str:
        """Type and send; gives the answer."""
        self.page.fill("#said", text)
        self.page.press("#said", "Enter")
        self.waits()
        return self.answer

    def presses(self, label: str) -> str:
        """Press the button with these words; gives the answer."""
        self.page.click(f"#log .choices button:has-text('{label}')")
        self.waits()
        return self.answer

    @property
    def answer(self) -> str:
        """The words of the newest answer, its buttons left out."""
        return "\n".join(self.page.locator("#log .bot").last.locator(":scope > p").all_inner_texts())

    @property
    def labels(self) -> list[str]:
        """The words on the buttons that can be pressed now."""
        return self.page.locator("#log .choices button .label").all_inner_texts()
