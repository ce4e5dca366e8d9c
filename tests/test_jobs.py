"""Work by the clock: a chore that fails or hangs keeps nothing else from its turn; little is written."""

from __future__ import annotations

import asyncio
import threading
from functools import partial

import pytest
from sqlalchemy import event, select

from bot.app.alarms import QuotaWatch, Refusals
from bot.app.installation import Installation
from bot.conversation.jobs import Jobs
from bot.core.errors import NotFoundError
from bot.core.terms import Terms
from bot.core.vocabulary import Role
from storage import communes, health, jobs, staff
from storage.communes import Account
from storage.database import Unit
from storage.models import outbox
from tests.channel_harness import eventually
from tests.clock import FixedClock
from tests.storage_tools import Office, talk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def open_account(base: Installation, channel: str) -> Account:
    """An account of the first commune."""
    commune = base.communes[0]
    return base.database.write(communes.save_account, commune, channel, commune.slug, {})


def is_purged(base: Installation) -> bool:
    """True when the purge of the first day has had its turn."""
    with base.database.unit() as unit:
        is_free = jobs.begin(unit, "purge", "2026-11-18")
        unit.connection.rollback()
    return not is_free


# ---- chores -------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [NotFoundError("gone"), LookupError("nobody foresaw this")])
def test_a_chore_that_fails_or_hangs_keeps_nothing_from_its_turn(
    base: Installation, error: Exception
) -> None:
    turns = {"failing": 0, "hanging": 0, "well": 0}

    async def fail() -> None:
        turns["failing"] += 1
        raise error

    async def hang() -> None:
        turns["hanging"] += 1
        await asyncio.Event().wait()

    async def do_well() -> None:
        turns["well"] += 1

    async def scene() -> None:
        work = Jobs(base.database, look=0.01)
        work.chores = (fail, hang, do_well)
        work.start()
        await eventually(lambda: turns["failing"] > 2 and turns["well"] > 2)
        await eventually(partial(is_purged, base))
        await work.stop()
        before = dict(turns)
        await asyncio.sleep(0.05)
        assert turns == before
        assert turns["hanging"] == 1

    asyncio.run(scene())


# ---- quotas -------------------------------------------------------------------------------------


def test_quotas_are_looked_at_once_an_hour_and_written_of_only_when_nearly_over(
    base: Installation, clock: FixedClock
) -> None:
    bot, other = open_account(base, "zalo_bot"), open_account(base, "telegram")
    reads: list[str] = []
    begun: list[str] = []
    database = base.database

    def join(unit: Unit, account: Account, chat: str) -> None:
        identity = talk(unit, Office(account.commune, account, 0, 0), chat, chat)
        person = staff.add_staff(unit, account.commune.id, chat, Role.OFFICER)
        staff.link_chat(unit, account.commune.id, identity, (None, person))

    def told() -> int:
        mine = select(outbox.c.id).where(outbox.c.account_id == other.id)
        return len(database.read(lambda unit: unit.connection.execute(mine).all()))

    database.write(join, other, "cán bộ")
    event.listen(database.engine, "begin", lambda _: begun.append("write"))
    event.listen(database._reader, "begin", lambda _: reads.append("read"))

    async def scene() -> None:
        watch = QuotaWatch(base, bot, Terms(people=1))
        for _ in range(3):
            await watch()
        assert (len(reads), len(begun)) == (1, 0)
        database.write(join, bot, "bà Tư")
        begun.clear()
        await watch()
        assert begun == []
        clock.passes(hours=1)
        await watch()
        assert (len(reads), len(begun)) == (2, 1)
        assert told() == 1

    asyncio.run(scene())


# ---- refusals -----------------------------------------------------------------------------------


def test_refusals_that_come_while_others_are_written_wait_for_no_further_one(
    base: Installation,
) -> None:
    account = open_account(base, "zalo_oa")

    def forged() -> int:
        known = base.database.read(health.list_health, account.commune.id)
        return next(one.forged for one in known if one.account == account.id)

    async def scene() -> None:
        refuse = Refusals(base, account, gather=0.01)
        entered, released = threading.Event(), threading.Event()

        def hold(_: Unit) -> None:
            entered.set()
            released.wait(20)

        holding = asyncio.create_task(base.database.write_soon(hold))
        await eventually(entered.is_set)
        refuse()
        await asyncio.sleep(0.1)  # it waits for the writer now
        refuse()
        refuse()
        released.set()
        await holding
        await eventually(lambda: forged() == 3)

    asyncio.run(scene())
