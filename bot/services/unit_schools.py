"""Schools that a plan names in one word, “các trường học”, and the office lists one by one."""

from __future__ import annotations

from bot.core.periods import Period
from bot.core.text import natural_order
from bot.core.vocabulary import CommuneId, UnitReportStatus
from bot.library.reporting import Reporter
from storage import reporting_units, unit_reports
from storage.database import Unit
from storage.reporting_units import ReportingUnit
from storage.unit_reports import Sender

KIND = "school"


def whole(reporter: Reporter) -> Sender:
    """One sender for all that the plan means by that name."""
    return Sender(reporter.id, reporter.name[:80])


def senders(unit: Unit, commune: CommuneId, reporter: Reporter, period: Period) -> list[Sender]:
    """Each school that the office lists now; all together where it lists none.

    A period for which all together have sent is answered, and asks no school again unless the office takes
    that back. What was opened for all together and not sent, or for a school since taken out, stays among
    the reports of its period, like that of anybody else who is asked no more; its link leads there still.
    """
    listed = list_standing(unit, commune, reporter)
    if not listed or _is_answered(unit, commune, reporter, period):
        return [whole(reporter)]
    return [Sender(reporter.id, one.name, listed_id=one.id) for one in listed]


def list_standing(unit: Unit, commune: CommuneId, reporter: Reporter) -> list[ReportingUnit]:
    """Those in force, as people count; none for a reporter of another kind."""
    if reporter.kind != KIND:
        return []
    found = reporting_units.list_units(unit, commune, reporter.id)
    standing = [one for one in found if one.ended_at is None]
    return sorted(standing, key=lambda one: natural_order(one.name))


def _is_answered(unit: Unit, commune: CommuneId, reporter: Reporter, period: Period) -> bool:
    return any(
        one.sender.reporter == reporter.id
        and not one.sender.is_one_of_many
        and one.status is not UnitReportStatus.WAITING
        for one in unit_reports.list_of_period(unit, commune, (period.kind, period.key))
    )
