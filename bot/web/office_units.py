"""The office's page of units that report: who has sent, links, what was said, what is to be mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import segno
from aiohttp import web
from markupsafe import Markup

from bot.core.errors import NotAllowedError, NotFoundError, RuleError
from bot.core.periods import Period
from bot.core.vocabulary import Role
from bot.services import unit_periods
from bot.services.access import Officer
from bot.services.unit_desk import Board, Looked, Made
from bot.services.unit_forms import Fault, Filled, anew, fields_of
from bot.services.unit_links import VALID_FOR
from bot.web.door import Door
from bot.web.forms import SIGNED
from bot.web.unit_reports import STATUSES, sentences

UNITS = "/office/units"
ONE = UNITS + r"/{number:\d{1,9}}"
SCHOOLS = UNITS + "/schools"
DONE = {
    "opened": "units.done-opened",
    "accept": "units.done-accept",
    "mend": "units.done-mend",
    "back": "units.done-back",
    "entered": "units.done-entered",
    "listed": "units.done-listed",
    "dropped": "units.done-dropped",
}
"""What an address may say was done."""
VERDICTS = ("accept", "mend", "back")
LONGEST = 400


class UnitsDesk(Protocol):
    """What this page asks for; ``NotAllowedError`` for who may not, ``NotFoundError`` for what there is not.

    All that changes something raises ``RuleError`` with the sentence of why it cannot be.
    """

    address: str

    async def board(self, officer: Officer, period: Period | None) -> Board:
        """All units of a period; of none: of the month that the plan wants now."""

    async def look(self, officer: Officer, number: int) -> Looked:
        """One report."""

    async def open_period(self, officer: Officer, period: Period) -> int:
        """A report for each unit; gives how many are new."""

    async def make_link(self, officer: Officer, number: int) -> Made:
        """A fresh link; the one before is dead."""

    async def make_links(self, officer: Officer, period: Period) -> list[Made]:
        """The same for everybody who has not sent."""

    async def judge(
        self, officer: Officer, seen: tuple[int, int], verdict: tuple[str, str]
    ) -> None:
        """Accept, ask to mend, take back: (number, revision), (what, words)."""

    async def enter(self, officer: Officer, number: int, typed: Mapping[str, str]) -> Filled:
        """What a unit told by phone or on paper."""

    async def add_schools(self, officer: Officer, reporter: str, names: str) -> Fault | None:
        """Keep the names, one a line; nothing is kept where one is at fault, and that is said."""

    async def drop_school(self, officer: Officer, number: int, reason: str) -> None:
        """It is asked no more, for a reason."""


def add_office_units(app: web.Application, door: Door, desk: UnitsDesk) -> None:
    """The routes of this page."""
    units = _Units(door, desk)
    app.router.add_get(UNITS, units.show)
    app.router.add_post(UNITS + "/open", units.open_period)
    app.router.add_post(UNITS + "/links", units.make_links)
    app.router.add_post(SCHOOLS, units.add_schools)
    app.router.add_post(SCHOOLS + r"/{number:\d{1,9}}/gone", units.drop_school)
    app.router.add_get(ONE, units.look)
    app.router.add_get(ONE + "/print", units.print)
    app.router.add_get(ONE + "/enter", units.show_entry)
    app.router.add_post(ONE + "/enter", units.enter)
    app.router.add_post(ONE + "/link", units.make_link)
    app.router.add_post(ONE + "/judge", units.judge)


class _Units:
    """Handlers of these routes."""

    def __init__(self, door: Door, desk: UnitsDesk) -> None:
        self._door = door
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """The units of ``?period=month:2026-11``; ``&done=opened`` says what has just been done."""
        officer = await self._door.officer(request)
        name = request.query.get("period", "")
        return await self._board(request, officer, _period(name) if name else None)

    async def open_period(self, request: web.Request) -> web.Response:
        """A report for each unit of the period."""
        officer, form = await self._form(request)
        period = _period(form.get("period", ""))
        try:
            await self._desk.open_period(officer, period)
        except RuleError as refusal:
            return await self._board(request, officer, period, Fault(refusal.code))
        raise web.HTTPSeeOther(f"{UNITS}?period={period.kind}:{period.key}&done=opened#done")

    async def make_links(self, request: web.Request) -> web.Response:
        """Links for everybody who has not sent, on a page of their own: they are shown once."""
        officer, form = await self._form(request)
        period = _period(form.get("period", ""))
        made = await self._desk.make_links(officer, period)
        return self._links(request, officer, made, f"{UNITS}?period={period.kind}:{period.key}")

    async def add_schools(self, request: web.Request) -> web.Response:
        """Names for the list, one a line; what was typed stays where one of them is wrong."""
        officer = await self._door.officer(request)
        form = await self._door.read_long_form(request)
        if officer.role is not Role.OFFICER:
            raise self._refused()
        period, reporter = _period(form.get("period", "")), form.get("reporter", "")
        try:
            fault = await self._desk.add_schools(officer, reporter, form.get("names", ""))
        except NotFoundError:
            raise web.HTTPNotFound from None
        if fault:
            return await self._board(request, officer, period, fault, form)
        raise web.HTTPSeeOther(f"{UNITS}?period={period.kind}:{period.key}&done=listed#done")

    async def drop_school(self, request: web.Request) -> web.Response:
        """A school is asked no more."""
        officer, form = await self._form(request)
        period, reason = _period(form.get("period", "")), form.get("reason", "")[:LONGEST]
        try:
            await self._desk.drop_school(officer, _number(request), reason)
        except RuleError as refusal:
            return await self._board(request, officer, period, Fault(refusal.code))
        raise web.HTTPSeeOther(f"{UNITS}?period={period.kind}:{period.key}&done=dropped#done")

    async def make_link(self, request: web.Request) -> web.Response:
        """The same for one unit."""
        officer, _ = await self._form(request)
        number = _number(request)
        try:
            made = await self._desk.make_link(officer, number)
        except RuleError as refusal:
            return await self._report(request, officer, number, refusal.code)
        except NotFoundError:
            raise web.HTTPNotFound from None
        return self._links(request, officer, [made], f"{UNITS}/{number}")

    async def look(self, request: web.Request) -> web.Response:
        """One report: what it says, its history, and what the office can do about it."""
        officer = await self._door.officer(request)
        return await self._report(request, officer, _number(request))

    async def judge(self, request: web.Request) -> web.Response:
        """Accept it, ask to mend it, take it back."""
        officer, form = await self._form(request)
        number, what = _number(request), form.get("what", "")
        if what not in VERDICTS:
            raise web.HTTPNotFound
        words, revision = form.get("words", "")[:LONGEST], form.get("revision", "")
        seen = (number, int(revision) if revision.isascii() and revision.isdecimal() else -1)
        try:
            await self._desk.judge(officer, seen, (what, words))
        except RuleError as refusal:
            return await self._report(request, officer, number, refusal.code, (what, words))
        except NotFoundError:
            raise web.HTTPNotFound from None
        raise web.HTTPSeeOther(f"{UNITS}/{number}?done={what}#done")

    async def print(self, request: web.Request) -> web.Response:
        """The sheet to be signed."""
        officer = await self._door.officer(request)
        number = _number(request)
        looked = await self._look(officer, number)
        values = {"sheet": looked.sheet, "back": f"{UNITS}/{number}"}
        return self._door.page(request, officer, "unit-print.html", values)

    async def show_entry(self, request: web.Request) -> web.Response:
        """The form of the unit, for who reports by phone or on paper."""
        officer = await self._door.officer(request)
        if officer.role is not Role.OFFICER:
            raise self._refused()
        looked = await self._look(officer, _number(request))
        return self._entry(request, officer, looked, ({}, {}))

    async def enter(self, request: web.Request) -> web.Response:
        """Keep it; what is wrong is said beside its field, and what was typed stays."""
        officer = await self._door.officer(request)
        form = await self._door.read_long_form(request)
        if officer.role is not Role.OFFICER:
            raise self._refused()
        number = _number(request)
        try:
            filled = await self._desk.enter(officer, number, form)
        except RuleError:
            looked = await self._look(officer, number)
            return self._entry(request, officer, looked, anew(form))
        except NotFoundError:
            raise web.HTTPNotFound from None
        if filled.faults:
            looked = await self._look(officer, number)
            return self._entry(request, officer, looked, (form, filled.faults))
        raise web.HTTPSeeOther(f"{UNITS}/{number}?done=entered#done")

    # ---- what all of them share

    async def _form(self, request: web.Request) -> tuple[Officer, Mapping[str, str]]:
        officer = await self._door.officer(request)
        form = await self._door.read_form(request, SIGNED)
        if officer.role is not Role.OFFICER:
            raise self._refused()
        return officer, form

    async def _board(
        self,
        request: web.Request,
        officer: Officer,
        period: Period | None,
        fault: Fault | None = None,
        typed: Mapping[str, str] | None = None,
    ) -> web.Response:
        try:
            board = await self._desk.board(officer, period)
        except NotAllowedError:
            raise self._refused() from None
        values = {"board": board, "typed": typed or {}, **self._said(request, officer, "")}
        if fault:
            values["fault"] = self._door.texts.say(fault.sentence, **fault.values)
        return self._door.page(request, officer, "units.html", values, 422 if fault else 200)

    async def _report(
        self,
        request: web.Request,
        officer: Officer,
        number: int,
        fault: str = "",
        tried: tuple[str, str] = ("", ""),
    ) -> web.Response:
        """With the verdict that was tried, and its words."""
        looked = await self._look(officer, number)
        values = {
            "looked": looked,
            "sheet": looked.sheet,
            "tried": tried[0],
            "words": tried[1],
            **self._said(request, officer, fault),
        }
        return self._door.page(request, officer, "unit.html", values, 422 if fault else 200)

    def _entry(
        self,
        request: web.Request,
        officer: Officer,
        looked: Looked,
        typed: tuple[Mapping[str, str], Mapping[str, Fault]],
    ) -> web.Response:
        number, texts = looked.sheet.report.id, self._door.texts
        fields, faults = typed
        values = {
            "sheet": looked.sheet,
            "typed": {**fields_of(looked.sheet), **fields},
            "faults": sentences(texts, faults),
            "statuses": STATUSES,
            "action": f"{UNITS}/{number}/enter",
        }
        status = 422 if faults else 200
        return self._door.page(request, officer, "unit-entry.html", values, status)

    async def _look(self, officer: Officer, number: int) -> Looked:
        try:
            return await self._desk.look(officer, number)
        except NotAllowedError:
            raise self._refused() from None
        except NotFoundError:
            raise web.HTTPNotFound from None

    def _links(
        self, request: web.Request, officer: Officer, made: Sequence[Made], back: str
    ) -> web.Response:
        """Shown once: nothing can show them again."""
        addresses = [f"{self._desk.address}/u/{one.token}" for one in made]
        values = {
            "made": list(zip(made, addresses, map(_drawing, addresses), strict=True)),
            "back": back,
            "days": VALID_FOR.days,
        }
        return self._door.page(request, officer, "unit-links.html", values)

    def _said(self, request: web.Request, officer: Officer, fault: str) -> dict[str, object]:
        texts = self._door.texts
        done = "" if fault else DONE.get(request.query.get("done", ""), "")
        return {
            "may_act": officer.role is Role.OFFICER,
            "fault": texts.say(fault) if fault else "",
            "done": texts.say(done) if done else "",
        }

    def _refused(self) -> web.HTTPForbidden:
        return web.HTTPForbidden(text=self._door.texts.say("units.not-yours"))


def _number(request: web.Request) -> int:
    return int(request.match_info["number"])


def _period(name: str) -> Period:
    try:
        return unit_periods.read(name[:40])
    except NotFoundError:
        raise web.HTTPNotFound from None


def _drawing(address: str) -> Markup:
    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(border=4, omitsize=True))  # noqa: S704 – segno's own
