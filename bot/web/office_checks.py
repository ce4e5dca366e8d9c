"""The office's page of entries to ask about again: calls, questions to teams, what helped people denied."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import Protocol

from aiohttp import web

from bot.core.errors import NotAllowedError
from bot.core.periods import Period, PeriodError, parse, today, week_of
from bot.core.vocabulary import Role
from bot.services.access import Officer
from bot.services.spot_checks import LOT, Check, Result, Sheet, week_to_draw
from bot.web.door import Door
from bot.web.forms import SIGNED

CHECKS = "/office/checks"
ONE = CHECKS + r"/{number:\d{1,9}}"
RESULTS = {
    Result.RIGHT: "checks.right",
    Result.WRONG: "checks.wrong",
    Result.NOT_REACHED: "checks.not-reached",
    Result.DECLINED: "checks.declined",
}
DONE = {
    "taken": "checks.done-taken",
    "recorded": "checks.done-recorded",
    "gone": "checks.done-gone",
}
"""What an address may say was done."""


class ChecksDesk(Protocol):
    """What this page asks for; each method is one piece of work of its own."""

    async def sheet(self, officer: Officer, week: Period) -> Sheet:
        """What was drawn from a week; with the phones of the calls that this officer has taken."""

    def may_record(self, officer: Officer, check: Check) -> bool:
        """Whether this officer can write what came of it."""

    async def take(self, officer: Officer, number: int) -> bool:
        """Take a call; False when it is done, ``NotAllowedError`` for who only reads."""

    async def record(self, officer: Officer, number: int, result: Result) -> bool:
        """Write what came of it; False and ``NotAllowedError`` as above."""


def add_office_checks(app: web.Application, door: Door, desk: ChecksDesk) -> None:
    """The routes of this page."""
    checks = _Checks(door, desk)
    app.router.add_get(CHECKS, checks.show)
    app.router.add_post(ONE + "/take", checks.take)
    app.router.add_post(ONE + "/result", checks.record)


class _Checks:
    """Handlers of these routes."""

    def __init__(self, door: Door, desk: ChecksDesk) -> None:
        self._door = door
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """The page of last week, or of ``?week=2026-W46``; ``&done=taken`` says what has just been done."""
        officer = await self._door.officer(request)
        last_week = week_to_draw(today(self._door.now()))
        week = _week(request, last_week)
        try:
            sheet = await self._desk.sheet(officer, week)
        except NotAllowedError:
            raise self._door.refused("checks.not-for-operator") from None
        say = self._door.texts.say
        done = DONE.get(request.query.get("done", ""))
        values = {
            "sheet": sheet,
            "week": week,
            "last_day": week.end - timedelta(days=1),
            "before": week_of(week.start - timedelta(days=7)),
            "after": week_of(week.end) if week.start < last_week.start else None,
            "results": {result: say(sentence) for result, sentence in RESULTS.items()},
            "may_act": officer.role is Role.OFFICER,
            "may_record": lambda check: self._desk.may_record(officer, check),
            "done": say(done) if done else "",
            "lot": LOT,
        }
        return self._door.page(request, officer, "checks.html", values)

    async def take(self, request: web.Request) -> web.Response:
        """This officer rings."""
        officer = await self._door.officer(request)
        form = await self._door.read_form(request, SIGNED)
        work = self._desk.take(officer, int(request.match_info["number"]))
        raise await self._end(work, "taken", form.get("week", ""))

    async def record(self, request: web.Request) -> web.Response:
        """What came of it."""
        officer, form = await self._door.read_act(request, refusal="checks.read-only")
        try:
            result = Result(form.get("result", ""))
        except ValueError:
            raise web.HTTPBadRequest(text=self._door.texts.say("office.old-form")) from None
        work = self._desk.record(officer, int(request.match_info["number"]), result)
        raise await self._end(work, "recorded", form.get("week", ""))

    async def _end(self, work: Awaitable[bool], done: str, week: str) -> web.HTTPSeeOther:
        """Back to the week that the form was of."""
        try:
            is_done = await work
        except NotAllowedError:
            raise self._door.refused("checks.read-only") from None
        key = _parsed(week)
        back = f"week={key.key}&" if key else ""
        return web.HTTPSeeOther(f"{CHECKS}?{back}done={done if is_done else 'gone'}#done")


def _week(request: web.Request, last_week: Period) -> Period:
    """The week asked for; one that is none, or is not over, leads back."""
    if "week" not in request.query:
        return last_week
    week = _parsed(request.query["week"])
    if week is None or week.start > last_week.start:
        raise web.HTTPSeeOther(CHECKS)
    return week


def _parsed(key: str) -> Period | None:
    try:
        week = parse(f"week:{key}")
        week_of(week.start - timedelta(days=7))  # the calendar of periods has a first week
    except PeriodError:
        return None
    return week
