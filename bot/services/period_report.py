"""The report of a period as every surface reads it: counted anew, or as it was when the period was closed."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from bot.core.periods import Period, today
from bot.core.vocabulary import Audience, ClosingStatus, CommuneId, Extra
from bot.library import Plan
from bot.services import adjustments, stats
from storage import closings, spot_checks
from storage.closings import Part
from storage.communes import Commune
from storage.database import Unit
from storage.spot_checks import Result, Way

DAY = timedelta(days=1)
PARTS = {Audience.INTERNAL: Part.INTERNAL, Audience.OUTGOING: Part.OUTGOING}


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose report of which period; ``until`` is the last day that counts, where that is not its last.

    ``extras`` is what leaves the office with it, by its own wish.
    """

    commune: Commune
    plan: Plan
    period: Period
    until: date | None = None
    extras: frozenset[Extra] = frozenset()

    @property
    def last(self) -> date:
        """The last day that counts."""
        return self.until or self.period.end - DAY

    @property
    def counted(self) -> Period:
        """The part of the period that counts: to that day, and to the hour that the plan names."""
        return replace(cut_by_plan(self.plan, self.period), end=self.last + DAY)


def cut_by_plan(plan: Plan, period: Period) -> Period:
    """A week of the office ends at the hour that its plan names; every other period as it is."""
    is_cut = period.kind == "office-week" and plan.report.week.hour is not None
    return replace(period, cut=plan.report.week.hour) if is_cut else period


def find(
    unit: Unit, commune: Commune, plan: Plan, period: Period, audience: Audience
) -> dict[str, Any]:
    """The report in the promised JSON shape.

    That of a closed period is what was stored, whatever was written since; only its status goes on.
    """
    frozen = closings.find(unit, commune.id, period.kind, period.key)
    if frozen is None:
        return count(unit, Asked(commune, plan, period), audience, ClosingStatus.DRAFT)
    body: dict[str, Any] = json.loads(
        closings.read_part(unit, commune.id, frozen.id, PARTS[audience])
    )
    return body | {"period": body["period"] | {"status": frozen.status.value}}


def count(unit: Unit, asked: Asked, audience: Audience, status: ClosingStatus) -> dict[str, Any]:
    """The report as it is counted now, for a period in that state."""
    commune, period = asked.commune, asked.period
    body = stats.report(unit, commune, asked.plan, asked.counted, audience)
    del body["data_hash"]
    until = asked.until
    if status is ClosingStatus.DRAFT and until is None:
        now = today(unit.now)
        until = now if period.contains(now) else None
    body["period"] |= {
        "to": period.end.isoformat(),
        "closed": status is not ClosingStatus.DRAFT,
        "status": status.value,
        "until": until.isoformat() if until is not None else None,
    }
    changes = adjustments.remaining(unit, commune.id, period)
    body["adjustments"] = adjustments.in_json(unit, commune.id, changes)
    is_inside = audience is Audience.INTERNAL
    body["extras"] = [] if is_inside else sorted(asked.extras)
    may_show = is_inside or Extra.SPOT_CHECKS in asked.extras
    body["spot_checks"] = _calls(unit, commune.id, period) if may_show else None
    return body | {"data_hash": stats.data_hash(body)}


def _calls(unit: Unit, commune: CommuneId, period: Period) -> dict[str, int] | None:
    """Spot checks of a week by telephone, and how many of them were right; None where nobody rang."""
    found = spot_checks.list_checks(unit, commune, f"{period.kind}:{period.key}")
    said = [one.result for one in found if one.way is Way.CALL and one.result is not None]
    return {"called": len(said), "right": said.count(Result.RIGHT)} if said else None
