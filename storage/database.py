"""One database behind two engines, and the unit of work that everything is done in.

Why units run in threads: SQLAlchemy's async session over aiosqlite hops threads at every cursor step and is
40–50 times slower than sqlite3. A unit is a plain function, run in one hop. On SQLite every writing unit
begins with BEGIN IMMEDIATE: with the driver's default, read-then-write loses updates without an error. Only a
turn begins so with its first write, so that a slow handler keeps nobody from storing what arrives; what it
read before, ``mailbox.finish`` proves to be still so. Writers of one process pass a gate, since SQLite's own
way of waiting is to sleep.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, TypeVarTuple

import psycopg
from sqlalchemy import (
    Connection,
    Dialect,
    Engine,
    Select,
    Table,
    TextClause,
    UpdateBase,
    create_engine,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.core.errors import BusyError, StorageError, why
from bot.core.keys import KeyRing

Ts = TypeVarTuple("Ts")
T = TypeVar("T")
Clock = Callable[[], datetime]

POSTGRES_TURNS = 4
READERS = 4
BUSY_SECONDS = 10.0
ROWS_AT_ONCE = 1000
# serialization_failure, deadlock_detected, admin_shutdown, cannot_connect_now, too_many_connections
PASSING_STATES = frozenset({"40001", "40P01", "57P01", "57P02", "57P03", "53300", "08000", "08006"})
PASSING_WORDS = ("database is locked", "server closed the connection", "connection is lost")


BUSY = "Cơ sở dữ liệu đang bận, xin thử lại."
BEGIN = "BEGIN IMMEDIATE"
LATE = "begin_late"
"""The option of a connection that begins its transaction with its first write."""

Statement = Select[Any] | UpdateBase | TextClause
INSERTS: dict[str, Callable[[Table], postgresql.Insert | sqlite.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
"""Both engines know ON CONFLICT in the same words, but SQLAlchemy spells it once per dialect."""


class Prepared:
    """A statement written in SQLAlchemy and compiled once, for the few that every turn runs.

    Executing it again costs no more than the driver does: values go through the types' own processors,
    results come as the driver gives them, so only columns of plain types may be read.
    """

    def __init__(self, statement: Statement | Mapping[str, Statement]) -> None:
        self._compiled = {
            dialect.name: _Compiled(
                statement[dialect.name] if isinstance(statement, Mapping) else statement, dialect
            )
            for dialect in (sqlite.dialect(paramstyle="named"), _psycopg_dialect())
        }

    def on(self, dialect: str) -> _Compiled:
        """The statement as that engine takes it."""
        return self._compiled[dialect]


class _Compiled:
    """SQL of one engine, and how each value has to look there."""

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self._constants = dict(compiled.params)
        self._processors = {
            name: process
            for value, name in compiled.bind_names.items()
            if (process := value.type.dialect_impl(dialect).bind_processor(dialect))
        }

    def values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The values that the statement was written with, and those given now, ready for the driver."""
        ready = {**self._constants, **given}
        for name, process in self._processors.items():
            ready[name] = process(ready[name])
        return ready


def _psycopg_dialect() -> Dialect:
    made: Dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]  # SQLAlchemy's own, untyped
    return made


def _begun() -> None:
    """What a unit does that is in its transaction already."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of work: a connection inside an open transaction, the keys, and the time it began."""

    connection: Connection
    keys: KeyRing
    now: datetime
    begin_writing: Callable[[], None] = _begun
    known: dict[tuple[Any, ...], Any] | None = None
    """What ``storage.read_once`` remembers; None where something may be written."""

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.connection.dialect.name

    def send(self, statement: Prepared, values: Mapping[str, Any]) -> int:
        """Run a prepared statement; gives how many rows it changed, on PostgreSQL together with others -1."""
        self.begin_writing()
        ready = statement.on(self.dialect)
        cursor = self.connection.connection.cursor()
        cursor.execute(ready.text, ready.values(values))
        return cursor.rowcount

    def send_many(self, statement: Prepared, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a prepared statement once for each row of values."""
        self.begin_writing()
        ready = statement.on(self.dialect)
        values = [ready.values(row) for row in rows]
        self.connection.connection.cursor().executemany(ready.text, values)

    def fetch(self, statement: Prepared, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Rows of a prepared statement, as the driver gives them."""
        return list(self._ask(statement, values).fetchall())

    def each(self, statement: Prepared, values: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        """``fetch`` for so many rows that they are better not held all at once."""
        cursor = self._ask(statement, values)
        return chain.from_iterable(iter(lambda: cursor.fetchmany(ROWS_AT_ONCE), []))

    def _ask(self, statement: Prepared, values: Mapping[str, Any]) -> DBAPICursor:
        ready = statement.on(self.dialect)
        cursor = self.connection.connection.cursor()
        cursor.execute(ready.text, ready.values(values))
        return cursor

    @contextmanager
    def together(self) -> Iterator[None]:
        """Statements sent without waiting for each other: one round trip to PostgreSQL.

        Inside, only ``fetch`` may read a result; it waits for all that was sent before it.
        """
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
        self._reader = (
            _sqlite_engine(url, read_only=True)
            if self.is_sqlite
            # One moment for all figures of a page, as SQLite gives it anyway.
            else self._engine.execution_options(
                postgresql_readonly=True, isolation_level="REPEATABLE READ"
            )
        )
        self._gate = Lock()
        # Lanes of their own: neither what arrives nor what goes out waits behind a turn.
        self._turns = ThreadPoolExecutor(self.turn_workers, thread_name_prefix="turn")
        self._writers = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._accepting = ThreadPoolExecutor(1, thread_name_prefix="accept")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")

    @property
    def turn_workers(self) -> int:
        """How many turns can usefully run at once."""
        return 1 if self.is_sqlite else POSTGRES_TURNS

    @property
    def engine(self) -> Engine:
        """The writing engine, for migrations and transfer inside storage."""
        return self._engine

    @contextmanager
    def unit(self, *, read_only: bool = False) -> Iterator[Unit]:
        """A transaction that commits when the block ends and rolls back when it raises."""
        with passing_faults():
            if not read_only and self.is_sqlite:
                with self._pass_gate(), self._engine.begin() as connection:
                    yield Unit(connection, self.keys, self.clock())
                return
            engine = self._reader if read_only else self._engine
            with engine.begin() as connection:
                known: dict[tuple[Any, ...], Any] | None = {} if read_only else None
                yield Unit(connection, self.keys, self.clock(), known=known)

    @contextmanager
    def _pass_gate(self) -> Iterator[None]:
        """One writer of this process at a time; ``BusyError`` when one does not end."""
        if not self._gate.acquire(timeout=BUSY_SECONDS):
            raise BusyError(BUSY)
        try:
            yield
        finally:
            self._gate.release()

    @contextmanager
    def _late_unit(self) -> Iterator[Unit]:
        """A unit on SQLite that begins to write, and to keep others from it, with its first write."""
        with passing_faults(), ExitStack() as held, self._engine.connect() as connection:
            begun = False

            def begin() -> None:
                nonlocal begun
                if not begun:
                    held.enter_context(self._pass_gate())
                    connection.connection.cursor().execute(BEGIN)
                    begun = True

            connection.execution_options(**{LATE: begin})
            with connection.begin():
                yield Unit(connection, self.keys, self.clock(), begin)

    def write(self, work: Callable[[Unit, *Ts], T], *args: *Ts) -> T:
        """Run ``work`` in a writing unit here and now; ``BusyError`` means it may be run again."""
        with self.unit() as unit:
            return work(unit, *args)

    def turn(self, work: Callable[[Unit, *Ts], T], *args: *Ts) -> T:
        """``write`` for a turn: on SQLite nobody waits for it before its first write.

        What it has read by then may be changed by others: it must prove, in writing, that it was not.
        """
        if not self.is_sqlite:
            return self.write(work, *args)
        with self._late_unit() as unit:
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
        """Run a function that opens its own units in a thread for turns: many units, one hop."""
        return await asyncio.get_running_loop().run_in_executor(self._turns, work, *args)

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
        for pool in (self._turns, self._writers, self._accepting, self._readers):
            pool.shutdown(wait=True)
        if self.is_sqlite:
            with suppress(
                DBAPIError, sqlite3.DatabaseError
            ):  # a broken file is closed all the same
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
    except (DBAPIError, sqlite3.DatabaseError, psycopg.DatabaseError) as error:
        known = _translate(error)
        if known is None:
            raise
        raise known from error


def _translate(error: Exception) -> StorageError | None:
    """None for a fault of the statement itself: that is a mistake of ours."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    is_lost = isinstance(error, DBAPIError) and error.connection_invalidated
    state, words = getattr(cause, "sqlstate", None), str(cause)
    if is_lost or state in PASSING_STATES or any(sign in words for sign in PASSING_WORDS):
        return BusyError(BUSY)
    is_lasting = isinstance(cause, sqlite3.OperationalError | psycopg.OperationalError)
    if is_lasting or any(sign in words for sign in ("not a database", "malformed")):
        return StorageError(f"Cơ sở dữ liệu không đọc ghi được: {' '.join(words.split())}")
    return None


def _sqlite_engine(url: str, *, read_only: bool = False) -> Engine:
    path = make_url(url).database or ""
    if path and path != ":memory:" and not read_only:
        _make_private(Path(path))
    engine = create_engine(
        url,
        hide_parameters=True,  # values of a statement may be words of a person
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )
    begin = "BEGIN" if read_only else BEGIN

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
        # Past SQLAlchemy's machinery, since every turn pays for it.
        if LATE not in connection.get_execution_options():
            connection.connection.cursor().execute(begin)

    @event.listens_for(engine, "before_cursor_execute")
    def begin_late(connection: Connection, _: object, statement: str, *__: object) -> None:
        late = connection.get_execution_options().get(LATE)
        if late is not None and not statement.startswith("SELECT"):
            late()

    return engine


def _make_private(path: Path) -> None:
    """The file and its folder belong to this user alone: it holds sealed messages and names."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StorageError(
            f"Không mở được tệp dữ liệu {path} ({why(error)}): kiểm tra quyền của thư mục "
            "hoặc đặt BOT_DATABASE_URL sang chỗ khác."
        ) from error


def _postgres_engine(url: str) -> Engine:
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=POSTGRES_TURNS + READERS + 2,
        max_overflow=2,
        hide_parameters=True,
        pool_recycle=1800,
        connect_args={"connect_timeout": 5},
    )
