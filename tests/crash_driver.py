"""The real server in a process of its own that dies by SIGKILL at a named point of a message's road.

Started once per session it imports everything, then forks for each request line on its standard input:
``{"settings": {...}, "origin": 1.0, "speed": 60, "point": "turn", "occurrence": 1}``. It answers with the
child's pid at once and with its wait status at the end.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from typing import Any

from bot.app.installation import open_installation
from bot.app.serve import Options, serve
from bot.channels import (  # noqa: F401 – imported before the fork, not in each child
    telegram_receiving,
    zalo_bot_receiving,
    zalo_oa,
)
from bot.config import Settings
from bot.library import Library, load
from bot.services.understanding import Reader
from tests.channel_server import HurryingClock

BROKE = 3


class Killer:
    """An observer that ends its own process, as a power cut would."""

    def __init__(self, point: str, occurrence: int) -> None:
        self._point, self._left = point, occurrence
        self._lock = threading.Lock()  # turns are observed in writer threads

    def __call__(self, point: str) -> None:
        if point != self._point:
            return
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def run(wanted: dict[str, Any], library: Library) -> None:
    """Serves until told to stop or killed."""
    settings = Settings.model_validate(wanted["settings"])
    clock = HurryingClock(wanted["origin"], wanted["speed"])
    base = open_installation(settings, clock, library=library)
    killer = Killer(wanted["point"], wanted["occurrence"])
    asyncio.run(serve(base, Options(jobs=False), lambda text: None, observe=killer))


def main() -> None:
    """Forks a server for each line; one at a time. What they all read and learn is there before."""
    library = load(Settings().content_dir)
    Reader(library.guides, library.glossary, library.elsewhere).prepare()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            code = BROKE
            try:
                run(json.loads(line), library)
                code = 0
            finally:
                os._exit(code)
        _tell(pid)
        _tell(os.waitpid(pid, 0)[1])


def _tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
