"""Calls of the functions about units that report, for the isolation test, and rows to call them on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from bot.core.keys import Purpose
from bot.core.vocabulary import TaskStatus
from storage import reporting_units, unit_figures, unit_reports
from storage.database import Unit
from storage.unit_figures import LastState, NewReading, Origin
from storage.unit_reports import ACCEPTED, DRAFTED, MEND, By, Sender, Sent, UnitReport
from tests.storage_tools import Office

if TYPE_CHECKING:  # which furnishes with the rows below
    from tests.storage_twins import Home

DAY = date(2026, 11, 18)
PERIOD = ("month", "2026-11")
POLICE = Sender("cong-an", "Công an phường")
SCHOOLS, ROSE = "truong-hoc", "Trường Mầm non Hoa Hồng"
TARGET, TASK = "vneid-muc-2", "nhiem-vu-1"
LINK = "JKLM2345"
"""The word of the codes for joining chats: its hash has a twin already."""
WEEK = (DAY, DAY + timedelta(days=7))


def furnish(unit: Unit, office: Office) -> None:
    """A report that was sent by its link, with a reading and the state of a task."""
    report, _ = unit_reports.add_once(unit, office.id, POLICE, PERIOD, By())
    hashed = unit.keys.hash(Purpose.CODE, str(office.id), LINK)
    unit_reports.set_link(unit, office.id, report.id, (hashed, unit.now + timedelta(days=7)), By())
    sent = unit_reports.send(unit, office.id, report, Sent("{}", "anh Ba"))
    assert sent is not None
    unit_figures.add_reading(unit, office.id, Origin(report.id), reading("unit:1"))
    unit_figures.add_state(unit, office.id, Origin(report.id), (TASK, STATE))
    team = Sender("khu-pho", "KP 1", office.team)
    unit_reports.add_once(unit, office.id, team, PERIOD, By(office.member))
    number = reporting_units.add_once(unit, office.id, (SCHOOLS, ROSE))
    unit_reports.add_once(unit, office.id, Sender(SCHOOLS, ROSE, None, number), PERIOD, By())
    gone = reporting_units.add_once(unit, office.id, (SCHOOLS, "Trường cũ"))
    assert gone is not None
    reporting_units.end(unit, office.id, gone, "đã nhập trường")


STATE = LastState(TaskStatus.DOING, "đang làm", DAY)


def reading(client_id: str) -> NewReading:
    """A figure of the police."""
    return NewReading(client_id, TARGET, 80.5, None, None, None, None, DAY, "Công an phường")


def of(unit: Unit, home: Home) -> UnitReport:
    """The report of the police."""
    return unit_reports.list_of_period(unit, home.id, PERIOD)[0]


def school(unit: Unit, home: Home) -> int:
    """The one in force."""
    return reporting_units.list_units(unit, home.id, SCHOOLS)[0].id


def _link(unit: Unit) -> tuple[bytes, Any]:
    return bytes(32), unit.now + timedelta(days=1)


CASES: dict[str, Callable[[Unit, Home], Any]] = {
    "unit_reports.add_once": lambda u, h: unit_reports.add_once(u, h.id, POLICE, PERIOD, By())[1],
    "unit_reports.find": lambda u, h: unit_reports.find(u, h.id, of(u, h).id),
    "unit_reports.get": lambda u, h: unit_reports.get(u, h.id, of(u, h).id),
    "unit_reports.list_of_period": lambda u, h: unit_reports.list_of_period(u, h.id, PERIOD),
    "unit_reports.list_of_team": lambda u, h: unit_reports.list_of_team(u, h.id, h.office.team),
    "unit_reports.list_of_sender": lambda u, h: unit_reports.list_of_sender(u, h.id, POLICE),
    "unit_reports.set_link": lambda u, h: unit_reports.set_link(
        u, h.id, of(u, h).id, _link(u), By()
    ),
    "unit_reports.send": lambda u, h: unit_reports.send(u, h.id, of(u, h), Sent("{}", "chị Tư")),
    "unit_reports.judge": lambda u, h: unit_reports.judge(
        u, h.id, of(u, h), MEND, (By(), "xem lại")
    ),
    "unit_reports.note": lambda u, h: unit_reports.note(
        u, h.id, of(u, h).id, (DRAFTED, By(), None, "{}")
    ),
    "unit_reports.list_events": lambda u, h: unit_reports.list_events(u, h.id, of(u, h).id),
    "unit_reports.accepted": lambda u, h: unit_reports.accepted(u, h.id, PERIOD),
    "reporting_units.add_once": lambda u, h: [
        reporting_units.add_once(u, h.id, (SCHOOLS, name)) is None for name in (ROSE, "Trường cũ")
    ],
    "reporting_units.end": lambda u, h: reporting_units.end(u, h.id, school(u, h), "nhầm"),
    "reporting_units.list_units": lambda u, h: reporting_units.list_units(u, h.id, SCHOOLS),
    "unit_figures.add_reading": lambda u, h: unit_figures.add_reading(
        u, h.id, Origin(of(u, h).id), reading("unit:2")
    ),
    "unit_figures.add_state": lambda u, h: unit_figures.add_state(
        u, h.id, Origin(of(u, h).id), (TASK, STATE)
    ),
    "unit_figures.void_all": lambda u, h: unit_figures.void_all(u, h.id, of(u, h).id, "gửi lại"),
    "unit_figures.last_readings": lambda u, h: unit_figures.last_readings(
        u, h.id, [TARGET], WEEK[1]
    ),
    "unit_figures.last_states": lambda u, h: unit_figures.last_states(u, h.id, [TASK], WEEK[1]),
    "unit_figures.count_of_teams": lambda u, h: unit_figures.count_of_teams(
        u, h.id, [h.office.team], WEEK, (u.now - timedelta(days=9), u.now + timedelta(days=9))
    ),
}

STRANGE: dict[str, Callable[[Unit, Home, Home], Any]] = {
    "unit_reports.add_once: team": lambda u, a, b: unit_reports.add_once(
        u, a.id, Sender("khu-pho", "KP 9", b.office.team), PERIOD, By()
    ),
    "unit_reports.add_once: school": lambda u, a, b: unit_reports.add_once(
        u, a.id, Sender(SCHOOLS, "Trường lạ", None, school(u, b)), PERIOD, By()
    ),
    "reporting_units.add_once: staff": lambda u, a, b: reporting_units.add_once(
        u, a.id, (SCHOOLS, "Trường lạ"), b.officer.id
    ),
    "reporting_units.end": lambda u, a, b: reporting_units.end(u, a.id, school(u, b), "x"),
    "unit_reports.find": lambda u, a, b: unit_reports.find(u, a.id, of(u, b).id),
    "unit_reports.get": lambda u, a, b: unit_reports.get(u, a.id, of(u, b).id),
    "unit_reports.list_of_team": lambda u, a, b: unit_reports.list_of_team(u, a.id, b.office.team),
    "unit_reports.set_link": lambda u, a, b: unit_reports.set_link(
        u, a.id, of(u, b).id, _link(u), By()
    ),
    "unit_reports.send": lambda u, a, b: unit_reports.send(u, a.id, of(u, b), Sent("{}", None)),
    "unit_reports.send: member": lambda u, a, b: unit_reports.send(
        u, a.id, of(u, a), Sent("{}", None, By(b.office.member))
    ),
    "unit_reports.judge": lambda u, a, b: unit_reports.judge(
        u, a.id, of(u, b), ACCEPTED, (By(), None)
    ),
    "unit_reports.note": lambda u, a, b: unit_reports.note(
        u, a.id, of(u, b).id, (DRAFTED, By(), None, None)
    ),
    "unit_reports.list_events": lambda u, a, b: unit_reports.list_events(u, a.id, of(u, b).id),
    "unit_figures.add_reading": lambda u, a, b: unit_figures.add_reading(
        u, a.id, Origin(of(u, b).id), reading("unit:3")
    ),
    "unit_figures.add_reading: staff": lambda u, a, b: unit_figures.add_reading(
        u, a.id, Origin(of(u, a).id, b.officer.id), reading("unit:3")
    ),
    "unit_figures.add_state": lambda u, a, b: unit_figures.add_state(
        u, a.id, Origin(of(u, b).id), (TASK, replace(STATE, result="x"))
    ),
}
