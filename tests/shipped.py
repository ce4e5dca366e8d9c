"""The shipped content, read once for all tests of a process: it is frozen."""

from __future__ import annotations

import functools
from pathlib import Path

from bot.config import Settings
from bot.library import Library, load

CONTENT = Path(__file__).parents[1] / "content"


@functools.cache
def library() -> Library:
    """Everything that content/ holds."""
    return load(CONTENT)


def library_of(settings: Settings) -> Library:
    """What these settings name; content of a test's own may change, so it is read each time."""
    if settings.content_dir.resolve() == CONTENT:
        return library()
    return load(settings.content_dir)
