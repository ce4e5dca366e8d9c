"""Work that must not end: what fails for a reason nobody foresaw is said in the log and begun again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine

log = logging.getLogger(__name__)

REST_SECONDS = 5.0


async def keep_running(
    name: str, begin: Callable[[], Coroutine[object, object, None]], rest: float = REST_SECONDS
) -> None:
    """Run to the end; after a failure rest and begin again. The log gets the error's type, not its words."""
    while True:
        work = asyncio.create_task(begin(), name=name)
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError:
            work.cancel()
            await asyncio.wait([work])
            raise
        error = work.exception()
        if error is None:
            return
        log.error("%s failed and begins again: %s", name, type(error).__name__)
        await asyncio.sleep(rest)
