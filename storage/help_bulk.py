"""Many help entries at once: a file comes in, or goes out again, in a handful of statements.

Written one by one, five thousand rows would keep everybody else of a small machine waiting for many seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import bindparam, insert, update

from bot.core.vocabulary import CommuneId
from storage import help_days
from storage.database import Unit
from storage.help_entries import By, Entry, Help, NewEntry, content_of, list_of_import
from storage.models_help import help_entries, help_entry_revisions, help_services

LEFT = "~"
"""Stands in the id of an entry that went out with its file: the id is free for a better file."""


def add_all(unit: Unit, commune: CommuneId, entries: Sequence[NewEntry], by: By) -> list[Entry]:
    """Write the entries and their first revisions; gives them in their order."""
    if not entries:
        return []
    rows = [
        {
            "commune_id": commune,
            "client_id": one.client_id,
            "team_id": one.team_id,
            "member_id": one.member_id,
            "source": one.source,
            "import_id": one.import_id,
            "recorded_at": unit.now,
            "revision": 1,
            **_columns(one.help),
        }
        for one in entries
    ]
    new = insert(help_entries).returning(help_entries.c.client_id, help_entries.c.id)
    ids = {row.client_id: row.id for row in unit.connection.execute(new, rows)}
    written = [_entry(unit, ids[one.client_id], one) for one in entries]
    services = [
        {"commune_id": commune, "entry_id": one.id, "service": service}
        for one in written
        for service in sorted(one.help.services)
    ]
    if services:
        unit.connection.execute(insert(help_services), services)
    help_days.forget(unit, commune, (one.help.occurred_on for one in written))
    _add_revisions(unit, commune, written, ("create", by, None))
    return written


def void_import(
    unit: Unit, commune: CommuneId, import_id: int, by: By, reason: str
) -> list[tuple[Entry, Entry]]:
    """Take out every entry of a file that still counts; gives each as it was and as it is.

    The ids of all of them are free again, also of those that somebody had taken out before.
    """
    entries = list_of_import(unit, commune, import_id)
    mine = (help_entries.c.commune_id == commune, help_entries.c.import_id == import_id)
    row = help_entries.c
    voided = unit.connection.execute(
        update(help_entries)
        .where(*mine, row.voided_at.is_(None))
        .values(voided_at=unit.now, revision=row.revision + 1)
        .returning(row.id)
    )
    gone = set(voided.scalars())
    freed = [
        {"entry": one.id, "freed": f"{one.client_id}{LEFT}{import_id}"}
        for one in entries
        if LEFT not in one.client_id
    ]
    if freed:
        statement = update(help_entries).where(*mine, row.id == bindparam("entry"))
        unit.connection.execute(statement.values(client_id=bindparam("freed")), freed)
    now = [one for one in list_of_import(unit, commune, import_id) if one.id in gone]
    help_days.forget(unit, commune, (one.help.occurred_on for one in now))
    _add_revisions(unit, commune, now, ("void", by, reason))
    before = {one.id: one for one in entries}
    return [(before[one.id], one) for one in now]


def _columns(done: Help) -> dict[str, Any]:
    """What was done as the columns of a row; services have a table of their own."""
    return {one.name: getattr(done, one.name) for one in fields(done) if one.name != "services"}


def _entry(unit: Unit, row_id: int, new: NewEntry) -> Entry:
    """As ``help_entries.get`` would give it."""
    return Entry(
        id=row_id,
        client_id=new.client_id,
        team_id=new.team_id,
        member_id=new.member_id,
        help=new.help,
        source=new.source,
        import_id=new.import_id,
        recorded_at=unit.now,
        voided_at=None,
        revision=1,
    )


def _add_revisions(
    unit: Unit, commune: CommuneId, entries: Sequence[Entry], change: tuple[str, By, str | None]
) -> None:
    what, by, reason = change
    rows: list[dict[str, Any]] = [
        {
            "commune_id": commune,
            "entry_id": one.id,
            "revision": one.revision,
            "change": what,
            "changed_at": unit.now,
            "member_id": by.member_id,
            "staff_id": by.staff_id,
            "reason": reason,
            "content": content_of(one),
        }
        for one in entries
    ]
    if rows:
        unit.connection.execute(insert(help_entry_revisions), rows)
