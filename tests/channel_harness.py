"""What the contract suite must know of a channel, and the one table of channels that it runs over.

A new channel gets all of its tests by a harness of its own and a line in ``HARNESSES``.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from bot.core.messages import (
    Channel,
    Delivered,
    Delivery,
    Kind,
    MediaKind,
    Moved,
    Rejected,
    Retry,
    Unreachable,
)
from bot.media.shelf import Archive

HAS_TEXT = (Kind.TEXT, Kind.ACTION, Kind.START, Kind.EDITED)
"""Kinds whose words the conversation reads."""
WORDLESS = {"zalo_oa": (Kind.START,)}
"""Of these, what a messenger tells without words."""


@dataclass(frozen=True)
class Carried:
    """What a message shows or plays beside its text; ``place`` is where the messenger has the content.

    Without a ``place`` only the words are there. ``words`` is what can be read of it, if anything.
    """

    kind: MediaKind | None
    place: str = ""
    words: str = ""


@dataclass(frozen=True)
class Shown:
    """One message as the person sees it: what can be read, what stands out, and the digits on offer."""

    text: str
    choices: tuple[tuple[int, str], ...]
    bold: tuple[str, ...]
    carried: Carried | None = None


class Wire(Protocol):
    """A messenger that runs in this test, one of its chats, and a channel that talks to it.

    The channel finds what messages carry in ``archive``. ``carries`` is what the next message carries, so
    that a trouble strikes the call that takes it.
    """

    channel: Channel
    chat: str
    secrets: tuple[str, ...]
    archive: Archive
    carries: MediaKind | None

    def shown(self) -> list[Shown]:
        """What has arrived in the chat, oldest first."""

    async def content(self, carried: Carried) -> tuple[str, bytes] | None:
        """The type and the bytes that the person's device gets; None when there is nothing."""

    def connections(self) -> int:
        """How many connections the channel holds open."""


@dataclass(frozen=True)
class Trouble:
    """Something that the wire may answer to a message, and what the channel must make of it."""

    name: str
    arrange: Callable[[Any], Awaitable[None]]
    outcome: Delivery
    mend: Callable[[Any], Awaitable[None]] | None = None  # where the next message can go


ALL_OUTCOMES = {
    "delivered",
    "retry",
    "retry after",
    "retry whole account",
    "unreachable",
    "rejected",
    "moved",
}


def class_of(outcome: Delivery) -> str:
    """The name of the class of outcomes that the sender treats alike."""
    match outcome:
        case Delivered():
            return "delivered"
        case Retry(whole_account=True):
            return "retry whole account"
        case Retry(seconds=None):
            return "retry"
        case Retry():
            return "retry after"
        case Unreachable():
            return "unreachable"
        case Rejected():
            return "rejected"
        case Moved():
            return "moved"


class Harness(Protocol):
    """How to make what the messenger sends, and how to run it."""

    name: str  # the module in bot/channels
    kinds: tuple[Kind, ...]  # what its people can do
    proves_sender: bool  # False where the sender sits at this machine
    shows: frozenset[MediaKind]  # what its people see or hear as such; the rest they get in words
    troubles: tuple[Trouble, ...]
    impossible: frozenset[str]  # outcomes that this wire has no answer for

    def channel(self) -> Channel:
        """A channel that will only read."""

    def body(self, kind: Kind, text: str = "", number: int = 1) -> bytes:
        """The wire body of an event; ``number`` makes it another event."""

    def meaningless(self) -> list[bytes]:
        """Bodies that are the messenger's but say nothing to us."""

    def headers(self, body: bytes) -> Mapping[str, str]:
        """Headers that prove that the messenger sent this body."""

    def forged(self, body: bytes) -> list[Mapping[str, str]]:
        """Headers that prove nothing."""

    def wire(self) -> AbstractAsyncContextManager[Wire]:
        """The messenger, running."""


def talks(harness: Harness, scene: Callable[[Wire], Coroutine[Any, Any, None]]) -> None:
    """Plays the scene on a running wire."""

    async def play() -> None:
        async with harness.wire() as wire:
            await scene(wire)

    asyncio.run(play())


def visible(text: str) -> str:
    """What nothing may be lost of: the signs that can be seen, in order."""
    text = unicodedata.normalize("NFC", text.replace("**", ""))
    return "".join(sign for sign in text if unicodedata.category(sign)[0] not in "ZC")


def read_whole(shown: list[Shown]) -> str:
    """What can be read in all of them together."""
    return visible("".join(one.text for one in shown))


def bare(outcome: Any) -> Any:
    """An outcome without what only a reader of logs wants."""
    gone = {"reason": ""} if hasattr(outcome, "reason") else {}
    return replace(outcome, **gone, **({"message": None} if hasattr(outcome, "message") else {}))


def new_archive() -> Archive:
    """Of a channel under test: what it keeps is in memory, since there can be no such folder."""
    return Archive(Path("/dev/null/cache"))


async def eventually(holds: Callable[[], object], seconds: float = 20.0) -> None:
    """Waits until it holds; ``TimeoutError`` when that takes far too long."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 – what is waited for tells nobody
            await asyncio.sleep(0.01)


def _harnesses() -> tuple[Harness, ...]:
    from tests.channel_console import ConsoleHarness
    from tests.channel_telegram import TelegramHarness
    from tests.channel_web_chat import WebChatHarness
    from tests.channel_zalo_bot import ZaloBotHarness
    from tests.channel_zalo_oa import ZaloOaHarness

    console, telegram, web = ConsoleHarness(), TelegramHarness(), WebChatHarness()
    return console, telegram, web, ZaloBotHarness(), ZaloOaHarness()


HARNESSES: tuple[Harness, ...] = _harnesses()
