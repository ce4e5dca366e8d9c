"""The office's page of the trainings behind a figure: which they were, and how many came; never who."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol

from aiohttp import web

from bot.core.errors import NotFoundError
from bot.core.periods import Period
from bot.core.vocabulary import Role
from bot.services.access import Officer
from bot.services.held import Heading, Sheet
from bot.web.door import Door
from bot.web.office_tables import COMMUNICATION, HELD, word
from bot.web.office_weeks import about, period_asked


@dataclass(frozen=True, slots=True)
class BehindHeld:
    """The trainings behind one figure; nothing is known of days before the first record."""

    heading: Heading
    sheet: Sheet
    is_known: bool


class HeldDesk(Protocol):
    """What this page asks for."""

    async def trainings(
        self, officer: Officer, week: Period, asked: Mapping[str, str]
    ) -> BehindHeld:
        """The trainings behind a figure of that week; ``NotFoundError`` for what there is not."""


def add_office_held(app: web.Application, door: Door, desk: HeldDesk) -> None:
    """The route of this page."""
    app.router.add_get(HELD, _Held(door, desk).show)


class _Held:
    """The handler of the route."""

    def __init__(self, door: Door, desk: HeldDesk) -> None:
        self._door = door
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """``?week=2026-W47`` or ``?period=…``, then ``&kind=class`` or ``&target=lop-tap-huan``."""
        officer = await self._door.officer(request)
        texts = self._door.texts
        if officer.role is Role.OPERATOR:  # runs the machine, and has no need of who came where
            raise web.HTTPForbidden(text=texts.say("import.not-yours"))
        week = period_asked(request, self._door.now())
        try:
            behind = await self._desk.trainings(officer, week, request.query)
        except NotFoundError:
            raise web.HTTPNotFound from None
        heading = behind.heading
        values = {
            "behind": behind,
            "kinds": [texts.say(f"figures.communication-{_id(one)}") for one in heading.others],
            "communication": COMMUNICATION,
            "word": partial(word, texts),
            "first": heading.days.start,
            "last": heading.days.end - timedelta(days=1),
        }
        return self._door.page(request, officer, "held.html", about(week) | values)


def _id(word: str) -> str:
    return word.replace("_", "-")
