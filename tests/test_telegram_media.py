"""Pictures and sounds as Telegram takes them: words under them, uploaded once, refused, forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from bot.channels import telegram
from bot.core.messages import (
    Choice,
    Delivered,
    Media,
    MediaKind,
    Outbound,
    Retry,
    Unreachable,
)
from tests.channel_harness import class_of
from tests.channel_telegram import SENDS, TelegramHarness, TelegramWire
from tests.telegram_world import Upload
from tests.test_channel_media import CHOICES, EACH, TEXT, WORDS, content_of, kept, media_of


def plays(scene: Callable[[TelegramWire], Coroutine[Any, Any, None]]) -> None:
    """Runs the scene with the stand-in and one person who has pressed Start."""

    async def play() -> None:
        async with TelegramHarness().wire() as wire:
            await scene(wire)

    asyncio.run(play())


def uploads(wire: TelegramWire, kind: MediaKind) -> list[bool]:
    """For each call that sent such a file: whether its content came along."""
    return [
        any(isinstance(value, Upload) for value in params.values())
        for params in wire.emulator.calls_of(SENDS[kind])
    ]


async def sends(wire: TelegramWire, media: Media, text: str = TEXT) -> Any:
    return await wire.channel.send(wire.chat, Outbound(text, CHOICES, media=media))


# ---- how it looks --------------------------------------------------------------------------------


def test_a_picture_is_one_photo_with_the_words_below_it_and_the_buttons() -> None:
    async def scene(wire: TelegramWire) -> None:
        outcome = await sends(wire, kept(wire, MediaKind.PICTURE))
        [seen] = wire.person.messages
        assert outcome == Delivered(str(seen.message_id))
        assert seen.raw["caption"] == "Bước 2/8. Bấm <Kích hoạt> & chờ 😀."
        assert seen.html == "<b>Bước 2/8.</b> Bấm &lt;Kích hoạt&gt; &amp; chờ 😀."
        assert seen.labels == ["1. Xong", "2. Bị kẹt", "0. Về đầu"]
        assert seen.file is not None
        assert seen.file.data == content_of(MediaKind.PICTURE)
        assert [name for name, _ in wire.emulator.calls if name.startswith("send")] == ["sendPhoto"]

    plays(scene)


def test_a_sound_is_one_audio_that_says_whose_voice_it_is() -> None:
    async def scene(wire: TelegramWire) -> None:
        await sends(wire, kept(wire, MediaKind.SOUND))
        [seen] = wire.person.messages
        audio = seen.raw["audio"]
        assert (audio["title"], audio["mime_type"]) == (WORDS[MediaKind.SOUND], "audio/mpeg")
        assert audio["file_name"].endswith(".mp3")
        assert seen.html.startswith("<b>Bước 2/8.</b>")
        assert seen.labels == ["1. Xong", "2. Bị kẹt", "0. Về đầu"]

    plays(scene)


def test_a_press_on_a_picture_is_acknowledged_and_the_next_picture_is_a_new_message() -> None:
    async def scene(wire: TelegramWire) -> None:
        await sends(wire, kept(wire, MediaKind.PICTURE))
        update = await wire.person.presses("1. Xong")
        press = update["callback_query"]["id"]
        answer = Outbound("Bước 3/8", CHOICES, press=press, media=kept(wire, MediaKind.PICTURE, 2))
        assert class_of(await wire.channel.send(wire.chat, answer)) == "delivered"
        assert wire.person.spinning == 0
        first, second = wire.person.messages
        assert not first.edited
        assert second.text == "Bước 3/8"
        assert second.file is not None
        assert second.file.data == content_of(MediaKind.PICTURE, 2)

    plays(scene)


@EACH
def test_what_cannot_be_put_into_an_old_message_comes_as_a_new_one(kind: MediaKind) -> None:
    async def scene(wire: TelegramWire) -> None:
        first = await wire.channel.send(wire.chat, Outbound("Một", CHOICES))
        assert isinstance(first, Delivered)
        media = kept(wire, kind)
        answer = Outbound("Hai", CHOICES, replaces=first.message, media=media)
        second = await wire.channel.send(wire.chat, answer)
        assert isinstance(second, Delivered)
        assert second != first
        assert SENDS[kind].removeprefix("send").lower() in wire.person.messages[-1].raw
        # Words cannot take the place of a picture either.
        third = await wire.channel.send(wire.chat, Outbound("Ba", replaces=second.message))
        assert third not in (first, second)
        assert [seen.text for seen in wire.person.messages] == ["Một", "Hai", "Ba"]

    plays(scene)


# ---- uploaded once -------------------------------------------------------------------------------


@EACH
def test_the_same_content_is_uploaded_once_and_then_named_by_its_id(kind: MediaKind) -> None:
    async def scene(wire: TelegramWire) -> None:
        other = wire.emulator.person(first_name="Tư")
        await other.starts()
        media = kept(wire, kind)
        for chat in (wire.chat, str(other.id), wire.chat):
            outcome = await wire.channel.send(chat, Outbound(TEXT, CHOICES, media=media))
            assert class_of(outcome) == "delivered"
        assert uploads(wire, kind) == [True, False, False]
        await sends(wire, kept(wire, kind, 2))
        assert uploads(wire, kind) == [True, False, False, True]
        for seen in (*wire.person.messages, *other.messages):
            assert seen.labels == ["1. Xong", "2. Bị kẹt", "0. Về đầu"]
        assert len({str(one.raw.get("audio", {}).get("title")) for one in other.messages}) == 1

    plays(scene)


@EACH
def test_a_content_that_is_gone_here_still_goes_by_its_id(kind: MediaKind) -> None:
    async def scene(wire: TelegramWire) -> None:
        media = kept(wire, kind)
        await sends(wire, media)
        wire.archive._makers.clear()
        wire.archive._at_hand.clear()
        await sends(wire, media)
        assert uploads(wire, kind) == [True, False]
        assert len(wire.person.messages) == 2

    plays(scene)


@EACH
@pytest.mark.parametrize(
    "how", [{"retry_after": 1}, {"status": 500}, {"status": 403}], ids=["429", "500", "403"]
)
def test_a_trouble_does_not_make_the_id_forgotten(kind: MediaKind, how: dict[str, int]) -> None:
    async def scene(wire: TelegramWire) -> None:
        media = kept(wire, kind)
        await sends(wire, media)
        wire.emulator.fail_next(SENDS[kind], **how)
        assert isinstance(await sends(wire, media), Retry | Unreachable)
        assert class_of(await sends(wire, media)) == "delivered"
        assert uploads(wire, kind) == [True, False, False]

    plays(scene)


@EACH
def test_an_id_that_telegram_no_longer_knows_is_uploaded_again(kind: MediaKind) -> None:
    async def scene(wire: TelegramWire) -> None:
        media = kept(wire, kind)
        await sends(wire, media)
        wire.emulator.forget_files()
        assert class_of(await sends(wire, media)) == "delivered"
        await sends(wire, media)
        assert uploads(wire, kind) == [True, False, True, False]
        raws = [seen.raw for seen in wire.person.messages]
        ids = [raw.get("audio") or raw.get("document") or raw["photo"][-1] for raw in raws]
        assert ids[0] != ids[1]
        assert ids[1]["file_id"] == ids[2]["file_id"]

    plays(scene)


@EACH
def test_an_id_that_is_lost_together_with_the_content_leaves_the_words(kind: MediaKind) -> None:
    async def scene(wire: TelegramWire) -> None:
        media = kept(wire, kind)
        await sends(wire, media)
        wire.archive._makers.clear()
        wire.archive._at_hand.clear()
        wire.emulator.forget_files()
        assert class_of(await sends(wire, media)) == "delivered"
        seen = wire.person.messages[-1]
        assert seen.raw["text"] == "Bước 2/8. Bấm <Kích hoạt> & chờ 😀."
        assert seen.labels == ["1. Xong", "2. Bị kẹt", "0. Về đầu"]

    plays(scene)


def test_the_ids_that_are_kept_are_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram, "MOST_KEPT", 2)

    async def scene(wire: TelegramWire) -> None:
        numbers = (1, 2, 1, 3, 1, 2)  # the third pushes out the second, which was used least
        for number in numbers:
            await sends(wire, kept(wire, MediaKind.PICTURE, number))
        assert uploads(wire, MediaKind.PICTURE) == [True, True, False, True, False, True]

    plays(scene)


def test_a_sound_that_telegram_takes_for_a_document_is_delivered() -> None:
    async def scene(wire: TelegramWire) -> None:
        media = replace(media_of(MediaKind.SOUND), key="0" * 20 + ".png")
        wire.archive.keep(media.key, lambda: b"RIFF made-up")
        for _ in range(2):
            assert class_of(await sends(wire, media)) == "delivered"
        assert all("document" in seen.raw for seen in wire.person.messages)

    plays(scene)


# ---- refused -------------------------------------------------------------------------------------

REFUSALS = {
    "no image": (400, "Bad Request: IMAGE_PROCESS_FAILED"),
    "strange size": (400, "Bad Request: PHOTO_INVALID_DIMENSIONS"),
    "not allowed here": (400, "Bad Request: not enough rights to send photos to the chat"),
    "too large": (413, "Request Entity Too Large"),
}


@EACH
@pytest.mark.parametrize(("status", "words"), REFUSALS.values(), ids=REFUSALS)
@pytest.mark.parametrize("is_known", [False, True], ids=["new", "known"])
def test_a_refused_file_leaves_the_words_with_their_buttons(
    kind: MediaKind, status: int, words: str, is_known: bool
) -> None:
    async def scene(wire: TelegramWire) -> None:
        media = kept(wire, kind)
        if is_known:
            await sends(wire, media)
        body = {"ok": False, "error_code": status, "description": words}
        wire.emulator.fail_next(SENDS[kind], times=1 + is_known, status=status, body=body)
        outcome = await sends(wire, media)
        seen = wire.person.messages[-1]
        assert outcome == Delivered(str(seen.message_id))
        assert seen.raw["text"] == "Bước 2/8. Bấm <Kích hoạt> & chờ 😀."
        assert seen.html.startswith("<b>Bước 2/8.</b>")
        assert seen.labels == ["1. Xong", "2. Bị kẹt", "0. Về đầu"]
        assert len(wire.person.messages) == 1 + is_known

    plays(scene)


@EACH
def test_words_that_are_too_long_for_a_caption_go_without_an_upload(kind: MediaKind) -> None:
    async def scene(wire: TelegramWire) -> None:
        media = kept(wire, kind)
        fits, too_long = "ế" * 1024, "ế" * 1025
        await sends(wire, media, fits)
        await sends(wire, media, too_long)
        first, second = (seen.raw for seen in wire.person.messages)
        assert (first["caption"], second["text"]) == (fits, too_long)
        assert uploads(wire, kind) == [True]

    plays(scene)


def test_a_choice_that_fits_no_button_counts_as_words_below_the_picture() -> None:
    async def scene(wire: TelegramWire) -> None:
        choices = (Choice(1, "Rất khác thường", "x" * 65),)
        media = kept(wire, MediaKind.PICTURE)
        text = "ế" * 1010
        await wire.channel.send(wire.chat, Outbound(text, choices, media=media))
        [seen] = wire.person.messages
        assert seen.raw["text"] == f"{text}\n1. Rất khác thường"

    plays(scene)


@EACH
def test_who_blocked_the_bot_is_not_tried_a_second_time_with_words(kind: MediaKind) -> None:
    async def scene(wire: TelegramWire) -> None:
        media = kept(wire, kind)
        await wire.person.blocks()
        assert isinstance(await sends(wire, media), Unreachable)
        assert [name for name, _ in wire.emulator.calls if name.startswith("send")] == [SENDS[kind]]

    plays(scene)
