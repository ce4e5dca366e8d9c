"""Everything that is logged while something runs, before our own mask; afterwards logging is as it was."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr

from bot.app.logs import set_up_logging


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def kept_logging() -> Iterator[None]:
    """Puts back what ``set_up_logging`` changes for the whole process."""
    root = logging.getLogger()
    handlers, level, raises = list(root.handlers), root.level, logging.raiseExceptions
    hooks = sys.excepthook, threading.excepthook
    try:
        yield
    finally:
        logging.captureWarnings(False)
        for handler in [one for one in root.handlers if one not in handlers]:
            root.removeHandler(handler)
        root.setLevel(level)
        logging.raiseExceptions = raises
        sys.excepthook, threading.excepthook = hooks


@contextmanager
def heard(level: str = "debug") -> Iterator[list[str]]:
    """Lines as they are logged at that level by the settings of a real run, unmasked, stderr included."""
    listener = _Listener()
    with kept_logging(), redirect_stderr(io.StringIO()) as stderr:
        set_up_logging(level)
        logging.getLogger().addHandler(listener)
        yield listener.lines
        listener.lines.append(stderr.getvalue())
