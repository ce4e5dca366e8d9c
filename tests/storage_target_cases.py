"""What is asked of storage about versions and figures of targets, for the test of isolation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.core.vocabulary import ReadingKind, Service, Topic
from storage import denominators, guided_figures, target_readings, target_versions
from storage.database import Unit
from storage.denominators import NewDenominator
from storage.guided_figures import Matter
from storage.target_readings import Figure, NewReading
from storage.target_versions import NewVersion
from tests.storage_tools import Office

DAY = date(2026, 11, 18)
TARGET, WHOLE = "vneid-muc-2", "nguoi-lon"
VERSION = NewVersion(TARGET, "{}", 1000)
READING = NewReading("r1", TARGET, ReadingKind.READING, Figure(number=80.5), DAY, "Công an phường")
DENOMINATOR = NewDenominator(WHOLE, 12_000, DAY, "Công an phường")
MATTER = Matter(frozenset({Topic.VNEID}), frozenset({Service.HEALTH_BOOK}))
Case = Callable[[Unit, Any], Any]


def furnish(unit: Unit, office: Office) -> None:
    """One of each."""
    target_versions.add_all(unit, office.id, [VERSION])
    target_readings.add_once(unit, office.id, READING)
    denominators.add(unit, office.id, DENOMINATOR)


def reading(unit: Unit, home: Any) -> Any:
    """The reading that stands."""
    return target_readings.list_of(unit, home.id, TARGET)[0]


def denominator(unit: Unit, home: Any) -> Any:
    """The denominator that stands."""
    return denominators.list_all(unit, home.id)[0]


def version_added(unit: Unit, home: Any) -> Any:
    target_versions.add_all(unit, home.id, [VERSION])
    found = target_versions.list_of(unit, home.id, TARGET)
    return [one.number for one in found]


def readings_added(unit: Unit, home: Any) -> Any:
    target_readings.add_all(unit, home.id, [replace(READING, client_id="r2")])
    return sorted(target_readings.list_stored(unit, home.id, ["r1", "r2"]))


def guided(unit: Unit, home: Any) -> Any:
    days = (DAY, DAY + timedelta(days=1))
    return guided_figures.count_people(unit, home.id, days, [MATTER])[MATTER]


CASES: dict[str, Case] = {
    "target_versions.add_all": version_added,
    "target_versions.list_all": lambda u, h: target_versions.list_all(u, h.id),
    "target_versions.list_of": lambda u, h: target_versions.list_of(u, h.id, TARGET),
    "target_readings.add_once": lambda u, h: target_readings.add_once(u, h.id, READING),
    "target_readings.add_all": readings_added,
    "target_readings.get": lambda u, h: target_readings.get(u, h.id, reading(u, h).id),
    "target_readings.void": lambda u, h: target_readings.void(u, h.id, reading(u, h).id, "nhầm"),
    "target_readings.void_import": lambda u, h: target_readings.void_import(u, h.id, 1, "nhầm"),
    "target_readings.list_counting": lambda u, h: target_readings.list_counting(u, h.id, DAY),
    "target_readings.list_of": lambda u, h: target_readings.list_of(u, h.id, TARGET),
    "target_readings.list_stored": lambda u, h: target_readings.list_stored(u, h.id, ["r1"]),
    "denominators.add": lambda u, h: denominators.add(u, h.id, DENOMINATOR).number,
    "denominators.get": lambda u, h: denominators.get(u, h.id, denominator(u, h).id),
    "denominators.void": lambda u, h: denominators.void(u, h.id, denominator(u, h).id, "nhầm"),
    "denominators.find_newest": lambda u, h: denominators.find_newest(u, h.id, DAY),
    "denominators.list_all": lambda u, h: denominators.list_all(u, h.id),
    "guided_figures.count_people": guided,
}


STRANGE: dict[str, Callable[[Unit, Any, Any], Any]] = {
    "target_versions.add_all: staff": lambda u, a, b: target_versions.add_all(
        u, a.id, [replace(VERSION, staff_id=b.officer.id)]
    ),
    "target_readings.add_once: staff": lambda u, a, b: target_readings.add_once(
        u, a.id, replace(READING, client_id="r3", staff_id=b.officer.id)
    ),
    "target_readings.get": lambda u, a, b: target_readings.get(u, a.id, reading(u, b).id),
    "target_readings.void": lambda u, a, b: target_readings.void(u, a.id, reading(u, b).id, "nhầm"),
    "denominators.add: staff": lambda u, a, b: denominators.add(
        u, a.id, replace(DENOMINATOR, staff_id=b.officer.id)
    ),
    "denominators.get": lambda u, a, b: denominators.get(u, a.id, denominator(u, b).id),
    "denominators.void": lambda u, a, b: denominators.void(u, a.id, denominator(u, b).id, "nhầm"),
}
