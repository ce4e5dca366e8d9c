"""Forms filled in on paper and typed into a file: looked at, taken as a whole or not at all, taken back.

The id of a row makes a second import harmless. What stands under it is compared with what the row said
when it came in: a correction in the chat meanwhile is no other content.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, TypeVar

from bot.core.errors import NotFoundError, RuleError
from bot.core.keys import Purpose
from bot.core.text import fold, shorten
from bot.core.vocabulary import CommuneId, Source
from bot.library import Plan
from bot.locale import local_day
from bot.reports.reading import Grid
from bot.services import import_people, import_rows, roll, teams
from bot.services.help_log import SHORTEST_REASON, fingerprint, kept_note
from bot.services.import_cells import RowFault
from bot.services.import_people import AnyDraft, PaperRow
from bot.services.import_rows import Known, Row
from bot.services.import_words import Words
from storage import (
    attendance_bulk,
    audit,
    help_bulk,
    imports,
    mailbox,
    phone_lists,
    target_readings,
    trainings,
)
from storage.audit import Act
from storage.communes import Commune, Team
from storage.database import Unit
from storage.help_entries import By, NewEntry
from storage.imports import ATTENDANCE as ATTENDANCE  # pages and commands take these from here
from storage.imports import HELP as HELP
from storage.imports import READINGS as READINGS
from storage.imports import Import as Import
from storage.imports import NewImport, Stored
from storage.phone_lists import OnFile
from storage.sheets import PAPER

R = TypeVar("R", bound=PaperRow)
MOST_LISTED = 30
MOST_FAULTS = 200
"""Lines that are shown; the rest is counted."""
LONGEST_WHY = 200


@dataclass(frozen=True, slots=True)
class House:
    """Whose log it is, by which plan, the words of its forms, and the text that people agree to on paper."""

    commune: Commune
    plan: Plan
    words: Words
    agreed: str


@dataclass(frozen=True, slots=True)
class Hand:
    """By whose hand: as the audit log names them, and as a revision does."""

    actor: str
    by: By


CONSOLE = Hand("console", By())


Draft = AnyDraft[Row]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it: the number of the import, None where all of its rows were there already."""

    import_id: int | None
    added: int
    known: int


def draft(unit: Unit, house: House, grid: Grid) -> Draft:
    """What a file says and what is wrong with it; writes nothing."""
    known = _known(unit, house, grid)
    rows, faults, blank = import_rows.understand(grid, known)
    looked_at = AnyDraft(grid.file_hash, tuple(rows), tuple(faults), blank, frozenset())
    return _with_log(unit, house.commune.id, looked_at)


def take(unit: Unit, house: House, looked_at: Draft, hand: Hand) -> Taken:
    """Write all that is new of a draft, or nothing; ``RuleError`` for one with faults.

    Whoever takes the same file at the same moment waits, and finds that it is there.
    """
    commune = house.commune.id
    now = look_again(unit, commune, looked_at, _with_log)
    known = len(now.rows) - len(now.fresh)
    if not now.fresh:
        return Taken(None, 0, known)
    added = len(now.fresh)
    new = NewImport(now.file_hash, len(now.rows), added, hand.actor, HELP)
    import_id = imports.add(unit, commune, new)
    people = import_people.name_all(unit, commune, house.agreed, now)
    entries = [_entry(row, people, import_id) for row in now.fresh]
    written = help_bulk.add_all(unit, commune, entries, hand.by)
    about = f"import:{import_id}"
    acts = [Act(hand.actor, "import", about, None, now.file_hash)]
    acts += [Act(hand.actor, "help.create", f"help:{e.id}", None, fingerprint(e)) for e in written]
    audit.record_all(unit, commune, acts)
    return Taken(import_id, added, known)


def look_again(
    unit: Unit,
    commune: CommuneId,
    looked_at: AnyDraft[R],
    with_log: Callable[[Unit, CommuneId, AnyDraft[R]], AnyDraft[R]],
) -> AnyDraft[R]:
    """A draft of any kind against what stands there now; nobody takes or undoes a file until the unit ends.

    ``RuleError`` for one with faults.
    """
    _wait_for_others(unit, commune)
    now = with_log(unit, commune, looked_at)
    if now.faults:
        raise RuleError("import.has-faults", "Tệp còn lỗi nên chưa nhập dòng nào.")
    return now


def _wait_for_others(unit: Unit, commune: CommuneId) -> None:
    mailbox.lock(unit, unit.keys.hash(Purpose.CODE, "import", str(commune)))


def undo(unit: Unit, commune: CommuneId, import_id: int, why: str, hand: Hand) -> int:
    """Take out every entry, seat or reading of a file that still counts; gives how many.

    ``NotFoundError`` for a file that there is not, ``RuleError`` for one that is out already and for a
    reason that says nothing.
    """
    _wait_for_others(unit, commune)
    found = find(unit, commune, import_id)
    if found.standing == 0:
        raise RuleError("import.undone", "Lần nhập này đã bỏ rồi.")
    reason = kept_note(why) or ""
    if len(reason) < SHORTEST_REASON:
        raise RuleError("import.reason", "Cần ghi lý do bỏ.")
    gone = VOIDS[found.kind](unit, commune, import_id, (hand, reason))
    audit.record(unit, commune, Act(hand.actor, "import.undo", f"import:{import_id}"))
    return gone


def _void_entries(unit: Unit, commune: CommuneId, import_id: int, why: tuple[Hand, str]) -> int:
    hand, reason = why
    gone = help_bulk.void_import(unit, commune, import_id, hand.by, reason)
    acts = [
        Act(hand.actor, "help.void", f"help:{after.id}", fingerprint(before), fingerprint(after))
        for before, after in gone
    ]
    audit.record_all(unit, commune, acts)
    return len(gone)


def _void_seats(unit: Unit, commune: CommuneId, import_id: int, why: tuple[Hand, str]) -> int:
    """The list of a class that is closed stays as it is."""
    hand, reason = why
    classes = attendance_bulk.list_classes(unit, commune, import_id)
    if any(trainings.get(unit, commune, one).status in roll.CLOSED for one in classes):
        raise RuleError("import.class-shut", "Có lớp của lần nhập này đã chốt rồi.")
    gone = attendance_bulk.void_import(unit, commune, import_id, reason)
    acts = [Act(hand.actor, "attendance-undo", f"training:{one}") for one in classes]
    audit.record_all(unit, commune, acts)
    return gone


def _void_readings(unit: Unit, commune: CommuneId, import_id: int, why: tuple[Hand, str]) -> int:
    return target_readings.void_import(unit, commune, import_id, why[1])


VOIDS: Mapping[str, Callable[[Unit, CommuneId, int, tuple[Hand, str]], int]] = {
    HELP: _void_entries,
    ATTENDANCE: _void_seats,
    READINGS: _void_readings,
}


def find(unit: Unit, commune: CommuneId, import_id: int) -> Import:
    """The file with that number; ``NotFoundError`` when there is none."""
    found = imports.find(unit, commune, import_id)
    if found is None:
        raise NotFoundError(f"Không có lần nhập số {import_id}: xem python -m bot import list.")
    return found


def list_newest(unit: Unit, commune: CommuneId) -> list[Import]:
    """The files that came in last, the newest first."""
    return imports.list_newest(unit, commune, MOST_LISTED)


# ---- what the rows are compared with


def _known(unit: Unit, house: House, grid: Grid) -> Known:
    everybody = imports.list_members(unit, house.commune.id)
    members: dict[int, dict[str, tuple[int, ...]]] = {}
    for one in everybody:
        named = members.setdefault(one.team_id, {})
        alike = (*named.get(fold(one.name), ()), one.id)
        named[fold(one.name)] = tuple(dict.fromkeys(alike))
    there = {(one.team_id, one.id) for one in everybody if one.is_there}
    for team, by_name in members.items():
        for name, alike in by_name.items():  # of two with one name, the one who is there is meant
            by_name[name] = tuple(id_ for id_ in alike if (team, id_) in there) or alike
    return Known(
        first=date(house.plan.plan.year, 1, 1),
        today=local_day(unit.now),
        teams={name: _team(unit, house.commune, name) for name in import_rows.team_names(grid)},
        members=members,
        words=house.words,
    )


def _team(unit: Unit, commune: Commune, name: str) -> Team | str:
    try:
        return teams.find_team(unit, commune, name)
    except NotFoundError as error:
        return shorten(str(error), LONGEST_WHY)


def _compare(
    unit: Unit, commune: CommuneId, rows: Sequence[Row]
) -> tuple[frozenset[str], list[RowFault]]:
    """Ids of rows that came in before, and a fault for each that said something else then."""
    stored = imports.list_stored(unit, commune, [PAPER + row.id for row in rows])
    if not stored:
        return frozenset(), []
    heirs = imports.list_heirs(unit, commune)
    before = [one for one in (_person(stored[i]) for i in stored) if one is not None]
    roots = imports.list_roots(unit, commune, before)
    numbers = {row.phone for row in rows if row.phone and PAPER + row.id in stored}
    on_file = phone_lists.look_up(unit, commune, sorted(numbers))
    faults = []
    for row in rows:
        there = stored.get(PAPER + row.id)
        if there is None:
            continue
        is_same = (
            _said(row) == {k: v for k, v in there.content.items() if k not in BESIDE}
            and _heir(heirs, there.team_id) == _heir(heirs, row.team.id)
            and there.member_id == row.by
            and import_people.is_person(
                roots, _person(there), on_file[row.phone] if row.phone else None
            )
        )
        if not is_same:
            faults.append(RowFault(row.number, "id", "import.id-other", {"id": row.id}))
    return frozenset(row.id for row in rows if PAPER + row.id in stored), faults


BESIDE = {"team_id", "person_id", "voided"}
"""Parts of a first revision that are compared in other ways."""


def _person(stored: Stored) -> int | None:
    found: int | None = stored.content.get("person_id")
    return found


def _heir(heirs: Mapping[int, int], team: int) -> int:
    """The team that a series goes on in."""
    for _ in heirs:
        team = heirs.get(team, team)
    return team


def _said(row: Row) -> dict[str, Any]:
    """What a row says, as a revision keeps it."""
    said = {one.name: getattr(row.help, one.name) for one in fields(row.help)}
    said |= {
        "occurred_on": row.help.occurred_on.isoformat(),
        "services": sorted(row.help.services),
    }
    return {name: value for name, value in said.items() if value is not None}


def _with_log(unit: Unit, commune: CommuneId, looked_at: Draft) -> Draft:
    """The draft with what the log knows of its rows now."""
    known, faults = _compare(unit, commune, looked_at.rows)
    fresh = [row for row in looked_at.rows if row.id not in known]
    on_file = import_people.look_up(unit, commune, fresh)
    faults = sorted((*looked_at.faults, *faults), key=lambda fault: fault.row)
    return replace(
        looked_at,
        faults=tuple(faults),
        known=known,
        withdrawn=import_people.withdrawn(fresh, on_file),
        alike=tuple(_alike(unit, commune, fresh, on_file)),
    )


def _alike(
    unit: Unit, commune: CommuneId, fresh: Sequence[Row], on_file: Mapping[str, OnFile]
) -> list[int]:
    roots = {row.number: on_file[row.phone].root for row in fresh if row.phone}
    people = sorted({root for root in roots.values() if root is not None})
    if not people:
        return []
    days = [row.help.occurred_on for row in fresh if roots.get(row.number) is not None]
    window = (min(days), max(days) + timedelta(days=1))
    helped = imports.list_helped(unit, commune, people, window)
    return [
        row.number
        for row in fresh
        if (roots.get(row.number), row.help.occurred_on, row.help.topic) in helped
    ]


# ---- what is written


def _entry(row: Row, people: Mapping[int, int], import_id: int) -> NewEntry:
    done = replace(row.help, person_id=people.get(row.number))
    return NewEntry(PAPER + row.id, row.team.id, row.by, done, Source.PAPER, import_id)
