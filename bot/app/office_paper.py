"""The office's pages of paper put on top of services and the database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.app.installation import Installation
from bot.app.paper import NewForm, PaperRoom
from bot.core.errors import RuleError
from bot.reports.reading import read_table
from bot.services import access, imports, sheets, teams
from bot.services.access import Officer
from bot.services.import_rows import SHAPE
from bot.services.imports import Draft, Hand, Taken
from bot.web.office_import import Listed, Looked
from bot.web.office_sheets import Sheets
from storage import sign_ins
from storage.database import Unit
from storage.help_entries import By


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

    async def look(self, officer: Officer, body: bytes) -> Looked:
        """Read in a thread of its own: a large file takes a second."""
        return self._shown(await self._draft(officer, body))

    async def take(self, officer: Officer, body: bytes, file_hash: str) -> Taken | Looked:
        """All of it in one unit."""
        draft = await self._draft(officer, body)
        is_other = draft.file_hash != file_hash
        if is_other or draft.faults:
            return replace(self._shown(draft), is_other=is_other)
        house = self._room.house(officer.commune)
        try:
            return await self._database.write_soon(imports.take, house, draft, _hand(officer))
        except RuleError:  # somebody took other rows under the same ids meanwhile
            return self._shown(await self._draft(officer, body))

    async def undo(self, officer: Officer, number: int, reason: str) -> int:
        """All of it in one unit."""
        commune, hand = officer.commune.id, _hand(officer)
        return await self._database.write_soon(imports.undo, commune, number, reason, hand)

    async def template(self, officer: Officer) -> bytes:
        """An empty form."""
        return await self._form(officer, NewForm())

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

    async def _draft(self, officer: Officer, body: bytes) -> Draft:
        grid = await asyncio.to_thread(read_table, body, SHAPE)
        house = self._room.house(officer.commune)
        return await self._database.read_soon(imports.draft, house, grid)

    def _shown(self, draft: Draft) -> Looked:
        return Looked(draft, self._room.words, self._titles)


def _hand(officer: Officer) -> Hand:
    return Hand(f"staff:{officer.id}", By(staff_id=officer.id))
