"""Whether the database answers: for readiness checks."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from bot.core.errors import StorageError
from storage.database import Database


def is_reachable(database: Database) -> bool:
    """True when a trivial read works."""
    try:
        database.read(lambda unit: unit.connection.exec_driver_sql("SELECT 1").scalar())
    except (StorageError, SQLAlchemyError):
        return False
    return True
