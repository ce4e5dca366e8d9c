"""The whole program on a free port, in a thread of the test: for browsers, which are no part of its loop."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path

from bot.app.installation import Installation, open_installation
from bot.app.serve import Options, serve
from bot.config import Settings
from bot.core.vocabulary import Identity, Role, Topic
from bot.locale import local_day
from bot.services import help_log, teams
from bot.services.help_log import Help
from bot.services.plans import find_commune
from storage.communes import Commune
from storage.database import Unit
from tests import shipped
from tests.channel_logs import kept_logging
from tests.channel_server import free_port
from tests.clock import FixedClock

KEY = "khóa của các kiểm tra trong trình duyệt"
START_SECONDS = 60.0


class _Loop(asyncio.SelectorEventLoop):
    """A thread hears no signals; it is told to stop instead."""

    def add_signal_handler(self, *_: object) -> None:
        """Nothing to listen for."""


class Ward:
    """A running server with five communes; ``stop`` and ``start`` keep its database and its port."""

    def __init__(self, folder: Path, **settings: object) -> None:
        port = free_port()
        given = {
            "database_url": f"sqlite:///{folder / 'ban-so.db'}",
            "secret_key": KEY,
            "var_dir": folder / "var",
            "port": port,
            "base_url": f"http://127.0.0.1:{port}",
            "proxies": 1,  # so that every visitor can have an address, and limits, of their own
            "log_level": "warning",
        }
        self.settings = Settings.model_validate({**given, **settings})
        database = folder / "ban-so.db"
        if self.settings.database_url == given["database_url"] and not database.exists():
            database.write_bytes(shipped.migrated())
        self.url = self.settings.base_url
        self.clock = FixedClock()
        self._base: Installation | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._fault: BaseException | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def base(self) -> Installation:
        """What the running server stands on."""
        assert self._base is not None, "not running"
        return self._base

    def start(self) -> None:
        """Run it; returns when it answers."""
        self._base = open_installation(
            self.settings, self.clock, library=shipped.library_of(self.settings)
        )
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(START_SECONDS), "the server does not start"
        if self._fault:
            raise self._fault

    def stop(self) -> None:
        """End it in good order; harmless when that was done before."""
        if self._thread is None or self._loop is None or self._task is None:
            return
        with suppress(RuntimeError):  # it has ended by itself
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(START_SECONDS)
        assert not self._thread.is_alive(), "the server does not stop"
        self._thread = None

    def _run(self, ready: threading.Event) -> None:
        async def run() -> None:
            self._task = asyncio.current_task()
            await serve(self.base, Options(jobs=False), lambda _: ready.set())

        with asyncio.Runner(loop_factory=_Loop) as runner:
            self._loop = runner.get_loop()
            try:
                runner.run(run())
            except asyncio.CancelledError:
                pass
            except BaseException as fault:  # noqa: BLE001 – handed to who started the thread
                self._fault = fault
            finally:
                ready.set()

    # ---- what the office and its teams did ----------------------------------------------------

    def commune(self, slug: str = "ho-nai") -> Commune:
        """One of the five."""
        return find_commune(self.base.communes, slug)

    def invites(self, role: Role = Role.OFFICER, slug: str = "ho-nai") -> str:
        """A fresh code."""
        team = "KP 3" if role.in_team else None
        return self.base.database.write(teams.invite, self.commune(slug), role, team, None).code

    def helped(self, team: str, topic: Topic, visits: int, day: date, slug: str = "ho-nai") -> None:
        """A member of that team has logged so many visits."""
        commune = self.commune(slug)

        def log(unit: Unit) -> None:
            code = teams.read_code(teams.invite(unit, commune, Role.MEMBER, team, None).code) or ""
            worker = teams.join(unit, commune, Identity(secrets.token_bytes(32)), code)
            help_log.log_help(
                unit, commune.id, worker, Help(day, topic, visits), secrets.token_hex(8)
            )

        self.base.database.write(log)


def two_weeks_of_help(ward: Ward, slug: str = "ho-nai") -> None:
    """Some teams have logged in the week of the clock, others the week before, three in neither."""
    names = [f"KP {number}" for number in range(1, 18)]
    today = local_day(ward.clock())
    for index, name in enumerate(names[:11]):
        topic = list(Topic)[index % len(Topic)]
        ward.helped(name, topic, 3 + index, today - timedelta(days=index % 3), slug)
    for index, name in enumerate(names[3:14]):
        topic = list(Topic)[(2 * index) % len(Topic)]
        ward.helped(name, topic, 9 - index // 2, today - timedelta(days=7 + index % 2), slug)


@contextmanager
def running(folder: Path, **settings: object) -> Iterator[Ward]:
    """A server that runs meanwhile."""
    ward = Ward(folder, **settings)
    with kept_logging():
        ward.start()
        try:
            yield ward
        finally:
            ward.stop()
