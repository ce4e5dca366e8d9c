"""Roads on which golden stories are told: the messenger's stand-in, its wire, our server, channel and sender.

What comes back is read from the person's own screen. Where a messenger cannot do what a story tells, the
person does the next best thing, and ``DIFFERENCES`` says which.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from pydantic import SecretStr
from sqlalchemy import func, select

from bot.app.installation import Installation
from bot.app.wiring import Application, build, save_account
from bot.channels.telegram import TelegramChannel
from bot.channels.web_chat import WebChatChannel
from bot.channels.zalo_bot import Access, ZaloBotChannel
from bot.channels.zalo_oa import Means, ZaloOaChannel
from bot.channels.zalo_oa_tokens import App, TokenKeeper
from bot.channels.zalo_oa_uploads import UploadBook
from bot.channels.zalo_oa_wire import ZaloWire
from bot.conversation.sender import unheard
from bot.core.messages import Channel, Choice, Kind, Limits, Outbound
from bot.core.vocabulary import Identity, Role
from bot.services import teams
from bot.services.plans import find_commune
from bot.web.server import Parts, build_server, open_port, start_server
from bot.web.webhooks import Hook
from storage.communes import Account
from storage.database import Unit
from storage.models import inbox, outbox
from tests.channel_harness import Shown, eventually, new_archive
from tests.channel_server import free_port
from tests.channel_telegram import _shown as as_seen_on_telegram
from tests.channel_zalo_bot import as_read as as_read_in_zalo_bot
from tests.channel_zalo_oa import OFFICE
from tests.channel_zalo_oa import as_read as as_read_in_zalo_oa
from tests.clock import FixedClock
from tests.telegram_emulator import TelegramEmulator
from tests.zalo_bot_emulator import ZaloBotEmulator
from tests.zalo_oa_emulator import ZaloOAEmulator

T = TypeVar("T")
PATIENCE_SECONDS = 20.0
ROOT = Path(__file__).parent.parent

STAFF_ONLY = "không kể: chỉ Zalo OA cho trợ lý biết có cán bộ đang trả lời"
DIFFERENCES: dict[str, dict[str, str]] = {
    "console": {},
    "telegram": {"23-can-bo-tra-loi-thay": STAFF_ONLY},
    "web_chat": {
        "23-can-bo-tra-loi-thay": STAFF_ONLY,
        "(kind)": "khung chat chỉ gửi chữ và bấm nút: không có tiếng, hình, vị trí, tệp",
        "08-gui-thu-khac": "không kể: chuyện này chỉ có những thứ đó",
    },
    "zalo_oa": {
        "[button]": "tin chỉ có năm nút: câu thứ sáu (số 0) thì gõ số",
        "(kind)": "Zalo OA không báo tin đã sửa",
    },
    "zalo_bot": {
        "23-can-bo-tra-loi-thay": STAFF_ONLY,
        "[button]": "không có nút: gõ số đứng trước câu trả lời",
        "10-nut-cu": "không kể: không có nút cũ nào để bấm lại",
        "(kind)": "Zalo Bot không chuyển vị trí, danh thiếp, tệp, tin đã sửa",
    },
}
"""What a person cannot do there as the story tells it, and what is done instead, by channel."""


class Road(ABC):
    """A running application behind one messenger, and the people who use it."""

    name: ClassVar[str]
    cannot_send: ClassVar[frozenset[Kind]] = frozenset()

    def __init__(self, base: Installation, slug: str, clock: FixedClock) -> None:
        self.base = base
        self.clock = clock
        self.commune = find_commune(base.communes, slug)
        self.account: Account = save_account(base, self.commune, self.name, {})
        self._loop = asyncio.new_event_loop()
        self._stack = AsyncExitStack()
        self.app: Application
        self.run(self._open())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end."""
        return self._loop.run_until_complete(work)

    def close(self) -> None:
        """Stop everything but the database."""
        self.run(self._stack.aclose())
        self._loop.close()

    async def _open(self) -> None:
        port = free_port()
        channel = await self.opens_messenger(f"http://127.0.0.1:{port}")
        if channel is not None:
            channel.limits = Limits()  # the clock of a story stands still
        self.app = build(self.base, [(self.account, channel)] if channel else [])
        self.app.engine.start()
        self._stack.push_async_callback(self.app.engine.stop)
        if channel is None:
            return
        hook = Hook(channel, lambda events: self.app.store(self.account, events), lambda: None)
        server = build_server(Parts({(self.name, self.account.name): hook}, self._is_ready))
        runner = await start_server(server, open_port("127.0.0.1", port))
        self._stack.push_async_callback(runner.cleanup)
        self.app.sender.start()
        self._stack.push_async_callback(channel.close)
        self._stack.push_async_callback(self.app.sender.stop)

    async def _is_ready(self) -> bool:
        return True

    async def enters(self, opened: AbstractAsyncContextManager[T]) -> T:
        """Keep something open as long as the road."""
        return await self._stack.enter_async_context(opened)

    def hook_url(self, site: str) -> str:
        """Where the messenger posts."""
        return f"{site}/hook/{self.name.replace('_', '-')}/{self.account.name}"

    @abstractmethod
    async def opens_messenger(self, site: str) -> Channel | None:
        """Start the stand-in; gives the channel that talks to it."""

    @abstractmethod
    def person(self, name: str = "bà Tư", channel: str = "") -> Somebody:
        """Somebody with a chat of their own; what is another channel in the story is another chat here."""

    def invite(self, role: Role = Role.MEMBER, team: str | None = "KP 3") -> str:
        """A fresh invitation code."""
        return self.base.database.write(teams.invite, self.commune, role, team, None).code

    def invite_many(self, team: str = "KP 3") -> str:
        """A fresh code that many may use."""
        return self.base.database.write(teams.invite_many, self.commune, team).code

    def member(self, name: str = "chị Hạnh", team: str = "KP 3") -> Somebody:
        """Somebody who has joined a team and told their name."""
        person = self.person(name)
        person.says(f"vào tổ {self.invite(team=team)}")
        person.says(name)
        return person

    def does_by_the_clock(self) -> None:
        """Let each chore and act look once whether something is due, and what it says go out."""
        self.run(self._looks_up())

    async def _looks_up(self) -> None:
        for chore in self.app.jobs.chores:
            await chore()
        for act in self.app.jobs.acts:
            await self.base.database.write_soon(act)
        await self.rests()

    async def rests(self) -> None:
        """Wait until everything that came is answered, and every answer has gone out."""
        await eventually(lambda: not self.base.database.read(_count_open))


def _count_open(unit: Unit) -> int:
    waits = select(func.count()).where(inbox.c.done_at.is_(None)).scalar_subquery()
    goes = select(func.count()).where(outbox.c.finished_at.is_(None)).scalar_subquery()
    return int(unit.connection.execute(select(waits + goes)).scalar_one())


class Somebody(ABC):
    """A person of a story; what they do gives what they see next, as the bot's own messages."""

    def __init__(self, road: Road, name: str) -> None:
        self.road = road
        self.name = name
        self.heard: list[Outbound] = []
        self._looked: dict[Any, Shown] = {}

    @property
    @abstractmethod
    def chat(self) -> str:
        """The messenger's own id of this chat."""

    @property
    def identity(self) -> Identity:
        """Who this chat is to the database."""
        road = self.road
        return road.app.pickup.identify(road.account, road.name, self.chat)

    @property
    def prompt(self) -> tuple[Choice, ...]:
        """The choices of the newest message that had any."""
        return next((m.choices for m in reversed(self.heard) if m.choices), ())

    def says(self, text: str) -> list[Outbound]:
        """Type a message."""
        return self._does(lambda: self.types(text))

    def presses(self, label: str) -> list[Outbound]:
        """Choose the answer with this label of the newest prompt."""
        number = next((c.n for c in self.prompt if c.label == label), None)
        assert number is not None, f"no {label!r} among {[c.label for c in self.prompt]}"
        return self._does(lambda: self.chooses(number, label))

    def presses_earlier(self, label: str) -> list[Outbound]:
        """Choose the newest answer with this label of any message so far."""
        found = (c.n for m in reversed(self.heard) for c in m.choices if c.label == label)
        number = next(found)
        return self._does(lambda: self.chooses_earlier(number, label))

    def sends(self, kind: Kind, text: str = "") -> list[Outbound]:
        """Send something that is not words; the words are those of the office, when it is the one."""
        return self._does(lambda: self.shows(kind, text))

    def looks(self) -> list[Outbound]:
        """Read what has come without having said anything."""
        return self.road.run(self._reads(self._looked))

    def _does(self, act: Callable[[], Coroutine[Any, Any, Any]]) -> list[Outbound]:
        return self.road.run(self._act(act))

    async def _act(self, act: Callable[[], Coroutine[Any, Any, Any]]) -> list[Outbound]:
        before = self.screen()
        await act()
        await self.road.rests()
        return await self._reads(before)

    async def _reads(self, before: dict[Any, Shown]) -> list[Outbound]:
        await self.fetches()
        now = self._looked = self.screen()
        changed = [one for key, one in now.items() if before.get(key) != one]
        read = [_as_message(one) for one in changed if one.text]
        self.heard += read
        return read

    async def fetches(self) -> None:
        """Ask for what is new, where it does not come by itself."""
        return

    @abstractmethod
    def screen(self) -> dict[Any, Shown]:
        """Every message of the bot in the chat, as it looks now, oldest first."""

    @abstractmethod
    async def types(self, text: str) -> None:
        """Send words; returns when the messenger has been told 200."""

    @abstractmethod
    async def chooses(self, number: int, label: str) -> None:
        """Take one answer of the newest prompt."""

    @abstractmethod
    async def chooses_earlier(self, number: int, label: str) -> None:
        """Take one answer of the newest message that had it."""

    @abstractmethod
    async def shows(self, kind: Kind, text: str) -> None:
        """Send something of that kind."""


def _as_message(shown: Shown) -> Outbound:
    return Outbound(shown.text, tuple(Choice(n, label, "") for n, label in shown.choices))


# ---- Telegram --------------------------------------------------------------------------------


class TelegramRoad(Road):
    """Updates by webhook, buttons, messages changed in place."""

    name = "telegram"
    emulator: TelegramEmulator

    async def opens_messenger(self, site: str) -> Channel:
        emulator = TelegramEmulator(clock=lambda: int(self.clock().timestamp()))
        self.emulator = await self.enters(emulator)
        channel = TelegramChannel(
            self.account.name, emulator.token, "story-secret", emulator.root_url, new_archive()
        )
        await channel.bot.set_webhook(self.hook_url(site), secret_token=channel.secret)
        return channel

    def person(self, name: str = "bà Tư", channel: str = "") -> Somebody:
        return OnTelegram(self, name)

    async def rests(self) -> None:
        await eventually(lambda: not self.emulator.pending)
        await super().rests()


class OnTelegram(Somebody):
    """A person in Telegram."""

    road: TelegramRoad

    def __init__(self, road: TelegramRoad, name: str) -> None:
        super().__init__(road, name)
        self._person = road.emulator.person(first_name=name)
        self._pressed_once: dict[str, tuple[str, int]] = {}

    @property
    def chat(self) -> str:
        return str(self._person.id)

    def screen(self) -> dict[Any, Shown]:
        for one in self._person.messages:
            for label, data in (button for row in one.buttons for button in row):
                self._pressed_once[label] = data, one.message_id
        return {one.message_id: as_seen_on_telegram(one) for one in self._person.messages}

    async def types(self, text: str) -> None:
        await self._person.says(text)

    async def chooses(self, number: int, label: str) -> None:
        await self._person.presses(f"{number}. {label}")

    async def chooses_earlier(self, number: int, label: str) -> None:
        """On a phone that still shows the message as it was."""
        data, message = self._pressed_once[f"{number}. {label}"]
        await self._person.presses(data, message, forged=True)

    async def shows(self, kind: Kind, text: str) -> None:
        person = self._person
        match kind:
            case Kind.VOICE:
                await person.sends_voice()
            case Kind.PICTURE:
                await person.sends_photo()
            case Kind.STICKER:
                await person.sends_sticker()
            case Kind.LOCATION:
                await person.sends_location()
            case Kind.CONTACT:
                await person.sends_contact()
            case Kind.FILE:
                await person.sends_document()
            case Kind.START:
                await person.starts()
            case Kind.EDITED:
                said = person.emulator.world.add(person.chat, person.user, {"text": "chu da go"})
                await person.edits(said.data["message_id"], "chữ đã sửa")
            case _:
                await person.sends(dice={"emoji": "🎲", "value": 3})


# ---- Zalo Bot --------------------------------------------------------------------------------


class ZaloBotRoad(Road):
    """No buttons: the person types the digit."""

    name = "zalo_bot"
    cannot_send = frozenset({Kind.LOCATION, Kind.CONTACT, Kind.FILE, Kind.EDITED, Kind.STAFF})
    emulator: ZaloBotEmulator

    async def opens_messenger(self, site: str) -> Channel:
        emulator = ZaloBotEmulator(clock=lambda: self.clock().timestamp())
        self.emulator = await self.enters(emulator)
        access = Access(emulator.token, "story-secret", emulator.root_url)
        channel = ZaloBotChannel(self.account.name, access, site, new_archive())
        await channel.set_webhook(self.hook_url(site))
        return channel

    def person(self, name: str = "bà Tư", channel: str = "") -> Somebody:
        return OnZaloBot(self, name)

    async def rests(self) -> None:
        await eventually(lambda: not self.emulator.updates.is_delivering)
        await super().rests()


class OnZaloBot(Somebody):
    """A person who writes to a bot in Zalo."""

    road: ZaloBotRoad

    def __init__(self, road: ZaloBotRoad, name: str) -> None:
        super().__init__(road, name)
        self._person = road.emulator.person(name)

    @property
    def chat(self) -> str:
        return str(self._person.id)

    def screen(self) -> dict[Any, Shown]:
        return {one.message_id: as_read_in_zalo_bot(one) for one in self._person.messages}

    async def types(self, text: str) -> None:
        await self._person.says(text)

    async def chooses(self, number: int, label: str) -> None:
        await self._person.says(str(number))

    async def chooses_earlier(self, number: int, label: str) -> None:
        await self._person.says(label)

    async def shows(self, kind: Kind, text: str) -> None:
        match kind:
            case Kind.VOICE:
                await self._person.sends_voice()
            case Kind.PICTURE:
                await self._person.sends_image()
            case Kind.STICKER:
                await self._person.sends_sticker()
            case Kind.START:
                await self._person.says("/start")
            case _:
                await self._person.sends_unsupported()


# ---- Zalo OA ---------------------------------------------------------------------------------

ZALO_KINDS = {
    Kind.VOICE: "audio",
    Kind.PICTURE: "image",
    Kind.STICKER: "sticker",
    Kind.LOCATION: "location",
    Kind.CONTACT: "business_card",
    Kind.FILE: "file",
}


class ZaloOaRoad(Road):
    """Signed events; five buttons, whose press comes as a text; the sixth answer is typed."""

    name = "zalo_oa"
    cannot_send = frozenset({Kind.EDITED, Kind.OTHER})
    emulator: ZaloOAEmulator

    async def opens_messenger(self, site: str) -> Channel:
        clock, database = self.clock, self.base.database
        self.emulator = await self.enters(ZaloOAEmulator(clock=lambda: clock().timestamp()))
        self.emulator.set_webhook(self.hook_url(site))
        wires = ZaloWire(self.emulator.root_url), ZaloWire(self.emulator.root_url)
        for wire in wires:
            self._stack.push_async_callback(wire.close)
        seed = SecretStr(self.emulator.tokens.new_pair().refresh_token)
        app = App(OFFICE.app_id, OFFICE.app_secret, seed)
        keeper = TokenKeeper(database, self.account.id, app, wires[0], unheard)
        book = UploadBook(database, self.account.id)
        means = Means(wires[1], keeper, book, clock, new_archive(), site)
        return ZaloOaChannel(self.account.name, OFFICE, means)

    def person(self, name: str = "bà Tư", channel: str = "") -> Somebody:
        return OnZaloOa(self, name)

    async def rests(self) -> None:
        await self.emulator.settles(PATIENCE_SECONDS)
        await super().rests()
        await self.emulator.settles(PATIENCE_SECONDS)


class SavingRoad(ZaloOaRoad):
    """The stand-in with its own window of seven days, and the tariffs by which nothing is paid for."""

    async def opens_messenger(self, site: str) -> Channel:
        channel = await super().opens_messenger(site)
        channel.terms = self.base.library.tariffs.of_account(may_pay=False)
        return channel


class OnZaloOa(Somebody):
    """A person who writes to an Official Account."""

    road: ZaloOaRoad

    def __init__(self, road: ZaloOaRoad, name: str) -> None:
        super().__init__(road, name)
        self._person = road.emulator.person(name)

    @property
    def chat(self) -> str:
        return str(self._person.id)

    def screen(self) -> dict[Any, Shown]:
        return {
            one.message_id: as_read_in_zalo_oa(one)
            for one in self._person.messages
            if not one.by_staff
        }

    async def types(self, text: str) -> None:
        await self._person.says(text)

    async def chooses(self, number: int, label: str) -> None:
        title = f"{number}. {label}"
        if any(title in one.labels for one in self._person.messages):
            await self._person.presses(title)
        else:
            await self._person.says(str(number))

    async def chooses_earlier(self, number: int, label: str) -> None:
        await self._person.presses(f"{number}. {label}")

    async def shows(self, kind: Kind, text: str) -> None:
        if kind is Kind.START:
            await self._person.follows()
        elif kind is Kind.STAFF:
            await self.road.emulator.staff().answers(self._person, text)
        else:
            await self._person.sends(ZALO_KINDS[kind])


# ---- the chat of the web site ----------------------------------------------------------------


class WebChatRoad(Road):
    """Words and presses as the page sends them; the page fetches what is new."""

    name = "web_chat"
    cannot_send = frozenset(Kind) - {Kind.START}

    async def opens_messenger(self, site: str) -> None:
        self.channel = WebChatChannel(self.account.name, lambda chat, message: None)

    def person(self, name: str = "bà Tư", channel: str = "") -> Somebody:
        return OnTheWeb(self, name)

    async def rests(self) -> None:
        """The person has fetched already."""


class OnTheWeb(Somebody):
    """A person on the ward's site."""

    road: WebChatRoad

    def __init__(self, road: WebChatRoad, name: str) -> None:
        super().__init__(road, name)
        self._session: str | None = None
        self._screen: dict[Any, Shown] = {}
        self._actions: dict[tuple[int, str], str] = {}

    @property
    def chat(self) -> str:
        assert self._session is not None, "has not spoken yet"
        return self._session

    def screen(self) -> dict[Any, Shown]:
        return dict(self._screen)

    async def types(self, text: str) -> None:
        await self._posts(text=text)

    async def chooses(self, number: int, label: str) -> None:
        await self._posts(action=self._actions[number, label])

    async def chooses_earlier(self, number: int, label: str) -> None:
        await self._posts(action=self._actions[number, label])

    async def shows(self, kind: Kind, text: str) -> None:
        await self._posts(action="start")

    async def _posts(self, **said: str) -> None:
        road = self.road
        body = {"id": uuid.uuid4().hex, "commune": road.account.name, "session": self._session}
        [event] = road.channel.parse(json.dumps(body | said).encode())
        self._session = event.address.chat
        assert await road.app.pickup.ask(road.account, event, PATIENCE_SECONDS) is not None

    async def fetches(self) -> None:
        road, identity = self.road, self.identity
        for letter in await road.app.pickup.later(identity, 0, 0):
            choices = letter.message.choices
            self._actions |= {(one.n, one.label): one.action for one in choices}
            offered = tuple((one.n, one.label) for one in choices)
            text = letter.message.text.replace("**", "")
            self._screen[letter.id] = Shown(text, offered, ())
            await road.app.pickup.acknowledge(identity, letter.id)


ROADS: dict[str, type[Road]] = {
    road.name: road for road in (TelegramRoad, WebChatRoad, ZaloBotRoad, ZaloOaRoad)
}
