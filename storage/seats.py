"""What is left of a chat in classes: hashes that say that it has a seat, wants one, or gave its opinion.

Each hash is of one chat and one class; all of them go some time after the class, and at once for who asks.
What a chat said of a course stands the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Table, select, union, update

from bot.core.keys import KeyRing
from bot.core.vocabulary import CommuneId, Identity
from storage import feedback, learning
from storage.attendances import seat_hashes
from storage.database import Unit
from storage.models_trainings import (
    attendances,
    learning_readings,
    sign_ups,
    training_feedback,
    trainings,
)

Hashes = Callable[[KeyRing, CommuneId, int, Identity], tuple[bytes, ...]]
OF_CLASSES: dict[Table, Hashes] = {
    sign_ups: seat_hashes,
    attendances: seat_hashes,
    training_feedback: feedback.seats_of,
}
"""Where hashes of a chat and a class stand, and how each is made."""


def drop_chat(unit: Unit, commune: CommuneId, identity: Identity) -> None:
    """Nothing says any more that this chat was in a class; the seat itself still counts, of nobody.

    Where it only wanted to come it does not come.
    """
    for training in _named(unit, commune):
        for table, hashes in OF_CLASSES.items():
            mine = (table.c.commune_id == commune, table.c.training_id == training)
            held = hashes(unit.keys, commune, training, identity)
            _empty(unit, table, (*mine, table.c.seat.in_(held)))


def drop_seats(unit: Unit, commune: CommuneId, group: Sequence[int]) -> None:
    """No chat leads to the seats of these people any more; they still count as theirs."""
    row = attendances.c
    mine = (row.commune_id == commune, row.person_id.in_(group))
    unit.connection.execute(update(attendances).where(*mine).values(seat=None))


def move_chat(unit: Unit, commune: CommuneId, old: Identity, present: Identity) -> None:
    """After a change of key a chat has another identity: its seats and what it said stay its own."""
    for training in _named(unit, commune):
        for table, hashes in OF_CLASSES.items():
            mine = (table.c.commune_id == commune, table.c.training_id == training)
            old_new = (hashes(unit.keys, commune, training, one) for one in (old, present))
            _rename(unit, table, mine, *old_new)
    row = learning_readings.c
    said = select(row.stage, row.course).distinct()
    told = said.where(row.commune_id == commune, row.seat.is_not(None))
    for stage, course in unit.connection.execute(told).all():
        its = (row.commune_id == commune, row.stage == stage, row.course == course)
        old_new = (learning.seats_of(unit.keys, commune, course, one) for one in (old, present))
        _rename(unit, learning_readings, its, *old_new)


def _named(unit: Unit, commune: CommuneId) -> list[int]:
    """Classes in which some chat still stands."""
    named = union(
        *(
            select(table.c.training_id).where(
                table.c.commune_id == commune, table.c.seat.is_not(None)
            )
            for table in OF_CLASSES
        )
    )
    return list(unit.connection.execute(named).scalars())


def _rename(
    unit: Unit,
    table: Table,
    mine: Sequence[ColumnElement[bool]],
    old: Sequence[bytes],
    present: Sequence[bytes],
) -> None:
    """The newest row under an old hash stands under the present one, unless one does; others under none."""
    row = table.c
    under_old = select(row.id).where(*mine, row.seat.in_(old)).order_by(row.id.desc())
    numbers = list(unit.connection.execute(under_old).scalars())
    stands = select(row.id).where(*mine, row.seat.in_(present)).limit(1)
    if numbers and unit.connection.execute(stands).first() is None:
        moved = update(table).where(row.id == numbers.pop(0))
        unit.connection.execute(moved.values(seat=present[0]))
    _empty(unit, table, (row.id.in_(numbers),))


def _empty(unit: Unit, table: Table, mine: Sequence[ColumnElement[bool]]) -> None:
    gone = update(table).where(*mine)
    if table is sign_ups:
        gone = gone.values(cancelled_at=unit.now)
    unit.connection.execute(gone.values(seat=None))


def purge(unit: Unit, before: datetime) -> int:
    """Hashes of classes that ended before that moment."""
    over = select(trainings.c.id).where(trainings.c.ends_at < before)
    emptied = 0
    for table in OF_CLASSES:
        old = update(table).where(table.c.seat.is_not(None), table.c.training_id.in_(over))
        emptied += unit.connection.execute(old.values(seat=None)).rowcount
    return emptied


def purge_told(unit: Unit, before: datetime) -> int:
    """Hashes of chats that said something of a course before that moment, and nothing since."""
    row = learning_readings.c
    said = update(learning_readings).where(row.seat.is_not(None), row.recorded_at < before)
    return unit.connection.execute(said.values(seat=None)).rowcount
