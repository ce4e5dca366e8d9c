"""What is asked of storage about seats of people who are known, for the test of isolation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.core.vocabulary import Evidence, Identity, Place, Topic, TrainingKind
from storage import attendances, erasing, people, seats, trainings
from storage.attendances import NewSeat, Seat
from storage.database import Unit
from storage.help_entries import By
from storage.trainings import Outline
from tests.storage_twins import Home

LAST = 2**31 - 1
Case = Callable[[Unit, Home], Any]


def sit(unit: Unit, home: Home) -> Seat:
    """Somebody known in a class."""
    outline = Outline(
        TrainingKind.CLASS,
        "Cài VNeID",
        Topic.VNEID,
        unit.now,
        unit.now + timedelta(hours=2),
        Place.CULTURE_HOUSE,
        "Nhà văn hóa",
    )
    by = By(member_id=home.office.member)
    training = trainings.add_once(unit, home.id, "seat-cases", outline, by)[0]
    person = people.add_person(unit, home.id)
    fresh = NewSeat("seat-cases", training.id, Evidence.SCREEN, person_id=person)
    return attendances.take(unit, home.id, fresh)[0]


def shown(unit: Unit, home: Home, seat: Seat) -> list[Any]:
    """What stands of the seat, without ids: they differ from call to call."""
    standing = attendances.list_of(unit, home.id, seat.training_id)
    return [(one.evidence, one.person_id is None) for one in standing]


def after(work: Callable[[Unit, Home, Seat], object]) -> Case:
    """What stands after it."""

    def case(unit: Unit, home: Home) -> Any:
        seat = sit(unit, home)
        work(unit, home, seat)
        return shown(unit, home, seat)

    return case


def of_person(unit: Unit, home: Home) -> list[Evidence]:
    """Seats of somebody known."""
    person = sit(unit, home).person_id or LAST
    return [one.evidence for one in attendances.list_of_people(unit, home.id, [person])]


def of_group(unit: Unit, home: Home) -> list[Any]:
    """The classes of somebody known."""
    found = erasing.find_sat(unit, home.id, [sit(unit, home).person_id or LAST])
    return [found.classes] if found else []


def dropped(unit: Unit, home: Home, seat: Seat) -> None:
    """Nothing leads to the seat."""
    seats.drop_seats(unit, home.id, [seat.person_id or LAST])


CASES: dict[str, Case] = {
    "attendances.list_of_people": of_person,
    "erasing.find_sat": of_group,
    "seats.drop_seats": after(dropped),
    "seats.move_chat": after(lambda u, h, s: seats.move_chat(u, h.id, h.tu, Identity(b"n" * 32))),
    "attendances.unname": after(lambda u, h, s: attendances.unname(u, h.id, s.id)),
}
