"""A commune with its plan loaded, an officer, and a calendar that the test turns, for tests of targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from bot.core.periods import parse
from bot.core.vocabulary import Audience, CommuneId, Role
from bot.library import Library, Plan
from bot.library.plans import Target
from bot.library.reporting import Denominator
from bot.services import readings, stats, target_changes, targets
from bot.services.access import Officer
from bot.services.readings import Reading, Typed
from bot.services.target_changes import Change
from storage import staff
from storage.database import Unit
from tests.held_trainings import local
from tests.storage_tools import Office, open_office

TODAY = date(2026, 11, 18)
SOURCE = "Công an phường, báo cáo 45"
WHOLE = Denominator(id="nguoi-lon", title="Người lớn", unit="người", source="002 · II")
COMPUTED, ENTERED = "truyen-thong-ky-nang-so", "vneid-muc-2"


class PlanOffice:
    """Hố Nai, nothing written down yet."""

    def __init__(self, unit: Unit, library: Library) -> None:
        self.unit = unit
        self.plan: Plan = library.plans["ho-nai"].model_copy(update={"denominators": (WHOLE,)})
        self.office: Office = open_office(unit)
        number = staff.add_staff(unit, self.id, "chị Lan", Role.OFFICER)
        self.officer = Officer(number, "chị Lan", Role.OFFICER, self.office.commune)
        self._clicks = 0

    @property
    def id(self) -> CommuneId:
        """The commune's id."""
        return self.office.id

    def on(self, day: date) -> Unit:
        """The same unit on another day."""
        return replace(self.unit, now=local(day))

    def target(self, name: str = COMPUTED) -> Target:
        """A target as the file has it."""
        return next(one for one in self.plan.targets if one.id == name)

    def writes(self, name: str = COMPUTED, **changed: Any) -> None:
        """The file says otherwise of a target; or, with nothing said, has one target less."""
        rewritten = [
            one.model_copy(update=changed) if one.id == name else one
            for one in self.plan.targets
            if changed or one.id != name
        ]
        self.plan = self.plan.model_copy(update={"targets": tuple(rewritten)})

    def adds(self, target: Target, place: int) -> None:
        """The file has one target more."""
        listed = list(self.plan.targets)
        listed.insert(place, target)
        self.plan = self.plan.model_copy(update={"targets": tuple(listed)})

    def loads(self, day: date = TODAY) -> int:
        """Start the program that day; gives how many versions there are then."""
        unit = self.on(day)
        targets.load(unit, self.office.commune, self.plan)
        return len(targets.target_versions.list_all(unit, self.id))

    def enters(
        self,
        number: str = "",
        as_of: date = TODAY,
        name: str = ENTERED,
        **typed: str,
    ) -> Reading:
        """The officer enters a figure."""
        self._clicks += 1
        entered = (Typed(number, **typed), as_of, SOURCE, f"office:{self._clicks}")
        return readings.keep(self.unit, self.officer, self.plan, name, entered)[0]

    def changes(
        self, valid_from: date, name: str = COMPUTED, reason: str = "theo quyết định", **said: str
    ) -> int:
        """The officer changes fields of a target."""
        now = target_changes.find(self.unit, self.officer, self.plan, name)
        fields = target_changes.as_fields(now.target) | said
        change = Change(fields, valid_from, reason)
        return target_changes.revise(self.unit, self.officer, self.plan, name, change)

    def report(self, period: str) -> list[dict[str, Any]]:
        """The targets of the report of a period."""
        body = stats.report(
            self.unit, self.office.commune, self.plan, parse(period), Audience.INTERNAL
        )
        return list(body["targets"])

    def shown(self, period: str = "year:2026", name: str = COMPUTED) -> Mapping[str, Any]:
        """One target of it."""
        return next(one for one in self.report(period) if one["id"] == name)
