"""The office's pages of reports, put on top of the database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.app.closing import Closer, renderer_of
from bot.app.installation import Installation
from bot.core.errors import NotFoundError
from bot.core.periods import Period
from bot.core.vocabulary import Audience, ClosingStatus, Extra
from bot.library import Plan
from bot.services import access, closings, period_report, report_list
from bot.services.access import Officer
from bot.services.period_report import Asked
from bot.services.report_list import Listing, Shown
from bot.web.office_reports import File, How
from storage.closings import Part
from storage.database import Unit

STORED = {File.DOCX: Part.DOCX, File.XLSX: Part.XLSX, File.JSON: Part.OUTGOING}


class OfficeReports:
    """Answers what these pages ask; see ``bot.web.office_reports.ReportsDesk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._database = installation.database

    async def listing(self, officer: Officer) -> Listing:
        """Read in one unit; before that the look stands in the audit log."""
        plan = self._plan(officer)
        await self._note(officer, "reports")
        return await self._database.read_soon(report_list.read_list, officer.commune, plan)

    async def shown(self, officer: Officer, period: Period) -> Shown:
        """The same of one period."""
        await self._note(officer, f"reports:{period.kind}:{period.key}")
        return await self._database.read_soon(report_list.read_one, self._asked(officer, period))

    async def close(self, officer: Officer, period: Period, how: How) -> None:
        """In a thread of its own: files take their time, and nobody else has to wait for them."""
        until, extras = how
        asked = replace(self._asked(officer, period), until=until, extras=extras)
        commune = officer.commune
        closer = Closer(self._database, renderer_of(self._installation, commune))
        await asyncio.to_thread(closer.close, asked, closings.hand_of(officer))

    async def reopen(self, officer: Officer, number: int, reason: str) -> Period:
        """In the same commit as the line of the audit log."""
        hand, commune = closings.hand_of(officer), officer.commune.id
        done = await self._database.write_soon(closings.reopen, commune, number, hand, reason)
        return closings.period_of(done)

    async def issue(self, officer: Officer, number: int, said: tuple[str, str]) -> Period:
        """The same."""
        hand, commune = closings.hand_of(officer), officer.commune.id
        done = await self._database.write_soon(closings.issue, commune, number, hand, said)
        return closings.period_of(done)

    async def file(
        self, officer: Officer, period: Period, kind: File, extras: frozenset[Extra]
    ) -> bytes:
        """What was stored of a closed period; of a draft, and for a table as text, it is made now."""
        asked = replace(self._asked(officer, period), extras=extras)
        await self._note(officer, f"report-file:{period.kind}:{period.key}.{kind}")
        kept, body = await self._database.read_soon(_read, asked, kind)
        if kept is not None:
            return kept
        renderer = renderer_of(self._installation, officer.commune)
        makers: dict[File, Callable[[dict[str, Any]], bytes]] = {
            File.DOCX: renderer.docx,
            File.XLSX: renderer.xlsx,
            File.CSV: renderer.csv,
            File.JSON: closings.to_bytes,
        }
        return await asyncio.to_thread(makers[kind], body)

    async def _note(self, officer: Officer, what: str) -> None:
        await self._database.write_soon(access.note_reading, officer, what)

    def _asked(self, officer: Officer, period: Period) -> Asked:
        return Asked(officer.commune, self._plan(officer), period)

    def _plan(self, officer: Officer) -> Plan:
        plan = self._installation.library.plans.get(officer.commune.slug)
        if plan is None:
            raise NotFoundError("Xã, phường này không còn trong content/plans/.")
        return plan


def _read(unit: Unit, asked: Asked, kind: File) -> tuple[bytes | None, dict[str, Any]]:
    """The bytes that were stored, where there are some; else the report that they are made of."""
    commune, period = asked.commune, asked.period
    closing = closings.find(unit, commune.id, period)
    if closing is not None and kind in STORED:
        return closings.read_part(unit, commune.id, closing, STORED[kind]), {}
    if closing is not None:
        stored = closings.read_part(unit, commune.id, closing, Part.OUTGOING)
        return None, json.loads(stored)
    return None, period_report.count(unit, asked, Audience.OUTGOING, ClosingStatus.DRAFT)
