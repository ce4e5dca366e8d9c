"""The office's reporting calendar: what is due next, the year, clauses without a day, days off."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Protocol

from aiohttp import web

from bot.core.deadlines import Rule
from bot.core.errors import NotAllowedError, NotFoundError, RuleError
from bot.core.typed_days import read_day
from bot.core.vocabulary import DayKind, Role
from bot.services import deadline_words as words
from bot.services.access import Officer
from bot.services.deadlines import REPORTING, WINDOWS, Calendar, CalendarDay, NewDay
from bot.services.period_names import name_shortly
from bot.web.door import Door

CALENDAR = "/office/calendar"
DAYS = f"{CALENDAR}/days"
DAY_GONE = DAYS + r"/{number:\d{1,9}}/gone"
RULE = CALENDAR + r"/rules/{deadline:[a-z0-9-]{1,60}}"
RULE_GONE = f"{RULE}/gone"
DONE = {
    "day": "calendar.done-day",
    "gone": "calendar.done-gone",
    "rule": "calendar.done-rule",
    "asked": "calendar.done-asked",
    "late": "calendar.done-late",
}
"""What an address may say was done."""
MOST_NEXT = 4
EARLIEST_YEAR, LATEST_YEAR = 2025, 2100
YEAR = re.compile("20[0-9]{2}")
MONTHS = re.compile(r"\s*(\d{1,2}(?:\s*[,;]\s*\d{1,2}){0,11})?\s*")
TYPED = ("day", "months", "window", "of", "kind", "note")
LONGEST_TYPED = 120


@dataclass(frozen=True, slots=True)
class CalendarSheet:
    """The calendar of a commune as its office reads it."""

    calendar: Calendar
    today: date
    days: Sequence[CalendarDay]  # of the year asked for, also what was taken out


class CalendarDesk(Protocol):
    """What this page asks for; ``NotAllowedError`` for who may not, ``RuleError`` for a wrong word."""

    async def sheet(self, officer: Officer, year: int) -> CalendarSheet:
        """The calendar, and what was written down of a year."""

    async def add_day(self, officer: Officer, fresh: NewDay) -> None:
        """A day off, or one that is made up for."""

    async def drop_day(self, officer: Officer, number: int, reason: str) -> bool:
        """It was a mistake; False when it is out already or gone."""

    async def set_rule(self, officer: Officer, deadline: str, rule: Rule) -> None:
        """The day of a clause that names none; ``NotFoundError`` for another clause."""

    async def drop_rule(self, officer: Officer, deadline: str, reason: str) -> bool:
        """The clause is a question again; False when it is one already."""


def add_office_calendar(app: web.Application, door: Door, desk: CalendarDesk) -> None:
    """The routes of this page."""
    calendar = _Calendar(door, desk)
    app.router.add_get(CALENDAR, calendar.show)
    app.router.add_post(DAYS, calendar.add_day)
    app.router.add_post(DAY_GONE, calendar.drop_day)
    app.router.add_post(RULE, calendar.set_rule)
    app.router.add_post(RULE_GONE, calendar.drop_rule)


@dataclass(frozen=True, slots=True)
class _Slip:
    """What was typed into which form, and the sentence of what is wrong with it."""

    place: str = ""
    sentence: str = ""
    typed: Mapping[str, str] | None = None


class _Calendar:
    """Handlers of these routes."""

    def __init__(self, door: Door, desk: CalendarDesk) -> None:
        self._door = door
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """The page; ``?year=2026`` for a year, ``?done=day`` says what has just been done."""
        return await self._page(request, await self._door.officer(request), _Slip())

    async def add_day(self, request: web.Request) -> web.Response:
        """A day that differs from the calendar of the country."""
        officer, form = await self._door.read_act(request)
        try:
            await self._desk.add_day(officer, _new_day(form))
        except RuleError as error:
            return await self._page(request, officer, _Slip("day", error.code, form))
        raise web.HTTPSeeOther(f"{CALENDAR}?done=day#done")

    async def drop_day(self, request: web.Request) -> web.Response:
        """It does not differ after all."""
        officer, form = await self._door.read_act(request)
        number = int(request.match_info["number"])
        try:
            is_done = await self._desk.drop_day(officer, number, form.get("reason", ""))
        except RuleError:
            return await self._page(request, officer, _Slip("", "calendar.reason"))
        raise web.HTTPSeeOther(f"{CALENDAR}?done={'gone' if is_done else 'late'}#done")

    async def set_rule(self, request: web.Request) -> web.Response:
        """The day of a clause that names none."""
        officer, form = await self._door.read_act(request)
        name = request.match_info["deadline"]
        try:
            await self._desk.set_rule(officer, name, _rule(form))
        except NotFoundError:
            raise web.HTTPNotFound from None
        except RuleError as error:
            return await self._page(request, officer, _Slip(name, error.code, form))
        raise web.HTTPSeeOther(f"{CALENDAR}?done=rule#done")

    async def drop_rule(self, request: web.Request) -> web.Response:
        """It names none again."""
        officer, form = await self._door.read_act(request)
        name = request.match_info["deadline"]
        try:
            is_done = await self._desk.drop_rule(officer, name, form.get("reason", ""))
        except RuleError:
            return await self._page(request, officer, _Slip("", "calendar.reason"))
        raise web.HTTPSeeOther(f"{CALENDAR}?done={'asked' if is_done else 'late'}#done")

    async def _page(self, request: web.Request, officer: Officer, slip: _Slip) -> web.Response:
        """The page with what was typed, and the sentence of what was wrong with it."""
        year = _year(request, self._door.now())
        try:
            sheet = await self._desk.sheet(officer, year)
        except NotAllowedError:
            raise self._door.refused("calendar.not-for-operator") from None
        texts = self._door.texts
        done = DONE.get(request.query.get("done", ""))
        typed = {name: (slip.typed or {}).get(name, "")[:LONGEST_TYPED] for name in TYPED}
        values = {
            "sheet": sheet,
            "year": year,
            "years": [one for one in (year - 1, year + 1) if EARLIEST_YEAR <= one <= LATEST_YEAR],
            "next": sheet.calendar.ahead(sheet.today)[:MOST_NEXT],
            "entries": sheet.calendar.of_year(year),
            "answered": [one for one in sheet.calendar.clauses if one.is_asked and one.rule],
            "kinds": [*WINDOWS, *(f"{REPORTING}{one}" for one in WINDOWS)],
            "reporting": REPORTING,
            "slip": slip,
            "typed": typed,
            "may_act": officer.role is Role.OFFICER,
            "fault": texts.say(slip.sentence) if slip.sentence else "",
            "done": texts.say(done) if done else "",
            "in_words": words.day_in_words,
            **_spoken(self._door),
        }
        return self._door.page(
            request, officer, "calendar.html", values, 422 if slip.sentence else 200
        )


def _spoken(door: Door) -> Mapping[str, object]:
    """The words of deadlines, for the template."""
    said = (
        words.window_days,
        words.senders,
        words.kind_of,
        words.remarks,
        words.remark,
        words.rule_words,
    )
    spoken = {one.__name__: partial(one, door.texts) for one in said}
    return {"period_name": partial(name_shortly, door.texts), **spoken}


def _year(request: web.Request, now: datetime) -> int:
    """The year asked for; the present one for what is none."""
    said = request.query.get("year", "")
    year = int(said) if YEAR.fullmatch(said) else now.year
    return min(max(year, EARLIEST_YEAR), LATEST_YEAR)


def _new_day(form: Mapping[str, str]) -> NewDay:
    kind = DayKind.WORK if form.get("kind") == DayKind.WORK else DayKind.OFF
    day = read_day(form.get("day", ""))
    if day is None:
        raise RuleError("calendar.day-wrong", "Ngày không đúng.")
    return NewDay(day, kind, form.get("note", ""))


def _rule(form: Mapping[str, str]) -> Rule:
    """The rule as it was typed; what no calendar has is refused by the service."""
    day, months = form.get("day", "").strip(), form.get("months", "")
    if not (day.isascii() and day.isdecimal() and len(day) <= 2):
        raise RuleError("calendar.rule-day", "Ngày không đúng.")
    if not MONTHS.fullmatch(months):
        raise RuleError("calendar.rule-months", "Tháng không đúng.")
    found = tuple(sorted({int(one) for one in re.findall(r"\d+", months)}))
    return Rule(int(day), found, form.get("window", ""), form.get("of") == "previous")
