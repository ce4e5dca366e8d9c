"""The office's page of messenger accounts put on top of what storage knows of them."""

from __future__ import annotations

from bot.app.installation import Installation
from bot.services import access, undelivered
from bot.services.access import Officer
from bot.web.office_messages import Overview
from storage.database import Unit


class OfficeMessages:
    """Answers what this page asks; see ``bot.web.office_messages.MessagesDesk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._terms = installation.terms
        self._database = installation.database

    async def overview(self, officer: Officer) -> Overview:
        """Read in one unit; before that the look stands in the audit log."""
        commune = officer.commune.id

        def read(unit: Unit) -> Overview:
            accounts = undelivered.list_accounts(unit, commune, self._terms)
            return Overview(accounts, undelivered.list_undelivered(unit, commune, self._terms))

        await self._database.write_soon(access.note_reading, officer, "messages")
        return await self._database.read_soon(read)

    async def send_again(self, officer: Officer, number: int) -> bool:
        """The sender finds it by itself within a second."""
        return await self._database.write_soon(undelivered.send_again, officer, number)

    async def settle(self, officer: Officer, number: int) -> bool:
        """The words go in the same commit as the line of the audit log."""
        return await self._database.write_soon(undelivered.settle, officer, number)
