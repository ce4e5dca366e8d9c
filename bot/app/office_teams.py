"""The office's page of teams put on top of the services."""

from __future__ import annotations

import asyncio

import segno

from bot.app.installation import Installation
from bot.app.links import JoinWay, join_ways
from bot.core.errors import NotFoundError
from bot.core.periods import Period
from bot.core.vocabulary import Role
from bot.reports.workdays import as_xlsx
from bot.services import access, team_desk, workdays
from bot.services.access import Officer
from bot.services.team_desk import Asked, Board
from bot.services.workdays import Wanted
from bot.web.office_teams import Ready, Sheet, Way
from storage.communes import Team
from storage.database import Unit


class OfficeTeams:
    """Answers what this page asks; see ``bot.web.office_teams.TeamsDesk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._database = installation.database

    async def board(self, officer: Officer) -> Board:
        """Read in one unit; before that the look stands in the audit log."""
        await self._database.write_soon(access.note_reading, officer, "teams")
        return await self._database.read_soon(team_desk.read_board, officer.commune)

    async def invite(self, officer: Officer, asked: Asked) -> Ready:
        """The code is shown once, with the ways that it can be used and a code to scan for each."""
        invited = await self._database.write_soon(team_desk.invite, officer, asked)
        ways = join_ways(self._installation.settings, officer.commune, invited.code)
        return Ready(invited, [_way(one) for one in ways])

    async def decide(self, officer: Officer, number: int, is_yes: bool) -> None:
        """The newcomer hears it in the same commit."""
        texts, decision = self._installation.texts(officer.commune), (number, is_yes)
        await self._database.write_soon(team_desk.decide, officer, decision, texts)

    async def move(self, officer: Officer, member: int, between: tuple[int, int, Role]) -> None:
        """Hats and audit line in one commit."""
        await self._database.write_soon(team_desk.move, officer, member, between)

    async def leave(self, officer: Officer, member: int, team: int) -> None:
        """Rights end in the same commit."""
        await self._database.write_soon(team_desk.leave, officer, member, team)

    async def set_organisation(self, officer: Officer, member: int, name: str) -> None:
        """Name and audit line in one commit."""
        await self._database.write_soon(team_desk.set_organisation, officer, member, name)

    async def workdays(self, officer: Officer, team: int | None, month: Period) -> Sheet:
        """The file is made in a thread; before that the look stands in the audit log."""
        commune = officer.commune
        wanted = Wanted(await self._team(officer, team), month, f"staff:{officer.id}")

        def read(unit: Unit) -> bytes:
            texts = self._installation.texts(commune)
            table = workdays.make(unit, commune, wanted, texts)
            return as_xlsx(table)

        await self._database.write_soon(workdays.note, commune, wanted)
        body = await asyncio.to_thread(self._database.read, read)
        return Sheet(workdays.file_name(commune, wanted), body)

    async def _team(self, officer: Officer, team: int | None) -> Team | None:
        if team is None:
            return None
        found = await self._database.read_soon(team_desk.list_teams, officer.commune)
        for one in found:
            if one.id == team:
                return Team(one.id, one.name)
        raise NotFoundError("Không có tổ này.")


def _way(one: JoinWay) -> Way:
    code = segno.make(one.url, error="m", micro=False)
    return Way(one.title, one.url, code.svg_inline(border=2, omitsize=True), one.brings_code)
