"""Work that runs by the clock, once however many processes there are: a unique (job, period) row decides."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial

from bot.conversation.keeping import keep_running
from bot.core.errors import BotError
from bot.core.vocabulary import Use
from bot.locale import local_day
from bot.services import cumulative, questions, retention, team_merging
from bot.services.retention import KEEP_ASKED
from bot.services.retention import KEEP_CONVERSATIONS as KEEP_CONVERSATIONS
from storage import communes, fetching, jobs, mailbox, reaching, sign_ins
from storage.database import Database, Unit

log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
KEEP_SIGN_INS = timedelta(days=1)
KEEP_RUNS = timedelta(days=60)
"""Longer than any job looks back for whether it has run."""


def purge_expired(unit: Unit) -> int:
    """Drop what is past its time: chats, sign-ins, unanswered questions; gives how many rows or chats."""
    window = (unit.now - KEEP_ASKED, unit.now - KEEP_CONVERSATIONS)
    spared = reaching.list_kept(unit, Use.REMIND, window)
    chats = fetching.forget_due(unit) + mailbox.purge(unit, KEEP_CONVERSATIONS, spared)
    known = sign_ins.purge(unit, KEEP_SIGN_INS) + questions.purge_unanswered(unit)
    return chats + known + retention.purge(unit) + jobs.purge(unit, KEEP_RUNS)


def purge_once_a_day(unit: Unit) -> int | None:
    """Drop what is past its time; None when another process has done it today."""
    if not jobs.begin(unit, "purge", local_day(unit.now).isoformat()):
        return None
    return purge_expired(unit)


def carry_out_merges_once_a_day(unit: Unit) -> int | None:
    """Members of teams that have ended by today go on in those that they merged into; None as above."""
    if not jobs.begin(unit, "merges", local_day(unit.now).isoformat()):
        return None
    return sum(team_merging.move_members(unit, one.id) for one in communes.list_communes(unit))


def add_days_up(unit: Unit) -> int:
    """Some past days of the help log added up beforehand, so that luỹ kế costs little; gives how many."""
    return sum(cumulative.add_days_up(unit, one.id) for one in communes.list_communes(unit))


Chore = Callable[[], Awaitable[None]]
"""Work of one account that looks every minute whether it has something to do; ends well or by BotError."""


class Jobs:
    """Looks every minute whether something is due.

    Each chore has a loop of its own: one that fails or hangs keeps no other, nor the purge, from its turn.
    """

    def __init__(self, database: Database, look: float = LOOK_SECONDS) -> None:
        self._database = database
        self._look = look
        self.chores: Sequence[Chore] = ()  # set by the wiring
        self.acts: Sequence[
            Callable[[Unit], object]
        ] = ()  # the same; each runs in a unit of its own
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin in the running loop."""
        work: list[tuple[str, Chore]] = [("jobs", self.run_due)]
        work += [(f"chore-{number}", chore) for number, chore in enumerate(self.chores, 1)]
        self._tasks = [
            asyncio.create_task(
                keep_running(name, partial(self._repeat, name, one), rest=self._look), name=name
            )
            for name, one in work
        ]

    async def stop(self) -> None:
        """End the loops."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _repeat(self, name: str, work: Chore) -> None:
        while True:
            try:
                await work()
            except BotError as error:
                log.warning("%s paused: %s", name, type(error).__name__)
            await asyncio.sleep(self._look)

    async def run_due(self) -> None:
        """Drop what is past its time, then do what the clock says: a fault of an act keeps nothing here."""
        await self._database.write_soon(fetching.forget_due)
        await self._database.write_soon(carry_out_merges_once_a_day)
        dropped = await self._database.write_soon(purge_once_a_day)
        if dropped:
            log.info("purge dropped %s rows", dropped)
            if self._database.is_sqlite:
                await asyncio.to_thread(self._database.truncate_log)
        await self._database.write_soon(add_days_up)
        for act in self.acts:
            await self._database.write_soon(act)
