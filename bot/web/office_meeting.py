"""The page for the meeting: to print and read aloud, and the same as a picture for the Zalo group."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from aiohttp import web

from bot.core.errors import NotAllowedError
from bot.core.periods import Period, week_of
from bot.reports.meeting import MeetingPage
from bot.services.access import Officer
from bot.web.door import Door
from bot.web.office_weeks import weeks

MEETING = "/office/meeting"
PICTURE = f"{MEETING}/tuan.png"
CALLS = "calls"
WEEK_LONG = timedelta(days=7)


class MeetingDesk(Protocol):
    """What this page asks for; ``NotAllowedError`` for who may not."""

    async def pages(
        self, officer: Officer, week: Period, *, calls: bool
    ) -> tuple[MeetingPage, MeetingPage]:
        """The page for the room, and the one that may leave the office."""

    async def picture(self, officer: Officer, week: Period, *, calls: bool) -> bytes:
        """The latter as a PNG."""


def add_office_meeting(app: web.Application, door: Door, desk: MeetingDesk) -> None:
    """The routes of this page."""
    meeting = _Meeting(door, desk)
    app.router.add_get(MEETING, meeting.show)
    app.router.add_get(PICTURE, meeting.picture)


class _Meeting:
    """Handlers of these routes."""

    def __init__(self, door: Door, desk: MeetingDesk) -> None:
        self._door = door
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """The page of the week that ended; ``?week=2026-W47`` for another, ``&calls=1`` tells the calls."""
        officer = await self._door.officer(request)
        this_week, week = self._week(request)
        has_calls = CALLS in request.query
        try:
            inside, outside = await self._desk.pages(officer, week, calls=has_calls)
        except NotAllowedError:
            raise self._refused() from None
        values = {
            "inside": inside,
            "outside": outside,
            "week": week,
            "before": week_of(week.start - WEEK_LONG),
            "after": week_of(week.end) if week.start < this_week.start else None,
            "has_calls": has_calls,
            "picture": f"{PICTURE}?week={week.key}" + (f"&{CALLS}=1" if has_calls else ""),
        }
        return self._door.page(request, officer, "meeting.html", values)

    async def picture(self, request: web.Request) -> web.Response:
        """The picture; its name says which week it is of."""
        officer = await self._door.officer(request)
        _, week = self._week(request)
        try:
            png = await self._desk.picture(officer, week, calls=CALLS in request.query)
        except NotAllowedError:
            raise self._refused() from None
        name = f"hop-{officer.commune.slug}-{week.key.lower()}.png"
        headers = {
            "Content-Disposition": f'inline; filename="{name}"',
            "Cache-Control": "no-store",
        }
        return web.Response(body=png, content_type="image/png", headers=headers)

    def _week(self, request: web.Request) -> tuple[Period, Period]:
        """This week, and the one asked for; without a word the newest that has ended."""
        this_week, week = weeks(request, self._door.now())
        if "week" not in request.query:
            week = week_of(this_week.start - WEEK_LONG)
        return this_week, week

    def _refused(self) -> web.HTTPForbidden:
        return web.HTTPForbidden(text=self._door.texts.say("digest.not-for-operator"))
