"""The page for the meeting put on top of the figures; the picture is drawn in a thread."""

from __future__ import annotations

import asyncio

from bot.app.digests import ground_of
from bot.app.installation import Installation
from bot.core.periods import Period
from bot.core.vocabulary import Audience
from bot.media import board
from bot.reports.meeting import MeetingPage
from bot.services import access, meeting
from bot.services.access import Officer
from bot.services.meeting import Wish
from storage.database import Unit


class OfficeMeeting:
    """Answers what this page asks; see ``bot.web.office_meeting.MeetingDesk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._database = installation.database

    async def pages(
        self, officer: Officer, week: Period, *, calls: bool
    ) -> tuple[MeetingPage, MeetingPage]:
        """Both read in one unit; before that the look stands in the audit log."""
        meeting.require_reader(officer)
        wishes = (Wish(Audience.INTERNAL), Wish(Audience.OUTGOING, calls))

        def read(unit: Unit) -> tuple[MeetingPage, MeetingPage]:
            ground = ground_of(self._installation, officer.commune, unit)
            inside, outside = (meeting.make(ground, week, wish) for wish in wishes)
            return inside, outside

        await self._note(officer, f"meeting:{week.key}")
        return await self._database.read_soon(read)

    async def picture(self, officer: Officer, week: Period, *, calls: bool) -> bytes:
        """The page that may leave the office, drawn."""
        meeting.require_reader(officer)
        wish = Wish(Audience.OUTGOING, calls)

        def read(unit: Unit) -> MeetingPage:
            return meeting.make(ground_of(self._installation, officer.commune, unit), week, wish)

        await self._note(officer, f"meeting-picture:{week.key}")
        page = await self._database.read_soon(read)
        colour = self._installation.library.plans[officer.commune.slug].colour
        return await asyncio.to_thread(board.draw, page, colour)

    async def _note(self, officer: Officer, what: str) -> None:
        await self._database.write_soon(access.note_reading, officer, what)
