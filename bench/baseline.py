"""The bare server that the product is compared with: aiohttp, the same two commits, nothing else.

    python bench/baseline.py sqlite|postgres|none --port N --database URL

Commit 1 stores the event once. Commit 2 reads the person's state, changes it, marks the event done
and writes the reply into the outbox. The 200 comes after both. `none` has no database at all: it
shows what the load generator itself can do.
"""

import argparse
import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import asyncpg  # type: ignore[import-untyped]  # ships no types
from aiohttp import web

ACCOUNT = "bench"
REPLY = "Dạ, để cài VNeID bác mở CH Play, gõ VNeID, bấm Cài đặt. Bác nhắn 1 để xem bước sau ạ."
POOL = 8
SCHEMA = """
CREATE TABLE event (
    id {serial}, account TEXT NOT NULL, event_id TEXT NOT NULL, person TEXT NOT NULL,
    body TEXT NOT NULL, received_at DOUBLE PRECISION NOT NULL, done_at DOUBLE PRECISION,
    UNIQUE (account, event_id));
CREATE TABLE state (
    id {serial}, person TEXT NOT NULL UNIQUE, data TEXT NOT NULL,
    changed_at DOUBLE PRECISION NOT NULL);
CREATE TABLE outbox (
    id {serial}, event BIGINT NOT NULL UNIQUE, person TEXT NOT NULL, body TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL);
"""


class Event(NamedTuple):
    """What both commits need of one Telegram update."""

    event_id: str
    person: str
    body: str


Turn = Callable[[Event], Awaitable[None]]


def parse(raw: bytes) -> Event:
    """Reads one Telegram message update."""
    update = json.loads(raw)
    return Event(str(update["update_id"]), str(update["message"]["chat"]["id"]), raw.decode())


def next_state(data: str | None) -> str:
    """Returns the state after one more turn, so that the read is not for nothing."""
    state = json.loads(data) if data else {"turns": 0}
    state["turns"] += 1
    return json.dumps(state)


def sqlite_turn(connection: sqlite3.Connection, event: Event) -> None:
    """Makes both commits with the raw driver."""
    now = time.time()
    stored = connection.execute(
        "INSERT INTO event (account, event_id, person, body, received_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (ACCOUNT, event.event_id, event.person, event.body, now),
    )
    if not stored.rowcount:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        row = connection.execute(
            "SELECT data FROM state WHERE person = ?", (event.person,)
        ).fetchone()
        connection.execute(
            "INSERT INTO state (person, data, changed_at) VALUES (?, ?, ?) ON CONFLICT (person)"
            " DO UPDATE SET data = excluded.data, changed_at = excluded.changed_at",
            (event.person, next_state(row and row[0]), now),
        )
        connection.execute("UPDATE event SET done_at = ? WHERE id = ?", (now, stored.lastrowid))
        connection.execute(
            "INSERT INTO outbox (event, person, body, created_at) VALUES (?, ?, ?, ?)",
            (stored.lastrowid, event.person, REPLY, now),
        )
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


async def postgres_turn(connection: asyncpg.Connection, event: Event) -> None:
    """Makes both commits with the raw driver."""
    now = time.time()
    stored = await connection.fetchval(
        "INSERT INTO event (account, event_id, person, body, received_at)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING id",
        *(ACCOUNT, event.event_id, event.person, event.body, now),
    )
    if stored is None:
        return
    async with connection.transaction():
        data = await connection.fetchval("SELECT data FROM state WHERE person = $1", event.person)
        await connection.execute(
            "INSERT INTO state (person, data, changed_at) VALUES ($1, $2, $3)"
            " ON CONFLICT (person)"
            " DO UPDATE SET data = excluded.data, changed_at = excluded.changed_at",
            *(event.person, next_state(data), now),
        )
        await connection.execute("UPDATE event SET done_at = $1 WHERE id = $2", now, stored)
        await connection.execute(
            "INSERT INTO outbox (event, person, body, created_at) VALUES ($1, $2, $3, $4)",
            *(stored, event.person, REPLY, now),
        )


async def with_sqlite(app: web.Application) -> AsyncIterator[None]:
    """Holds one connection in one thread while the server runs."""
    path = app[DATABASE].removeprefix("sqlite:///")
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.executescript(SCHEMA.format(serial="INTEGER PRIMARY KEY"))
    thread = ThreadPoolExecutor(1)
    loop = asyncio.get_running_loop()

    async def turn(event: Event) -> None:
        await loop.run_in_executor(thread, sqlite_turn, connection, event)

    app[TURN].append(turn)
    yield
    thread.shutdown()
    connection.close()


async def with_postgres(app: web.Application) -> AsyncIterator[None]:
    """Holds a pool of 8 connections while the server runs."""
    async with asyncpg.create_pool(app[DATABASE], min_size=POOL, max_size=POOL) as pool:
        await pool.execute(SCHEMA.format(serial="BIGSERIAL PRIMARY KEY"))

        async def turn(event: Event) -> None:
            async with pool.acquire() as connection:
                await postgres_turn(connection, event)

        app[TURN].append(turn)
        yield


async def hook(request: web.Request) -> web.Response:
    """Answers one update after its two commits."""
    event = parse(await request.read())
    await request.app[TURN][0](event)
    return web.json_response({})


async def nothing(request: web.Request) -> web.Response:
    """Answers without reading the update."""
    return web.json_response({})


DATABASE = web.AppKey("database", str)
TURN = web.AppKey("turn", list[Turn])
ENGINES = {"sqlite": with_sqlite, "postgres": with_postgres}


def main() -> None:
    """Serves until it is told to end."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("engine", choices=[*ENGINES, "none"])
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--database", default="", help="an empty one: sqlite:///… or libpq URL")
    given = arguments.parse_args()
    app = web.Application()
    app[DATABASE] = given.database
    app[TURN] = []
    if given.engine in ENGINES:
        app.cleanup_ctx.append(ENGINES[given.engine])
    app.router.add_post("/hook", hook if given.engine in ENGINES else nothing)
    web.run_app(
        app, host="127.0.0.1", port=given.port, access_log=None, print=None, shutdown_timeout=1
    )


if __name__ == "__main__":
    main()
