"""Getting events of the Zalo Bot Platform: by long polling, or by telling Zalo our webhook.

Polling is for trying the bot: Zalo keeps nothing, so what is said while nobody polls is lost. What has
been fetched is stored beside the next poll, never before it, and tried again until it is stored.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence

from bot.channels.zalo_bot import ZaloBotChannel
from bot.channels.zalo_bot_wire import ZaloBotError
from bot.core.errors import BotError
from bot.core.messages import Inbound

log = logging.getLogger(__name__)

POLL_SECONDS = 25
LONGEST_PAUSE = 60.0
SOONEST_EMPTY = 0.1  # an empty answer before that has not waited for anything
MOST_WAITING = 1000
WRONG_ACCOUNT = (401, 404)

Store = Callable[[Sequence[Inbound]], Awaitable[None]]


async def poll(channel: ZaloBotChannel, store: Store) -> None:
    """Fetch and store for ever; a fault only pauses it."""
    fetched: asyncio.Queue[list[Inbound]] = asyncio.Queue(MOST_WAITING)
    async with asyncio.TaskGroup() as both:
        both.create_task(_fetch_all(channel, fetched))
        both.create_task(_store_all(fetched, store))


async def _fetch_all(channel: ZaloBotChannel, fetched: asyncio.Queue[list[Inbound]]) -> None:
    pause = _Pause()
    has_webhook = True
    while True:
        try:
            if has_webhook:
                await channel.delete_webhook()
                has_webhook = False
            begun = time.monotonic()
            updates = await channel.fetch(POLL_SECONDS)
            pause.reset()
        except ZaloBotError as error:
            # Somebody may have set a webhook meanwhile; taking it away again does no harm.
            has_webhook = error.code == 400
            await pause.after(error)
            continue
        events = [event for update in updates for event in channel.read(update)]
        if events:
            await fetched.put(events)
        elif not updates and time.monotonic() - begun < SOONEST_EMPTY:
            await asyncio.sleep(1)


async def _store_all(fetched: asyncio.Queue[list[Inbound]], store: Store) -> None:
    pause = _Pause()
    while True:
        events = await fetched.get()
        while not await _is_stored(events, store, pause):
            pass


async def _is_stored(events: Sequence[Inbound], store: Store, pause: _Pause) -> bool:
    try:
        await store(events)
    except BotError as error:
        await pause.after(error)
        return False
    pause.reset()
    return True


async def announce_webhook(channel: ZaloBotChannel, url: str) -> None:
    """Tell Zalo where to post, until it has taken it."""
    pause = _Pause()
    while True:
        try:
            await channel.set_webhook(url)
        except ZaloBotError as error:
            await pause.after(error)
        else:
            return


class _Pause:
    """Waits longer after each fault in a row, or as long as Zalo asks."""

    def __init__(self) -> None:
        self._seconds = 1.0

    def reset(self) -> None:
        self._seconds = 1.0

    async def after(self, error: ZaloBotError | BotError) -> None:
        seconds, reason = self._seconds, type(error).__name__
        if isinstance(error, ZaloBotError):
            reason = error.reason
            seconds = LONGEST_PAUSE if error.code in WRONG_ACCOUNT else error.retry_after or seconds
        self._seconds = min(LONGEST_PAUSE, self._seconds * 2)
        log.warning("receiving from Zalo pauses %.0f s: %s", seconds, reason)
        await asyncio.sleep(seconds)
