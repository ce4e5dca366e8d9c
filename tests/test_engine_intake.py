"""Where events enter: masked, stored together, and only then called safe."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event as listening

from bot.conversation.engine import unobserved
from bot.conversation.intake import LONGEST_TEXT, Intake, mask
from bot.core.errors import StorageError
from bot.core.messages import Address, Inbound, Kind
from bot.core.vocabulary import Identity
from storage import mailbox
from storage.database import Database
from storage.models import inbox
from tests.storage_tools import Office, open_office

CCCD = "079123456789"


def inbound(text: str, kind: Kind = Kind.TEXT, number: str = "e1", chat: str = "bà Tư") -> Inbound:
    """Something that somebody did."""
    return Inbound(Address("console", "ho-nai", chat), number, kind, text, datetime.now(UTC))


class Desk:
    """An intake on a real database; nobody answers, and the commits are counted."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.office: Office = database.write(open_office)
        self.told: list[Identity] = []
        self.points: list[str] = []
        self.commits = 0
        self.intake = Intake(database, self.told.append, self.points.append)
        listening.listen(database.engine, "commit", self._count)

    def _count(self, _: Any) -> None:
        self.commits += 1

    async def accept(self, what: Inbound) -> None:
        await self.intake.accept(self.office.id, self.office.account.id, what)

    def stored(self) -> list[str]:
        """Event ids of the office, in the order of the inbox."""
        mine = inbox.select().where(inbox.c.commune_id == self.office.id).order_by(inbox.c.id)
        return self.database.read(lambda unit: [r.event_id for r in unit.connection.execute(mine)])


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.START, Kind.EDITED, Kind.CONTACT])
def test_personal_numbers_are_masked_in_everything_that_people_type(kind: Kind) -> None:
    masked = mask(inbound(f"số của tôi là {CCCD}", kind))
    assert CCCD not in masked.text
    assert masked.redacted


def test_the_ids_in_our_own_buttons_may_grow_as_long_as_an_identity_number() -> None:
    for action in (f"undo:{CCCD}", f"logok:vneid:1:20261118:{CCCD}", "step:vneid-quen-mat-khau:x"):
        masked = mask(inbound(action, Kind.ACTION))
        assert (masked.text, masked.redacted) == (action, False)


@pytest.mark.parametrize("action", [CCCD, f"CCCD {CCCD}", f"UNDO:{CCCD}", f"undo: {CCCD}"])
def test_a_forged_button_that_holds_words_is_masked_like_words(action: str) -> None:
    masked = mask(inbound(action, Kind.ACTION))
    assert CCCD not in masked.text
    assert masked.redacted


def test_a_text_longer_than_any_messenger_allows_is_cut() -> None:
    assert len(mask(inbound("a" * 9999)).text) == LONGEST_TEXT


def test_what_arrives_together_is_stored_in_few_commits_and_in_order(database: Database) -> None:
    desk = Desk(database)

    async def scene() -> None:
        before = desk.commits
        events = [inbound("xin chào", number=f"e{n:03}", chat=f"c{n % 9}") for n in range(200)]
        await asyncio.gather(*(desk.accept(one) for one in events))
        assert 1 <= desk.commits - before < 20
        assert desk.stored() == [one.event_id for one in events]
        assert len(desk.told) == 200
        assert desk.points == ["accepted"] * 200

    asyncio.run(scene())


def test_nobody_is_told_that_an_event_is_safe_when_it_is_not(database: Database) -> None:
    desk = Desk(database)
    wrong = Inbound(Address("console", "ho-nai", "bà Tư"), "e2", Kind.TEXT, "a", datetime.now(UTC))

    async def scene() -> None:
        nowhere = desk.intake.accept(desk.office.id, desk.office.account.id, inbound("menu"))
        database.close()
        with pytest.raises((StorageError, RuntimeError)):
            await nowhere
        with pytest.raises((StorageError, RuntimeError)):
            await desk.accept(wrong)
        assert desk.told == []
        assert desk.points == []

    asyncio.run(scene())


def test_who_goes_away_while_an_event_is_being_stored_loses_nothing(database: Database) -> None:
    desk = Desk(database)

    async def scene() -> None:
        call = asyncio.create_task(desk.accept(inbound("menu")))
        await asyncio.sleep(0)
        call.cancel()
        await asyncio.wait([call])
        assert call.cancelled()
        await desk.intake.settle()
        assert desk.stored() == ["e1"]

    asyncio.run(scene())


def test_an_identity_is_the_chat_on_the_account_of_the_commune(database: Database) -> None:
    desk = Desk(database)

    async def scene() -> None:
        address = inbound("menu").address
        given = await desk.intake.accept(desk.office.id, desk.office.account.id, inbound("menu"))
        assert given == mailbox.identity_of(database.keys, desk.office.id, address)
        assert desk.told == [given]
        quiet = Intake(database, lambda _: None, unobserved)
        again = await quiet.accept(desk.office.id, desk.office.account.id, inbound("menu"))
        assert again == given
        assert desk.stored() == ["e1"]

    asyncio.run(scene())
