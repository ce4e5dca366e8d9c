"""Calls of the functions of states of tasks, for the isolation test; storage_plan_twins furnishes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from bot.core.vocabulary import TaskStatus
from storage import task_states
from storage.database import Unit
from storage.task_states import NewState

if TYPE_CHECKING:  # which furnishes with the rows of storage_plan_twins
    from tests.storage_twins import Home

TASK = "ke-hoach"
LAST = date(2026, 12, 31)


def _state(unit: Unit, home: Home) -> tuple[str, int]:
    return TASK, task_states.list_of_task(unit, home.id, TASK)[0].id


def _add(unit: Unit, home: Home) -> int:
    fresh = NewState(TASK, TaskStatus.DONE, "Đã ban hành", LAST)
    task_states.add(unit, home.id, fresh)
    return len(task_states.list_of_task(unit, home.id, TASK))


CASES: dict[str, Callable[[Unit, Home], Any]] = {
    "task_states.add": _add,
    "task_states.void": lambda u, h: task_states.void(u, h.id, _state(u, h), "nhầm"),
    "task_states.newest": lambda u, h: task_states.newest(u, h.id, LAST),
    "task_states.list_of_task": lambda u, h: task_states.list_of_task(u, h.id, TASK),
}

STRANGE: dict[str, Callable[[Unit, Home, Home], Any]] = {
    "task_states.void": lambda u, a, b: task_states.void(u, a.id, _state(u, b), "x"),
}
