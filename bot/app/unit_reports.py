"""The public form of a unit put on top of links and reports."""

from __future__ import annotations

from collections.abc import Mapping

from bot.app.installation import Installation
from bot.core.errors import NotFoundError
from bot.core.vocabulary import AddressForm, CommuneId
from bot.locale import Texts
from bot.services import unit_forms, unit_links, unit_reports
from bot.services.unit_links import Linked
from bot.services.unit_reports import ANEW, Fresh, Here
from bot.web.unit_reports import Shown
from storage.database import Unit


class UnitPages:
    """Answers what these pages ask; see ``bot.web.unit_reports.UnitPagesDesk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._database = installation.database
        self.texts = Texts(installation.sentences, AddressForm.ANH_CHI.words)

    async def look(self, token: str) -> Shown | None:
        """Read only: a stranger never keeps the writer busy."""

        def read(unit: Unit) -> Shown | None:
            linked = unit_links.find(unit, token)
            return self._shown(self._here(unit, linked.commune), linked) if linked else None

        return await self._database.read_soon(read)

    async def send(self, token: str, typed: Mapping[str, str]) -> Shown | None:
        """Looked at before anything is written: a wrong link does not wait for the writer."""
        if await self.look(token) is None:
            return None

        def write(unit: Unit) -> Shown | None:
            linked = unit_links.find(unit, token)
            return self._send(self._here(unit, linked.commune), linked, typed) if linked else None

        return await self._database.write_soon(write)

    def _send(self, here: Here, linked: Linked, typed: Mapping[str, str]) -> Shown:
        report = linked.report
        sheet = unit_forms.open_sheet(here, self.texts, report)
        filled = unit_forms.read_form(sheet, typed)
        if linked.is_spent:  # sent twice at once: the second one shows the first
            is_same = not filled.faults and filled.content == sheet.said
            return Shown(self.texts, sheet, True, {} if is_same else typed, {})
        if filled.faults:
            return self._shown(here, linked, (typed, filled.faults))
        if typed.get("revision") != str(report.revision):
            return self._shown(here, linked, unit_forms.anew(typed))
        reason = report.wish or (ANEW if report.content else None)
        actor = f"unit-link:{report.id}"
        fresh = Fresh(filled.content, filled.sent_by, actor, reason=reason)
        after = unit_reports.send(here, report, fresh)
        return self._shown(here, Linked(linked.commune, after))

    def _shown(
        self,
        here: Here,
        linked: Linked,
        typed: tuple[Mapping[str, str], Mapping[str, unit_forms.Fault]] | None = None,
    ) -> Shown:
        sheet = unit_forms.open_sheet(here, self.texts, linked.report)
        fields, faults = typed or ({}, {})
        return Shown(self.texts, sheet, linked.is_spent, fields, faults)

    def _here(self, unit: Unit, commune: CommuneId) -> Here:
        for one in self._installation.communes:
            plan = self._installation.library.plans.get(one.slug)
            if one.id == commune and plan is not None:
                return Here(unit, one, plan)
        raise NotFoundError("Xã, phường này không còn trong content/plans/.")
