"""What the office's pages of the plan show: every target as the report has it, with all that lies behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.core.errors import NotAllowedError, NotFoundError
from bot.core.periods import parse, today
from bot.core.vocabulary import Audience, Role
from bot.library import Plan
from bot.library import reporting as told
from bot.library.plans import Target
from bot.services import period_report, target_changes, targets
from bot.services.access import Officer
from bot.services.targets import Clash
from storage import denominators, sign_ins, target_readings, target_versions
from storage.database import Unit
from storage.denominators import Denominator
from storage.target_readings import Reading
from storage.target_versions import Version

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Whole:
    """A denominator of the plan with what the office entered, the newest day first."""

    asked: told.Denominator
    figures: Sequence[Denominator]

    @property
    def newest(self) -> Denominator | None:
        """What counts today."""
        return next((one for one in self.figures if one.voided_at is None), None)


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """The plan of a commune today; rows as the report of this year has them, in the order of the plan."""

    today: date
    plan: Plan
    rows: Sequence[Row]
    clashes: Sequence[Clash]
    wholes: Sequence[Whole]
    names: Mapping[int, str]  # of the office


@dataclass(frozen=True, slots=True)
class Reads:
    """A version, and what it says."""

    version: Version
    target: Target
    is_now: bool


@dataclass(frozen=True, slots=True)
class TargetSheet:
    """One target: as the report has it (None where it is not in force), and all that was written of it."""

    today: date
    target: Target
    row: Row | None
    versions: Sequence[Reads]  # the newest first
    readings: Sequence[Reading]
    rivals: Sequence[Row]
    fields: Mapping[str, str]
    names: Mapping[int, str]


def require_reader(officer: Officer) -> None:
    """``NotAllowedError`` for who runs the machine only."""
    if officer.role is Role.OPERATOR:
        raise NotAllowedError("Người quản trị không xem số liệu này.")


def read_plan(unit: Unit, officer: Officer, plan: Plan) -> PlanSheet:
    """All targets in force today, with what disagrees and what shares are of."""
    require_reader(officer)
    commune, day = officer.commune.id, today(unit.now)
    figures = denominators.list_all(unit, commune)
    wholes = [
        Whole(asked, [one for one in figures if one.name == asked.id])
        for asked in plan.denominators
    ]
    clashes = targets.list_clashes(targets.of_day(unit, commune, plan, day))
    return PlanSheet(day, plan, _rows(unit, officer, plan), clashes, wholes, _names(unit, officer))


def read_target(unit: Unit, officer: Officer, plan: Plan, name: str) -> TargetSheet:
    """All of one target; ``NotFoundError`` for one that never was."""
    require_reader(officer)
    commune, day = officer.commune.id, today(unit.now)
    versions = target_versions.list_of(unit, commune, name)
    now = targets.find_current(versions, day)
    reads = [Reads(one, targets.read_content(one), one == now) for one in reversed(versions)]
    there = {one.target.id: one.target for one in targets.of_day(unit, commune, plan, day)}
    target = there.get(name) or (reads[0].target if reads else None)
    if target is None:
        raise NotFoundError("Không có chỉ tiêu này.")
    rows = {row["id"]: row for row in _rows(unit, officer, plan)}
    rivals = target_changes.rivals(unit, officer, plan, name)
    return TargetSheet(
        day,
        target,
        rows.get(name),
        reads,
        target_readings.list_of(unit, commune, name),
        [rows[one] for one in rivals if one in rows],
        target_changes.as_fields(target),
        _names(unit, officer),
    )


def _rows(unit: Unit, officer: Officer, plan: Plan) -> list[Row]:
    year = parse(f"year:{today(unit.now).year}")
    found = period_report.find(unit, officer.commune, plan, year, Audience.INTERNAL)["targets"]
    return list(found)


def _names(unit: Unit, officer: Officer) -> dict[int, str]:
    return {one.id: one.name for one in sign_ins.list_officers(unit, officer.commune.id)}
