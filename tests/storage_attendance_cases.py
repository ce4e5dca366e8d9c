"""What is asked of storage about lists of classes from paper, for the test of isolation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, select

from bot.core.vocabulary import AgeBand, Evidence, Place, Topic, TrainingKind
from storage import attendance_bulk, imports, phone_lists, trainings
from storage.attendances import NewSeat
from storage.database import Unit
from storage.help_entries import By
from storage.imports import ATTENDANCE, NewImport
from storage.models_help import imports as imports_of
from storage.trainings import Outline
from tests.storage_twins import Home

PHONE = "+84912345670"
IDS = ["paper:z-1#1", "paper:z-2#1"]
Case = Callable[[Unit, Home], Any]


def planned(unit: Unit, home: Home) -> int:
    """A class of the commune; gives its number."""
    lasts = (unit.now, unit.now + timedelta(hours=1))
    outline = Outline(TrainingKind.CLASS, "Lớp", Topic.DVC, *lasts, Place.OTHER, "")
    return trainings.add_once(unit, home.id, "list-class", outline, By())[0].id


def took(unit: Unit, home: Home) -> tuple[int, int, int]:
    """A list of two seats is in the roll; gives the numbers of class, file and person."""
    training = planned(unit, home)
    made = imports.add(unit, home.id, NewImport("1" * 64, 2, 2, "console", ATTENDANCE))
    person = phone_lists.name_all(unit, home.id, [PHONE])[PHONE]
    known = NewSeat(IDS[0], training, Evidence.LIST, person_id=person, import_id=made)
    other = NewSeat(IDS[1], training, Evidence.LIST, age_band=AgeBand.FROM_60, import_id=made)
    attendance_bulk.add_all(unit, home.id, [known, other])
    return training, made, person


def stored(unit: Unit, home: Home) -> list[Any]:
    """What stands under the ids, without the numbers that differ from call to call."""
    took(unit, home)
    found = attendance_bulk.list_stored(unit, home.id, [*IDS, "nothing"])
    return [(name, replace(one, training_id=0)) for name, one in sorted(found.items())]


def classes(unit: Unit, home: Home) -> bool:
    training, made, _ = took(unit, home)
    return attendance_bulk.list_classes(unit, home.id, made) == [training]


CASES: dict[str, Case] = {
    "attendance_bulk.add_all": stored,
    "attendance_bulk.list_stored": stored,
    "attendance_bulk.list_classes": classes,
    "attendance_bulk.void_import": lambda u, h: attendance_bulk.void_import(
        u, h.id, took(u, h)[1], "nhầm"
    ),
}


def strange_seat(unit: Unit, home: Home, **others: Any) -> NewSeat:
    """A seat of the commune with something of another one in it."""
    return replace(NewSeat("paper:s#1", planned(unit, home), Evidence.LIST), **others)


def first_of(unit: Unit, table: Table, home: Home) -> int:
    """The id of a row that the furnished commune has."""
    rows = select(table.c.id).where(table.c.commune_id == home.id)
    found: int = unit.connection.execute(rows.order_by(table.c.id).limit(1)).scalar_one()
    return found


STRANGE: dict[str, Callable[[Unit, Home, Home], Any]] = {
    "attendance_bulk.add_all: class": lambda u, a, b: attendance_bulk.add_all(
        u, a.id, [strange_seat(u, a, training_id=planned(u, b))]
    ),
    "attendance_bulk.add_all: person": lambda u, a, b: attendance_bulk.add_all(
        u, a.id, [strange_seat(u, a, person_id=took(u, b)[2])]
    ),
    "attendance_bulk.add_all: import": lambda u, a, b: attendance_bulk.add_all(
        u, a.id, [strange_seat(u, a, import_id=took(u, b)[1])]
    ),
    "attendance_bulk.list_classes": lambda u, a, b: attendance_bulk.list_classes(
        u, a.id, first_of(u, imports_of, b)
    ),
    "attendance_bulk.void_import": lambda u, a, b: bool(
        attendance_bulk.void_import(u, a.id, first_of(u, imports_of, b), "nhầm")
    ),
}
