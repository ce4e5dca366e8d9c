"""Tasks of a plan (nhiệm vụ): where each stands, as the office wrote it down.

A task of which nothing was written down is unknown, which is not “chưa làm”.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.core.errors import NotAllowedError, NotFoundError, RuleError
from bot.core.periods import Period
from bot.core.redaction import mask_phones, redact
from bot.core.vocabulary import CommuneId, Role, TaskStatus
from bot.library import Plan
from bot.library.reporting import Task
from bot.locale import local_day
from bot.services import access
from bot.services.access import Officer
from bot.services.help_log import kept_reason
from storage import task_states
from storage.database import Unit
from storage.task_states import NewState as NewState  # pages take it from here
from storage.task_states import TaskState as TaskState  # pages take it from here

LONGEST_RESULT = 1000
ENDED = frozenset({TaskStatus.DONE, TaskStatus.DROPPED})


@dataclass(frozen=True, slots=True)
class Standing:
    """A task and its newest state on a day; without a state nobody knows."""

    task: Task
    state: TaskState | None
    day: date

    @property
    def status(self) -> TaskStatus | None:
        """None where nobody knows."""
        return self.state.status if self.state else None

    @property
    def is_overdue(self) -> bool:
        """True where its last day is over and nobody wrote that it is done or dropped."""
        ends_on = self.task.ends_on
        return ends_on is not None and ends_on < self.day and self.status not in ENDED

    @property
    def days_late(self) -> int:
        """How many days since its last one; 0 where it is not overdue."""
        ends_on = self.task.ends_on
        return (self.day - ends_on).days if ends_on is not None and self.is_overdue else 0


# ---- read


def list_standing(unit: Unit, commune: CommuneId, plan: Plan, day: date) -> list[Standing]:
    """Every task of the plan, in its order, as it stood at the end of that day."""
    states = task_states.newest(unit, commune, day)
    return [Standing(task, states.get(task.id), day) for task in plan.tasks]


def in_json(
    unit: Unit, commune: CommuneId, plan: Plan, period: Period
) -> list[dict[str, str | None]]:
    """The tasks of a report, as they stood on the last day of its period."""
    return [_as_json(one) for one in list_standing(unit, commune, plan, period.last_day)]


def _as_json(standing: Standing) -> dict[str, str | None]:
    task, state = standing.task, standing.state
    return {
        "id": task.id,
        "text": task.text,
        "lead": task.lead,
        "partners": task.partners,
        "product": task.product,
        "due": task.due,
        "status": state.status.value if state else None,
        "result": state.result if state else None,
        "as_of": state.as_of.isoformat() if state else None,
        "source": task.source,
    }


def find(plan: Plan, name: str) -> Task:
    """The task with that id; ``NotFoundError`` where the plan has none."""
    found = next((one for one in plan.tasks if one.id == name), None)
    if found is None:
        raise NotFoundError(f"Kế hoạch không có nhiệm vụ “{name}”.")
    return found


def history(unit: Unit, commune: CommuneId, task: Task) -> Sequence[TaskState]:
    """All that was written down about it, the newest day first, also what was taken back."""
    return task_states.list_of_task(unit, commune, task.id)[::-1]


def require_reader(officer: Officer) -> None:
    """``NotAllowedError`` for who runs the machine only."""
    if officer.role is Role.OPERATOR:
        raise NotAllowedError("Người quản trị không xem nhiệm vụ của kế hoạch.")


# ---- what the office writes down


def set_state(unit: Unit, officer: Officer, plan: Plan, fresh: NewState) -> int | None:
    """Where a task stands since a day; None where the same stands already.

    ``NotFoundError`` for a task that the plan has not. ``RuleError``: ``tasks.day-ahead`` (not yet),
    ``tasks.day-early`` (before the year of the plan), ``tasks.long``, ``tasks.why-not`` (no word why).
    """
    _check_officer(officer)
    task, commune = find(plan, fresh.task), officer.commune.id
    today = local_day(unit.now)
    if fresh.as_of > today:
        raise RuleError("tasks.day-ahead", "Ngày này chưa tới.")
    if fresh.as_of.year < plan.plan.year:
        raise RuleError("tasks.day-early", "Ngày này trước năm của kế hoạch.")
    result = _kept_result(fresh.result)
    if fresh.status is TaskStatus.DROPPED and result is None:
        raise RuleError("tasks.why-not", "Cần ghi vì sao không làm.")
    kept = NewState(task.id, fresh.status, result, fresh.as_of)
    before = task_states.newest(unit, commune, fresh.as_of).get(task.id)
    if before and (before.status, before.result, before.as_of) == (
        fresh.status,
        result,
        kept.as_of,
    ):
        return None
    number = task_states.add(unit, commune, kept, officer.id)
    access.note_change(unit, officer, "set-task-state", f"task-state:{number}")
    return number


def take_back(unit: Unit, officer: Officer, state: tuple[str, int], reason: str) -> bool:
    """The state (task, id) was a mistake; False when it is gone already. ``RuleError``: no reason."""
    _check_officer(officer)
    if not task_states.void(unit, officer.commune.id, state, kept_reason(reason)):
        return False
    access.note_change(unit, officer, "drop-task-state", f"task-state:{state[1]}")
    return True


def _kept_result(result: str | None) -> str | None:
    """A result as it is kept: one line, no personal number in it; ``RuleError`` for one too long."""
    kept = " ".join(mask_phones(redact(result or "").text).split())
    if len(kept) > LONGEST_RESULT:
        raise RuleError("tasks.long", "Kết quả dài quá.")
    return kept or None


def _check_officer(officer: Officer) -> None:
    if officer.role is not Role.OFFICER:
        raise NotAllowedError("Chỉ cán bộ phụ trách ghi được nhiệm vụ.")
