"""A terminal for tests: the command line run in this process, or as a process of its own."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.__main__ import command
from bot.app.installation import system_clock
from storage.database import Clock
from tests import small_content

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON text that it printed."""
        return json.loads(self.out)

    @property
    def rows(self) -> list[Any]:
        """One JSON text a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def complaint(self) -> str:
        """The only line on stderr; nothing may stand on stdout beside it."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert self.out == ""
        return lines[0]


class Terminal:
    """One ward PC: its own var/, its own settings; a small content/ unless another is given."""

    def __init__(
        self, folder: Path, clock: Clock = system_clock, content: Path | None = None
    ) -> None:
        self.folder = folder
        self.clock = clock
        self.var = folder / "var"
        self.database = self.var / "ban-so.db"
        self.key_file = self.var / "secret.key"
        self.settings = {
            "BOT_VAR_DIR": str(self.var),
            "BOT_MEDIA_DIR": str(self.var / "media"),
            "BOT_DATABASE_URL": f"sqlite:///{self.database}",
            "BOT_CONTENT_DIR": str(content or small_content.shared()),
        }

    @property
    def made(self) -> list[str]:
        """Names of all files that stand in var/ now."""
        return sorted(path.name for path in self.var.rglob("*")) if self.var.exists() else []

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """This process's own variables without settings of the bot, and the terminal's."""
        others = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
        return {**others, **self.settings, **more}

    def types(self, *words: str | Path, stdin: str = "", **more: str) -> Ended:
        """Run a command here, without the half second that a process costs; ``check`` has our clock."""
        out, err, codes = io.StringIO(), io.StringIO(), list[int]()
        with (
            _as_it_was(),
            _only(self.environment(more)),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            sys.stdin = io.StringIO(stdin)
            command([str(word) for word in words], codes.append, self.clock)
        assert len(codes) == 1
        return Ended(codes[0], out.getvalue(), err.getvalue())

    def runs(self, *words: str | Path, stdin: str | bytes = "", **more: str) -> Ended:
        """Run a command as a process."""
        done = subprocess.run(
            [sys.executable, "-m", "bot", *map(str, words)],
            cwd=ROOT,
            env=self.environment(more),
            input=stdin if isinstance(stdin, bytes) else stdin.encode(),
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())

    def starts(self, *words: str, **more: str) -> subprocess.Popen[str]:
        """Start a command and leave it running; the caller ends it."""
        return subprocess.Popen(
            [sys.executable, "-m", "bot", *words],
            cwd=ROOT,
            env=self.environment(more),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@contextlib.contextmanager
def _only(environment: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def _as_it_was() -> Iterator[None]:
    """What a command sets for its whole process is put back."""
    root, stdin, hook, thread_hook = (
        logging.getLogger(),
        sys.stdin,
        sys.excepthook,
        threading.excepthook,
    )
    handlers, level, loud = list(root.handlers), root.level, logging.raiseExceptions
    quiet = {name: logger.level for name, logger in _loggers()}
    with warnings.catch_warnings():
        try:
            yield
        finally:
            logging.captureWarnings(False)
            sys.stdin, sys.excepthook, threading.excepthook = stdin, hook, thread_hook
            root.handlers[:], logging.raiseExceptions = handlers, loud
            root.setLevel(level)
            for name, logger in _loggers():
                logger.setLevel(quiet.get(name, logging.NOTSET))


def _loggers() -> list[tuple[str, logging.Logger]]:
    known = logging.root.manager.loggerDict.items()
    return [(name, logger) for name, logger in known if isinstance(logger, logging.Logger)]
