"""A messenger of a few lines, a channel that keeps the real protocol over it, and a ward that sends by it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from sqlalchemy import select

from bot.conversation.engine import unobserved
from bot.conversation.sender import Sender
from bot.core.messages import (
    Delivered,
    Delivery,
    Inbound,
    Limits,
    Outbound,
    Rate,
    Retry,
)
from bot.core.terms import ALWAYS_FREE, Terms
from storage.database import Database, Unit
from storage.models_accounts import sender_leases
from storage.outbox import LEASE
from tests.channel_harness import eventually
from tests.clock import FixedClock
from tests.storage_tools import Office, letters_of, open_office, post

LATER = Retry(None, "busy")
WIDE = Limits(account=Rate(per_second=1000, burst=1000))


class Wire:
    """A messenger: takes messages, answers as it was told, holds answers back while it is shut."""

    def __init__(self) -> None:
        self.tried: list[tuple[str, str]] = []
        self.taken: list[tuple[str, str]] = []
        self.on_the_way: Counter[str] = Counter()
        self.crossed: list[str] = []  # chats that had two messages on the way at once
        self._answers: dict[str, list[Delivery | Exception]] = {}
        self._open = asyncio.Event()
        self._open.set()

    def answers(self, text: str, *outcomes: Delivery | Exception) -> None:
        """What the next tries of this text get, instead of being taken."""
        self._answers.setdefault(text, []).extend(outcomes)

    def shut(self) -> None:
        """From now on every answer waits."""
        self._open.clear()

    def open(self) -> None:
        """Lets the waiting answers go."""
        self._open.set()

    async def takes(self, chat: str, text: str) -> Delivery:
        self.tried.append((chat, text))
        self.on_the_way[chat] += 1
        if self.on_the_way[chat] > 1:
            self.crossed.append(chat)
        await self._open.wait()
        await asyncio.sleep(0)
        self.on_the_way[chat] -= 1
        planned = self._answers.get(text)
        if planned:
            outcome = planned.pop(0)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome
        self.taken.append((chat, text))
        return Delivered(f"m{len(self.taken)}")

    def texts(self, chat: str) -> list[str]:
        """What that chat has got, in order."""
        return [text for to, text in self.taken if to == chat]

    def tries(self, text: str) -> int:
        """How often this was tried."""
        return sum(text == tried for _, tried in self.tried)


class WireChannel:
    """A channel over the wire."""

    name = "wire"
    account = "ho-nai"

    def __init__(self, wire: Wire, limits: Limits, terms: Terms = ALWAYS_FREE) -> None:
        self.limits = limits
        self.terms = terms
        self._wire = wire

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        return True

    def parse(self, body: bytes) -> list[Inbound]:
        return []

    async def send(self, chat: str, message: Outbound) -> Delivery:
        return await self._wire.takes(chat, message.text)

    async def close(self) -> None:
        return


class Room:
    """A ward with its outbox, a wire, and senders that share both."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        self.database = database
        self.clock = clock
        self.office: Office = database.write(open_office)
        self.wire = Wire()

    def post(self, chat: str, *texts: str) -> None:
        """Answers that wait for that chat."""
        self.database.write(post, self.office, chat, *texts)

    def sender(self, wire: Wire | None = None, limits: Limits = WIDE) -> Sender:
        """One process that sends."""
        channel = WireChannel(wire or self.wire, limits)
        return Sender(self.database, {self.office.account.id: channel}, unobserved)

    @property
    def letters(self) -> list[Any]:
        """The outbox, oldest first."""
        return self.database.read(letters_of, self.office.account.id)

    def letter(self, place: int) -> Any:
        """One row of it."""
        return self.letters[place]

    def has_tried(self, place: int, times: int) -> bool:
        """Whether so many tries of a letter are over; read at once, since the sender works meanwhile."""
        letter = self.letter(place)
        return bool(letter.tries == times and letter.status != "sending")

    async def looks(self, sender: Sender) -> None:
        """Waits until the sender has looked into the outbox at the present time of the clock."""
        until = self.database.clock() + LEASE

        def read(unit: Unit) -> Any:
            return unit.connection.execute(select(sender_leases.c.until)).scalar_one_or_none()

        sender.wake()
        await eventually(lambda: self.database.read(read) == until)
        sender.wake()
        await asyncio.sleep(0.05)  # what it found, it has begun to send by now or in the next look


def runs(
    room: Room,
    scene: Callable[[Sender], Coroutine[Any, Any, None]],
    limits: Limits = WIDE,
) -> None:
    """Plays the scene with one sender at work."""

    async def play() -> None:
        room.wire = Wire()
        sender = room.sender(limits=limits)
        sender.start()
        try:
            await scene(sender)
        finally:
            room.wire.open()
            await sender.stop()

    asyncio.run(play())


def all_finished(room: Room) -> bool:
    return all(letter.finished_at is not None for letter in room.letters)
