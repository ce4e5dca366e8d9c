"""Work that runs by the clock, once however many processes there are: a unique (job, period) row decides."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from bot.core.errors import BotError
from bot.locale import local_day
from bot.services import questions
from storage import fetching, jobs, mailbox, sign_ins
from storage.database import Database, Unit

log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
KEEP_CONVERSATIONS = timedelta(days=30)
"""Without consent nothing lives longer than this after its last use (design, section 6)."""
KEEP_SIGN_INS = timedelta(days=1)


def purge_expired(unit: Unit) -> int:
    """Drop what is past its time: chats, sign-ins, unanswered questions; gives how many rows or chats."""
    chats = fetching.forget_due(unit) + mailbox.purge(unit, KEEP_CONVERSATIONS)
    return chats + sign_ins.purge(unit, KEEP_SIGN_INS) + questions.purge_unanswered(unit)


def purge_once_a_day(unit: Unit) -> int | None:
    """Drop what is past its time; None when another process has done it today."""
    if not jobs.begin(unit, "purge", local_day(unit.now).isoformat()):
        return None
    return purge_expired(unit)


Chore = Callable[[], Awaitable[None]]
"""Work of one account that looks every minute whether it has something to do; ends well or by BotError."""


class Jobs:
    """Looks every minute whether something is due."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.chores: Sequence[Chore] = ()  # set by the wiring
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin in the running loop."""
        self._task = asyncio.create_task(self._run(), name="jobs")

    async def stop(self) -> None:
        """End the loop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                await self.run_due()
            except BotError as error:
                log.warning("jobs paused: %s", type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def run_due(self) -> None:
        """Do what is due now."""
        await self._database.write_soon(fetching.forget_due)
        dropped = await self._database.write_soon(purge_once_a_day)
        if dropped:
            log.info("purge dropped %s rows", dropped)
            if self._database.is_sqlite:
                await asyncio.to_thread(self._database.truncate_log)
        for chore in self.chores:
            await chore()
