"""The office's page of digests: what went by which road, words to copy, and when the next one goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from aiohttp import web

from bot.core.errors import NotAllowedError, RuleError
from bot.core.vocabulary import Role
from bot.services.access import Officer
from bot.services.digest_office import Habit, Sheet, text_of
from bot.services.digests import EARLIEST, LATEST, MINUTE, ROADS
from bot.web.door import Door

DIGEST = "/office/digest"
TRY = f"{DIGEST}/try"
DONE = {"settled": "digest.done-settled", "tried": "digest.done-tried"}
"""What an address may say was done."""
FAULTS = {
    "sign-in": "digest.fault-sign-in",
    "smtp 550": "digest.fault-no-such",
    "smtp 551": "digest.fault-no-such",
    "smtp 553": "digest.fault-no-such",
    "lost": "digest.fault-lost",
    "no-way": "digest.fault-no-way",
    "no-server": "digest.no-server",
    "late": "digest.fault-late",
    "address": "digest.fault-no-such",
}
"""What a letter's fault means; others are named by their code."""
LONGEST_TYPED = 200
WEEKDAYS = range(1, 8)


class DigestDesk(Protocol):
    """What this page asks for; ``NotAllowedError`` for who may not, ``RuleError`` for a wrong word."""

    @property
    def can_mail(self) -> bool:
        """True when a server for letters is set."""

    async def sheet(self, officer: Officer) -> Sheet:
        """The last digests, and what is settled."""

    async def settle(self, officer: Officer, habit: Habit) -> None:
        """From now on so."""

    async def try_mail(self, officer: Officer) -> str | None:
        """A letter to the settled address now; the code of why it did not go, None when it did."""


def add_office_digest(app: web.Application, door: Door, desk: DigestDesk) -> None:
    """The routes of this page."""
    digest = _Digest(door, desk)
    app.router.add_get(DIGEST, digest.show)
    app.router.add_post(DIGEST, digest.settle)
    app.router.add_post(TRY, digest.try_mail)


class _Digest:
    """Handlers of these routes."""

    def __init__(self, door: Door, desk: DigestDesk) -> None:
        self._door = door
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """The page; ``?done=settled`` says what has just been done."""
        officer = await self._door.officer(request)
        return await self._page(request, officer, {}, "")

    async def settle(self, request: web.Request) -> web.Response:
        """Day, hour, road, address; what is wrong with them is said, and what was typed stays."""
        officer, form = await self._door.read_act(request)
        try:
            await self._desk.settle(officer, _habit(form))
        except RuleError as error:
            return await self._page(request, officer, form, self._say(error.code))
        raise web.HTTPSeeOther(f"{DIGEST}?done=settled#done")

    async def try_mail(self, request: web.Request) -> web.Response:
        """A letter for trying."""
        officer, _ = await self._door.read_act(request)
        try:
            fault = await self._desk.try_mail(officer)
        except RuleError as error:
            return await self._page(request, officer, {}, self._say(error.code))
        if fault is not None:
            return await self._page(request, officer, {}, self._fault(fault))
        raise web.HTTPSeeOther(f"{DIGEST}?done=tried#done")

    async def _page(
        self, request: web.Request, officer: Officer, typed: Mapping[str, str], fault: str
    ) -> web.Response:
        try:
            sheet = await self._desk.sheet(officer)
        except NotAllowedError:
            raise web.HTTPForbidden(text=self._say("digest.not-for-operator")) from None
        done = DONE.get(request.query.get("done", ""))
        values = {
            "sheet": sheet,
            "typed": _typed(typed) if typed else _settled(sheet.habit),
            "plain": text_of,
            "why": self._fault,
            "weekdays": WEEKDAYS,
            "hours": range(EARLIEST, LATEST + 1),
            "minute": MINUTE,
            "roads": ROADS,
            "can_mail": self._desk.can_mail,
            "may_act": officer.role is Role.OFFICER,
            "fault": fault,
            "done": self._say(done) if done else "",
        }
        return self._door.page(request, officer, "digest.html", values, 422 if fault else 200)

    def _fault(self, code: str) -> str:
        if code in FAULTS:
            return self._say(FAULTS[code])
        return self._door.texts.say("digest.fault-other", code=code)

    def _say(self, sentence: str) -> str:
        return self._door.texts.say(sentence)


def _habit(form: Mapping[str, str]) -> Habit:
    mail = form.get("mail", "").strip()
    weekday, hour = (_number(form.get(name, "")) for name in ("weekday", "hour"))
    return Habit(form.get("on") == "yes", weekday, hour, form.get("road", ""), mail or None)


def _number(said: str) -> int:
    """What a list of choices sends; anything else is no hour of any day."""
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= 2 else -1


def _settled(habit: Habit) -> dict[str, str]:
    return {
        "on": "yes" if habit.is_on else "",
        "weekday": str(habit.weekday),
        "hour": str(habit.hour),
        "road": habit.next_road,
        "mail": habit.mail or "",
    }


def _typed(form: Mapping[str, str]) -> dict[str, str]:
    names = ("on", "weekday", "hour", "road", "mail")
    return {name: form.get(name, "")[:LONGEST_TYPED] for name in names}
