"""The office's reporting calendar, put on top of the database."""

from __future__ import annotations

from bot.app.installation import Installation
from bot.core.deadlines import Rule
from bot.core.errors import NotFoundError
from bot.library import Plan
from bot.locale import local_day
from bot.services import access, deadlines
from bot.services.access import Officer
from bot.services.deadlines import NewDay
from bot.web.office_calendar import CalendarSheet
from storage.database import Unit


class OfficeCalendar:
    """Answers what this page asks; see ``bot.web.office_calendar.CalendarDesk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._database = installation.database

    async def sheet(self, officer: Officer, year: int) -> CalendarSheet:
        """Read in one unit; before that the look stands in the audit log."""
        deadlines.require_reader(officer)
        plan, commune = self._plan(officer), officer.commune.id

        def read(unit: Unit) -> CalendarSheet:
            days = list(deadlines.list_days(unit, commune, year))
            calendar = deadlines.read(unit, commune, plan)
            return CalendarSheet(calendar, local_day(unit.now), days)

        await self._database.write_soon(access.note_reading, officer, f"calendar:{year}")
        return await self._database.read_soon(read)

    async def add_day(self, officer: Officer, fresh: NewDay) -> None:
        """In the same commit as the line of the audit log; so are the others."""
        await self._database.write_soon(deadlines.add_day, officer, fresh)

    async def drop_day(self, officer: Officer, number: int, reason: str) -> bool:
        """It does not count any more."""
        return await self._database.write_soon(deadlines.drop_day, officer, number, reason)

    async def set_rule(self, officer: Officer, deadline: str, rule: Rule) -> None:
        """The day of a clause that names none."""
        of = (self._plan(officer), deadline)
        await self._database.write_soon(deadlines.set_rule, officer, of, rule)

    async def drop_rule(self, officer: Officer, deadline: str, reason: str) -> bool:
        """It names none again."""
        return await self._database.write_soon(deadlines.drop_rule, officer, deadline, reason)

    def _plan(self, officer: Officer) -> Plan:
        plan = self._installation.library.plans.get(officer.commune.slug)
        if plan is None:
            raise NotFoundError("Xã, phường này không còn trong content/plans/.")
        return plan
