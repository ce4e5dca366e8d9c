"""What the contract suite must know of a channel, and the one table of channels that it runs over.

A new channel gets all of its tests by a harness of its own and a line in ``HARNESSES``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from bot.core.messages import (
    Channel,
    Delivered,
    Delivery,
    Kind,
    Moved,
    Rejected,
    Retry,
    Unreachable,
)

HAS_TEXT = (Kind.TEXT, Kind.ACTION, Kind.START, Kind.EDITED)
"""Kinds whose words the conversation reads."""


@dataclass(frozen=True)
class Shown:
    """One message as the person sees it: what can be read, what stands out, and the digits on offer."""

    text: str
    choices: tuple[tuple[int, str], ...]
    bold: tuple[str, ...]


class Wire(Protocol):
    """A messenger that runs in this test, one of its chats, and a channel that talks to it."""

    channel: Channel
    chat: str
    secrets: tuple[str, ...]

    def shown(self) -> list[Shown]:
        """What has arrived in the chat, oldest first."""

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


async def eventually(holds: Callable[[], object], seconds: float = 20.0) -> None:
    """Waits until it holds; ``TimeoutError`` when that takes far too long."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 – what is waited for tells nobody
            await asyncio.sleep(0.01)


def _harnesses() -> tuple[Harness, ...]:
    from tests.channel_console import ConsoleHarness
    from tests.channel_telegram import TelegramHarness
    from tests.channel_web_chat import WebChatHarness

    return ConsoleHarness(), TelegramHarness(), WebChatHarness()


HARNESSES: tuple[Harness, ...] = _harnesses()
