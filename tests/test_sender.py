"""The sender: order, patience, limits, and never two at once, whatever the messenger answers.

The messenger is a fake wire of a few lines; its channel keeps the real protocol.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.conversation.engine import unobserved
from bot.conversation.keeping import keep_running
from bot.conversation.sender import MOST_FAILURES, Sender
from bot.core.messages import (
    Delivered,
    Delivery,
    Inbound,
    Limits,
    Moved,
    Outbound,
    Rate,
    Rejected,
    Retry,
    Unreachable,
)
from storage.database import Database, Unit
from storage.models import sender_leases
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

    def __init__(self, wire: Wire, limits: Limits) -> None:
        self.limits = limits
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


@pytest.fixture
def room(database: Database, clock: FixedClock) -> Room:
    """An empty outbox on each engine."""
    return Room(database, clock)


def all_finished(room: Room) -> bool:
    return all(letter.finished_at is not None for letter in room.letters)


# ---- order -----------------------------------------------------------------------------------


def test_each_address_gets_its_messages_in_order_and_one_at_a_time(room: Room) -> None:
    async def scene(sender: Sender) -> None:
        for number in range(6):
            for chat in ("a", "b", "c", "d"):
                room.post(chat, f"{chat}{number}")
        sender.wake()
        await eventually(lambda: all_finished(room))
        for chat in ("a", "b", "c", "d"):
            assert room.wire.texts(chat) == [f"{chat}{number}" for number in range(6)]
        assert room.wire.crossed == []

    runs(room, scene)


def test_addresses_are_served_side_by_side(room: Room) -> None:
    async def scene(sender: Sender) -> None:
        room.wire.shut()
        chats = [f"chat {number}" for number in range(12)]
        for chat in chats:
            room.post(chat, "một", "hai")
        sender.wake()
        await eventually(lambda: len(room.wire.tried) == 12)
        assert {chat for chat, _ in room.wire.tried} == set(chats)
        room.wire.open()
        await eventually(lambda: all_finished(room))
        assert all(room.wire.texts(chat) == ["một", "hai"] for chat in chats)

    runs(room, scene)


def test_a_message_that_must_wait_holds_up_its_own_address_only(room: Room) -> None:
    async def scene(sender: Sender) -> None:
        room.wire.answers("a1", LATER, LATER)
        room.post("a", "a1", "a2")
        room.post("b", "b1", "b2")
        sender.wake()
        await eventually(lambda: room.wire.texts("b") == ["b1", "b2"])
        await eventually(lambda: room.letter(0).status == "waiting" and room.letter(0).tries == 1)
        room.clock.passes(seconds=1.9)
        await room.looks(sender)
        assert room.wire.tries("a1") == 1
        room.clock.passes(seconds=0.2)
        sender.wake()
        await eventually(lambda: room.letter(0).tries == 2 and room.letter(0).status == "waiting")
        assert room.wire.tries("a2") == 0
        room.clock.passes(seconds=4.1)
        sender.wake()
        await eventually(lambda: all_finished(room))
        assert room.wire.texts("a") == ["a1", "a2"]

    runs(room, scene)


# ---- patience --------------------------------------------------------------------------------


def test_the_pauses_grow_to_ten_minutes_and_after_a_day_it_is_given_up(room: Room) -> None:
    async def scene(sender: Sender) -> None:
        room.wire.answers("a1", *[LATER] * 300)
        room.post("a", "a1", "a2")
        pauses: list[float] = []
        while room.letter(0).finished_at is None:
            tries = room.letter(0).tries
            sender.wake()
            await eventually(lambda before=tries: room.letter(0).tries > before)
            await eventually(lambda: room.letter(0).status != "sending")
            pauses.append((room.letter(0).not_before - room.clock.now).total_seconds())
            room.clock.passes(seconds=max(pauses[-1], 0) + (3600 if len(pauses) > 11 else 0))
        assert pauses[:11] == [2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 600.0, 600.0]
        assert (room.letter(0).status, room.letter(0).error) == ("failed", "busy")
        sender.wake()
        await eventually(lambda: room.wire.texts("a") == ["a2"])

    runs(room, scene)


def test_a_pause_that_the_messenger_names_is_kept_to_the_second(room: Room) -> None:
    async def scene(sender: Sender) -> None:
        room.wire.answers("a1", Retry(77.0, "wait"))
        room.post("a", "a1")
        sender.wake()
        await eventually(lambda: room.letter(0).status == "waiting" and room.letter(0).tries == 1)
        assert room.letter(0).not_before == room.clock.now + timedelta(seconds=77)
        room.clock.passes(seconds=76.9)
        await room.looks(sender)
        assert room.wire.tries("a1") == 1
        room.clock.passes(seconds=0.2)
        sender.wake()
        await eventually(lambda: room.wire.texts("a") == ["a1"])

    runs(room, scene)


def test_a_throttled_account_pauses_for_everybody_and_then_goes_on(room: Room) -> None:
    async def scene(sender: Sender) -> None:
        room.wire.answers("a1", Retry(30.0, "429", whole_account=True))
        room.post("a", "a1", "a2")
        sender.wake()
        await eventually(lambda: room.letter(0).status == "waiting" and room.letter(0).tries == 1)
        room.post("b", "b1")
        for _ in range(3):
            room.clock.passes(seconds=9.9)
            await room.looks(sender)
        assert room.wire.tried == [("a", "a1")]
        room.clock.passes(seconds=0.4)
        sender.wake()
        await eventually(lambda: all_finished(room))
        assert room.wire.texts("a") == ["a1", "a2"]
        assert room.wire.texts("b") == ["b1"]

    runs(room, scene)


def test_the_messengers_rates_are_kept(room: Room) -> None:
    limits = Limits(account=Rate(per_second=10, burst=5), chat=Rate(per_second=1, burst=2))

    async def scene(sender: Sender) -> None:
        room.post("a", "a1", "a2", "a3", "a4")
        sender.wake()
        await eventually(lambda: room.wire.texts("a") == ["a1", "a2"])
        await room.looks(sender)
        for chat in "bcdefg":
            room.post(chat, f"{chat}1")
        sender.wake()
        await eventually(lambda: len(room.wire.taken) == 5)
        await room.looks(sender)
        assert len(room.wire.taken) == 5
        room.clock.passes(seconds=1)
        await eventually(lambda: len(room.wire.taken) == 9)
        await room.looks(sender)
        assert room.wire.texts("a") == ["a1", "a2", "a3"]
        room.clock.passes(seconds=1)
        await eventually(lambda: all_finished(room))

    runs(room, scene, limits)


def test_a_messenger_without_limits_is_sent_to_all_the_same(room: Room) -> None:
    async def scene(sender: Sender) -> None:
        room.post("a", "a1")
        sender.wake()
        await eventually(lambda: room.wire.texts("a") == ["a1"])

    runs(room, scene, Limits())


# ---- other answers ---------------------------------------------------------------------------


def test_a_refused_message_is_closed_and_the_next_goes_on(room: Room) -> None:
    async def scene(sender: Sender) -> None:
        room.wire.answers("a1", Rejected("can't parse"))
        room.post("a", "a1", "a2")
        sender.wake()
        await eventually(lambda: all_finished(room))
        found = [(letter.status, letter.error, letter.body) for letter in room.letters]
        assert found == [("failed", "can't parse", None), ("delivered", None, None)]

    runs(room, scene)


def test_an_unreachable_address_is_closed_with_all_that_waits(room: Room) -> None:
    async def scene(sender: Sender) -> None:
        room.wire.answers("a1", Unreachable("blocked"))
        room.post("a", "a1", "a2", "a3")
        room.post("b", "b1")
        sender.wake()
        await eventually(lambda: all_finished(room))
        assert [letter.status for letter in room.letters] == ["unreachable"] * 3 + ["delivered"]
        assert room.wire.taken == [("b", "b1")]
        room.post("a", "a4")  # they have written again
        sender.wake()
        await eventually(lambda: room.wire.texts("a") == ["a4"])

    runs(room, scene)


def test_a_moved_chat_gets_everything_at_its_new_place(room: Room) -> None:
    async def scene(sender: Sender) -> None:
        room.wire.answers("a1", Moved("z"))
        room.post("a", "a1", "a2")
        sender.wake()
        await eventually(lambda: all_finished(room))
        assert room.wire.taken == [("z", "a1"), ("z", "a2")]

    runs(room, scene)


def test_a_message_that_breaks_our_own_code_does_not_hold_up_the_rest_for_ever(room: Room) -> None:
    async def scene(sender: Sender) -> None:
        room.wire.answers("a1", *[ValueError("lỗi của ta")] * 300)
        room.post("a", "a1", "a2")
        for tries in range(1, MOST_FAILURES + 1):
            sender.wake()
            await eventually(lambda n=tries: room.letter(0).tries == n)
            await eventually(lambda: room.letter(0).status != "sending")
            room.clock.passes(hours=1)
        assert (room.letter(0).status, room.letter(0).error) == ("failed", "ValueError")
        sender.wake()
        await eventually(lambda: room.wire.texts("a") == ["a2"])

    runs(room, scene)


# ---- beginning and ending --------------------------------------------------------------------


def test_stopping_finishes_what_is_on_the_wire_and_begins_nothing_new(room: Room) -> None:
    async def scene(sender: Sender) -> None:
        room.wire.shut()
        room.post("a", "a1", "a2")
        sender.wake()
        await eventually(lambda: room.wire.tried == [("a", "a1")])
        stopping = asyncio.create_task(sender.stop())
        done, _ = await asyncio.wait([stopping], timeout=0.3)
        assert not done
        room.wire.open()
        await stopping
        assert [letter.status for letter in room.letters] == ["delivered", "waiting"]
        assert room.wire.tried == [("a", "a1")]

    runs(room, scene)


def test_a_sender_that_stops_hands_over_at_once(room: Room) -> None:
    async def scene() -> None:
        wires = [Wire(), Wire()]
        one, other = (room.sender(wire) for wire in wires)
        one.start()
        room.post("a", "a1")
        one.wake()
        await eventually(lambda: wires[0].taken)
        other.start()
        await one.stop()
        room.post("a", "a2")
        other.wake()
        await eventually(lambda: wires[1].texts("a") == ["a2"])  # the clock has not moved
        await other.stop()

    asyncio.run(scene())


def test_two_senders_on_one_database_never_send_the_same_message(room: Room) -> None:
    async def scene() -> None:
        wires = [Wire(), Wire()]
        senders = [room.sender(wire) for wire in wires]
        for sender in senders:
            sender.start()
        for number in range(10):
            for chat in "abcde":
                room.post(chat, f"{chat}{number}")
            for sender in senders:
                sender.wake()
            if number == 5:  # a hand-over in the middle
                await eventually(lambda: len(wires[0].taken) + len(wires[1].taken) > 5)
                holder = 0 if wires[0].taken else 1
                await senders[holder].stop()
        await eventually(lambda: all_finished(room))
        assert wires[0].taken
        assert wires[1].taken
        for chat in "abcde":
            together = wires[holder].texts(chat) + wires[1 - holder].texts(chat)
            assert together == [f"{chat}{number}" for number in range(10)]
        assert not any(letter.second_try for letter in room.letters)
        await senders[1 - holder].stop()

    asyncio.run(scene())


def test_what_a_dead_sender_had_on_the_wire_goes_again_and_is_marked(room: Room) -> None:
    async def scene() -> None:
        lost, wire = Wire(), Wire()
        lost.shut()
        dead, living = room.sender(lost), room.sender(wire)
        dead.start()
        room.post("a", "a1", "a2")
        dead.wake()
        await eventually(lambda: lost.tried == [("a", "a1")])
        for task in dead._tasks:  # a process that dies tells nobody
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        living.start()
        room.clock.passes(seconds=29.9)
        living.wake()
        await asyncio.sleep(0.1)
        assert wire.tried == []
        room.clock.passes(seconds=0.2)
        await eventually(lambda: wire.texts("a") == ["a1", "a2"])
        await eventually(lambda: all_finished(room))
        assert [letter.second_try for letter in room.letters] == [True, False]
        await living.stop()
        lost.open()

    asyncio.run(scene())


def test_what_fails_for_an_unknown_reason_is_begun_again() -> None:
    begun: list[int] = []

    async def work() -> None:
        begun.append(len(begun))
        if len(begun) < 3:
            raise LookupError("nobody foresaw this")

    async def scene() -> None:
        await keep_running("work", work, rest=0.001)

    asyncio.run(scene())
    assert begun == [0, 1, 2]


def test_work_that_is_cancelled_is_not_begun_again() -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("work")

    async def scene() -> None:
        task = asyncio.create_task(keep_running("work", work))
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    asyncio.run(scene())
    assert ended == ["work"]
