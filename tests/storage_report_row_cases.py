"""What is asked of storage about the rows under a report, for the test of isolation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.core.vocabulary import TrainingKind
from storage import report_rows
from storage.database import Unit
from tests import held_trainings as tools
from tests.storage_figures_cases import DAYS, WINDOW
from tests.storage_twins import DAY, Home

Case = Callable[[Unit, Home], Any]


def helped(unit: Unit, home: Home) -> Any:
    """Without the ids, which differ."""
    return [replace(one, id=0) for one in report_rows.each_help(unit, home.id, DAYS)]


def held(unit: Unit, home: Home) -> Any:
    """A class that has just been given, by its team and by its day."""
    tools.hold(unit, home.id, TrainingKind.CLASS, DAY, team_id=home.office.team)
    return report_rows.list_held(unit, home.id, WINDOW)


CASES: dict[str, Case] = {"report_rows.each_help": helped, "report_rows.list_held": held}
