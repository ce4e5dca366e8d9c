"""Days of the help log added up beforehand: visits as sums, people as sets, so that a year costs little.

A day stands here only while it is true: whatever changes an entry, or an answer about one, takes its day out
in the same unit, and the day is counted anew, until the job adds it up again. Merges of people need none
of that: the sets hold whom the entries name, and who turned out to be one person is one when it is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from sqlalchemy import and_, bindparam, delete, func, insert, select, text

from bot.core.vocabulary import CommuneId, Confirmation, FirstTime
from storage.database import Prepared, Unit
from storage.id_sets import NOBODY, Ids, Roots, as_roots, roots_of, union
from storage.models_help import confirmations, help_days, help_entries, help_services
from storage.models_people import people
from storage.read_once import read_once

DAY = timedelta(days=1)
WHOLE, TOPIC, TEAM, SERVICE = WITH_PEOPLE = ("day", "topic", "team", "service")
PLACE, OUTCOME, SUBJECT = VISITS_ONLY = ("place", "outcome", "subject")
PARTS = WITH_PEOPLE + VISITS_ONLY
Key = tuple[str, str]
"""A part, and the word in it: a topic, a service, the id of a team; of the whole day ""."""
LOCK_ROOM = 9
"""Advisory locks of PostgreSQL: this room, then the commune."""


@dataclass(slots=True)
class Sums:
    """What entries add up to; ``ids`` are sets of people that may overlap, ``files`` None: none says any."""

    visits: int = 0
    without_person: int = 0
    files: int | None = None
    new: int = 0
    told: int = 0
    confirmed: int = 0
    denied: int = 0
    ids: list[Ids] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Total:
    """The sums of a window, people counted once each; ``people`` are ids that stay in this room's callers."""

    sums: Sums
    people: Ids

    @property
    def people_count(self) -> int:
        """How many different people."""
        return len(self.people)

    @classmethod
    def nothing(cls) -> Total:
        """Of a window without an entry."""
        return cls(Sums(), NOBODY)


_day = help_days.c
_entry = help_entries.c
_OF_WINDOW = (
    _day.commune_id == bindparam("commune"),
    _day.day >= bindparam("first"),
    _day.day < bindparam("end"),
)
_COLUMNS = (
    _day.key,
    _day.visits,
    _day.without_person,
    _day.files,
    _day.new,
    _day.told,
    _day.confirmed,
    _day.denied,
    _day.people,
)
_KEPT = Prepared(select(*_COLUMNS).where(*_OF_WINDOW, _day.part == bindparam("part")))
_EVERY = Prepared(select(_day.part, *_COLUMNS).where(*_OF_WINDOW))
_DAYS = Prepared(select(func.distinct(_day.day)).where(*_OF_WINDOW, _day.part == WHOLE))
_STANDS = (
    _entry.commune_id == bindparam("commune"),
    _entry.occurred_on >= bindparam("first"),
    _entry.occurred_on < bindparam("end"),
    _entry.voided_at.is_(None),
)
_OF_ENTRY = (
    confirmations.c.commune_id == _entry.commune_id,
    confirmations.c.entry_id == _entry.id,
)
_COUNTED = (
    _entry.visits,
    _entry.files,
    _entry.first_time,
    select(confirmations.c.answer).where(*_OF_ENTRY).scalar_subquery(),
    _entry.person_id,
)
_ENTRIES = Prepared(
    select(
        _entry.topic, _entry.team_id, _entry.place, _entry.outcome, _entry.subject, *_COUNTED
    ).where(*_STANDS)
)
_served = and_(
    help_services.c.commune_id == _entry.commune_id, help_services.c.entry_id == _entry.id
)
_SERVED = Prepared(
    select(help_services.c.service, *_COUNTED)
    .select_from(help_entries.join(help_services, _served))
    .where(*_STANDS)
)
_MERGED = Prepared(
    select(people.c.id, people.c.merged_into).where(
        people.c.commune_id == bindparam("commune"), people.c.merged_into.is_not(None)
    )
)
_FORGET = Prepared(
    delete(help_days).where(
        _day.commune_id == bindparam("commune"), _day.day == bindparam("changed")
    )
)


# ---- what changes entries


def forget(unit: Unit, commune: CommuneId, days: Iterable[date]) -> None:
    """These days are not true any more; call it in the unit that changes an entry of them."""
    changed = set(days)
    if changed and unit.dialect == "postgresql":  # the job must not add up what it cannot see yet
        unit.connection.execute(
            text("SELECT pg_advisory_xact_lock_shared(:room, :commune)"),
            {"room": LOCK_ROOM, "commune": commune},
        )
    for one in sorted(changed):
        unit.send(_FORGET, {"commune": commune, "changed": one})


def forget_entry(unit: Unit, commune: CommuneId, entry_id: int) -> None:
    """The same for the day of an entry, by its id."""
    day = select(_entry.occurred_on).where(_entry.commune_id == commune, _entry.id == entry_id)
    forget(unit, commune, unit.connection.execute(day).scalars().all())


def forget_people(unit: Unit, commune: CommuneId, persons: Sequence[int]) -> None:
    """The same for all days on which one of these people was helped: no set may name them longer."""
    days = select(_entry.occurred_on).where(
        _entry.commune_id == commune, _entry.person_id.in_(persons)
    )
    forget(unit, commune, unit.connection.execute(days.distinct()).scalars().all())


# ---- adding up


def list_due(unit: Unit, commune: CommuneId, window: tuple[date, date], most: int) -> list[date]:
    """Days of the window that are not added up, the newest first, at most so many."""
    first, end = window
    known = _list_kept(unit, commune, window)
    days = (end - DAY * back for back in range(1, (end - first).days + 1))
    return [day for _, day in zip(range(most), (d for d in days if d not in known), strict=False)]


def make(unit: Unit, commune: CommuneId, day: date) -> None:
    """Add a day up; nobody changes an entry of the commune meanwhile."""
    if unit.dialect == "postgresql":
        unit.connection.execute(
            text("SELECT pg_advisory_xact_lock(:room, :commune)"),
            {"room": LOCK_ROOM, "commune": commune},
        )
    parts = _count(unit, commune, (day, day + DAY), PARTS)
    parts.setdefault((WHOLE, ""), Sums())
    rows = [
        {
            "commune_id": commune,
            "day": day,
            "part": part,
            "key": key,
            "visits": sums.visits,
            "without_person": sums.without_person,
            "files": sums.files,
            "new": sums.new,
            "told": sums.told,
            "confirmed": sums.confirmed,
            "denied": sums.denied,
            "people": union(sums.ids).tobytes(),
        }
        for (part, key), sums in parts.items()
    ]
    unit.send(_FORGET, {"commune": commune, "changed": day})
    unit.connection.execute(insert(help_days), rows)


# ---- reading


def count(
    unit: Unit, commune: CommuneId, window: tuple[date, date], part: str = WHOLE
) -> dict[str, Total]:
    """The totals of the half-open window under each word of a part; ``WHOLE`` has the word "".

    Days that are not added up are counted from their entries: the numbers are the same either way.
    """
    found: defaultdict[str, Sums] = defaultdict(Sums)
    asked = {"commune": commune, "first": window[0], "end": window[1]}
    for key, *numbers, ids in unit.each(_KEPT, asked | {"part": part}):
        _add(found[key], numbers, np.frombuffer(ids, dtype=np.int32))
    for gap in list_gaps(unit, commune, window):
        for (_, key), sums in _count(unit, commune, gap, (part,)).items():
            _add(found[key], _numbers(sums), *sums.ids)
    roots = list_roots(unit, commune)
    return {key: Total(sums, as_roots(union(sums.ids), roots)) for key, sums in found.items()}


def read_kept(unit: Unit, commune: CommuneId, window: tuple[date, date]) -> dict[Key, Sums]:
    """What the days of the half-open window that are added up come to; those of ``list_gaps`` are not."""
    found: defaultdict[Key, Sums] = defaultdict(Sums)
    asked = {"commune": commune, "first": window[0], "end": window[1]}
    for part, key, *numbers, ids in unit.each(_EVERY, asked):
        _add(found[part, key], numbers, np.frombuffer(ids, dtype=np.int32))
    return dict(found)


def list_gaps(unit: Unit, commune: CommuneId, window: tuple[date, date]) -> list[tuple[date, date]]:
    """Runs of days of the half-open window that are not added up, half-open too, the oldest first."""
    return list(_gaps(_list_kept(unit, commune, window), window))


@read_once
def list_roots(unit: Unit, commune: CommuneId) -> Roots:
    """Who counts as whom since two were merged; unlike the ids of the rows, which stay."""
    return roots_of(unit.fetch(_MERGED, {"commune": commune}))


def _count(
    unit: Unit, commune: CommuneId, window: tuple[date, date], parts: Sequence[str]
) -> dict[Key, Sums]:
    """From the entries themselves."""
    found: defaultdict[Key, Sums] = defaultdict(Sums)
    named: defaultdict[Key, set[int]] = defaultdict(set)
    asked = {"commune": commune, "first": window[0], "end": window[1]}
    of_entry = [part for part in parts if part != SERVICE]
    for topic, team, place, outcome, subject, *told, person in (
        unit.each(_ENTRIES, asked) if of_entry else ()
    ):
        words = {WHOLE: "", TOPIC: topic, TEAM: str(team)}
        words |= {PLACE: place, OUTCOME: outcome, SUBJECT: subject}
        for part in of_entry:
            word = words[part]
            if word is None:
                continue
            _tally(found[part, word], told, person)
            if person is not None and part in WITH_PEOPLE:
                named[part, word].add(person)
    for service, *told, person in unit.each(_SERVED, asked) if SERVICE in parts else ():
        _tally(found[SERVICE, service], told, person)
        if person is not None:
            named[SERVICE, service].add(person)
    for key, ids in named.items():
        found[key].ids.append(np.array(sorted(ids), dtype=np.int32))
    return dict(found)


def _tally(sums: Sums, told: Sequence[Any], person: int | None) -> None:
    """One entry more."""
    visits, files, first, answer = told
    sums.visits += visits
    if person is None:
        sums.without_person += visits
    if files is not None:
        sums.files = files + (sums.files or 0)
    sums.new += visits if first == FirstTime.NEW else 0
    sums.told += visits if first is not None else 0
    sums.confirmed += visits if answer == Confirmation.YES else 0
    sums.denied += visits if answer == Confirmation.NO else 0


def _numbers(sums: Sums) -> list[int | None]:
    return [
        sums.visits,
        sums.without_person,
        sums.files,
        sums.new,
        sums.told,
        sums.confirmed,
        sums.denied,
    ]


def _add(sums: Sums, numbers: Sequence[int | None], *ids: Ids) -> None:
    visits, without, files, new, told, confirmed, denied = numbers
    sums.visits += visits or 0
    sums.without_person += without or 0
    if files is not None:
        sums.files = files + (sums.files or 0)
    sums.new += new or 0
    sums.told += told or 0
    sums.confirmed += confirmed or 0
    sums.denied += denied or 0
    sums.ids += ids


def _list_kept(unit: Unit, commune: CommuneId, window: tuple[date, date]) -> set[date]:
    asked = {"commune": commune, "first": window[0], "end": window[1]}
    return {as_day(row[0]) for row in unit.each(_DAYS, asked)}


def as_day(given: date | str) -> date:
    """A day as the drivers give it."""
    return date.fromisoformat(given) if isinstance(given, str) else given


def _gaps(kept: set[date], window: tuple[date, date]) -> Iterator[tuple[date, date]]:
    """Runs of days of the window that are not kept."""
    start, end = window
    day = start
    while day < end:
        if day in kept:
            if start < day:
                yield start, day
            start = day + DAY
        day += DAY
    if start < end:
        yield start, end
