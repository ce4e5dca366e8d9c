"""A class that has just ended, and people who were there."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from bot.core.vocabulary import Place, Role, Topic, TrainingKind, TrainingStatus
from bot.services import check_in, trainings
from bot.services.trainings import Hand, Outline
from storage import communes, staff
from storage.database import Unit
from storage.trainings import Training
from tests.world import Person, World

TEAM = "KP 3"
TITLE = "VNeID cho người lớn tuổi"
_numbers = itertools.count(1)


def office(unit: Unit, world: World) -> Hand:
    """The hand of somebody of the office."""
    binh = staff.add_staff(unit, world.commune.id, "anh Bình", Role.OFFICER)
    return trainings.hand_of_staff(binh, Role.OFFICER)


def hold(world: World, *people: Person, title: str = TITLE, **values: Any) -> Training:
    """A class of KP 3 that began ninety minutes ago and was held; these people have a seat."""

    def work(unit: Unit) -> Training:
        commune = world.commune.id
        teams = communes.list_teams(unit, commune, unit.now.date())
        team = next(one.id for one in teams if one.name == TEAM)
        usual = {
            "kind": TrainingKind.CLASS,
            "title": title,
            "topic": Topic.VNEID,
            "starts_at": unit.now - timedelta(minutes=90),
            "ends_at": unit.now - timedelta(minutes=30),
            "place": Place.CULTURE_HOUSE,
            "place_name": "Nhà văn hóa KP 3",
            "team_id": team,
        }
        hand = office(unit, world)
        key = f"class:{next(_numbers)}"
        planned, _ = trainings.plan(unit, commune, hand, Outline(**{**usual, **values}), key)
        code = check_in.printed_code(unit.keys, commune, planned.id)
        for person in people:
            check_in.check_in(unit, commune, person.identity, (code, unit.now))
        return trainings.move(unit, commune, hand, planned, (TrainingStatus.HELD, None))

    return world.base.database.write(work)


def move(world: World, held: Training, status: TrainingStatus) -> Training:
    """The class stands so from now on."""

    def work(unit: Unit) -> Training:
        commune = world.commune.id
        seen = trainings.look(unit, commune, office(unit, world), held.id)
        return trainings.move(unit, commune, office(unit, world), seen, (status, "đổi"))

    return world.base.database.write(work)
