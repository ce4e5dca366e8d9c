"""The real server in front of the stand-in for Telegram: real HTTP, a real database, a clock that hurries."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import select

from bot.app.installation import Installation, open_installation
from bot.app.serve import Options, serve
from bot.config import Settings
from bot.core import periods
from bot.core.vocabulary import Audience, Role
from bot.services import stats, teams
from bot.services.plans import find_commune
from storage.communes import Commune
from storage.database import Unit
from storage.models import conversations, inbox, outbox
from storage.models_accounts import sender_leases
from tests import depth, shipped
from tests.channel_harness import eventually
from tests.channel_logs import kept_logging
from tests.channel_telegram import SECRET
from tests.clock import START
from tests.storage_tools import empty_database
from tests.telegram_emulator import TelegramEmulator
from tests.telegram_people import Person

KEY = "khóa của các kiểm tra qua Telegram"
WITHOUT_JOBS = Options(jobs=False)
WEEK = "week:2026-W47"  # the week of START


@dataclass(frozen=True)
class HurryingClock:
    """Runs so many times as fast as the wall's, from ``START``, the same in every process of a test.

    Telegram's one message a second, retries and leases then take milliseconds, and stay what they are.
    """

    origin: float
    speed: float = 60.0

    def __call__(self) -> datetime:
        """Now, as the database and the buckets see it."""
        return START + timedelta(seconds=(time.time() - self.origin) * self.speed)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings_for(
    emulator: TelegramEmulator, database_url: str, folder: Path, mode: str
) -> Settings:
    """Settings of a ward that has a Telegram bot."""
    port = free_port()
    return Settings.model_validate(
        {
            "database_url": database_url,
            "secret_key": KEY,
            "var_dir": folder / "var",
            "port": port,
            "base_url": f"http://127.0.0.1:{port}",
            "telegram_token": emulator.token,
            "telegram_mode": mode,
            "telegram_webhook_secret": SECRET,
            "telegram_api_base": emulator.root_url,
        }
    )


class Server:
    """A server that runs, or is about to; what it stores can be read at any time."""

    def __init__(self, settings: Settings, clock: Any) -> None:
        self.settings = settings
        self.clock = clock
        self.said: list[str] = []
        self._base: Installation | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def base(self) -> Installation:
        """What the running server stands on."""
        assert self._base is not None, "not running"
        return self._base

    @property
    def commune(self) -> Commune:
        """The commune of the bot."""
        return find_commune(self.base.communes, "ho-nai")

    @property
    def url(self) -> str:
        """Where it listens."""
        return self.settings.base_url

    def opens(self) -> Installation:
        """What it stands on, without a server on top: for reading while another process serves."""
        self.closes()
        library = shipped.library_of(self.settings)
        self._base = open_installation(self.settings, self.clock, library=library)
        return self._base

    def closes(self) -> None:
        """Lets go of the database; harmless when that was done before."""
        if self._base is not None:
            self._base.database.close()
            self._base = None

    async def start(self, options: Options = WITHOUT_JOBS) -> None:
        """Runs it in this process until ``stop``; returns when it answers."""
        serving = serve(self.opens(), options, self.said.append)
        self._task = asyncio.create_task(serving)
        await eventually(lambda: self.said or self._task is None or self._task.done())
        assert not self._task.done(), self._task.exception()

    async def stop(self) -> None:
        """Ends it in good order."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self.closes()

    # ---- what is stored ---------------------------------------------------------------------

    def rows(self, table: Any) -> list[Any]:
        """All rows of a table, oldest first."""

        def read(unit: Unit) -> list[Any]:
            return list(unit.connection.execute(select(table).order_by(*table.primary_key)))

        return self.base.database.read(read)

    @property
    def letters(self) -> list[Any]:
        """The outbox."""
        return self.rows(outbox)

    @property
    def events(self) -> list[Any]:
        """The inbox."""
        return self.rows(inbox)

    @property
    def conversations(self) -> list[Any]:
        """Everybody who has ever written."""
        return self.rows(conversations)

    @property
    def pause(self) -> datetime | None:
        """Until when the account may not send."""
        leases = self.rows(sender_leases)
        until: datetime | None = leases[0].paused_until if leases else None
        return until

    @property
    def is_idle(self) -> bool:
        """Every event is answered and every answer sent or given up."""
        is_done = all(event.done_at is not None for event in self.events)
        return is_done and all(letter.finished_at is not None for letter in self.letters)

    def invite(self) -> str:
        """A code for a member of team KP 3."""
        args = (self.commune, Role.MEMBER, "KP 3", None)
        return self.base.database.write(teams.invite, *args).code

    def visits(self) -> object:
        """What the office reads as this week's visits."""
        plan = self.base.library.plans["ho-nai"]
        window = periods.parse(WEEK)
        report = self.base.database.read(
            stats.report, self.commune, plan, window, Audience.INTERNAL
        )
        return report["help"]["visits"]


@dataclass
class Town:
    """The stand-in for Telegram, our server, and a client that is neither."""

    emulator: TelegramEmulator
    server: Server
    http: aiohttp.ClientSession

    async def post(self, body: bytes, **headers: str) -> int:
        """Posts to the webhook as anybody could; the status."""
        url = f"{self.server.url}/hook/telegram/ho-nai"
        async with self.http.post(url, data=body, headers=headers) as response:
            return response.status

    async def readiness(self) -> int:
        """The status of the readiness page."""
        async with self.http.get(f"{self.server.url}/readyz") as response:
            return response.status

    async def answers(self) -> bool:
        """Whether a server lives at the address."""
        try:
            async with self.http.get(f"{self.server.url}/healthz") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    async def rests(self) -> None:
        """Waits until everything that people did has come in and every answer is out."""
        await eventually(lambda: not self.emulator.pending)
        await eventually(lambda: self.server.is_idle)

    async def member(self, name: str = "chị Hạnh") -> Person:
        """Somebody who has joined a team and stands before the home menu."""
        person = self.emulator.person(first_name=name)
        await person.starts()
        await person.says(f"vào tổ {self.server.invite()}")
        await person.says(name)
        await person.says("menu")
        await person.waits_for(lambda message: bool(data_of(message, "log")), 20)
        await self.rests()
        return person


def data_of(message: Any, prefix: str) -> list[str]:
    """The actions on a message's buttons that begin so."""
    found = [data for row in message.buttons for _, data in row]
    return [data for data in found if data.split(":")[0] == prefix]


@asynccontextmanager
async def town(
    database_url: str, folder: Path, mode: str, *, begin: bool = True
) -> AsyncIterator[Town]:
    """Everything running; stopped in good order at the end."""
    async with TelegramEmulator() as emulator, aiohttp.ClientSession() as http:
        emulator.repeat_after(*[0.1] * 200)
        settings = settings_for(emulator, database_url, folder, mode)
        server = Server(settings, HurryingClock(time.time()))
        with kept_logging():
            try:
                if begin:
                    await server.start()
                yield Town(emulator, server, http)
            finally:
                await server.stop()


# ---- ways to run -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """How updates come in, and where everything is kept."""

    mode: str
    engine: str


def _way(mode: str, engine: str) -> Any:
    marks = [pytest.mark.postgres] if engine == "postgres" else []
    return pytest.param(Way(mode, engine), marks=marks, id=f"{mode}-{engine}")


ALL_WAYS = [
    _way(mode, engine) for mode in ("webhook", "polling") for engine in ("sqlite", "postgres")
]
WEBHOOK_ON_POSTGRES = _way("webhook", "postgres")
TWO_WAYS = [WEBHOOK_ON_POSTGRES, _way("polling", "sqlite")]
_named = {way.id: way for way in ALL_WAYS}
all_ways = pytest.mark.parametrize("way", depth.WAYS_IN.of(_named).values())
any_way = pytest.mark.parametrize("way", depth.WAYS_THAT_DO_NOT_MATTER.of(_named).values())
two_ways = pytest.mark.parametrize("way", TWO_WAYS)
on_postgres = pytest.mark.parametrize("way", ALL_WAYS[1::2])
by_webhook = pytest.mark.parametrize("way", ALL_WAYS[:2])
Scene = Callable[[Town], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Stage:
    """Where a test plays its scenes: an empty database of its own, in a folder of its own."""

    way: Way
    url: str
    folder: Path

    def plays(self, scene: Scene, *, begin: bool = True) -> None:
        """Runs a scene in a town of its own; without ``begin`` the scene starts the server."""

        async def run() -> None:
            async with town(self.url, self.folder, self.way.mode, begin=begin) as place:
                await scene(place)

        asyncio.run(run())

    @contextmanager
    def database_down(self) -> Iterator[None]:
        """Nothing can be stored meanwhile: PostgreSQL lets nobody in, SQLite lacks its table."""
        down, up = _switches(self.url)
        down()
        try:
            yield
        finally:
            up()


@contextmanager
def without_inbox(url: str) -> Iterator[None]:
    """PostgreSQL meanwhile raises what nobody has foreseen: an error that is neither passing nor lasting."""
    rename = sql.SQL("ALTER TABLE {} RENAME TO {}")
    inbox_table, lost = sql.Identifier("inbox"), sql.Identifier("lost")
    _on_postgres(url, rename.format(inbox_table, lost))
    try:
        yield
    finally:
        _on_postgres(url, rename.format(lost, inbox_table))


@contextmanager
def stage(request: pytest.FixtureRequest, way: Way, folder: Path) -> Iterator[Stage]:
    """A stage with an empty database, gone afterwards."""
    with empty_database(request, way.engine, folder) as url:
        yield Stage(way, url, folder)


def _switches(url: str) -> tuple[Callable[[], None], Callable[[], None]]:
    if url.startswith("sqlite"):
        rename = "ALTER TABLE {} RENAME TO {}"
        path = urlsplit(url).path.removeprefix("/")
        return (
            lambda: _on_sqlite(path, rename.format("inbox", "lost")),
            lambda: _on_sqlite(path, rename.format("lost", "inbox")),
        )
    name = urlsplit(url).path.removeprefix("/")
    server = urlunsplit(urlsplit(url)._replace(path="/postgres"))
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}"
    allow = "ALTER DATABASE {} ALLOW_CONNECTIONS {}"
    shut = sql.SQL(allow).format(sql.Identifier(name), sql.SQL("false"))
    close = sql.SQL(end).format(sql.Literal(name))
    reopen = sql.SQL(allow).format(sql.Identifier(name), sql.SQL("true"))
    return lambda: _on_postgres(server, shut, close), lambda: _on_postgres(server, reopen)


def _on_sqlite(path: str, statement: str) -> None:
    connection = sqlite3.connect(path, timeout=20)
    connection.execute(statement)
    connection.close()


def _on_postgres(server: str, *statements: sql.Composed) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
