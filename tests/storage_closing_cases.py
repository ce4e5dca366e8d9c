"""What is asked of storage about closed periods, for the test of isolation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from storage import closing_figures, closings
from storage.closings import Closing, NewClosing, Part
from storage.database import Unit
from tests.storage_closing_rows import PARTS
from tests.storage_twins import DAY, Home

WEEK = (DAY, DAY + timedelta(days=7))
MOMENTS = (datetime.combine(WEEK[0], time(), UTC), datetime.combine(WEEK[1], time(), UTC))
NOVEMBER = ("month", "2026-11")
OCTOBER = ("month", "2026-10")


def close(unit: Unit, home: Home) -> Closing:
    """November is frozen; the furnished commune has closed an October of its own."""
    days = date(2026, 11, 1), date(2026, 11, 30)
    fresh = NewClosing(*NOVEMBER, *days, "sha256:0", "0", PARTS, home.officer.id)
    made = closings.add(unit, home.id, fresh)
    assert made is not None
    return made


def told(unit: Unit, home: Home) -> list[Any]:
    """What is known of that month, without ids: they differ from call to call."""
    found = closings.find(unit, home.id, *NOVEMBER)
    events = closings.list_events(unit, home.id, *NOVEMBER)
    state = [found.status, found.document, found.by] if found is not None else []
    return [state, [(one.what, one.by, one.reason) for one in events]]


Case = Callable[[Unit, Home], Any]


def of_closed(work: Callable[[Unit, Home, Closing], object]) -> Case:
    """The same for a month that was closed just now."""

    def case(unit: Unit, home: Home) -> Any:
        work(unit, home, close(unit, home))
        return told(unit, home)

    return case


def renumber(unit: Unit, home: Home, closing: Closing) -> None:
    assert closings.issue(unit, home.id, closing.id, None, "05/BC-UBND")
    assert closings.renumber(unit, home.id, closing.id, "06/BC-UBND", (None, "cấp lại"))


CASES: dict[str, Case] = {
    "closings.add": of_closed(lambda u, h, c: None),
    "closings.find": lambda u, h: closings.find(u, h.id, *OCTOBER),
    "closings.get": lambda u, h: closings.get(u, h.id, _own(u, h)),
    "closings.read_part": lambda u, h: closings.read_part(u, h.id, _own(u, h), Part.DOCX),
    "closings.list_newest": lambda u, h: closings.list_newest(u, h.id, 10),
    "closings.list_with_basis": lambda u, h: closings.list_with_basis(u, h.id, "month"),
    "closings.reopen": of_closed(lambda u, h, c: closings.reopen(u, h.id, c.id, None, "nhầm")),
    "closings.issue": of_closed(lambda u, h, c: closings.issue(u, h.id, c.id, None, "05/BC")),
    "closings.renumber": of_closed(renumber),
    "closings.list_events": lambda u, h: closings.list_events(u, h.id, *OCTOBER),
    "closing_figures.newest_change": lambda u, h: closing_figures.newest_change(u, h.id),
    "closing_figures.days_changed": lambda u, h: closing_figures.days_changed(u, h.id, 0),
    "closing_figures.helped": lambda u, h: closing_figures.helped(u, h.id, WEEK),
    "closing_figures.helped_on": lambda u, h: closing_figures.helped_on(u, h.id, [DAY]),
    "closing_figures.held": lambda u, h: closing_figures.held(u, h.id, MOMENTS),
    "closing_figures.put_out": lambda u, h: closing_figures.put_out(u, h.id, WEEK),
    "closing_figures.team_names": lambda u, h: closing_figures.team_names(u, h.id),
}


def _own(unit: Unit, home: Home) -> int:
    """The month that the commune was furnished with."""
    found = closings.list_newest(unit, home.id, 1)
    return found[0].id


STRANGE: dict[str, Callable[[Unit, Home, Home], Any]] = {
    "closings.reopen": lambda u, h, b: closings.reopen(u, h.id, _own(u, b), None, "x"),
    "closings.issue": lambda u, h, b: closings.issue(u, h.id, _own(u, b), None, "1"),
    "closings.renumber": lambda u, h, b: closings.renumber(u, h.id, _own(u, b), "1", (None, "x")),
    "closings.get": lambda u, h, b: closings.get(u, h.id, _own(u, b)),
    "closings.read_part": lambda u, h, b: closings.read_part(u, h.id, _own(u, b), Part.DOCX),
}
