"""The public form behind a unit's link: the secret in the address is the proof, nothing else is asked.

No cookie is set. The address must not leak: no referrer goes out, nothing is kept by browsers, and no search
engine lists it. With “no-referrer” a browser hides the origin of our own form too, so it is asked by
``Sec-Fetch-Site`` where the browser says that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from bot.locale import Texts
from bot.services.unit_forms import Fault, Sheet, fields_of
from bot.web import pages
from bot.web.forms import LARGEST_LONG, long_fields, read_body
from bot.web.visitors import Visitors

UNIT = "/u/{token}"
# A minute, for one address: an office of a commune sits behind one.
MOST_LOOKS, MOST_MISSES, MOST_SENT = 60, 5, 20
RETRY = {"Retry-After": "60"}
AT_HOME = {"same-origin", "none"}
NOWHERE = "null"
STATUSES = ("chua_lam", "dang_lam", "da_xong", "khong_lam")
GONE, CONFLICT = 404, 409
NOTHING: Mapping[str, str] = {}
OWN_WORDS = frozenset("npwloyfg")
"""First letters of the fields that hold what a person typed; see ``bot.services.unit_forms``."""
PROSE = ("difficulties", "proposals")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a link leads to: the sheet, what was typed and its faults, whether it only shows what was sent.

    What was typed on one that ``is_spent`` was not kept.
    """

    texts: Texts
    sheet: Sheet
    is_spent: bool
    typed: Mapping[str, str]
    faults: Mapping[str, Fault]


class UnitPagesDesk(Protocol):
    """What these pages ask for; ``texts`` speaks to whoever has no link that leads anywhere."""

    texts: Texts

    async def look(self, token: str) -> Shown | None:
        """Where a link leads; None for one that is wrong, replaced or too old."""

    async def send(self, token: str, typed: Mapping[str, str]) -> Shown | None:
        """Keep what was typed, where nothing is wrong with it; else it comes back. None as in ``look``."""


def add_unit_pages(app: web.Application, desk: UnitPagesDesk, visitors: Visitors) -> None:
    """The routes of these pages."""
    units = _Units(desk, visitors)
    app.router.add_get(UNIT, units.show)
    app.router.add_post(UNIT, units.send)
    app.router.add_get(UNIT + "/print", units.print)


def sentences(texts: Texts, faults: Mapping[str, Fault]) -> dict[str, str]:
    """What is wrong with each field, in words."""
    return {name: texts.say(one.sentence, **one.values) for name, one in faults.items()}


def left_over(typed: Mapping[str, str]) -> list[tuple[str, str]]:
    """What was typed and could not be kept, by the short name of its target or task: to be copied."""
    found = []
    for name, text in typed.items():
        kind, _, of = name.partition(".")
        if text.strip() and (name in PROSE or (of and kind in OWN_WORDS)):
            found.append((of, text.strip()))
    return found


class _Units:
    """Handlers of these routes."""

    def __init__(self, desk: UnitPagesDesk, visitors: Visitors) -> None:
        self._desk = desk
        self._visitors = visitors

    async def show(self, request: web.Request) -> web.Response:
        """The form, or what was sent by it."""
        shown = await self._look(request)
        if shown is None:
            return self._gone(request)
        if shown.is_spent:
            return self._sent(request, shown)
        return self._form(request, shown, 200)

    async def send(self, request: web.Request) -> web.Response:
        """Send it; what is wrong is said beside its field, and what was typed stays."""
        self._limit(request, MOST_SENT, "send")
        fields = await self._fields(request)
        if not self._is_at_home(request):
            raise web.HTTPForbidden(text=self._desk.texts.say("units.elsewhere"))
        self._check_guesses(request)
        shown = await self._desk.send(request.match_info["token"], fields)
        if shown is None:
            self._count_miss(request)
            return self._gone(request, fields)
        if shown.faults:
            return self._form(request, shown, 422)
        if shown.typed:
            return self._sent(request, shown, CONFLICT)
        raise web.HTTPSeeOther(request.path)

    async def print(self, request: web.Request) -> web.Response:
        """The sheet to be signed."""
        shown = await self._look(request)
        if shown is None:
            return self._gone(request)
        values = {"sheet": shown.sheet, "back": request.path.removesuffix("/print")}
        return self._page(request, "unit-print.html", shown.texts, values)

    async def _look(self, request: web.Request) -> Shown | None:
        self._limit(request, MOST_LOOKS, "look")
        self._check_guesses(request)
        shown = await self._desk.look(request.match_info["token"])
        if shown is None:
            self._count_miss(request)
        return shown

    def _form(self, request: web.Request, shown: Shown, status: int) -> web.Response:
        values = {
            "sheet": shown.sheet,
            "typed": {**fields_of(shown.sheet), **shown.typed},
            "faults": sentences(shown.texts, shown.faults),
            "statuses": STATUSES,
            "action": request.path,
        }
        return self._page(request, "unit-form.html", shown.texts, values, status)

    def _sent(self, request: web.Request, shown: Shown, status: int = 200) -> web.Response:
        values = {
            "sheet": shown.sheet,
            "print": f"{request.path}/print",
            "left": left_over(shown.typed),
        }
        return self._page(request, "unit-sent.html", shown.texts, values, status)

    def _gone(self, request: web.Request, typed: Mapping[str, str] = NOTHING) -> web.Response:
        values = {"left": left_over(typed)}
        return self._page(request, "unit-gone.html", self._desk.texts, values, GONE)

    def _page(
        self,
        request: web.Request,
        template: str,
        texts: Texts,
        values: Mapping[str, object],
        status: int = 200,
    ) -> web.Response:
        response = pages.page(request, template, texts, values, status)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    # ---- who is at the door

    def _is_at_home(self, request: web.Request) -> bool:
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None and site not in AT_HOME:
            return False
        # A browser that does not say the site hides the origin of our own page, too.
        is_hidden = request.headers.get("Origin") == NOWHERE
        return is_hidden or self._visitors.is_at_home(request)

    async def _fields(self, request: web.Request) -> dict[str, str]:
        texts = self._desk.texts
        body = await read_body(request, LARGEST_LONG)
        if body is None:
            text = texts.say("units.too-large")
            raise web.HTTPRequestEntityTooLarge(LARGEST_LONG, text=text)
        try:
            return long_fields(request.content_type, body)
        except ValueError:
            raise web.HTTPBadRequest(text=texts.say("units.unreadable")) from None

    def _limit(self, request: web.Request, most: int, what: str) -> None:
        if not self._visitors.may(most, "unit", what, self._visitors.address(request)):
            raise self._too_fast()

    def _check_guesses(self, request: web.Request) -> None:
        """Who guessed too often makes no more work: what they ask for is not even looked up."""
        address = self._visitors.address(request)
        if not self._visitors.might(MOST_MISSES, "unit", "miss", address):
            raise self._too_fast()

    def _count_miss(self, request: web.Request) -> None:
        self._visitors.may(MOST_MISSES, "unit", "miss", self._visitors.address(request))

    def _too_fast(self) -> web.HTTPTooManyRequests:
        text = self._desk.texts.say("units.too-fast")
        return web.HTTPTooManyRequests(text=text, headers=RETRY)
