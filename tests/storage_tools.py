"""What the storage tests share: two engines, threads that start together, an office, its mail, its rows."""

from __future__ import annotations

import itertools
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from bot.core.keys import KeyRing
from bot.core.messages import Address, Delivery, Inbound, Kind, Limits, Outbound, Rate
from bot.core.vocabulary import AccountId, CommuneId, Identity, Role
from storage import communes, deliveries, mailbox, staff
from storage import outbox as sending
from storage.communes import Account, Commune
from storage.database import Database, Unit
from storage.mailbox import Arrival, Finished
from storage.migrate import migrate
from storage.models import metadata, outbox
from storage.outbox import Letter, Post
from tests import postgres
from tests.clock import FixedClock

T = TypeVar("T")
KEY = "khóa của các kiểm tra kho dữ liệu"
ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
AMPLE = Limits(account=Rate(1_000_000, 1_000_000))
REFUSED = (IntegrityError, sqlite3.IntegrityError, psycopg.IntegrityError)
"""A constraint said no: to SQLAlchemy, or to the driver on the short road of a turn."""
NEW_YEAR = date(2026, 1, 1)
_numbers = itertools.count(1)


@contextmanager
def empty_database(request: pytest.FixtureRequest, engine: str, folder: Path) -> Iterator[str]:
    """The URL of one more empty database of that engine."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / f'{next(_numbers)}.db'}"
        return
    with postgres.database(request.getfixturevalue("postgres_server")) as url:
        yield url


@dataclass(frozen=True)
class Shelf:
    """A migrated database that the tests of one file share, each with offices of its own."""

    database: Database
    clock: FixedClock
    url: str

    def write(self, work: Callable[..., T], *arguments: object) -> T:
        """Run a function in a writing unit."""
        return self.database.write(work, *arguments)

    def read(self, work: Callable[..., T], *arguments: object) -> T:
        """Run a function in a reading unit."""
        return self.database.read(work, *arguments)


@contextmanager
def open_shelf(
    request: pytest.FixtureRequest, engine: str, folder: Path, key: str = KEY
) -> Iterator[Shelf]:
    """A new migrated database; its clock may go on from test to test, never back."""
    with empty_database(request, engine, folder) as url:
        clock = FixedClock()
        database = Database(url, KeyRing(key), clock)
        try:
            migrate(database)
            yield Shelf(database, clock, url)
        finally:
            database.close()


def together(*works: Callable[[], T]) -> list[T]:
    """Results of functions that were all let go at the same moment, each in its thread."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], T]) -> T:
        start.wait(timeout=30)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return [done.result(timeout=60) for done in [pool.submit(run, work) for work in works]]


@dataclass(frozen=True)
class Office:
    """A commune with one team, one member of it and one messenger account."""

    commune: Commune
    account: Account
    team: int
    member: int

    @property
    def id(self) -> CommuneId:
        """The commune's id."""
        return self.commune.id

    def address(self, chat: str) -> Address:
        """A chat of the account."""
        return Address(self.account.channel, self.account.name, chat)


def open_office(unit: Unit) -> Office:
    """A commune that no other test has."""
    slug = f"xa-{next(_numbers)}"
    commune = communes.save_commune(unit, slug, "Hố Nai", "phuong")
    communes.save_neighbourhoods(unit, commune.id, ["KP 1"], NEW_YEAR)
    account = communes.save_account(unit, commune, "console", slug, {})
    team = communes.list_teams(unit, commune.id, NEW_YEAR)[0].id
    member = staff.add_member(unit, commune.id, team, "chị Hạnh", Role.MEMBER)
    return Office(commune, account, team, member)


def arrival(unit: Unit, office: Office, chat: str, event: str, text: str = "xin chào") -> Arrival:
    """An event of a chat, as the intake hands it over."""
    address = office.address(chat)
    identity = mailbox.identity_of(unit.keys, office.id, address)
    inbound = Inbound(address, event, Kind.TEXT, text, unit.now)
    return Arrival(office.id, office.account.id, identity, inbound)


def answer(
    unit: Unit, identity: Identity, *texts: str, state: str = "{}", outcome: str = "answered"
) -> int:
    """Claim the oldest event, answer it with these texts; gives the inbox id."""
    mailbox.lock(unit, identity)
    claimed = mailbox.claim(unit, identity)
    assert claimed is not None, "nothing is open"
    messages = tuple(Outbound(text) for text in texts)
    mailbox.finish(unit, claimed, Finished(outcome, state, messages))
    return claimed.inbox_id


def hear(unit: Unit, office: Office, chat: str, event_id: str) -> Identity:
    """An event that nobody has answered yet."""
    event = arrival(unit, office, chat, event_id)
    mailbox.accept(unit, [event])
    return event.identity


def talk(unit: Unit, office: Office, chat: str, event_id: str, *said: str) -> Identity:
    """An event and what it is answered."""
    identity = hear(unit, office, chat, event_id)
    answer(unit, identity, *said)
    return identity


def post(unit: Unit, office: Office, chat: str, *texts: str, priority: int = 0) -> Identity:
    """Put letters for a chat into the outbox by the road of a turn."""
    event = arrival(unit, office, chat, f"post-{next(_numbers)}")
    mailbox.accept(unit, [event])
    inbox_id = answer(unit, event.identity, *texts)
    if priority:
        mine = outbox.c.key.startswith(f"turn:{inbox_id}:", autoescape=True)
        unit.connection.execute(update(outbox).where(mine).values(priority=priority))
    return event.identity


def take(
    unit: Unit,
    office: Office,
    holder: str = "A",
    limits: Limits = AMPLE,
    busy: Iterable[Identity] = (),
) -> tuple[Letter, ...]:
    """What the holder of the account's lease is to send now."""
    return sending.take(unit, Post(office.account.id, holder, limits), frozenset(busy)).letters


def record(unit: Unit, office: Office, letter: Letter, outcome: Delivery) -> None:
    """Write down what the messenger said of one letter."""
    deliveries.record(unit, office.account.id, [(letter, outcome)])


def letters_of(unit: Unit, account: AccountId) -> list[Any]:
    """All outbox rows of an account, oldest first."""
    statement = select(outbox).where(outbox.c.account_id == account).order_by(outbox.c.id)
    return list(unit.connection.execute(statement))


def rows_of(unit: Unit) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, comparable between engines."""
    return {
        table.name: [
            tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
            for row in unit.connection.execute(select(table).order_by(*table.primary_key))
        ]
        for table in metadata.sorted_tables
    }
