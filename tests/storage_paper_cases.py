"""What is asked of storage about files from paper, for the test of isolation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from bot.core.vocabulary import Service, Source, Topic, Use
from storage import audit, help_bulk, help_entries, imports, phone_lists, sheets
from storage.audit import Act
from storage.consents import NewConsent
from storage.database import Unit
from storage.help_entries import By, Help, NewEntry
from storage.imports import NewImport
from tests.storage_twins import Home

DAY = date(2026, 11, 18)
PHONES = ["+84912345678", "+84912345679"]
AGREED = NewConsent(Use.COUNT_ONCE, "2026-11", "0" * 64, "paper", "paper")
Case = Callable[[Unit, Home], Any]


def took(unit: Unit, home: Home) -> int:
    """A file of two rows is in the log; gives its number."""
    made = imports.add(unit, home.id, NewImport("0" * 64, 2, 2, "console"))
    done = Help(DAY, Topic.VNEID, 2, services=frozenset([Service.INSTALL_VNEID]))
    new = NewEntry("paper:a-1", home.office.team, home.office.member, done, Source.PAPER, made)
    help_bulk.add_all(unit, home.id, [new, replace(new, client_id="paper:a-2")], By())
    return made


def plain(entries: list[Any]) -> list[Any]:
    """Entries without the ids that differ from call to call."""
    return [
        replace(one, id=0, import_id=0, client_id=one.client_id.partition(help_bulk.LEFT)[0])
        for one in entries
    ]


def listed(unit: Unit, home: Home) -> list[Any]:
    took(unit, home)
    return [replace(one, id=0) for one in imports.list_newest(unit, home.id, 10)]


def found(unit: Unit, home: Home) -> Any:
    one = imports.find(unit, home.id, took(unit, home))
    assert one is not None
    return replace(one, id=0)


def stored(unit: Unit, home: Home) -> dict[str, Any]:
    took(unit, home)
    known = imports.list_stored(unit, home.id, ["paper:a-1", "c1", "nothing"])
    return {name: replace(one, entry_id=0) for name, one in known.items()}


def entries_of(unit: Unit, home: Home) -> list[Any]:
    return plain(help_entries.list_of_import(unit, home.id, took(unit, home)))


def voided(unit: Unit, home: Home) -> list[Any]:
    pairs = help_bulk.void_import(unit, home.id, took(unit, home), By(home.office.member), "nhầm")
    return [plain(list(pair)) for pair in pairs]


def added(unit: Unit, home: Home) -> list[Any]:
    new = NewEntry("paper:b-1", home.office.team, None, Help(DAY, Topic.DVC), Source.PAPER)
    return plain(help_bulk.add_all(unit, home.id, [new], By()))


def looked_up(unit: Unit, home: Home) -> list[Any]:
    """What is known of two numbers, one of which was named and agreed to; without the id of the person."""
    named = phone_lists.name_all(unit, home.id, PHONES[:1])
    phone_lists.agree_all(unit, home.id, {PHONES[0]: replace(AGREED, person_id=named[PHONES[0]])})
    known = phone_lists.look_up(unit, home.id, PHONES)
    return [replace(one, root=one.root is not None) for one in known.values()]


def roots(unit: Unit, home: Home) -> list[Any]:
    named = phone_lists.name_all(unit, home.id, PHONES)
    return sorted(imports.list_roots(unit, home.id, list(named.values()))) == sorted(named.values())


def helped(unit: Unit, home: Home) -> list[Any]:
    """The day and topic of somebody's help, without their id."""
    person = phone_lists.name_all(unit, home.id, PHONES[:1])[PHONES[0]]
    done = Help(DAY, Topic.DVC, person_id=person)
    new = NewEntry("paper:h", home.office.team, None, done, Source.PAPER)
    help_bulk.add_all(unit, home.id, [new], By())
    found = imports.list_helped(unit, home.id, [person], (DAY, date(2026, 11, 19)))
    return [one[1:] for one in found]


CASES: dict[str, Case] = {
    "audit.record_all": lambda u, h: audit.record_all(u, h.id, [Act("console", "a", "b")] * 2),
    "help_bulk.add_all": added,
    "help_bulk.void_import": voided,
    "help_entries.list_of_import": entries_of,
    "imports.add": lambda u, h: took(u, h) > 0,
    "imports.find": found,
    "imports.list_newest": listed,
    "imports.list_stored": stored,
    "imports.list_roots": roots,
    "imports.list_helped": helped,
    "imports.list_heirs": lambda u, h: imports.list_heirs(u, h.id),
    "imports.list_members": lambda u, h: imports.list_members(u, h.id),
    "phone_lists.look_up": looked_up,
    "phone_lists.name_all": lambda u, h: len(phone_lists.name_all(u, h.id, PHONES)),
    "phone_lists.agree_all": looked_up,
    "sheets.is_taken": lambda u, h: [
        sheets.is_taken(u, h.id, "7K2M", ["7K2M-01"]),
        audit.record(u, h.id, Act("console", sheets.ACT, sheets.mark_of("7K2M"))),
        sheets.is_taken(u, h.id, "7K2M", ["7K2M-01"]),
    ],
}


def strange_entry(home: Home, **others: Any) -> NewEntry:
    """An entry of the commune with something of another one in it."""
    new = NewEntry("paper:s", home.office.team, None, Help(DAY, Topic.DVC), Source.PAPER)
    return replace(new, **others)


STRANGE: dict[str, Callable[[Unit, Home, Home], Any]] = {
    "help_bulk.add_all: team": lambda u, a, b: help_bulk.add_all(
        u, a.id, [strange_entry(a, team_id=b.office.team)], By()
    ),
    "help_bulk.add_all: import": lambda u, a, b: help_bulk.add_all(
        u, a.id, [strange_entry(a, import_id=took(u, b))], By()
    ),
}
