"""Figures of the help log and the rows behind them: visits are summed, people are counted by distinct key.

Days that were added up beforehand are taken as they stand. All figures of the others come from one pass over
their entries, measured faster than one statement a split (``bench/figures.py``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select

from bot.core.vocabulary import UNSAID, CommuneId, Confirmation, FirstTime, Service
from storage import help_days
from storage.database import Prepared, Unit
from storage.help_days import OUTCOME, PLACE, SERVICE, SUBJECT, TEAM, TOPIC, WHOLE, Key, Sums
from storage.id_sets import as_roots, union
from storage.models import members, teams
from storage.models_help import confirmations, help_entries, help_entry_revisions, help_services
from storage.models_people import people

_entry = help_entries.c
_person = func.coalesce(people.c.merged_into, _entry.person_id)
"""Whom an entry counts for: those who turned out to be one person are one in every figure."""
_of_person = and_(people.c.commune_id == _entry.commune_id, people.c.id == _entry.person_id)
_has_service = and_(
    help_services.c.commune_id == _entry.commune_id, help_services.c.entry_id == _entry.id
)
_is_asked = and_(
    confirmations.c.commune_id == _entry.commune_id, confirmations.c.entry_id == _entry.id
)
_is_last = and_(
    help_entry_revisions.c.commune_id == _entry.commune_id,
    help_entry_revisions.c.entry_id == _entry.id,
    help_entry_revisions.c.revision == _entry.revision,
)

# ---- counting


@dataclass(frozen=True, slots=True)
class Count:
    """Visits and distinct people under one heading; visits of nobody known are in ``without_person``."""

    key: str
    visits: int
    people: int
    without_person: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What the entries of a window add up to; the splits by name, each from its words to visits.

    ``files`` is None when none of the entries says any; ``new`` and ``told`` are visits of people whose
    helper says that they are new, or says either. What an entry does not say stands in no split.
    """

    visits: int
    people: int
    without_person: int
    files: int | None
    new: int
    told: int
    topics: Sequence[Count]
    teams: Sequence[Count]
    splits: Mapping[str, Mapping[str, int]]


@dataclass(slots=True)
class _Cell:
    """What one team did about one topic."""

    visits: int = 0
    without_person: int = 0
    people: set[int] = field(default_factory=set)


_WINDOW = (
    _entry.commune_id == bindparam("commune"),
    _entry.occurred_on >= bindparam("first"),
    _entry.occurred_on < bindparam("end"),
    _entry.voided_at.is_(None),
)
_ENTRIES = Prepared(
    select(
        _entry.topic,
        _entry.team_id,
        _entry.place,
        _entry.outcome,
        _entry.subject,
        _entry.first_time,
        # Looked up for each entry: joined, PostgreSQL would read every answer ever given for a week.
        select(confirmations.c.answer).where(_is_asked).scalar_subquery(),
        _entry.visits,
        _entry.files,
        _person,
    )
    .select_from(help_entries.outerjoin(people, _of_person))
    .where(*_WINDOW)
)
_SERVICES = Prepared(
    select(help_services.c.service, func.sum(_entry.visits))
    .select_from(help_entries.join(help_services, _has_service))
    .where(*_WINDOW)
    .group_by(help_services.c.service)
)
_NAMES = Prepared(
    select(teams.c.id, teams.c.name).where(teams.c.commune_id == bindparam("commune"))
)


def count(unit: Unit, commune: CommuneId, window: tuple[date, date]) -> Figures:
    """All figures of the half-open window of days: those that are added up, and the entries of the others."""
    names = dict(unit.each(_NAMES, {"commune": commune}))
    found = _Found(help_days.read_kept(unit, commune, window))
    for first, end in help_days.list_gaps(unit, commune, window):
        asked = {"commune": commune, "first": first, "end": end}
        found.read(unit.each(_ENTRIES, asked))
        for service, visits in unit.each(_SERVICES, asked):
            found.sums[SERVICE, service].visits += int(visits)
    roots, whole = help_days.list_roots(unit, commune), found.sums[WHOLE, ""]

    def counts(part: str) -> list[Count]:
        return [
            Count(word, sums.visits, len(as_roots(union(sums.ids), roots)), sums.without_person)
            for (of, word), sums in found.sums.items()
            if of == part
        ]

    (total,) = counts(WHOLE)
    return Figures(
        visits=whole.visits,
        people=total.people,
        without_person=whole.without_person,
        files=whole.files,
        new=whole.new,
        told=whole.told,
        topics=counts(TOPIC),
        teams=[replace(one, key=names[int(one.key)]) for one in counts(TEAM)],
        splits={
            **{part: found.visits_by(part) for part in (PLACE, OUTCOME, SUBJECT, SERVICE)},
            "answer": {Confirmation.YES: whole.confirmed, Confirmation.NO: whole.denied},
        },
    )


class _Found:
    """Sums under each key: of days that are added up, and of entries that are read here."""

    def __init__(self, kept: Mapping[Key, Sums]) -> None:
        self.sums: defaultdict[Key, Sums] = defaultdict(Sums, kept)

    def read(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Entries more."""
        cells: defaultdict[tuple[str, int], _Cell] = defaultdict(_Cell)
        ways: defaultdict[tuple[str | None, ...], int] = defaultdict(int)
        whole = self.sums[WHOLE, ""]
        # One tuple of words a row instead of a counter each: this loop is most of what a year costs.
        for topic, team, *words, visits, said, person in rows:
            cell = cells[topic, team]
            cell.visits += visits
            if person is None:
                cell.without_person += visits
            else:
                cell.people.add(person)
            ways[tuple(words)] += visits
            if said is not None:
                whole.files = said + (whole.files or 0)
        for (topic, team), cell in cells.items():
            ids = np.array(sorted(cell.people), dtype=np.int32)
            for key in ((WHOLE, ""), (TOPIC, topic), (TEAM, str(team))):
                sums = self.sums[key]
                sums.visits += cell.visits
                sums.without_person += cell.without_person
                sums.ids.append(ids)
        for (place, outcome, subject, first, answer), visits in ways.items():
            self._add_words({PLACE: place, OUTCOME: outcome, SUBJECT: subject}, visits)
            whole.new += visits if first == FirstTime.NEW else 0
            whole.told += visits if first is not None else 0
            whole.confirmed += visits if answer == Confirmation.YES else 0
            whole.denied += visits if answer == Confirmation.NO else 0

    def _add_words(self, words: Mapping[str, str | None], visits: int) -> None:
        for part, word in words.items():
            if word is not None:
                self.sums[part, word].visits += visits

    def visits_by(self, part: str) -> dict[str, int]:
        """Visits under each word of a part."""
        return {word: sums.visits for (of, word), sums in self.sums.items() if of == part}


def first_day(unit: Unit, commune: CommuneId) -> date | None:
    """The first day of which an entry stands; None when there is none."""
    first: date | None = unit.connection.execute(
        select(_entry.occurred_on)
        .where(_entry.commune_id == commune, _entry.voided_at.is_(None))
        .order_by(_entry.occurred_on)
        .limit(1)
    ).scalar_one_or_none()
    return first


def first_written(unit: Unit, commune: CommuneId) -> datetime | None:
    """When the first entry was written down, whatever day it is of; None when there is none."""
    first: datetime | None = unit.connection.execute(
        select(_entry.recorded_at)
        .where(_entry.commune_id == commune)
        .order_by(_entry.recorded_at)
        .limit(1)
    ).scalar_one_or_none()
    return first


# ---- the rows behind a figure


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with the names around it, and what was last done to it: ``change`` with its reason."""

    id: int
    occurred_on: date
    team: str
    member: str | None
    topic: str
    guide: str | None
    visits: int
    person_id: int | None
    outcome: str | None
    place: str | None
    subject: str | None
    first_time: str | None
    files: int | None
    source: str
    answer: str | None
    recorded_at: datetime
    voided_at: datetime | None
    revision: int
    change: str | None
    reason: str | None
    changed_at: datetime | None
    services: tuple[Service, ...]


_served = help_services.alias()
_does = and_(_served.c.commune_id == _entry.commune_id, _served.c.entry_id == _entry.id)


def _worded(column: ColumnElement[Any], key: str) -> ColumnElement[bool]:
    return column.is_(None) if key == UNSAID else column == key


def _known(column: ColumnElement[Any], key: str) -> ColumnElement[bool]:
    return column.is_(None) if key == UNSAID else column.is_not(None)


def _serves(key: str) -> ColumnElement[bool]:
    if key == UNSAID:
        return ~exists().where(_does)
    return exists().where(_does, _served.c.service == key)


_UNDER: dict[str, Callable[[str], ColumnElement[bool]]] = {
    "topic": partial(_worded, _entry.topic),
    "team": partial(_worded, teams.c.name),
    "place": partial(_worded, _entry.place),
    "outcome": partial(_worded, _entry.outcome),
    "subject": partial(_worded, _entry.subject),
    "service": _serves,
    "first_time": partial(_worded, _entry.first_time),
    "answer": partial(_worded, confirmations.c.answer),
    "person": partial(_known, _entry.person_id),
    "files": partial(_known, _entry.files),
}
_AROUND = (
    help_entries.join(teams, teams.c.id == _entry.team_id)
    .outerjoin(members, members.c.id == _entry.member_id)
    .outerjoin(people, _of_person)
    .outerjoin(confirmations, _is_asked)
    .outerjoin(help_entry_revisions, _is_last)
)
_LINES = (
    select(
        _entry.id,
        _entry.occurred_on,
        teams.c.name.label("team"),
        members.c.name.label("member"),
        _entry.topic,
        _entry.guide,
        _entry.visits,
        _person.label("person_id"),
        _entry.outcome,
        _entry.place,
        _entry.subject,
        _entry.first_time,
        _entry.files,
        _entry.source,
        confirmations.c.answer,
        _entry.recorded_at,
        _entry.voided_at,
        _entry.revision,
        help_entry_revisions.c.change,
        help_entry_revisions.c.reason,
        help_entry_revisions.c.changed_at,
    )
    .select_from(_AROUND)
    .order_by(_entry.occurred_on, _entry.id)
)
_DONE = (
    select(help_services.c.entry_id, help_services.c.service)
    .select_from(_AROUND.join(help_services, _has_service))
    .order_by(help_services.c.entry_id)
)


def list_behind(
    unit: Unit, commune: CommuneId, window: tuple[date, date], under: tuple[str, str] | None
) -> list[Line]:
    """The entries that a figure counts, under one (split, key) or all, and those taken out of it."""
    meant = [
        _entry.commune_id == commune,
        _entry.occurred_on >= window[0],
        _entry.occurred_on < window[1],
    ]
    if under is not None:
        split, key = under
        meant.append(_UNDER[split](key))
    done: defaultdict[int, list[Service]] = defaultdict(list)
    for entry, service in unit.connection.execute(_DONE.where(*meant)):
        done[entry].append(Service(service))
    order = list(Service).index
    return [
        Line(**row._mapping, services=tuple(sorted(done[row.id], key=order)))
        for row in unit.connection.execute(_LINES.where(*meant))
    ]
