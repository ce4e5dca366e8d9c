"""The sender waits as long as it must and no longer: pauses, throttling, rates."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.conversation.sender import Sender
from bot.core.messages import (
    Limits,
    Rate,
    Retry,
)
from storage.database import Database
from tests.channel_harness import eventually
from tests.channel_wire import LATER, Room, all_finished, runs
from tests.clock import FixedClock


@pytest.fixture
def room(database: Database, clock: FixedClock) -> Room:
    """An empty outbox on each engine."""
    return Room(database, clock)


# ---- patience --------------------------------------------------------------------------------


def test_the_pauses_grow_to_ten_minutes_and_after_a_day_it_is_given_up(room: Room) -> None:
    async def scene(sender: Sender) -> None:
        room.wire.answers("a1", *[LATER] * 300)
        room.post("a", "a1", "a2")
        pauses: list[float] = []
        while room.letter(0).finished_at is None:
            sender.wake()
            tries = len(pauses) + 1
            await eventually(lambda n=tries: room.has_tried(0, n))
            pauses.append((room.letter(0).not_before - room.clock.now).total_seconds())
            room.clock.passes(seconds=max(pauses[-1], 0) + (3600 if len(pauses) > 11 else 0))
        longest = [2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 600.0, 600.0]
        assert all(most / 2 <= pause <= most for pause, most in zip(pauses, longest, strict=False))
        assert (room.letter(0).status, room.letter(0).error) == ("failed", "busy")
        sender.wake()
        await eventually(lambda: room.wire.texts("a") == ["a2"])

    runs(room, scene)


def test_a_pause_that_the_messenger_names_is_kept_to_the_second(room: Room) -> None:
    async def scene(sender: Sender) -> None:
        room.wire.answers("a1", Retry(77.0, "wait"))
        room.post("a", "a1")
        sender.wake()
        await eventually(lambda: room.has_tried(0, 1))
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
        await eventually(lambda: room.has_tried(0, 1))
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


def test_the_rate_of_the_account_is_kept(room: Room) -> None:
    async def scene(sender: Sender) -> None:
        for chat in "abcdefgh":
            room.post(chat, f"{chat}1")
        sender.wake()
        await eventually(lambda: len(room.wire.taken) == 5)
        await room.looks(sender)
        assert len(room.wire.taken) == 5
        room.clock.passes(seconds=0.2)
        await eventually(lambda: len(room.wire.taken) == 7)
        await room.looks(sender)
        assert len(room.wire.taken) == 7
        room.clock.passes(seconds=0.1)
        await eventually(lambda: all_finished(room))

    runs(room, scene, Limits(account=Rate(per_second=10, burst=5)))


def test_the_rate_of_a_chat_is_kept_and_holds_up_nobody_else(room: Room) -> None:
    async def scene(sender: Sender) -> None:
        room.post("a", "a1", "a2", "a3", "a4")
        sender.wake()
        await eventually(lambda: room.wire.texts("a") == ["a1", "a2"])
        room.post("b", "b1")
        sender.wake()
        await eventually(lambda: room.wire.texts("b") == ["b1"])
        assert room.wire.texts("a") == ["a1", "a2"]
        room.clock.passes(seconds=1)
        await eventually(lambda: room.wire.texts("a") == ["a1", "a2", "a3"])
        await room.looks(sender)
        assert room.wire.tries("a4") == 0
        room.clock.passes(seconds=1)
        await eventually(lambda: all_finished(room))

    runs(room, scene, Limits(Rate(per_second=1000, burst=1000), Rate(per_second=1, burst=2)))
