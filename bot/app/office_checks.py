"""The office's page of entries to ask about again, put on top of the database."""

from __future__ import annotations

from bot.app.installation import Installation
from bot.core.periods import Period
from bot.services import access, spot_checks
from bot.services.access import Officer
from bot.services.spot_checks import Check, Result, Sheet


class OfficeChecks:
    """Answers what this page asks; see ``bot.web.office_checks.ChecksDesk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._database = installation.database

    async def sheet(self, officer: Officer, week: Period) -> Sheet:
        """Read in one unit; the look stands in the audit log first, and each phone that is shown."""
        spot_checks.refuse_operator(officer)
        await self._database.write_soon(access.note_reading, officer, f"checks:{week.key}")
        sheet = await self._database.read_soon(spot_checks.read_sheet, officer, week)
        if not spot_checks.has_call(officer, sheet):
            return sheet
        return await self._database.write_soon(spot_checks.with_numbers, officer, sheet)

    def may_record(self, officer: Officer, check: Check) -> bool:
        """By the clock of the installation."""
        return spot_checks.may_record(officer, check, self._database.clock())

    async def take(self, officer: Officer, number: int) -> bool:
        """In the same commit as the line of the audit log."""
        return await self._database.write_soon(spot_checks.take_charge, officer, number)

    async def record(self, officer: Officer, number: int, result: Result) -> bool:
        """In the same commit as the line of the audit log."""
        return await self._database.write_soon(spot_checks.record_result, officer, number, result)
