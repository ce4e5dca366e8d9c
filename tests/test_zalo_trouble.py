"""Zalo with troubles, tokens that die, windows that close: nothing is lost, loops or is paid unasked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import wiring
from bot.app.serve import Options
from bot.conversation.router import on as route_on
from bot.conversation.turn import Reply, Turn, reply
from bot.core.messages import Outbound
from bot.core.vocabulary import Role
from handlers import ROUTES
from storage import health, notices, outbox, staff, tokens
from storage.database import Unit
from storage.notices import Chat, SetAside
from storage.tokens import Tokens
from tests.channel_harness import eventually
from tests.channel_server import WEBHOOK_ON_POSTGRES, Server, Way, all_ways, any_way, free_port
from tests.zalo_oa_emulator import Person
from tests.zalo_oa_rules import WINDOW
from tests.zalo_server import CS, PATIENCE, ZaloStage, ZaloTown, zalo_stage

CROWD = 200
GRANT = "access_token"
NOTICE = "Dạ, lớp học tối nay dời sang tối mai."


@pytest.fixture
def on(request: pytest.FixtureRequest, way: Way, tmp_path: Path) -> Iterator[ZaloStage]:
    """The stage of a test."""
    with zalo_stage(request, way, tmp_path) as made:
        yield made


# ---- while something hangs -------------------------------------------------------------------


async def crowd_is_stored(place: ZaloTown, before: int) -> list[Person]:
    """Two hundred strangers write; each gets its 200 at the first post, and is stored."""
    people = [place.oa.person(f"Bà {number}") for number in range(1000, 1000 + CROWD)]
    said = [await person.says("menu") for person in people]
    await place.oa.settles(60)
    mine = {event["message"]["msg_id"] for event in said}
    posts = [one for one in place.oa.attempts if one.event["message"]["msg_id"] in mine]
    assert [one.status for one in posts] == [200] * CROWD
    assert len(place.acts) == before + CROWD
    return people


def assert_answered(place: ZaloTown, people: list[Person]) -> None:
    """Everybody has read who we are and the menu; more often only where a letter says so."""
    assert {letter.status for letter in place.server.letters} == {"delivered"}
    assert all(event.outcome == "answered" for event in place.acts)
    for person in people:
        letters = place.letters(person)
        assert len(letters) == 2
        read = [message.text for message in person.messages]
        assert len(set(read)) == 2
        assert len(read) == 2 or any(letter.second_try for letter in letters)


@all_ways
def test_while_every_send_hangs_what_comes_in_is_stored_and_later_answered(on: ZaloStage) -> None:
    async def scene(place: ZaloTown) -> None:
        place.oa.delay(CS, 300)
        first = place.oa.person("Bà Tư")
        await first.says("menu")
        await place.oa.until(lambda: place.oa.calls_of(CS), PATIENCE)
        people = await crowd_is_stored(place, 1)
        neighbour = place.bot.person("Ông Năm")
        await place.hears_bot()
        await neighbour.says("menu")
        await neighbour.waits_for(2, PATIENCE)  # the other account does not wait for this one
        assert all(answer.call.name != CS for answer in place.oa.answers)  # still it hangs
        place.oa.delay(CS, 0)
        await place.oa.stop()
        await place.oa.start()
        await place.rests()
        assert_answered(place, [first, *people])

    on.plays(scene)


@all_ways
def test_while_a_handler_hangs_what_comes_in_is_stored_and_later_answered(
    on: ZaloStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, released = threading.Event(), threading.Event()

    def hang(turn: Turn) -> Reply:
        entered.set()
        released.wait(120)
        return reply(turn.say("thanks.welcome"))

    hanging = route_on(lambda turn: turn.inbound.text == "treo", hang)
    monkeypatch.setattr(wiring, "ROUTES", (hanging, *ROUTES))

    async def scene(place: ZaloTown) -> None:
        slow = place.oa.person("Bà Tư")
        await slow.says("treo")
        try:
            await eventually(entered.is_set)
            people = await crowd_is_stored(place, 1)
            assert slow.messages == []
        finally:
            released.set()
        await place.rests()
        assert_answered(place, [slow, *people])

    on.plays(scene)


# ---- tokens ----------------------------------------------------------------------------------


@all_ways
def test_tokens_that_are_over_at_the_start_are_renewed_once_for_everybody(on: ZaloStage) -> None:
    async def scene(place: ZaloTown) -> None:
        people = [place.oa.person(f"Bà {number}") for number in range(5)]
        for person in people:
            await person.says("menu")
        await place.rests()
        assert place.oa.refreshes == 1
        await place.server.stop()
        place.clock.passes(hours=26)
        for person in people:
            await person.says("menu")  # while nobody listens
        await place.starts()
        await place.rests()
        assert place.oa.refreshes == len(place.oa.calls_of(GRANT)) == 2
        assert [len(person.messages) for person in people] == [3] * 5
        assert place.health().trouble is None

    on.plays(scene)


@all_ways
def test_tokens_that_die_are_told_to_the_office_and_nothing_is_lost_until_consent(
    on: ZaloStage,
) -> None:
    async def scene(place: ZaloTown) -> None:
        resident = place.oa.person("Bà Tư")
        await resident.says("menu")
        officer = place.bot.person("chị Lan")
        await place.types(officer, "menu")
        place.server.base.database.write(appoint, place, officer)
        await place.rests()
        before = len(resident.messages), len(place.oa.calls_of(GRANT)), len(officer.messages)
        place.oa.tokens.revoke()
        await resident.says("menu")
        await officer.waits_for(lambda message: "cần cấp lại quyền" in message.text, PATIENCE)
        assert place.health().trouble == health.NEEDS_CONSENT
        sends = len(place.oa.calls_of(CS))
        for _ in range(3):
            place.clock.passes(hours=1)
            await resident.says("menu")
            await place.oa.settles(PATIENCE)
            await asyncio.sleep(0.6)  # a sender looks twice a second
            assert {one.status for one in unsent(place, resident)} == {"waiting"}
        assert len(place.oa.calls_of(CS)) == sends
        assert len(place.oa.calls_of(GRANT)) == before[1] + 1
        assert len(officer.messages) == before[2] + 1
        assert all(event.outcome in ("answered", "noted") for event in place.server.events)
        place.server.base.database.write(consent, place)
        await resident.waits_for(before[0] + 4, PATIENCE)
        await place.rests()
        assert len(resident.messages) == before[0] + 4
        assert {letter.status for letter in place.server.letters} == {"delivered"}
        assert place.health().trouble is None
        assert len(place.oa.calls_of(GRANT)) == before[1] + 1

    on.plays(scene)


def unsent(place: ZaloTown, person: Person) -> list[Any]:
    """What still waits for somebody."""
    return [letter for letter in place.letters(person) if letter.finished_at is None]


def appoint(unit: Unit, place: ZaloTown, officer: Any) -> None:
    """Makes somebody an officer whose chat is known."""
    commune = place.server.commune.id
    person = staff.add_staff(unit, commune, officer.chat.name, Role.OFFICER)
    staff.link_chat(unit, commune, place.identity(officer), (None, person))


def consent(unit: Unit, place: ZaloTown) -> None:
    """What ``python -m bot zalo authorize`` leaves behind."""
    pair = place.oa.tokens.new_pair()
    now, day = place.clock(), timedelta(days=1)
    fresh = Tokens(pair.access_token, pair.refresh_token, now + day, now + 90 * day)
    tokens.begin_anew(unit, place.account(), fresh)
    outbox.resume(unit, place.account())


@pytest.mark.parametrize("way", [WEBHOOK_ON_POSTGRES])
def test_two_servers_on_one_database_renew_once(on: ZaloStage) -> None:
    async def scene(place: ZaloTown) -> None:
        place.clock.speed = 1.0  # the lease of who renews must outlive a busy machine
        place.oa.delay(GRANT, 0.2)  # both want to renew before either can have
        other = Server(place.server.settings.model_copy(update={"port": free_port()}), place.clock)
        both, person = (place.server, other), place.oa.person("Bà Tư")
        try:
            for number in (1, 2):
                await asyncio.gather(*(one.start(Options(jobs=True)) for one in both))
                await person.says("menu")
                await person.waits_for(number + 1, PATIENCE)
                await place.rests()
                await asyncio.gather(*(one.stop() for one in both))
                assert place.oa.refreshes == len(place.oa.calls_of(GRANT)) == number
                place.clock.passes(hours=21)  # of 25: a job renews ahead
        finally:
            await other.stop()
        assert len(person.messages) == 3

    on.plays(scene, begin=False)


# ---- windows and money -----------------------------------------------------------------------


@any_way
def test_a_notice_goes_free_then_only_paid_then_never(on: ZaloStage) -> None:
    async def scene(place: ZaloTown) -> None:
        person = place.oa.person("Bà Tư")
        await person.says("menu")
        await place.rests()
        place.clock.passes(hours=47)
        assert await sends_notice(place, person, "a") == ["reply"]
        place.clock.passes(hours=3)
        assert await sends_notice(place, person, "b") == []
        (aside,) = set_aside(place)
        assert (aside.status, aside.text) == ("unpaid", NOTICE)
        await place.restarts(zalo_oa_paid="on")
        assert place.server.base.database.write(
            notices.send_again, place.server.commune.id, aside.id
        )
        await place.rests()
        assert set_aside(place) == []
        assert person.messages[-1].quota == "sub_quota"
        assert await sends_notice(place, person, "c") == ["sub_quota"]
        assert [letter.cost for letter in place.server.letters[-3:]] == [0, 55, 55]
        place.clock.passes(days=6)
        assert await sends_notice(place, person, "d") == []
        (aside,) = set_aside(place)
        assert (aside.status, aside.text) == ("shut", NOTICE)
        assert (place.oa.world.charged, place.oa.world.paid) == (2, 0)
        said = [one.body for one in place.oa.answers if isinstance(one.body, dict)]
        assert WINDOW not in [body.get("error") for body in said]

    on.plays(scene)


async def sends_notice(place: ZaloTown, person: Person, key: str) -> list[str]:
    """Puts a notice into the outbox; the quotas by which it has come."""
    before = len(person.messages)
    chat = Chat(place.server.commune.id, place.account(), place.identity(person))
    assert place.server.base.database.write(notices.post, chat, key, Outbound(NOTICE))
    await place.rests()
    return [message.quota for message in person.messages[before:]]


def set_aside(place: ZaloTown) -> list[SetAside]:
    """What the office sees of notices that could not go."""
    database = place.server.base.database
    return database.read(notices.list_set_aside, place.server.commune.id)
