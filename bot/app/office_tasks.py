"""The office's tasks of the plan, put on top of the database."""

from __future__ import annotations

from bot.app.installation import Installation
from bot.core.errors import NotFoundError
from bot.library import Plan
from bot.locale import local_day
from bot.services import access, tasks
from bot.services.access import Officer
from bot.services.tasks import NewState
from bot.web.office_tasks import TaskCard, TaskSheet
from storage.database import Unit


class OfficeTasks:
    """Answers what these pages ask; see ``bot.web.office_tasks.TasksDesk`` for the promises."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._database = installation.database

    async def sheet(self, officer: Officer) -> TaskSheet:
        """Read in one unit; before that the look stands in the audit log."""
        tasks.require_reader(officer)
        plan, commune = self._plan(officer), officer.commune.id

        def read(unit: Unit) -> TaskSheet:
            today = local_day(unit.now)
            return TaskSheet(tasks.list_standing(unit, commune, plan, today), today)

        await self._database.write_soon(access.note_reading, officer, "tasks")
        return await self._database.read_soon(read)

    async def card(self, officer: Officer, name: str) -> TaskCard:
        """The same for one task and its history."""
        tasks.require_reader(officer)
        plan, commune = self._plan(officer), officer.commune.id
        task = tasks.find(plan, name)

        def read(unit: Unit) -> TaskCard:
            today = local_day(unit.now)
            standing = next(
                one
                for one in tasks.list_standing(unit, commune, plan, today)
                if one.task.id == task.id
            )
            first = today.replace(year=plan.plan.year, month=1, day=1)
            return TaskCard(standing, tasks.history(unit, commune, task), (first, today))

        await self._database.write_soon(access.note_reading, officer, f"task:{task.id}")
        return await self._database.read_soon(read)

    async def set_state(self, officer: Officer, fresh: NewState) -> bool:
        """In the same commit as the line of the audit log; so is the other."""
        plan = self._plan(officer)
        made = await self._database.write_soon(tasks.set_state, officer, plan, fresh)
        return made is not None

    async def take_back(self, officer: Officer, state: tuple[str, int], reason: str) -> bool:
        """It does not count any more."""
        return await self._database.write_soon(tasks.take_back, officer, state, reason)

    def _plan(self, officer: Officer) -> Plan:
        plan = self._installation.library.plans.get(officer.commune.slug)
        if plan is None:
            raise NotFoundError("Xã, phường này không còn trong content/plans/.")
        return plan
