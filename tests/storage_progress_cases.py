"""What is asked of storage about how figures of targets grew, for the test of isolation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from datetime import timedelta
from typing import Any

from bot.core.vocabulary import TrainingKind
from storage import progress_figures
from storage.database import Unit
from tests.storage_figures_cases import DAYS, WINDOW, taught
from tests.storage_twins import Home

Case = Callable[[Unit, Home], Any]
CLASS = TrainingKind.CLASS


def held(unit: Unit, home: Home) -> Any:
    """Without the ids of teams, which are other ones in each commune."""
    found = progress_figures.list_held(unit, home.id, WINDOW)
    return [(one.kind, one.starts_at, one.is_confirmed) for one in found]


def came(unit: Unit, home: Home) -> Any:
    """Everybody who is known."""
    return progress_figures.list_people(unit, home.id, WINDOW, (CLASS, unit.now))


CASES: dict[str, Case] = {
    "progress_figures.list_held": taught(held),
    "progress_figures.list_people": taught(came),
    "progress_figures.count_unknown": taught(
        lambda u, h: progress_figures.count_unknown(u, h.id, WINDOW, CLASS)
    ),
    "progress_figures.list_sent": lambda u, h: [
        day for day, _ in progress_figures.list_sent(u, h.id, DAYS)
    ],
    "progress_figures.list_active": lambda u, h: [
        astuple(one)[1:]
        for one in progress_figures.list_active(u, h.id, DAYS, u.now + timedelta(days=1))
    ],
}
