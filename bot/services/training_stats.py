"""The part ``trainings`` of the report: what was held, how many were there, and how many people that were.

``bot/services/stats.py`` is where figures are asked for; each is defined once, and docs/figures.md tells it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from bot.core.periods import Period
from bot.core.text import natural_order
from bot.core.vocabulary import AgeBand, CommuneId, Evidence, Topic, TrainingKind
from bot.reports.weekly import people_known
from storage import training_figures
from storage.database import Unit
from storage.training_figures import Count


def in_json(unit: Unit, commune: CommuneId, period: Period) -> dict[str, Any]:
    """Figures of the trainings that began in the period and took place."""
    found = training_figures.count(unit, commune, (period.start_at, period.end_at))
    whole = found.whole
    return {
        "held": whole.held,
        **seen(whole),
        "heads": found.heads if whole.held else 0,
        "heads_of": found.heads_of,
        "signed_up": found.signed_up,
        "by_kind": _counts("kind", TrainingKind, found.kinds),
        "by_topic": _counts("topic", Topic, found.topics),
        "by_age": _split("age_band", list(AgeBand), found.ages),
        "by_neighbourhood": _split(
            "neighbourhood",
            sorted(found.neighbourhoods, key=natural_order),
            found.neighbourhoods,
        ),
        "by_evidence": _split("evidence", list(Evidence), found.evidence),
    }


def held_of(figures: Mapping[str, Any], kind: TrainingKind) -> int:
    """How many of a kind were held, by these figures."""
    return sum(row["held"] for row in figures["by_kind"] if row["kind"] == kind)


def seen(count: Count) -> dict[str, int | None]:
    """Who was there; nothing is known of it where something was held and nobody took a seat."""
    return {
        "attendances": count.attendances if count.is_told else None,
        "people": known_people(count),
        "attendances_without_person": count.without_person if count.is_told else None,
    }


def known_people(count: Count) -> int | None:
    """How many people; None where nobody who came can be told apart, or none of those held has a seat."""
    return people_known(count.people, count.without_person) if count.is_told else None


def _counts(name: str, words: type[StrEnum], counts: Sequence[Count]) -> list[dict[str, Any]]:
    order = list(words)
    return [
        {name: one.key, "held": one.held, **seen(one)}
        for one in sorted(counts, key=lambda one: order.index(words(one.key)))
    ]


def _split(name: str, order: Sequence[str], found: Mapping[str, int]) -> list[dict[str, Any]]:
    """In the order of the words; a seat that does not say it is in none of them."""
    return [{name: str(word), "attendances": found[word]} for word in order if word in found]
