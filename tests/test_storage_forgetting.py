"""Chats that a shared computer must forget: on demand, or when their moment has come."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, select, update

from bot.core.messages import Limits, Rate
from bot.core.vocabulary import Identity, Role
from storage import fetching, mailbox, staff
from storage import join_requests as join_requests_of
from storage.database import Unit
from storage.models import (
    chat_links,
    conversations,
    inbox,
    join_requests,
    link_codes,
    metadata,
    outbox,
)
from storage.models_accounts import buckets
from tests.storage_tools import (
    ENGINES,
    Office,
    Shelf,
    answer,
    hear,
    open_office,
    open_shelf,
    post,
    rows_of,
    take,
    talk,
    together,
)
from tests.storage_twins import furnish

KEPT_OF_A_PERSON = (
    inbox,
    outbox,
    conversations,
    chat_links,
    buckets,
    link_codes,
    join_requests,
)
LONG = timedelta(minutes=2)
HELD_SECONDS = 0.2
"""How long a unit is held open to see that another one waits for it."""


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("forgetting")) as opened:
        yield opened


@pytest.fixture
def office(shelf: Shelf) -> Office:
    """Nobody of an earlier test is still to be forgotten."""
    nobody = update(conversations).values(forget_at=None)
    shelf.write(lambda unit: unit.connection.execute(nobody))
    return shelf.write(open_office)


def texts_for(shelf: Shelf, who: Identity) -> list[str]:
    return [letter.message.text for letter in shelf.read(fetching.waiting, who)]


def rows_about(shelf: Shelf, who: Identity) -> dict[str, int]:
    """How many rows of each table are about this person; tables without one are left out."""

    def read(unit: Unit) -> dict[str, int]:
        found = {}
        for table in KEPT_OF_A_PERSON:
            held = table.c.scope if table is buckets else table.c.identity
            found[table.name] = len(unit.connection.execute(select(held).where(held == who)).all())
        return {name: count for name, count in found.items() if count}

    return shelf.read(read)


def rows_without(shelf: Shelf, who: Identity) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the database that does not name this person."""
    return {
        name: [row for row in rows if who not in row] for name, rows in shelf.read(rows_of).items()
    }


def ask_for_code(unit: Unit, office: Office, who: Identity) -> None:
    """A code that joins this chat with another."""
    code = {"code_hash": secrets.token_bytes(32), "identity": who, "expires_at": unit.now}
    unit.connection.execute(insert(link_codes).values(commune_id=office.id, **code))


def ask_to_join(unit: Unit, office: Office, who: Identity, chat: str) -> None:
    """A name that waits to be let into a team."""
    invited = (Role.MEMBER, office.team, None)
    code_hash = secrets.token_bytes(32)
    invitation = staff.add_invitation(unit, office.id, code_hash, invited, unit.now)
    join_requests_of.add(unit, office.id, invitation, (office.address(chat), who), chat)


def talk_of_everything(shelf: Shelf, office: Office, chat: str) -> Identity:
    """Somebody with a row in every table that a chat can have one in, and an event still open."""
    who = shelf.write(post, office, chat, f"{chat} 1", f"{chat} 2")
    shelf.write(partial(take, limits=Limits(Rate(9, 9), Rate(9, 9))), office)
    shelf.write(staff.link_chat, office.id, who, (office.member, None))
    shelf.write(ask_for_code, office, who)
    shelf.write(ask_to_join, office, who, chat)
    shelf.write(fetching.acknowledge, who, shelf.read(fetching.waiting, who)[0].id)
    shelf.write(hear, office, chat, f"{chat} is open")
    assert set(rows_about(shelf, who)) == {table.name for table in KEPT_OF_A_PERSON}
    return who


def test_of_a_forgotten_chat_no_row_is_left_and_nobody_else_loses_one(
    shelf: Shelf, office: Office
) -> None:
    other = talk_of_everything(shelf, office, "ông Năm")
    who = talk_of_everything(shelf, office, "bà Tư")
    rest, of_other = rows_without(shelf, who), rows_about(shelf, other)
    shelf.write(fetching.forget, who)
    assert rows_about(shelf, who) == {}
    assert shelf.read(rows_of) == rest
    assert rows_about(shelf, other) == of_other
    shelf.write(fetching.forget, who)  # nothing is left to forget
    assert shelf.read(rows_of) == rest


def test_help_entries_tallies_and_the_audit_log_outlive_the_chat(shelf: Shelf) -> None:
    home = shelf.write(furnish)
    before = shelf.read(rows_of)
    shelf.write(fetching.forget, home.tu)
    after = shelf.read(rows_of)
    changed = {name for name in metadata.tables if after[name] != before[name]}
    assert changed == {"inbox", "outbox", "conversations", "buckets"}
    for name in ("help_entries", "question_tallies", "audit_log"):
        assert after[name]


def test_an_open_event_is_forgotten_too_and_the_next_one_is_a_first_contact(
    shelf: Shelf, office: Office
) -> None:
    who = shelf.write(talk, office, "bà Tư", "e1", "chào")
    shelf.write(hear, office, "bà Tư", "e2")
    shelf.write(fetching.forget, who)
    assert shelf.write(mailbox.claim, who) is None
    assert shelf.read(fetching.answers, who, office.account.id, "e2") is None
    shelf.write(hear, office, "bà Tư", "e2")  # sent again: it is a new one
    claimed = shelf.write(mailbox.claim, who)
    assert claimed is not None
    assert (claimed.inbound.event_id, claimed.state) == ("e2", None)


def test_forgetting_waits_for_the_running_turn_of_that_person(shelf: Shelf, office: Office) -> None:
    who = shelf.write(hear, office, "bà Tư", "e1")
    begun, forgotten = threading.Event(), threading.Event()

    def turn() -> None:
        with shelf.database.unit() as unit:
            mailbox.lock(unit, who)
            begun.set()
            assert not forgotten.wait(timeout=HELD_SECONDS)
            answer(unit, who, "chào")

    def forget() -> None:
        assert begun.wait(timeout=30)
        shelf.write(fetching.forget, who)
        forgotten.set()

    together(turn, forget)
    assert rows_about(shelf, who) == {}


def test_exactly_those_are_forgotten_whose_moment_has_come(shelf: Shelf, office: Office) -> None:
    now = shelf.clock.now
    people = {}
    for chat, pause in {"soon": 60, "later": 61, "never": None, "put off": 1, "also": 1}.items():
        people[chat] = shelf.write(talk, office, chat, chat, "chào")
        if pause is not None:
            moment = now + timedelta(seconds=pause)
            assert shelf.write(fetching.set_forgetting, people[chat], moment)
    shelf.write(fetching.set_forgetting, people["put off"], now + timedelta(hours=1))
    assert shelf.write(fetching.forget_due) == 0
    shelf.clock.passes(seconds=60)
    rest = shelf.read(rows_of)
    assert shelf.write(fetching.forget_due) == 2
    left = {chat for chat, who in people.items() if rows_about(shelf, who)}
    assert left == {"later", "never", "put off"}
    for name, rows in shelf.read(rows_of).items():
        gone = [row for row in rest[name] if row not in rows]
        assert all(people["soon"] in row or people["also"] in row for row in gone)
    shelf.clock.passes(days=29)
    assert shelf.write(fetching.forget_due) == 2
    assert rows_about(shelf, people["never"]) == {"inbox": 1, "outbox": 1, "conversations": 1}


def test_what_is_due_goes_from_every_table(shelf: Shelf, office: Office) -> None:
    who = talk_of_everything(shelf, office, "bà Tư")
    shelf.write(answer, who, "chào")
    shelf.write(fetching.set_forgetting, who, shelf.clock.now)
    assert shelf.write(fetching.forget_due) == 1
    assert rows_about(shelf, who) == {}


def test_a_moment_cannot_be_set_before_the_first_turn_is_over(shelf: Shelf, office: Office) -> None:
    who = shelf.write(hear, office, "bà Tư", "e1")
    assert not shelf.write(fetching.set_forgetting, who, shelf.clock.now)
    shelf.write(answer, who, "chào")
    assert shelf.write(fetching.set_forgetting, who, shelf.clock.now + LONG)


def test_putting_off_moves_a_moment_that_is_set_and_sets_none(shelf: Shelf, office: Office) -> None:
    shared = shelf.write(talk, office, "máy chung", "e1", "chào")
    own = shelf.write(talk, office, "máy riêng", "e2", "chào")
    other = shelf.write(talk, office, "máy chung khác", "e3", "chào")
    for who in (shared, other):
        shelf.write(fetching.set_forgetting, who, shelf.clock.now + LONG)
    for who in (shared, own):
        shelf.write(fetching.put_off_forgetting, who, shelf.clock.now + 2 * LONG)
    shelf.clock.passes(seconds=LONG.total_seconds())
    assert shelf.write(fetching.forget_due) == 1
    assert [bool(rows_about(shelf, who)) for who in (shared, own, other)] == [True, True, False]
    shelf.clock.passes(seconds=LONG.total_seconds())
    assert shelf.write(fetching.forget_due) == 1
    assert [bool(rows_about(shelf, who)) for who in (shared, own)] == [False, True]


def test_a_turn_does_not_move_the_moment(shelf: Shelf, office: Office) -> None:
    who = shelf.write(talk, office, "bà Tư", "e1", "chào")
    shelf.write(fetching.set_forgetting, who, shelf.clock.now + LONG)
    shelf.write(talk, office, "bà Tư", "e2", "chào")
    shelf.clock.passes(seconds=LONG.total_seconds())
    assert shelf.write(fetching.forget_due) == 1


def test_somebody_who_has_just_written_is_not_forgotten_before_the_answer(
    shelf: Shelf, office: Office
) -> None:
    who = shelf.write(talk, office, "bà Tư", "e1", "chào")
    shelf.write(fetching.set_forgetting, who, shelf.clock.now)
    shelf.write(hear, office, "bà Tư", "e2")
    assert shelf.write(fetching.forget_due) == 0
    shelf.write(answer, who, "hai")
    assert texts_for(shelf, who) == ["chào", "hai"]
    assert shelf.write(fetching.forget_due) == 1
    assert rows_about(shelf, who) == {}


@pytest.mark.postgres
def test_an_event_that_comes_while_its_chat_is_forgotten_begins_a_new_one(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Accepting takes no lock, and on PostgreSQL it does not wait for who forgets."""
    with open_shelf(request, "postgres", tmp_path) as shelf:
        office = shelf.write(open_office)
        who = shelf.write(talk, office, "bà Tư", "e1", "chào")
        shelf.write(fetching.set_forgetting, who, shelf.clock.now)
        came: list[str] = []

        def meanwhile(connection: Connection, cursor: object, statement: str, *_: object) -> None:
            if statement.startswith("DELETE FROM conversations"):
                came.append("e2")
                shelf.write(hear, office, "bà Tư", "e2")

        event.listen(shelf.database.engine, "after_cursor_execute", meanwhile)
        assert shelf.write(fetching.forget_due) == 1
        assert came == ["e2"]
        assert rows_about(shelf, who) == {"inbox": 1}
        shelf.write(answer, who, "chào lần đầu")
        assert texts_for(shelf, who) == ["chào lần đầu"]


def test_a_moment_that_is_put_off_while_others_look_for_the_due_keeps_the_chat(
    shelf: Shelf, office: Office
) -> None:
    who = shelf.write(talk, office, "bà Tư", "e1", "chào")
    shelf.write(fetching.set_forgetting, who, shelf.clock.now)
    held, looked = threading.Event(), threading.Event()

    def put_off() -> int:
        with shelf.database.unit() as unit:
            mailbox.lock(unit, who)
            held.set()
            assert not looked.wait(timeout=HELD_SECONDS)
            return fetching.set_forgetting(unit, who, unit.now + LONG)

    def look() -> int:
        assert held.wait(timeout=30)
        count = shelf.write(fetching.forget_due)
        looked.set()
        return count

    assert together(put_off, look) == [True, 0]
    assert texts_for(shelf, who) == ["chào"]


def test_two_processes_that_forget_at_once_share_the_work(shelf: Shelf, office: Office) -> None:
    for _ in range(5):
        for number in range(20):
            who = shelf.write(talk, office, f"{number}", f"e{number}", "chào")
            shelf.write(fetching.set_forgetting, who, shelf.clock.now)
        assert sum(together(*[partial(shelf.write, fetching.forget_due)] * 3)) == 20


def test_after_a_long_standstill_all_are_forgotten_however_many(
    shelf: Shelf, office: Office
) -> None:
    who = shelf.write(talk, office, "bà Tư", "e1", "chào")
    many = fetching.MOST_AT_ONCE + 1

    def copy(unit: Unit) -> None:
        own = select(conversations).where(conversations.c.identity == who)
        row: dict[str, Any] = dict(unit.connection.execute(own).one()._mapping)
        del row["id"]
        row["forget_at"] = unit.now
        rows = [row | {"identity": number.to_bytes(32, "big")} for number in range(many)]
        unit.connection.execute(insert(conversations), rows)

    shelf.write(copy)
    assert shelf.write(fetching.forget_due) == many
    assert texts_for(shelf, who) == ["chào"]
