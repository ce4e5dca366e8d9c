"""Takes messages out of the outbox and hands them to their channel; writes down what became of each.

One loop an account. Addresses go side by side, one address strictly in order.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from bot.conversation.engine import Observer
from bot.conversation.keeping import keep_running
from bot.core.errors import BotError
from bot.core.messages import Channel, Delivered, Delivery, Moved, Rejected, Retry
from bot.core.vocabulary import AccountId
from storage import deliveries, health, outbox
from storage.database import Database, Unit
from storage.outbox import MOST_AT_ONCE, Batch, Letter, Post

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5
STOP_SECONDS = 25.0
MOST_FAILURES = 5
"""After so many tries a message that our own code cannot send is closed: it holds up what is behind it."""


Alarm = Callable[[Unit, AccountId, str], None]
"""Is told the code of a new trouble of an account, in the unit that writes it down."""


def unheard(unit: Unit, account: AccountId, code: str) -> None:
    """The alarm of a process without an office."""


class Sender:
    """Sends for the accounts that this process hosts."""

    def __init__(
        self,
        database: Database,
        channels: dict[AccountId, Channel],
        observe: Observer,
        alarm: Alarm = unheard,
    ) -> None:
        self._database = database
        self._observe = observe
        self._alarm = alarm
        self._holder = secrets.token_hex(8)
        self._loops = [_AccountLoop(self, account, ch) for account, ch in channels.items()]
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def database(self) -> Database:
        """Where the outbox is."""
        return self._database

    @property
    def holder(self) -> str:
        """The name under which this process holds leases."""
        return self._holder

    def write_down(
        self, unit: Unit, account: AccountId, results: Sequence[tuple[Letter, Delivery]]
    ) -> None:
        """What became of messages, and what that says of their account."""
        deliveries.record(unit, account, results)
        troubles = [
            outcome.reason
            for _, outcome in results
            if isinstance(outcome, Retry | Rejected) and outcome.alert
        ]
        for code in dict.fromkeys(troubles):
            if health.report_trouble(unit, account, code):
                self._alarm(unit, account, code)
        if not troubles and any(isinstance(outcome, Delivered) for _, outcome in results):
            health.clear_trouble(unit, account)

    def observe(self, point: str) -> None:
        """Tell the observer."""
        self._observe(point)

    def wake(self) -> None:
        """Something new is in the outbox; may be called from any task of the loop."""
        for loop in self._loops:
            loop.wake()

    def start(self) -> None:
        """Begin to send in the running loop."""
        self._tasks = [
            asyncio.create_task(keep_running(loop.name, loop.run), name=loop.name)
            for loop in self._loops
        ]

    async def stop(self, patience: float = STOP_SECONDS) -> None:
        """Finish what is on the wire, give the leases back.

        An answer that does not come, or cannot be written down, is not waited for beyond ``patience``:
        its message will go again, marked as a second try.
        """
        for loop in self._loops:
            loop.stopping = True
            loop.wake()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=patience)
            for task in late:
                log.warning("%s did not end in time", task.get_name())
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        for loop in self._loops:
            try:
                await self._database.write_soon(outbox.release, loop.post)
            except BotError as error:  # it runs out by itself
                log.warning("a lease was not given back: %s", type(error).__name__)


class _AccountLoop:
    """The sending of one account."""

    def __init__(self, sender: Sender, account: AccountId, channel: Channel) -> None:
        self.account = account
        self.name = f"sender-{account}"
        self.stopping = False
        self._sender = sender
        self._channel = channel
        self.post = Post(account, sender.holder, channel.limits, channel.terms)
        self._news = asyncio.Event()
        self._in_flight: dict[asyncio.Task[Delivery], Letter] = {}

    def wake(self) -> None:
        self._news.set()

    async def run(self) -> None:
        """Take, send, record, until told to stop and nothing is on the wire."""
        while not self.stopping or self._in_flight:
            self._news.clear()
            try:
                batch = Batch() if self.stopping else await self._take()
                await self._settle(batch)
            except BotError as error:
                log.warning("sender paused: %s", type(error).__name__)
                await asyncio.sleep(IDLE_SECONDS)

    async def _take(self) -> Batch:
        """Put what may go now on the wire."""
        busy = frozenset(letter.identity for letter in self._in_flight.values())
        batch = await self._sender.database.write_soon(outbox.take, self.post, busy)
        for letter in batch.letters:
            self._in_flight[asyncio.create_task(self._send(letter))] = letter
        return batch

    async def _settle(self, batch: Batch) -> None:
        """Wait for an answer or for news, then write down every answer that has come.

        While the account is throttled or its wire is full, news changes nothing.
        """
        waiting: set[asyncio.Task[Any]] = set(self._in_flight)
        seconds = min(batch.pause_seconds, IDLE_SECONDS) or IDLE_SECONDS
        news = asyncio.create_task(self._news.wait())
        if not batch.pause_seconds and len(self._in_flight) < MOST_AT_ONCE:
            waiting.add(news)
        if waiting:
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        else:
            await asyncio.sleep(seconds)
        news.cancel()
        await self._record()

    async def _record(self) -> None:
        done = [(task, letter) for task, letter in self._in_flight.items() if task.done()]
        if not done:
            return
        self._sender.observe("sent")
        results = [(letter, task.result()) for task, letter in done]
        await self._sender.database.write_soon(self._sender.write_down, self.account, results)
        for task, _ in done:
            del self._in_flight[task]

    async def _send(self, letter: Letter) -> Delivery:
        try:
            outcome = await self._channel.send(letter.chat, letter.message)
            if isinstance(outcome, Moved):
                log.info("a chat of account %s moved", self.account)
        except Exception as error:  # noqa: BLE001 – the other of the two places: one letter must not stop the rest
            log.error("sending failed: %s", type(error).__name__)
            reason = type(error).__name__
            return Retry(None, reason) if letter.tries < MOST_FAILURES else Rejected(reason)
        return outcome
