"""One suite over all channels: what a channel promises, whichever messenger it speaks to.

What arrives is in test_channel_hostile.py; a harness for each channel is listed in channel_harness.py.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import pkgutil
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import bot.channels
from bot.conversation.intake import mask
from bot.core.messages import Choice, Inbound, Kind, Outbound
from bot.core.text import normalise
from tests.channel_harness import (
    ALL_OUTCOMES,
    HARNESSES,
    HAS_TEXT,
    WORDLESS,
    Harness,
    Trouble,
    Wire,
    bare,
    class_of,
    eventually,
    read_whole,
    talks,
    visible,
)
from tests.channel_logs import heard

EVERY = pytest.mark.parametrize("harness", HARNESSES, ids=lambda harness: harness.name)
KINDS = [(harness, kind) for harness in HARNESSES for kind in harness.kinds]
TROUBLES = [(harness, trouble) for harness in HARNESSES for trouble in harness.troubles]
NAMES = {"ids": lambda part: getattr(part, "name", str(part)).lower().replace(" ", "-")}
REQUIRED = ("is_genuine", "parse", "send", "close")
STRANGE = {
    "zero bytes": "a\0b",
    "bells": "a\x07\x1b[31mb",
    "emoji": "👩‍👩‍👧 😀 é",
    "decomposed": unicodedata.normalize("NFD", "Tiếng Việt: phường Hố Nai"),
    "right to left": "a\u202eb\u2066c",
    "line ends": "a\r\nb\rc\u2028d",
    "tab": "a\tb",
}


def channel_modules() -> dict[str, list[type]]:
    """Modules of bot/channels that define a channel, with their classes."""
    found: dict[str, list[type]] = {}
    for info in pkgutil.iter_modules(bot.channels.__path__):
        module = importlib.import_module(f"bot.channels.{info.name}")
        for _, kind in inspect.getmembers(module, inspect.isclass):
            is_here = kind.__module__ == module.__name__
            if is_here and isinstance(getattr(kind, "name", None), str) and hasattr(kind, "parse"):
                found.setdefault(info.name, []).append(kind)
    return found


def test_every_channel_is_in_the_table() -> None:
    modules = channel_modules()
    assert {"console", "telegram"} <= set(modules)
    assert [harness.name for harness in HARNESSES] == sorted(modules)
    for harness in HARNESSES:
        assert type(harness.channel()) in modules[harness.name]
        assert all(callable(getattr(harness.channel(), name)) for name in REQUIRED)


# ---- what arrives ----------------------------------------------------------------------------


@pytest.mark.parametrize(("harness", "kind"), KINDS, **NAMES)
def test_each_event_is_read_as_what_it_is(harness: Harness, kind: Kind) -> None:
    text = "guide:vneid-quen-mat-khau" if kind is Kind.ACTION else "Bà hỏi về VNeID"
    text = "ci_7K2M9Q" if kind is Kind.START else text
    channel = harness.channel()
    [event] = channel.parse(harness.body(kind, text))
    assert event.kind is kind
    assert event.address.channel == channel.name == harness.name
    assert event.address.account == channel.account
    assert event.address.chat
    assert abs(datetime.now(UTC) - event.at) < timedelta(days=365 * 60)
    assert not event.redacted
    if kind in HAS_TEXT and kind not in WORDLESS.get(harness.name, ()):
        assert event.text == text


@EVERY
def test_a_repeat_keeps_its_event_id_and_another_event_has_its_own(harness: Harness) -> None:
    ids = set()
    channel, after_a_restart = harness.channel(), harness.channel()
    for number, kind in enumerate(harness.kinds, start=1):
        body = harness.body(kind, "xin chào", number)
        first, second = channel.parse(body), after_a_restart.parse(body)
        assert [event.event_id for event in first] == [event.event_id for event in second]
        ids |= {event.event_id for event in first}
    assert len(ids) == len(harness.kinds)


@pytest.mark.parametrize(("harness", "kind"), KINDS, **NAMES)
def test_fields_that_we_do_not_know_change_nothing(harness: Harness, kind: Kind) -> None:
    body = harness.body(kind, "menu")
    grown = json.dumps(with_more_fields(json.loads(body))).encode()
    assert grown.count(b"from_the_future") >= 1
    assert timeless(harness.channel().parse(grown)) == timeless(harness.channel().parse(body))


def with_more_fields(value: Any) -> Any:
    """The same JSON, each object with fields of a later version."""
    if isinstance(value, dict):
        grown = {name: with_more_fields(inner) for name, inner in value.items()}
        return grown | {"from_the_future": {"a": [1]}, "extra": None}
    return [with_more_fields(inner) for inner in value] if isinstance(value, list) else value


def timeless(events: list[Inbound]) -> list[Inbound]:
    """Events without the moment, which some wires do not tell."""
    return [replace(event, at=datetime(2026, 1, 1, tzinfo=UTC)) for event in events]


@EVERY
def test_what_says_nothing_to_us_gives_no_event(harness: Harness) -> None:
    bodies = harness.meaningless()
    assert len(bodies) >= 2
    for body in bodies:
        assert harness.channel().parse(body) == [], body


@EVERY
@pytest.mark.parametrize("words", STRANGE.values(), ids=STRANGE)
def test_strange_signs_arrive_and_are_made_plain(harness: Harness, words: str) -> None:
    [event] = harness.channel().parse(harness.body(Kind.TEXT, words))
    assert mask(event).text == normalise(words)
    assert not re.search(r"[\0-\x09\x0b-\x1f\u202a-\u202e]", mask(event).text)


# ---- who sent it -----------------------------------------------------------------------------


@EVERY
def test_only_the_messengers_own_requests_are_genuine(harness: Harness) -> None:
    body = harness.body(Kind.TEXT, "xin chào")
    channel = harness.channel()
    assert channel.is_genuine(harness.headers(body), body)
    forged = harness.forged(body)
    assert len(forged) >= 3 or not harness.proves_sender
    for headers in forged:
        assert not channel.is_genuine(headers, body), headers


# ---- what is sent ----------------------------------------------------------------------------


PARTS = st.one_of(
    st.sampled_from(
        [
            "Bấm **Gửi mã** rồi chờ. ",
            "https://dichvucong.gov.vn/p/home/dvc-trang-chu.html?a=1&b=<2> ",
            "**đậm\nhai dòng** ",
            "😀" * 40,
            "dong" * 60 + "\n\n",
            "Nhập & < > \" ' &amp; &lt; <b>không đậm</b> <script>alert(1)</script>\n",
            "_a_ *b* `c` [d](e) \\ | ~ # ",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)


@EVERY
def test_a_long_text_arrives_whole_and_in_order(harness: Harness) -> None:
    choices = (Choice(1, "Có", "menu"), Choice(0, "Thôi", "stop"))

    @given(st.lists(PARTS, min_size=1, max_size=12), st.sampled_from([1, 1, 7, 12]))
    @example(["ế" * 4096], 1)
    @example(["ế" * 4097], 1)
    @example(["😀" * 4096], 1)
    @example(["&" * 4096], 3)
    @example(["**" + "đậm " * 3000 + "**"], 1)
    def check(parts: list[str], times: int) -> None:
        text = "Kính gửi: " + "".join(parts) * times

        async def scene(wire: Wire) -> None:
            outcome = await wire.channel.send(wire.chat, Outbound(text, choices))
            assert class_of(outcome) == "delivered", outcome
            new = wire.shown()
            assert read_whole(new) == visible(text)
            assert [one.choices for one in new] == [()] * (len(new) - 1) + [
                ((1, "Có"), (0, "Thôi"))
            ]

        talks(harness, scene)

    check()


@EVERY
def test_every_choice_reaches_the_person_with_its_digit(harness: Harness) -> None:
    labels = [
        "Có",
        "Quên passcode (mã 6 số)",
        "Tôi không có điện thoại thông minh",
        "<b>&",
        "🙋 Gặp người",
    ]
    offered = [Choice(n, label, f"step:vneid:buoc-{n}") for n, label in enumerate(labels, 1)]
    offered.append(Choice(0, "Về đầu", "menu"))

    async def scene(wire: Wire) -> None:
        await wire.channel.send(wire.chat, Outbound("Chọn việc", tuple(offered)))
        [shown] = wire.shown()
        assert shown.choices == tuple((choice.n, choice.label) for choice in offered)

    talks(harness, scene)


@EVERY
@pytest.mark.parametrize("action", ["", "x" * 64, "x" * 65, "ế" * 40, "x" * 4000])
def test_a_choice_that_fits_no_button_is_still_offered(harness: Harness, action: str) -> None:
    async def scene(wire: Wire) -> None:
        offered = (Choice(1, "Thường", "menu"), Choice(2, "Khác thường", action))
        outcome = await wire.channel.send(wire.chat, Outbound("Chọn việc", offered))
        assert class_of(outcome) == "delivered"
        [shown] = wire.shown()
        offers = dict(shown.choices)
        in_text = dict(re.findall(r"^(\d+)\. (.+)$", shown.text, re.MULTILINE))
        assert offers.get(2, in_text.get("2")) == "Khác thường"
        assert offers[1] == "Thường"

    talks(harness, scene)


@EVERY
@pytest.mark.parametrize(
    "text", ["Bấm **Gửi mã**.", "**a** và **b\nc**", "a ** b", "**a", "a****b", "***a***", "** **a"]
)
def test_bold_is_rendered_or_dropped_but_never_shown_as_stars(harness: Harness, text: str) -> None:
    async def scene(wire: Wire) -> None:
        outcome = await wire.channel.send(wire.chat, Outbound(text))
        assert class_of(outcome) == "delivered"
        assert "**" not in read_whole(wire.shown())
        letters = [sign for sign in text if sign.isalpha()]
        assert [sign for sign in read_whole(wire.shown()) if sign.isalpha()] == letters

    talks(harness, scene)


@EVERY
def test_bold_names_of_buttons_stand_out_where_the_wire_can(harness: Harness) -> None:
    async def scene(wire: Wire) -> None:
        await wire.channel.send(wire.chat, Outbound("Bấm **Gửi <mã>** rồi **Tiếp**"))
        [shown] = wire.shown()
        assert shown.text == "Bấm Gửi <mã> rồi Tiếp"
        assert shown.bold in ((), ("Gửi &lt;mã&gt;", "Tiếp"))

    talks(harness, scene)


@EVERY
@pytest.mark.parametrize("words", STRANGE.values(), ids=STRANGE)
def test_strange_signs_do_not_stop_a_message(harness: Harness, words: str) -> None:
    async def scene(wire: Wire) -> None:
        outcome = await wire.channel.send(wire.chat, Outbound(f"Trước {words} sau"))
        assert class_of(outcome) == "delivered"
        assert read_whole(wire.shown()) == visible(f"Trước {words} sau")

    talks(harness, scene)


@EVERY
def test_messages_sent_side_by_side_do_not_mix(harness: Harness) -> None:
    async def scene(wire: Wire) -> None:
        messages = [Outbound(f"Tin {n}", (Choice(n, f"Nút {n}", f"topic:{n}"),)) for n in range(9)]
        await asyncio.gather(*(wire.channel.send(wire.chat, message) for message in messages))
        shown = sorted(wire.shown(), key=lambda one: one.text)
        assert [one.text for one in shown] == [message.text for message in messages]
        assert [one.choices for one in shown] == [((n, f"Nút {n}"),) for n in range(9)]

    talks(harness, scene)


# ---- what the wire answers -------------------------------------------------------------------


@EVERY
def test_the_troubles_of_a_wire_cover_every_outcome(harness: Harness) -> None:
    named = {class_of(trouble.outcome) for trouble in harness.troubles}
    possible = ALL_OUTCOMES - harness.impossible
    assert named == possible if harness.troubles else possible == {"delivered"}


@pytest.mark.parametrize(("harness", "trouble"), TROUBLES, **NAMES)
def test_each_answer_of_the_wire_becomes_its_outcome(harness: Harness, trouble: Trouble) -> None:
    async def scene(wire: Wire) -> None:
        await trouble.arrange(wire)
        outcome = await wire.channel.send(wire.chat, Outbound("Xin chào"))
        assert bare(outcome) == bare(trouble.outcome)

    talks(harness, scene)


PASSING = [(harness, trouble) for harness, trouble in TROUBLES if trouble.mend is not None]


@pytest.mark.parametrize(("harness", "trouble"), PASSING, **NAMES)
def test_a_channel_works_again_when_the_trouble_is_over(harness: Harness, trouble: Trouble) -> None:
    async def scene(wire: Wire) -> None:
        await trouble.arrange(wire)
        await wire.channel.send(wire.chat, Outbound("Một"))
        assert trouble.mend is not None
        await trouble.mend(wire)
        outcome = await wire.channel.send(wire.chat, Outbound("Hai"))
        assert class_of(outcome) == "delivered"
        assert wire.shown()[-1].text == "Hai"

    talks(harness, scene)


# ---- what is left behind ---------------------------------------------------------------------


@EVERY
def test_no_secret_and_no_words_reach_a_log_at_any_level(harness: Harness) -> None:
    secrets = {"Bà Tư"}

    async def speak(wire: Wire, trouble: Trouble | None = None) -> None:
        if trouble is not None:
            await trouble.arrange(wire)
        secrets.update(wire.secrets)
        wire.channel.parse(harness.body(Kind.TEXT, "Bà Tư nhờ"))
        await wire.channel.send(wire.chat, Outbound("Bà Tư chờ", (Choice(1, "Bà Tư", "menu"),)))

    with heard("debug") as lines:
        talks(harness, speak)
        for trouble in harness.troubles:
            talks(harness, partial(speak, trouble=trouble))
    told = "\n".join(lines)
    assert len(secrets) > 2 or not harness.proves_sender
    assert [secret for secret in secrets if secret in told] == []


@EVERY
def test_closing_frees_the_connections(harness: Harness) -> None:
    async def scene(wire: Wire) -> None:
        await asyncio.gather(*(wire.channel.send(wire.chat, Outbound("a")) for _ in range(3)))
        await wire.channel.close()
        await eventually(lambda: not wire.connections())

    talks(harness, scene)
