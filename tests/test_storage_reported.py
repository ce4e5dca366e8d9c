"""REPORTED: faults in rooms that others are working on. Each test fails until its fault is mended.

Then it belongs in the file that the line above it names.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.core.errors import WrongKeyError
from bot.core.keys import KeyRing, Purpose
from bot.core.messages import Delivered, Delivery, Limits, Moved, Rate, Rejected, Retry
from storage import mailbox, migrate, staff
from storage import outbox as sending
from storage.database import Database, Unit
from storage.models import buckets
from tests.storage_tools import (
    AMPLE,
    ENGINES,
    KEY,
    Office,
    Shelf,
    arrival,
    letters_of,
    open_office,
    open_shelf,
    post,
    record,
    take,
)

NEW_KEY = "khóa mới"


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("reported")) as opened:
        yield opened


@pytest.fixture
def office(shelf: Shelf) -> Office:
    return shelf.write(open_office)


@pytest.fixture
def rekeyed(shelf: Shelf) -> Iterator[Database]:
    """The same database after a change of key."""
    opened = Database(shelf.url, KeyRing(NEW_KEY, (KEY,)), shelf.clock)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def postgres_shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, "postgres", tmp_path_factory.mktemp("reported-pg")) as opened:
        yield opened


def deliver_all(shelf: Shelf, office: Office, limits: Limits = AMPLE) -> list[str]:
    sent = []
    while letters := shelf.write(partial(take, limits=limits), office):
        for letter in letters:
            shelf.write(record, office, letter, Delivered())
            sent.append(letter.message.text)
    return sent


# storage/outbox.py – test_storage_outbox.py


@pytest.mark.parametrize(
    "late",
    [Retry(1, "slow"), Rejected("no"), Moved("elsewhere")],
    ids=["retry", "rejected", "moved"],
)
def test_a_late_answer_of_a_process_that_lost_its_lease_changes_nothing(
    shelf: Shelf, office: Office, late: Delivery
) -> None:
    """A was slow, B has delivered the letter meanwhile; then A hears something else."""
    shelf.write(post, office, "bà Tư", "t1")
    (of_a,) = shelf.write(take, office, "A")
    shelf.clock.passes(seconds=31)
    (of_b,) = shelf.write(take, office, "B")
    shelf.write(record, office, of_b, Delivered("their id"))
    before = shelf.read(letters_of, office.account.id)
    shelf.write(record, office, of_a, late)
    assert shelf.read(letters_of, office.account.id) == before
    shelf.clock.passes(seconds=40)
    assert shelf.write(take, office, "B") == ()


@pytest.mark.parametrize("limits", [Limits(), Limits(chat=Rate(1, 5))], ids=["none", "chat"])
def test_an_account_without_a_limit_of_its_own_can_send(
    shelf: Shelf, office: Office, limits: Limits
) -> None:
    """``int(inf)`` in ``take``: the OverflowError ends the sender's loop."""
    shelf.write(post, office, "bà Tư", "t1")
    assert deliver_all(shelf, office, limits) == ["t1"]


def test_chats_with_empty_buckets_do_not_hold_up_those_with_full_ones(
    shelf: Shelf, office: Office
) -> None:
    """Thirty chats at the head of the queue may not send yet: the thirty-first may."""
    limits = Limits(Rate(1000, 1000), Rate(0.01, 1))
    for number in range(sending.MOST_AT_ONCE):
        shelf.write(post, office, f"chatty {number}", "first", "second")
    assert set(deliver_all(shelf, office, limits)) == {"first"}
    shelf.write(post, office, "bà Tư", "at last")
    assert deliver_all(shelf, office, limits) == ["at last"]


def test_a_shorter_pause_does_not_end_a_longer_one(shelf: Shelf, office: Office) -> None:
    """Two letters were in flight; the messenger told one to wait 60 s and the other 5 s."""
    for chat in ("bà Tư", "ông Năm", "cô Sáu"):
        shelf.write(post, office, chat, chat)
    first, second, _ = shelf.write(take, office)
    shelf.write(record, office, first, Retry(60, "too many", whole_account=True))
    shelf.write(record, office, second, Retry(5, "too many", whole_account=True))
    shelf.clock.passes(seconds=10)
    assert shelf.write(take, office) == ()


# storage/mailbox.py – test_storage_keys.py


def known_again(unit: Unit, office: Office, chat: str) -> mailbox.Claimed:
    """A new event, claimed as the engine does."""
    event = arrival(unit, office, chat, f"again {chat}")
    mailbox.accept(unit, [event])
    claimed = mailbox.claim(unit, event.identity)
    assert claimed is not None
    if claimed.state is None and mailbox.recognise(unit, claimed):
        claimed = mailbox.claim(unit, event.identity)
        assert claimed is not None
    return claimed


def test_letters_that_wait_at_a_change_of_key_are_still_sent_after_the_person_wrote(
    shelf: Shelf, office: Office, rekeyed: Database
) -> None:
    """``recognise`` moves the conversation, not its letters: they wait for ever, bodies and all."""
    shelf.write(post, office, "bà Tư", "waits")
    rekeyed.write(known_again, office, "bà Tư")
    letters = rekeyed.write(take, office)
    assert [letter.message.text for letter in letters] == ["waits"]


def test_events_that_are_open_at_a_change_of_key_come_first_and_from_the_same_person(
    shelf: Shelf, office: Office, rekeyed: Database
) -> None:
    """Two hashes of one chat are two people to the engine: order, state and membership are lost."""
    identity = shelf.write(post, office, "chị Hạnh", "x")
    shelf.write(staff.link_chat, office.id, identity, (office.member, None))
    before = shelf.write(arrival, office, "chị Hạnh", "before", "trước")
    shelf.write(mailbox.accept, [before])
    first = rekeyed.write(known_again, office, "chị Hạnh")
    assert first.inbound.text == "trước"
    assert first.worker is not None


def test_a_membership_without_a_conversation_is_known_at_once_after_a_change_of_key(
    shelf: Shelf, office: Office, rekeyed: Database
) -> None:
    """As ``chat --as`` links it; ``recognise`` moves the link but answers False."""
    address = office.address("as:chị Hạnh")

    def link(unit: Unit) -> None:
        identity = mailbox.identity_of(unit.keys, office.id, address)
        staff.link_chat(unit, office.id, identity, (office.member, None))

    shelf.write(link)
    claimed = rekeyed.write(known_again, office, "as:chị Hạnh")
    assert claimed.worker is not None


# storage/mailbox.py – test_storage_purge.py


def test_the_bucket_of_a_chat_goes_with_its_conversation(shelf: Shelf, office: Office) -> None:
    """Its key is the keyed hash of the person, which may live for 30 days after the last use."""
    limits = Limits(Rate(1, 9), Rate(1, 9))
    tu = shelf.write(post, office, "bà Tư", "t1")
    deliver_all(shelf, office, limits)
    shelf.clock.passes(days=31)
    shelf.write(mailbox.purge, sending.timedelta(days=30))
    scopes = select(buckets.c.scope).where(buckets.c.account_id == office.account.id)
    left = shelf.read(lambda unit: unit.connection.execute(scopes).scalars().all())
    assert bytes(tu) not in {bytes(scope) for scope in left}


def test_a_letter_that_nobody_sent_in_thirty_days_is_not_kept(shelf: Shelf, office: Office) -> None:
    """A channel that is not hosted any more: conversation purged, sealed letters kept for ever."""
    shelf.write(post, office, "bà Tư", "t1")
    shelf.clock.passes(days=31)
    shelf.write(mailbox.purge, sending.timedelta(days=30))
    rows = shelf.read(letters_of, office.account.id)
    assert [row.id for row in rows if row.body is not None] == []


# storage/database.py – test_storage_race.py


@pytest.mark.parametrize("engine", ENGINES)
def test_no_reading_unit_can_write(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str
) -> None:
    """On PostgreSQL a reader is an ordinary connection; ``postgresql_readonly`` would make it one."""
    with (
        open_shelf(request, engine, tmp_path) as shelf,
        pytest.raises(Exception, match=r"read-?only"),
    ):
        shelf.read(open_office)


# bot/core/keys.py – test_storage_keys.py


def test_sealed_bytes_that_were_cut_anywhere_are_refused() -> None:
    """A nonce of less than eight bytes raises ValueError, which nobody translates."""
    ring = KeyRing(KEY)
    sealed = ring.seal(Purpose.MESSAGE, b"x" * 13)
    for length in range(len(sealed)):
        with pytest.raises(WrongKeyError):
            ring.open(Purpose.MESSAGE, sealed[:length])


# bot/app/installation.py – test_storage_keys.py

REFUSED_START = """
import gc, os
from bot.app.installation import open_installation
from bot.config import load_settings
from bot.core.errors import WrongKeyError
try:
    open_installation(load_settings(os.environ))
except WrongKeyError:
    print("refused")
gc.collect()
"""


def test_a_start_that_is_refused_leaves_no_connection_behind(postgres_shelf: Shelf) -> None:
    """``open_database`` raises without closing; a process of its own hears psycopg complain."""
    postgres_shelf.write(migrate.check_key)
    done = subprocess.run(
        [sys.executable, "-W", "always::ResourceWarning", "-c", REFUSED_START],
        env=os.environ | {"BOT_DATABASE_URL": postgres_shelf.url, "BOT_SECRET_KEY": NEW_KEY},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("refused\n", "")
