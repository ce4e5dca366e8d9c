"""Logging that cannot betray anybody: every finished line is masked, whichever library wrote it."""

from __future__ import annotations

import logging

from bot.core.redaction import redact_log

# They print addresses of requests, and Telegram's addresses hold the token.
TALKATIVE = ("httpx", "httpcore", "aiohttp.access", "telegram", "asyncio")


class MaskingFormatter(logging.Formatter):
    """Masks the finished line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """The line without numbers, phones and tokens."""
        return redact_log(super().format(record))


def set_up_logging(level: str) -> None:
    """Log to stderr at that level; libraries only from warnings up unless debugging."""
    handler = logging.StreamHandler()
    handler.setFormatter(MaskingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    if level != "debug":
        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)
