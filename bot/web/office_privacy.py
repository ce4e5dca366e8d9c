"""The office's pages of rights over data: the register, erasing on paper, and who counts as whom.

For officers alone: a leader reads figures, an operator runs the machine, neither needs a resident's data.
A number that is typed stands in the body of a form, never in an address.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from aiohttp import web

from bot.core.errors import NotAllowedError, RuleError
from bot.core.vocabulary import Use
from bot.services.access import Officer
from bot.services.merging import Merge
from bot.services.paper_rights import Found
from bot.services.petitions import Kind, Line
from bot.web.door import Door
from bot.web.forms import SIGNED

PRIVACY, PEOPLE = "/office/privacy", "/office/people"
ONE, UNDO = PRIVACY + r"/{number:\d{1,9}}", PEOPLE + r"/{number:\d{1,9}}/undo"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
DONE = {
    "done": "rights.page-done",
    "later": "rights.page-later",
    "gone": "rights.page-gone",
    "merged": "people.done-merged",
    "split": "people.done-split",
}
"""What an address may say was done."""


@dataclass(frozen=True, slots=True)
class ConsentText:
    """A text that is shown before “Đồng ý”, as it reads today."""

    use: Use
    version: str
    text: str


@dataclass(frozen=True, slots=True)
class Register:
    """What the page shows whatever was typed."""

    lines: Sequence[Line]
    texts: Sequence[ConsentText]
    retention: Mapping[str, timedelta]


class PrivacyDesk(Protocol):
    """What these pages ask for.

    ``NotAllowedError`` for anybody but an officer, ``RuleError`` for a wrong word.
    """

    async def register(self, officer: Officer) -> Register:
        """The register of requests, the texts of today, and how long what is kept."""

    async def look_up(self, officer: Officer, phone: str) -> Found:
        """Whom a number names."""

    async def export(self, officer: Officer, phone: str) -> dict[str, Any]:
        """What is kept of whom a number names, to be given to them."""

    async def erase(self, officer: Officer, phone: str, ordinal: int) -> str:
        """Erase one of them; gives the receipt."""

    async def take_in(self, officer: Officer, kind: str, note: str) -> str:
        """Write a request on paper into the register; gives the receipt."""

    async def finish(self, officer: Officer, number: int) -> bool:
        """A request is done."""

    async def extend(self, officer: Officer, number: int, reason: str) -> bool:
        """A request is put off once, for a reason."""

    async def merges(self, officer: Officer) -> Sequence[Merge]:
        """Who came to count as whom."""

    async def merge(self, officer: Officer, pair: tuple[int, int], reason: str) -> None:
        """Two people count as one."""

    async def split(self, officer: Officer, number: int, reason: str) -> bool:
        """A merge is undone."""


def add_office_privacy(app: web.Application, door: Door, desk: PrivacyDesk) -> None:
    """The routes of these pages."""
    rights, people = _Rights(door, desk), _People(door, desk)
    for path, handler in (
        (PRIVACY, rights.find),
        (PRIVACY + "/export", rights.export),
        (PRIVACY + "/erase", rights.erase),
        (PRIVACY + "/request", rights.take_in),
        (ONE + "/done", rights.finish),
        (ONE + "/later", rights.extend),
    ):
        app.router.add_post(path, rights.guarded(handler))
    for path, handler in (
        (PEOPLE, people.find),
        (PEOPLE + "/merge", people.merge),
        (UNDO, people.split),
    ):
        app.router.add_post(path, people.guarded(handler))
    app.router.add_get(PRIVACY, rights.guarded(rights.show))
    app.router.add_get(PEOPLE, people.guarded(people.show))


class _Page(ABC):
    """What both pages do with a form and its refusals."""

    def __init__(self, door: Door, desk: PrivacyDesk) -> None:
        self._door = door
        self._desk = desk

    def guarded(self, handler: Handler) -> Handler:
        """The handler; what it refuses becomes the page with a sentence, or 403."""

        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                try:
                    return await handler(request)
                except RuleError as error:
                    officer = await self._door.officer(request)
                    fault = self._door.texts.say(error.code)
                    return await self.page(request, officer, {"fault": fault}, 422)
            except NotAllowedError:
                sentence = self._door.texts.say("rights.officers-only")
                raise web.HTTPForbidden(text=sentence) from None

        return answer

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The page; ``?done=…`` says what has just been done."""
        officer = await self._door.officer(request)
        done = DONE.get(request.query.get("done", ""))
        said = {"done": self._door.texts.say(done)} if done else {}
        return await self.page(request, officer, said)

    async def find(self, request: web.Request) -> web.StreamResponse:
        """Whom a number names."""
        officer, form = await self._form(request)
        found = await self._desk.look_up(officer, form.get("phone", ""))
        return await self.page(request, officer, {"found": found})

    async def _form(self, request: web.Request) -> tuple[Officer, Mapping[str, str]]:
        officer = await self._door.officer(request)
        return officer, await self._door.read_form(request, SIGNED)

    @abstractmethod
    async def page(
        self, request: web.Request, officer: Officer, more: Mapping[str, object], status: int = 200
    ) -> web.StreamResponse:
        """The page with what is to be said on it."""


class _Rights(_Page):
    """Handlers of the register and of erasing on paper."""

    async def export(self, request: web.Request) -> web.StreamResponse:
        """A file of what is kept of them."""
        officer, form = await self._form(request)
        response = web.json_response(await self._desk.export(officer, form.get("phone", "")))
        response.headers["Content-Disposition"] = 'attachment; filename="du-lieu.json"'
        response.headers["Cache-Control"] = "no-store"
        return response

    async def erase(self, request: web.Request) -> web.StreamResponse:
        """Erase one of them; the page shows the receipt."""
        officer, form = await self._form(request)
        ordinal = _number(form.get("ordinal", ""))
        receipt = await self._desk.erase(officer, form.get("phone", ""), ordinal)
        return await self.page(request, officer, {"receipt": receipt})

    async def take_in(self, request: web.Request) -> web.StreamResponse:
        """Write down what somebody asks for; the page shows the receipt."""
        officer, form = await self._form(request)
        receipt = await self._desk.take_in(officer, form.get("kind", ""), form.get("note", ""))
        return await self.page(request, officer, {"receipt": receipt})

    async def finish(self, request: web.Request) -> web.StreamResponse:
        """A request is done."""
        officer, _ = await self._form(request)
        is_done = await self._desk.finish(officer, int(request.match_info["number"]))
        raise web.HTTPSeeOther(f"{PRIVACY}?done={'done' if is_done else 'gone'}#done")

    async def extend(self, request: web.Request) -> web.StreamResponse:
        """A request is put off once."""
        officer, form = await self._form(request)
        number = int(request.match_info["number"])
        is_later = await self._desk.extend(officer, number, form.get("reason", ""))
        raise web.HTTPSeeOther(f"{PRIVACY}?done={'later' if is_later else 'gone'}#done")

    async def page(
        self, request: web.Request, officer: Officer, more: Mapping[str, object], status: int = 200
    ) -> web.StreamResponse:
        """The register, and what was found or done."""
        register = await self._desk.register(officer)
        values: dict[str, object] = {"found": None, "receipt": "", "done": "", "fault": ""}
        values |= {"register": register, "kinds": list(Kind), **more}
        return self._door.page(request, officer, "privacy.html", values, status)


class _People(_Page):
    """Handlers of who counts as whom."""

    async def merge(self, request: web.Request) -> web.StreamResponse:
        """Two people count as one."""
        officer, form = await self._form(request)
        pair = _number(form.get("first", "")), _number(form.get("second", ""))
        await self._desk.merge(officer, pair, form.get("reason", ""))
        raise web.HTTPSeeOther(f"{PEOPLE}?done=merged#done")

    async def split(self, request: web.Request) -> web.StreamResponse:
        """A merge is undone."""
        officer, form = await self._form(request)
        number = int(request.match_info["number"])
        is_split = await self._desk.split(officer, number, form.get("reason", ""))
        raise web.HTTPSeeOther(f"{PEOPLE}?done={'split' if is_split else 'gone'}#done")

    async def page(
        self, request: web.Request, officer: Officer, more: Mapping[str, object], status: int = 200
    ) -> web.StreamResponse:
        """The merges, and whom a number names."""
        merges = await self._desk.merges(officer)
        values: dict[str, object] = {"found": None, "done": "", "fault": "", "merges": merges}
        return self._door.page(request, officer, "people.html", values | dict(more), status)


def _number(text: str) -> int:
    """A number of a form; 0 for what is none, which nobody has."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
