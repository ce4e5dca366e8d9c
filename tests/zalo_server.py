"""The real server of a ward with a Zalo OA and a Zalo Bot, in front of the stand-ins for both."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.config import Settings
from bot.conversation.turn import State
from bot.core.messages import Address
from bot.core.vocabulary import AccountId, Identity
from storage import health, mailbox
from storage.health import Health
from storage.models_accounts import accounts
from tests.channel_harness import eventually
from tests.channel_logs import kept_logging
from tests.channel_server import HurryingClock, Server, Way, free_port
from tests.storage_tools import empty_database
from tests.zalo_bot_emulator import ZaloBotEmulator
from tests.zalo_bot_people import Person as BotPerson
from tests.zalo_oa_emulator import Person, SeenMessage, ZaloOAEmulator

KEY = "khóa của các kiểm tra qua Zalo"
SECRET = "made-up_secret-0123456789"
PRESS = "#v1:"
PATIENCE = 20.0
CS = "message/cs"


@dataclass
class LeapingClock:
    """The hurrying clock, which can also be moved on by hand: the one clock of our server and of Zalo's."""

    origin: float = field(default_factory=time.time)
    speed: float = 60.0
    _ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        """Now, as the database, the buckets and Zalo see it."""
        return HurryingClock(self.origin, self.speed)() + self._ahead

    def passes(self, **span: float) -> None:
        """Lets time go by: ``clock.passes(hours=47)``."""
        self._ahead += timedelta(**span)

    def stamp(self) -> float:
        """Now in seconds, as the stand-ins take it."""
        return self().timestamp()


def settings_for(
    oa: ZaloOAEmulator, bot: ZaloBotEmulator, database_url: str, folder: Path, mode: str
) -> Settings:
    """Settings of a ward that has both; the OA's first refresh token is one of the console's."""
    port = free_port()
    return Settings.model_validate(
        {
            "database_url": database_url,
            "secret_key": KEY,
            "var_dir": folder / "var",
            "port": port,
            "base_url": f"http://127.0.0.1:{port}",
            "zalo_oa_app_id": oa.account.app_id,
            "zalo_oa_app_secret": oa.account.app_secret,
            "zalo_oa_id": oa.account.oa_id,
            "zalo_oa_webhook_secret": oa.account.oa_secret,
            "zalo_oa_refresh_token": oa.tokens.new_pair().refresh_token,
            "zalo_oa_api_base": oa.root_url,
            "zalo_oa_oauth_base": oa.root_url,
            "zalo_bot_token": bot.token,
            "zalo_bot_mode": mode,
            "zalo_bot_webhook_secret": SECRET,
            "zalo_bot_api_base": bot.root_url,
        }
    )


@dataclass
class ZaloTown:
    """Both stand-ins, our server, and a client that is none of them; all by one clock."""

    oa: ZaloOAEmulator
    bot: ZaloBotEmulator
    server: Server
    clock: LeapingClock
    http: aiohttp.ClientSession

    async def answers(self) -> bool:
        """Whether a server lives at the address."""
        try:
            async with self.http.get(f"{self.server.url}/healthz") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    async def starts(self) -> None:
        """Runs the server until it also hears the Zalo Bot."""
        await self.server.start()
        await self.hears_bot()

    async def restarts(self, **changed: Any) -> None:
        """The server ends in good order and another one begins, with some settings changed."""
        await self.server.stop()
        settings = self.server.settings.model_copy(update=changed)
        self.server = Server(settings, self.clock)
        await self.starts()

    async def hears_bot(self) -> None:
        """Waits until what is said to the Zalo Bot comes in: it keeps nothing for later."""
        if self.server.settings.zalo_bot_mode == "polling":
            await self.bot.is_polled(PATIENCE)
        else:
            await eventually(lambda: self.bot.updates.webhook is not None)

    async def rests(self) -> None:
        """Waits until everything that people did has come in and every answer is out or set aside."""
        oa, bot = self.oa.events, self.bot.updates
        await eventually(lambda: not oa.pending and not bot.is_delivering)
        await eventually(lambda: self.server.is_idle and not oa.pending, 60)  # with its echoes

    # ---- what is stored -----------------------------------------------------------------

    def account(self, channel: str = "zalo_oa") -> AccountId:
        """The row of one of the two accounts."""
        rows = self.server.rows(accounts)
        return AccountId(next(row.id for row in rows if row.channel == channel))

    @property
    def acts(self) -> list[Any]:
        """The events that are answered, without echoes and receipts."""
        return [event for event in self.server.events if event.outcome != "noted"]

    def health(self, channel: str = "zalo_oa") -> Health:
        """What the office sees of an account."""
        found = self.server.base.database.read(health.list_health, self.server.commune.id)
        return next(one for one in found if one.channel == channel)

    def identity(self, person: Person | BotPerson) -> Identity:
        """Who that is to the database."""
        channel = "zalo_oa" if isinstance(person, Person) else "zalo_bot"
        address = Address(channel, "ho-nai", person.id)
        return mailbox.identity_of(self.server.base.database.keys, self.server.commune.id, address)

    def letters(self, person: Person | BotPerson) -> list[Any]:
        """The outbox of one person, oldest first."""
        mine = self.identity(person)
        return [row for row in self.server.letters if bytes(row.identity) == mine]

    def digit(self, person: Person | BotPerson, verb: str) -> str | None:
        """The digit that now does the first thing of that name."""
        mine = self.identity(person)
        states = [
            State.from_json(row.state)
            for row in self.server.conversations
            if bytes(row.identity) == mine
        ]
        choices = [choice for state in states for choice in state.choices]
        return next((str(one.n) for one in choices if one.action.split(":")[0] == verb), None)

    # ---- what people do -----------------------------------------------------------------

    async def types(self, person: BotPerson, words: str) -> None:
        """Writes to the Zalo Bot as soon as it listens, and waits until the answer is there."""
        await self.hears_bot()
        heard = len(self.server.events)
        await person.says(words)
        await eventually(lambda: len(self.server.events) > heard)
        await self.rests()

    async def chooses(self, person: BotPerson, verb: str) -> None:
        """Types the digit of what has no button there."""
        digit = self.digit(person, verb)
        assert digit is not None, (verb, person.messages[-1].text)
        await self.types(person, digit)

    async def member(self, name: str = "chị Hạnh") -> Person:
        """Somebody of a team who stands before the OA's home menu."""
        person = self.oa.person(name)
        await person.follows()
        for words in (f"vào tổ {self.server.invite()}", name, "menu"):
            await person.says(words)
        await shows(person, "log")
        await self.rests()
        return person


def actions_of(message: SeenMessage) -> list[str]:
    """What the buttons of a message do."""
    return [str(payload).removeprefix(PRESS) for _, _, payload in message.buttons]


async def shows(person: Person, verb: str) -> SeenMessage:
    """The newest message with a button of that verb, when it is there."""
    return await person.waits_for(
        lambda one: any(action.split(":")[0] == verb for action in actions_of(one)), PATIENCE
    )


async def presses(person: Person, verb: str) -> dict[str, Any]:
    """Presses the first button of that verb as soon as it is there; the event."""
    message = await shows(person, verb)
    for label, _, payload in message.buttons:
        if str(payload).removeprefix(PRESS).split(":")[0] == verb:
            event = await person.presses(label, message)
            assert event is not None
            return event
    raise AssertionError(verb)


# ---- where it plays --------------------------------------------------------------------------

Scene = Callable[[ZaloTown], Coroutine[Any, Any, None]]


@asynccontextmanager
async def zalo_town(
    database_url: str, folder: Path, mode: str, *, begin: bool = True
) -> AsyncIterator[ZaloTown]:
    """Everything running; stopped in good order at the end."""
    clock = LeapingClock()
    async with (
        ZaloOAEmulator(clock=clock.stamp) as oa,
        ZaloBotEmulator(clock=clock.stamp) as bot,
        aiohttp.ClientSession() as http,
    ):
        oa.repeat_after(*[0.1] * 200)
        oa.events.timeout = PATIENCE  # a busy machine is not a deaf webhook
        bot.updates.schedule = [0.1] * 200
        settings = settings_for(oa, bot, database_url, folder, mode)
        oa.set_webhook(f"{settings.base_url}/hook/zalo-oa/ho-nai")
        place = ZaloTown(oa, bot, Server(settings, clock), clock, http)
        with kept_logging():
            try:
                if begin:
                    await place.starts()
                yield place
            finally:
                await place.server.stop()


@dataclass(frozen=True)
class ZaloStage:
    """Where a test plays its scenes: an empty database of its own, in a folder of its own."""

    way: Way
    url: str
    folder: Path

    def plays(self, scene: Scene, *, begin: bool = True) -> None:
        """Runs a scene in a town of its own; without ``begin`` the scene starts the server."""

        async def run() -> None:
            async with zalo_town(self.url, self.folder, self.way.mode, begin=begin) as place:
                await scene(place)

        asyncio.run(run())


@contextmanager
def zalo_stage(request: pytest.FixtureRequest, way: Way, folder: Path) -> Iterator[ZaloStage]:
    """A stage with an empty database, gone afterwards."""
    with empty_database(request, way.engine, folder) as url:
        yield ZaloStage(way, url, folder)
