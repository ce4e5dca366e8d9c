"""What a report knows of the targets besides our logs: versions, readings, openings, denominators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.core.numbers import plain
from bot.core.progress import DAY, Span
from bot.core.vocabulary import CommuneId, ReadingKind, Service, Topic
from bot.library import Plan
from bot.library.plans import Tag, Target
from bot.services import targets
from bot.services.targets import InForce
from storage import denominators, guided_figures, target_readings
from storage.database import Unit
from storage.denominators import Denominator
from storage.guided_figures import Matter
from storage.target_readings import Reading

TOPICS = {
    Tag.VNEID: Topic.VNEID,
    Tag.DVC: Topic.DVC,
    Tag.CASHLESS: Topic.TT,
    Tag.SIGNATURE: Topic.CKS,
}
SERVICES = {Tag.E_HEALTH: Service.HEALTH_BOOK}
"""What our help of a matter is written down as; the health book is a service within other topics."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known until the end of ``last``; figures of a target by its id, the newest day first."""

    unit: Unit
    commune: CommuneId
    last: date
    targets: Sequence[InForce]
    readings: Mapping[tuple[str, ReadingKind], Sequence[Reading]]
    denominators: Mapping[str, Denominator]
    titles: Mapping[str, str]  # of denominators
    guided: dict[tuple[date, date], Mapping[Matter, int | None]] = field(default_factory=dict)

    def opening(self, target: Target, span: Span) -> Reading | None:
        """What was done in the span before our own count begins."""
        if target.kind != "computed":
            return None
        found = self.readings.get((target.id, ReadingKind.OPENING), ())
        return next((one for one in found if span.start <= one.as_of < span.end), None)

    def reading(self, target: Target, span: Span) -> Reading | None:
        """The newest figure read; what recurs begins anew with each span."""
        if target.kind != "entered":
            return None
        found = self.readings.get((target.id, ReadingKind.READING), ())
        if target.per is None:
            return found[0] if found else None
        return next((one for one in found if span.start <= one.as_of < span.end), None)

    def denominator(self, target: Target) -> Denominator | None:
        """What the target is a share of, as it was known then."""
        return self.denominators.get(target.denominator or "")

    def guided_on(self, target: Target, days: tuple[date, date]) -> int | None:
        """People whom we guided on what an entered target is about; None where nothing is known."""
        matter = matter_of(target)
        if target.kind != "entered" or matter is None or days[0] >= days[1]:
            return None
        if days not in self.guided:
            every = {matter_of(one.target) for one in self.targets} - {None}
            meant = [one for one in every if one is not None]
            self.guided[days] = guided_figures.count_people(self.unit, self.commune, days, meant)
        return self.guided[days][matter]

    def denominator_json(self, target: Target) -> dict[str, Any] | None:
        """The denominator as a report says it."""
        found = self.denominator(target)
        if found is None:
            return None
        return {
            "id": found.name,
            "title": self.titles.get(found.name, found.name),
            "number": found.number,
            "as_of": found.as_of.isoformat(),
            "source": found.source,
        }


def find(unit: Unit, of: tuple[CommuneId, Plan], last: date) -> Facts:
    """What is known until the end of that day."""
    commune, plan = of
    readings: defaultdict[tuple[str, ReadingKind], list[Reading]] = defaultdict(list)
    for one in target_readings.list_counting(unit, commune, last):
        readings[one.target, one.kind].append(one)
    return Facts(
        unit,
        commune,
        last,
        targets.of_day(unit, commune, plan, last),
        readings,
        denominators.find_newest(unit, commune, last),
        {one.id: one.title for one in plan.denominators},
    )


def matter_of(target: Target) -> Matter | None:
    """What our help is about that belongs to a target; None for one that no help of ours touches."""
    topics = frozenset(TOPICS[tag] for tag in target.tags if tag in TOPICS)
    services = frozenset(SERVICES[tag] for tag in target.tags if tag in SERVICES)
    return Matter(topics, services) if topics or services else None


def reading_json(reading: Reading | None) -> dict[str, Any] | None:
    """A reading as a report says it, its day in ISO form; None where there is none."""
    if reading is None:
        return None
    figure = reading.figure
    return {
        "number": plain(figure.number) if figure.number is not None else None,
        "part": figure.part,
        "whole": figure.whole,
        "level": figure.level,
        "as_of": reading.as_of.isoformat(),
        "source": reading.source,
    }


def opening_number(reading: Reading | None) -> int | None:
    """What was carried over, which is always counted one by one; None where nothing was."""
    if reading is None or reading.figure.number is None:
        return None
    return int(reading.figure.number)


def own_since(reading: Reading | None, start: date) -> date:
    """The first day that our own count adds to an opening."""
    return start if reading is None else max(start, reading.as_of + DAY)
