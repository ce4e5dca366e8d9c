"""What is asked of storage about confirmations and spot checks, for the test of isolation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.core.vocabulary import Confirmation, Identity
from storage import confirmations, notices, people, spot_checks
from storage.confirmations import Asked
from storage.database import Unit
from storage.spot_checks import Check, Drawn, Result, Way
from tests.storage_twins import DAY, NOTICED, Home

PERIOD = "week:2026-W47"
OTHER = Identity(b"the same chat under another key!")
Case = Callable[[Unit, Home], Any]


def asked(unit: Unit, home: Home) -> Asked:
    """The question that bà Tư was asked about the entry."""
    row = confirmations.confirmations
    mine = row.update().where(row.c.commune_id == home.id, row.c.entry_id == home.entry.id)
    unit.connection.execute(mine.values(identity=home.tu))
    found = confirmations.find(unit, home.id, home.tu, home.entry.id)
    assert found is not None
    return found


def check(unit: Unit, home: Home) -> Check:
    """The entry that was drawn."""
    (one,) = spot_checks.list_checks(unit, home.id, PERIOD)
    return one


def chats_of_person(unit: Unit, home: Home) -> list[Any]:
    person = people.add_person(unit, home.id)
    people.name_chat(unit, home.id, home.tu, person)
    found = confirmations.find_chats(unit, home.id, [person])
    return [found == {home.tu: person}]


def window(unit: Unit) -> tuple[Any, Any]:
    return unit.now - timedelta(days=7), unit.now + timedelta(days=1)


def draw(unit: Unit, home: Home) -> Any:
    drawn = Drawn("week:2026-W46", "seed", "hash", unit.now)
    spot_checks.add_draw(unit, home.id, drawn, [(home.entry.id, Way.TEAM)])
    return spot_checks.find_draw(unit, home.id, "week:2026-W46")


def recorded(unit: Unit, home: Home) -> Any:
    done = spot_checks.record(unit, home.id, check(unit, home), home.officer.id, Result.RIGHT)
    return [done, spot_checks.list_newest_calls(unit, home.id, 5)]


def denied(unit: Unit, home: Home) -> Any:
    confirmations.answer(unit, home.id, home.tu, asked(unit, home), Confirmation.NO)
    return [
        one.entry == home.entry.id
        for one in confirmations.list_denied(unit, home.id, unit.now - timedelta(days=1))
    ]


CASES: dict[str, Case] = {
    "confirmations.list_due": lambda u, h: confirmations.list_due(u, h.id, DAY),
    "confirmations.find_chats": chats_of_person,
    "confirmations.list_open": lambda u, h: confirmations.list_open(u, h.id, [h.tu]),
    "confirmations.list_asked_since": lambda u, h: confirmations.list_asked_since(
        u, h.id, u.now - timedelta(days=1)
    ),
    "confirmations.add": lambda u, h: confirmations.add(u, h.id, h.entry.id, h.tu),
    "confirmations.find_newest": lambda u, h: confirmations.find_newest(u, h.id, h.tu),
    "confirmations.find": lambda u, h: confirmations.find(u, h.id, h.tu, h.entry.id),
    "confirmations.answer": lambda u, h: confirmations.answer(
        u, h.id, h.tu, asked(u, h), Confirmation.YES
    ),
    "confirmations.list_denied": denied,
    "confirmations.stop": lambda u, h: confirmations.stop(u, h.id, h.tu),
    "confirmations.resume": lambda u, h: confirmations.resume(u, h.id, h.tu),
    "confirmations.move_chat": lambda u, h: confirmations.move_chat(u, h.id, h.tu, OTHER),
    "confirmations.drop_chats": lambda u, h: confirmations.drop_chats(u, [h.tu]),
    "notices.is_newest": lambda u, h: notices.is_newest(u, h.id, h.tu, NOTICED),
    "spot_checks.list_frame": lambda u, h: spot_checks.list_frame(u, h.id, window(u), u.now),
    "spot_checks.add_draw": draw,
    "spot_checks.find_draw": lambda u, h: spot_checks.find_draw(u, h.id, PERIOD),
    "spot_checks.list_checks": lambda u, h: spot_checks.list_checks(u, h.id, PERIOD),
    "spot_checks.find_check": lambda u, h: spot_checks.find_check(u, h.id, check(u, h).id),
    "spot_checks.find_number": lambda u, h: spot_checks.find_number(u, h.id, check(u, h)),
    "spot_checks.take_charge": lambda u, h: spot_checks.take_charge(
        u, h.id, check(u, h), h.officer.id
    ),
    "spot_checks.record": recorded,
    "spot_checks.list_newest_calls": recorded,
}


STRANGE: dict[str, Callable[[Unit, Home, Home], Any]] = {
    "confirmations.add": lambda u, a, b: confirmations.add(u, a.id, b.entry.id, a.tu),
    "confirmations.find": lambda u, a, b: confirmations.find(u, a.id, b.tu, b.entry.id),
    "confirmations.find_newest": lambda u, a, b: confirmations.find_newest(u, a.id, b.tu),
    "confirmations.resume": lambda u, a, b: confirmations.resume(u, a.id, b.tu),
    "confirmations.list_open": lambda u, a, b: confirmations.list_open(u, a.id, [b.tu]),
    "notices.is_newest": lambda u, a, b: notices.is_newest(u, a.id, b.tu, NOTICED),
    "spot_checks.add_draw": lambda u, a, b: spot_checks.add_draw(
        u, a.id, Drawn("week:2026-W46", "s", "h", u.now), [(b.entry.id, Way.CALL)]
    ),
    "spot_checks.find_check": lambda u, a, b: spot_checks.find_check(u, a.id, check(u, b).id),
    "spot_checks.take_charge": lambda u, a, b: spot_checks.take_charge(
        u, a.id, check(u, b), a.officer.id
    ),
    "spot_checks.take_charge: staff": lambda u, a, b: spot_checks.take_charge(
        u, a.id, check(u, a), b.officer.id
    ),
    "spot_checks.record": lambda u, a, b: spot_checks.record(
        u, a.id, check(u, b), a.officer.id, Result.WRONG
    ),
    "spot_checks.find_number": lambda u, a, b: spot_checks.find_number(
        u, a.id, replace(check(u, a), entry=b.entry.id)
    ),
}
