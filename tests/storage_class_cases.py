"""What is asked of storage about classes, seats and sign-ups, for the test of isolation."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.core.vocabulary import AgeBand, Evidence, Place, Topic, TrainingKind, TrainingStatus, Use
from storage import attendances, reaching, seats, sign_ups, trainings
from storage.attendances import NewSeat
from storage.database import Unit
from storage.models_trainings import attendances as seat_rows
from storage.models_trainings import trainings as training_rows
from storage.trainings import By, Outline, Training
from tests.storage_twins import Home

SEAT = b"s" * 32
EVER = timedelta(days=400)


def number_of(unit: Unit, home: Home) -> int:
    row = training_rows.c
    found: int = unit.connection.execute(
        select(row.id).where(row.commune_id == home.id)
    ).scalar_one()
    return found


def training_of(unit: Unit, home: Home) -> Training:
    return trainings.get(unit, home.id, number_of(unit, home))


def seat_of(unit: Unit, home: Home) -> int:
    row = seat_rows.c
    found: int = unit.connection.execute(
        select(row.id).where(row.commune_id == home.id)
    ).scalar_one()
    return found


def outline(unit: Unit, home: Home) -> Outline:
    when = (unit.now, unit.now + timedelta(hours=1))
    what = (TrainingKind.CLASS, "Lớp mới", Topic.VNEID)
    return Outline(*what, *when, Place.CULTURE_HOUSE, "", team_id=home.office.team)


def fresh(unit: Unit, home: Home) -> NewSeat:
    by = By(home.office.member)
    return NewSeat("s9", number_of(unit, home), Evidence.PROXY, SEAT, by=by)


CASES: dict[str, Callable[[Unit, Home], Any]] = {
    "trainings.add_once": lambda u, h: trainings.add_once(
        u, h.id, "t9", outline(u, h), By(h.office.member)
    )[1],
    "trainings.find": lambda u, h: trainings.find(u, h.id, number_of(u, h)),
    "trainings.get": training_of,
    "trainings.revise": lambda u, h: (
        trainings.revise(u, h.id, training_of(u, h), outline(u, h), (By(), "đổi giờ")) is not None
    ),
    "trainings.move": lambda u, h: (
        trainings.move(u, h.id, training_of(u, h), TrainingStatus.HELD, (By(), None)) is not None
    ),
    "trainings.set_heads": lambda u, h: (
        trainings.set_heads(u, h.id, training_of(u, h), 12, (By(), None)) is not None
    ),
    "trainings.list_between": lambda u, h: trainings.list_between(
        u, h.id, (u.now - EVER, u.now + EVER)
    ),
    "trainings.list_events": lambda u, h: trainings.list_events(u, h.id, number_of(u, h)),
    "attendances.seat_hash": lambda u, h: len(attendances.seat_hash(u.keys, h.id, 1, h.tu)),
    "attendances.seat_hashes": lambda u, h: len(attendances.seat_hashes(u.keys, h.id, 1, h.tu)),
    "attendances.take": lambda u, h: attendances.take(u, h.id, fresh(u, h))[1],
    "attendances.find": lambda u, h: attendances.find(u, h.id, number_of(u, h), [SEAT]),
    "attendances.describe": lambda u, h: attendances.describe(
        u, h.id, seat_of(u, h), age_band=AgeBand.FROM_60
    ),
    "attendances.list_of": lambda u, h: len(attendances.list_of(u, h.id, number_of(u, h))),
    "attendances.list_seats": lambda u, h: len(attendances.list_seats(u, h.id, number_of(u, h))),
    "attendances.void": lambda u, h: attendances.void(u, h.id, seat_of(u, h), "nhầm"),
    "attendances.count": lambda u, h: attendances.count(u, h.id, number_of(u, h)),
    "sign_ups.put": lambda u, h: sign_ups.put(u, h.id, number_of(u, h), SEAT),
    "sign_ups.is_in": lambda u, h: sign_ups.is_in(u, h.id, number_of(u, h), [SEAT]),
    "sign_ups.cancel": lambda u, h: sign_ups.cancel(u, h.id, number_of(u, h), [SEAT]),
    "sign_ups.count": lambda u, h: sign_ups.count(u, h.id, number_of(u, h)),
    "sign_ups.list_seats": lambda u, h: len(sign_ups.list_seats(u, h.id, number_of(u, h))),
    "reaching.list_chats": lambda u, h: len(reaching.list_chats(u, h.id)),
    "reaching.agreed": lambda u, h: len(reaching.agreed(u, h.id, Use.CALL_BACK, "1")),
    "reaching.has_agreed": lambda u, h: reaching.has_agreed(
        u, reaching.list_chats(u, h.id)[0], frozenset()
    ),
    "seats.drop_chat": lambda u, h: seats.drop_chat(u, h.id, h.tu),
}

STRANGE: dict[str, Callable[[Unit, Home, Home], Any]] = {
    "trainings.add_once: team": lambda u, a, b: trainings.add_once(
        u, a.id, "t9", dataclasses.replace(outline(u, a), team_id=b.office.team), By()
    ),
    "trainings.add_once: by": lambda u, a, b: trainings.add_once(
        u, a.id, "t9", outline(u, a), By(b.office.member)
    ),
    "trainings.find": lambda u, a, b: trainings.find(u, a.id, number_of(u, b)),
    "trainings.get": lambda u, a, b: trainings.get(u, a.id, number_of(u, b)),
    "trainings.revise": lambda u, a, b: trainings.revise(
        u, a.id, training_of(u, b), outline(u, a), (By(), "x")
    ),
    "trainings.move": lambda u, a, b: trainings.move(
        u, a.id, training_of(u, b), TrainingStatus.HELD, (By(), None)
    ),
    "trainings.set_heads": lambda u, a, b: trainings.set_heads(
        u, a.id, training_of(u, b), 3, (By(), None)
    ),
    "trainings.list_events": lambda u, a, b: trainings.list_events(u, a.id, number_of(u, b)),
    "attendances.take": lambda u, a, b: attendances.take(u, a.id, fresh(u, b)),
    "attendances.list_of": lambda u, a, b: attendances.list_of(u, a.id, number_of(u, b)),
    "attendances.void": lambda u, a, b: attendances.void(u, a.id, seat_of(u, b), "x"),
    "attendances.describe": lambda u, a, b: attendances.describe(
        u, a.id, seat_of(u, b), age_band=AgeBand.TO_34
    ),
    "sign_ups.put": lambda u, a, b: sign_ups.put(u, a.id, number_of(u, b), SEAT),
    "sign_ups.cancel": lambda u, a, b: sign_ups.cancel(u, a.id, number_of(u, b), [SEAT]),
    "sign_ups.is_in": lambda u, a, b: sign_ups.is_in(u, a.id, number_of(u, b), [SEAT]),
}
