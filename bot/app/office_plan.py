"""The office's pages of the plan, put on top of the database."""

from __future__ import annotations

from datetime import date

from bot.app.installation import Installation
from bot.core.errors import NotFoundError
from bot.library import Plan
from bot.services import access, plan_sheet, readings, target_changes
from bot.services.access import Officer
from bot.services.plan_sheet import PlanSheet, TargetSheet
from bot.services.readings import Typed
from bot.services.target_changes import Change


class OfficePlan:
    """Answers what these pages ask; see ``bot.web.office_plan.PlanDesk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._database = installation.database
        self._plans = installation.library.plans

    async def plan(self, officer: Officer) -> PlanSheet:
        """Read in one unit; before that the look stands in the audit log."""
        plan_sheet.require_reader(officer)
        await self._database.write_soon(access.note_reading, officer, "plan")
        return await self._database.read_soon(plan_sheet.read_plan, officer, self._plan(officer))

    async def target(self, officer: Officer, name: str) -> TargetSheet:
        """The same."""
        plan_sheet.require_reader(officer)
        await self._database.write_soon(access.note_reading, officer, f"plan:{name}")
        read, plan = self._database.read_soon, self._plan(officer)
        return await read(plan_sheet.read_target, officer, plan, name)

    async def keep(
        self, officer: Officer, name: str, entered: tuple[Typed, date, str], once: str
    ) -> None:
        """In the same commit as the line of the audit log."""
        of = (*entered, f"office:{officer.id}:{once}")
        write, plan = self._database.write_soon, self._plan(officer)
        await write(readings.keep, officer, plan, name, of)

    async def take_out(self, officer: Officer, name: str, number: int, reason: str) -> bool:
        """The same."""
        write = self._database.write_soon
        return await write(readings.take_out, officer, name, number, reason)

    async def change(self, officer: Officer, name: str, change: Change) -> None:
        """The same."""
        write, plan = self._database.write_soon, self._plan(officer)
        await write(target_changes.revise, officer, plan, name, change)

    async def restore(
        self, officer: Officer, name: str, number: int, when: tuple[date, str]
    ) -> None:
        """The same."""
        write = self._database.write_soon
        await write(target_changes.restore, officer, name, number, when)

    async def follow(self, officer: Officer, name: str, reason: str) -> bool:
        """The same."""
        write, plan = self._database.write_soon, self._plan(officer)
        return await write(target_changes.follow, officer, plan, name, reason)

    async def keep_both(self, officer: Officer, name: str, reason: str) -> bool:
        """The same."""
        write, plan = self._database.write_soon, self._plan(officer)
        return await write(target_changes.keep_both, officer, plan, name, reason)

    async def keep_whole(self, officer: Officer, name: str, entered: tuple[str, date, str]) -> None:
        """The same."""
        write, plan = self._database.write_soon, self._plan(officer)
        await write(readings.keep_denominator, officer, plan, name, entered)

    async def take_out_whole(self, officer: Officer, number: int, reason: str) -> bool:
        """The same."""
        write = self._database.write_soon
        return await write(readings.take_out_denominator, officer, number, reason)

    def _plan(self, officer: Officer) -> Plan:
        plan = self._plans.get(officer.commune.slug)
        if plan is None:
            raise NotFoundError("Xã, phường này không còn trong content/plans/.")
        return plan
