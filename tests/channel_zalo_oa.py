"""A Zalo Official Account as the contract suite drives it: sample events, and a stand-in for Zalo."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.channels.wire import read_object
from bot.channels.zalo_oa import Means, Official, ZaloOaChannel
from bot.channels.zalo_oa_tokens import App, TokenKeeper
from bot.channels.zalo_oa_uploads import UploadBook
from bot.channels.zalo_oa_wire import ZaloWire
from bot.channels.zalo_signature import SIGNATURE_HEADER
from bot.core.keys import KeyRing
from bot.core.messages import (
    Channel,
    Delivered,
    Kind,
    MediaKind,
    Rejected,
    Retry,
    Unreachable,
)
from bot.core.vocabulary import AccountId
from bot.media.shelf import Archive
from storage import tokens
from storage.database import Database
from tests import shipped
from tests.channel_harness import Carried, Shown, Trouble, new_archive
from tests.channel_web_chat import media_site
from tests.clock import FixedClock
from tests.storage_tools import open_office
from tests.zalo_oa_emulator import OfficialAccount, Person, SeenMessage, ZaloOAEmulator

FIXTURES = Path(__file__).parent / "fixtures" / "zalo"
OFFICIAL = OfficialAccount()
OFFICE = Official(
    OFFICIAL.app_id,
    OFFICIAL.oa_id,
    SecretStr(OFFICIAL.app_secret),
    SecretStr(OFFICIAL.oa_secret),
    proves=True,
)
CS = "message/cs"
CHOICE = re.compile(r"(\d+)\. (.+)")
HEARD = re.compile(r"(?:^|\n)([^\n]+): (http://127\.0\.0\.1:\d+/media/\S+)")
CAPTURED = {
    Kind.TEXT: "user_send_text",
    Kind.ACTION: "user_send_text_button",
    Kind.START: "follow",
    Kind.VOICE: "user_send_audio",
    Kind.PICTURE: "user_send_image",
    Kind.STICKER: "user_send_sticker",
    Kind.LOCATION: "user_send_location",
    Kind.CONTACT: "user_submit_info",
    Kind.FILE: "user_send_file",
    Kind.STOPPED: "unfollow",
    Kind.WITHDREW: "user_withdraw",
    Kind.STAFF: "oa_send_text",
    Kind.NOTED: "user_seen_message",
    Kind.OTHER: "user_send_text",
}


def captured(name: str) -> dict[str, Any]:
    """An event as Zalo sends it."""
    event: dict[str, Any] = json.loads((FIXTURES / f"oa_{name}.json").read_text("utf-8"))
    return event


class ImpatientWire(ZaloWire):
    """The same connections for tests that wait until they are given up."""

    connect_seconds = 1.0
    answer_seconds = 1.0


@contextmanager
def database(clock: FixedClock) -> Iterator[Database]:
    """A database with all tables for one scene."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ban-so.db"
        path.write_bytes(shipped.migrated())
        opened = Database(f"sqlite:///{path}", KeyRing("made up"), clock)
        try:
            yield opened
        finally:
            opened.close()


class ZaloOaWire:
    """The stand-in, one person who follows the account, a token that is good, and our site."""

    def __init__(
        self,
        zalo: ZaloOAEmulator,
        database: Database,
        clock: FixedClock,
        archive: Archive,
        site: str,
    ) -> None:
        self.zalo = zalo
        self.database = database
        self.clock = clock
        self.person: Person = zalo.person()
        self.chat = self.person.id
        self.archive = archive
        self.carries: MediaKind | None = None
        self.troubles: list[str] = []
        self.site = site
        self.account: AccountId = database.write(open_office).account.id
        pair = zalo.tokens.new_pair()
        now, day = clock(), timedelta(days=1)
        first = tokens.Tokens(pair.access_token, pair.refresh_token, now + day, now + 90 * day)
        database.write(tokens.begin_anew, self.account, first)
        self.wires: list[ZaloWire] = []
        self.channel: ZaloOaChannel = self.open()

    def open(self, office: Official = OFFICE, site: str | None = None) -> ZaloOaChannel:
        """The account in one more process."""
        wire, oauth = ImpatientWire(self.zalo.root_url), ImpatientWire(self.zalo.root_url)
        app = App(OFFICIAL.app_id, SecretStr(OFFICIAL.app_secret), SecretStr(""))
        keeper = TokenKeeper(
            self.database, self.account, app, oauth, lambda _, __, code: self.troubles.append(code)
        )
        self.wires += [wire, oauth]
        book = UploadBook(self.database, self.account)
        url = self.site if site is None else site
        means = Means(wire, keeper, book, self.clock, self.archive, url)
        return ZaloOaChannel("ho-nai", office, means)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody may read in a log."""
        pairs = self.zalo.tokens.pairs
        both = [token for pair in pairs for token in (pair.access_token, pair.refresh_token)]
        return (OFFICIAL.app_secret, OFFICIAL.oa_secret, self.chat, *both)

    def shown(self) -> list[Shown]:
        """A picture or file is a message of its own, seen together with the words that follow."""
        shown, carried = [], None
        for message in self.person.messages:
            if message.text:
                shown.append(as_read(message, carried))
            carried = None if message.text else _carried(message)
        return shown

    async def content(self, carried: Carried) -> tuple[str, bytes] | None:
        if carried.place.startswith("http"):
            async with aiohttp.ClientSession() as http, http.get(carried.place) as answer:
                return answer.content_type, await answer.read()
        entry = self.person.chat.entry(carried.place)
        upload = entry and (entry.picture or entry.file)
        return (upload.content_type, upload.data) if upload else None

    def connections(self) -> int:
        runner = self.zalo._runner  # the server's own count of who is connected
        assert runner is not None
        assert runner.server is not None
        return len(runner.server.connections)


def as_read(message: SeenMessage, carried: Carried | None = None) -> Shown:
    """A message as a person reads it, the answer without a button among its choices."""
    text, choices = message.text, []
    for title, kind, _ in message.buttons:
        found = CHOICE.fullmatch(title)
        assert found
        assert kind == "oa.query.hide"
        choices.append((int(found[1]), found[2]))
    if len(choices) == 5:  # a sixth has no button: its digit and its words are the last line
        words, _, last = text.rpartition("\n")
        if (found := CHOICE.fullmatch(last)) and int(found[1]) not in dict(choices):
            text = words
            choices.append((int(found[1]), found[2]))
    heard = HEARD.search(text)
    if heard:
        text = text.replace(heard[0], "")
        carried = Carried(MediaKind.SOUND, heard[2], heard[1])
    return Shown(text, tuple(choices), (), carried)


def _carried(message: SeenMessage) -> Carried | None:
    if message.file:
        return Carried(MediaKind.FILE, message.message_id)
    return Carried(MediaKind.PICTURE, message.message_id) if message.image else None


# ---- trouble -------------------------------------------------------------------------------------


def _fails(name: str, outcome: Any, **how: Any) -> Trouble:
    async def arrange(wire: ZaloOaWire) -> None:
        wire.zalo.fail_next(CS, **how)
        is_final = isinstance(outcome, Rejected) or (isinstance(outcome, Retry) and outcome.alert)
        if is_final and wire.carries in (MediaKind.PICTURE, MediaKind.FILE):
            wire.zalo.fail_next(CS, **how)  # what is wrong with the chat is so for words too

    return Trouble(name, arrange, outcome, _nothing)


async def _nothing(wire: ZaloOaWire) -> None:
    return


async def _is_late(wire: ZaloOaWire) -> None:
    wire.zalo.delay(CS, 5)


async def _is_in_time(wire: ZaloOaWire) -> None:
    wire.zalo.delay(CS, 0)


async def _hangs_up_before(wire: ZaloOaWire) -> None:
    wire.zalo.drop_next(CS, after_taking=False)


async def _hangs_up_after(wire: ZaloOaWire) -> None:
    wire.zalo.drop_next(CS)


async def _is_away(wire: ZaloOaWire) -> None:
    await wire.zalo.stop()


async def _is_back(wire: ZaloOaWire) -> None:
    await wire.zalo.start()


async def _expires(wire: ZaloOaWire) -> None:
    wire.zalo.passes(hours=26)


async def _revokes(wire: ZaloOaWire) -> None:
    wire.zalo.tokens.revoke()


async def _was_silent(wire: ZaloOaWire) -> None:
    wire.zalo.passes(days=8)


async def _restricts(wire: ZaloOaWire) -> None:
    wire.person.refuses(-244)


async def _never_wrote(wire: ZaloOaWire) -> None:
    wire.chat = wire.zalo.person("Người lạ", "6801357924680999999").id


LATER = Retry(None, "", maybe_taken=True)
ILL = Retry(600.0, "", whole_account=True, alert=True)
TROUBLES = (
    Trouble("no trouble", _nothing, Delivered(), _nothing),
    _fails("too many calls", Retry(None, "", whole_account=True), code=-32),
    _fails("429 of a proxy", Retry(None, "", whole_account=True), status=429, body="<html>"),
    _fails("inner error", LATER, status=500, body="<html>"),
    _fails("bad gateway", LATER, status=502, body="<html>Bad Gateway</html>"),
    _fails("a proxy's page", LATER, status=200, body="<html>Xin đăng nhập wifi</html>"),
    _fails("an answer that is a list", LATER, status=200, body=[1]),
    Trouble("late", _is_late, LATER, _is_in_time),
    Trouble("hangs up before", _hangs_up_before, LATER, _nothing),
    Trouble("hangs up after", _hangs_up_after, LATER, _nothing),
    Trouble("connection refused", _is_away, Retry(None, ""), _is_back),
    Trouble("token over", _expires, Delivered(), _nothing),
    _fails("token refused once", Delivered(), code=-216),
    _fails("token refused again", Retry(60.0, "", whole_account=True), code=-216, times=2),
    Trouble("consent taken back", _revokes, ILL),
    _fails("sending failed", Retry(10.0, ""), code=-200),
    _fails("app not active", ILL, code=-209),
    Trouble("silent for a week", _was_silent, Unreachable("")),
    Trouble("restricted", _restricts, Unreachable("")),
    Trouble("never wrote", _never_wrote, Unreachable("")),
    _fails("too long", Rejected(""), code=-210),
    _fails("a parameter is wrong", Rejected("", alert=True), code=-201),
    _fails("a number of next year", Rejected("", alert=True), code=-9999),
)


class ZaloOaHarness:
    """Events by a signed webhook, messages by the OpenAPI."""

    name = "zalo_oa"
    kinds = tuple(CAPTURED)
    proves_sender = True
    shows = frozenset(MediaKind)
    troubles = TROUBLES
    impossible = frozenset({"moved"})

    def channel(self) -> Channel:
        return reader()

    def body(self, kind: Kind, text: str = "", number: int = 1) -> bytes:
        event = captured(CAPTURED[kind])
        event["timestamp"] = str(int(event["timestamp"]) + number)
        if "msg_id" in event.get("message", {}):
            event["message"]["msg_id"] += f"{number:04x}"
        match kind:
            case Kind.TEXT:
                event["message"]["text"] = text
            case Kind.ACTION:
                event["message"]["text"] = f"#v1:{text}"
            case Kind.OTHER:
                event["message"]["text"] = ""
        return json.dumps(event, ensure_ascii=False).encode(errors="surrogatepass")

    def meaningless(self) -> list[bytes]:
        of_another = captured("follow") | {"oa_id": "1000000000000000003"}
        return [
            json.dumps(event).encode() for event in (captured("console_test_event"), of_another)
        ]

    def headers(self, body: bytes) -> Mapping[str, str]:
        return {SIGNATURE_HEADER: f"mac={_signed(body)}"}

    def forged(self, body: bytes) -> list[Mapping[str, str]]:
        mac = _signed(body)
        wrong = ("", "mac=", "x", mac[:-1], f"mac={mac}0", _signed(body + b" "), "bí mật", "\ud800")
        return [{}, *({SIGNATURE_HEADER: given} for given in wrong), {"Authorization": mac}]

    @asynccontextmanager
    async def wire(self) -> AsyncIterator[ZaloOaWire]:
        clock, archive = FixedClock(), new_archive()
        async with (
            ZaloOAEmulator(OFFICIAL, clock=lambda: clock().timestamp()) as zalo,
            media_site(archive) as site,
        ):
            with database(clock) as opened:
                wire = ZaloOaWire(zalo, opened, clock, archive, site)
                await wire.person.says("xin chào")
                try:
                    yield wire
                finally:
                    await wire.channel.close()
                    for one in wire.wires:
                        await one.close()


def reader(office: Official = OFFICE) -> ZaloOaChannel:
    """It reads only: nothing is connected or opened."""
    nothing: Any = None
    return ZaloOaChannel("ho-nai", office, Means(nothing, nothing, nothing, FixedClock()))


def _signed(body: bytes) -> str:
    """What Zalo writes beside a body; for one that is no event, as if it had neither app nor moment."""
    try:
        event = read_object(body)
    except ValueError:
        event = {}
    parts = (event.get("app_id", "").encode(), body, event.get("timestamp", "").encode())
    return hashlib.sha256(b"".join((*parts, OFFICIAL.oa_secret.encode()))).hexdigest()
