"""The office's page of requests for help: who waits where, words for the ward's Zalo group, taking over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from aiohttp import web

from bot.core.errors import NotAllowedError
from bot.core.vocabulary import Outcome, RequestStatus, Role
from bot.locale import Texts, show_number
from bot.services.access import Officer
from bot.services.request_office import ENDINGS, Request, Shown
from bot.web.door import Door
from bot.web.forms import SIGNED

REQUESTS = "/office/requests"
ONE = REQUESTS + r"/{number:\d{1,9}}"
DONE = {
    "taken": "asked-page.done-taken",
    "closed": "asked-page.done-closed",
    "gone": "asked-page.done-gone",
}
"""What an address may say was done."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class RequestsDesk(Protocol):
    """What this page asks for; each method is one piece of work of its own.

    Every one raises ``NotAllowedError`` for who may not.
    """

    async def overview(self, officer: Officer) -> Sequence[Shown]:
        """What is open in the officer's commune."""

    async def take_over(self, officer: Officer, number: int) -> bool:
        """This officer sees to it; False when somebody else does or it is over."""

    async def close(self, officer: Officer, number: int, outcome: Outcome) -> bool:
        """It is over; False when it is not this officer's."""


def add_office_requests(app: web.Application, door: Door, desk: RequestsDesk) -> None:
    """The routes of this page."""
    asked = _Requests(door, desk)
    app.router.add_get(REQUESTS, asked.show)
    app.router.add_post(ONE + "/take", asked.take_over)
    app.router.add_post(ONE + "/close", asked.close)


class _Requests:
    """Handlers of these routes."""

    def __init__(self, door: Door, desk: RequestsDesk) -> None:
        self._door = door
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """The page; ``?done=taken`` says what has just been done."""
        officer, texts = await self._door.officer(request), self._door.texts
        try:
            asked = await self._desk.overview(officer)
        except NotAllowedError:
            raise self._refused() from None
        done = DONE.get(request.query.get("done", ""))
        values = {
            "asked": asked,
            "may_act": officer.role is Role.OFFICER,
            "state": lambda one: _state(texts, one),
            "age": lambda age: _age(texts, age),
            "endings": ENDINGS,
            "done": texts.say(done) if done else "",
        }
        return self._door.page(request, officer, "requests.html", values)

    async def take_over(self, request: web.Request) -> web.Response:
        """This officer sees to it."""
        officer = await self._door.officer(request)
        await self._door.read_form(request, SIGNED)
        number = int(request.match_info["number"])
        try:
            is_done = await self._desk.take_over(officer, number)
        except NotAllowedError:
            raise self._refused() from None
        raise _back("taken" if is_done else "gone")

    async def close(self, request: web.Request) -> web.Response:
        """It is over."""
        officer = await self._door.officer(request)
        form = await self._door.read_form(request, SIGNED)
        if officer.role is not Role.OFFICER:
            raise self._refused()
        outcome = form.get("outcome", "")
        if outcome not in ENDINGS:
            raise web.HTTPBadRequest(text=self._door.texts.say("office.old-form"))
        number = int(request.match_info["number"])
        try:
            is_done = await self._desk.close(officer, number, Outcome(outcome))
        except NotAllowedError:
            raise self._refused() from None
        raise _back("closed" if is_done else "gone")

    def _refused(self) -> web.HTTPForbidden:
        return web.HTTPForbidden(text=self._door.texts.say("asked-page.refused"))


def _back(done: str) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(f"{REQUESTS}?done={done}#done")


def _state(texts: Texts, one: Request) -> str:
    """Who has it now."""
    if one.staff_id is not None:
        return texts.say("asked-page.with-officer", name=one.staff or "")
    if one.ward_at is not None and one.member and one.outcome is None:
        return texts.say("asked-page.late-member", name=one.member)
    if one.ward_at is not None:
        return texts.say("asked-page.with-ward")
    if one.status is RequestStatus.CLAIMED:
        return texts.say("asked-page.with-member", name=one.member or "")
    return texts.say("asked-page.late" if one.late_at else "asked-page.free")


def _age(texts: Texts, age: timedelta) -> str:
    """How long somebody waits, in the largest unit that says something."""
    if age < HOUR:
        return texts.say("asked-page.minutes", count=int(age.total_seconds() // 60))
    if age < DAY:
        return texts.say("asked-page.hours", count=show_number(int(age / HOUR)))
    return texts.say("asked-page.days", count=show_number(age.days))
