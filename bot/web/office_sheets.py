"""The office's sheets of paper: made with a code of their own, printed, and the file they are typed into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

import segno
from aiohttp import web
from markupsafe import Markup

from bot.core.errors import NotFoundError
from bot.services import sheets
from bot.services.access import Officer
from bot.services.import_words import SERVICE_NUMBERS, Words
from bot.web.door import Door
from bot.web.forms import SIGNED
from bot.web.office_import import as_file, may_read, may_write

SHEET = "/office/sheet"
FILE = SHEET + "/phieu.xlsx"


@dataclass(frozen=True, slots=True)
class Sheets:
    """What is printed: the team as it is called now, the text that is agreed to, the words of the numbers."""

    team: str
    agreed: str
    words: Words
    site: str


class SheetDesk(Protocol):
    """What these pages ask for; each method is one piece of work of its own."""

    async def teams(self, officer: Officer) -> Sequence[str]:
        """The teams that a sheet can be made for."""

    async def new_codes(self, officer: Officer, team: str, count: int) -> Sequence[str]:
        """Codes for so many sheets; ``NotFoundError`` for a team that there is not."""

    async def sheets(self, officer: Officer, team: str) -> Sheets:
        """What their sheets say; ``NotFoundError`` as above."""

    async def filled_form(self, officer: Officer, team: str, codes: Sequence[str]) -> bytes:
        """The file that these sheets are typed into; ``NotFoundError`` as above."""


def add_office_sheets(app: web.Application, door: Door, desk: SheetDesk) -> None:
    """The routes of these pages."""
    page = _Sheets(door, desk)
    app.router.add_get(SHEET, page.show)
    app.router.add_post(SHEET, page.make)
    app.router.add_get(FILE, page.file)


class _Sheets:
    """Handlers of these routes."""

    def __init__(self, door: Door, desk: SheetDesk) -> None:
        self._door = door
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """``?team=KP+3`` to choose how many; with ``&ma=7K2M`` the sheets themselves."""
        officer = await self._door.officer(request)
        may_read(self._door, officer)
        codes, team = _codes(request), request.query.get("team", "")[:80]
        if not codes:
            values = {
                "teams": await self._desk.teams(officer),
                "team": team,
                "most": sheets.MOST_AT_ONCE,
                "may_write": officer.role.may_change,
            }
            return self._door.page(request, officer, "sheet-choose.html", values)
        try:
            found = await self._desk.sheets(officer, team)
        except NotFoundError:
            raise web.HTTPNotFound from None
        printed = {
            "sheets": found,
            "codes": codes,
            "code": lambda code: _drawing(f"{found.site}{_address(SHEET, found.team, [code])}"),
            "file": _address(FILE, found.team, codes),
            "rows": range(1, sheets.ROWS + 1),
            "row_id": sheets.row_id,
            "services": _services(found.words),
        }
        return self._door.page(request, officer, "sheet.html", printed)

    async def make(self, request: web.Request) -> web.Response:
        """New sheets, each with a code that no other has; then to where they are printed."""
        officer = await self._door.officer(request)
        may_write(self._door, officer)
        form = await self._door.read_form(request, SIGNED)
        wanted = form.get("count", "")
        count = int(wanted) if wanted.isdecimal() and len(wanted) < 3 else 1
        try:
            team = form.get("team", "")[:80]
            codes = await self._desk.new_codes(officer, team, max(1, count))
        except NotFoundError:
            raise web.HTTPNotFound from None
        raise web.HTTPSeeOther(_address(SHEET, team, codes))

    async def file(self, request: web.Request) -> web.Response:
        """The workbook in which the rows of these sheets stand already."""
        officer = await self._door.officer(request)
        may_read(self._door, officer)
        codes, team = _codes(request), request.query.get("team", "")[:80]
        if not codes:
            raise web.HTTPNotFound
        try:
            body = await self._desk.filled_form(officer, team, codes)
        except NotFoundError:
            raise web.HTTPNotFound from None
        return as_file(body, f"phieu-{codes[0]}.xlsx")


def _codes(request: web.Request) -> list[str]:
    """The codes that an address names, each once."""
    asked = request.query.getall("ma", [])[: sheets.MOST_AT_ONCE]
    return list(dict.fromkeys(code for text in asked if (code := sheets.read_code(text))))


def _address(path: str, team: str, codes: Sequence[str]) -> str:
    return f"{path}?{urlencode([('team', team), *(('ma', code) for code in codes)])}"


def _drawing(address: str) -> Markup:
    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(border=2, omitsize=True))  # noqa: S704 – segno's own


def _services(words: Words) -> list[tuple[int, str]]:
    labels = words.labels["services"]
    return [(number, labels[code]) for number, code in SERVICE_NUMBERS.items()]
