"""A day added up beforehand and the state of a task, for the twins."""

from __future__ import annotations

from datetime import date

from sqlalchemy import insert

from storage import help_days
from storage.database import Unit
from storage.models_plans import task_states
from tests.storage_tools import Office

DAY = date(2026, 11, 18)


def furnish(unit: Unit, office: Office) -> None:
    """One row in each, as little as there can be in it."""
    told = {"as_of": DAY, "recorded_at": unit.now}
    state = {"task": "ke-hoach", "status": "dang_lam", **told}
    unit.connection.execute(insert(task_states).values(commune_id=office.id, **state))
    help_days.make(unit, office.id, DAY)
