"""After thirty days only what has to stay stays, and what went has left the file too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from bot.conversation.jobs import KEEP_CONVERSATIONS, purge_expired, purge_once_a_day
from bot.core.messages import Delivered, Limits, Rate, Rejected, Unreachable
from bot.core.vocabulary import Identity, Role
from storage import fetching, mailbox, sign_ins, staff
from storage.database import Database, Unit
from storage.models import conversations, outbox, sign_in_failures
from storage.models_accounts import buckets
from tests.clock import FixedClock
from tests.storage_tools import (
    ENGINES,
    Office,
    Shelf,
    answer,
    arrival,
    open_office,
    open_shelf,
    post,
    record,
    take,
)
from tests.storage_twins import furnish, rows_of_commune

GOES = {"inbox", "outbox", "conversations", "buckets", "sender_leases"} | {
    "authorizations",
    "uploads",
    "link_codes",
}
"""Tables that hold what lives for thirty days; the others are the office's own record."""


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("purge")) as opened:
        yield opened


@pytest.fixture
def office(shelf: Shelf) -> Office:
    return shelf.write(open_office)


def purge(shelf: Shelf) -> int:
    return shelf.write(mailbox.purge, KEEP_CONVERSATIONS)


def talk(unit: Unit, office: Office, chat: str, event_id: str) -> Identity:
    """One event, answered by one letter."""
    event = arrival(unit, office, chat, event_id)
    mailbox.accept(unit, [event])
    answer(unit, event.identity, event_id)
    return event.identity


def left(unit: Unit, table: Any, office: Office) -> list[Any]:
    statement = select(table).where(table.c.commune_id == office.id).order_by(table.c.id)
    return list(unit.connection.execute(statement))


def chats(shelf: Shelf, office: Office) -> set[bytes]:
    return {bytes(row.identity) for row in shelf.read(left, conversations, office)}


def deliver_all(shelf: Shelf, office: Office) -> None:
    while letters := shelf.write(take, office):
        for letter in letters:
            shelf.write(record, office, letter, Delivered())


def test_answered_events_sent_letters_and_idle_conversations_go_after_thirty_days(
    shelf: Shelf, office: Office
) -> None:
    shelf.write(talk, office, "bà Tư", "e1")
    deliver_all(shelf, office)
    purge(shelf)
    shelf.clock.passes(days=29, hours=23)
    assert purge(shelf) == 0
    shelf.clock.passes(hours=2)
    assert purge(shelf) == 4  # the event, the letter, its bucket, the conversation
    for table in (mailbox.inbox, outbox, conversations):
        assert shelf.read(left, table, office) == []
    assert purge(shelf) == 0


def test_a_conversation_lives_for_thirty_days_after_its_last_use(
    shelf: Shelf, office: Office
) -> None:
    tu = shelf.write(talk, office, "bà Tư", "e1")
    nam = shelf.write(talk, office, "ông Năm", "e2")
    deliver_all(shelf, office)
    shelf.clock.passes(days=20)
    shelf.write(talk, office, "bà Tư", "e3")
    shelf.clock.passes(days=20)
    purge(shelf)
    assert nam not in chats(shelf, office)
    assert tu in chats(shelf, office)
    assert [row.event_id for row in shelf.read(left, mailbox.inbox, office)] == ["e3"]
    shelf.clock.passes(days=11)
    purge(shelf)
    assert chats(shelf, office) == set()


def test_the_conversation_of_a_member_or_officer_stays(shelf: Shelf, office: Office) -> None:
    hanh = shelf.write(talk, office, "chị Hạnh", "e1")
    shelf.write(staff.link_chat, office.id, hanh, (office.member, None))
    binh = shelf.write(talk, office, "anh Bình", "e2")
    officer = shelf.write(staff.add_staff, office.id, "anh Bình", Role.OFFICER)
    shelf.write(staff.link_chat, office.id, binh, (None, officer))
    shelf.write(talk, office, "bà Tư", "e3")
    shelf.clock.passes(days=400)
    purge(shelf)
    assert chats(shelf, office) == {hanh, binh}


def test_an_event_that_is_still_open_stays_however_old(shelf: Shelf, office: Office) -> None:
    event = shelf.write(arrival, office, "bà Tư", "open")
    shelf.write(mailbox.accept, [event])
    shelf.clock.passes(days=31)
    purge(shelf)
    claimed = shelf.write(mailbox.claim, event.identity)
    assert claimed is not None
    assert claimed.inbound.event_id == "open"


@pytest.mark.parametrize("outcome", [Delivered("id"), Rejected("no"), Unreachable("gone")])
def test_a_finished_letter_goes_whatever_became_of_it(
    shelf: Shelf, office: Office, outcome: Any
) -> None:
    shelf.write(post, office, "bà Tư", "t1")
    (letter,) = shelf.write(take, office)
    shelf.write(record, office, letter, outcome)
    shelf.clock.passes(days=31)
    purge(shelf)
    assert shelf.read(left, outbox, office) == []


def test_the_offices_own_record_is_not_purged(shelf: Shelf) -> None:
    home = shelf.write(furnish)
    before = shelf.read(rows_of_commune, home)
    shelf.clock.passes(days=3650)
    purge(shelf)
    after = shelf.read(rows_of_commune, home)
    for name in before.keys() - GOES:
        assert after[name] == before[name], name
    assert [after[name] for name in ("authorizations", "uploads", "link_codes")] == [[]] * 3
    assert {row["outcome"] for row in after["inbox"]} == {None}
    linked = {row["identity"] for row in after["chat_links"]}
    assert {row["identity"] for row in after["conversations"]} == linked


def test_the_daily_purge_runs_once_a_day_of_vietnam(database: Database, clock: FixedClock) -> None:
    """On both engines; 9 o'clock is the beginning, so midnight comes 15 hours later."""
    office = database.write(open_office)
    database.write(talk, office, "bà Tư", "e1")
    clock.passes(days=31)
    dropped = database.write(purge_once_a_day)
    assert dropped is not None
    assert dropped >= 2
    assert database.write(purge_once_a_day) is None
    clock.passes(hours=14.9)
    assert database.write(purge_once_a_day) is None
    clock.passes(hours=0.2)
    assert database.write(purge_once_a_day) == 0


def test_what_was_purged_is_in_no_byte_of_the_file(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """secure_delete overwrites, and the write-ahead log is emptied."""
    marks = [f"dấu vết {number} của bà Tư" for number in range(50)]
    with open_shelf(request, "sqlite", tmp_path) as shelf:
        office = shelf.write(open_office)
        for number, mark in enumerate(marks):
            event = shelf.write(arrival, office, f"chat {number}", f"e{number}")
            shelf.write(mailbox.accept, [event])
            shelf.write(partial(answer, state=mark), event.identity)
        shelf.database.truncate_log()
        assert sum(mark.encode() in content_of(tmp_path) for mark in marks) == len(marks)
        shelf.clock.passes(days=31)
        purge(shelf)
        shelf.database.truncate_log()
        assert [mark for mark in marks if mark.encode() in content_of(tmp_path)] == []


def content_of(folder: Path) -> bytes:
    """Every byte of the database and of the files beside it."""
    return b"".join(file.read_bytes() for file in sorted(folder.glob("*.db*")))


def test_the_text_of_a_message_is_in_no_byte_of_the_files_at_any_moment(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    said = "tôi quên mật khẩu của cháu Bé Ba"
    with open_shelf(request, "sqlite", tmp_path) as shelf:
        office = shelf.write(open_office)

        def talk_of_it(unit: Unit) -> None:
            event = arrival(unit, office, "0903 123 456", "e1", said)
            mailbox.accept(unit, [event])
            answer(unit, event.identity, f"Bạn hỏi: {said}")

        shelf.write(talk_of_it)
        for _ in range(2):
            content = content_of(tmp_path)
            assert b"answered" in content  # the turn is in there
            for clear in (said, "Bé Ba", "0903 123 456", "Bạn hỏi"):
                assert clear.encode() not in content
            shelf.database.truncate_log()


def test_a_kept_period_is_a_choice_of_the_caller(shelf: Shelf, office: Office) -> None:
    shelf.write(talk, office, "bà Tư", "e1")
    row = {
        "commune_id": office.id,
        "account_id": office.account.id,
        "identity": bytes(32),
        "address": b"sealed",
        "state": "{}",
        "reachable": True,
        "last_used_at": shelf.clock.now - timedelta(days=2),
    }

    def older(unit: Unit) -> None:
        unit.connection.execute(insert(conversations).values(row))

    shelf.write(older)
    shelf.write(mailbox.purge, timedelta(days=1))
    assert len(chats(shelf, office)) == 1


def test_the_bucket_of_a_chat_goes_with_its_conversation(shelf: Shelf, office: Office) -> None:
    """Its key is the keyed hash of the person, which may live for 30 days after the last use."""
    limits = Limits(Rate(1, 9), Rate(1, 9))
    tu = shelf.write(post, office, "bà Tư", "t1")
    assert len(shelf.write(partial(take, limits=limits), office)) == 1
    shelf.clock.passes(days=31)
    purge(shelf)
    scopes = select(buckets.c.scope).where(buckets.c.account_id == office.account.id)
    kept = shelf.read(lambda unit: unit.connection.execute(scopes).scalars().all())
    assert bytes(tu) not in {bytes(scope) for scope in kept}


def test_a_letter_that_nobody_sent_in_thirty_days_is_not_kept(shelf: Shelf, office: Office) -> None:
    """Its channel may not be hosted any more."""
    shelf.write(post, office, "bà Tư", "t1")
    shelf.clock.passes(days=31)
    purge(shelf)
    assert shelf.read(left, outbox, office) == []


def test_what_the_command_purges_is_what_the_daily_job_purges(shelf: Shelf, office: Office) -> None:
    """Chats of shared computers and old sign-ins too, not only what is thirty days old."""
    name = b"somebody who tried".ljust(32)
    shelf.write(sign_ins.count_attempt, name, 5, timedelta(minutes=15))
    shared = shelf.write(post, office, "bà Tư", "t1")
    shelf.write(fetching.set_forgetting, shared, shelf.clock.now + timedelta(minutes=2))
    shelf.clock.passes(days=2)
    shelf.write(purge_expired)
    assert shelf.read(fetching.waiting, shared) == ()
    failures = select(sign_in_failures).where(sign_in_failures.c.login_hash == name)
    assert shelf.read(lambda unit: unit.connection.execute(failures).all()) == []
