"""Calls of the functions about digests, for the isolation test, and rows to call them on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bot.core.vocabulary import DigestState, Role
from storage import digest_readers, digests, memberships
from storage.database import Unit
from storage.digests import MAIL, Habit, NewDigest
from tests.storage_tools import Office

if TYPE_CHECKING:  # which furnishes with the rows below
    from tests.storage_twins import Home

WEEK = "2026-W46"
WAITING = DigestState.WAITING


def furnish(unit: Unit, office: Office, officer: int) -> None:
    """What is settled, a digest of the office that waits for its letter, and one of the team."""
    habit = Habit(True, 1, 7, MAIL, "vhxh@honai.gov.vn")
    digests.save_habit(unit, office.id, habit, officer)
    digests.add(unit, office.id, NewDigest(WEEK, None, ("một", "hai"), WAITING, MAIL))
    digests.add(unit, office.id, NewDigest(WEEK, office.team, ("ba",), DigestState.SENT, "console"))


def letter(unit: Unit, home: Home) -> int:
    """The number of the one that waits."""
    (one,) = digests.list_to_mail(unit, home.id)
    return one.id


def led(unit: Unit, home: Home) -> Any:
    """The team that the member leads from now on."""
    memberships.put_on(unit, home.id, home.office.member, (home.office.team, Role.TEAM_LEADER))
    return digest_readers.list_led(unit, home.id)


CASES: dict[str, Callable[[Unit, Home], Any]] = {
    "digests.find_habit": lambda u, h: digests.find_habit(u, h.id),
    "digests.save_habit": lambda u, h: [
        digests.save_habit(u, h.id, Habit(False, 2, 8, "none"), h.officer.id),
        digests.find_habit(u, h.id),
    ],
    "digests.add": lambda u, h: bool(
        digests.add(u, h.id, NewDigest("2026-W47", h.office.team, ("x",), WAITING, None))
    ),
    "digests.is_made": lambda u, h: [digests.is_made(u, h.id, week) for week in (WEEK, "2026-W47")],
    "digests.settle": lambda u, h: [
        digests.settle(u, h.id, letter(u, h), DigestState.FAILED, "smtp 550"),
        digests.list_since(u, h.id, WEEK),
    ],
    "digests.note_road": lambda u, h: [
        digests.note_road(u, h.id, letter(u, h), "zalo_oa"),
        digests.list_since(u, h.id, WEEK),
    ],
    "digests.list_to_mail": lambda u, h: digests.list_to_mail(u, h.id),
    "digests.list_since": lambda u, h: digests.list_since(u, h.id, WEEK),
    "digests.list_weeks": lambda u, h: digests.list_weeks(u, h.id, 5),
    "digest_readers.list_office": lambda u, h: digest_readers.list_office(u, h.id, [Role.OFFICER]),
    "digest_readers.list_led": led,
}
STRANGE: dict[str, Callable[[Unit, Home, Home], Any]] = {
    "digests.save_habit": lambda u, a, b: digests.save_habit(
        u, a.id, Habit(True, 1, 7, "none"), b.officer.id
    ),
    "digests.add": lambda u, a, b: digests.add(
        u, a.id, NewDigest(WEEK, b.office.team, ("x",), WAITING, None)
    ),
    "digests.note_road": lambda u, a, b: digests.note_road(u, a.id, letter(u, b), "zalo_oa"),
    "digests.settle": lambda u, a, b: digests.settle(u, a.id, letter(u, b), DigestState.SENT),
}
