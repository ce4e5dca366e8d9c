"""The web chat as the contract suite drives it: what our page posts, and what it makes of the answers."""

from __future__ import annotations

import html
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.channels.web_chat import WebChatChannel
from bot.core.messages import Channel, Kind, MediaKind
from bot.library import HOUSE_COLOUR
from bot.locale import Texts, load_sentences
from bot.media.own_files import OwnFiles
from bot.media.shelf import Archive, Shelf, Sources
from bot.web.guide_pages import Bookcase, ReadingRoom, add_guide_pages
from bot.web.visitors import Visitors
from tests import shipped
from tests.channel_harness import ALL_OUTCOMES, Carried, Shown, Trouble, new_archive

CONTENT = Path(__file__).parents[1] / "content"
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
    return Shown(message["text"], choices, bold, _carried(message["media"]))


def _carried(media: dict[str, Any] | None) -> Carried | None:
    return media and Carried(MediaKind(media["kind"]), media["src"], media["words"])


class WebChatWire:
    """A page that is given its answers as the JSON that would travel; ``site`` is where it came from."""

    chat = SESSION
    secrets: tuple[str, ...] = (SESSION, SESSION.split(".")[1])

    def __init__(self, archive: Archive, site: str) -> None:
        self.channel: Channel = WebChatChannel("ho-nai", self._show)
        self.archive = archive
        self.carries: MediaKind | None = None
        self._site = site
        self._seen: list[Shown] = []

    def _show(self, chat: str, message: dict[str, Any]) -> None:
        assert chat == self.chat
        self._seen.append(as_seen(json.loads(json.dumps(message, ensure_ascii=False))))

    def shown(self) -> list[Shown]:
        return self._seen

    async def content(self, carried: Carried) -> tuple[str, bytes] | None:
        assert carried.place.startswith("/")  # the page may load from its own site only
        async with aiohttp.ClientSession() as http, http.get(self._site + carried.place) as answer:
            return (answer.content_type, await answer.read()) if answer.status == 200 else None

    def connections(self) -> int:
        return 0  # the page comes to us


class WebChatHarness:
    """Words, buttons and links of invitation; a secret of the person, no proof of the sender."""

    name = "web_chat"
    kinds = (Kind.TEXT, Kind.ACTION, Kind.START)
    proves_sender = False
    shows = frozenset(MediaKind)
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
        archive = new_archive()
        async with media_site(archive) as site:
            yield WebChatWire(archive, site)


@cache
def _texts() -> Texts:
    return Texts(load_sentences(CONTENT), "cô/chú")


@asynccontextmanager
async def media_site(archive: Archive) -> AsyncIterator[str]:
    """The part of the site that gives what messages carry."""
    own = OwnFiles(Path("/dev/null/media"))
    shelf = Shelf("", _texts(), HOUSE_COLOUR, "", Sources((), own, None, archive))
    room = ReadingRoom("", "", _texts(), shelf)
    app = web.Application()
    add_guide_pages(
        app,
        Bookcase(
            {},
            {},
            room,
            archive,
            partial(date, 2026, 11, 22),
            "",
            Visitors("", 0),
            shipped.library().spoken,
        ),
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def posted(number: str, **said: object) -> bytes:
    """The body of a message, as our page posts it for somebody who has a session."""
    known = {"session": SESSION, "after": 7, "shared": False}
    return json.dumps(known | {"id": number, "commune": "ho-nai"} | said).encode()
