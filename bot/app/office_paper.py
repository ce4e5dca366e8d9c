"""The office's pages of paper put on top of services and the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.app.installation import Installation
from bot.app.paper import NewForm, PaperRoom
from bot.core.errors import RuleError
from bot.core.periods import today
from bot.reports.reading import Grid, read_table
from bot.services import (
    access,
    import_attendance,
    import_attendance_rows,
    imports,
    sheets,
    teams,
)
from bot.services.access import Officer
from bot.services.import_attendance import SeatDraft
from bot.services.import_rows import SHAPE
from bot.services.imports import ATTENDANCE, HELP, Draft, Hand, House, Taken
from bot.web.office_import import Listed, Looked
from bot.web.office_sheets import Sheets
from storage import duty, sign_ins
from storage.database import Unit
from storage.help_entries import By

DRAFTS: Mapping[str, Callable[[Unit, House, Grid], Draft | SeatDraft]] = {
    HELP: imports.draft,
    ATTENDANCE: import_attendance.draft,
}
TAKES: Mapping[str, Callable[[Unit, House, Any, Hand], Taken]] = {
    HELP: imports.take,
    ATTENDANCE: import_attendance.take,
}
"""What is done with a file of each kind; each takes the drafts of its own."""


class OfficePaper:
    """Answers what these pages ask; see ``ImportDesk`` and ``SheetDesk`` of ``bot.web`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._database = installation.database
        self._site = installation.settings.public_url
        self._room = PaperRoom(installation)
        guides = installation.library.guides
        self._titles = {name: guide.title for name, guide in guides.items()}

    # ---- files

    async def imports(self, officer: Officer) -> Sequence[Listed]:
        """The look stands in the audit log first."""

        def read(unit: Unit) -> list[Listed]:
            found = imports.list_newest(unit, officer.commune.id)
            officers = sign_ins.list_officers(unit, officer.commune.id)
            names = {f"staff:{one.id}": one.name for one in officers}
            return [Listed(one, names.get(one.actor)) for one in found]

        await self._database.write_soon(access.note_reading, officer, "imports")
        return await self._database.read_soon(read)

    async def look(self, officer: Officer, body: bytes, kind: str) -> Looked:
        """Read in a thread of its own: a large file takes a second."""
        return await self._look(officer, body, kind)

    async def take(
        self, officer: Officer, body: bytes, file_hash: str, kind: str
    ) -> Taken | Looked:
        """All of it in one unit."""
        looked = await self._look(officer, body, kind)
        is_other = looked.draft.file_hash != file_hash
        if is_other or looked.draft.faults:
            return replace(looked, is_other=is_other)
        write, house = self._database.write_soon, self._room.house(officer.commune)
        try:
            return await write(TAKES[kind], house, looked.draft, _hand(officer))
        except RuleError:  # somebody took other rows under the same ids meanwhile
            return await self._look(officer, body, kind)

    async def undo(self, officer: Officer, number: int, reason: str) -> int:
        """All of it in one unit."""
        commune, hand = officer.commune.id, _hand(officer)
        return await self._database.write_soon(imports.undo, commune, number, reason, hand)

    async def template(self, officer: Officer) -> bytes:
        """An empty form."""
        return await self._form(officer, NewForm())

    async def class_template(self, officer: Officer) -> bytes:
        """An empty list of a class."""
        return await self._database.read_soon(self._room.class_form, officer.commune, False)

    # ---- sheets

    async def teams(self, officer: Officer) -> Sequence[str]:
        """Teams of today."""
        return await self._database.read_soon(teams.list_names, officer.commune)

    async def new_codes(self, officer: Officer, team: str, count: int) -> Sequence[str]:
        """Each code stands in the audit log."""

        def make(unit: Unit) -> list[str]:
            teams.find_team(unit, officer.commune, team)
            return sheets.new_codes(unit, officer.commune, count, f"staff:{officer.id}")

        return await self._database.write_soon(make)

    async def sheets(self, officer: Officer, team: str) -> Sheets:
        """Nothing on an empty sheet is anybody's."""
        found = await self._database.read_soon(teams.find_team, officer.commune, team)
        agreed = self._room.agreed(officer.commune)
        return Sheets(found.name, agreed, self._room.words, self._site)

    async def filled_form(self, officer: Officer, team: str, codes: Sequence[str]) -> bytes:
        """The rows of these sheets."""
        return await self._form(officer, NewForm(team, codes))

    async def _form(self, officer: Officer, wanted: NewForm) -> bytes:
        return await self._database.read_soon(self._room.form, officer.commune, wanted)

    async def _look(self, officer: Officer, body: bytes, kind: str) -> Looked:
        shape = import_attendance_rows.SHAPE if kind == ATTENDANCE else SHAPE
        grid = await asyncio.to_thread(read_table, body, shape)
        house, commune = self._room.house(officer.commune), officer.commune.id

        def read(unit: Unit) -> Looked:
            known = duty.list_neighbourhoods(unit, commune, today(unit.now))
            places = {one.id: one.name for one in known}
            draft = DRAFTS[kind](unit, house, grid)
            return Looked(draft, self._room.words, self._titles, places, kind)

        return await self._database.read_soon(read)


def _hand(officer: Officer) -> Hand:
    return Hand(f"staff:{officer.id}", By(staff_id=officer.id))
