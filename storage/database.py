"""One database behind two engines, and the unit of work that everything is done in.

Why units run in threads: SQLAlchemy's async session over aiosqlite hops threads at every cursor step and is
40–50 times slower than sqlite3. A unit is a plain function, run in one hop. On SQLite there is one writer
thread and every writing unit begins with BEGIN IMMEDIATE: with the driver's default, read-then-write loses
updates without an error.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar, TypeVarTuple

import psycopg
from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.core.errors import BusyError, StorageError
from bot.core.keys import KeyRing

Ts = TypeVarTuple("Ts")
T = TypeVar("T")
Clock = Callable[[], datetime]

POSTGRES_WRITERS = 4
READERS = 4
BUSY_SECONDS = 10.0
# serialization_failure, deadlock_detected, admin_shutdown, cannot_connect_now, too_many_connections
PASSING_STATES = frozenset({"40001", "40P01", "57P01", "57P02", "57P03", "53300", "08000", "08006"})


INSERTS: dict[str, Callable[[Table], postgresql.Insert | sqlite.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
"""Both engines know ON CONFLICT in the same words, but SQLAlchemy spells it once per dialect."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of work: a connection inside an open transaction, the keys, and the time it began."""

    connection: Connection
    keys: KeyRing
    now: datetime

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.connection.dialect.name

    @contextmanager
    def together(self) -> Iterator[None]:
        """Statements whose results nobody reads: PostgreSQL gets them in one round trip."""
        driver = self.connection.connection.driver_connection
        if isinstance(driver, psycopg.Connection):
            with driver.pipeline():
                yield
        else:
            yield


class Database:
    """Opens the engine and runs units, in this thread or hopped from the event loop."""

    def __init__(self, url: str, keys: KeyRing, clock: Clock) -> None:
        self.keys = keys
        self.clock = clock
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url)
        self._reader = _sqlite_engine(url, read_only=True) if self.is_sqlite else self._engine
        writers = 1 if self.is_sqlite else POSTGRES_WRITERS
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="writer")
        # Accepting must not wait behind eight turns; on SQLite the single writer is the point.
        self._accepting = (
            self._writers if self.is_sqlite else ThreadPoolExecutor(1, thread_name_prefix="accept")
        )
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")

    @property
    def turn_workers(self) -> int:
        """How many turns can usefully run at once."""
        return 1 if self.is_sqlite else POSTGRES_WRITERS

    @property
    def engine(self) -> Engine:
        """The writing engine, for migrations and transfer inside storage."""
        return self._engine

    @contextmanager
    def unit(self, *, read_only: bool = False) -> Iterator[Unit]:
        """A transaction that commits when the block ends and rolls back when it raises."""
        with passing_faults():
            engine = self._reader if read_only else self._engine
            with engine.begin() as connection:
                yield Unit(connection, self.keys, self.clock())

    def write(self, work: Callable[[Unit, *Ts], T], *args: *Ts) -> T:
        """Run ``work`` in a writing unit here and now; ``BusyError`` means it may be run again."""
        with self.unit() as unit:
            return work(unit, *args)

    def read(self, work: Callable[[Unit, *Ts], T], *args: *Ts) -> T:
        """Run ``work`` in a reading unit here and now."""
        with self.unit(read_only=True) as unit:
            return work(unit, *args)

    async def write_soon(self, work: Callable[[Unit, *Ts], T], *args: *Ts) -> T:
        """``write`` from the event loop: one hop to a writer thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writers, lambda: self.write(work, *args))

    async def hop(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        """Run a function that opens its own units in a writer thread: many units, one hop."""
        return await asyncio.get_running_loop().run_in_executor(self._writers, work, *args)

    async def accept_soon(self, work: Callable[[Unit, *Ts], T], *args: *Ts) -> T:
        """``write_soon`` in the lane that incoming events are stored by."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._accepting, lambda: self.write(work, *args))

    async def read_soon(self, work: Callable[[Unit, *Ts], T], *args: *Ts) -> T:
        """``read`` from the event loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, lambda: self.read(work, *args))

    def close(self) -> None:
        """Finish running units, empty the write-ahead log, close every connection."""
        for pool in {self._writers, self._accepting, self._readers}:
            pool.shutdown(wait=True)
        if self.is_sqlite:
            self.truncate_log()
        self._reader.dispose()
        self._engine.dispose()

    def truncate_log(self) -> None:
        """Copy SQLite's write-ahead log into the file and empty it, so no old page lingers there."""
        with self._engine.connect() as connection:
            driver = connection.connection.driver_connection
            if isinstance(driver, sqlite3.Connection):
                driver.rollback()  # a checkpoint cannot run inside a transaction
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def passing_faults() -> Iterator[None]:
    """Translate the driver's errors: a passing one is ``BusyError``, a lasting one ``StorageError``."""
    try:
        yield
    except OperationalError as error:
        if _passes(error):
            raise BusyError("Cơ sở dữ liệu đang bận, xin thử lại.") from error
        raise StorageError(f"Cơ sở dữ liệu không đọc ghi được: {error.orig}") from error
    except DBAPIError as error:
        if error.connection_invalidated or _passes(error):
            raise BusyError("Mất kết nối cơ sở dữ liệu, xin thử lại.") from error
        if isinstance(error.orig, sqlite3.DatabaseError) and "not a database" in str(error.orig):
            raise StorageError(f"Cơ sở dữ liệu không đọc được: {error.orig}") from error
        raise


def _passes(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    text = str(error.orig)
    return state in PASSING_STATES or "database is locked" in text or "server closed" in text


def _sqlite_engine(url: str, *, read_only: bool = False) -> Engine:
    path = make_url(url).database or ""
    if path and path != ":memory:" and not read_only:
        _make_private(Path(path))
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we begin; the driver's own BEGIN comes too late
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "secure_delete=ON",
            f"query_only={'ON' if read_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.connection.cursor().execute(
            begin
        )  # past SQLAlchemy's machinery: every turn pays

    return engine


def _make_private(path: Path) -> None:
    """The file and its folder belong to this user alone: it holds sealed messages and names."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StorageError(
            f"Không mở được tệp dữ liệu {path} ({error.strerror}): kiểm tra quyền của thư mục "
            "hoặc đặt BOT_DATABASE_URL sang chỗ khác."
        ) from error


def _postgres_engine(url: str) -> Engine:
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=POSTGRES_WRITERS + READERS + 1,
        max_overflow=2,
        pool_recycle=1800,
        connect_args={"connect_timeout": 5},
    )


def is_reachable(database: Database) -> bool:
    """True when a trivial read works; for readiness checks."""
    try:
        database.read(lambda unit: unit.connection.exec_driver_sql("SELECT 1").scalar())
    except (StorageError, SQLAlchemyError):
        return False
    return True
