"""The office's list of the schools that a plan names in one word: added by name, taken out for a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.errors import NotAllowedError, NotFoundError, RuleError
from bot.core.text import fold
from bot.core.vocabulary import Role
from bot.library.reporting import Reporter
from bot.services import access, unit_schools
from bot.services.access import Officer
from bot.services.unit_forms import Fault
from bot.services.unit_reports import Here, kept_text
from storage import reporting_units
from storage.reporting_units import ReportingUnit

LONGEST_NAME = 80
LONGEST_LIST = 60_000
"""More than any form brings along."""
SHORTEST_REASON, LONGEST_REASON = 3, 200


@dataclass(frozen=True, slots=True)
class Listing:
    """A reporter of the plan that stands for many: those in force as people count, and those taken out."""

    reporter: Reporter
    standing: Sequence[ReportingUnit]
    gone: Sequence[ReportingUnit]


def read(here: Here) -> list[Listing]:
    """One for each reporter of the plan that means schools."""
    unit, commune, found = here.unit, here.commune.id, []
    for reporter in _reporters(here):
        standing = unit_schools.list_standing(unit, commune, reporter)
        ever = reporting_units.list_units(unit, commune, reporter.id)
        gone = [one for one in ever if one.ended_at is not None]
        found.append(Listing(reporter, standing, gone))
    return found


def add(here: Here, officer: Officer, reporter: str, typed: str) -> Fault | None:
    """Keep the names, one a line; nothing is kept where one is at fault, and that is said.

    ``NotFoundError`` for a reporter that does not stand for schools.
    """
    _require_officer(officer)
    chosen = next((one for one in _reporters(here) if one.id == reporter), None)
    if chosen is None:
        raise NotFoundError("Kế hoạch không có danh sách này.")
    names = (kept_text(typed, LONGEST_LIST) or "").splitlines()
    names = [one for one in names if one]
    fault = _fault(here, chosen, names)
    if fault is not None:
        return fault
    for name in names:
        number = reporting_units.add_once(here.unit, here.commune.id, (reporter, name), officer.id)
        if number is not None:  # else somebody was as fast
            access.note_change(here.unit, officer, "add-reporting-unit", f"reporting-unit:{number}")
    return None


def drop(here: Here, officer: Officer, number: int, reason: str) -> None:
    """It is asked no more; its reports stay. ``RuleError`` without a reason, and for what is out already."""
    _require_officer(officer)
    said = kept_text(reason, LONGEST_REASON)
    if said is None or len(said) < SHORTEST_REASON:
        raise RuleError("units.school-reason", "Cần ghi lý do.")
    if not reporting_units.end(here.unit, here.commune.id, number, said):
        raise RuleError("units.school-out", "Trường này không còn trong danh sách.")
    access.note_change(here.unit, officer, "drop-reporting-unit", f"reporting-unit:{number}")


def _reporters(here: Here) -> list[Reporter]:
    return [one for one in here.plan.reporters if one.kind == unit_schools.KIND]


def _fault(here: Here, reporter: Reporter, names: Sequence[str]) -> Fault | None:
    """The first thing that is wrong; the name of all together is taken from the beginning."""
    if not names:
        return Fault("units.school-blank")
    standing = unit_schools.list_standing(here.unit, here.commune.id, reporter)
    taken = {fold(one.name) for one in standing} | {fold(unit_schools.whole(reporter).whose)}
    for name in names:
        if len(name) > LONGEST_NAME:
            return Fault("units.school-long", {"name": name[:LONGEST_NAME], "most": LONGEST_NAME})
        if fold(name) in taken:
            return Fault("units.school-twice", {"name": name})
        taken.add(fold(name))
    return None


def _require_officer(officer: Officer) -> None:
    if officer.role is not Role.OFFICER:
        raise NotAllowedError("Chỉ cán bộ đổi được.")
