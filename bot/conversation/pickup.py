"""Answers that a person fetches, instead of a sender bringing them: a terminal, a web page.

A doorbell wakes who waits in this process; a look now and then finds what another process has answered.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from bot.conversation.intake import Intake
from bot.core.messages import Address, Inbound
from bot.core.vocabulary import Identity
from storage import fetching, mailbox
from storage.communes import Account
from storage.database import Database, Unit
from storage.fetching import Fetched

LOOK_SECONDS = 1.0
FIRST_LOOK_SECONDS = 0.05  # a turn rings the bell long before; only a repeated event is not heard
Letters = tuple[Fetched, ...]


class Doorbell:
    """Wakes who waits for answers to a person."""

    def __init__(self) -> None:
        self._listening: dict[Identity, set[asyncio.Event]] = {}

    def ring(self, identities: Sequence[Identity]) -> None:
        """These people may have letters."""
        for identity in identities:
            for heard in self._listening.get(identity, ()):
                heard.set()

    def ring_all(self) -> None:
        """Everybody who waits shall look up."""
        self.ring(tuple(self._listening))

    @contextlib.contextmanager
    def listen(self, identity: Identity) -> Iterator[asyncio.Event]:
        """Hears every ring meanwhile, so what rings between two looks is not lost."""
        heard = asyncio.Event()
        self._listening.setdefault(identity, set()).add(heard)
        try:
            yield heard
        finally:
            self._listening[identity].discard(heard)
            if not self._listening[identity]:
                del self._listening[identity]


class Pickup:
    """Stores what a person does, waits for the answers, and drops what has arrived."""

    def __init__(
        self, database: Database, intake: Intake, bell: Doorbell, look_every: float = LOOK_SECONDS
    ) -> None:
        self._database = database
        self._intake = intake
        self._bell = bell
        self._look_every = look_every
        self._is_ending = False

    def identify(self, account: Account, channel: str, chat: str) -> Identity:
        """Who that chat is to the database."""
        address = Address(channel, account.name, chat)
        return mailbox.identity_of(self._database.keys, account.commune.id, address)

    async def ask(
        self, account: Account, inbound: Inbound, patience: float, is_all_wanted: bool = False
    ) -> Letters | None:
        """Accept the event and give what its turn answers; None when that takes more seconds.

        Where all is wanted, whatever else waits for this person comes along, in order. The same event
        again gives the same answers, until they are acknowledged.
        """
        identity = await self._intake.accept(account.commune.id, account.id, inbound)

        def look(unit: Unit) -> Letters | None:
            own = fetching.answers(unit, identity, account.id, inbound.event_id)
            return own if own is None or not is_all_wanted else fetching.waiting(unit, identity)

        return await self._wait(identity, look, patience, min(patience, FIRST_LOOK_SECONDS))

    async def later(self, identity: Identity, after: int, patience: float) -> Letters:
        """What waits behind the letter ``after``; nothing when nothing comes in so many seconds."""

        def look(unit: Unit) -> Letters | None:
            found = fetching.waiting(unit, identity, after)
            return found if found or self._is_ending else None

        return await self._wait(identity, look, patience) or ()

    def end_waiting(self) -> None:
        """This process stops: nobody waits for later letters any more, only for the answers to their own."""
        self._is_ending = True
        self._bell.ring_all()

    async def _wait(
        self,
        identity: Identity,
        look: Callable[[Unit], Letters | None],
        patience: float,
        first: float = 0.0,
    ) -> Letters | None:
        """Look after ``first`` seconds, at every ring, and now and then, ever more seldom."""
        now = asyncio.get_running_loop().time
        deadline, pause, looks = now() + patience, first, 0
        with self._bell.listen(identity) as heard:
            while True:
                if pause > 0:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(heard.wait(), pause)
                    heard.clear()
                found = await self._database.read_soon(look)
                left = deadline - now()
                if found is not None or left <= 0:
                    return found
                looks += 1
                pause = min(left, looks * self._look_every)

    async def acknowledge(self, identity: Identity, upto: int) -> None:
        """Everything up to this letter has arrived."""
        await self._database.write_soon(fetching.acknowledge, identity, upto)

    async def stay(self, identity: Identity, upto: int, pause: timedelta) -> None:
        """A page of the chat is open and has everything up to this letter.

        A chat that shall be forgotten is forgotten so long from now, no earlier.
        """

        def note(unit: Unit) -> None:
            # In the order of forget: PostgreSQL would find them waiting for each other's rows.
            fetching.put_off_forgetting(unit, identity, unit.now + pause)
            fetching.acknowledge(unit, identity, upto)

        await self._database.write_soon(note)

    async def forget_after(self, identity: Identity, pause: timedelta) -> bool:
        """Forget the chat when nothing more has come from it for so long.

        False while its first turn is not over: then it must be said again.
        """

        def postpone(unit: Unit) -> bool:
            return fetching.set_forgetting(unit, identity, unit.now + pause)

        return await self._database.write_soon(postpone)

    async def forget(self, identity: Identity) -> None:
        """Forget the chat now."""
        await self._database.write_soon(fetching.forget, identity)
