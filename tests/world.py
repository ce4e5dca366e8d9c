"""A small world for conversations: people who talk to the bot through the real road, in one process."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine
from datetime import datetime
from typing import TypeVar

from bot.app.installation import Installation
from bot.app.talk import answer
from bot.app.wiring import Application, build, save_account
from bot.channels.console import ConsoleChannel
from bot.core.messages import Address, Choice, Inbound, Kind, Outbound, Reference
from bot.core.vocabulary import Role
from bot.services import stats, teams
from bot.services.plans import find_commune
from storage.communes import Account

T = TypeVar("T")


class World:
    """The application with its engine running, on one event loop of its own."""

    def __init__(self, base: Installation, slug: str = "ho-nai") -> None:
        self.base = base
        self.commune = find_commune(base.communes, slug)
        self.account: Account = save_account(base, self.commune, ConsoleChannel.name, {})
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

    def person(self, name: str = "bà Tư") -> Person:
        """Somebody with a chat of their own."""
        return Person(self, name)

    def invite(self, role: Role = Role.MEMBER, team: str | None = "KP 3") -> str:
        """A fresh invitation code."""
        return self.base.database.write(teams.invite, self.commune, role, team, None).code

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

    def __init__(self, world: World, name: str) -> None:
        self._world = world
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
        address = Address(ConsoleChannel.name, self._world.account.name, self.name)
        return Inbound(address, event_id, kind, text, at, Reference())

    def _does(self, kind: Kind, text: str) -> list[Outbound]:
        world = self._world
        self.actions += 1
        inbound = self.inbound(kind, text, world.next_event(), world.base.database.clock())
        messages = world.run(answer(world.app, world.account, inbound))
        self.heard.extend(messages)
        return messages
