"""What the office wrote down about the tasks of its plan: where each stands on a day, and its result.

Nothing is overwritten: what was wrong is voided with the reason and stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, insert, select, update

from bot.core.vocabulary import CommuneId, TaskStatus
from storage.database import Unit
from storage.models import staff
from storage.models_plans import task_states


@dataclass(frozen=True, slots=True)
class NewState:
    """Where a task stood at the end of a day; ``unit_report_id`` where a unit reported it."""

    task: str  # its id in the plan
    status: TaskStatus
    result: str | None
    as_of: date
    unit_report_id: int | None = None


@dataclass(frozen=True, slots=True)
class TaskState:
    """A state as it was written down; with ``voided_at`` it does not count any more."""

    id: int
    task: str
    status: TaskStatus
    result: str | None
    as_of: date
    unit_report_id: int | None
    recorded_at: datetime
    voided_at: datetime | None
    reason: str | None
    by: str | None  # PII: the name of who wrote it down


def add(unit: Unit, commune: CommuneId, fresh: NewState, staff_id: int | None = None) -> int:
    """Keep it; gives its id."""
    values = {
        "commune_id": commune,
        "task": fresh.task,
        "status": fresh.status,
        "result": fresh.result,
        "as_of": fresh.as_of,
        "unit_report_id": fresh.unit_report_id,
        "staff_id": staff_id,
        "recorded_at": unit.now,
    }
    made = insert(task_states).values(values).returning(task_states.c.id)
    return int(unit.connection.execute(made).scalar_one())


def void(unit: Unit, commune: CommuneId, state: tuple[str, int], reason: str) -> bool:
    """The state (task, id) does not count any more; False when it is void already or not of that task."""
    row = task_states.c
    task, number = state
    mine = (row.commune_id == commune, row.id == number, row.task == task)
    out = update(task_states).where(*mine, row.voided_at.is_(None))
    done = unit.connection.execute(out.values(voided_at=unit.now, reason=reason))
    return done.rowcount == 1


def newest(unit: Unit, commune: CommuneId, until: date) -> dict[str, TaskState]:
    """By task, the newest that counts of those until the end of that day; of one day, the last written."""
    row = task_states.c
    standing = _list(unit, commune, row.voided_at.is_(None), row.as_of <= until)
    return {one.task: one for one in standing}


def list_of_task(unit: Unit, commune: CommuneId, task: str) -> list[TaskState]:
    """All that was written down about a task, also what was voided, the oldest day first."""
    return _list(unit, commune, task_states.c.task == task)


def _list(unit: Unit, commune: CommuneId, *which: ColumnElement[bool]) -> list[TaskState]:
    row = task_states.c
    author = (staff.c.commune_id == row.commune_id) & (staff.c.id == row.staff_id)
    asked = (
        select(
            row.id,
            row.task,
            row.status,
            row.result,
            row.as_of,
            row.unit_report_id,
            row.recorded_at,
            row.voided_at,
            row.reason,
            staff.c.name,
        )
        .select_from(task_states.outerjoin(staff, author))
        .where(row.commune_id == commune, *which)
        .order_by(row.as_of, row.id)
    )
    return [
        TaskState(number, task, TaskStatus(status), *rest)
        for number, task, status, *rest in unit.connection.execute(asked)
    ]
