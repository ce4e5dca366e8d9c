"""The office's page of what is put out: loudspeaker readings, articles, leaflets, a month at a time.

A kind is never added to another. A photo is shown here and nowhere else.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Protocol
from urllib.parse import urlencode

from aiohttp import web

from bot.core.errors import MediaError, NotAllowedError, NotFoundError, RuleError
from bot.core.periods import Period, PeriodError, parse, today
from bot.core.vocabulary import CommunicationKind, Role, Topic
from bot.library import Guide
from bot.media.own_files import LARGEST_PICTURE
from bot.services.access import Officer
from bot.services.communications import Amount, Communication, Event
from bot.services.loudspeaker import is_read_out
from bot.web.door import Door
from bot.web.forms import SIGNED
from bot.web.uploads import Limit

COMMUNICATIONS = "/office/communications"
NEW = COMMUNICATIONS + "/new/{key:[0-9a-f]{16}}"
ONE = COMMUNICATIONS + r"/{number:\d{1,9}}"
LIMIT = Limit(LARGEST_PICTURE, "upload.picture-too-large")
MEGABYTE = 1024 * 1024
DONE = {
    "written": "comm-page.done-written",
    "corrected": "comm-page.done-corrected",
    "voided": "comm-page.done-voided",
    "photo": "comm-page.done-photo",
    "photo-gone": "comm-page.done-photo-gone",
}
"""What an address may say was done."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form, as it was typed. ``about`` is ``g-`` and a guide, or ``t-`` and a topic."""

    kind: str = CommunicationKind.BROADCAST
    about: str = ""
    title: str = ""
    team: str = ""
    day: str = ""
    amount: str = "1"
    reach: str = ""
    link: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line with what the page says beside it."""

    line: Communication
    team: str
    events: Sequence[Event]

    @property
    def reason(self) -> str:
        """Why it was taken out, or changed last."""
        return (self.events[-1].reason or "") if self.events else ""


@dataclass(frozen=True, slots=True)
class Board:
    """A month: its lines, the sums of each kind, and what the form offers."""

    lines: Sequence[Line]
    sums: Mapping[CommunicationKind, Amount]
    teams: Sequence[tuple[int, str]]
    guides: Sequence[tuple[Topic, Sequence[Guide]]]


class CommunicationsDesk(Protocol):
    """What this page asks for; each method is one piece of work of its own.

    Every one raises ``NotAllowedError`` for who may not; those that change raise ``RuleError`` with the
    sentence of what is wrong.
    """

    async def board(self, officer: Officer, month: Period) -> Board:
        """What was put out in that month in the officer's commune."""

    async def write_down(self, officer: Officer, key: str, typed: Typed) -> None:
        """A new line; the same key again is the same line."""

    async def correct(
        self, officer: Officer, seen: tuple[int, str], change: tuple[Typed, str]
    ) -> None:
        """A line, as its revision was seen, is to read so, for a reason."""

    async def void(self, officer: Officer, seen: tuple[int, str], reason: str) -> None:
        """It counts no more; its photo goes."""

    async def keep_photo(
        self, officer: Officer, seen: tuple[int, str], photo: tuple[bytes, bool]
    ) -> None:
        """Its photo, and whether all who can be recognised agreed; ``MediaError`` for what is none."""

    async def drop_photo(self, officer: Officer, seen: tuple[int, str]) -> None:
        """It has no photo any more."""

    async def photo(self, officer: Officer, number: int) -> bytes:
        """The photo of a line; ``NotFoundError`` where there is none."""


def add_office_communications(app: web.Application, door: Door, desk: CommunicationsDesk) -> None:
    """The routes of this page."""
    page = _Communications(door, desk)
    app.router.add_get(COMMUNICATIONS, page.show)
    app.router.add_post(NEW, page.write_down)
    app.router.add_post(ONE + "/correct", page.correct)
    app.router.add_post(ONE + "/void", page.void)
    app.router.add_get(ONE + "/photo", page.show_photo)
    app.router.add_post(ONE + "/photo", page.keep_photo)
    app.router.add_post(ONE + "/photo/gone", page.drop_photo)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is said on the page: that it worked, or a fault beside the form of a line (0: the new one)."""

    done: str = ""
    fault: str = ""
    number: int = 0
    typed: Typed | None = None
    key: str = ""
    reason: str = ""


class _Communications:
    """Handlers of these routes."""

    def __init__(self, door: Door, desk: CommunicationsDesk) -> None:
        self._door = door
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """The month of today; ``?month=2026-10`` another, ``&done=written`` what has just been done."""
        officer = await self._reader(request)
        done = DONE.get(request.query.get("done", ""))
        return await self._page(request, officer, _Told(self._door.texts.say(done) if done else ""))

    async def write_down(self, request: web.Request) -> web.Response:
        """A new line; what cannot be is said above the form, which keeps what was typed."""
        officer = await self._officer(request)
        form = await self._door.read_form(request, SIGNED)
        typed, key = _typed(form), request.match_info["key"]
        try:
            await self._desk.write_down(officer, key, typed)
        except RuleError as error:
            fault = self._door.texts.say(error.code)
            return await self._page(request, officer, _Told(fault=fault, typed=typed, key=key))
        raise self._back("written", typed.day)

    async def correct(self, request: web.Request) -> web.Response:
        """A line is to read so."""
        officer, number = await self._officer(request), _number(request)
        form = await self._door.read_form(request, SIGNED)
        typed, reason = _typed(form), form.get("reason", "")
        seen = (number, form.get("revision", ""))
        try:
            await self._desk.correct(officer, seen, (typed, reason))
        except RuleError as error:
            fault = self._door.texts.say(error.code)
            told = _Told(fault=fault, number=number, typed=typed, reason=reason)
            return await self._page(request, officer, told)
        raise self._back("corrected", typed.day)

    async def void(self, request: web.Request) -> web.Response:
        """It counts no more."""
        officer, number = await self._officer(request), _number(request)
        form = await self._door.read_form(request, SIGNED)
        reason = form.get("reason", "")
        try:
            await self._desk.void(officer, (number, form.get("revision", "")), reason)
        except RuleError as error:
            fault = self._door.texts.say(error.code)
            told = _Told(fault=fault, number=number, reason=reason)
            return await self._page(request, officer, told)
        raise self._back("voided", form.get("day", ""))

    async def keep_photo(self, request: web.Request) -> web.Response:
        """The photo of a line; a file that is none is answered beside it."""
        officer, number = await self._officer(request), _number(request)
        try:
            upload = await self._door.read_upload(request, LIMIT)
            seen = (number, upload.fields.get("revision", ""))
            agreed = upload.fields.get("agreed", "") == "1"
            await self._desk.keep_photo(officer, seen, (upload.body, agreed))
        except (MediaError, RuleError) as error:
            values = error.values if isinstance(error, MediaError) else {}
            fault = self._door.texts.say(error.code, **values)
            return await self._page(request, officer, _Told(fault=fault, number=number))
        raise self._back("photo", upload.fields.get("day", ""))

    async def drop_photo(self, request: web.Request) -> web.Response:
        """It has no photo any more."""
        officer, number = await self._officer(request), _number(request)
        form = await self._door.read_form(request, SIGNED)
        try:
            await self._desk.drop_photo(officer, (number, form.get("revision", "")))
        except (MediaError, RuleError) as error:
            fault = self._door.texts.say(error.code)
            return await self._page(request, officer, _Told(fault=fault, number=number))
        raise self._back("photo-gone", form.get("day", ""))

    async def show_photo(self, request: web.Request) -> web.Response:
        """The picture, for who is signed in, and kept by nobody on the way."""
        officer = await self._reader(request)
        try:
            picture = await self._desk.photo(officer, _number(request))
        except NotFoundError:
            raise web.HTTPNotFound from None
        headers = {"Cache-Control": "no-store"}
        return web.Response(body=picture, content_type="image/jpeg", headers=headers)

    async def _reader(self, request: web.Request) -> Officer:
        """Somebody who may see what the commune did; who runs the machine has no need."""
        officer = await self._door.officer(request)
        if officer.role is Role.OPERATOR:
            raise self._refused()
        return officer

    async def _officer(self, request: web.Request) -> Officer:
        """Somebody who may change it, before a byte of the form is read."""
        officer = await self._door.officer(request)
        if officer.role is not Role.OFFICER:
            raise self._refused()
        return officer

    def _refused(self) -> web.HTTPForbidden:
        return web.HTTPForbidden(text=self._door.texts.say("comm-page.refused"))

    def _back(self, done: str, day: str) -> web.HTTPSeeOther:
        """To the month of the line."""
        shown = _month(day[:7]) or self._this_month()
        query = urlencode({"month": shown.key, "done": done})
        return web.HTTPSeeOther(f"{COMMUNICATIONS}?{query}#done")

    def _this_month(self) -> Period:
        return parse(f"month:{today(self._door.now()):%Y-%m}")

    async def _page(self, request: web.Request, officer: Officer, told: _Told) -> web.Response:
        this_month = self._this_month()
        month = _month(request.query.get("month", "")) or this_month
        month = min(month, this_month, key=lambda one: one.start)
        try:
            board = await self._desk.board(officer, month)
        except NotAllowedError:
            raise self._refused() from None
        day = today(self._door.now())
        values = {
            "board": board,
            "month": month,
            "before": f"{month.start - timedelta(days=1):%Y-%m}",
            "after": f"{month.end:%Y-%m}" if month.start < this_month.start else "",
            "kinds": list(CommunicationKind),
            "may_act": officer.role is Role.OFFICER,
            "told": told,
            "blank": Typed(day=day.isoformat()),
            "typed_of": typed_of,
            "has_script": is_read_out,
            "key": told.key or secrets.token_hex(8),
            "day": day,
            "most_picture": LARGEST_PICTURE // MEGABYTE,
        }
        status = 422 if told.fault else 200
        return self._door.page(request, officer, "communications.html", values, status)


def typed_of(line: Communication) -> Typed:
    """A line as the form would have it."""
    piece = line.piece
    return Typed(
        kind=piece.kind,
        about=f"g-{piece.guide}" if piece.guide else f"t-{piece.topic}",
        title=piece.title,
        team=str(piece.team_id or ""),
        day=piece.occurred_on.isoformat(),
        amount=str(piece.amount),
        reach="" if piece.reach is None else str(piece.reach),
        link=piece.link or "",
        note=piece.note or "",
    )


def _typed(form: Mapping[str, str]) -> Typed:
    return Typed(**{one.name: form.get(one.name, "").strip()[:400] for one in fields(Typed)})


def _number(request: web.Request) -> int:
    return int(request.match_info["number"])


def _month(key: str) -> Period | None:
    try:
        return parse(f"month:{key}")
    except PeriodError:
        return None
