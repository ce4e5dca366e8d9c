"""An engine at work on a real database, without a messenger; faults come from routes put first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from bot.app.installation import Installation
from bot.app.wiring import make_script, save_account
from bot.conversation.engine import Engine, unobserved
from bot.conversation.intake import Intake
from bot.conversation.router import Route, Router, on
from bot.conversation.turn import Reply, Turn
from bot.core.messages import Address, Inbound, Kind
from bot.core.vocabulary import Identity
from bot.services.plans import find_commune
from handlers import ROUTES
from storage import fetching
from storage.database import Unit
from storage.mailbox import identity_of
from storage.models import inbox
from tests.channel_harness import eventually


@dataclass
class Floor:
    """An engine at work, and people who write to it without waiting for answers."""

    base: Installation
    engine: Engine
    intake: Intake

    @property
    def account(self) -> Any:
        """The terminal of the ward."""
        return save_account(self.base, find_commune(self.base.communes, "ho-nai"), "console", {})

    def identity(self, name: str) -> Identity:
        """Who that is to the database."""
        keys, account = self.base.database.keys, self.account
        return identity_of(keys, account.commune.id, Address("console", account.name, name))

    async def hears(self, name: str, text: str, event: str | None = None) -> None:
        """Somebody writes; returns when it is stored."""
        account = self.account
        address = Address("console", account.name, name)
        number = event or f"{name}-{text}"
        inbound = Inbound(address, number, Kind.TEXT, text, datetime.now(UTC))
        await self.intake.accept(account.commune.id, account.id, inbound)

    def rows(self, table: Any) -> list[Any]:
        """All rows of a table, oldest first."""

        def read(unit: Unit) -> list[Any]:
            return list(unit.connection.execute(select(table).order_by(table.c.id)))

        return self.base.database.read(read)

    def answers(self, name: str) -> list[str]:
        """The texts that wait for this person, in order."""
        letters = self.base.database.read(fetching.waiting, self.identity(name))
        return [letter.message.text for letter in letters]

    def outcomes(self, name: str) -> list[str | None]:
        """How the person's events went, in order; None for one that is open."""
        mine = self.identity(name)
        return [row.outcome for row in self.rows(inbox) if bytes(row.identity) == mine]

    async def rests(self) -> None:
        """Waits until no event is open."""
        await eventually(lambda: all(row.done_at is not None for row in self.rows(inbox)))


@asynccontextmanager
async def floor(base: Installation, *first: Route) -> AsyncIterator[Floor]:
    """An engine whose route table begins with these."""
    script = make_script(base)
    router = Router((*first, *ROUTES), base.library.glossary.actions)
    engine = Engine(base.database, replace(script, router=router), lambda people: None, unobserved)
    engine.start()
    try:
        yield Floor(base, engine, Intake(base.database, engine.notify, unobserved))
    finally:
        await engine.stop()


def plays(
    base: Installation, scene: Callable[[Floor], Coroutine[Any, Any, None]], *first: Route
) -> None:
    async def play() -> None:
        async with floor(base, *first) as made:
            await scene(made)

    asyncio.run(play())


def when(word: str, handler: Callable[[Turn], Reply]) -> Route:
    """Messages that begin with that word."""
    return on(lambda turn: turn.inbound.text.startswith(word), handler)
