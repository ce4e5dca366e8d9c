"""Lists of classes signed on paper and typed into a file: looked at, taken as a whole or not at all.

How a file is taken back stands with those of help, in ``bot/services/imports.py``. Neither a name nor a
number is asked for: the list of a class shows no text that somebody could agree to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.core.periods import today
from bot.core.text import fold
from bot.core.vocabulary import CommuneId, Evidence
from bot.reports.reading import Grid
from bot.services import import_attendance_rows
from bot.services.import_attendance_rows import Known, SeatRow
from bot.services.import_cells import RowFault
from bot.services.import_people import AnyDraft
from bot.services.imports import ATTENDANCE, Hand, House, Taken, look_again
from bot.services.trainings import OLDEST
from storage import attendance_bulk, audit, duty, imports, trainings
from storage.attendance_bulk import StoredSeat
from storage.attendances import NewSeat
from storage.audit import Act
from storage.database import Unit
from storage.imports import NewImport
from storage.sheets import PAPER

MOST_SEATS = 5_000
"""In one file, all counts together."""
KNOWN_FOR = OLDEST[False] + timedelta(days=31)
"""How long ago a class may have been that a list names: a month more than the office may write one down."""
SeatDraft = AnyDraft[SeatRow]


def draft(unit: Unit, house: House, grid: Grid) -> SeatDraft:
    """What a file says and what is wrong with it; writes nothing."""
    rows, faults, blank = import_attendance_rows.understand(grid, _known(unit, house))
    too_many = _too_many(rows)
    looked_at = AnyDraft(grid.file_hash, tuple(rows), (*faults, *too_many), blank, frozenset())
    return _with_log(unit, house.commune.id, looked_at)


def take(unit: Unit, house: House, looked_at: SeatDraft, hand: Hand) -> Taken:
    """Write all that is new of a draft, or nothing; ``RuleError`` for one with faults.

    Whoever takes the same file at the same moment waits, and finds that it is there.
    """
    commune = house.commune.id
    now = look_again(unit, commune, looked_at, _with_log)
    known = len(now.rows) - len(now.fresh)
    if not now.fresh:
        return Taken(None, 0, known)
    new = NewImport(now.file_hash, len(now.rows), now.visits, hand.actor, ATTENDANCE)
    import_id = imports.add(unit, commune, new)
    seats = [
        NewSeat(
            client_id,
            row.training.id,
            Evidence.LIST,
            age_band=row.age_band,
            neighbourhood_id=row.neighbourhood,
            by=hand.by,
            import_id=import_id,
        )
        for row in now.fresh
        for client_id in _ids(row)
    ]
    attendance_bulk.add_all(unit, commune, seats)
    acts = [Act(hand.actor, "import", f"import:{import_id}", None, now.file_hash)]
    classes = sorted({row.training.id for row in now.fresh})
    acts += [Act(hand.actor, "attendance-list", f"training:{one}") for one in classes]
    audit.record_all(unit, commune, acts)
    return Taken(import_id, now.visits, known)


def _known(unit: Unit, house: House) -> Known:
    commune = house.commune.id
    places = duty.list_neighbourhoods(unit, commune, today(unit.now))
    window = (unit.now - KNOWN_FOR, unit.now + timedelta(days=1))
    return Known(
        trainings=trainings.list_between(unit, commune, window),
        places={fold(one.name): one.id for one in places},
        words=house.words,
    )


def _too_many(rows: Sequence[SeatRow]) -> list[RowFault]:
    if sum(row.visits for row in rows) <= MOST_SEATS:
        return []
    return [RowFault(rows[-1].number, "count", "import.seats-many", {"most": MOST_SEATS})]


def _id(row: SeatRow, number: int) -> str:
    return f"{PAPER}{row.id}#{number}"


def _ids(row: SeatRow) -> list[str]:
    """Each seat of a row has an id of its own; the sign between cannot stand in the row's."""
    return [_id(row, number) for number in range(1, row.visits + 1)]


# ---- what the rows are compared with


def _with_log(unit: Unit, commune: CommuneId, looked_at: SeatDraft) -> SeatDraft:
    """The draft with what the roll knows of its rows now."""
    known, faults = _compare(unit, commune, looked_at.rows)
    fresh = [row for row in looked_at.rows if row.id not in known]
    faults += _late(unit, commune, fresh)
    faults = sorted((*looked_at.faults, *faults), key=lambda fault: fault.row)
    return replace(looked_at, faults=tuple(faults), known=known)


def _late(unit: Unit, commune: CommuneId, fresh: Sequence[SeatRow]) -> list[RowFault]:
    """A fault for each row of a class that has not begun, or whose roll is shut by now."""
    numbers = {row.training.id for row in fresh}
    now = {number: trainings.get(unit, commune, number) for number in numbers}
    faults = []
    for row in fresh:
        training = now[row.training.id]
        is_early = training.outline.starts_at > unit.now
        code = "import.class-early" if is_early else import_attendance_rows.is_shut(training)
        if code:
            faults.append(RowFault(row.number, "training", code, {"number": training.id}))
    return faults


def _compare(
    unit: Unit, commune: CommuneId, rows: Sequence[SeatRow]
) -> tuple[frozenset[str], list[RowFault]]:
    """Ids of rows that came in before, and a fault for each that said something else then."""
    ids = {one for row in rows for one in (_id(row, 1), _id(row, row.visits), _next(row))}
    stored = attendance_bulk.list_stored(unit, commune, sorted(ids))
    if not stored:
        return frozenset(), []
    there = [row for row in rows if _id(row, 1) in stored]
    faults = [
        RowFault(row.number, "id", "import.id-other", {"id": row.id})
        for row in there
        if not _is_same(row, stored)
    ]
    return frozenset(row.id for row in there), faults


def _next(row: SeatRow) -> str:
    """The id that stands only where the row stood for more."""
    return _id(row, row.visits + 1)


def _is_same(row: SeatRow, stored: Mapping[str, StoredSeat]) -> bool:
    first = stored[_id(row, 1)]
    return (
        (first.training_id, first.age_band, first.neighbourhood_id)
        == (row.training.id, row.age_band, row.neighbourhood)
        and _id(row, row.visits) in stored
        and _next(row) not in stored
    )
