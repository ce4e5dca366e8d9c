"""A small world for conversations: people who talk to the bot through the real road, in one process."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select

from bot.app.installation import Installation
from bot.app.talk import answer
from bot.app.wiring import Application, build, save_account
from bot.channels.console import ConsoleChannel
from bot.conversation.turn import State
from bot.core.messages import Address, Choice, Inbound, Kind, Outbound, Reference
from bot.core.vocabulary import Identity, Role
from bot.services import stats, teams
from bot.services.plans import find_commune
from storage.communes import Account
from storage.database import Unit
from storage.models import conversations

T = TypeVar("T")


class World:
    """The application with its engine running, on one event loop of its own."""

    def __init__(self, base: Installation, slug: str = "ho-nai") -> None:
        self.base = base
        self.commune = find_commune(base.communes, slug)
        self.account: Account = self.open_account(ConsoleChannel.name)
        self._loop = asyncio.new_event_loop()
        self._numbers = itertools.count(1)
        self.app: Application = build(base, ())
        self.run(self._start())

    def run(self, work: Coroutine[object, object, T]) -> T:
        """Run a coroutine to its end."""
        return self._loop.run_until_complete(work)

    async def _start(self) -> None:
        self.app.engine.start()

    def close(self) -> None:
        """Stop the engine; the database stays open."""
        self.run(self.app.engine.stop())
        self._loop.close()

    def does_by_the_clock(self) -> None:
        """Let each chore and act look once whether something is due."""
        for chore in self.app.jobs.chores:
            self.run(chore())
        for act in self.app.jobs.acts:
            self.base.database.write(act)

    def open_account(self, channel: str) -> Account:
        """The commune's account on a channel."""
        return save_account(self.base, self.commune, channel, {})

    def person(self, name: str = "bà Tư", channel: str = ConsoleChannel.name) -> Person:
        """Somebody with a chat of their own; on another channel it is another chat."""
        return Person(self, name, self.open_account(channel))

    def invite(self, role: Role = Role.MEMBER, team: str | None = "KP 3") -> str:
        """A fresh invitation code."""
        return self.base.database.write(teams.invite, self.commune, role, team, None).code

    def invite_many(self, team: str = "KP 3") -> str:
        """A fresh code that many may use."""
        return self.base.database.write(teams.invite_many, self.commune, team).code

    def member(self, name: str = "chị Hạnh", team: str = "KP 3") -> Person:
        """Somebody who has joined a team and told their name."""
        person = self.person(name)
        person.says(f"vào tổ {self.invite(team=team)}")
        person.says(name)
        return person

    def report(self, period: str) -> dict[str, object]:
        """The office's JSON."""
        from bot.core import periods
        from bot.core.vocabulary import Audience

        plan = self.base.library.plans[self.commune.slug]
        window = periods.parse(period)
        return self.base.database.read(stats.report, self.commune, plan, window, Audience.INTERNAL)

    def next_event(self) -> str:
        """An event id that nobody had."""
        return f"event-{next(self._numbers)}"


class Person:
    """Talks, presses, sends pictures; remembers what the bot said last."""

    def __init__(self, world: World, name: str, account: Account | None = None) -> None:
        self._world = world
        self._account = account or world.account
        self.name = name
        self.heard: list[Outbound] = []
        self.actions = 0

    def says(self, text: str) -> list[Outbound]:
        """Type a message."""
        return self._does(Kind.TEXT, text)

    def presses(self, label: str) -> list[Outbound]:
        """Press the button of the newest prompt that carries this label."""
        for choice in self.prompt:
            if choice.label == label:
                return self.sends_action(choice.action)
        shown = [choice.label for choice in self.prompt]
        raise AssertionError(f"no button {label!r} among {shown}")

    def presses_earlier(self, label: str) -> list[Outbound]:
        """Press the newest button with this label on any message so far."""
        for message in reversed(self.heard):
            for choice in message.choices:
                if choice.label == label:
                    return self.sends_action(choice.action)
        raise AssertionError(f"no button {label!r} was ever shown")

    def sends_action(self, action: str) -> list[Outbound]:
        """Press a button that carried this action, perhaps weeks ago."""
        return self._does(Kind.ACTION, action)

    def sends(self, kind: Kind, text: str = "") -> list[Outbound]:
        """Send something that is not words."""
        return self._does(kind, text)

    def looks(self) -> list[Outbound]:
        """Read what has come without having said anything."""
        world = self._world
        letters = world.run(world.app.pickup.later(self.identity, 0, 0))
        if letters:
            world.run(world.app.pickup.acknowledge(self.identity, letters[-1].id))
        messages = [letter.message for letter in letters]
        self.heard.extend(messages)
        return messages

    @property
    def identity(self) -> Identity:
        """Who this chat is to the database."""
        return self._world.app.pickup.identify(self._account, self._account.channel, self.name)

    @property
    def state(self) -> State:
        """What is remembered of the conversation."""

        def read(unit: Unit) -> str:
            mine = conversations.c.identity == self.identity
            stored: str = unit.connection.execute(
                select(conversations.c.state).where(mine)
            ).scalar_one()
            return stored

        return State.from_json(self._world.base.database.read(read))

    @property
    def prompt(self) -> tuple[Choice, ...]:
        """The choices of the newest message that had any."""
        return next((m.choices for m in reversed(self.heard) if m.choices), ())

    @property
    def last(self) -> str:
        """The text of the newest message."""
        return self.heard[-1].text

    def inbound(self, kind: Kind, text: str, event_id: str, at: datetime) -> Inbound:
        """The neutral event of what this person does."""
        address = Address(self._account.channel, self._account.name, self.name)
        return Inbound(address, event_id, kind, text, at, Reference())

    def does(self, kind: Kind, text: str, at: datetime) -> list[Outbound]:
        """Do something at a moment of its own: messengers bring things late."""
        world = self._world
        self.actions += 1
        inbound = self.inbound(kind, text, world.next_event(), at)
        messages = world.run(answer(world.app, self._account, inbound))
        self.heard.extend(messages)
        return messages

    def _does(self, kind: Kind, text: str) -> list[Outbound]:
        return self.does(kind, text, self._world.base.database.clock())
