"""Calls of the functions about what comes after a class, for the isolation test, and rows to call them on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from bot.core.vocabulary import LearningStage, Place, Topic, TrainingKind
from storage import feedback, learning, trainings
from storage.database import Unit
from storage.help_entries import By
from storage.learning import NewReading
from storage.trainings import Outline
from tests.storage_tools import Office

if TYPE_CHECKING:  # which furnishes with the rows below
    from tests.storage_twins import Home

DAY = date(2026, 11, 18)
WEEK = (DAY, DAY + timedelta(days=7))
COURSE, QUESTION = "kns-nd", "vneid.muc-2"
INTRODUCED, CONFIRMED = LearningStage.INTRODUCED, LearningStage.CONFIRMED


def furnish(unit: Unit, office: Office, chat: Any) -> None:
    """A class that bà Tư has said something of, and a reading of each kind."""
    number = _training(unit, office)
    seats = feedback.seats_of(unit.keys, office.id, number, chat)
    feedback.put(unit, office.id, number, seats, ("clear", 1))
    feedback.count_answer(unit, office.id, number, QUESTION, is_right=True)
    said = learning.seats_of(unit.keys, office.id, COURSE, chat)[0]
    learning.add_once(unit, office.id, NewReading("l1", INTRODUCED, COURSE, 1, DAY, seat=said))
    read = NewReading("l2", CONFIRMED, "bdhvs", 90, DAY, source="Sở")
    learning.add_once(unit, office.id, read)
    gone, _ = learning.add_once(unit, office.id, replace(read, client_id="l3"))
    learning.void(unit, office.id, gone.id, "nhầm")


def _training(unit: Unit, office: Office) -> int:
    """A class of the office's team; where there is one already, that one."""
    found = _numbers(unit, office.id)
    if found:
        return found[0]
    starts = unit.now - timedelta(hours=2)
    outline = Outline(
        kind=TrainingKind.CLASS,
        title="Lớp VNeID",
        topic=Topic.VNEID,
        starts_at=starts,
        ends_at=starts + timedelta(hours=1),
        place=Place.CULTURE_HOUSE,
        place_name="",
        team_id=office.team,
    )
    return trainings.add_once(unit, office.id, "t1", outline, By(office.member))[0].id


def _numbers(unit: Unit, commune: Any) -> list[int]:
    window = (unit.now - timedelta(days=60), unit.now + timedelta(days=60))
    return [one.id for one in trainings.list_between(unit, commune, window)]


def of(unit: Unit, home: Home) -> int:
    """The class of the commune."""
    return _numbers(unit, home.id)[0]


def seats(unit: Unit, home: Home) -> tuple[bytes, ...]:
    """Bà Tư in that class."""
    return feedback.seats_of(unit.keys, home.id, of(unit, home), home.tu)


def said(unit: Unit, home: Home) -> tuple[bytes, ...]:
    """Bà Tư in the course."""
    return learning.seats_of(unit.keys, home.id, COURSE, home.tu)


def reading(unit: Unit, home: Home) -> int:
    """The confirmed reading that counts."""
    found = learning.find_level(unit, home.id, CONFIRMED, WEEK[1])
    assert found is not None
    return found.id


def gone(unit: Unit, home: Home) -> int:
    """The one that was taken back."""
    found = learning.list_newest(unit, home.id, CONFIRMED, 9)
    return next(one.id for one in found if one.voided_at)


def fresh(home: Home) -> NewReading:
    """A reading that a member tells of."""
    by = By(home.office.member)
    return NewReading("l9", INTRODUCED, COURSE, 3, DAY, team_id=home.office.team, by=by)


CASES: dict[str, Callable[[Unit, Home], Any]] = {
    "feedback.put": lambda u, h: feedback.put(u, h.id, of(u, h), seats(u, h), ("able", 2)),
    "feedback.seats_of": lambda u, h: len(seats(u, h)),
    "feedback.find": lambda u, h: feedback.find(u, h.id, of(u, h), seats(u, h)),
    "feedback.list_of": lambda u, h: feedback.list_of(u, h.id, of(u, h)),
    "feedback.count_answer": lambda u, h: feedback.count_answer(
        u, h.id, of(u, h), QUESTION, is_right=False
    ),
    "feedback.list_tallies": lambda u, h: feedback.list_tallies(u, h.id, of(u, h)),
    "learning.seats_of": lambda u, h: len(said(u, h)),
    "learning.add_once": lambda u, h: learning.add_once(u, h.id, fresh(h))[1],
    "learning.get": lambda u, h: learning.get(u, h.id, reading(u, h)),
    "learning.find_of_chat": lambda u, h: learning.find_of_chat(
        u, h.id, (INTRODUCED, COURSE), said(u, h)
    ),
    "learning.void": lambda u, h: learning.void(u, h.id, reading(u, h), "nhầm"),
    "learning.put_back": lambda u, h: learning.put_back(u, h.id, gone(u, h), DAY),
    "learning.sum_between": lambda u, h: learning.sum_between(u, h.id, INTRODUCED, WEEK),
    "learning.find_level": lambda u, h: learning.find_level(u, h.id, CONFIRMED, WEEK[1]),
    "learning.list_newest": lambda u, h: learning.list_newest(u, h.id, CONFIRMED, 9),
    "learning.forget_chat": lambda u, h: learning.forget_chat(u, h.id, h.tu),
}

STRANGE: dict[str, Callable[[Unit, Home, Home], Any]] = {
    "feedback.put": lambda u, a, b: feedback.put(u, a.id, of(u, b), seats(u, a), ("clear", 3)),
    "feedback.find": lambda u, a, b: feedback.find(u, a.id, of(u, b), seats(u, b)),
    "feedback.list_of": lambda u, a, b: feedback.list_of(u, a.id, of(u, b)),
    "feedback.count_answer": lambda u, a, b: feedback.count_answer(
        u, a.id, of(u, b), QUESTION, is_right=True
    ),
    "feedback.list_tallies": lambda u, a, b: feedback.list_tallies(u, a.id, of(u, b)),
    "learning.add_once: team": lambda u, a, b: learning.add_once(
        u, a.id, replace(fresh(a), team_id=b.office.team)
    ),
    "learning.add_once: member": lambda u, a, b: learning.add_once(
        u, a.id, replace(fresh(a), by=By(b.office.member))
    ),
    "learning.get": lambda u, a, b: learning.get(u, a.id, reading(u, b)),
    "learning.void": lambda u, a, b: learning.void(u, a.id, reading(u, b), "x"),
    "learning.put_back": lambda u, a, b: learning.put_back(u, a.id, gone(u, b), DAY),
    "learning.forget_chat": lambda u, a, b: learning.forget_chat(u, a.id, b.tu),
}
