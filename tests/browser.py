"""The browser of the suite: the Chromium of this machine, found or installed; it calls nobody.

The first that is at hand: BOT_TEST_CHROMIUM, then the names that Debian and others give it. As root on
Debian ``provide`` installs it; everywhere else it says in one sentence what is missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
    # Whoever calls anywhere else gets no answer, and the page's watch sees it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
PACKAGES = ("chromium", "fonts-noto-core")


class BrowserError(RuntimeError):
    """No Chromium is given or installed."""


def find() -> Path:
    """Where Chromium is; raises ``BrowserError`` with what to do."""
    given = os.environ.get("BOT_TEST_CHROMIUM")
    if given:
        if not os.access(given, os.X_OK):
            raise BrowserError(f"BOT_TEST_CHROMIUM: không chạy được {given}.")
        return Path(given)
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise BrowserError(
            "Không có Chromium để kiểm tra trang web: cài gói chromium (và fonts-noto-core), "
            "hoặc đặt BOT_TEST_CHROMIUM là đường dẫn của nó."
        )
    return Path(found)


def provide() -> Path:
    """Where Chromium is, installed now when that needs no more than root on Debian."""
    try:
        return find()
    except BrowserError:
        if os.environ.get("BOT_TEST_CHROMIUM") or os.geteuid() or not shutil.which("apt-get"):
            raise
    for words in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
        subprocess.run(["apt-get", "-qq", *words], check=False, capture_output=True)
    return find()


def try_out() -> None:
    """Starts it once; raises ``BrowserError`` with what the browser said."""
    try:
        with started():
            pass
    except Error as error:
        raise BrowserError(f"Chromium có mà không chạy được: {error.message[:200]}") from error


@contextmanager
def started() -> Iterator[Browser]:
    """A running browser.

    Playwright's loop stays the running loop of this thread until the end, so no ``asyncio.run`` meanwhile.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
