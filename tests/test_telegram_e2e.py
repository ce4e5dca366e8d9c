"""The whole road with Telegram at its end: real HTTP both ways, both databases, both ways of receiving."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.messages import Kind
from tests.channel_harness import eventually
from tests.channel_server import Stage, Town, Way, all_ways, by_webhook, data_of, stage, two_ways
from tests.channel_telegram import SECRET, TelegramHarness
from tests.telegram_people import Person, SeenMessage

GUIDE = "vneid-quen-mat-khau"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
def on(request: pytest.FixtureRequest, way: Way, tmp_path: Path) -> Iterator[Stage]:
    """The stage of a test."""
    with stage(request, way, tmp_path) as made:
        yield made


async def shows(person: Person, words: str) -> SeenMessage:
    """The newest message with these words, when it is there."""
    return await person.waits_for(lambda message: words in message.text, 20)


async def presses(person: Person, action: str, **how: Any) -> None:
    """Presses a button by its action and waits until the bot has seen it and answered."""
    calls = len(person.emulator.calls_of("answerCallbackQuery"))
    await person.presses(action, **how)
    answered = person.emulator.calls_of
    await eventually(lambda: len(answered("answerCallbackQuery")) > calls)


# ---- conversations ---------------------------------------------------------------------------


@all_ways
def test_a_resident_is_greeted_and_walks_a_guide_by_its_buttons(on: Stage) -> None:
    async def scene(place: Town) -> None:
        person = place.emulator.person(first_name="Bà Tư")
        await person.starts()
        menu = await person.waits_for(lambda message: bool(data_of(message, "topic")), 20)
        await presses(person, "topic:vneid")
        await person.waits_for(lambda message: bool(data_of(message, "guide")), 20)
        await presses(person, f"guide:{GUIDE}")
        steps = [step.id for step in place.server.base.library.guides[GUIDE].ways[0].steps]
        for number, step in enumerate(steps, start=1):
            offered = f"step:{GUIDE}:{step}"
            await person.waits_for(lambda one, data=offered: data in data_of(one, "step"), 20)
            await presses(person, offered)
            await shows(person, f"Bước {number}/{len(steps)}")
        await presses(person, f"done:{GUIDE}")
        await place.rests()
        pressed = len(steps) + 3
        calls = place.emulator.calls_of("answerCallbackQuery")
        assert len(calls) == len({call["callback_query_id"] for call in calls}) == pressed
        assert person.spinning == 0
        assert place.emulator.calls_of("editMessageText") == []
        assert len(person.messages) >= pressed + 1
        assert person.messages[0].message_id < menu.message_id or menu is person.messages[0]

    on.plays(scene)


@two_ways
def test_the_log_changes_its_card_in_place_and_counts_once(on: Stage) -> None:
    async def scene(place: Town) -> None:
        member = await place.member()
        before = len(member.messages)
        await presses(member, "log")
        for prefix in ("logt", "logn", "logok"):
            card = await member.waits_for(lambda one, verb=prefix: bool(data_of(one, verb)), 20)
            await presses(member, data_of(card, prefix)[0])
        await member.waits_for(lambda message: bool(data_of(message, "undo")), 20)
        await place.rests()
        assert len(member.messages) == before
        assert member.messages[-1].edited
        assert place.server.visits() == 1
        await member.says("menu")
        await place.rests()
        assert len(member.messages) == before + 1
        assert not member.messages[-1].edited

    on.plays(scene)


@two_ways
def test_a_card_that_is_gone_is_followed_by_a_new_one(on: Stage) -> None:
    async def scene(place: Town) -> None:
        member = await place.member()
        card = member.messages[-1].message_id
        del member.chat.messages[card]
        before = len(member.messages)
        await presses(member, "log", message=card, forged=True)
        await member.waits_for(lambda message: bool(data_of(message, "logt")), 20)
        await place.rests()
        assert len(member.messages) == before + 1
        assert [letter.status for letter in place.server.letters][-1] == "delivered"

    on.plays(scene)


@two_ways
def test_old_and_forged_buttons_are_answered(on: Stage) -> None:
    async def scene(place: Town) -> None:
        person = place.emulator.person()
        await person.starts()
        first = await person.waits_for(lambda message: bool(data_of(message, "topic")), 20)
        await person.says("quên mật khẩu vneid")
        await place.rests()
        odd = ("menu", "v0:gone", "", "step:x", "a" * 64, "step:vneid-quen-mat-khau:không-có")
        for number, action in enumerate(odd, start=len(person.messages) + 1):
            await presses(person, action, message=first.message_id, forged=True)
            await place.rests()
            assert len(person.messages) >= number, action
        assert person.spinning == 0
        assert {event.outcome for event in place.server.events}.isdisjoint({"failed", None})

    on.plays(scene)


@two_ways
def test_everything_that_is_no_text_gets_an_answer_and_an_edit_counts_once(on: Stage) -> None:
    async def scene(place: Town) -> None:
        person = place.emulator.person()
        await person.starts()
        await place.rests()
        said = await person.says("xin chào")
        acts = [
            lambda: person.sends_voice(),
            lambda: person.sends_photo("Tờ khai"),
            lambda: person.sends_sticker(),
            lambda: person.sends_location(),
            lambda: person.sends_contact(),
            lambda: person.sends_document(),
            lambda: person.sends(dice={"emoji": "🎲", "value": 3}),
            lambda: person.edits(said["message"]["message_id"], "chào buổi sáng"),
        ]
        for act in acts:
            await place.rests()
            before = len(person.messages)
            await act()
            await person.waits_for(before + 1, 20)
        await place.rests()
        assert {event.outcome for event in place.server.events}.isdisjoint({"failed", None})

    on.plays(scene)


@two_ways
def test_groups_are_not_answered(on: Stage) -> None:
    async def scene(place: Town) -> None:
        person, group = place.emulator.person(), place.emulator.group()
        await person.says("menu", chat=group)
        await group.migrates()
        await person.starts()
        await person.waits_for(1, 20)
        await place.rests()
        assert group.messages == []
        assert len(place.server.events) == 1

    on.plays(scene)


# ---- the door --------------------------------------------------------------------------------


@by_webhook
def test_a_wrong_secret_gets_403_and_leaves_nothing_behind(on: Stage) -> None:
    async def scene(place: Town) -> None:
        body = TelegramHarness().body(Kind.TEXT, "menu")
        for secret in ("", "sai", SECRET[:-1]):
            assert await place.post(body, **{SECRET_HEADER: secret}) == 403
        assert await place.post(body) == 403
        assert place.server.events == place.server.conversations == []
        assert await place.post(body, **{SECRET_HEADER: SECRET}) == 200
        assert len(place.server.events) == 1

    on.plays(scene)


@by_webhook
def test_a_body_too_large_gets_413_and_leaves_nothing_behind(on: Stage) -> None:
    async def scene(place: Town) -> None:
        body = TelegramHarness().body(Kind.TEXT, "a" * 600_000)
        assert await place.post(body, **{SECRET_HEADER: SECRET}) == 413
        assert place.server.events == []

    on.plays(scene)


@all_ways
def test_the_same_update_ten_times_at_once_has_one_effect_and_one_answer(on: Stage) -> None:
    async def scene(place: Town) -> None:
        member = await place.member()
        await presses(member, "log")
        for prefix in ("logt", "logn"):
            card = await member.waits_for(lambda one, verb=prefix: bool(data_of(one, verb)), 20)
            await presses(member, data_of(card, prefix)[0])
        card = await member.waits_for(lambda one: bool(data_of(one, "logok")), 20)
        await place.rests()
        before = len(member.messages), len(place.server.letters), len(place.server.events)
        save = data_of(card, "logok")[0]
        update = await member.presses(save)
        await repeats(place, update, on.way.mode)
        await member.waits_for(lambda message: bool(data_of(message, "undo")), 20)
        await place.rests()
        after = len(member.messages), len(place.server.letters), len(place.server.events)
        assert after == (before[0], before[1] + 1, before[2] + 1)
        assert place.server.visits() == 1
        await member.presses(save, forged=True, message=card.message_id)
        await place.rests()
        assert place.server.visits() == 1

    on.plays(scene)


async def repeats(place: Town, update: dict[str, Any], mode: str) -> None:
    """The same update ten times more, at once where the wire can do that."""
    if mode == "webhook":
        statuses = await place.emulator.deliver_again(update["update_id"], 10)
        assert statuses == [200] * 10
        return
    await place.emulator.settles(20)
    queue = place.emulator.updates_queue
    for _ in range(10):  # Telegram gives again what it believes unconfirmed
        queue.pending[update["update_id"]] = update
        queue.changed()
        if queue._waiter is not None and not queue._waiter.done():
            queue._waiter.set_result(None)
        await place.emulator.settles(20)
