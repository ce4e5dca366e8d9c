"""The office's pages of a figure and of rows to copy, put on top of services and the database."""

from __future__ import annotations

from bot.app.installation import Installation
from bot.app.report_files import ReportRoom
from bot.core.periods import Period
from bot.core.vocabulary import Audience
from bot.services import access, figure_origin, held
from bot.services.access import Officer
from bot.services.period_names import name_period
from bot.services.report_words import show_window
from bot.web.office_figure import Copied, Traced
from storage.database import Unit


class OfficeFigure:
    """Answers what these pages ask; see ``bot.web.office_figure.FigureDesk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._database = installation.database
        self._room = ReportRoom(installation)

    async def figure(self, officer: Officer, period: Period, path: str) -> Traced:
        """Read in one unit; before that the look stands in the audit log."""
        room, commune = self._room, officer.commune

        def read(unit: Unit) -> Traced:
            body = room.body(unit, commune, period, Audience.INTERNAL)
            tables = room.tables(unit, commune, body)
            return Traced(
                origin=figure_origin.trace(body, tables, path) if path else None,
                listed=() if path else figure_origin.list_all(body, room.texts, tables),
                period=name_period(room.texts, period),
                window=show_window(room.texts, body),
                data_hash=body["data_hash"],
                traced=held.list_traced(room.plan(commune)),
            )

        await self._note(officer, "figure", period)
        return await self._database.read_soon(read)

    async def copied(self, officer: Officer, period: Period, audience: Audience) -> Copied:
        """The same."""
        room, commune = self._room, officer.commune

        def read(unit: Unit) -> Copied:
            body = room.body(unit, commune, period, audience)
            tables = room.tables(unit, commune, body)
            return Copied(
                table=tables.table("copy"),
                period=name_period(room.texts, period),
                window=tables.window,
                data_hash=tables.data_hash,
            )

        await self._note(officer, f"copy-{audience}", period)
        return await self._database.read_soon(read)

    async def _note(self, officer: Officer, what: str, period: Period) -> None:
        mark = f"{what}:{period.kind}:{period.key}"
        await self._database.write_soon(access.note_reading, officer, mark)
