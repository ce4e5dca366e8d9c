"""The office's page of typed reports put on top of the database; files are drawn outside of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from bot.app import rendering
from bot.app.installation import Installation
from bot.app.report_files import ReportRoom
from bot.core.errors import NotFoundError
from bot.core.periods import Period, parse, today, week_of
from bot.core.vocabulary import Audience, NotePart
from bot.library import Plan
from bot.services import access, period_notes, period_report, report_drafts
from bot.services.access import Officer
from bot.services.period_names import name_period
from bot.services.report_document import Wish
from bot.web.office_words import WordsSheet, name_of
from storage.database import Unit

DAY = timedelta(days=1)


class OfficeWords:
    """Answers what this page asks; see ``bot.web.office_words.WordsDesk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._database = installation.database
        self._plans = installation.library.plans
        self._room = ReportRoom(installation)
        self._texts = self._room.texts

    def usual_period(self) -> Period:
        """The month before today's."""
        first = today(self._database.clock()).replace(day=1)
        return parse(f"month:{first - DAY:%Y-%m}")

    async def sheet(self, officer: Officer, period: Period) -> WordsSheet:
        """Read in one unit; before that the look stands in the audit log."""
        period_notes.require_reader(officer)
        plan = self._plan(officer)

        def read(unit: Unit) -> WordsSheet:
            of = officer.commune, plan
            body = period_report.find(unit, *of, period, Audience.OUTGOING)
            draft = report_drafts.from_body(unit, of, (self._texts, Wish()), body)
            focus = {target.id for target in plan.targets if target.focus}
            return WordsSheet(
                period=period,
                name=name_period(self._texts, period),
                choices=self._choices(period),
                written=period_notes.read(unit, officer, period),
                targets=[one for one in body["targets"] if one["id"] in focus],
                parts=draft.document.parts,
                templates=report_drafts.list_templates(unit, officer),
                header=plan.report.header,
            )

        await self._database.write_soon(access.note_reading, officer, f"words:{name_of(period)}")
        return await self._database.read_soon(read)

    async def keep_prose(
        self, officer: Officer, period: Period, typed: Mapping[NotePart, str]
    ) -> None:
        """In the same commit as the line of the audit log."""
        await self._database.write_soon(period_notes.keep_prose, officer, period, typed)

    async def keep_of_target(
        self, officer: Officer, of: tuple[Period, str], note: str, estimate: str
    ) -> None:
        """The same."""
        about = (self._plan(officer), *of)
        await self._database.write_soon(period_notes.keep_of_target, officer, about, note, estimate)

    def require_writer(self, officer: Officer) -> None:
        """Officers of the commune, nobody else."""
        period_notes.require_writer(officer)

    async def keep_template(self, officer: Officer, header: str, body: bytes) -> None:
        """Looked at and filled once in a child process, then kept."""
        period_notes.require_writer(officer)
        draft = await self._draft(officer, self.usual_period(), header)
        await asyncio.to_thread(rendering.check_paper, draft.document, body)
        paper = (f"mau-bao-cao-{header}.docx", body)
        await self._database.write_soon(report_drafts.keep_template, officer, header, paper)

    async def drop_template(self, officer: Officer, header: str) -> bool:
        """In the same commit as the line of the audit log."""
        return await self._database.write_soon(report_drafts.drop_template, officer, header)

    async def template(self, officer: Officer, header: str) -> tuple[str, bytes] | None:
        """As it was sent."""
        found = await self._database.read_soon(report_drafts.find_template, officer, header)
        return None if found is None else (f"mau-bao-cao-{header}.docx", found)

    async def example(self, officer: Officer, header: str) -> tuple[str, bytes]:
        """Of the commune's own header."""
        draft = await self._draft(officer, self.usual_period(), header)
        body = await asyncio.to_thread(report_drafts.example, draft.document)
        return f"vi-du-mau-{header}.docx", body

    async def draft(
        self, officer: Officer, period: Period, header: str | None
    ) -> tuple[str, bytes]:
        """Gathered in one unit, drawn in a child process; before that the look stands in the audit log."""
        await self._database.write_soon(access.note_reading, officer, f"draft:{name_of(period)}")
        draft = await self._draft(officer, period, header)
        return draft.name, await rendering.render_soon("docx", draft)

    async def _draft(
        self, officer: Officer, period: Period, header: str | None
    ) -> report_drafts.Draft:
        commune = officer.commune

        def read(unit: Unit) -> report_drafts.Draft:
            body = self._room.body(unit, commune, period, Audience.OUTGOING)
            return self._room.draft(unit, commune, body, header)

        return await self._database.read_soon(read)

    def _choices(self, period: Period) -> list[tuple[str, str]]:
        """Periods that reports are made of nowadays, and the one that is shown."""
        day = today(self._database.clock())
        last = day.replace(day=1) - DAY
        quarter, half = (day.month - 1) // 3 + 1, (day.month - 1) // 6 + 1
        found = [
            parse(f"month:{last:%Y-%m}"),
            parse(f"month:{day:%Y-%m}"),
            parse(f"reporting-month:{day:%Y-%m}"),
            week_of(day - 7 * DAY),
            week_of(day),
            parse(f"quarter:{day.year}-Q{quarter}"),
            parse(f"half:{day.year}-H{half}"),
            parse(f"year:{day.year}"),
            parse(f"reporting-year:{day.year}"),
        ]
        every = {name_of(one): one for one in [period, *found]}
        return [(name, self._called(one)) for name, one in every.items()]

    def _called(self, period: Period) -> str:
        """The two months of one number differ in their days, so those are said of one."""
        name = name_period(self._texts, period)
        if not period.kind.startswith("reporting-"):
            return name
        last = period.end - DAY
        return self._texts.say(
            "words-page.reporting", name=name, first=f"{period.start:%d/%m}", last=f"{last:%d/%m}"
        )

    def _plan(self, officer: Officer) -> Plan:
        plan = self._plans.get(officer.commune.slug)
        if plan is None:
            raise NotFoundError("Xã, phường này không còn trong content/plans/.")
        return plan
