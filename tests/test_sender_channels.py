"""Several accounts in one sender, answers before notices, and what a messenger's trouble makes heard."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import date, timedelta
from typing import Any

import pytest

from bot.conversation.engine import unobserved
from bot.conversation.sender import Sender
from bot.core.messages import Limits, Outbound, Rate, Rejected, Retry
from bot.core.terms import ALWAYS_FREE, Tariff, Terms
from bot.core.vocabulary import AccountId, Identity
from storage import health, notices
from storage.database import Database, Unit
from storage.notices import Chat
from storage.outbox import MOST_AT_ONCE
from tests.channel_harness import eventually
from tests.channel_wire import WIDE, Room, WireChannel, all_finished
from tests.clock import FixedClock
from tests.storage_tools import post

WINDOW = (Tariff(date(2026, 1, 1), timedelta(hours=48), timedelta(days=7), 55),)


class House(Room):
    """Rooms with a wire each, one sender for them all, and an ear for its alarms."""

    def __init__(self, database: Database, clock: FixedClock) -> None:
        super().__init__(database, clock)
        self.alarms: list[str] = []

    def beside(self) -> Room:
        """Another commune's account in the same house."""
        return Room(self.database, self.clock)

    def one_sender(self, *rooms: Room, terms: Terms = ALWAYS_FREE, limits: Limits = WIDE) -> Sender:
        """One process that sends for all of them."""
        channels = {room.office.account.id: WireChannel(room.wire, limits, terms) for room in rooms}
        return Sender(self.database, channels, unobserved, self._hears)

    def _hears(self, unit: Unit, account: AccountId, code: str) -> None:
        self.alarms.append(code)

    def knows(self, chat: str) -> Identity:
        """Somebody who has written and been heard."""
        return self.database.write(post, self.office, chat)

    def notes(self, who: Identity, text: str) -> None:
        """A notice that nobody waits for."""
        chat = Chat(self.office.id, self.office.account.id, who)
        assert self.database.write(notices.post, chat, text, Outbound(text))

    @property
    def trouble(self) -> str | None:
        """What the office is shown of the account."""
        (found,) = self.database.read(health.list_health, self.office.id)
        return found.trouble


@pytest.fixture
def house(database: Database, clock: FixedClock) -> House:
    return House(database, clock)


async def at_work(sender: Sender, scene: Coroutine[Any, Any, None]) -> None:
    sender.start()
    try:
        await scene
    finally:
        await sender.stop(patience=1)


def test_an_account_whose_messenger_hangs_delays_no_other(house: House) -> None:
    beside = house.beside()
    sender = house.one_sender(house, beside)

    async def scene() -> None:
        beside.wire.shut()
        for number in range(40):
            beside.post(f"kẹt {number}", "một")
        sender.wake()
        await eventually(lambda: len(beside.wire.tried) == MOST_AT_ONCE)
        for number in range(20):
            house.post(f"chat {number % 5}", f"m{number}")
        sender.wake()
        await eventually(lambda: all_finished(house))
        assert len(house.wire.taken) == 20
        assert beside.wire.taken == []
        states = Counter(letter.status for letter in beside.letters)
        assert states == {"sending": MOST_AT_ONCE, "waiting": 40 - MOST_AT_ONCE}  # the wire is full
        beside.wire.open()
        await eventually(lambda: all_finished(beside))

    asyncio.run(at_work(sender, scene()))


def test_an_account_that_is_throttled_delays_no_other(house: House) -> None:
    beside = house.beside()
    beside.wire.answers("một", *[Retry(30.0, "-32", whole_account=True)] * 5)
    beside.post("a", "một")
    beside.post("b", "hai")
    sender = house.one_sender(house, beside)

    async def scene() -> None:
        sender.wake()
        await eventually(lambda: beside.letter(0).tries == 1 and beside.letter(0).error)
        house.post("a", "ba")
        sender.wake()
        await eventually(lambda: all_finished(house))
        assert beside.wire.tries("một") == 1

    asyncio.run(at_work(sender, scene()))


def test_answers_go_before_notices_to_other_people_however_many_wait(house: House) -> None:
    for number in range(60):
        house.notes(house.knows(f"người {number}"), f"tin {number}")
    for number in range(10):
        house.post(f"cô {number}", f"đáp {number}")
    sender = house.one_sender(house, limits=Limits(account=Rate(per_second=1, burst=10)))

    async def scene() -> None:
        await eventually(lambda: len(house.wire.taken) == 10)
        assert sorted(text for _, text in house.wire.taken) == [f"đáp {n}" for n in range(10)]
        house.clock.passes(seconds=60)
        await eventually(lambda: len(house.wire.taken) == 20)
        house.post("chú Bảy", "đáp sau")
        house.clock.passes(seconds=1)
        sender.wake()
        await eventually(lambda: len(house.wire.taken) == 21)
        assert house.wire.taken[20] == ("chú Bảy", "đáp sau")

    asyncio.run(at_work(sender, scene()))


def test_a_poisoned_message_is_set_aside_with_its_reason_and_the_next_goes_on(house: House) -> None:
    who = house.knows("bà Tư")
    house.wire.answers("độc", Rejected("zalo -201", alert=True))
    sender = house.one_sender(house)

    async def scene() -> None:
        house.notes(who, "độc")
        house.post("bà Tư", "lành")
        sender.wake()
        await eventually(lambda: all_finished(house))
        assert house.wire.texts("bà Tư") == ["lành"]
        (aside,) = house.database.read(notices.list_set_aside, house.office.id)
        assert (aside.status, aside.reason, aside.text) == ("failed", "zalo -201", "độc")
        assert house.alarms == ["zalo -201"]

    asyncio.run(at_work(sender, scene()))


def test_a_trouble_of_the_account_is_heard_once_and_is_over_when_a_message_goes(
    house: House,
) -> None:
    house.wire.answers("một", *[Retry(60.0, "zalo -204", whole_account=True, alert=True)] * 3)
    house.post("bà Tư", "một")
    sender = house.one_sender(house)

    async def scene() -> None:
        for tries in (1, 2, 3):
            sender.wake()
            await eventually(lambda n=tries: house.has_tried(0, n))
            assert (house.alarms, house.trouble) == (["zalo -204"], "zalo -204")
            house.clock.passes(seconds=61)
        sender.wake()
        await eventually(lambda: all_finished(house))
        assert (house.wire.texts("bà Tư"), house.trouble) == (["một"], None)

    asyncio.run(at_work(sender, scene()))


def test_the_sender_keeps_to_the_window_of_its_channel(house: House) -> None:
    who = house.knows("bà Tư")
    house.clock.passes(hours=49)
    sender = house.one_sender(house, terms=Terms(WINDOW))

    async def scene() -> None:
        house.notes(who, "tốn tiền")
        house.notes(who, "cũng vậy")
        sender.wake()
        await eventually(lambda: all_finished(house))
        assert [letter.status for letter in house.letters] == ["unpaid", "unpaid"]
        assert house.wire.tried == []
        house.post("bà Tư", "dạ con nghe")
        house.notes(who, "mai họp")
        house.notes(who, "mốt nghỉ")
        sender.wake()
        await eventually(lambda: all_finished(house))
        assert house.wire.texts("bà Tư") == ["dạ con nghe", "mai họp\n\nmốt nghỉ"]

    asyncio.run(at_work(sender, scene()))


def test_a_hundred_that_fail_together_do_not_come_back_in_step(house: House) -> None:
    late = Retry(None, "busy")
    for number in range(100):
        house.wire.answers(f"m{number}", late)
        house.post(f"chat {number}", f"m{number}")
    sender = house.one_sender(house)

    async def scene() -> None:
        sender.wake()
        await eventually(lambda: all(one.tries == 1 and one.error for one in house.letters))
        waits = {(one.not_before - house.clock.now).total_seconds() for one in house.letters}
        assert len(waits) > 50
        assert min(waits) >= 1
        assert max(waits) <= 2

    asyncio.run(at_work(sender, scene()))
