"""Help entries with every revision. One entry is one visit or several of the same kind on one day."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, delete, func, insert, select, update

from bot.core.vocabulary import (
    AgeBand,
    CommuneId,
    FirstTime,
    Outcome,
    Place,
    Service,
    Source,
    Subject,
    Topic,
)
from storage import help_days
from storage.database import INSERTS, Unit
from storage.models_help import help_entries, help_entry_revisions, help_services
from storage.models_people import people

MOST_AT_ONCE = 500
"""Ids in one statement."""


@dataclass(frozen=True, slots=True)
class Help:
    """What was done. ``visits`` are lượt; ``person_id`` is the one person whose visits they are.

    None is unknown, never “no”. ``asked_for``: ``cha_me`` when a child came for a parent, who is counted.
    """

    occurred_on: date
    topic: Topic
    visits: int = 1
    guide: str | None = None
    person_id: int | None = None
    services: frozenset[Service] = frozenset()
    files: int | None = None
    outcome: Outcome | None = None
    place: Place | None = None
    subject: Subject | None = None
    first_time: FirstTime | None = None
    age_band: AgeBand | None = None
    asked_for: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class By:
    """Whose hand it was: a member's, an officer's, or nobody's (the program itself)."""

    member_id: int | None = None
    staff_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A help to be written down. ``client_id`` makes a repeat harmless."""

    client_id: str
    team_id: int
    member_id: int | None
    help: Help
    source: Source = Source.CHAT
    import_id: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A help as it stands."""

    id: int
    client_id: str
    team_id: int
    member_id: int | None
    help: Help
    source: Source
    import_id: int | None
    recorded_at: datetime
    voided_at: datetime | None
    revision: int


def add(unit: Unit, commune: CommuneId, entry: NewEntry, by: By) -> Entry:
    """Write the entry and its first revision; the earlier one when its client id has one already."""
    return add_once(unit, commune, entry, by)[0]


def add_once(unit: Unit, commune: CommuneId, entry: NewEntry, by: By) -> tuple[Entry, bool]:
    """``add``, and whether it was written now: of two who write at once under one id, one is told False."""
    row = {
        "commune_id": commune,
        "client_id": entry.client_id,
        "team_id": entry.team_id,
        "member_id": entry.member_id,
        "source": entry.source,
        "import_id": entry.import_id,
        "recorded_at": unit.now,
        "revision": 1,
    }
    new = INSERTS[unit.dialect](help_entries).values(row | _columns(entry.help))
    added = new.on_conflict_do_nothing(index_elements=["commune_id", "client_id"])
    row_id = unit.connection.execute(added.returning(help_entries.c.id)).scalar_one_or_none()
    if row_id is None:
        known = find(unit, commune, entry.client_id)
        if known is None:
            raise LookupError(entry.client_id)
        return known, False
    help_days.forget(unit, commune, [entry.help.occurred_on])
    _add_services(unit, commune, row_id, entry.help)
    written = get(unit, commune, row_id)
    _add_revision(unit, commune, written, ("create", by, None))
    return written, True


def find(unit: Unit, commune: CommuneId, client_id: str) -> Entry | None:
    """The entry that a client made under this id."""
    found = _list(unit, commune, _of(commune).where(help_entries.c.client_id == client_id))
    return found[0] if found else None


def get(unit: Unit, commune: CommuneId, entry_id: int) -> Entry:
    """The entry with this id; raises ``LookupError`` when the commune has none."""
    found = _list(unit, commune, _of(commune).where(help_entries.c.id == entry_id))
    if not found:
        raise LookupError(entry_id)
    return found[0]


def correct(
    unit: Unit, commune: CommuneId, entry: Entry, fresh: Help, why: tuple[By, str]
) -> Entry | None:
    """What was done reads differently from now on; the earlier reading stays as a revision.

    None when the entry was changed or taken out since ``entry`` was read.
    """
    by, reason = why
    changed = unit.connection.execute(
        update(help_entries)
        .where(*_as_read(commune, entry), help_entries.c.voided_at.is_(None))
        .values(revision=entry.revision + 1, **_columns(fresh))
    )
    if changed.rowcount == 0:
        return None
    unit.connection.execute(
        delete(help_services).where(
            help_services.c.commune_id == commune, help_services.c.entry_id == entry.id
        )
    )
    help_days.forget(unit, commune, [entry.help.occurred_on, fresh.occurred_on])
    _add_services(unit, commune, entry.id, fresh)
    written = get(unit, commune, entry.id)
    _add_revision(unit, commune, written, ("correct", by, reason))
    return written


def void(unit: Unit, commune: CommuneId, entry: Entry, by: By, reason: str) -> bool:
    """Take it out of every figure, keeping it and the reason; False when it was out already."""
    changed = unit.connection.execute(
        update(help_entries)
        .where(
            help_entries.c.commune_id == commune,
            help_entries.c.id == entry.id,
            help_entries.c.voided_at.is_(None),
        )
        .values(voided_at=unit.now, revision=help_entries.c.revision + 1)
    )
    if changed.rowcount == 0:
        return False
    help_days.forget_entry(unit, commune, entry.id)
    _add_revision(unit, commune, get(unit, commune, entry.id), ("void", by, reason))
    return True


def list_of_member(
    unit: Unit, commune: CommuneId, member_id: int, window: tuple[date, date]
) -> list[Entry]:
    """A member's entries that count, in the half-open window of days."""
    statement = (
        _of(commune)
        .where(help_entries.c.member_id == member_id, *_counts_in(window))
        .order_by(help_entries.c.occurred_on, help_entries.c.id)
    )
    return _list(unit, commune, statement)


def list_of_import(unit: Unit, commune: CommuneId, import_id: int) -> list[Entry]:
    """All entries that came in with a file, also those that do not count any more."""
    of_file = _of(commune).where(help_entries.c.import_id == import_id)
    return _list(unit, commune, of_file.order_by(help_entries.c.id))


def list_of_team(
    unit: Unit, commune: CommuneId, team_id: int, window: tuple[date, date]
) -> list[Entry]:
    """A team's entries that count, in the half-open window of days."""
    statement = (
        _of(commune)
        .where(help_entries.c.team_id == team_id, *_counts_in(window))
        .order_by(help_entries.c.occurred_on, help_entries.c.id)
    )
    return _list(unit, commune, statement)


def list_of_person(
    unit: Unit, commune: CommuneId, person_id: int, window: tuple[date, date]
) -> list[Entry]:
    """Entries that count for a person (or for somebody who counts as them), in the window of days."""
    counts_as = select(func.coalesce(people.c.merged_into, people.c.id))
    root = counts_as.where(people.c.commune_id == commune, people.c.id == person_id)
    statement = (
        _of(commune)
        .outerjoin(people, _of_person)
        .where(_person == root.scalar_subquery(), *_counts_in(window))
        .order_by(help_entries.c.occurred_on, help_entries.c.id)
    )
    return _list(unit, commune, statement)


@dataclass(frozen=True, slots=True)
class Revision:
    """One state that an entry had: what was done to it, by whose hand, why, and what it said then."""

    number: int
    change: str
    changed_at: datetime
    by: By
    reason: str | None
    content: dict[str, Any]


def list_revisions(unit: Unit, commune: CommuneId, entry_id: int) -> list[Revision]:
    """All of them, the first one first."""
    row = help_entry_revisions.c
    found = unit.connection.execute(
        select(
            row.revision,
            row.change,
            row.changed_at,
            row.member_id,
            row.staff_id,
            row.reason,
            row.content,
        )
        .where(row.commune_id == commune, row.entry_id == entry_id)
        .order_by(row.revision)
    )
    return [Revision(*r[:3], By(r[3], r[4]), r[5], json.loads(r[6])) for r in found]


def _counts_in(window: tuple[date, date]) -> tuple[Any, ...]:
    first, end = window
    day = help_entries.c.occurred_on
    return day >= first, day < end, help_entries.c.voided_at.is_(None)


_person = func.coalesce(people.c.merged_into, help_entries.c.person_id)
"""Whom an entry counts for: those who turned out to be one person are one in every figure."""
_of_person = and_(
    people.c.commune_id == help_entries.c.commune_id, people.c.id == help_entries.c.person_id
)


_PLAIN = (
    "occurred_on",
    "topic",
    "visits",
    "guide",
    "person_id",
    "files",
    "outcome",
    "place",
    "subject",
    "first_time",
    "age_band",
    "asked_for",
    "note",
)
_AROUND = (
    "id",
    "client_id",
    "team_id",
    "member_id",
    "source",
    "import_id",
    "recorded_at",
    "voided_at",
    "revision",
)
_WORDS = {
    "topic": Topic,
    "outcome": Outcome,
    "place": Place,
    "subject": Subject,
    "first_time": FirstTime,
    "age_band": AgeBand,
}


def _of(commune: CommuneId) -> Select[Any]:
    columns = [help_entries.c[name] for name in (*_AROUND, *_PLAIN)]
    return select(*columns).where(help_entries.c.commune_id == commune)


def _as_read(commune: CommuneId, entry: Entry) -> tuple[Any, ...]:
    row = help_entries.c
    return row.commune_id == commune, row.id == entry.id, row.revision == entry.revision


def _columns(done: Help) -> dict[str, object]:
    return {name: getattr(done, name) for name in _PLAIN}


def _list(unit: Unit, commune: CommuneId, statement: Select[Any]) -> list[Entry]:
    rows = [dict(row._mapping) for row in unit.connection.execute(statement)]
    services = _services_of(unit, commune, [row["id"] for row in rows])
    return [_entry(row, frozenset(services.get(row["id"], ()))) for row in rows]


def _services_of(unit: Unit, commune: CommuneId, ids: list[int]) -> dict[int, list[Service]]:
    found: dict[int, list[Service]] = {}
    row = help_services.c
    for start in range(0, len(ids), MOST_AT_ONCE):
        chunk = ids[start : start + MOST_AT_ONCE]
        of_chunk = select(row.entry_id, row.service).where(
            row.commune_id == commune, row.entry_id.in_(chunk)
        )
        for entry_id, service in unit.connection.execute(of_chunk):
            found.setdefault(entry_id, []).append(Service(service))
    return found


def _entry(row: dict[str, Any], services: frozenset[Service]) -> Entry:
    worded = {name: words(row[name]) for name, words in _WORDS.items() if row[name] is not None}
    done = Help(**({name: row[name] for name in _PLAIN} | worded), services=services)
    around = {name: row[name] for name in _AROUND}
    return Entry(**around | {"source": Source(row["source"])}, help=done)


def _add_services(unit: Unit, commune: CommuneId, entry_id: int, done: Help) -> None:
    rows = [
        {"commune_id": commune, "entry_id": entry_id, "service": service}
        for service in sorted(done.services)
    ]
    if rows:
        unit.connection.execute(insert(help_services), rows)


def _add_revision(
    unit: Unit, commune: CommuneId, entry: Entry, change: tuple[str, By, str | None]
) -> None:
    what, by, reason = change
    unit.connection.execute(
        insert(help_entry_revisions).values(
            commune_id=commune,
            entry_id=entry.id,
            revision=entry.revision,
            change=what,
            changed_at=unit.now,
            member_id=by.member_id,
            staff_id=by.staff_id,
            reason=reason,
            content=content_of(entry),
        )
    )


def content_of(entry: Entry) -> str:
    """What an entry says, as its revisions keep it: JSON, unknown things left out."""
    content = {name: value for name, value in _columns(entry.help).items() if value is not None}
    content |= {
        "team_id": entry.team_id,
        "occurred_on": entry.help.occurred_on.isoformat(),
        "services": sorted(entry.help.services),
        "voided": entry.voided_at is not None,
    }
    return json.dumps(content, sort_keys=True, ensure_ascii=False)
