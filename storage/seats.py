"""What is left of a chat in classes: hashes that say that it has a seat, wants one, or gave its opinion.

Each hash is of one chat and one class; all of them go some time after the class, and at once for who asks.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, union, update

from bot.core.vocabulary import CommuneId, Identity
from storage.attendances import seat_hashes
from storage.database import Unit
from storage.models_trainings import (
    attendances,
    learning_readings,
    sign_ups,
    training_feedback,
    trainings,
)

OF_CLASSES = (sign_ups, attendances, training_feedback)


def drop_chat(unit: Unit, commune: CommuneId, identity: Identity) -> None:
    """Nothing says any more that this chat was in a class; the seat itself still counts, of nobody.

    Where it only wanted to come it does not come.
    """
    named = union(
        *(
            select(table.c.training_id).where(
                table.c.commune_id == commune, table.c.seat.is_not(None)
            )
            for table in OF_CLASSES
        )
    )
    for training in list(unit.connection.execute(named).scalars()):
        hashes = seat_hashes(unit.keys, commune, training, identity)
        for table in OF_CLASSES:
            mine = (table.c.commune_id == commune, table.c.training_id == training)
            gone = update(table).where(*mine, table.c.seat.in_(hashes))
            if table is sign_ups:
                gone = gone.values(cancelled_at=unit.now)
            unit.connection.execute(gone.values(seat=None))


def purge(unit: Unit, before: datetime) -> int:
    """Hashes of classes that ended before that moment, and of what was said of a course until then."""
    over = select(trainings.c.id).where(trainings.c.ends_at < before)
    emptied = 0
    for table in OF_CLASSES:
        old = update(table).where(table.c.seat.is_not(None), table.c.training_id.in_(over))
        emptied += unit.connection.execute(old.values(seat=None)).rowcount
    row = learning_readings.c
    said = update(learning_readings).where(row.seat.is_not(None), row.recorded_at < before)
    return emptied + unit.connection.execute(said.values(seat=None)).rowcount
