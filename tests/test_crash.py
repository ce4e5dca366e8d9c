"""kill -9 anywhere on the road of a message: nothing is lost, nothing happens twice, order is kept."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from bot.core.messages import Address
from storage import mailbox
from tests import depth
from tests.channel_harness import eventually
from tests.channel_server import Stage, Town, Way, all_ways, data_of, stage, two_ways
from tests.crash_server import Driver, driving, mortal
from tests.telegram_people import Person

pytestmark = pytest.mark.crash
POINTS = ("accepted", "turn", "sent")
every_point = pytest.mark.parametrize("point", POINTS)
ROUNDS = depth.KILLS.now
SEEDS = range(depth.TOWNS.now)
PEOPLE, MESSAGES = 5, 6
WORDS = ("menu", "dừng", "quên mật khẩu vneid", "người", "1", "menu")


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    """The process that forks servers."""
    with driving() as started:
        yield started


@pytest.fixture
def on(request: pytest.FixtureRequest, way: Way, tmp_path: Path) -> Iterator[Stage]:
    """The stage of a test."""
    with stage(request, way, tmp_path) as made:
        yield made


async def at_the_last_tap(place: Town) -> tuple[Person, str]:
    """A member whose card shows the save button, and that button; the server is stopped again."""
    await place.server.start()
    member = await place.member()
    await member.presses("log")
    for prefix in ("logt", "logn"):
        card = await member.waits_for(lambda one, verb=prefix: bool(data_of(one, verb)), 20)
        await member.presses(data_of(card, prefix)[0])
    card = await member.waits_for(lambda one: bool(data_of(one, "logok")), 20)
    await place.rests()
    await place.server.stop()
    return member, data_of(card, "logok")[0]


@all_ways
@every_point
def test_a_saved_help_survives_a_kill_and_is_counted_once(
    on: Stage, driver: Driver, point: str
) -> None:
    async def scene(place: Town) -> None:
        member, save = await at_the_last_tap(place)
        before = len(member.messages)
        async with mortal(driver, place, point) as server:
            await member.presses(save)
            assert await server.dies() == signal.SIGKILL
        for words in ("menu", "dừng"):  # written while nobody listens
            await member.says(words)
        await place.server.start()
        await member.waits_for(before + 2, 20)
        await place.rests()
        card, menu, stop = member.messages[before - 1 :]
        assert data_of(card, "undo")
        assert data_of(menu, "log")
        assert not data_of(stop, "log")
        assert place.server.visits() == 1
        new = place.server.letters[-3:]
        assert [letter.second_try for letter in new] == [point == "sent", False, False]
        assert {letter.status for letter in place.server.letters} == {"delivered"}
        assert {event.outcome for event in place.server.events}.isdisjoint({"failed", None})

    on.plays(scene, begin=False)


@all_ways
def test_a_message_whose_answer_was_lost_goes_again_and_is_marked(
    on: Stage, driver: Driver
) -> None:
    async def scene(place: Town) -> None:
        await place.server.start()
        person = place.emulator.person()
        await person.starts()
        await place.rests()
        await place.server.stop()
        before = len(person.messages)
        async with mortal(driver, place, "sent") as server:
            await person.says("menu")
            assert await server.dies() == signal.SIGKILL
        assert len(person.messages) == before + 1
        await person.says("dừng")
        await place.server.start()
        await person.waits_for(before + 3, 20)
        await place.rests()
        first, again, last = (message.text for message in person.messages[before:])
        assert first == again != last
        assert [letter.second_try for letter in place.server.letters[-2:]] == [True, False]

    on.plays(scene, begin=False)


@all_ways
def test_a_kill_in_the_middle_of_a_crowd_loses_nobody(on: Stage, driver: Driver) -> None:
    async def scene(place: Town) -> None:
        people = [place.emulator.person() for _ in range(8)]
        async with mortal(driver, place, "turn", 5) as server:
            for person in people:
                await person.starts()
            assert await server.dies() == signal.SIGKILL
        await place.server.start()
        for person in people:
            await person.waits_for(1, 20)
        await place.rests()
        assert len(place.server.events) == len(place.server.conversations) == len(people)
        assert_exact(place, people, [sent(person) for person in people[-1:]] * len(people))

    on.plays(scene, begin=False)


@two_ways
def test_told_to_stop_a_server_ends_in_good_order_and_loses_nothing(
    on: Stage, driver: Driver
) -> None:
    async def scene(place: Town) -> None:
        people = [place.emulator.person() for _ in range(PEOPLE)]
        expected = await calm(place, people)
        for _ in range(3):
            async with mortal(driver, place) as server:
                for person in people:
                    for words in WORDS[:2]:
                        await person.says(words)
                await eventually(lambda: len(place.emulator.calls_of("sendMessage")) > 3)
                assert await server.ends(signal.SIGTERM) == 0
        await place.server.start()
        await place.rests()
        assert not any(letter.second_try for letter in place.server.letters)
        assert {letter.status for letter in place.server.letters} == {"delivered"}
        for person in people:
            assert sent(person) == expected + 3 * sent(person)[len(expected) : len(expected) + 2]

    on.plays(scene, begin=False)


async def calm(place: Town, people: list[Person]) -> list[str]:
    """Everybody presses Start while nothing dies; what each of them then has seen."""
    await place.server.start()
    for person in people:
        await person.starts()
    await place.rests()
    await place.server.stop()
    return sent(people[0])


@two_ways
@pytest.mark.parametrize("seed", SEEDS)
def test_under_repeated_kills_everybody_gets_their_answers_in_order(
    on: Stage, driver: Driver, seed: int
) -> None:
    async def scene(place: Town) -> None:
        chance = random.Random(f"{seed}-{on.way}")
        people = [place.emulator.person() for _ in range(PEOPLE)]
        to_say = {person.id: list(WORDS[:MESSAGES]) for person in people}
        expected = await reference(place)
        killed = 0
        for round_number in range(ROUNDS):
            point, occurrence = chance.choice(POINTS), chance.randint(1, 9)
            async with mortal(driver, place, point, occurrence) as server:
                await say_some(people, to_say, chance, last=round_number + 1 == ROUNDS)
                await eventually(lambda alive=server: alive.is_dead or is_idle(place))
                killed += server.is_dead
        await place.server.start()
        await place.rests()
        assert_exact(place, people, [expected] * PEOPLE)
        assert killed >= 1

    on.plays(scene, begin=False)


async def reference(place: Town) -> list[str]:
    """What somebody sees who says everything to a server that never dies."""
    await place.server.start()
    calm_person = place.emulator.person(990_000_001)
    for words in WORDS[:MESSAGES]:
        await calm_person.says(words)
    await place.rests()
    await place.server.stop()
    place.server.opens()
    return sent(calm_person)


async def say_some(
    people: list[Person], to_say: dict[int, list[str]], chance: random.Random, *, last: bool
) -> None:
    """Some people say some of what they still have to say; in the last round, all of it."""
    for person in chance.sample(people, len(people)):
        waiting = to_say[person.id]
        for _ in range(len(waiting) if last else chance.randint(0, 2)):
            if waiting:
                await person.says(waiting.pop(0))


def is_idle(place: Town) -> bool:
    """Everything that was said has been answered: this server need not die any more."""
    return not place.emulator.pending and place.server.is_idle


def sent(person: Person) -> list[str]:
    """The texts that a person has got, in order."""
    return [message.text for message in person.messages]


def assert_exact(place: Town, people: list[Person], expected: list[list[str]]) -> None:
    """Each has exactly what was to come, in order; twice only where a letter is marked."""
    for person, texts in zip(people, expected, strict=True):
        letters = letters_of(place, person)
        assert len(letters) == len(texts)
        assert {letter.status for letter in letters} == {"delivered"}
        got = [(text, len(list(copies))) for text, copies in groupby(sent(person))]
        assert [text for text, _ in got] == [text for text, _ in groupby(texts)]
        marked = sum(letter.second_try for letter in letters)
        extra = sum(count for _, count in got) - len(texts)
        assert 0 <= extra <= sum(letter.tries - 1 for letter in letters if letter.second_try)
        assert extra == 0 or marked


def letters_of(place: Town, person: Person) -> list[Any]:
    """The outbox rows of a person, oldest first."""
    address = Address("telegram", "ho-nai", str(person.id))
    server = place.server
    identity = mailbox.identity_of(server.base.database.keys, server.commune.id, address)
    return [letter for letter in server.letters if bytes(letter.identity) == identity]
