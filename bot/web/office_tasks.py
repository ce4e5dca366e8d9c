"""The tasks of the plan by who leads them, and the page of one: where it stands and what was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from aiohttp import web

from bot.core.errors import NotAllowedError, NotFoundError, RuleError
from bot.core.typed_days import read_day
from bot.core.vocabulary import Role, TaskStatus
from bot.services.access import Officer
from bot.services.tasks import LONGEST_RESULT, NewState, Standing, TaskState
from bot.web.door import Door

TASKS = "/office/tasks"
TASK = TASKS + r"/{task:[a-z0-9-]{1,60}}"
STATE_GONE = TASK + r"/states/{number:\d{1,9}}/gone"
DONE = {
    "kept": "tasks.done-kept",
    "same": "tasks.done-same",
    "gone": "tasks.done-gone",
    "late": "tasks.done-late",
}
"""What an address may say was done."""
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TaskSheet:
    """Every task of the plan as it stands today."""

    tasks: Sequence[Standing]
    today: date


@dataclass(frozen=True, slots=True)
class TaskCard:
    """One task with all that was written down, the newest first, and the days that may be written."""

    standing: Standing
    history: Sequence[TaskState]
    days: tuple[date, date]


@dataclass(frozen=True, slots=True)
class Lead:
    """The tasks of one unit in charge, those about our work first; None where the plan names no unit."""

    name: str | None
    focus: Sequence[Standing]
    others: Sequence[Standing]


class TasksDesk(Protocol):
    """What these pages ask for; ``NotAllowedError`` for who may not, ``NotFoundError`` for no such task."""

    async def sheet(self, officer: Officer) -> TaskSheet:
        """All tasks."""

    async def card(self, officer: Officer, name: str) -> TaskCard:
        """One task."""

    async def set_state(self, officer: Officer, fresh: NewState) -> bool:
        """Where it stands; False when the same stands already, ``RuleError`` for a wrong word."""

    async def take_back(self, officer: Officer, state: tuple[str, int], reason: str) -> bool:
        """The state (task, id) was a mistake; False when it is gone already."""


def add_office_tasks(app: web.Application, door: Door, desk: TasksDesk) -> None:
    """The routes of these pages."""
    tasks = _Tasks(door, desk)
    app.router.add_get(TASKS, tasks.show)
    app.router.add_get(TASK, tasks.show_one)
    app.router.add_post(TASK, tasks.set_state)
    app.router.add_post(STATE_GONE, tasks.take_back)


class _Tasks:
    """Handlers of these routes."""

    def __init__(self, door: Door, desk: TasksDesk) -> None:
        self._door = door
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """All tasks, by who leads them."""
        officer = await self._door.officer(request)
        try:
            sheet = await self._desk.sheet(officer)
        except NotAllowedError:
            raise self._door.refused("tasks.not-for-operator") from None
        values = {
            "tasks": sheet.tasks,
            "leads": by_lead(sheet.tasks),
            "overdue": sorted(
                (one for one in sheet.tasks if one.is_overdue),
                key=lambda one: (not one.task.focus, -one.days_late),
            ),
            "counts": _count(sheet.tasks),
            "today": sheet.today,
            "may_act": officer.role is Role.OFFICER,
        }
        return self._door.page(request, officer, "tasks.html", values, 200)

    async def show_one(self, request: web.Request) -> web.Response:
        """The page of one; ``?done=kept`` says what has just been done."""
        return await self._page(request, await self._door.officer(request), "", None)

    async def set_state(self, request: web.Request) -> web.Response:
        """Where it stands."""
        officer, form = await self._door.read_act(request)
        name = request.match_info["task"]
        try:
            is_new = await self._desk.set_state(officer, _new_state(name, form))
        except NotFoundError:
            raise web.HTTPNotFound from None
        except RuleError as error:
            return await self._page(request, officer, error.code, form)
        raise web.HTTPSeeOther(f"{TASKS}/{name}?done={'kept' if is_new else 'same'}#done")

    async def take_back(self, request: web.Request) -> web.Response:
        """What was written down was a mistake."""
        officer, form = await self._door.read_act(request)
        name = request.match_info["task"]
        state = (name, int(request.match_info["number"]))
        try:
            is_done = await self._desk.take_back(officer, state, form.get("reason", ""))
        except RuleError:
            return await self._page(request, officer, "tasks.reason", None)
        raise web.HTTPSeeOther(f"{TASKS}/{name}?done={'gone' if is_done else 'late'}#done")

    async def _page(
        self, request: web.Request, officer: Officer, fault: str, typed: Mapping[str, str] | None
    ) -> web.Response:
        """The page of a task with what was typed, and the sentence of what was wrong with it."""
        try:
            card = await self._desk.card(officer, request.match_info["task"])
        except NotAllowedError:
            raise self._door.refused("tasks.not-for-operator") from None
        except NotFoundError:
            raise web.HTTPNotFound from None
        texts, done = self._door.texts, DONE.get(request.query.get("done", ""))
        state = card.standing.state
        first, today = card.days
        usual = {
            "status": state.status.value if state else "",
            "result": (state.result or "") if state else "",
            "day": today.isoformat(),
        }
        values = {
            "card": card,
            "one": card.standing,
            "task": card.standing.task,
            "statuses": list(TaskStatus),
            "typed": {name: (typed or usual).get(name, "") for name in usual},
            "first": first,
            "today": today,
            "longest": LONGEST_RESULT,
            "may_act": officer.role is Role.OFFICER,
            "fault": texts.say(fault) if fault else "",
            "done": texts.say(done) if done else "",
        }
        return self._door.page(request, officer, "task.html", values, 422 if fault else 200)


def by_lead(tasks: Sequence[Standing]) -> list[Lead]:
    """In the order of the plan, those units first that lead a task about our work."""
    names = list(dict.fromkeys(one.task.lead for one in tasks))
    leads = []
    for name in names:
        mine = [one for one in tasks if one.task.lead == name]
        focus = [one for one in mine if one.task.focus]
        leads.append(Lead(name, focus, [one for one in mine if not one.task.focus]))
    return sorted(leads, key=lambda one: not one.focus)


def _count(tasks: Sequence[Standing]) -> list[tuple[str, int]]:
    """How many stand where, also where nobody knows; what none does is left out."""
    kinds = [*(status.value for status in TaskStatus), UNKNOWN]
    found = [one.status.value if one.status else UNKNOWN for one in tasks]
    return [(kind, found.count(kind)) for kind in kinds if kind in found]


def _new_state(name: str, form: Mapping[str, str]) -> NewState:
    said = form.get("status", "")
    if said not in set(TaskStatus):
        raise RuleError("tasks.status-wrong", "Chưa chọn tình trạng.")
    day = read_day(form.get("day", ""))
    if day is None:
        raise RuleError("tasks.day-wrong", "Ngày không đúng.")
    return NewState(name, TaskStatus(said), form.get("result"), day)
