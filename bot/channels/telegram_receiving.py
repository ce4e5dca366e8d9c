"""Getting Telegram's updates: by long polling, or by telling Telegram our webhook.

Polling is our own loop: the offset moves only after the inbox has committed, so an update that was never
stored is given again (PTB's own updater confirms first).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram import UPDATES, TelegramChannel, seconds_of
from bot.core.errors import BotError
from bot.core.messages import Inbound

log = logging.getLogger(__name__)

POLL_SECONDS = 25
LONGEST_PAUSE = 60.0

Store = Callable[[Sequence[Inbound]], Awaitable[None]]


async def poll(channel: TelegramChannel, store: Store) -> None:
    """Fetch and store for ever; a fault only pauses it."""
    pause = _Pause()
    offset: int | None = None
    has_webhook = True
    while True:
        try:
            if has_webhook:
                await channel.bot.delete_webhook()
                has_webhook = False
            offset = await _poll_once(channel, store, offset)
            pause.reset()
        except (TelegramError, BotError) as error:
            await pause.after(error)


async def _poll_once(channel: TelegramChannel, store: Store, offset: int | None) -> int | None:
    updates = await channel.fetch(offset, POLL_SECONDS)
    await store([event for update in updates for event in channel.read(update)])
    # After an empty answer nothing is left to confirm, and after a quiet week Telegram may count anew,
    # from below: an old offset would then throw new updates away.
    return max(int(update["update_id"]) for update in updates) + 1 if updates else None


async def announce_webhook(channel: TelegramChannel, url: str) -> None:
    """Tell Telegram where to post, until it has taken it."""
    pause = _Pause()
    while True:
        try:
            await channel.bot.set_webhook(
                url, secret_token=channel.secret, allowed_updates=UPDATES, max_connections=16
            )
        except TelegramError as error:
            await pause.after(error)
        else:
            return


class _Pause:
    """Waits longer after each fault in a row, or as long as Telegram asks."""

    def __init__(self) -> None:
        self._seconds = 1.0

    def reset(self) -> None:
        self._seconds = 1.0

    async def after(self, error: Exception) -> None:
        seconds = self._seconds
        if isinstance(error, RetryAfter):
            seconds = seconds_of(error)
        elif isinstance(error, Conflict | InvalidToken):
            seconds = LONGEST_PAUSE
        self._seconds = min(LONGEST_PAUSE, self._seconds * 2)
        log.warning("receiving pauses %.0f s: %s", seconds, type(error).__name__)
        await asyncio.sleep(seconds)
