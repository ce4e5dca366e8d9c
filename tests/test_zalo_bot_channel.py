"""What only the Zalo Bot's channel does: numbered lines, pictures by address, polling that keeps nothing."""

from __future__ import annotations

import asyncio
import json
import re
import time
import unicodedata
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from bot.channels import zalo_bot_receiving as receiving
from bot.channels.zalo_bot import Access, ZaloBotChannel
from bot.channels.zalo_bot_wire import ZaloBotError
from bot.core.errors import BusyError
from bot.core.messages import (
    Choice,
    Delivered,
    Delivery,
    Inbound,
    Kind,
    Media,
    MediaKind,
    Outbound,
    Rejected,
    Retry,
    Unreachable,
)
from bot.web.webhooks import Hook, add_hooks
from tests.channel_harness import bare, eventually
from tests.channel_logs import heard
from tests.channel_zalo_bot import FIXTURES, SECRET, SITE, ZaloBotHarness, ZaloBotWire, captured

YES_NO = (Choice(1, "Có", "menu"), Choice(2, "Không", "stop"))
PNG = b"\x89PNG\r\n\x1a\n made up"
PICTURE = Media(MediaKind.PICTURE, "0123456789abcdef0123.png", "Hình minh họa:\nnút Kích hoạt")
SOUND = Media(MediaKind.SOUND, "0123456789abcdef0123.mp3", "Giọng máy đọc")


def plays(scene: Callable[[ZaloBotWire], Coroutine[Any, Any, None]], site: str = SITE) -> None:
    """Runs the scene with the stand-in and one person who has written."""

    async def play() -> None:
        async with ZaloBotHarness().wire(site) as wire:
            for media in (PICTURE, SOUND):
                wire.archive.keep(media.key, lambda: PNG)
            await scene(wire)

    asyncio.run(play())


def texts(wire: ZaloBotWire) -> list[str]:
    """What the person has got, as it was sent."""
    return [message.text for message in wire.person.messages]


# ---- reading ---------------------------------------------------------------------------------


def read(name: str) -> list[Inbound]:
    channel = ZaloBotHarness().channel()
    return channel.parse(json.dumps(captured(name), ensure_ascii=False).encode())


def test_every_captured_body_is_read() -> None:
    names = {path.stem for path in FIXTURES.glob("bot_*.json")}
    assert len(names) == 13
    kinds = {name: [event.kind for event in read(name)] for name in names}
    assert {name: found for name, found in kinds.items() if found} == {
        "bot_message_text": [Kind.TEXT],
        "bot_message_text_bare": [Kind.TEXT],
        "bot_message_image": [Kind.PICTURE],
        "bot_message_sticker": [Kind.STICKER],
        "bot_message_voice": [Kind.VOICE],
        "bot_message_unsupported": [Kind.OTHER],
    }


def test_an_event_is_the_same_inside_its_envelope_and_bare() -> None:
    assert read("bot_message_text") == read("bot_message_text_bare")
    [event] = read("bot_message_text")
    assert (event.event_id, event.text) == ("9f2c0a7be1d34c55a1", "Xin chào")
    assert event.address.chat == "7c1d9ab04e5f6a21"


def read_with(message: dict[str, Any], chat: dict[str, Any]) -> list[Inbound]:
    """The captured text with other fields in its message and its chat."""
    body = captured("bot_message_text_bare")
    body["message"] |= message
    body["message"]["chat"] |= chat
    return ZaloBotHarness().channel().parse(json.dumps(body).encode())


def test_numbers_for_ids_are_kept_as_their_digits() -> None:
    [event] = read_with({"message_id": 9007199254740993}, {"id": 7155})
    assert (event.event_id, event.address.chat) == ("9007199254740993", "7155")
    for wrong in (None, True, -1, 1.5, "", [], {}):
        assert read_with({"message_id": wrong}, {}) == []
        assert read_with({}, {"id": wrong}) == []


@pytest.mark.parametrize("kind", ["PRIVATE", "private", "Private"])
def test_a_private_chat_is_one_in_any_letters(kind: str) -> None:
    assert read_with({}, {"chat_type": kind}) == read("bot_message_text_bare")


@pytest.mark.parametrize("kind", ["GROUP", "group", "", None, 7, []])
def test_a_chat_that_is_not_private_is_not_read(kind: Any) -> None:
    assert read_with({}, {"chat_type": kind}) == []


def test_a_date_is_in_milliseconds() -> None:
    [event] = read("bot_message_text")
    assert event.at == datetime(2026, 9, 10, 3, 52, 25, 1000, UTC)


def test_a_channel_without_a_secret_takes_no_webhook() -> None:
    channel = ZaloBotChannel("ho-nai", Access("271828182:made-up", ""), SITE)
    assert not channel.is_genuine({}, b"")
    assert not channel.is_genuine({"X-Bot-Api-Secret-Token": ""}, b"")


def test_the_secrets_of_a_bot_are_not_shown_with_it() -> None:
    assert "made-up" not in repr(Access("271828182:made-up", "made-up secret"))


# ---- words and choices -----------------------------------------------------------------------


def test_choices_are_numbered_lines_below_the_words() -> None:
    async def scene(wire: ZaloBotWire) -> None:
        outcome = await wire.channel.send(wire.chat, Outbound("Bấm **Gửi mã** nhé", YES_NO))
        assert texts(wire) == ["Bấm Gửi mã nhé\n\n1. Có\n2. Không"]
        assert outcome == Delivered(wire.person.messages[0].message_id)

    plays(scene)


def test_words_go_composed_since_the_platform_counts_every_sign() -> None:
    words = "Tiếng Việt của phường Hố Nai"

    async def scene(wire: ZaloBotWire) -> None:
        choices = (Choice(1, unicodedata.normalize("NFD", "Đồng ý"), "menu"),)
        await wire.channel.send(wire.chat, Outbound(unicodedata.normalize("NFD", words), choices))
        assert texts(wire) == [f"{words}\n\n1. Đồng ý"]

    plays(scene)


def test_no_piece_is_longer_than_its_room_and_the_last_has_the_choices() -> None:
    words = " ".join(str(n) for n in range(1500))

    async def scene(wire: ZaloBotWire) -> None:
        await wire.channel.send(wire.chat, Outbound(words, YES_NO))
        *before, last = texts(wire)
        assert len(before) >= 3
        assert all(len(text) <= 1900 for text in texts(wire))
        assert last.endswith("\n\n1. Có\n2. Không")
        told = " ".join([*before, last.removesuffix("\n\n1. Có\n2. Không")])
        assert told.split() == words.split()

    plays(scene)


def test_choices_longer_than_a_message_still_arrive() -> None:
    choices = tuple(Choice(n, f"việc {n} " + "dài " * 150, f"topic:{n}") for n in range(1, 6))

    async def scene(wire: ZaloBotWire) -> None:
        for media in (None, PICTURE, SOUND):
            before = len(texts(wire))
            message = Outbound("Chọn việc", choices, media=media)
            assert isinstance(await wire.channel.send(wire.chat, message), Delivered)
            new = texts(wire)[before:]
            assert all(len(text) <= 1900 for text in new)
            assert re.findall(r"^(\d)\. việc", "\n".join(new), re.MULTILINE) == list("12345")

    plays(scene)


def test_nothing_is_changed_in_place_and_no_press_is_acknowledged() -> None:
    async def scene(wire: ZaloBotWire) -> None:
        for number in (1, 2):
            message = Outbound(f"Bước {number}", replaces="7a10c3e5f2b94d6608e1", press="p")
            assert isinstance(await wire.channel.send(wire.chat, message), Delivered)
        assert texts(wire) == ["Bước 1", "Bước 2"]
        assert {method for method, _ in wire.emulator.calls} == {"sendMessage"}

    plays(scene)


@pytest.mark.parametrize("trouble", ["429", "500", "dropped", "quota"])
def test_a_long_message_goes_on_where_it_was_stopped(trouble: str) -> None:
    words = " ".join(str(n) for n in range(1500))

    async def scene(wire: ZaloBotWire) -> None:
        def begins(method: str, _: object) -> None:
            wire.emulator.on_call = None
            match trouble:
                case "429":
                    wire.emulator.fail_next("sendMessage", retry_after=1)
                case "500":
                    wire.emulator.fail_next("sendMessage", status=500)
                case "dropped":
                    wire.emulator.drop_next("sendMessage", after_taking=False)
                case "quota":
                    wire.emulator.world.plan.messages = 1

        wire.emulator.on_call = begins

        async def tries() -> Delivery:
            return await wire.channel.send(wire.chat, Outbound(words, YES_NO))

        assert isinstance(await tries(), Retry)
        wire.emulator.world.plan.messages = 3000
        assert isinstance(await tries(), Delivered)
        assert isinstance(await tries(), Delivered)  # said again
        said = " ".join(shown.text for shown in wire.shown())
        assert said.split() == words.split() * 2

    plays(scene)


def test_what_one_person_has_got_of_a_long_message_is_not_left_out_for_another() -> None:
    words = " ".join(str(n) for n in range(1500))

    async def scene(wire: ZaloBotWire) -> None:
        other = wire.emulator.person("Ông Năm")
        await other.says("cho hỏi")
        wire.emulator.world.plan.messages = 1
        assert isinstance(await wire.channel.send(wire.chat, Outbound(words)), Retry)
        wire.emulator.world.plan.messages = 3000
        assert isinstance(await wire.channel.send(other.id, Outbound(words)), Delivered)
        assert " ".join(message.text for message in other.messages).split() == words.split()

    plays(scene)


def test_a_message_without_a_word_is_refused_and_not_counted_as_sent() -> None:
    async def scene(wire: ZaloBotWire) -> None:
        outcome = await wire.channel.send(wire.chat, Outbound(" \n **** "))
        assert isinstance(outcome, Rejected)
        assert wire.emulator.calls == []

    plays(scene)


# ---- pictures and sounds ---------------------------------------------------------------------


def test_a_picture_goes_by_its_address_with_the_words_below_it() -> None:
    async def scene(wire: ZaloBotWire) -> None:
        await wire.channel.send(wire.chat, Outbound("Bước 2", YES_NO, media=PICTURE))
        [call] = wire.emulator.calls_of("sendPhoto")
        assert call["photo"] == f"{SITE}/media/{PICTURE.key}"
        assert call["caption"] == "Bước 2\n\n1. Có\n2. Không"
        [message] = wire.person.messages
        assert message.picture is not None
        assert message.picture.data == PNG

    plays(scene)


@pytest.mark.parametrize("site", ["http://127.0.0.1:8080", "http://phuong.example", ""])
def test_a_site_that_zalo_cannot_reach_has_its_pictures_told_in_words(site: str) -> None:
    async def scene(wire: ZaloBotWire) -> None:
        await wire.channel.send(wire.chat, Outbound("Bước 2", YES_NO, media=PICTURE))
        await wire.channel.send(wire.chat, Outbound("Bước 3", media=SOUND))
        assert texts(wire) == [
            "Bước 2\n[Hình minh họa: nút Kích hoạt]\n\n1. Có\n2. Không",
            "Bước 3\n[Giọng máy đọc]",
        ]
        assert wire.emulator.calls_of("sendPhoto") == []

    plays(scene, site)


def test_a_picture_that_zalo_does_not_get_is_told_in_words() -> None:
    async def scene(wire: ZaloBotWire) -> None:
        wire.emulator.world.sites[SITE] = "http://127.0.0.1:9"
        outcome = await wire.channel.send(wire.chat, Outbound("Bước 2", YES_NO, media=PICTURE))
        assert isinstance(outcome, Delivered)
        assert texts(wire) == ["Bước 2\n[Hình minh họa: nút Kích hoạt]\n\n1. Có\n2. Không"]

    plays(scene)


def test_words_of_a_picture_without_room_get_a_message_of_their_own() -> None:
    told = Media(MediaKind.PICTURE, PICTURE.key, "màn hình có " * 200)

    async def scene(wire: ZaloBotWire) -> None:
        await wire.channel.send(wire.chat, Outbound("Bước 2", YES_NO, media=told))
        first, *more = texts(wire)
        assert first == "Bước 2"
        assert " ".join(more).split().count("màn") + " ".join(more).count("[màn") == 200
        assert more[-1].endswith("1. Có\n2. Không")
        assert all(len(text) <= 1900 for text in more)

    plays(scene, site="")


def test_a_sound_is_a_link_that_can_be_opened() -> None:
    async def scene(wire: ZaloBotWire) -> None:
        await wire.channel.send(wire.chat, Outbound("Bước 2", YES_NO, media=SOUND))
        link = f"{SITE}/media/{SOUND.key}"
        assert texts(wire) == [f"Bước 2\n[Giọng máy đọc] {link}\n\n1. Có\n2. Không"]
        assert wire.emulator.calls_of("sendVoice") == []

    plays(scene)


# ---- outcomes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wait", "seconds"),
    [
        ({"parameters": {"retry_after": 9}}, 9.0),
        ({"retry_after": 2.5}, 2.5),
        ({"retry_after": "4"}, 4.0),
        ({"retry_after": -1}, None),
        ({"parameters": None, "retry_after": "mai"}, None),
        ({"parameters": {"retry_after": float("inf")}}, None),
        ({"parameters": {"retry_after": float("nan")}}, None),
    ],
)
def test_a_flood_waits_as_long_as_it_is_told_wherever_that_stands(
    wait: dict[str, Any], seconds: float | None
) -> None:
    async def scene(wire: ZaloBotWire) -> None:
        body = {"ok": False, "error_code": 429, "description": "Quota exceeded", **wait}
        wire.emulator.fail_next("sendMessage", status=200, body=body)
        outcome = await wire.channel.send(wire.chat, Outbound("Xin chào"))
        assert bare(outcome) == Retry(seconds, "", whole_account=True)

    plays(scene)


def test_a_reason_does_not_repeat_what_zalo_says_about_a_person() -> None:
    async def scene(wire: ZaloBotWire) -> None:
        body = {"ok": False, "error_code": 403, "description": f"{wire.chat} has left"}
        wire.emulator.fail_next("sendMessage", status=403, body=body)
        outcome = await wire.channel.send(wire.chat, Outbound("Xin chào"))
        assert outcome == Unreachable("error 403")

    plays(scene)


def test_a_redirect_is_not_followed() -> None:
    async def scene(wire: ZaloBotWire) -> None:
        seen: list[str] = []

        async def elsewhere(request: web.Request) -> web.Response:
            seen.append(request.path)
            if request.method == "POST":
                raise web.HTTPTemporaryRedirect("/portal")
            return web.json_response({"ok": True})

        async with site_of(elsewhere) as url:
            channel = ZaloBotChannel("ho-nai", Access("1:made-up", SECRET, url), "")
            outcome = await channel.send("a", Outbound("Xin chào"))
            await channel.close()
        assert bare(outcome) == Retry(None, "", maybe_taken=True)
        assert seen == ["/bot1:made-up/sendMessage"]

    plays(scene)


@asynccontextmanager
async def site_of(answers: Callable[[web.Request], Any]) -> AsyncIterator[str]:
    """A web site that answers everything so."""
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", answers)
    async with running(app) as url:
        yield url


@asynccontextmanager
async def running(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


# ---- polling ---------------------------------------------------------------------------------


class Inbox:
    """What has been stored; refuses while it is busy."""

    def __init__(self) -> None:
        self.stored: list[Inbound] = []
        self.is_busy = False

    async def store(self, events: Sequence[Inbound]) -> None:
        if self.is_busy:
            raise BusyError("Cơ sở dữ liệu đang bận")
        self.stored.extend(events)

    @property
    def texts(self) -> list[str]:
        return [event.text for event in self.stored]


@asynccontextmanager
async def polling(wire: ZaloBotWire, inbox: Inbox) -> AsyncIterator[None]:
    """The receiving loop, running, with a poll on the wire."""
    task = asyncio.create_task(receiving.poll(wire.channel, inbox.store))
    try:
        await wire.emulator.is_polled()
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
    assert task.cancelled()


@pytest.mark.parametrize("status", [408, 200])
def test_a_poll_that_finds_nothing_is_asked_again_at_once(status: int) -> None:
    async def scene(wire: ZaloBotWire) -> None:
        wire.emulator.empty_poll_status = status
        inbox = Inbox()
        async with polling(wire, inbox):
            await eventually(lambda: len(wire.emulator.answers) >= 3)
            await wire.emulator.is_polled()
            await wire.person.says("một")
            await eventually(lambda: inbox.texts == ["một"])
        assert {answer.status for answer in wire.emulator.answers[1:3]} == {status}
        assert wire.emulator.calls_of("getUpdates")[0] == {"timeout": "25"}

    plays(scene)


def test_what_cannot_be_stored_yet_is_kept_while_the_polling_goes_on() -> None:
    async def scene(wire: ZaloBotWire) -> None:
        inbox = Inbox()
        inbox.is_busy = True
        async with polling(wire, inbox):
            for words in ("một", "hai", "ba"):
                await wire.emulator.is_polled()
                await wire.person.says(words)
            await wire.emulator.is_polled()
            assert inbox.stored == []
            inbox.is_busy = False
            await eventually(lambda: inbox.texts == ["một", "hai", "ba"])
        assert wire.emulator.updates.lost == [wire.emulator.updates.made["9f2c0a7be1d34c55a1"]]

    plays(scene)


def test_polling_takes_a_former_webhook_away_first_and_whenever_one_is_set() -> None:
    async def scene(wire: ZaloBotWire) -> None:
        inbox = Inbox()
        await wire.channel.set_webhook("http://127.0.0.1:9/hook")
        async with polling(wire, inbox):
            assert wire.emulator.updates.webhook is None
            await wire.channel.set_webhook("http://127.0.0.1:9/hook")  # by another process
            await wire.emulator.is_polled(seconds=5)
            await wire.person.says("một")
            await eventually(lambda: inbox.texts == ["một"])

    plays(scene)


@pytest.mark.parametrize("body", ["<html>", {"ok": True, "result": True}, {"ok": True}, [7]])
def test_an_answer_that_is_no_event_only_pauses_the_polling(body: Any) -> None:
    async def scene(wire: ZaloBotWire) -> None:
        inbox = Inbox()
        wire.emulator.fail_next("getUpdates", status=200, body=body)
        async with polling(wire, inbox):
            await wire.person.says("một")
            await eventually(lambda: inbox.texts == ["một"])

    plays(scene)


def test_events_that_nobody_understands_do_not_stop_the_polling() -> None:
    async def scene(wire: ZaloBotWire) -> None:
        inbox = Inbox()
        with heard() as lines:
            async with polling(wire, inbox):
                wire.person.sends("message.hologram.received", text="hôm qua")
                await wire.emulator.is_polled()
                await wire.person.mentions_in_group("lịch họp?")
                await wire.emulator.is_polled()
                await wire.person.says("Bà Tư hỏi")
                await eventually(lambda: "Bà Tư hỏi" in inbox.texts)
        assert inbox.texts == ["Bà Tư hỏi"]
        told = "\n".join(lines)
        assert [word for word in ("Bà Tư", "hôm qua", "lịch họp") if word in told] == []

    plays(scene)


def test_an_empty_answer_that_comes_too_soon_does_not_make_a_storm() -> None:
    async def scene(wire: ZaloBotWire) -> None:
        wire.emulator.updates.second = 0.0
        async with polling(wire, Inbox()):
            await asyncio.sleep(0.5)
        assert len(wire.emulator.calls_of("getUpdates")) <= 2

    plays(scene)


def test_neither_polling_nor_its_faults_say_the_token() -> None:
    async def scene(wire: ZaloBotWire) -> None:
        wire.emulator.fail_next("deleteWebhook", status=502, body="<html>")
        with heard("debug") as lines:
            async with polling(wire, Inbox()):
                await wire.emulator.stop()
                await eventually(lambda: sum("pauses" in line for line in lines) >= 2)
                await wire.emulator.start()
        told = "\n".join(lines)
        assert "receiving from Zalo pauses 1 s: HTTP 502" in told
        assert [secret for secret in wire.secrets if secret in told] == []

    plays(scene)


def test_a_replaced_token_is_tried_again_once_a_minute_only() -> None:
    async def scene(wire: ZaloBotWire) -> None:
        wire.emulator.token = "271828182:replaced"
        with heard() as lines:
            task = asyncio.create_task(receiving.poll(wire.channel, Inbox().store))
            await eventually(lambda: any("pauses" in line for line in lines))
            task.cancel()
            await asyncio.wait([task])
        assert "receiving from Zalo pauses 60 s: error 401" in "\n".join(lines)

    plays(scene)


# ---- the webhook -----------------------------------------------------------------------------


def test_the_webhook_is_told_again_until_zalo_has_taken_it() -> None:
    async def scene(wire: ZaloBotWire) -> None:
        wire.emulator.fail_next("setWebhook", times=1, status=502)
        await receiving.announce_webhook(wire.channel, f"{SITE}/hook/zalo_bot/ho-nai")
        webhook = wire.emulator.updates.webhook
        assert webhook is not None
        assert (webhook.url, webhook.secret) == (f"{SITE}/hook/zalo_bot/ho-nai", SECRET)

    plays(scene)


@pytest.mark.parametrize("wrapped", [True, False])
def test_what_is_posted_to_our_webhook_is_stored_once_it_proves_its_sender(wrapped: bool) -> None:
    async def scene(wire: ZaloBotWire) -> None:
        inbox, app = Inbox(), web.Application()
        add_hooks(app, {("zalo_bot", "ho-nai"): Hook(wire.channel, inbox.store)})
        wire.emulator.updates.wrapped = wrapped
        async with running(app) as url:
            await wire.channel.set_webhook(f"{url}/hook/zalo_bot/ho-nai")
            await wire.person.says("một")
            await wire.person.sends_sticker()
            await eventually(lambda: len(inbox.stored) == 2)
            begun = time.monotonic()
            update = await wire.person.says("hai")
            assert await wire.emulator.deliver_again(update, times=3) == [200, 200, 200]
            assert time.monotonic() - begun < 2
            ids = [event.event_id for event in inbox.stored[2:]]
            assert len(set(ids)) == 1
            wire.channel.secret = "another-secret"
            assert await wire.emulator.deliver_again(update) == [403]

    plays(scene)


def test_a_webhook_that_zalo_refuses_is_an_error_with_its_code() -> None:
    async def scene(wire: ZaloBotWire) -> None:
        with pytest.raises(ZaloBotError) as refused:
            await wire.channel.set_webhook("http://phuong.example/hook")
        assert refused.value.code == 400

    plays(scene)
