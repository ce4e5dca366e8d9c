"""Logging that cannot betray anybody: every finished line is masked, whichever library wrote it."""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType
from typing import TextIO

from bot.core.redaction import redact_log

# What they say below a warning holds addresses with Telegram's token, chat ids, people's words, rows,
# or where a picture was taken.
TALKATIVE = (
    "PIL",
    "aiohttp",
    "alembic",
    "asyncio",
    "httpcore",
    "httpx",
    "psycopg",
    "sqlalchemy",
    "telegram",
)


class MaskingFormatter(logging.Formatter):
    """Masks the finished line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """The line without numbers, phones and tokens."""
        return redact_log(super().format(record))


class MaskingHandler(logging.StreamHandler[TextIO]):
    """The only way from a log record to stderr."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(MaskingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))


def set_up_logging(level: str) -> None:
    """Log to stderr at that level, vendors' libraries from warnings up at every level.

    What nobody caught goes the same way: Python's own report of it would show the values as they are.
    """
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, MaskingHandler):
            root.removeHandler(handler)
    root.addHandler(MaskingHandler())
    root.setLevel(level.upper())
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.raiseExceptions = False  # a record that cannot be formatted would be printed unmasked
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("bot").critical(
        "Lỗi chưa lường trước, xin báo người phát triển", exc_info=(kind, error, trace)
    )


def _log_uncaught_in_thread(uncaught: threading.ExceptHookArgs) -> None:
    if uncaught.exc_value is not None:
        _log_uncaught(uncaught.exc_type, uncaught.exc_value, uncaught.exc_traceback)
