"""Starts servers that will die, and knows how each has died."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from pydantic import SecretStr

from bot.config import Settings
from tests.channel_harness import eventually
from tests.channel_server import Server

ROOT = Path(__file__).parents[1]
NEVER = "never"


class Place(Protocol):
    """What is known of where a server is to run: its settings and clock, and whether it answers."""

    server: Server

    async def answers(self) -> bool:
        """Whether a server lives at the address."""


class Driver:
    """The process that forks servers (see ``crash_driver``)."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def _read(self) -> int:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the driver is dead; its words are in the test's stderr"
        return int(line)

    async def starts(self, place: Place, point: str = NEVER, occurrence: int = 1) -> Mortal:
        """A server that answers, and will die at that passage of the point."""
        clock = place.server.clock
        wanted = {
            "settings": plain(place.server.settings),
            "origin": clock.origin,
            "speed": clock.speed,
            "point": point,
            "occurrence": occurrence,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        mortal = Mortal(await asyncio.to_thread(self._read), asyncio.to_thread(self._read))
        async with asyncio.timeout(30):
            while not (mortal.is_dead or await place.answers()):  # noqa: ASYNC110 – nothing tells us
                await asyncio.sleep(0.01)
        return mortal


class Mortal:
    """One server process."""

    def __init__(self, pid: int, death: Any) -> None:
        self.pid = pid
        self._death: asyncio.Task[int] = asyncio.create_task(death)

    @property
    def is_dead(self) -> bool:
        """True once the process is gone."""
        return self._death.done()

    async def dies(self) -> int:
        """Waits for the end; the signal that ended it, or the negative exit code."""
        await eventually(lambda: self.is_dead)
        status = self._death.result()
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status)

    async def ends(self, by: signal.Signals = signal.SIGKILL) -> int:
        """Sends the signal, then waits for the end."""
        if not self.is_dead:
            os.kill(self.pid, by)
        return await self.dies()


@asynccontextmanager
async def mortal(
    driver: Driver, place: Place, point: str = NEVER, occurrence: int = 1
) -> AsyncIterator[Mortal]:
    """A server that will die; it does not outlive the block."""
    started = await driver.starts(place, point, occurrence)
    try:
        yield started
    finally:
        await started.ends()


@contextmanager
def driving() -> Iterator[Driver]:
    """The forking process, gone at the end."""
    command = [sys.executable, "-W", "error", "-m", "tests.crash_driver"]
    single = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # a process of several threads forks badly
    with subprocess.Popen(
        command, cwd=ROOT, env=single, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Driver(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()


def plain(settings: Settings) -> dict[str, Any]:
    """Settings as JSON, secrets shown."""
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in settings
        if value != ""
    }
