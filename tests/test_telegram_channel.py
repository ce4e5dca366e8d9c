"""What only Telegram's channel does: presses, changing a message in place, polling, setting the webhook."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.channels import telegram_receiving as receiving
from bot.core.errors import BusyError
from bot.core.messages import (
    Choice,
    Delivered,
    Inbound,
    Kind,
    Outbound,
    Rejected,
    Retry,
    Unreachable,
)
from tests.channel_harness import eventually
from tests.channel_logs import heard
from tests.channel_telegram import SECRET, TelegramHarness, TelegramWire, captured

YES_NO = (Choice(1, "Có", "menu"), Choice(2, "Không", "stop"))


def plays(scene: Callable[[TelegramWire], Coroutine[Any, Any, None]]) -> None:
    """Runs the scene with the stand-in and one person who has pressed Start."""

    async def play() -> None:
        async with TelegramHarness().wire() as wire:
            await scene(wire)

    asyncio.run(play())


async def pressed(wire: TelegramWire) -> tuple[str, str]:
    """A message with buttons and a press of one: the ids of both."""
    outcome = await wire.channel.send(wire.chat, Outbound("Chọn việc", YES_NO))
    assert isinstance(outcome, Delivered)
    update = await wire.person.presses("1. Có")
    return outcome.message or "", update["callback_query"]["id"]


# ---- sending ---------------------------------------------------------------------------------


def test_a_press_is_acknowledged_once_and_its_message_changed_in_place() -> None:
    async def scene(wire: TelegramWire) -> None:
        message, press = await pressed(wire)
        outcome = await wire.channel.send(
            wire.chat, Outbound("**Đã ghi**", (YES_NO[0],), replaces=message, press=press)
        )
        assert outcome == Delivered(message)
        [shown] = wire.person.messages
        assert (shown.text, shown.labels, shown.edited) == ("Đã ghi", ["1. Có"], True)
        assert shown.html == "<b>Đã ghi</b>"
        assert wire.person.spinning == 0
        assert len(wire.emulator.calls_of("answerCallbackQuery")) == 1

    plays(scene)


def test_a_press_that_is_too_old_to_acknowledge_still_gets_its_answer() -> None:
    async def scene(wire: TelegramWire) -> None:
        message, press = await pressed(wire)
        wire.emulator.world.press_lifetime = 0.0
        outcome = await wire.channel.send(
            wire.chat, Outbound("Đã ghi", replaces=message, press=press)
        )
        assert outcome == Delivered(message)
        assert wire.person.messages[-1].text == "Đã ghi"

    plays(scene)


def test_a_change_that_changes_nothing_counts_as_done() -> None:
    async def scene(wire: TelegramWire) -> None:
        message, _ = await pressed(wire)
        outcome = await wire.channel.send(
            wire.chat, Outbound("Chọn việc", YES_NO, replaces=message)
        )
        assert outcome == Delivered(message)
        assert len(wire.person.messages) == 1

    plays(scene)


@pytest.mark.parametrize("number", ["999", "0", "gone"])
def test_a_message_that_cannot_be_changed_gives_a_new_one(number: str) -> None:
    async def scene(wire: TelegramWire) -> None:
        message, _ = await pressed(wire)
        if number == "gone":
            del wire.person.chat.messages[int(message)]
        replaces = message if number == "gone" else number
        outcome = await wire.channel.send(wire.chat, Outbound("Bước 2", YES_NO, replaces=replaces))
        assert isinstance(outcome, Delivered)
        assert outcome.message != replaces
        assert wire.person.messages[-1].text == "Bước 2"
        assert wire.person.messages[-1].labels == ["1. Có", "2. Không"]

    plays(scene)


def test_a_change_that_is_too_long_is_sent_whole_as_new_messages() -> None:
    async def scene(wire: TelegramWire) -> None:
        message, _ = await pressed(wire)
        words = " ".join(str(n) for n in range(1200))
        await wire.channel.send(wire.chat, Outbound(words, YES_NO, replaces=message))
        new = wire.person.messages[1:]
        assert " ".join(one.text for one in new).split() == words.split()
        assert [one.labels for one in new] == [[], ["1. Có", "2. Không"]]

    plays(scene)


def test_a_change_for_somebody_who_blocked_us_is_unreachable() -> None:
    async def scene(wire: TelegramWire) -> None:
        message, press = await pressed(wire)
        await wire.person.blocks()
        outcome = await wire.channel.send(
            wire.chat, Outbound("Đã ghi", replaces=message, press=press)
        )
        assert isinstance(outcome, Unreachable)

    plays(scene)


def test_short_buttons_stand_two_in_a_row_and_long_ones_alone() -> None:
    labels = ["Có", "Không", "Tôi không có điện thoại thông minh", "Sai", "Đúng", "Về đầu"]
    choices = tuple(Choice(n, label, f"topic:{n}") for n, label in enumerate(labels, start=1))

    async def scene(wire: TelegramWire) -> None:
        await wire.channel.send(wire.chat, Outbound("Chọn việc", choices))
        [shown] = wire.person.messages
        rows = [[label for label, _ in row] for row in shown.buttons]
        assert rows == [
            ["1. Có", "2. Không"],
            ["3. Tôi không có điện thoại thông minh"],
            ["4. Sai", "5. Đúng"],
            ["6. Về đầu"],
        ]
        assert [data for row in shown.buttons for _, data in row] == [c.action for c in choices]

    plays(scene)


def test_links_are_sent_without_a_preview() -> None:
    async def scene(wire: TelegramWire) -> None:
        await wire.channel.send(wire.chat, Outbound("Vào https://dichvucong.gov.vn"))
        [call] = wire.emulator.calls_of("sendMessage")
        assert call["link_preview_options"] == {"is_disabled": True}

    plays(scene)


@pytest.mark.parametrize("trouble", ["429", "500", "dropped"])
def test_a_long_message_goes_on_where_it_was_stopped(trouble: str) -> None:
    words = " ".join(str(n) for n in range(3000))

    async def scene(wire: TelegramWire) -> None:
        def begins(method: str, _: object) -> None:
            wire.emulator.on_call = None
            match trouble:
                case "429":
                    wire.emulator.fail_next("sendMessage", retry_after=1)
                case "500":
                    wire.emulator.fail_next("sendMessage", status=500)
                case "dropped":
                    wire.emulator.drop_next("sendMessage", after_taking=False)

        wire.emulator.on_call = begins
        message = Outbound(words, YES_NO)
        assert isinstance(await wire.channel.send(wire.chat, message), Retry)
        assert isinstance(await wire.channel.send(wire.chat, message), Delivered)
        assert isinstance(await wire.channel.send(wire.chat, message), Delivered)  # said again
        assert " ".join(one.text for one in wire.person.messages).split() == words.split() * 2
        assert [one.labels for one in wire.person.messages[:3]] == [[], [], []]

    plays(scene)


def test_a_message_without_a_word_is_refused_and_not_counted_as_sent() -> None:
    async def scene(wire: TelegramWire) -> None:
        outcome = await wire.channel.send(wire.chat, Outbound(" \n "))
        assert isinstance(outcome, Rejected)

    plays(scene)


# ---- reading ---------------------------------------------------------------------------------


def test_a_press_remembers_its_message_even_when_that_is_too_old_to_read() -> None:
    channel = TelegramHarness().channel()
    for name, message in (("callback_query", "44"), ("callback_query_old_message", "12")):
        [event] = channel.parse(json.dumps(captured(name)).encode())
        assert event.kind is Kind.ACTION
        assert event.reference.message == message
        assert event.reference.press == captured(name)["callback_query"]["id"]


def test_a_channel_without_a_secret_takes_no_webhook() -> None:
    harness = TelegramHarness()
    channel = harness.channel()
    channel.secret = ""  # type: ignore[attr-defined]  # Telegram's alone
    assert not channel.is_genuine({}, b"")
    assert not channel.is_genuine({"X-Telegram-Bot-Api-Secret-Token": ""}, b"")


# ---- polling ---------------------------------------------------------------------------------


class Inbox:
    """What has been stored; refuses as often as it is told."""

    def __init__(self) -> None:
        self.stored: list[Inbound] = []
        self.refusals = 0
        self.has_got_nothing = False
        self.holds_nothing = asyncio.Event()
        self.holds_nothing.set()

    async def store(self, events: Sequence[Inbound]) -> None:
        if not events:
            self.has_got_nothing = True
            await self.holds_nothing.wait()
        if self.refusals and events:
            self.refusals -= 1
            raise BusyError("Cơ sở dữ liệu đang bận")
        self.stored.extend(events)

    @property
    def texts(self) -> list[str]:
        return [event.text for event in self.stored]


@asynccontextmanager
async def polling(wire: TelegramWire, inbox: Inbox) -> AsyncIterator[None]:
    """The receiving loop, running."""
    task = asyncio.create_task(receiving.poll(wire.channel, inbox.store))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
    assert task.cancelled()


def test_an_update_is_given_again_until_it_is_stored() -> None:
    async def scene(wire: TelegramWire) -> None:
        inbox = Inbox()
        inbox.refusals = 1
        await wire.person.says("một")
        async with polling(wire, inbox):
            await eventually(lambda: "một" in inbox.texts)
            await wire.person.says("hai")
            await eventually(lambda: "hai" in inbox.texts)
            await eventually(lambda: not wire.emulator.pending)
        assert inbox.texts == ["", "một", "hai"]  # Start, and each update once

    plays(scene)


def test_nothing_is_lost_when_telegram_counts_anew_after_a_quiet_week() -> None:
    async def scene(wire: TelegramWire) -> None:
        inbox, queue = Inbox(), wire.emulator.updates_queue
        async with polling(wire, inbox):
            await eventually(lambda: len(inbox.stored) == 1)
            await eventually(lambda: queue._waiter is not None)
            inbox.holds_nothing.clear()
            assert queue._waiter is not None
            queue._waiter.set_result(None)  # the long poll ends with nothing
            await eventually(lambda: inbox.has_got_nothing)
            queue._next_id = 5
            await wire.person.says("sau một tuần")
            inbox.holds_nothing.set()
            await eventually(lambda: "sau một tuần" in inbox.texts)

    plays(scene)


def test_updates_that_nobody_understands_do_not_stop_the_polling() -> None:
    async def scene(wire: TelegramWire) -> None:
        inbox = Inbox()
        with heard() as lines:
            async with polling(wire, inbox):
                await eventually(lambda: len(inbox.stored) == 1)
                wire.emulator.publish("message", {"text": "không có chat", "date": "hôm qua"})
                wire.emulator.publish("callback_query", {"id": 7, "from": None})
                wire.emulator.publish("poll", captured("poll")["poll"])
                await wire.person.says("Bà Tư hỏi")
                await eventually(lambda: "Bà Tư hỏi" in inbox.texts)
        told = "\n".join(lines)
        assert "Bà Tư" not in told
        assert "hôm qua" not in told

    plays(scene)


@pytest.mark.parametrize(
    "body", ["<html>", {"ok": True, "result": True}, {"ok": True, "result": [7]}]
)
def test_an_answer_that_holds_no_updates_only_pauses_the_polling(body: Any) -> None:
    async def scene(wire: TelegramWire) -> None:
        inbox = Inbox()
        wire.emulator.fail_next("getUpdates", status=200, body=body)
        async with polling(wire, inbox):
            await eventually(lambda: len(inbox.stored) == 1)

    plays(scene)


def test_polling_takes_a_former_webhook_away_first() -> None:
    async def scene(wire: TelegramWire) -> None:
        inbox = Inbox()
        await wire.channel.bot.set_webhook("http://127.0.0.1:9/hook")
        async with polling(wire, inbox):
            await eventually(lambda: len(inbox.stored) == 1)
        assert wire.emulator.updates_queue.webhook is None

    plays(scene)


def test_the_webhook_is_told_again_until_telegram_has_taken_it() -> None:
    async def scene(wire: TelegramWire) -> None:
        wire.emulator.fail_next("setWebhook", times=1, status=502)
        await receiving.announce_webhook(wire.channel, "http://127.0.0.1:9/hook/telegram/ho-nai")
        webhook = wire.emulator.updates_queue.webhook
        assert webhook is not None
        assert (webhook.url, webhook.secret) == ("http://127.0.0.1:9/hook/telegram/ho-nai", SECRET)
        asked = wire.emulator.calls_of("setWebhook")[-1]["allowed_updates"]
        assert set(asked) == {"message", "edited_message", "callback_query", "my_chat_member"}

    plays(scene)
