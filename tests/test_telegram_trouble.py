"""Telegram with troubles, and a database with troubles: nothing is lost, nobody is written to twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.app.wiring import build
from bot.channels.telegram import TelegramChannel
from bot.core.messages import Channel, Kind
from bot.web.server import Parts, build_server
from bot.web.webhooks import Hook
from storage import communes
from tests.channel_harness import eventually
from tests.channel_server import (
    Stage,
    Town,
    Way,
    all_ways,
    on_postgres,
    stage,
    two_ways,
    without_inbox,
)
from tests.channel_telegram import SECRET, ImpatientChannel, TelegramHarness
from tests.telegram_emulator import TelegramEmulator
from tests.telegram_people import Person

GUIDE = "vneid-quen-mat-khau"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
def on(request: pytest.FixtureRequest, way: Way, tmp_path: Path) -> Iterator[Stage]:
    """The stage of a test."""
    with stage(request, way, tmp_path) as made:
        yield made


# ---- a messenger with troubles ---------------------------------------------------------------


@two_ways
def test_429_stops_the_whole_account_for_as_long_as_asked_and_then_goes_on_in_order(
    on: Stage,
) -> None:
    async def scene(place: Town) -> None:
        one, other = place.emulator.person(), place.emulator.person()
        for person in (one, other):
            await person.starts()
        await place.rests()
        counts = len(one.messages), len(other.messages)
        arrived: list[Any] = []
        place.emulator.on_call = lambda method, _: arrived.append((method, place.server.clock()))
        begun = place.server.clock()
        place.emulator.fail_next("sendMessage", retry_after=60)
        await one.says("menu")
        await eventually(lambda: place.server.pause is not None)
        attempts = len(place.emulator.calls_of("sendMessage"))
        for words in ("menu", "quên mật khẩu vneid"):
            await other.says(words)
            await one.says(words)
        await eventually(lambda: all(event.done_at for event in place.server.events))
        if place.server.clock() < place.server.pause:
            assert len(place.emulator.calls_of("sendMessage")) == attempts
        await place.rests()
        sent = [moment for method, moment in arrived if method == "sendMessage"]
        assert (min(sent) - begun).total_seconds() >= 60
        new = [one.messages[counts[0] :], other.messages[counts[1] :]]
        assert [len(messages) for messages in new] == [3, 2]
        assert new[0][0].text == new[0][1].text == new[1][0].text
        assert new[0][2].text == new[1][1].text != new[0][0].text

    on.plays(scene)


@two_ways
def test_a_flooded_chat_gets_everything_in_order(on: Stage) -> None:
    async def scene(place: Town) -> None:
        person = place.emulator.person()
        await person.starts()
        await place.rests()
        place.emulator.fail_next("sendMessage", times=2, status=500)
        place.emulator.drop_next("sendMessage", times=1, after_taking=False)
        before = len(person.messages)
        wanted = ["menu", "dừng", "menu", "người", "menu", "dừng"]
        for words in wanted:
            await person.says(words)
        await place.rests()
        texts = [message.text for message in person.messages[before:]]
        assert len(texts) == len(wanted)
        assert texts[0] == texts[2] == texts[4] != texts[1] == texts[5]
        assert {letter.status for letter in place.server.letters} == {"delivered"}

    on.plays(scene)


@two_ways
def test_a_message_that_goes_again_because_its_answer_was_lost_is_marked(on: Stage) -> None:
    async def scene(place: Town) -> None:
        person = place.emulator.person()
        await person.starts()
        await place.rests()
        before = len(person.messages)
        place.emulator.drop_next("sendMessage", after_taking=True)
        await person.says("menu")
        await place.rests()
        assert len(person.messages) == before + 2
        assert [letter.second_try for letter in place.server.letters] == [False, False, True]

    on.plays(scene)


@two_ways
def test_who_has_blocked_us_gets_nothing_more_until_they_write_again(on: Stage) -> None:
    async def scene(place: Town) -> None:
        person = place.emulator.person()
        await person.starts()
        await place.rests()
        before = len(person.messages)
        for _ in range(3):
            await person.says("menu")
        person.chat.blocked = True  # Telegram has not told us yet
        await place.rests()
        assert len(person.messages) == before
        assert [letter.status for letter in place.server.letters[-3:]] == ["unreachable"] * 3
        assert [row.reachable for row in place.server.conversations] == [False]
        await person.unblocks()
        await person.says("menu")
        await person.waits_for(before + 1, 20)
        await place.rests()
        assert len(person.messages) == before + 1
        assert [row.reachable for row in place.server.conversations] == [True]
        assert all(letter.body is None for letter in place.server.letters)

    on.plays(scene)


@two_ways
def test_a_block_that_telegram_tells_of_is_remembered_without_an_answer(on: Stage) -> None:
    async def scene(place: Town) -> None:
        person = place.emulator.person()
        await person.starts()
        await place.rests()
        attempts = len(place.emulator.calls_of("sendMessage"))
        await person.blocks()
        await eventually(lambda: [row.reachable for row in place.server.conversations] == [False])
        await place.rests()
        assert len(place.emulator.calls_of("sendMessage")) == attempts

    on.plays(scene)


@two_ways
def test_a_chat_that_has_moved_gets_its_answer_at_the_new_place(on: Stage) -> None:
    async def scene(place: Town) -> None:
        person, new_home = place.emulator.person(), place.emulator.person(800_000_001)
        for one in (person, new_home):
            await one.starts()
        await place.rests()
        before, there = len(person.messages), len(new_home.messages)
        await person.says("menu")
        person.chat.migrated_to = new_home.id
        await new_home.waits_for(there + 1, 20)
        await place.rests()
        assert (len(person.messages), len(new_home.messages)) == (before, there + 1)
        assert {letter.status for letter in place.server.letters} == {"delivered"}

    on.plays(scene)


@two_ways
def test_an_outage_of_telegram_loses_nothing_and_stops_nothing(on: Stage) -> None:
    async def scene(place: Town) -> None:
        person = place.emulator.person()
        await person.starts()
        await place.rests()
        before = len(person.messages)
        await person.says("menu")
        await place.emulator.stop()
        assert await place.readiness() == 200
        await person.says("dừng")
        await asyncio.sleep(0)
        await place.emulator.start()
        await person.waits_for(before + 2, 40)
        await place.rests()
        assert len(person.messages) == before + 2

    on.plays(scene)


@two_ways
def test_the_server_starts_and_answers_while_telegram_cannot_be_reached(on: Stage) -> None:
    async def scene(place: Town) -> None:
        person = place.emulator.person()
        await place.emulator.stop()
        await place.server.start()
        assert await place.readiness() == 200
        body = TelegramHarness().body(Kind.TEXT, "menu")
        assert await place.post(body, **{SECRET_HEADER: SECRET}) == 200
        await eventually(lambda: len(place.server.letters) > 0)
        await place.emulator.start()
        await person.starts()
        await person.waits_for(2, 40)

    on.plays(scene, begin=False)


@all_ways
def test_events_that_cannot_be_stored_are_sent_again_until_they_can(on: Stage) -> None:
    async def scene(place: Town) -> None:
        person = place.emulator.person()
        await person.starts()
        await place.rests()
        before = len(person.messages)
        with on.database_down():
            if on.way.engine == "postgres":
                assert await place.readiness() == 503
            update = await person.says("menu")
            if on.way.mode == "webhook":
                refused = [503, 503]
                await eventually(lambda: statuses_of(place, update)[:2] == refused)
            else:
                asked = len(place.emulator.calls_of("getUpdates"))
                await eventually(lambda: len(place.emulator.calls_of("getUpdates")) > asked)
                assert update["update_id"] in place.emulator.updates_queue.pending
        await person.waits_for(before + 1, 40)
        await place.rests()
        assert len(person.messages) == before + 1
        assert await place.readiness() == 200

    on.plays(scene)


def statuses_of(place: Town, update: dict[str, Any]) -> list[int | None]:
    number = update["update_id"]
    return [one.status for one in place.emulator.attempts if one.update_id == number]


@on_postgres
def test_a_fault_that_nobody_foresaw_does_not_end_the_receiving(on: Stage) -> None:
    async def scene(place: Town) -> None:
        person = place.emulator.person()
        await person.starts()
        await place.rests()
        before = len(person.messages)
        with without_inbox(on.url):
            update = await person.says("menu")
            if on.way.mode == "webhook":
                await eventually(lambda: statuses_of(place, update)[:2] == [500, 500])
            else:
                await asyncio.sleep(0.5)  # the update comes in, and storing it fails
        await person.waits_for(before + 1, 40)
        await place.rests()
        assert len(person.messages) == before + 1

    on.plays(scene)


@two_ways
@pytest.mark.parametrize("trouble", ["refuses", "hangs"])
def test_a_dead_telegram_does_not_hold_up_another_account(on: Stage, trouble: str) -> None:
    async def scene(place: Town) -> None:
        async with TelegramEmulator("700000888:dead") as dead:
            other = dead.person(900_000_001)
            if trouble == "hangs":
                dead.delay("*", 60)
            else:
                await dead.stop()
            channels = [channel_of(place.emulator, "ho-nai"), channel_of(dead, "ho-nai-2")]
            async with office(place, channels) as post:
                person = place.emulator.person()
                await person.starts()
                for number in range(20):
                    assert (
                        await post(channels[1], says(other, f"menu {number}", 100 + number)) == 200
                    )
                for number in range(5):
                    assert await post(channels[0], says(person, "menu", 10 + number)) == 200
                await person.waits_for(5, 20)
                assert any(letter.finished_at is None for letter in place.server.letters)
                assert await post(channels[1], says(other, "menu", 99)) == 200
            assert other.messages == []

    on.plays(scene, begin=False)


def channel_of(emulator: TelegramEmulator, account: str) -> TelegramChannel:
    """A bot that talks to this stand-in and gives up soon."""
    return ImpatientChannel(account, emulator.token, SECRET, emulator.root_url)


def says(person: Person, text: str, number: int) -> bytes:
    """The update of a text by that person."""
    update = json.loads(TelegramHarness().body(Kind.TEXT, text, number))
    update["message"]["chat"] = person.chat.fields
    return json.dumps(update).encode()


Post = Callable[[Channel, bytes], Awaitable[int]]


@asynccontextmanager
async def office(place: Town, channels: Sequence[Channel]) -> AsyncIterator[Post]:
    """A server that hosts several accounts of one commune."""
    base = place.server.opens()
    commune = place.server.commune
    hosted = [
        (base.database.write(communes.save_account, commune, one.name, one.account, {}), one)
        for one in channels
    ]
    app = build(base, hosted)
    hooks = {(one.name, one.account): Hook(one, partial(app.store, acc)) for acc, one in hosted}
    runner = web.AppRunner(build_server(Parts(hooks, place.readiness)), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    app.engine.start()
    app.sender.start()

    async def post(channel: Channel, body: bytes) -> int:
        url = f"http://127.0.0.1:{port}/hook/{channel.name}/{channel.account}"
        headers = {SECRET_HEADER: SECRET}
        async with place.http.post(url, data=body, headers=headers) as response:
            return response.status

    try:
        yield post
    finally:
        await runner.cleanup()
        await app.close()
