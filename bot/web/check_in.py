"""Public pages of a class: where its code leads, the screen of the room, the poster and the sign-in sheet.

They set no cookie, name nobody and count nobody: a seat is taken in a chat only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

import segno
from aiohttp import web
from markupsafe import Markup

from bot.locale import Texts
from bot.reports.poster import Poster, SignInSheet
from bot.services.check_in import Standing, read_code
from bot.services.class_pages import Facts, Screen
from bot.web import pages
from bot.web.visitors import Visitors

# A minute, for one address: a whole class sits behind one, and scans at the same time.
MOST_LOOKS, MOST_MISSES, MOST_PAPERS = 600, 30, 60
RETRY = {"Retry-After": "60"}
LONGEST_NUMBER = re.compile(r"[1-9]\d{0,9}", re.ASCII)
REFRESH_SECONDS = 5
"""How often the screen asks for what is new."""

STATUSES = {Standing.OPEN: 200, Standing.EARLY: 200, Standing.INVITED: 200}
"""What has come to its end answers 410: it was there, and does not come back."""
GONE = 410
HEADS = {
    Standing.OPEN: ("class-page.open", "class-page.open-more"),
    Standing.EARLY: ("class-page.early", "class-page.early-more"),
    Standing.INVITED: ("class-page.invited", "class-page.invited-more"),
    Standing.OVER: ("class-page.over", "class-page.over-more"),
    Standing.EXPIRED: ("class-page.expired", "class-page.expired-more"),
    Standing.CANCELLED: ("class-page.cancelled", "class-page.cancelled-more"),
}
CLOSED_SCREENS = {
    Standing.EARLY: "class-screen.early",
    Standing.OVER: "class-screen.over",
    Standing.CANCELLED: "class-screen.cancelled",
}


@dataclass(frozen=True, slots=True)
class Way:
    """A way into a chat: its name, where it leads, whether it brings the code along; ``plain`` never does."""

    name: str
    address: str
    brings_code: bool
    plain: str


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a code leads: the class, what the code is good for, and every chat to use it in.

    ``is_printed``: the code of a poster, which stays; else one of a screen. ``opens``: from when it is taken.
    """

    texts: Texts
    facts: Facts
    standing: Standing
    is_printed: bool
    opens: str
    code: str
    name: str
    ways: Sequence[Way]


@dataclass(frozen=True, slots=True)
class Papers:
    """What is printed for a class."""

    texts: Texts
    poster: Poster
    sheet: SignInSheet


class ClassDesk(Protocol):
    """What these pages ask for; ``texts`` speaks to who belongs to no commune yet."""

    texts: Texts

    async def land(self, code: str) -> Landing | None:
        """Where a code leads; None for one that no training has."""

    async def papers(self, code: str) -> Papers | None:
        """What is printed for the training with that printed code; None for any other code."""

    async def poster_file(self, papers: Papers) -> bytes:
        """The poster as PDF."""

    async def sheet_file(self, papers: Papers) -> bytes:
        """The sign-in sheet as PDF."""

    async def screen(self, slug: str, number: int, token: str) -> tuple[Texts, Screen] | None:
        """What the screen of a class room shows now; None for an address that is not its own."""


def add_check_in(app: web.Application, desk: ClassDesk, visitors: Visitors) -> None:
    """The routes of these pages."""
    page = _Pages(desk, visitors)
    screen = "/c/man-hinh/{commune}/{training}/{token}"
    app.router.add_get("/c", page.ask)
    app.router.add_get("/c/{code}", page.land)
    app.router.add_get("/c/{code}/to-dan", page.show_poster)
    app.router.add_get("/c/{code}/to-dan.pdf", page.send_poster)
    app.router.add_get("/c/{code}/danh-sach", page.show_sheet)
    app.router.add_get("/c/{code}/danh-sach.pdf", page.send_sheet)
    app.router.add_get(screen, page.show_screen)
    app.router.add_get(f"{screen}/ma", page.refresh_screen)


class _Pages:
    """Handlers of these routes."""

    def __init__(self, desk: ClassDesk, visitors: Visitors) -> None:
        self._desk, self._visitors = desk, visitors

    async def ask(self, request: web.Request) -> web.Response:
        """A field for the code, for who has only a sheet of paper; what was typed leads on."""
        typed = request.query.get("ma", "")[:40].strip()
        if typed:
            raise web.HTTPSeeOther(f"/c/{quote(read_code(typed) or typed, safe='')}")
        values = {"typed": "", "is_unknown": False}
        return pages.page(request, "c_ask.html", self._desk.texts, values)

    async def land(self, request: web.Request) -> web.Response:
        """The class of a code in any spelling, and what can be done with the code now."""
        self._limit(request, MOST_LOOKS, "look")
        typed = request.match_info["code"][:40]
        code = read_code(typed)
        landing = await self._desk.land(code) if code else None
        if landing is None:
            self._limit(request, MOST_MISSES, "miss")
            values = {"typed": typed, "is_unknown": True}
            return pages.page(request, "c_ask.html", self._desk.texts, values, 404)
        head, more = HEADS[landing.standing]
        shown = {
            "landing": landing,
            "head": landing.texts.say(head),
            "more": landing.texts.say(more, when=landing.opens),
        }
        status = STATUSES.get(landing.standing, GONE)
        return pages.page(request, "c_landing.html", landing.texts, shown, status)

    async def show_poster(self, request: web.Request) -> web.Response:
        """The poster, to look at and to print."""
        papers = await self._papers(request, MOST_LOOKS, "look")
        poster = papers.poster
        shown = {"poster": poster, "drawing": _drawing(poster.address)}
        return pages.page(request, "c_poster.html", papers.texts, shown)

    async def show_sheet(self, request: web.Request) -> web.Response:
        """The sign-in sheet, to look at and to print."""
        papers = await self._papers(request, MOST_LOOKS, "look")
        shown = {"sheet": papers.sheet, "drawing": _drawing(papers.sheet.address)}
        return pages.page(request, "c_sheet.html", papers.texts, shown)

    async def send_poster(self, request: web.Request) -> web.Response:
        """The same poster as PDF."""
        papers = await self._papers(request, MOST_PAPERS, "paper")
        return _as_pdf(await self._desk.poster_file(papers), "to-dan.pdf")

    async def send_sheet(self, request: web.Request) -> web.Response:
        """The same sheet as PDF."""
        papers = await self._papers(request, MOST_PAPERS, "paper")
        return _as_pdf(await self._desk.sheet_file(papers), "danh-sach.pdf")

    async def show_screen(self, request: web.Request) -> web.Response:
        """The code in large letters; outside of the hours of the class, when it will be there."""
        texts, screen = await self._screen(request)
        closed = CLOSED_SCREENS.get(screen.standing)
        box, path = _outline(screen.address)
        shown = {
            "screen": screen,
            "closed": texts.say(closed, when=screen.opens) if closed else "",
            "box": box,
            "path": path,
            "fresh": f"{request.path}/ma",
            "refresh": REFRESH_SECONDS,
            "reload": min(screen.left + 1, 3 * REFRESH_SECONDS),
        }
        return pages.page(request, "c_screen.html", texts, shown)

    async def refresh_screen(self, request: web.Request) -> web.Response:
        """What the screen shows next, for its script."""
        _, screen = await self._screen(request)
        box, path = _outline(screen.address)
        shown = {
            "standing": screen.standing,
            "code": screen.code,
            "box": box,
            "path": path,
            "left": screen.left,
            "seats": screen.seats,
        }
        kept = shown if screen.standing is Standing.OPEN else {"standing": screen.standing}
        text = json.dumps(kept, ensure_ascii=False)
        return web.Response(text=text, content_type="application/json")

    async def _papers(self, request: web.Request, most: int, what: str) -> Papers:
        self._limit(request, most, what)
        code = read_code(request.match_info["code"][:40])
        papers = await self._desk.papers(code) if code else None
        if papers is None:
            self._limit(request, MOST_MISSES, "miss")
            raise web.HTTPNotFound(text=self._desk.texts.say("class-page.unknown"))
        return papers

    async def _screen(self, request: web.Request) -> tuple[Texts, Screen]:
        # The screen of a room goes on while the phones behind the same address mistype codes.
        self._limit(request, MOST_LOOKS, "screen", "screen-miss")
        part = request.match_info
        found = None
        if LONGEST_NUMBER.fullmatch(part["training"]):
            found = await self._desk.screen(part["commune"], int(part["training"]), part["token"])
        if found is None:
            self._limit(request, MOST_MISSES, "screen-miss", "screen-miss")
            raise web.HTTPNotFound(text=self._desk.texts.say("class-screen.gone"))
        return found

    def _limit(self, request: web.Request, most: int, what: str, misses: str = "miss") -> None:
        address = self._visitors.address(request)
        # Who guessed too often makes no more work: what they ask for is not even looked up.
        is_guesser = not self._visitors.might(MOST_MISSES, "class", misses, address)
        if is_guesser or not self._visitors.may(most, "class", what, address):
            text = self._desk.texts.say("class-page.too-fast")
            raise web.HTTPTooManyRequests(text=text, headers=RETRY)


def _drawing(address: str) -> Markup:
    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(border=4, omitsize=True))  # noqa: S704 – segno's own


def _outline(address: str) -> tuple[str, str]:
    """A code to scan as a drawing in two words: its box and its path."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(border=4, omitsize=True)
    found = [re.search(f' {name}="([^"]+)"', drawn) for name in ("viewBox", "d")]
    box, path = (one[1] if one else "" for one in found)
    return box, path


def _as_pdf(body: bytes, name: str) -> web.Response:
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": pages.NEW_PAGE}
    return web.Response(body=body, content_type="application/pdf", headers=headers)
