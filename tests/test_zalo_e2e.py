"""The whole road with Zalo at its end: an OA by webhook and a Bot by both ways, real HTTP, both databases."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.channel_harness import eventually
from tests.channel_server import Way, all_ways, any_way, by_webhook
from tests.channel_zalo_oa import captured
from tests.zalo_oa_events import SIGNATURE
from tests.zalo_oa_rules import mac
from tests.zalo_server import PATIENCE, ZaloStage, ZaloTown, actions_of, presses, shows, zalo_stage

GUIDE = "vneid-quen-mat-khau"
ASKED = "quên mật khẩu vneid"
SEED = 20261122


@pytest.fixture
def on(request: pytest.FixtureRequest, way: Way, tmp_path: Path) -> Iterator[ZaloStage]:
    """The stage of a test."""
    with zalo_stage(request, way, tmp_path) as made:
        yield made


# ---- conversations ---------------------------------------------------------------------------


@all_ways
def test_residents_of_the_oa_are_greeted_ask_press_type_and_share_one_upload(on: ZaloStage) -> None:
    async def scene(place: ZaloTown) -> None:
        uploads = []
        for name in ("Bà Tư", "Ông Năm"):
            person = place.oa.person(name)
            await person.follows()
            menu = await shows(person, "topic")
            assert "0. " in menu.text
            assert len(menu.buttons) == 5
            await place.rests()
            before = len(person.messages)
            await person.says("0")  # the sixth answer has no button
            await person.waits_for(before + 1, PATIENCE)
            await person.says(ASKED)
            await walks(place, person)
            assert any(message.image for message in person.messages)
            assert {message.quota for message in person.messages} == {"welcome_msg", "reply"}
            uploads.append(len(place.oa.calls_of("upload/image")))
        assert uploads[0] == uploads[1] >= 1
        assert {letter.status for letter in place.server.letters} == {"delivered"}
        assert {event.outcome for event in place.server.events}.isdisjoint({"failed", None})
        assert place.oa.refreshes == 1

    on.plays(scene)


async def walks(place: ZaloTown, person: Any) -> None:
    """Presses its way through the guide that was found."""
    steps = len(place.server.base.library.guides[GUIDE].ways[0].steps)
    for number in range(1, steps + 1):
        await presses(person, "step")
        words = f"Bước {number}/{steps}"
        await person.waits_for(lambda one, said=words: said in one.text, PATIENCE)
        await place.rests()
    await presses(person, "done")
    await place.rests()


@any_way
def test_a_volunteer_of_the_oa_joins_and_logs_a_help_which_the_office_counts(on: ZaloStage) -> None:
    async def scene(place: ZaloTown) -> None:
        member = await place.member()
        for verb in ("log", "logt", "logn", "logok"):
            await presses(member, verb)
        await shows(member, "undo")
        await place.rests()
        assert place.server.visits() == 1
        assert {letter.status for letter in place.server.letters} == {"delivered"}

    on.plays(scene)


@all_ways
def test_the_same_goes_by_digits_in_the_bot(on: ZaloStage) -> None:
    async def scene(place: ZaloTown) -> None:
        person = place.bot.person("Bà Tư")
        await place.types(person, "/start")
        assert "0. " in person.messages[-1].text
        await place.types(person, ASKED)
        steps = len(place.server.base.library.guides[GUIDE].ways[0].steps)
        for number in range(1, steps + 1):
            await place.chooses(person, "step")
            assert f"Bước {number}/{steps}" in person.messages[-1].text
        member = place.bot.person("chị Hạnh")
        for words in (f"vào tổ {place.server.invite()}", "chị Hạnh", "menu"):
            await place.types(member, words)
        for verb in ("log", "logt", "logn", "logok"):
            await place.chooses(member, verb)
        assert place.digit(member, "undo")
        assert place.server.visits() == 1
        assert {letter.status for letter in place.server.letters} == {"delivered"}
        assert place.bot.updates.lost == []

    on.plays(scene)


# ---- repeats and disorder ---------------------------------------------------------------------


@all_ways
def test_every_event_five_times_in_any_order_at_once_has_one_effect_and_one_answer(
    on: ZaloStage,
) -> None:
    async def scene(place: ZaloTown) -> None:
        member = await place.member()
        for verb in ("log", "logt", "logn"):
            await presses(member, verb)
        await shows(member, "logok")
        people = [place.oa.person(f"Bà {number}") for number in range(5)]
        for person in people:
            await person.says("menu")
        await place.rests()
        everybody = (member, *people)
        before = [len(person.messages) for person in everybody]
        acts, letters = len(place.acts), len(place.server.letters)
        place.oa.events.hold()
        said = [await presses(member, "logok")]
        for person in people:
            for words in ("menu", ASKED, "người"):
                said.append(await person.says(words))
                place.clock.passes(minutes=1)
            await person.clicks_chatnow()
            said.append(place.oa.events.made[-1])
        await place.oa.events.release([])
        assert await disordered(place.oa.events.post, said) == [200] * 5 * len(said)
        await place.rests()
        assert len(place.acts) == acts + len(said)
        assert len(place.server.letters) == letters + len(said)
        read = [sum(bool(one.text) for one in person.messages) for person in everybody]
        assert read == [before[0] + 1, *(count + 4 for count in before[1:])]
        assert place.server.visits() == 1
        assert {event.outcome for event in place.server.events}.isdisjoint({"failed", None})
        newest = {place.identity(person): person.chat.last_interaction for person in everybody}
        for row in place.server.conversations:  # however late an older event came
            at = row.last_act_at.timestamp()
            assert at == pytest.approx(newest[bytes(row.identity)], abs=0.1)

    on.plays(scene)


@by_webhook
def test_so_it_is_in_the_bot(on: ZaloStage) -> None:
    async def scene(place: ZaloTown) -> None:
        member = place.bot.person("chị Hạnh")
        for words in (f"vào tổ {place.server.invite()}", "chị Hạnh", "menu"):
            await place.types(member, words)
        for verb in ("log", "logt", "logn"):
            await place.chooses(member, verb)
        stored, before = len(place.server.events), len(member.messages)
        save = await member.says(place.digit(member, "logok") or "")
        await place.rests()
        assert len(member.messages) == before + 1
        others = [place.bot.person(f"Bà {number}") for number in range(5)]
        said = [save, *[await person.says("menu") for person in others]]
        assert await disordered(place.bot.updates.post, said) == [200] * 5 * len(said)
        await place.rests()
        assert len(place.server.events) == stored + len(said)
        assert len(member.messages) == before + 1
        assert [len(person.messages) for person in others] == [2] * 5  # who we are, and the menu
        assert place.server.visits() == 1

    on.plays(scene)


async def disordered(post: Any, events: list[Any]) -> list[int | None]:
    """Posts each event five times, shuffled, without waiting for any; the statuses."""
    all_posts = events * 5
    random.Random(SEED).shuffle(all_posts)
    return list(await asyncio.gather(*(post(event) for event in all_posts)))


# ---- the door --------------------------------------------------------------------------------


def signed(event: dict[str, Any], app_id: str, secret: str) -> tuple[bytes, dict[str, str]]:
    """A body and its header as an app of that id and secret would make them."""
    raw = json.dumps(event, ensure_ascii=False).encode()
    stamp = str(event.get("timestamp", ""))
    return raw, {SIGNATURE: f"mac={mac(app_id, raw, stamp, secret)}"}


@by_webhook
def test_who_proves_nothing_gets_403_is_counted_and_leaves_nothing_behind(on: ZaloStage) -> None:
    async def scene(place: ZaloTown) -> None:
        known, post = place.oa.account, place.oa.events.post_raw
        event = captured("user_send_text")
        event |= {"app_id": known.app_id, "recipient": {"id": known.oa_id}}
        good, header = signed(event, known.app_id, known.oa_secret)
        forged = [
            (good, {}),
            (good, {SIGNATURE: ""}),
            (good, {SIGNATURE: header[SIGNATURE][:-1]}),
            (good + b" ", header),
            signed(event, known.app_id, known.app_secret),
            signed(event | {"app_id": "1"}, "1", known.oa_secret),
            signed(event | {"app_id": "1"}, known.app_id, known.oa_secret),
            (b"<html>", header),
            (b"[" * 100_000, header),
        ]
        for raw, headers in forged:
            assert await post(raw, headers) == 403
        await eventually(lambda: place.health().forged == len(forged))
        assert await post(b"a" * 600_000, header) == 413
        large, its_header = signed(event | {"more": "a" * 600_000}, known.app_id, known.oa_secret)
        assert await post(large, its_header) == 413
        nameless = {name: value for name, value in event.items() if name != "event_name"}
        assert await post(*signed(nameless, known.app_id, known.oa_secret)) == 400
        assert place.server.events == place.server.conversations == []
        assert await post(good, header) == 200
        assert len(place.server.events) == 1
        bot = place.bot.updates
        url, wrong = bot.webhook and bot.webhook.url, {"X-Bot-Api-Secret-Token": "made-up-by-you"}
        async with place.http.post(str(url), data=b"{}", headers=wrong) as answer:
            assert answer.status == 403
        await eventually(lambda: place.health("zalo_bot").forged == 1)

    on.plays(scene)


@by_webhook
def test_what_nobody_knows_is_noted_and_the_consoles_test_leaves_nothing(on: ZaloStage) -> None:
    async def scene(place: ZaloTown) -> None:
        assert await place.oa.tests_webhook() == 200
        assert place.server.events == []
        person, known = place.oa.person(), place.oa.account
        unknown = {"event_name": "user_dreams", "app_id": known.app_id, "oa_id": known.oa_id}
        unknown |= {"user_id": person.id, "timestamp": str(place.oa.world.stamp())}
        assert await place.oa.events.post(unknown) == 200
        await person.says("menu")
        await person.waits_for(2, PATIENCE)
        await person.sees()
        await person.receives()
        await place.rests()
        noted = [event for event in place.server.events if event.outcome == "noted"]
        echoes = len(person.messages)
        assert len(noted) == 1 + 2 + echoes
        assert all(event.body is None for event in noted)
        assert len(place.server.events) == len(noted) + 1
        assert len(place.server.conversations) == 1
        assert actions_of(person.messages[-1])

    on.plays(scene)
