"""The Zalo Bot Platform as the contract suite drives it: captured events, and a stand-in for its servers."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from bot.channels.zalo_bot import SECRET_HEADER, Access, ZaloBotChannel
from bot.core.messages import (
    Channel,
    Delivered,
    Kind,
    MediaKind,
    Rejected,
    Retry,
    Unreachable,
)
from bot.media.shelf import Archive
from tests.channel_harness import Carried, Shown, Trouble, new_archive
from tests.channel_web_chat import media_site
from tests.zalo_bot_emulator import TOKEN, Person, SeenMessage, ZaloBotEmulator

FIXTURES = Path(__file__).parent / "fixtures" / "zalo"
SECRET = "made-up_secret-0123456789"
SITE = "https://phuong.example"
SENDS = dict.fromkeys([None, *MediaKind], "sendMessage") | {MediaKind.PICTURE: "sendPhoto"}
LINKS = {"mp3": MediaKind.SOUND}
CHOICE = re.compile(r"(\d+)\. (.+)")
IN_WORDS = re.compile(r"\[(.+)\](?: (https://\S+))?")
CAPTURED = {
    Kind.TEXT: "bot_message_text",
    Kind.START: "bot_message_text_bare",
    Kind.VOICE: "bot_message_voice",
    Kind.PICTURE: "bot_message_image",
    Kind.STICKER: "bot_message_sticker",
    Kind.OTHER: "bot_message_unsupported",
}


def captured(name: str) -> dict[str, Any]:
    """A body as the platform sends it."""
    body: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))
    return body


class ImpatientChannel(ZaloBotChannel):
    """The same channel for tests that wait until it gives up."""

    connect_seconds = 2.0


class ZaloBotWire:
    """The stand-in, one person who has written, our bot, and the site where its pictures are."""

    def __init__(
        self, emulator: ZaloBotEmulator, person: Person, archive: Archive, site: str = SITE
    ) -> None:
        self.emulator = emulator
        self.person = person
        self.chat = person.id
        self.secrets = (emulator.token, SECRET, self.chat)
        self.archive = archive
        self.carries: MediaKind | None = None
        access = Access(emulator.token, SECRET, emulator.root_url)
        self.channel: ZaloBotChannel = ImpatientChannel("ho-nai", access, site, archive)

    @property
    def method(self) -> str:
        """What the next message is sent by."""
        return SENDS[self.carries]

    def shown(self) -> list[Shown]:
        return [as_read(message) for message in self.person.messages]

    async def content(self, carried: Carried) -> tuple[str, bytes] | None:
        for message in self.person.messages:
            if message.picture and message.picture.url == carried.place:
                return message.picture.content_type, message.picture.data
        if not carried.place:
            return None
        place = carried.place.replace(SITE, self.emulator.world.sites[SITE])
        async with aiohttp.ClientSession() as http, http.get(place) as answer:
            return (answer.content_type, await answer.read()) if answer.status == 200 else None

    def connections(self) -> int:
        return self.emulator.connections


def as_read(message: SeenMessage) -> Shown:
    """A message as a person reads it: the words, what stands in brackets below, and the numbered lines."""
    words, _, last = message.text.rpartition("\n\n")
    found = [CHOICE.fullmatch(line) for line in last.split("\n")]
    choices = tuple((int(match[1]), match[2]) for match in found if match)
    if not words or len(choices) < len(found):
        words, choices = message.text, ()
    carried = Carried(MediaKind.PICTURE, message.picture.url) if message.picture else None
    above, _, below = words.rpartition("\n")
    if told := IN_WORDS.fullmatch(below):
        words = above
        kind = LINKS.get(told[2].rpartition(".")[2], MediaKind.FILE) if told[2] else None
        carried = Carried(kind, told[2] or "", told[1])
    return Shown(words, choices, (), carried)


def _fails(name: str, outcome: Any, **how: Any) -> Trouble:
    async def arrange(wire: ZaloBotWire) -> None:
        wire.emulator.fail_next(wire.method, **how)
        if how.get("status") == 400 and wire.carries is MediaKind.PICTURE:
            wire.emulator.fail_next(
                SENDS[None], **how
            )  # what is wrong with the chat, for words too

    return Trouble(name, arrange, outcome, _nothing)


async def _has_no_quota(wire: ZaloBotWire) -> None:
    wire.emulator.world.plan.messages = 0


async def _has_no_quota_and_hides_it(wire: ZaloBotWire) -> None:
    wire.emulator.world.plan.messages, wire.emulator.hides_status = 0, True


async def _has_quota(wire: ZaloBotWire) -> None:
    wire.emulator.world.plan.messages = 3000


async def _is_late(wire: ZaloBotWire) -> None:
    wire.channel.total_seconds = 0.5  # not for all: a busy machine is no slower server
    wire.emulator.delay(wire.method, 5)


async def _is_in_time(wire: ZaloBotWire) -> None:
    wire.emulator.delay(wire.method, 0)


async def _hangs_up_before(wire: ZaloBotWire) -> None:
    wire.emulator.drop_next(wire.method, after_taking=False)


async def _hangs_up_after(wire: ZaloBotWire) -> None:
    wire.emulator.drop_next(wire.method, after_taking=True)


async def _is_away(wire: ZaloBotWire) -> None:
    await wire.emulator.stop()


async def _is_back(wire: ZaloBotWire) -> None:
    await wire.emulator.start()


async def _has_a_new_token(wire: ZaloBotWire) -> None:
    wire.emulator.token = "271828182:replaced"


async def _has_the_old_token(wire: ZaloBotWire) -> None:
    wire.emulator.token = TOKEN


async def _blocks(wire: ZaloBotWire) -> None:
    wire.person.blocks()


async def _never_wrote(wire: ZaloBotWire) -> None:
    wire.chat = wire.emulator.person("Ông Năm").id


async def _is_one_too_many(wire: ZaloBotWire) -> None:
    wire.emulator.world.plan.people = 1
    somebody = wire.emulator.person("Ông Năm")
    await somebody.says("cho hỏi")
    wire.chat = somebody.id


async def _nothing(wire: ZaloBotWire) -> None:
    return


LATER = Retry(None, "", maybe_taken=True)
UNSENT = Retry(None, "")
ALL_WAIT = Retry(None, "", whole_account=True)
ALL_WAIT_LONG = Retry(600.0, "", whole_account=True, alert=True)
PAGE = "<html>Xin đăng nhập wifi</html>"
TROUBLES = (
    Trouble("no trouble", _nothing, Delivered(), _nothing),
    Trouble("quota used up", _has_no_quota, ALL_WAIT, _has_quota),
    Trouble("quota used up with HTTP 200", _has_no_quota_and_hides_it, ALL_WAIT, _has_quota),
    _fails("flood", Retry(7.0, "", whole_account=True), retry_after=7),
    _fails("flood told by a proxy", ALL_WAIT, status=429, body="<html>"),
    _fails("inner error", LATER, status=500),
    _fails("bad gateway", LATER, status=502, body="<html>Bad Gateway</html>"),
    _fails("a proxy's page", LATER, status=200, body=PAGE),
    _fails("a proxy's refusal", LATER, status=403, body=PAGE),
    _fails("a proxy's lost page", LATER, status=404, body=PAGE),
    _fails("an answer that is a list", LATER, status=200, body=[1]),
    _fails("an answer that says nothing", LATER, status=200, body={"result": {}}),
    _fails("a taken message with HTTP 500", LATER, status=500, body={"ok": True}),
    _fails("an answer without a result", Delivered(), status=200, body={"ok": True}),
    _fails("a late answer of their own", LATER, status=408),
    _fails("a code that nobody knows", LATER, status=426),
    _fails("inner error with HTTP 200", LATER, status=200, body={"ok": False, "error_code": 500}),
    Trouble("late", _is_late, LATER, _is_in_time),
    Trouble("hangs up before", _hangs_up_before, LATER, _nothing),
    Trouble("hangs up after", _hangs_up_after, LATER, _nothing),
    Trouble("connection refused", _is_away, UNSENT, _is_back),
    Trouble("wrong token", _has_a_new_token, ALL_WAIT_LONG, _has_the_old_token),
    _fails("unknown bot", ALL_WAIT_LONG, status=404),
    Trouble("blocked", _blocks, Unreachable("")),
    Trouble("unknown chat", _never_wrote, Unreachable("")),
    Trouble("one person too many", _is_one_too_many, Unreachable("")),
    _fails("bad parameter", Rejected(""), status=400),
)


class ZaloBotHarness:
    """Events by webhook or polling; no buttons, so nobody presses anything."""

    name = "zalo_bot"
    kinds = tuple(CAPTURED)
    proves_sender = True
    shows = frozenset(MediaKind)  # a sound is heard behind its link
    troubles = TROUBLES
    impossible = frozenset({"retry after", "moved"})  # 429 stops the whole bot; chats do not move

    def channel(self) -> Channel:
        return ZaloBotChannel("ho-nai", Access(TOKEN, SECRET, "http://127.0.0.1:9"), SITE)

    def body(self, kind: Kind, text: str = "", number: int = 1) -> bytes:
        body = captured(CAPTURED[kind])
        message = body.get("result", body)["message"]
        message["message_id"] = f"9f2c0a7be1d3{number:06x}"
        if kind is Kind.TEXT:
            message["text"] = text
        elif kind is Kind.START:
            message["text"] = f"/start {text}"
        return json.dumps(body, ensure_ascii=False).encode(errors="surrogatepass")

    def meaningless(self) -> list[bytes]:
        from_a_bot, unknown = captured("bot_message_text"), captured("bot_message_text")
        from_a_bot["result"]["message"]["from"]["is_bot"] = True
        unknown["result"]["event_name"] = "message.hologram.received"
        names = ("bot_message_group_mention", "bot_get_me_ok", "bot_err_408_poll")
        bodies = [*map(captured, names), from_a_bot, unknown, {"event_name": "webhook.test"}]
        return [json.dumps(body).encode() for body in bodies]

    def headers(self, body: bytes) -> Mapping[str, str]:
        return {SECRET_HEADER: SECRET}

    def forged(self, body: bytes) -> list[Mapping[str, str]]:
        wrong = ("", "x", SECRET[:-1], f"{SECRET}x", SECRET.upper(), "bí mật", "\udce9", "\ud800")
        return [{}, *({SECRET_HEADER: given} for given in wrong), {"Authorization": SECRET}]

    @asynccontextmanager
    async def wire(self, site: str = SITE) -> AsyncIterator[ZaloBotWire]:
        archive = new_archive()
        async with media_site(archive) as place, ZaloBotEmulator() as emulator:
            emulator.world.sites[SITE] = place
            person = emulator.person()
            await person.says("Xin chào")
            wire = ZaloBotWire(emulator, person, archive, site)
            try:
                yield wire
            finally:
                await wire.channel.close()
