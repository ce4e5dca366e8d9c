"""The shipped content, read once for all tests of a process: it is frozen. So is a database without a row."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from bot.config import Settings
from bot.core.keys import KeyRing
from bot.library import Library, load
from storage.database import Database
from storage.migrate import migrate
from tests import small_content
from tests.clock import FixedClock

CONTENT = Path(__file__).parents[1] / "content"


@functools.cache
def library() -> Library:
    """Everything that content/ holds."""
    return load(CONTENT)


@functools.cache
def _small_library() -> Library:
    return load(small_content.shared())


def library_of(settings: Settings) -> Library:
    """What these settings name; content of a test's own may change, so it is read each time."""
    if settings.content_dir.resolve() == CONTENT:
        return library()
    if settings.content_dir == small_content.shared():
        return _small_library()
    return load(settings.content_dir)


@functools.cache
def migrated() -> bytes:
    """A SQLite file with all tables and no row, not even of a key."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ban-so.db"
        opened = Database(f"sqlite:///{path}", KeyRing("made up"), FixedClock())
        migrate(opened)
        opened.close()
        return path.read_bytes()
