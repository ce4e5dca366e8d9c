"""Files of readings: many figures of targets at once, looked at, taken as a whole or not at all.

How a file is taken back stands with those of help, in ``bot/services/imports.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from bot.core.text import fold
from bot.core.vocabulary import CommuneId
from bot.library.plans import Target
from bot.locale import local_day
from bot.reports.reading import Grid
from bot.services import import_readings_rows, targets
from bot.services.import_cells import RowFault
from bot.services.import_people import AnyDraft
from bot.services.import_readings_rows import Known, ReadingRow
from bot.services.imports import READINGS, Hand, House, Taken, look_again
from storage import audit, imports, target_readings
from storage.audit import Act
from storage.database import Unit
from storage.imports import NewImport
from storage.sheets import PAPER
from storage.target_readings import NewReading, Reading

ReadingDraft = AnyDraft[ReadingRow]


def draft(unit: Unit, house: House, grid: Grid) -> ReadingDraft:
    """What a file says and what is wrong with it; writes nothing."""
    today = local_day(unit.now)
    known = Known(_by_name(list_targets(unit, house, today)), today, house.words)
    rows, faults, blank = import_readings_rows.understand(grid, known)
    faults += _twice(rows)
    looked_at = AnyDraft(grid.file_hash, tuple(rows), tuple(faults), blank, frozenset())
    return _with_log(unit, house.commune.id, looked_at)


def take(unit: Unit, house: House, looked_at: ReadingDraft, hand: Hand) -> Taken:
    """Write all that is new of a draft, or nothing; ``RuleError`` for one with faults.

    Whoever takes the same file at the same moment waits, and finds that it is there.
    """
    commune = house.commune.id
    now = look_again(unit, commune, looked_at, _with_log)
    known = len(now.rows) - len(now.fresh)
    if not now.fresh:
        return Taken(None, 0, known)
    added = len(now.fresh)
    new = NewImport(now.file_hash, len(now.rows), added, hand.actor, READINGS)
    import_id = imports.add(unit, commune, new)
    fresh = [
        replace(_new(row), staff_id=hand.by.staff_id, import_id=import_id) for row in now.fresh
    ]
    target_readings.add_all(unit, commune, fresh)
    audit.record(
        unit, commune, Act(hand.actor, "import", f"import:{import_id}", None, now.file_hash)
    )
    return Taken(import_id, added, known)


def list_targets(unit: Unit, house: House, day: date) -> list[Target]:
    """The targets of which a figure can be told, as they read on that day."""
    found = targets.of_day(unit, house.commune.id, house.plan, day)
    return [one.target for one in found]


def _by_name(known: Sequence[Target]) -> Mapping[str, Target]:
    """By id, and by title where only one has it."""
    titles = [fold(one.title) for one in known]
    alone = {fold(one.title): one for one in known if titles.count(fold(one.title)) == 1}
    return alone | {one.id: one for one in known}


def _twice(rows: Sequence[ReadingRow]) -> list[RowFault]:
    """A fault for each row that tells another figure of the same target and day."""
    first: dict[tuple[str, date], int] = {}
    faults = []
    for row in rows:
        before = first.setdefault((row.target, row.as_of), row.number)
        if before != row.number:
            values = {"row": before}
            faults.append(RowFault(row.number, "as_of", "import.reading-twice", values))
    return faults


def _with_log(unit: Unit, commune: CommuneId, looked_at: ReadingDraft) -> ReadingDraft:
    """The draft with what stands under its ids, and on its days, now."""
    ids = [PAPER + row.id for row in looked_at.rows]
    stored = target_readings.list_stored(unit, commune, ids)
    counting = {
        (one.target, one.kind, one.as_of)
        for one in target_readings.list_counting(unit, commune, local_day(unit.now))
    }
    faults, known = list(looked_at.faults), set()
    for row in looked_at.rows:
        there = stored.get(PAPER + row.id)
        if there is not None and _is_same(row, there):
            known.add(row.id)
        elif there is not None:
            faults.append(RowFault(row.number, "id", "import.id-other", {"id": row.id}))
        elif (row.target, row.kind, row.as_of) in counting:
            faults.append(RowFault(row.number, "as_of", "reading.same-day", {}))
    faults.sort(key=lambda fault: fault.row)
    return replace(looked_at, faults=tuple(faults), known=frozenset(known))


def _is_same(row: ReadingRow, there: Reading) -> bool:
    said = (row.target, row.kind, row.figure, row.as_of, row.source)
    return said == (there.target, there.kind, there.figure, there.as_of, there.source)


def _new(row: ReadingRow) -> NewReading:
    return NewReading(PAPER + row.id, row.target, row.kind, row.figure, row.as_of, row.source)
