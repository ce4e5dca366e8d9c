"""The databases a benchmark runs on, and the plain SQL eye that looks into them from outside."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

from bench.process import Cores
from tests.postgres import new_database, server

_numbers = count(1)


@dataclass(frozen=True)
class Engine:
    """One kind of database; each server under test gets a new empty one."""

    name: str  # sqlite or postgres
    folder: Path
    cores: Cores
    new_database: Callable[[], str] = field(repr=False)

    def log(self, of: str) -> Path:
        """Returns a new file for a child's output."""
        return self.folder / f"{of}-{self.name}-{next(_numbers)}.log"


@contextmanager
def sqlite(folder: Path, cores: Cores) -> Iterator[Engine]:
    """Yields SQLite in files of the folder."""

    def new() -> str:
        return f"sqlite:///{folder / f'bench-{next(_numbers)}.db'}"

    yield Engine("sqlite", folder, cores, new)


@contextmanager
def postgres(folder: Path, cores: Cores) -> Iterator[Engine]:
    """Yields a PostgreSQL with fsync on, free to run on every core."""
    with server(fsync=True) as url:
        yield Engine("postgres", folder, cores, lambda: new_database(url))


ENGINES = {"sqlite": sqlite, "postgres": postgres}


class Eye:
    """Reads a product's database directly, without the product's code."""

    def __init__(self, url: str) -> None:
        self._connection: sqlite3.Connection | psycopg.Connection
        self._mark = "?"
        if url.startswith("sqlite:///"):
            path = url.removeprefix("sqlite:///")
            self._connection = sqlite3.connect(
                f"file:{path}?mode=ro", uri=True, timeout=10, check_same_thread=False
            )
        else:
            self._connection = psycopg.connect(url, autocommit=True)
            self._mark = "%s"

    def rows(self, statement: str, *values: object) -> Sequence[tuple[object, ...]]:
        """Runs one query; a ? stands for a value on both databases."""
        query = statement.replace("?", self._mark)
        return self._connection.execute(query, values).fetchall()

    def number(self, statement: str, *values: object) -> int:
        """Runs one query that gives one whole number."""
        value = self.rows(statement, *values)[0][0]
        assert isinstance(value, int)
        return value

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()
