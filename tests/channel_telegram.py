"""Telegram as the contract suite drives it: captured updates, and the stand-in for its servers."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.channels.telegram import SECRET_HEADER, TelegramChannel
from bot.core.messages import (
    Channel,
    Delivered,
    Kind,
    MediaKind,
    Moved,
    Rejected,
    Retry,
    Unreachable,
)
from tests.channel_harness import Carried, Shown, Trouble, new_archive
from tests.telegram_emulator import TelegramEmulator
from tests.telegram_people import Person, SeenMessage

FIXTURES = Path(__file__).parent / "fixtures" / "telegram"
SECRET = "made-up_secret-0123456789"
SENDS = {
    None: "sendMessage",
    MediaKind.PICTURE: "sendPhoto",
    MediaKind.SOUND: "sendAudio",
    MediaKind.FILE: "sendDocument",
}
BUTTON = re.compile(r"(\d+)\. (.+)")
CAPTURED = {
    Kind.TEXT: "message_text",
    Kind.ACTION: "callback_query",
    Kind.START: "message_start_payload",
    Kind.VOICE: "message_voice",
    Kind.PICTURE: "message_photo",
    Kind.STICKER: "message_sticker",
    Kind.LOCATION: "message_location",
    Kind.CONTACT: "message_contact",
    Kind.FILE: "message_document",
    Kind.EDITED: "edited_message",
    Kind.STOPPED: "my_chat_member_kicked",
    Kind.OTHER: "message_voice",
}


def captured(name: str) -> dict[str, Any]:
    """An update as Telegram sent it."""
    update: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))
    return update


class ImpatientChannel(TelegramChannel):
    """The same channel for tests that wait until it gives up."""

    connect_seconds = 2.0
    read_seconds = 1.5


class TelegramWire:
    """The stand-in, one person who has pressed Start, and our bot."""

    def __init__(self, emulator: TelegramEmulator, person: Person) -> None:
        self.emulator = emulator
        self.person = person
        self.chat = str(person.id)
        self.secrets = (emulator.token, SECRET, self.chat)
        self.archive = new_archive()
        self.carries: MediaKind | None = None
        self.channel: TelegramChannel = ImpatientChannel(
            "ho-nai", emulator.token, SECRET, emulator.root_url, self.archive
        )

    @property
    def method(self) -> str:
        """What the next message is sent by."""
        return SENDS[self.carries]

    def shown(self) -> list[Shown]:
        return [_shown(message) for message in self.person.messages]

    async def content(self, carried: Carried) -> tuple[str, bytes] | None:
        upload = self.emulator.world.files.get(carried.place)
        return (upload.content_type, upload.data) if upload else None

    def connections(self) -> int:
        runner = self.emulator._runner  # the server's own count of who is connected
        assert runner is not None
        assert runner.server is not None
        return len(runner.server.connections)


def _shown(message: SeenMessage) -> Shown:
    lines = message.text.split("\n")
    found = [BUTTON.fullmatch(label) for label in message.labels]
    choices = tuple((int(match[1]), match[2]) for match in found if match)
    bold = tuple(re.findall(r"<b>(.*?)</b>", message.html, re.DOTALL))
    return Shown("\n".join(lines), choices, bold, _carried(message.raw))


def _carried(raw: dict[str, Any]) -> Carried | None:
    if "photo" in raw:
        return Carried(MediaKind.PICTURE, raw["photo"][-1]["file_id"])
    if "audio" in raw:
        return Carried(MediaKind.SOUND, raw["audio"]["file_id"], raw["audio"].get("title", ""))
    if "document" in raw:
        return Carried(MediaKind.FILE, raw["document"]["file_id"])
    return None


def _fails(name: str, outcome: Any, **how: Any) -> Trouble:
    async def arrange(wire: TelegramWire) -> None:
        wire.emulator.fail_next(wire.method, **how)
        if (
            how.get("status") == 400 and wire.carries
        ):  # what is wrong with the chat is so for words too
            wire.emulator.fail_next(SENDS[None], **how)

    return Trouble(name, arrange, outcome, _nothing)


def _refuses(name: str, words: str, outcome: Any, status: int = 400, **parameters: int) -> Trouble:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": words}
    if parameters:
        body["parameters"] = parameters
    return _fails(name, outcome, status=status, body=body)


async def _is_late(wire: TelegramWire) -> None:
    wire.emulator.delay(wire.method, 5)


async def _is_in_time(wire: TelegramWire) -> None:
    wire.emulator.delay(wire.method, 0)


async def _is_back(wire: TelegramWire) -> None:
    await wire.emulator.start()


async def _hangs_up_before(wire: TelegramWire) -> None:
    wire.emulator.drop_next(wire.method, after_taking=False)


async def _hangs_up_after(wire: TelegramWire) -> None:
    wire.emulator.drop_next(wire.method, after_taking=True)


async def _is_away(wire: TelegramWire) -> None:
    await wire.emulator.stop()


async def _blocks(wire: TelegramWire) -> None:
    await wire.person.blocks()


async def _deactivates(wire: TelegramWire) -> None:
    wire.person.deactivates()


async def _never_wrote(wire: TelegramWire) -> None:
    wire.chat = "700009999"


async def _migrates(wire: TelegramWire) -> None:
    wire.person.chat.migrated_to = -1001234567890


async def _nothing(wire: TelegramWire) -> None:
    return


LATER = Retry(None, "", maybe_taken=True)
UNSENT = Retry(None, "")
TROUBLES = (
    Trouble("no trouble", _nothing, Delivered(), _nothing),
    _fails("flood", Retry(7.0, "", whole_account=True), retry_after=7),
    _fails("flood told by a proxy", Retry(None, "", whole_account=True), status=429, body="<html>"),
    _fails("inner error", LATER, status=500),
    _fails("bad gateway", LATER, status=502, body="<html>Bad Gateway</html>"),
    _fails("a proxy's page", LATER, status=200, body="<html>Xin đăng nhập wifi</html>"),
    _fails("an answer without a result", LATER, status=200, body={"ok": True}),
    _fails("an answer that is a list", LATER, status=200, body=[1]),
    Trouble("late", _is_late, LATER, _is_in_time),
    Trouble("hangs up before", _hangs_up_before, LATER, _nothing),
    Trouble("hangs up after", _hangs_up_after, LATER, _nothing),
    Trouble("connection refused", _is_away, UNSENT, _is_back),
    _refuses("conflict", "Conflict: made up", LATER, status=409),
    _refuses("wrong token", "Unauthorized", Retry(None, "", whole_account=True), status=401),
    Trouble("blocked", _blocks, Unreachable("")),
    Trouble("deactivated", _deactivates, Unreachable("")),
    Trouble("unknown chat", _never_wrote, Unreachable("")),
    _refuses("strange peer", "Bad Request: PEER_ID_INVALID", Unreachable("")),
    _refuses("unreadable", "Bad Request: can't parse entities", Rejected("")),
    Trouble("moved", _migrates, Moved("-1001234567890")),
)


class TelegramHarness:
    """Updates by webhook or polling, messages by the Bot API."""

    name = "telegram"
    kinds = tuple(CAPTURED)
    proves_sender = True
    shows = frozenset(MediaKind)
    troubles = TROUBLES
    impossible = frozenset({"retry after"})  # 429 always stops the whole bot

    def channel(self) -> Channel:
        return TelegramChannel("ho-nai", "700000999:made-up", SECRET, "http://127.0.0.1:9")

    def body(self, kind: Kind, text: str = "", number: int = 1) -> bytes:
        update = captured(CAPTURED[kind])
        update["update_id"] = 910_000_000 + number
        match kind:
            case Kind.TEXT:
                update["message"]["text"] = text
            case Kind.START:
                update["message"]["text"] = f"/start {text}"
            case Kind.EDITED:
                update["edited_message"]["text"] = text
            case Kind.ACTION:
                update["callback_query"]["data"] = text
            case Kind.OTHER:
                del update["message"]["voice"]
                update["message"]["dice"] = {"emoji": "🎲", "value": 3}
        return json.dumps(update, ensure_ascii=False).encode(errors="surrogatepass")

    def meaningless(self) -> list[bytes]:
        names = ("poll", "message_group", "message_group_migrated", "my_chat_member_back")
        updates = [captured(name) for name in names]
        updates += [_in_group(captured("callback_query")), _pinned(), _moving()]
        updates.append({"update_id": 910000999, "hologram": {"chat": {"id": 1, "type": "private"}}})
        return [json.dumps(update).encode() for update in updates]

    def headers(self, body: bytes) -> Mapping[str, str]:
        return {SECRET_HEADER: SECRET}

    def forged(self, body: bytes) -> list[Mapping[str, str]]:
        wrong = ("", "x", SECRET[:-1], f"{SECRET}x", SECRET.upper(), "bí mật", "\udce9", "\ud800")
        return [{}, *({SECRET_HEADER: given} for given in wrong), {"Authorization": SECRET}]

    @asynccontextmanager
    async def wire(self) -> AsyncIterator[TelegramWire]:
        async with TelegramEmulator() as emulator:
            person = emulator.person()
            await person.starts()
            wire = TelegramWire(emulator, person)
            try:
                yield wire
            finally:
                await wire.channel.close()


def _in_group(update: dict[str, Any]) -> dict[str, Any]:
    update["callback_query"]["message"]["chat"] = {"id": -4, "title": "Tổ", "type": "group"}
    return update


def _pinned() -> dict[str, Any]:
    update = captured("message_text")
    update["message"]["pinned_message"] = {"message_id": 3, "text": update["message"].pop("text")}
    return update


def _moving() -> dict[str, Any]:
    update = captured("message_location")
    update["edited_message"] = update.pop("message") | {"edit_date": 1789012999}
    return update
