"""The web chat as the contract suite drives it: what our page posts, and what it makes of the answers."""

from __future__ import annotations

import html
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from bot.channels.web_chat import WebChatChannel
from bot.core.messages import Channel, Kind
from tests.channel_harness import ALL_OUTCOMES, Shown, Trouble

SESSION = "ho-nai." + "Phong-van_hoa0" * 3 + "x"


def as_seen(message: dict[str, Any]) -> Shown:
    """A message as the page shows it, by ``fill`` in chat.js: every second part of a line is bold.

    ``bold`` is what stands inside ``<strong>``, read back as HTML. What is read with bold and the
    ``text`` for who has none must be the same.
    """
    lines = [line.split("**") for line in message["marked"].split("\n")]
    assert "\n".join("".join(parts) for parts in lines) == message["text"]
    strong = [part for parts in lines for part in parts[1:-1:2] if part]
    bold = tuple(html.escape(part, quote=False) for part in strong)
    choices = tuple((choice["n"], choice["label"]) for choice in message["choices"])
    return Shown(message["text"], choices, bold)


class WebChatWire:
    """A page that is given its answers as the JSON that would travel."""

    chat = SESSION
    secrets: tuple[str, ...] = (SESSION, SESSION.split(".")[1])

    def __init__(self) -> None:
        self.channel: Channel = WebChatChannel("ho-nai", self._show)
        self._seen: list[Shown] = []

    def _show(self, chat: str, message: dict[str, Any]) -> None:
        assert chat == self.chat
        self._seen.append(as_seen(json.loads(json.dumps(message, ensure_ascii=False))))

    def shown(self) -> list[Shown]:
        return self._seen

    def connections(self) -> int:
        return 0  # the page comes to us


class WebChatHarness:
    """Words, buttons and links of invitation; a secret of the person, no proof of the sender."""

    name = "web_chat"
    kinds = (Kind.TEXT, Kind.ACTION, Kind.START)
    proves_sender = False
    troubles: tuple[Trouble, ...] = ()
    impossible = frozenset(ALL_OUTCOMES - {"delivered"})

    def channel(self) -> Channel:
        return WebChatChannel("ho-nai", lambda chat, message: None)

    def body(self, kind: Kind, text: str = "", number: int = 1) -> bytes:
        said = {"text": text} if kind is Kind.TEXT else {"action": text}
        if kind is Kind.START:
            said = {"action": f"start:{text}"}
        return posted(f"{number:032x}", **said)

    def meaningless(self) -> list[bytes]:
        return [
            posted("e1"),
            posted("e2", text="menu", action="menu"),
            posted("e3", text=""),
            posted("e4", text=7),
            posted("e5", action=["menu"]),
            posted("e6", picture="a page of a later version"),
        ]

    def headers(self, body: bytes) -> Mapping[str, str]:
        return {}

    def forged(self, body: bytes) -> list[Mapping[str, str]]:
        return []

    @asynccontextmanager
    async def wire(self) -> AsyncIterator[WebChatWire]:
        yield WebChatWire()


def posted(number: str, **said: object) -> bytes:
    """The body of a message, as our page posts it for somebody who has a session."""
    known = {"session": SESSION, "after": 7, "shared": False}
    return json.dumps(known | {"id": number, "commune": "ho-nai"} | said).encode()
