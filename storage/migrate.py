"""Bringing a database to the present version, and refusing one that the secret key does not open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import DBAPIError

from bot.core.errors import StorageError, WrongKeyError
from bot.core.keys import WRONG_KEY, Purpose
from storage.database import INSERTS, Database, Unit, passing_faults
from storage.models import canary

MIGRATIONS = Path(__file__).parent / "migrations"
SONG = b"ban-so"


@cache
def known_versions() -> tuple[str, ...]:
    """Every version that the code can make, oldest first: the names of the migration files."""
    names = sorted(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    return tuple(name.split("_")[0] for name in names)


def newest_version() -> str:
    """The version that the code expects."""
    return known_versions()[-1]


def current_version(connection: Connection) -> str | None:
    """The version that the database has; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return None if found is None else str(found)


def migrate(database: Database, version: str = "head") -> None:
    """Bring the schema to ``version`` (the newest unless said). Does nothing when it is there already."""
    try:
        with passing_faults(), database.engine.connect() as connection:
            found = current_version(connection)
            if version == "head" and found == newest_version():
                return
            _refuse_unknown(found)
            connection.rollback()
            _run_alembic(connection, version)
    except DBAPIError as error:
        raise StorageError(f"Không nâng cấp được cơ sở dữ liệu: {error.orig}") from error


def _run_alembic(connection: Connection, version: str) -> None:
    # Imported here: an already migrated start does not pay for it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    with _unchecked(connection):
        if version == "base":
            command.downgrade(config, version)
        else:
            command.upgrade(config, version)


@contextmanager
def _unchecked(connection: Connection) -> Iterator[None]:
    """SQLite makes a table anew to change it: meanwhile references lead nowhere. Checked at the end."""
    if connection.dialect.name != "sqlite":
        yield
        return
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys = OFF")  # would do nothing inside a transaction
    try:
        yield
    finally:
        cursor.execute("PRAGMA foreign_keys = ON")


def _refuse_unknown(found: str | None) -> None:
    if found is not None and found not in known_versions():
        raise StorageError(
            f"Cơ sở dữ liệu ở phiên bản {found}, mới hơn chương trình này ({newest_version()}): "
            "hãy dùng bản chương trình mới hơn."
        )


def check_version(database: Database) -> None:
    """Raise ``StorageError`` unless the database has exactly the version of this code."""
    with passing_faults(), database.engine.connect() as connection:
        found = current_version(connection)
    _refuse_unknown(found)
    if found != newest_version():
        raise StorageError(
            f"Cơ sở dữ liệu ở phiên bản {found or 'trống'}, chương trình cần {newest_version()}: "
            "chạy `python -m bot db migrate`."
        )


def is_new(database: Database) -> bool:
    """True when nothing was ever written here."""
    with passing_faults(), database.engine.connect() as connection:
        return not inspect(connection).has_table("canary")


def check_key(unit: Unit) -> None:
    """Write the canary on the first start; afterwards refuse a key that cannot open it."""
    sealed = unit.connection.execute(select(canary.c.sealed)).scalar_one_or_none()
    if sealed is None:
        fresh = INSERTS[unit.dialect](canary).values(
            id=1, sealed=unit.keys.seal(Purpose.CANARY, SONG)
        )
        unit.connection.execute(fresh.on_conflict_do_nothing())
        # Another replica that starts now may have been first, perhaps with another key.
        sealed = unit.connection.execute(select(canary.c.sealed)).scalar_one()
    if unit.keys.open(Purpose.CANARY, bytes(sealed)) != SONG:
        raise WrongKeyError(WRONG_KEY)
