"""The terminal as the contract suite drives it."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.channels.console import ConsoleChannel, as_lines
from bot.core.messages import Channel, Kind, MediaKind, Outbound
from tests.channel_harness import ALL_OUTCOMES, Carried, Shown, Trouble, new_archive

CHOICE = re.compile(r"  (\d+)  (.+)")
IN_WORDS = re.compile(r"  \[(.+)\]")


class ConsoleWire:
    """A terminal that remembers its lines."""

    chat = "bà Tư"
    secrets: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.channel: Channel = ConsoleChannel("ho-nai", self._show)
        self.archive = new_archive()
        self.carries: MediaKind | None = None
        self._seen: list[Shown] = []

    def _show(self, chat: str, message: Outbound) -> None:
        assert chat == self.chat
        lines = as_lines(message).split("\n")
        shown = len(lines) - len(message.choices)
        found = [CHOICE.fullmatch(line) for line in lines[shown:]]
        choices = tuple((int(match[1]), match[2]) for match in found if match)
        told = IN_WORDS.fullmatch(lines[shown - 1]) if message.media else None
        carried = Carried(None, words=told[1]) if told else None
        self._seen.append(Shown("\n".join(lines[: shown - bool(told)]), choices, (), carried))

    def shown(self) -> list[Shown]:
        return self._seen

    async def content(self, carried: Carried) -> None:
        return None

    def connections(self) -> int:
        return 0


class ConsoleHarness:
    """Lines of JSON, no network, no proof."""

    name = "console"
    kinds = tuple(Kind)
    proves_sender = False
    shows: frozenset[MediaKind] = frozenset()
    troubles: tuple[Trouble, ...] = ()
    impossible = frozenset(ALL_OUTCOMES - {"delivered"})

    def channel(self) -> Channel:
        return ConsoleChannel("ho-nai", lambda chat, message: None)

    def body(self, kind: Kind, text: str = "", number: int = 1) -> bytes:
        event = {"id": f"e{number}", "chat": "bà Tư", "kind": kind, "text": text}
        return json.dumps(event).encode()

    def meaningless(self) -> list[bytes]:
        return [b'{"id": "e1", "kind": "dances"}', b'{"id": "e2", "kind": 7, "text": "a"}']

    def headers(self, body: bytes) -> Mapping[str, str]:
        return {}

    def forged(self, body: bytes) -> list[Mapping[str, str]]:
        return []

    @asynccontextmanager
    async def wire(self) -> AsyncIterator[ConsoleWire]:
        yield ConsoleWire()
