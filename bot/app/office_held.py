"""The office's page of trainings behind a figure put on top of services and the database."""

from __future__ import annotations

from collections.abc import Mapping

from bot.app.installation import Installation
from bot.core.errors import NotFoundError
from bot.core.periods import Period
from bot.services import access, held, log_starts
from bot.services.access import Officer
from bot.web.office_held import BehindHeld
from storage.database import Unit


class OfficeHeld:
    """Answers what this page asks; see ``bot.web.office_held.HeldDesk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._database = installation.database

    async def trainings(
        self, officer: Officer, week: Period, asked: Mapping[str, str]
    ) -> BehindHeld:
        """Read in one unit; before that the look stands in the audit log."""
        plan = self._installation.library.plans.get(officer.commune.slug)
        if plan is None:
            raise NotFoundError("Xã, phường này không còn trong content/plans/.")
        heading, commune = held.find_heading(plan, week, asked), officer.commune.id

        def read(unit: Unit) -> BehindHeld:
            since = log_starts.find(unit, commune).trainings
            sheet = held.behind(unit, commune, heading)
            return BehindHeld(heading, sheet, sheet.is_known(heading, since))

        mark = f"held:{week.key}{heading.mark}"
        await self._database.write_soon(access.note_reading, officer, mark)
        return await self._database.read_soon(read)
