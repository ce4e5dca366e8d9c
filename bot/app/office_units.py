"""The office's page of units that report, put on top of the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from bot.app.installation import Installation
from bot.core.errors import NotFoundError
from bot.core.periods import Period
from bot.core.vocabulary import AddressForm
from bot.locale import Texts
from bot.services import access, unit_desk, unit_lists, unit_notices
from bot.services.access import Officer
from bot.services.reminders import Mail
from bot.services.unit_desk import Board, Looked, Made
from bot.services.unit_forms import Fault, Filled
from bot.services.unit_reports import Here
from storage.database import Unit

T = TypeVar("T")


class OfficeUnits:
    """Answers what this page asks; see ``bot.web.office_units.UnitsDesk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._database = installation.database
        self._texts = Texts(installation.sentences, AddressForm.ANH_CHI.words)
        self.address = installation.settings.public_url

    async def board(self, officer: Officer, period: Period | None) -> Board:
        """Read in one unit; before that the look stands in the audit log."""
        await self._note(officer, "units")

        def read(here: Here) -> Board:
            chosen = period or unit_desk.latest_period(here)
            return unit_desk.read_board(here, self._texts, chosen)

        return await self._read(officer, read)

    async def look(self, officer: Officer, number: int) -> Looked:
        """The same for one report."""
        await self._note(officer, f"unit-report:{number}")
        return await self._read(officer, lambda here: unit_desk.look(here, self._texts, number))

    async def open_period(self, officer: Officer, period: Period) -> int:
        """Leaders are told in the same commit."""
        mail = self._mail(officer)

        def work(here: Here) -> int:
            fresh = unit_desk.open_period(here, officer, period)
            unit_notices.tell_leaders(here, mail, period, fresh)
            return len(fresh)

        return await self._write(officer, work)

    async def make_link(self, officer: Officer, number: int) -> Made:
        """In the same commit as the line of the audit log."""
        return await self._write(officer, lambda here: unit_desk.make_link(here, officer, number))

    async def make_links(self, officer: Officer, period: Period) -> list[Made]:
        """The same."""
        return await self._write(officer, lambda here: unit_desk.make_links(here, officer, period))

    async def judge(
        self, officer: Officer, seen: tuple[int, int], verdict: tuple[str, str]
    ) -> None:
        """A leader who has something to do now is told in the same commit."""
        mail = self._mail(officer)

        def work(here: Here) -> None:
            after = unit_desk.judge(here, officer, seen, verdict)
            unit_notices.tell_judged(here, mail, after, *verdict)

        await self._write(officer, work)

    async def enter(self, officer: Officer, number: int, typed: Mapping[str, str]) -> Filled:
        """The same."""

        def work(here: Here) -> Filled:
            return unit_desk.enter(here, self._texts, officer, (number, typed))

        return await self._write(officer, work)

    async def add_schools(self, officer: Officer, reporter: str, names: str) -> Fault | None:
        """The same."""
        return await self._write(
            officer, lambda here: unit_lists.add(here, officer, reporter, names)
        )

    async def drop_school(self, officer: Officer, number: int, reason: str) -> None:
        """The same."""
        await self._write(officer, lambda here: unit_lists.drop(here, officer, number, reason))

    def _mail(self, officer: Officer) -> Mail:
        texts = {officer.commune.id: self._installation.texts(officer.commune)}
        terms = {"zalo_oa": self._installation.library.tariffs.of_account(may_pay=False)}
        return Mail(texts, terms)

    async def _note(self, officer: Officer, what: str) -> None:
        unit_desk.require_reader(officer)
        await self._database.write_soon(access.note_reading, officer, what)

    async def _read(self, officer: Officer, work: Callable[[Here], T]) -> T:
        return await self._database.read_soon(lambda unit: work(self._here(officer, unit)))

    async def _write(self, officer: Officer, work: Callable[[Here], T]) -> T:
        return await self._database.write_soon(lambda unit: work(self._here(officer, unit)))

    def _here(self, officer: Officer, unit: Unit) -> Here:
        plan = self._installation.library.plans.get(officer.commune.slug)
        if plan is None:
            raise NotFoundError("Xã, phường này không còn trong content/plans/.")
        return Here(unit, officer.commune, plan)
