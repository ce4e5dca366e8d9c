"""The office's page of learning on the official platform: three figures, and where each is from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Protocol

from aiohttp import web

from bot.core.errors import NotAllowedError, RuleError
from bot.core.typed_days import read_day
from bot.core.vocabulary import Role
from bot.services.access import Officer
from bot.services.learning import Sheet
from bot.web.door import Door
from bot.web.forms import fresh_once, once_of

LEARNING = "/office/learning"
GONE = LEARNING + r"/{number:\d{1,9}}/gone"
DONE = {
    "kept": "learning.done-kept",
    "gone": "learning.done-gone",
    "late": "learning.done-late",
}
"""What an address may say was done."""
TYPED = ("count", "day", "source", "once")
LONGEST_TYPED = 200


class LearningDesk(Protocol):
    """What this page asks for; ``NotAllowedError`` for who may not, ``RuleError`` for a wrong word."""

    async def sheet(self, officer: Officer) -> Sheet:
        """The figures of the year, and every confirmed reading."""

    async def confirm(self, officer: Officer, read: tuple[int, date, str], once: str) -> None:
        """Keep (people, day, source); the same ``once`` again changes nothing."""

    async def take_back(self, officer: Officer, number: int, reason: str) -> bool:
        """A reading does not count any more; False when it is out already or gone."""


def add_office_learning(app: web.Application, door: Door, desk: LearningDesk) -> None:
    """The routes of this page."""
    learning = _Learning(door, desk)
    app.router.add_get(LEARNING, learning.show)
    app.router.add_post(LEARNING, learning.confirm)
    app.router.add_post(GONE, learning.take_back)


class _Learning:
    """Handlers of these routes."""

    def __init__(self, door: Door, desk: LearningDesk) -> None:
        self._door = door
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """The page; ``?done=kept`` says what has just been done."""
        officer = await self._door.officer(request)
        return await self._page(request, officer, {}, "")

    async def confirm(self, request: web.Request) -> web.Response:
        """A figure from the official source; what is wrong with it is said, and what was typed stays."""
        officer, form = await self._door.read_act(request)
        try:
            read = (_count(form), _day(form), form.get("source", ""))
            await self._desk.confirm(officer, read, once_of(form))
        except RuleError as error:
            return await self._page(request, officer, form, error.code)
        raise web.HTTPSeeOther(f"{LEARNING}?done=kept#done")

    async def take_back(self, request: web.Request) -> web.Response:
        """A reading was wrong."""
        officer, form = await self._door.read_act(request)
        number = int(request.match_info["number"])
        try:
            is_done = await self._desk.take_back(officer, number, form.get("reason", ""))
        except RuleError:
            return await self._page(request, officer, {}, "learning.reason")
        raise web.HTTPSeeOther(f"{LEARNING}?done={'gone' if is_done else 'late'}#done")

    async def _page(
        self, request: web.Request, officer: Officer, typed: Mapping[str, str], fault: str
    ) -> web.Response:
        """The page with what was typed, and the sentence of what was wrong with it."""
        try:
            sheet = await self._desk.sheet(officer)
        except NotAllowedError:
            raise self._door.refused("learning.not-for-operator") from None
        texts = self._door.texts
        done = DONE.get(request.query.get("done", ""))
        fresh = {
            "count": "",
            "day": sheet.today.isoformat(),
            "source": "",
            "once": fresh_once(),
        }
        kept = {name: typed[name][:LONGEST_TYPED] for name in TYPED if name in typed}
        values = {
            "sheet": sheet,
            "typed": fresh | kept,
            "may_act": officer.role is Role.OFFICER,
            "fault": texts.say(fault) if fault else "",
            "done": texts.say(done) if done else "",
        }
        return self._door.page(request, officer, "learning.html", values, 422 if fault else 200)


def _count(form: Mapping[str, str]) -> int:
    """The number of people; points between thousands are read over."""
    said = re.sub(r"[.\s]", "", form.get("count", ""))
    if not (said.isascii() and said.isdecimal() and len(said) <= 9):
        raise RuleError("learning.number", "Số người không đúng.")
    return int(said)


def _day(form: Mapping[str, str]) -> date:
    day = read_day(form.get("day", ""))
    if day is None:
        raise RuleError("learning.day", "Ngày không đúng.")
    return day
