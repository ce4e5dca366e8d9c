"""What is asked of storage about figures of trainings, for the test of isolation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.core.vocabulary import CommunicationKind, TrainingKind
from storage import people, training_figures
from storage.database import Unit
from storage.models_trainings import trainings
from tests import held_trainings as tools
from tests.storage_twins import DAY, Home

Case = Callable[[Unit, Home], Any]
DAYS = (DAY, DAY + timedelta(days=7))
WINDOW = (tools.local(DAYS[0], 0), tools.local(DAYS[1], 0))
KINDS = tuple(TrainingKind)


def taught(ask: Case) -> Case:
    """The same in a commune that has just given a class and a contest."""

    def ask_then(unit: Unit, home: Home) -> Any:
        for kind in (TrainingKind.CLASS, TrainingKind.CONTEST):
            held = tools.hold(unit, home.id, kind, DAY, team_id=home.office.team)
            tools.fill(unit, home.id, held, people.add_person(unit, home.id), None)
        tools.put_out(unit, home.id, CommunicationKind.BROADCAST, DAY, 2)
        return ask(unit, home)

    return ask_then


def lines(unit: Unit, home: Home) -> Any:
    """Without the ids, which are new ones each time."""
    found, whole = training_figures.list_behind(unit, home.id, WINDOW, KINDS)
    return [[(one.title, one.kind, one.count) for one in found], whole]


def split(unit: Unit, home: Home) -> Any:
    """Of every class that there is, also of those that another commune gave."""
    every = unit.connection.execute(select(trainings.c.id)).scalars()
    found = [training_figures.split_of(unit, home.id, one) for one in list(every)]
    return [ages.total() for ages, _ in found if ages]


CASES: dict[str, Case] = {
    "training_figures.count": taught(lambda u, h: training_figures.count(u, h.id, WINDOW)),
    "training_figures.count_held": taught(
        lambda u, h: training_figures.count_held(u, h.id, WINDOW)
    ),
    "training_figures.has_contest_to_come": taught(
        lambda u, h: training_figures.has_contest_to_come(u, h.id, WINDOW)
    ),
    "training_figures.count_active_teams": taught(
        lambda u, h: training_figures.count_active_teams(u, h.id, DAYS, WINDOW)
    ),
    "training_figures.first_moment": taught(lambda u, h: training_figures.first_moment(u, h.id)),
    "training_figures.first_day_beside": taught(
        lambda u, h: training_figures.first_day_beside(u, h.id)
    ),
    "training_figures.first_written": taught(lambda u, h: training_figures.first_written(u, h.id)),
    "training_figures.split_of": taught(split),
    "training_figures.list_behind": taught(lines),
}
