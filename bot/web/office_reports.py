"""The office's pages of reports: where each period stands, closing it, its files, what it tells of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import urlencode

from aiohttp import web

from bot.core.errors import RuleError
from bot.core.named_periods import CUSTOM, KINDS, holding
from bot.core.periods import Period, PeriodError, parse
from bot.core.typed_days import read_day
from bot.core.vocabulary import ClosingStatus, Extra, Role
from bot.locale import Texts, show_date
from bot.services.access import Officer
from bot.services.period_names import name_in_list
from bot.services.report_list import Line, Listing, Shown
from bot.services.report_words import full_aim
from bot.web.door import Door
from bot.web.office_import import READERS

REPORTS = "/office/reports"
ONE = REPORTS + "/one"
CLOSE = REPORTS + "/close"
FILE = REPORTS + "/file"
REOPEN = REPORTS + r"/{number:\d{1,9}}/reopen"
ISSUE = REPORTS + r"/{number:\d{1,9}}/issue"
DONE = ("closed", "reopened", "issued")
DAY = timedelta(days=1)
LONGEST_TYPED = 200
MOST_TARGETS = 60
TICKED = "yes"


class File(StrEnum):
    """What can be taken away."""

    DOCX = "docx"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


TYPES = {
    File.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    File.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    File.CSV: "text/csv",
    File.JSON: "application/json",
}


How = tuple[date | None, frozenset[Extra]]
"""The last day that counts of a period which is not over, and what leaves the office with it."""


class ReportsDesk(Protocol):
    """What these pages ask for; ``RuleError`` for what a rule refuses."""

    async def listing(self, officer: Officer) -> Listing:
        """Periods by the plan's habits, and where each stands."""

    async def shown(self, officer: Officer, period: Period) -> Shown:
        """One period as it leaves the office."""

    async def close(self, officer: Officer, period: Period, how: How) -> None:
        """Freeze it."""

    async def reopen(self, officer: Officer, number: int, reason: str) -> Period:
        """It counts anew; gives its period."""

    async def issue(self, officer: Officer, number: int, said: tuple[str, str]) -> Period:
        """It left the office under (number, why the number is another now); gives its period."""

    async def file(
        self, officer: Officer, period: Period, kind: File, extras: frozenset[Extra]
    ) -> bytes:
        """A file of it: of a closed one as it was stored, of a draft with these extras."""


@dataclass(frozen=True, slots=True)
class Name:
    """A period as a person calls it, its days, and its name in addresses."""

    title: str
    days: str
    value: str


def add_office_reports(app: web.Application, door: Door, desk: ReportsDesk) -> None:
    """The routes of these pages."""
    page = _Reports(door, desk)
    app.router.add_get(REPORTS, page.list)
    app.router.add_get(ONE, page.show)
    app.router.add_get(CLOSE, page.confirm)
    app.router.add_post(CLOSE, page.close)
    app.router.add_post(REOPEN, page.reopen)
    app.router.add_post(ISSUE, page.issue)
    app.router.add_get(FILE, page.file)


class _Reports:
    """Handlers of these routes."""

    def __init__(self, door: Door, desk: ReportsDesk) -> None:
        self._door = door
        self._desk = desk

    async def list(self, request: web.Request) -> web.Response:
        """The list; ``?kind=month&day=2026-11-05`` leads to that period, ``&last=`` ends free days."""
        officer = await self._reader(request)
        listing, fault = await self._desk.listing(officer), ""
        if "kind" in request.query:
            try:
                chosen = _chosen(request.query, listing.last_weekday)
                raise web.HTTPSeeOther(_address(ONE, chosen))
            except PeriodError:
                fault = self._door.texts.say("closing.choose-wrong")
        values = {
            "listing": listing,
            "name": self._name,
            "state": self._state,
            "kinds": (*KINDS, CUSTOM),
            "typed": request.query,
            "fault": fault,
            "may_act": officer.role is Role.OFFICER,
        }
        status = 422 if fault else 200
        return self._door.page(request, officer, "reports.html", values, status)

    async def show(self, request: web.Request) -> web.Response:
        """One period: ``?period=month:2026-11``; ``&done=closed`` says what has just been done."""
        officer = await self._reader(request)
        return await self._one(request, officer, _asked(request), {})

    async def confirm(self, request: web.Request) -> web.Response:
        """What is frozen when the button is pressed, and who has not sent."""
        officer = await self._actor(request)
        return await self._confirmation(request, officer, _asked(request), ("", {}))

    async def close(self, request: web.Request) -> web.Response:
        """Freeze it; what a rule refuses is said on the page of the button."""
        officer, form = await self._door.read_act(request, refusal="closing.read-only")
        period, typed = _parsed(form.get("period", "")), form.get("until", "")[:LONGEST_TYPED]
        try:
            await self._desk.close(officer, period, (_until(typed), _extras(form)))
        except RuleError as error:
            return await self._confirmation(request, officer, period, (error.code, form))
        raise web.HTTPSeeOther(_address(ONE, period, done="closed"))

    async def reopen(self, request: web.Request) -> web.Response:
        """It counts anew from now on, for a reason."""
        officer, form = await self._door.read_act(request, refusal="closing.read-only")
        number = int(request.match_info["number"])
        try:
            period = await self._desk.reopen(officer, number, form.get("reason", ""))
        except RuleError as error:
            typed = {"reopen": form.get("reason", ""), "fault": error.code}
            return await self._one(request, officer, _parsed(form.get("period", "")), typed)
        raise web.HTTPSeeOther(_address(ONE, period, done="reopened"))

    async def issue(self, request: web.Request) -> web.Response:
        """It left the office under the number that the clerk gave it."""
        officer, form = await self._door.read_act(request, refusal="closing.read-only")
        number = int(request.match_info["number"])
        said = form.get("document", ""), form.get("reason", "")
        try:
            period = await self._desk.issue(officer, number, said)
        except RuleError as error:
            typed = {"document": said[0], "reason": said[1], "fault": error.code}
            return await self._one(request, officer, _parsed(form.get("period", "")), typed)
        raise web.HTTPSeeOther(_address(ONE, period, done="issued"))

    async def file(self, request: web.Request) -> web.Response:
        """``?period=month:2026-11&format=docx``: as it leaves the office."""
        officer, period = await self._reader(request), _asked(request)
        try:
            kind = File(request.query.get("format", ""))
        except ValueError:
            raise web.HTTPNotFound from None
        body = await self._desk.file(officer, period, kind, _extras(request.query))
        name = f"bao-cao-{officer.commune.slug}-{period.kind}-{period.key}.{kind}"
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
        return web.Response(body=body, content_type=TYPES[kind], headers=headers)

    # ---- what they share

    async def _reader(self, request: web.Request) -> Officer:
        officer = await self._door.officer(request)
        if officer.role not in READERS:
            raise web.HTTPForbidden(text=self._door.texts.say("closing.not-yours"))
        return officer

    async def _actor(self, request: web.Request) -> Officer:
        officer = await self._door.officer(request)
        if officer.role is not Role.OFFICER:
            raise web.HTTPForbidden(text=self._door.texts.say("closing.read-only"))
        return officer

    async def _one(
        self, request: web.Request, officer: Officer, period: Period, typed: Mapping[str, str]
    ) -> web.Response:
        shown, texts = await self._desk.shown(officer, period), self._door.texts
        done, fault = request.query.get("done", ""), typed.get("fault", "")
        values = {
            **self._about(shown),
            "targets": [_target(self._door.texts, one) for one in _in_focus(shown.body["targets"])],
            "adjustments": [self._adjustment(one) for one in shown.body["adjustments"]],
            "typed": {key: value[:LONGEST_TYPED] for key, value in typed.items()},
            "files": list(File),
            "extras": list(Extra),
            "may_act": officer.role is Role.OFFICER,
            "fault": texts.say(fault) if fault else "",
            "done": texts.say(f"closing.done-{done}") if done in DONE else "",
        }
        return self._door.page(request, officer, "report.html", values, 422 if fault else 200)

    async def _confirmation(
        self,
        request: web.Request,
        officer: Officer,
        period: Period,
        what: tuple[str, Mapping[str, str]],
    ) -> web.Response:
        shown, texts = await self._desk.shown(officer, period), self._door.texts
        fault, typed = what
        if shown.line.closing is not None and not fault:
            raise web.HTTPSeeOther(_address(ONE, period))
        values = {
            **self._about(shown),
            "until": typed.get("until", "")[:LONGEST_TYPED] or shown.cut_off.isoformat(),
            "ticked": _extras(typed),
            "extras": list(Extra),
            "fault": texts.say(fault) if fault else "",
        }
        return self._door.page(request, officer, "report-close.html", values, 422 if fault else 200)

    def _about(self, shown: Shown) -> dict[str, Any]:
        until = shown.body["period"]["until"]
        return {
            "shown": shown,
            "body": shown.body,
            "until_day": date.fromisoformat(until) if until is not None else None,
            "name": self._name(shown.line.period),
            "state": self._state(shown.line),
        }

    def _name(self, period: Period) -> Name:
        days = self._door.texts.say(
            "closing.days", first=show_date(period.start), last=show_date(period.end - DAY)
        )
        return Name(name_in_list(self._door.texts, period), days, f"{period.kind}:{period.key}")

    def _state(self, line: Line) -> str:
        """How far it is, in a word."""
        if line.closing is not None:
            return self._door.texts.say(f"closing.state-{line.closing.status.replace('_', '-')}")
        draft = ClosingStatus.DRAFT.value
        return self._door.texts.say(f"closing.state-{draft}{'' if line.is_over else '-running'}")

    def _adjustment(self, one: Mapping[str, Any]) -> dict[str, Any]:
        texts = self._door.texts
        kind = one.get("kind")
        return {
            "period": name_in_list(texts, parse(one["period"])),
            "figure": texts.say(f"closing.figure-{one['figure'].replace('.', '-')}"),
            "kind": texts.say(f"closing.kind-{kind.replace('_', '-')}") if kind else "",
            "team": one["team"] or texts.say("closing.of-office"),
            "on": date.fromisoformat(one["on"]),
            "change": one["change"],
        }


def _extras(fields: Mapping[str, str]) -> frozenset[Extra]:
    """What was ticked."""
    return frozenset(one for one in Extra if fields.get(f"with-{one}") == TICKED)


def _in_focus(targets: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of which something is known; the whole list is in the files."""
    known = [one for one in targets if one["done"] is not None or one["percent"] is not None]
    return known[:MOST_TARGETS]


def _target(texts: Texts, one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": one["title"],
        "source": one["source"],
        "aim": full_aim(texts, one),
        "done": one["done"],
        "percent": one["percent"],
    }


def _asked(request: web.Request) -> Period:
    return _parsed(request.query.get("period", ""))


def _parsed(name: str) -> Period:
    """The period of an address; what is none leads back to the list."""
    try:
        return parse(name)
    except PeriodError:
        raise web.HTTPSeeOther(REPORTS) from None


def _chosen(query: Mapping[str, str], last_weekday: int) -> Period:
    """What the form of the list asks for; ``PeriodError`` for days that are none."""
    kind, day = query.get("kind", ""), _day(query.get("day", ""))
    if kind == CUSTOM:
        last = _day(query.get("last", ""))
        return parse(f"{CUSTOM}:{day.isoformat()}..{last.isoformat()}")
    if kind not in KINDS:
        raise PeriodError(kind[:40])
    return holding(kind, day, last_weekday)


def _until(typed: str) -> date | None:
    """The day up to which it counts; None for an empty field."""
    if not typed.strip():
        return None
    day = read_day(typed)
    if day is None:
        raise RuleError("closing.until-wrong", "Ngày “thực hiện đến” không đúng.")
    return day


def _day(typed: str) -> date:
    day = read_day(typed)
    if day is None:
        raise PeriodError(typed[:40])
    return day


def _address(path: str, period: Period, **more: str) -> str:
    return f"{path}?{urlencode({'period': f'{period.kind}:{period.key}', **more})}"
