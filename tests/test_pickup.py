"""Answers that are fetched: each event's own, as soon as they are there, whoever gave them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy import Engine as EngineOfDatabase

from bot.app.installation import Installation
from bot.app.wiring import make_script, save_account
from bot.conversation.engine import Engine, unobserved
from bot.conversation.intake import Intake
from bot.conversation.pickup import Doorbell, Letters, Pickup
from bot.core.messages import Address, Inbound, Kind
from bot.core.vocabulary import Identity
from bot.services.plans import find_commune
from storage import fetching
from storage.communes import Account
from storage.database import Database
from tests.channel_harness import eventually

LONG = 600.0  # nothing here is ever waited for so long
SHORT = 0.03  # the patience of who is to wait in vain
BOUND = 20.0


@dataclass
class Desk:
    """A pickup with its engine, and people who write to it."""

    pickup: Pickup
    engine: Engine
    bell: Doorbell
    account: Account

    def event(self, name: str, text: str, number: str | None = None) -> Inbound:
        address = Address(self.account.channel, self.account.name, name)
        return Inbound(address, number or f"{name}-{text}", Kind.TEXT, text, datetime.now(UTC))

    def identity(self, name: str) -> Identity:
        return self.pickup.identify(self.account, self.account.channel, name)

    async def asks(
        self, name: str, text: str, number: str | None = None, patience: float = LONG
    ) -> Letters | None:
        async with asyncio.timeout(BOUND):
            return await self.pickup.ask(self.account, self.event(name, text, number), patience)

    async def hears(self, name: str, text: str) -> list[str]:
        """What the person is answered; it waits on, as for any page that has not shown it yet."""
        return texts(await self.asks(name, text))

    async def waits(self, name: str, after: int, patience: float = LONG) -> Letters:
        async with asyncio.timeout(BOUND):
            return await self.pickup.later(self.identity(name), after, patience)

    @property
    def listeners(self) -> list[Any]:
        """Whatever the doorbell still holds of anybody."""
        return [held for held in vars(self.bell).values() if held]


Scene = Callable[[Desk], Coroutine[Any, Any, None]]


def texts(letters: Letters | None) -> list[str]:
    assert letters is not None
    return [letter.message.text for letter in letters]


def open_desk(base: Installation, look_every: float) -> Desk:
    bell = Doorbell()
    engine = Engine(base.database, make_script(base), bell.ring, unobserved)
    intake = Intake(base.database, engine.notify, unobserved)
    account = save_account(base, find_commune(base.communes, "ho-nai"), "console", {})
    return Desk(Pickup(base.database, intake, bell, look_every), engine, bell, account)


def plays(
    base: Installation, scene: Scene, *, works: bool = True, look_every: float = LONG
) -> None:
    """With a look every ten minutes: what comes within the test was heard by the bell."""

    async def play() -> None:
        desk = open_desk(base, look_every)
        if works:
            desk.engine.start()
        try:
            await scene(desk)
        finally:
            await desk.engine.stop()
        assert desk.listeners == []

    asyncio.run(play())


@contextlib.asynccontextmanager
async def another_process(base: Installation, url: str) -> AsyncIterator[None]:
    """An engine on a database object of its own, which rings no bell of ours."""
    database = Database(url, base.database.keys, base.database.clock)
    engine = Engine(database, make_script(base), lambda people: None, unobserved)
    engine.start()
    try:
        yield
    finally:
        await engine.stop()
        database.close()


def test_an_event_is_answered_with_what_its_own_turn_said(base: Installation) -> None:
    async def scene(desk: Desk) -> None:
        first = await desk.asks("bà Tư", "menu")
        second = await desk.asks("bà Tư", "quen mat khau vneid")
        assert first
        assert second
        assert texts(await desk.waits("bà Tư", 0)) == texts(first) + texts(second)
        assert texts(await desk.waits("bà Tư", first[-1].id)) == texts(second)
        assert not set(texts(first)) & set(texts(second))

    plays(base, scene)


def test_the_same_event_again_has_the_same_answers_and_no_second_effect(
    base: Installation,
) -> None:
    async def scene(desk: Desk) -> None:
        first = await desk.asks("bà Tư", "menu", "e1")
        assert first
        for _ in range(5):
            assert await desk.asks("bà Tư", "menu", "e1") == first
        at_once = await asyncio.gather(*(desk.asks("bà Tư", "menu", "e1") for _ in range(5)))
        assert at_once == [first] * 5
        assert await desk.waits("bà Tư", 0) == first
        await desk.pickup.acknowledge(desk.identity("bà Tư"), first[-1].id)
        assert await desk.asks("bà Tư", "menu", "e1") == ()
        assert await desk.waits("bà Tư", 0, SHORT) == ()

    plays(base, scene)


def test_many_people_who_ask_at_once_each_get_their_own(base: Installation) -> None:
    async def scene(desk: Desk) -> None:
        names = [f"người {number}" for number in range(30)]
        said = ["menu", "quen mat khau vneid", "lừa đảo"]
        wanted = {text: await desk.hears(f"trước {text}", text) for text in said}
        assert len({tuple(answer) for answer in wanted.values()}) == len(said)
        asked = [said[number % len(said)] for number in range(len(names))]
        got = await asyncio.gather(*map(desk.hears, names, asked))
        assert got == [wanted[text] for text in asked]

    plays(base, scene)


def test_who_asks_an_engine_that_does_not_work_waits_no_longer_than_their_patience(
    base: Installation,
) -> None:
    """The event is safe: asked again, it has its answers."""

    async def scene(desk: Desk) -> None:
        assert await desk.asks("bà Tư", "menu", "e1", SHORT) is None
        assert await desk.asks("bà Tư", "menu", "e1", 0) is None
        assert await desk.waits("bà Tư", 0, SHORT) == ()
        desk.engine.start()
        assert texts(await desk.asks("bà Tư", "menu", "e1"))
        assert len(await desk.hears("bà Tư", "menu")) < len(await desk.waits("bà Tư", 0))

    plays(base, scene, works=False)


def test_nobody_gets_another_persons_answers_by_the_number_of_the_event(
    base: Installation,
) -> None:
    async def scene(desk: Desk) -> None:
        assert await desk.asks("bà Tư", "menu", "e1")
        assert await desk.asks("kẻ gian", "menu", "e1", SHORT) is None
        assert await desk.waits("kẻ gian", 0, SHORT) == ()

    plays(base, scene)


def test_who_waits_for_later_letters_has_them_as_soon_as_a_turn_has_posted_them(
    base: Installation,
) -> None:
    """A letter that is posted between a look and the next is not missed: each round is such a chance."""

    async def scene(desk: Desk) -> None:
        after = 0
        for number in range(20):
            page = asyncio.create_task(desk.waits("bà Tư", after))
            for _ in range(number % 4):
                await asyncio.sleep(0)
            asked = await desk.asks("bà Tư", "menu", f"e{number}")
            assert await page == asked
            assert asked
            after = asked[-1].id

    plays(base, scene)


def test_every_page_of_a_person_hears_the_bell_and_none_of_another(base: Installation) -> None:
    async def scene(desk: Desk) -> None:
        pages = [asyncio.create_task(desk.waits("bà Tư", 0)) for _ in range(3)]
        other = asyncio.create_task(desk.waits("ông Năm", 0))
        await eventually(lambda: len(desk.listeners[0]) == 2 if desk.listeners else False)
        asked = await desk.asks("bà Tư", "menu")
        assert await asyncio.gather(*pages) == [asked] * 3
        assert not other.done()
        asked = await desk.asks("ông Năm", "menu")
        assert await other == asked

    plays(base, scene)


def test_what_another_process_has_answered_is_found_by_looking(
    base: Installation, database_url: str
) -> None:
    async def scene(desk: Desk) -> None:
        async with another_process(base, database_url):
            asked = await desk.asks("bà Tư", "menu")
            assert asked
            page = asyncio.create_task(desk.waits("bà Tư", asked[-1].id))
            again = await desk.asks("bà Tư", "quen mat khau vneid")
            assert await page == again

    plays(base, scene, works=False, look_every=0.02)


def test_a_ring_makes_a_page_look_once(base: Installation) -> None:
    """Somebody may ring for nothing, as after a turn that said nothing; the page then waits on."""
    looks: list[str] = []

    def see(connection: Connection, cursor: object, statement: str, *_: object) -> None:
        if "FROM outbox" in statement:
            looks.append(statement)

    async def scene(desk: Desk) -> None:
        page = asyncio.create_task(desk.waits("bà Tư", 0, 5 * SHORT))
        await eventually(lambda: desk.listeners)
        desk.bell.ring([desk.identity("bà Tư")])
        assert await page == ()
        assert 3 <= len(looks) <= 5  # at first, at the ring, at the end

    event.listen(EngineOfDatabase, "after_cursor_execute", see)
    plays(base, scene, works=False)
    event.remove(EngineOfDatabase, "after_cursor_execute", see)


def test_a_process_that_stops_lets_pages_go_and_still_answers_who_has_asked(
    base: Installation,
) -> None:
    async def scene(desk: Desk) -> None:
        pages = [asyncio.create_task(desk.waits(name, 0)) for name in ("ông Năm", "cô Sáu")]
        asked = asyncio.create_task(desk.asks("bà Tư", "menu"))
        await eventually(lambda: desk.listeners and len(desk.listeners[0]) == 3)
        desk.pickup.end_waiting()
        assert await asyncio.gather(*pages) == [(), ()]
        assert await desk.waits("ông Năm", 0) == ()  # one that comes now does not wait at all
        assert not asked.done()
        desk.engine.start()
        assert texts(await asked)

    plays(base, scene, works=False)


def test_an_open_page_has_what_it_has_and_keeps_its_shared_chat(base: Installation) -> None:
    clock: Any = base.database.clock

    async def scene(desk: Desk) -> None:
        who, pause = desk.identity("bà Tư"), timedelta(minutes=2)
        first = await desk.asks("bà Tư", "menu")
        second = await desk.asks("bà Tư", "quen mat khau vneid")
        assert first
        await desk.pickup.forget_after(who, pause)
        clock.passes(seconds=60)
        await desk.pickup.stay(who, first[-1].id, pause)
        clock.passes(seconds=119)
        assert base.database.write(fetching.forget_due) == 0
        assert await desk.waits("bà Tư", 0) == second
        clock.passes(seconds=1)
        assert base.database.write(fetching.forget_due) == 1

    plays(base, scene)


def test_a_page_that_was_closed_or_lost_patience_leaves_nothing_behind(
    base: Installation,
) -> None:
    async def scene(desk: Desk) -> None:
        page = asyncio.create_task(desk.waits("bà Tư", 0))
        await eventually(lambda: desk.listeners)
        assert await desk.waits("bà Tư", 0, SHORT) == ()
        assert desk.listeners  # of the other page
        page.cancel()
        with pytest.raises(asyncio.CancelledError):
            await page
        assert desk.listeners == []

    plays(base, scene, works=False)


def test_a_ring_is_heard_by_who_listens_and_by_nobody_afterwards() -> None:
    bell, tu, nam = Doorbell(), Identity(b"tu"), Identity(b"nam")
    with bell.listen(tu) as first, bell.listen(tu) as second, bell.listen(nam) as other:
        bell.ring([tu])
        assert (first.is_set(), second.is_set(), other.is_set()) == (True, True, False)
        first.clear()
    with pytest.raises(InterruptedError), bell.listen(tu):
        raise InterruptedError
    bell.ring([tu, nam])
    assert (first.is_set(), other.is_set()) == (False, False)
    assert not any(vars(bell).values())
    with bell.listen(tu) as fresh:
        assert not fresh.is_set()


def test_a_forgotten_chat_begins_anew(base: Installation) -> None:
    async def scene(desk: Desk) -> None:
        first = await desk.hears("bà Tư", "menu")
        assert len(await desk.hears("bà Tư", "menu ")) < len(first)  # known: no greeting
        await desk.pickup.forget(desk.identity("bà Tư"))
        assert await desk.waits("bà Tư", 0, SHORT) == ()
        assert await desk.hears("bà Tư", "menu") == first

    plays(base, scene)


def test_a_chat_is_forgotten_when_nothing_has_come_from_it_for_the_pause(
    base: Installation,
) -> None:
    clock: Any = base.database.clock

    async def scene(desk: Desk) -> None:
        who, pause = desk.identity("bà Tư"), timedelta(minutes=2)
        assert not await desk.pickup.forget_after(who, pause)  # nothing is known of it yet
        for text in ("menu", "quen mat khau vneid"):
            assert await desk.asks("bà Tư", text)
            assert await desk.pickup.forget_after(who, pause)
            clock.passes(seconds=119)
            assert base.database.write(fetching.forget_due) == 0
        assert await desk.waits("bà Tư", 0)
        clock.passes(seconds=1)
        assert base.database.write(fetching.forget_due) == 1
        assert await desk.waits("bà Tư", 0, SHORT) == ()

    plays(base, scene)
