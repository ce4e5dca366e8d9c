"""One suite over all channels: pictures and sounds arrive as such, and no word suffers from them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from itertools import product

import pytest

from bot.core.errors import MediaError
from bot.core.messages import Choice, Media, MediaKind, Outbound
from bot.library import HOUSE_COLOUR, Screen
from bot.media.drawing import Look, draw
from tests import depth
from tests.channel_harness import (
    HARNESSES,
    Harness,
    Trouble,
    Wire,
    bare,
    class_of,
    read_whole,
    talks,
    visible,
)
from tests.channel_logs import heard

EVERY = pytest.mark.parametrize("harness", HARNESSES, ids=lambda harness: harness.name)
EACH = pytest.mark.parametrize("kind", list(MediaKind))
NAMES = {"ids": lambda part: getattr(part, "name", str(part)).lower().replace(" ", "-")}
TROUBLES = [(harness, trouble) for harness in HARNESSES for trouble in harness.troubles]
PASSING = [(harness, trouble) for harness, trouble in TROUBLES if trouble.mend is not None]

TEXT = "**Bước 2/8.** Bấm <Kích hoạt> & chờ 😀."
CHOICES = (
    Choice(1, "Xong", "step:vneid-kich-hoat:dien-hai-so"),
    Choice(2, "Bị kẹt", "stuck:vneid-kich-hoat:bam-kich-hoat"),
    Choice(0, "Về đầu", "menu"),
)
WORDS = {
    MediaKind.PICTURE: "Hình minh họa, màn hình VNeID: nút Kích hoạt. Vòng đỏ ở «Kích hoạt».",
    MediaKind.SOUND: "Giọng máy đọc",
    MediaKind.FILE: "Báo cáo tuần 47",
}
TYPES = {
    MediaKind.PICTURE: "image/png",
    MediaKind.SOUND: "audio/mpeg",
    MediaKind.FILE: "application/pdf",
}
ENDINGS = {MediaKind.PICTURE: "png", MediaKind.SOUND: "mp3", MediaKind.FILE: "pdf"}


@cache
def content_of(kind: MediaKind, number: int = 1) -> bytes:
    """A picture as we draw them; a sound that nobody listens to, a file that nobody opens."""
    if kind is MediaKind.FILE:
        return b"%PDF-1.7\n" + bytes([number]) * 2000
    if kind is MediaKind.SOUND:
        return b"ID3\x04\0\0\0\0\0\0" + bytes([number]) * 2000
    rows = ["Chào bà Tư", {"button": f"Kích hoạt {number}"}]
    screen = Screen.model_validate({"title": "VNeID", "rows": rows, "tap": f"Kích hoạt {number}"})
    return draw(screen, Look(HOUSE_COLOUR, "Hình minh họa"))


def media_of(kind: MediaKind, number: int = 1) -> Media:
    """What a message carries; nobody has its content yet."""
    key = hashlib.sha256(content_of(kind, number)).hexdigest()[:20]
    return Media(kind, f"{key}.{ENDINGS[kind]}", WORDS[kind])


def kept(wire: Wire, kind: MediaKind, number: int = 1) -> Media:
    """The same, in the archive of the wire; the next message carries it."""
    media = media_of(kind, number)
    wire.archive.keep(media.key, partial(content_of, kind, number))
    wire.carries = kind
    return media


# ---- seen and heard ------------------------------------------------------------------------------


@EVERY
@EACH
def test_what_a_message_carries_reaches_the_person_as_such_or_in_words(
    harness: Harness, kind: MediaKind
) -> None:
    async def scene(wire: Wire) -> None:
        media = kept(wire, kind)
        outcome = await wire.channel.send(wire.chat, Outbound(TEXT, CHOICES, media=media))
        assert class_of(outcome) == "delivered"
        [shown] = wire.shown()
        assert shown.carried is not None
        if kind in harness.shows:
            assert shown.carried.kind is kind
            assert await wire.content(shown.carried) == (TYPES[kind], content_of(kind))
            assert shown.carried.words in ("", media.words)
        else:
            assert shown.carried.words == media.words
            assert await wire.content(shown.carried) is None

    talks(harness, scene)


def test_some_channels_show_pictures_and_some_tell_them() -> None:
    shown = {harness.name for harness in HARNESSES if MediaKind.PICTURE in harness.shows}
    assert {"telegram", "web_chat"} <= shown
    assert "console" not in shown


@EVERY
@EACH
@pytest.mark.parametrize("length", [1, 1000, 1024, 1025, 3000, 4096, 5000])
def test_text_digits_and_choices_are_the_same_as_without_it(
    harness: Harness, kind: MediaKind, length: int
) -> None:
    text = ("Bấm **Gửi <mã>** rồi **Tiếp**. " * 200)[:length].replace("**", "")
    text = TEXT if length == 1 else text

    async def scene(wire: Wire) -> None:
        await wire.channel.send(wire.chat, Outbound(text, CHOICES))
        plain = list(wire.shown())
        media = kept(wire, kind)
        await wire.channel.send(wire.chat, Outbound(text, CHOICES, media=media))
        carrying = wire.shown()[len(plain) :]
        assert [replace(one, carried=None) for one in carrying] == plain

    talks(harness, scene)


@EVERY
@EACH
def test_one_content_goes_to_many_people_at_once(harness: Harness, kind: MediaKind) -> None:
    async def scene(wire: Wire) -> None:
        media = kept(wire, kind)
        for number in range(3):
            message = Outbound(f"Tin {number}", CHOICES, media=media)
            assert class_of(await wire.channel.send(wire.chat, message)) == "delivered"
        for shown in wire.shown():
            assert shown.carried is not None
            got = await wire.content(shown.carried)
            assert got == ((TYPES[kind], content_of(kind)) if kind in harness.shows else None)
        assert [shown.text for shown in wire.shown()] == ["Tin 0", "Tin 1", "Tin 2"]

    talks(harness, scene)


# ---- when there is nothing to see ----------------------------------------------------------------


def _unknown(wire: Wire, media: Media) -> None:
    """The guide has changed since: nobody knows that key."""


def _unmakeable(wire: Wire, media: Media) -> None:
    def fail() -> bytes:
        raise MediaError("sound.failed")

    wire.archive.keep(media.key, fail)


def _empty(wire: Wire, media: Media) -> None:
    wire.archive.keep(media.key, bytes)


@EVERY
@EACH
@pytest.mark.parametrize(
    "lose", [_unknown, _unmakeable, _empty], ids=["unknown", "unmakeable", "empty"]
)
@pytest.mark.parametrize("length", [20, 1100, 5000])
def test_the_words_are_whole_when_the_content_is_gone(
    harness: Harness, kind: MediaKind, lose: Callable[[Wire, Media], None], length: int
) -> None:
    text = ("Bấm **Gửi mã** rồi chờ. 😀 " * 300)[:length]

    async def scene(wire: Wire) -> None:
        media = media_of(kind)
        lose(wire, media)
        outcome = await wire.channel.send(wire.chat, Outbound(text, CHOICES, media=media))
        assert class_of(outcome) == "delivered"
        assert read_whole(wire.shown()) == visible(text)
        assert wire.shown()[-1].choices == tuple((one.n, one.label) for one in CHOICES)

    talks(harness, scene)


LENGTHS = [1020, 1023, 1024, 1025, 2048, 4095, 4096, 4097, 9000]
LONG_WORDS = [(length, sign) for sign in ("ế", "😀", "&", "<b>") for length in LENGTHS]


@pytest.mark.parametrize(
    ("harness", "kind", "length", "sign"),
    [
        (harness, kind, *words)
        for shift, (harness, kind) in enumerate(product(HARNESSES, MediaKind))
        for words in depth.WORDS_WITH_MEDIA.of(LONG_WORDS, shift)
    ],
    **NAMES,
)
def test_words_of_any_length_arrive_whole(
    harness: Harness, kind: MediaKind, length: int, sign: str
) -> None:
    text = "Kính gửi: " + (sign * length)[: length - 10]
    too_long_for_a_button = (*CHOICES[:2], Choice(3, "Khác thường", "x" * 65))

    async def scene(wire: Wire) -> None:
        message = Outbound(text, too_long_for_a_button, media=kept(wire, kind))
        assert class_of(await wire.channel.send(wire.chat, message)) == "delivered"
        offered = [label for shown in wire.shown() for _, label in shown.choices]
        in_text = [] if "Khác thường" in offered else ["3.Khácthường"]
        assert read_whole(wire.shown()) == visible(text) + "".join(in_text)
        assert offered[:2] == ["Xong", "Bị kẹt"]

    talks(harness, scene)


# ---- what the wire answers -----------------------------------------------------------------------


@EACH
@pytest.mark.parametrize(("harness", "trouble"), TROUBLES, **NAMES)
def test_each_answer_of_the_wire_means_the_same_as_for_words(
    harness: Harness, trouble: Trouble, kind: MediaKind
) -> None:
    async def scene(wire: Wire) -> None:
        media = kept(wire, kind)
        await trouble.arrange(wire)
        outcome = await wire.channel.send(wire.chat, Outbound("Xin chào", media=media))
        assert bare(outcome) == bare(trouble.outcome)

    talks(harness, scene)


@EACH
@pytest.mark.parametrize(("harness", "trouble"), PASSING, **NAMES)
def test_a_channel_shows_again_when_the_trouble_is_over(
    harness: Harness, trouble: Trouble, kind: MediaKind
) -> None:
    async def scene(wire: Wire) -> None:
        media = kept(wire, kind)
        await trouble.arrange(wire)
        await wire.channel.send(wire.chat, Outbound("Một", media=media))
        assert trouble.mend is not None
        await trouble.mend(wire)
        outcome = await wire.channel.send(wire.chat, Outbound("Hai", media=media))
        assert class_of(outcome) == "delivered"
        shown = wire.shown()[-1]
        assert shown.text == "Hai"
        assert shown.carried is not None
        assert await wire.content(shown.carried) == (TYPES[kind], content_of(kind))

    talks(harness, scene)


@EVERY
def test_no_secret_and_no_words_reach_a_log_at_any_level(harness: Harness) -> None:
    secrets = {"Bà Tư"}

    async def speak(wire: Wire, kind: MediaKind, trouble: Trouble | None = None) -> None:
        secrets.update(wire.secrets)
        media = replace(kept(wire, kind), words="Bà Tư nghe")
        if trouble is not None:
            await trouble.arrange(wire)
        await wire.channel.send(wire.chat, Outbound("Bà Tư chờ", CHOICES, media=media))

    with heard("debug") as lines:
        for kind in MediaKind:
            talks(harness, partial(speak, kind=kind))
            for trouble in harness.troubles:
                talks(harness, partial(speak, kind=kind, trouble=trouble))
    told = "\n".join(lines)
    assert len(secrets) > 2 or not harness.proves_sender
    assert [secret for secret in secrets if secret in told] == []
