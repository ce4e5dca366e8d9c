"""Forms filled in on paper and typed into a file: looked at, taken as a whole or not at all, taken back.

The id of a row makes a second import harmless. What stands under it is compared with what the row said
when it came in: a correction in the chat meanwhile is no other content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

from bot.core.errors import NotFoundError, RuleError
from bot.core.keys import Purpose
from bot.core.text import fold, shorten
from bot.core.vocabulary import CommuneId, Source, Use
from bot.library import Plan
from bot.locale import local_day
from bot.reports.reading import Grid
from bot.services import import_rows, teams
from bot.services.consents import VERSIONS
from bot.services.help_log import SHORTEST_REASON, fingerprint, kept_note
from bot.services.import_rows import Known, Row, RowFault
from bot.services.import_words import Words
from storage import audit, help_bulk, imports, mailbox, phone_lists
from storage.audit import Act
from storage.communes import Commune, Team
from storage.consents import NewConsent
from storage.database import Unit
from storage.help_entries import By, NewEntry
from storage.imports import Import as Import  # pages and commands take it from here
from storage.imports import NewImport, Stored
from storage.phone_lists import OnFile
from storage.sheets import PAPER

MOST_LISTED = 30
MOST_FAULTS = 200
"""Lines that are shown; the rest is counted."""
LONGEST_WHY = 200
CHANNEL = WAY = "paper"


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


@dataclass(frozen=True, slots=True)
class Draft:
    """A file as it was understood. With a fault nothing of it may be taken.

    ``known`` are ids whose rows came in before with the same content. ``withdrawn`` are numbers of rows
    whose telephone number is left out, since its consent was withdrawn after that day; ``alike`` those of
    rows whose person has an entry of that day and topic already: perhaps somebody wrote it in the chat, too.
    """

    file_hash: str
    rows: tuple[Row, ...]
    faults: tuple[RowFault, ...]
    blank: int
    known: frozenset[str]
    withdrawn: tuple[int, ...] = ()
    alike: tuple[int, ...] = ()

    @property
    def fresh(self) -> list[Row]:
        """Rows that are not in the log yet."""
        return [row for row in self.rows if row.id not in self.known]

    @property
    def visits(self) -> int:
        """The visits of the rows that are not in the log yet."""
        return sum(row.help.visits for row in self.fresh)

    @property
    def phones(self) -> int:
        """How many different people those rows name by a number that counts."""
        left_out = set(self.withdrawn)
        return len({row.phone for row in self.fresh if row.phone and row.number not in left_out})


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
    looked_at = Draft(grid.file_hash, tuple(rows), tuple(faults), blank, frozenset())
    return _with_log(unit, house.commune.id, looked_at)


def take(unit: Unit, house: House, looked_at: Draft, hand: Hand) -> Taken:
    """Write all that is new of a draft, or nothing; ``RuleError`` for one with faults.

    Whoever takes the same file at the same moment waits, and finds that it is there.
    """
    commune = house.commune.id
    mailbox.lock(unit, unit.keys.hash(Purpose.CODE, "import", str(commune)))
    now = _with_log(unit, commune, looked_at)
    if now.faults:
        raise RuleError("import.has-faults", "Tệp còn lỗi nên chưa nhập dòng nào.")
    known = len(now.rows) - len(now.fresh)
    if not now.fresh:
        return Taken(None, 0, known)
    added = len(now.fresh)
    new = NewImport(now.file_hash, len(now.rows), added, hand.actor)
    import_id = imports.add(unit, commune, new)
    people = _people(unit, house, now)
    entries = [_entry(row, people, import_id) for row in now.fresh]
    written = help_bulk.add_all(unit, commune, entries, hand.by)
    about = f"import:{import_id}"
    acts = [Act(hand.actor, "import", about, None, now.file_hash)]
    acts += [Act(hand.actor, "help.create", f"help:{e.id}", None, fingerprint(e)) for e in written]
    audit.record_all(unit, commune, acts)
    return Taken(import_id, added, known)


def undo(unit: Unit, commune: CommuneId, import_id: int, why: str, hand: Hand) -> int:
    """Take out every entry of a file that still counts; gives how many.

    ``NotFoundError`` for a file that there is not, ``RuleError`` for one that is out already and for a
    reason that says nothing.
    """
    mailbox.lock(unit, unit.keys.hash(Purpose.CODE, "import", str(commune)))
    found = imports.find(unit, commune, import_id)
    if found is None:
        raise NotFoundError(f"Không có lần nhập số {import_id}: xem python -m bot import list.")
    if found.standing == 0:
        raise RuleError("import.undone", "Lần nhập này đã bỏ rồi.")
    reason = kept_note(why) or ""
    if len(reason) < SHORTEST_REASON:
        raise RuleError("import.reason", "Cần ghi lý do bỏ.")
    gone = help_bulk.void_import(unit, commune, import_id, hand.by, reason)
    acts = [Act(hand.actor, "import.undo", f"import:{import_id}")]
    acts += [
        Act(hand.actor, "help.void", f"help:{after.id}", fingerprint(before), fingerprint(after))
        for before, after in gone
    ]
    audit.record_all(unit, commune, acts)
    return len(gone)


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
            and there.member_id == (row.member[0] if row.member else None)
            and _is_person(roots, _person(there), on_file[row.phone] if row.phone else None)
        )
        if not is_same:
            faults.append(RowFault(row.number, "id", "import.id-other", {"id": row.id}))
    return frozenset(row.id for row in rows if PAPER + row.id in stored), faults


BESIDE = {"team_id", "person_id", "voided"}
"""Parts of a first revision that are compared in other ways."""


def _person(stored: Stored) -> int | None:
    found: int | None = stored.content.get("person_id")
    return found


def _is_person(roots: Mapping[int, int], person: int | None, known: OnFile | None) -> bool:
    """Whether a row can have named that person; one who was forgotten since is not held against it."""
    if known is None:
        return person is None
    if person is None:
        return known.withdrawn_at is not None
    return person not in roots or known.root in (None, roots[person])


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
    on_file = phone_lists.look_up(unit, commune, _numbers(fresh))
    withdrawn = [
        row.number for row in fresh if row.phone and _is_withdrawn(on_file[row.phone], row)
    ]
    faults = sorted((*looked_at.faults, *faults), key=lambda fault: fault.row)
    return replace(
        looked_at,
        faults=tuple(faults),
        known=known,
        withdrawn=tuple(withdrawn),
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


def _numbers(rows: Iterable[Row]) -> list[str]:
    return sorted({row.phone for row in rows if row.phone})


def _is_withdrawn(known: OnFile, row: Row) -> bool:
    """Whoever withdrew a consent after they had signed that paper has said so last."""
    is_standing = VERSIONS[Use.COUNT_ONCE] in known.versions
    if is_standing or known.withdrawn_at is None:
        return False
    return local_day(known.withdrawn_at) >= row.help.occurred_on


def _people(unit: Unit, house: House, now: Draft) -> dict[int, int]:
    """Whom each row that names a telephone number counts for, by the number of the row."""
    commune, left_out = house.commune.id, set(now.withdrawn)
    rows = {row.number: row for row in now.fresh if row.phone and row.number not in left_out}
    on_file = phone_lists.look_up(unit, commune, _numbers(rows.values()))
    roots = {phone: known.root for phone, known in on_file.items() if known.root is not None}
    roots |= phone_lists.name_all(unit, commune, [p for p in on_file if p not in roots])
    version = VERSIONS[Use.COUNT_ONCE]
    text_hash = hashlib.sha256(house.agreed.encode()).hexdigest()
    given: dict[str, NewConsent] = {}
    for row in rows.values():
        phone = row.phone or ""
        if version not in on_file[phone].versions and phone not in given:
            member = row.member[0] if row.member else None
            given[phone] = NewConsent(
                Use.COUNT_ONCE, version, text_hash, CHANNEL, WAY, roots[phone], member
            )
    phone_lists.agree_all(unit, commune, given)
    return {number: roots[row.phone or ""] for number, row in rows.items()}


def _entry(row: Row, people: Mapping[int, int], import_id: int) -> NewEntry:
    done = replace(row.help, person_id=people.get(row.number))
    member = row.member[0] if row.member else None
    return NewEntry(PAPER + row.id, row.team.id, member, done, Source.PAPER, import_id)
