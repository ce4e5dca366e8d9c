"""The office's page “Số này từ đâu?”: a figure, its rule, the rows it is made of; and rows to copy.

A figure is named by the period and its path in the JSON: ``?period=week:2026-W47&path=help.visits``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

from aiohttp import web

from bot.core.errors import NotFoundError
from bot.core.periods import Period
from bot.core.vocabulary import Audience, Role, TrainingKind
from bot.reports.csv import as_text
from bot.reports.tables import Table
from bot.services.access import Officer
from bot.services.figure_origin import Listed, Origin
from bot.web.door import Door
from bot.web.office_tables import COMMUNICATION, ENTRIES, HELD, LEARNING, PARTS
from bot.web.office_weeks import FIGURE, named, period_asked

COPY = "/office/copy"
PAGES = {
    "communication": COMMUNICATION,
    "learning": LEARNING,
    "requests": "/office/requests",
    "questions": "/office/guides",
    "teams": "/office/teams",
}
"""Where the rows of a part stand that has no sheet of its own."""


@dataclass(frozen=True, slots=True)
class Traced:
    """A figure of a report, or all of them; ``traced`` are targets whose rows can be seen."""

    origin: Origin | None
    listed: Sequence[Listed]
    period: str
    window: str
    data_hash: str
    traced: frozenset[str]


@dataclass(frozen=True, slots=True)
class Copied:
    """The plain rows of a report."""

    table: Table
    period: str
    window: str
    data_hash: str


class FigureDesk(Protocol):
    """What these pages ask for; ``NotFoundError`` for what the report has not."""

    async def figure(self, officer: Officer, period: Period, path: str) -> Traced:
        """A figure of that period of the officer's commune; all of them without a path."""

    async def copied(self, officer: Officer, period: Period, audience: Audience) -> Copied:
        """The rows to paste into somebody else's form."""


def add_office_figure(app: web.Application, door: Door, desk: FigureDesk) -> None:
    """The routes of these pages."""
    page = _Figure(door, desk)
    app.router.add_get(FIGURE, page.show)
    app.router.add_get(COPY, page.copy)


class _Figure:
    """Handlers of these routes."""

    def __init__(self, door: Door, desk: FigureDesk) -> None:
        self._door = door
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """``?period=week:2026-W47`` lists all figures; with ``&path=help.visits`` it is that one."""
        officer = await self._reader(request)
        period = period_asked(request, self._door.now())
        try:
            found = await self._desk.figure(officer, period, request.query.get("path", "")[:200])
        except NotFoundError:
            raise web.HTTPNotFound from None
        rows = None if found.origin is None else rows_of(found.origin, found.traced)
        values = {
            "found": found,
            "rows": rows,
            "name": named(period),
            "copy": f"{COPY}?{urlencode({'period': named(period)})}",
            "address": lambda path: _address(period, path),
        }
        return self._door.page(request, officer, "figure.html", values)

    async def copy(self, request: web.Request) -> web.Response:
        """``?period=month:2026-11``, and ``&audience=internal`` for the office's own."""
        officer = await self._reader(request)
        period = period_asked(request, self._door.now())
        asked = request.query.get("audience", Audience.OUTGOING)
        audience = Audience.INTERNAL if asked == Audience.INTERNAL else Audience.OUTGOING
        copied = await self._desk.copied(officer, period, audience)
        values = {
            "copied": copied,
            "text": as_text(copied.table),
            "audience": audience,
            "name": named(period),
            "back": _address(period, ""),
        }
        return self._door.page(request, officer, "copy.html", values)

    async def _reader(self, request: web.Request) -> Officer:
        officer = await self._door.officer(request)
        if officer.role is Role.OPERATOR:  # runs the machine, and has no need of residents' data
            raise web.HTTPForbidden(text=self._door.texts.say("import.not-yours"))
        return officer


def _address(period: Period, path: str) -> str:
    asked = {"period": named(period)} | ({"path": path} if path else {})
    return f"{FIGURE}?{urlencode(asked)}"


def rows_of(origin: Origin, traced: frozenset[str]) -> str | None:
    """The address of the rows that a figure is made of; None where it is not made of rows."""
    part, days = origin.definition.source, {"period": named(origin.days)}
    key = origin.definition.pattern.rpartition(".")[2]
    asked: Mapping[str, str]
    if part == "help":
        split, word = PARTS.get(key, ("", "")) if not origin.word else _split_of(origin)
        asked = days | ({split: word} if split else {})
        return f"{ENTRIES}?{urlencode(asked)}"
    if part == "trainings":
        is_of_kind = origin.split == "by_kind"
        return f"{HELD}?{urlencode(days | ({'kind': origin.word} if is_of_kind else {}))}"
    if part == "targets":
        is_counted = origin.word in traced and key in ("done", "percent", "rest")
        return f"{HELD}?{urlencode(days | {'target': origin.word})}" if is_counted else None
    if part == "communication" and key == "sessions":
        return f"{HELD}?{urlencode(days | {'kind': TrainingKind.OUTREACH})}"
    return PAGES.get(part)


def _split_of(origin: Origin) -> tuple[str, str]:
    return origin.split.removeprefix("by_"), origin.word
