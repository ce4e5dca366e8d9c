"""What a report is told with here, for files and pages: words, version, the moment that it counts to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from bot import VERSION
from bot.app import rendering
from bot.app.installation import Installation
from bot.core.errors import NotFoundError
from bot.core.periods import Period
from bot.core.vocabulary import AddressForm, Audience
from bot.library import Plan
from bot.locale import Texts
from bot.reports.tables import Book, ReportTables
from bot.services import period_report, report_book, report_drafts, report_tables
from bot.services.frozen_rows import Rows
from bot.services.report_annex import annex_of
from bot.services.report_document import Wish
from bot.services.report_drafts import Draft
from bot.services.report_letter import HEADERS
from bot.services.report_words import Telling, period_of
from storage import report_templates
from storage.communes import Commune
from storage.database import Unit

SUMMARY = "summary"
"""The table that a report's CSV is."""


class ReportRoom:
    """The words of all files, read once."""

    def __init__(self, installation: Installation) -> None:
        self.texts = Texts(installation.sentences, AddressForm.ANH_CHI.words)
        self._sentences = installation.sentences
        self._plans = installation.library.plans
        self._titles = {name: guide.title for name, guide in installation.library.guides.items()}
        self._version = VERSION

    def plan(self, commune: Commune) -> Plan:
        """The plan of a commune; ``NotFoundError`` when its file is gone."""
        found = self._plans.get(commune.slug)
        if found is None:
            raise NotFoundError("Xã, phường này không còn trong content/plans/.")
        return found

    def told(self, unit: Unit, commune: Commune, body: Mapping[str, Any]) -> Telling:
        """What the report is told with; figures of days that are over stand for their last moment."""
        as_of = min(unit.now, _counted_to(body))
        plan = self.plan(commune)
        return Telling(self.texts, plan, self._titles, self._version, as_of)

    def body(
        self, unit: Unit, commune: Commune, period: Period, audience: Audience
    ) -> dict[str, Any]:
        """The report itself."""
        return period_report.find(unit, commune, self.plan(commune), period, audience)

    def tables(self, unit: Unit, commune: Commune, body: Mapping[str, Any]) -> ReportTables:
        """Its tables."""
        return report_tables.build(body, self.told(unit, commune, body))

    def draft(
        self,
        unit: Unit,
        commune: Commune,
        body: Mapping[str, Any],
        header: str | None = None,
    ) -> Draft:
        """The văn bản of it with its tables as the annex; drawn without the database."""
        plan = self.plan(commune)
        told = self.told(unit, commune, body)
        annex = annex_of(report_tables.build(body, told), body, told)
        how = (self.texts, Wish(header))
        return report_drafts.from_body(unit, (commune, plan), how, body, annex)

    def mark(self, unit: Unit, commune: Commune) -> str:
        """What files hang on besides the report."""
        told = hashlib.sha256(self.plan(commune).model_dump_json().encode())
        for text in sorted(self._sentences.values()):
            told.update(text.encode())
        for header in HEADERS:
            told.update(report_templates.find(unit, commune.id, header) or b"-")
        return f"{self._version} {told.hexdigest()[:8]}"

    def book(self, unit: Unit, commune: Commune, body: Mapping[str, Any]) -> Book:
        """Its workbook, for ``bot.app.rendering.xlsx``."""
        told = self.told(unit, commune, body)
        return report_book.gather(unit, commune.id, body, told)


def _counted_to(body: Mapping[str, Any]) -> datetime:
    """The end of the last day that counts; of a draft the end of its period."""
    period, until = period_of(body), body["period"]["until"]
    if until is None or not body["period"]["closed"]:
        return period.end_at
    return replace(period, end=date.fromisoformat(until) + timedelta(days=1)).end_at


class ReportFiles:
    """Makes the files of one commune's reports, each in a child process."""

    def __init__(self, installation: Installation, commune: Commune) -> None:
        self._room, self._commune = ReportRoom(installation), commune
        self._database = installation.database

    def docx(self, body: dict[str, Any]) -> bytes:
        """The draft to be signed, under the header of the plan."""
        draft = self._database.read(self._room.draft, self._commune, body)
        return rendering.render("docx", draft)

    def xlsx(self, body: dict[str, Any], rows: Rows | None = None) -> bytes:
        """The workbook; of rows that were kept, or as they stand now."""
        book = self._database.read(self._book, body, rows)
        return rendering.xlsx(book)

    def csv(self, body: dict[str, Any]) -> bytes:
        """Its summary as text."""
        tables = self._database.read(self._room.tables, self._commune, body)
        return rendering.as_csv(tables.table(SUMMARY))

    def made_by(self) -> str:
        """The version, and eight digits that change with the plan, the words and the letter paper."""
        return self._database.read(self._room.mark, self._commune)

    def _book(self, unit: Unit, body: dict[str, Any], rows: Rows | None) -> Book:
        if rows is None:
            return self._room.book(unit, self._commune, body)
        told = self._room.told(unit, self._commune, body)
        return report_book.compose(body, told, rows)
