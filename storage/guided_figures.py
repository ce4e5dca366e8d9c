"""How many people we guided on a matter: our own contribution, which stands beside figures of others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import and_, or_, select

from bot.core.vocabulary import CommuneId, Service, Topic
from storage import help_days
from storage.database import Unit
from storage.help_days import SERVICE, TOPIC, Key
from storage.id_sets import Ids, as_roots, union
from storage.models_help import help_days as kept_days
from storage.models_help import help_entries, help_services

_day, _entry = kept_days.c, help_entries.c
_served = and_(
    help_services.c.commune_id == _entry.commune_id, help_services.c.entry_id == _entry.id
)


@dataclass(frozen=True, slots=True)
class Matter:
    """What help was about: one of the topics, or one of the services done."""

    topics: frozenset[Topic]
    services: frozenset[Service] = frozenset()

    @property
    def keys(self) -> list[Key]:
        """Where days that are added up hold it."""
        topics = [(TOPIC, one.value) for one in self.topics]
        return sorted(topics + [(SERVICE, one.value) for one in self.services])


def count_people(
    unit: Unit, commune: CommuneId, days: tuple[date, date], matters: Collection[Matter]
) -> dict[Matter, int | None]:
    """Distinct people of the half-open window; None where nobody who was helped is known as a person."""
    keys = {key for matter in matters for key in matter.keys}
    found = _find_people(unit, commune, days, keys)
    return {
        matter: len(union([found[key] for key in matter.keys])) or None for matter in set(matters)
    }


def _find_people(
    unit: Unit, commune: CommuneId, window: tuple[date, date], wanted: Collection[Key]
) -> dict[Key, Ids]:
    """Who was helped in the half-open window with each topic or service: ids of whom they count as."""
    sets: dict[Key, list[Ids]] = {key: [] for key in wanted}
    words = {part: sorted(word for one, word in sets if one == part) for part, _ in sets}
    meant = [and_(_day.part == part, _day.key.in_(keys)) for part, keys in words.items()]
    kept = select(_day.part, _day.key, _day.people).where(
        _day.commune_id == commune, _day.day >= window[0], _day.day < window[1], or_(*meant)
    )
    for part, word, ids in unit.connection.execute(kept) if sets else ():
        sets[part, word].append(np.frombuffer(ids, dtype=np.int32))
    for gap in help_days.list_gaps(unit, commune, window) if sets else ():
        for key, ids in _find_named(unit, commune, gap, words):
            sets[key].append(ids)
    roots = help_days.list_roots(unit, commune)
    return {key: as_roots(union(ids), roots) for key, ids in sets.items()}


def _find_named(
    unit: Unit, commune: CommuneId, gap: tuple[date, date], words: Mapping[str, Sequence[str]]
) -> Iterator[tuple[Key, Ids]]:
    """The people that entries of these days name under words of topics and services."""
    columns = {TOPIC: _entry.topic, SERVICE: help_services.c.service}
    for part, keys in words.items():
        column = columns[part]
        of_person = select(column, _entry.person_id).where(
            _entry.commune_id == commune,
            _entry.occurred_on >= gap[0],
            _entry.occurred_on < gap[1],
            _entry.voided_at.is_(None),
            _entry.person_id.is_not(None),
            column.in_(keys),
        )
        if part == SERVICE:
            of_person = of_person.select_from(help_entries.join(help_services, _served))
        named: defaultdict[str, list[int]] = defaultdict(list)
        for word, person in unit.connection.execute(of_person):
            named[word].append(person)
        for word, ids in named.items():
            yield (part, word), np.array(ids, dtype=np.int32)
