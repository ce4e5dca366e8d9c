"""The office's page of learning on the platform, put on top of the database."""

from __future__ import annotations

from datetime import date

from bot.app.installation import Installation
from bot.services import access, learning
from bot.services.access import Officer
from bot.services.learning import Sheet


class OfficeLearning:
    """Answers what this page asks; see ``bot.web.office_learning.LearningDesk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._database = installation.database
        self._platform = installation.library.learning.platform.code

    async def sheet(self, officer: Officer) -> Sheet:
        """Read in one unit; before that the look stands in the audit log."""
        learning.require_reader(officer)
        await self._database.write_soon(access.note_reading, officer, "learning")
        return await self._database.read_soon(learning.read_sheet, officer)

    async def confirm(self, officer: Officer, read: tuple[int, date, str], once: str) -> None:
        """In the same commit as the line of the audit log."""
        of = (self._platform, f"office:{officer.id}:{once}")
        await self._database.write_soon(learning.confirm, officer, read, of)

    async def take_back(self, officer: Officer, number: int, reason: str) -> bool:
        """The same."""
        return await self._database.write_soon(learning.take_back, officer, number, reason)
