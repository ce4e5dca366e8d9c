"""The sender: order, every answer of a messenger, beginning and ending, and never two senders at once."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from bot.conversation.keeping import keep_running
from bot.conversation.sender import MOST_FAILURES, Sender
from bot.core.messages import (
    Moved,
    Rejected,
    Retry,
    Unreachable,
)
from storage.database import Database
from tests.channel_harness import eventually
from tests.channel_wire import Room, Wire, all_finished, runs
from tests.clock import FixedClock


@pytest.fixture
def room(database: Database, clock: FixedClock) -> Room:
    """An empty outbox on each engine."""
    return Room(database, clock)


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
        room.wire.answers("a1", Retry(2, "busy"), Retry(4, "busy"))
        room.post("a", "a1", "a2")
        room.post("b", "b1", "b2")
        sender.wake()
        await eventually(lambda: room.wire.texts("b") == ["b1", "b2"])
        await eventually(lambda: room.has_tried(0, 1))
        room.clock.passes(seconds=1.9)
        await room.looks(sender)
        assert room.wire.tries("a1") == 1
        room.clock.passes(seconds=0.2)
        sender.wake()
        await eventually(lambda: room.has_tried(0, 2))
        assert room.wire.tries("a2") == 0
        room.clock.passes(seconds=4.1)
        sender.wake()
        await eventually(lambda: all_finished(room))
        assert room.wire.texts("a") == ["a1", "a2"]

    runs(room, scene)


def test_a_message_that_is_on_the_way_is_not_taken_again(room: Room) -> None:
    async def scene(sender: Sender) -> None:
        room.wire.shut()
        room.post("a", "a1", "a2")
        sender.wake()
        await eventually(lambda: room.wire.tried == [("a", "a1")])
        for _ in range(3):
            room.clock.passes(seconds=5)
            await room.looks(sender)
        assert room.wire.tried == [("a", "a1")]
        room.wire.open()
        await eventually(lambda: all_finished(room))
        assert room.wire.crossed == []
        assert not any(letter.second_try for letter in room.letters)

    runs(room, scene)


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
            await eventually(lambda n=tries: room.has_tried(0, n))
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


def test_stopping_does_not_wait_for_ever_for_an_answer_that_never_comes(room: Room) -> None:
    async def scene() -> None:
        deaf, wire = Wire(), Wire()
        deaf.shut()
        stuck, next_one = room.sender(deaf), room.sender(wire)
        stuck.start()
        room.post("a", "a1", "a2")
        stuck.wake()
        await eventually(lambda: deaf.tried == [("a", "a1")])
        await stuck.stop(patience=0.2)
        next_one.start()
        await eventually(lambda: wire.texts("a") == ["a1", "a2"])
        await eventually(lambda: all_finished(room))
        assert [letter.second_try for letter in room.letters] == [True, False]
        await next_one.stop()
        deaf.open()

    asyncio.run(scene())


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
