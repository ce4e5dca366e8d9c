"""What is asked of storage about days added up beforehand, for the test of isolation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from storage import help_days, team_days
from storage.database import Unit
from storage.models_help import help_days as table
from tests.storage_twins import DAY, Home

Case = Callable[[Unit, Home], Any]
WINDOW = (DAY, DAY + timedelta(days=2))


def kept(unit: Unit, home: Home) -> Any:
    """How many rows stand for the commune."""
    mine = table.c.commune_id == home.id
    return unit.connection.execute(select(func.count()).where(mine)).scalar_one()


def after(change: Callable[[Unit, Home], Any]) -> Case:
    """The rows of the commune when that is done."""

    def ask(unit: Unit, home: Home) -> Any:
        change(unit, home)
        return kept(unit, home)

    return ask


def total(unit: Unit, home: Home) -> Any:
    """In numbers only."""
    found = help_days.count(unit, home.id, WINDOW)
    return [(key, one.sums.visits, one.people_count) for key, one in found.items()]


def sums(unit: Unit, home: Home) -> Any:
    """Without the ids of teams and people, which are other ones in each commune."""
    found = help_days.read_kept(unit, home.id, WINDOW)
    return sorted((part, one.visits, one.without_person) for (part, _), one in found.items())


CASES: dict[str, Case] = {
    "help_days.forget": after(lambda u, h: help_days.forget(u, h.id, [DAY])),
    "help_days.forget_entry": after(lambda u, h: help_days.forget_entry(u, h.id, h.entry.id)),
    "help_days.forget_people": after(lambda u, h: help_days.forget_people(u, h.id, [1, 2, 3])),
    "help_days.make": after(lambda u, h: help_days.make(u, h.id, DAY)),
    "help_days.list_due": lambda u, h: help_days.list_due(u, h.id, WINDOW, 9),
    "help_days.count": total,
    "help_days.read_kept": sums,
    "help_days.list_gaps": lambda u, h: help_days.list_gaps(u, h.id, WINDOW),
    "help_days.list_roots": lambda u, h: len(help_days.list_roots(u, h.id)),
    "team_days.list_team_days": lambda u, h: [
        (one.day, one.visits, one.files, one.confirmed)
        for one in team_days.list_team_days(u, h.id, WINDOW)
    ],
    "team_days.find_first_days": lambda u, h: sorted(
        team_days.find_first_days(u, h.id, WINDOW).values()
    ),
    "team_days.find_teams": lambda u, h: len(team_days.find_teams(u, h.id, WINDOW)),
}
