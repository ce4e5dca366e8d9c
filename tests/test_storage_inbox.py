"""The inbox: each event once, sealed, in order, and open until its turn is committed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.core.errors import WrongKeyError
from bot.core.keys import Purpose
from bot.core.messages import Address, Inbound, Kind, Reference
from bot.core.vocabulary import AccountId, Identity, Role
from storage import mailbox, staff
from storage.database import Unit
from storage.mailbox import Arrival
from storage.models import conversations, inbox, outbox
from tests.storage_tools import (
    ENGINES,
    Office,
    Shelf,
    answer,
    arrival,
    letters_of,
    open_office,
    open_shelf,
    together,
)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("inbox")) as opened:
        yield opened


@pytest.fixture
def office(shelf: Shelf) -> Office:
    return shelf.write(open_office)


def accept(unit: Unit, office: Office, chat: str, *events: str) -> Identity:
    """Store events of one chat in one batch; the text of each is its id."""
    arrivals = [arrival(unit, office, chat, event, event) for event in events]
    mailbox.accept(unit, arrivals)
    return arrivals[0].identity


def events_of(unit: Unit, account: AccountId) -> list[Any]:
    """All inbox rows of an account, oldest first."""
    statement = select(inbox).where(inbox.c.account_id == account).order_by(inbox.c.id)
    return list(unit.connection.execute(statement))


def claimed_text(unit: Unit, identity: Identity) -> str:
    mailbox.lock(unit, identity)
    claimed = mailbox.claim(unit, identity)
    return "" if claimed is None else claimed.inbound.text


def stored(shelf: Shelf, office: Office) -> list[str]:
    return [row.event_id for row in shelf.read(events_of, office.account.id)]


def test_an_event_that_comes_ten_times_one_after_the_other_is_stored_once(
    shelf: Shelf, office: Office
) -> None:
    for _ in range(10):
        shelf.write(accept, office, "bà Tư", "e1")
    assert stored(shelf, office) == ["e1"]


def test_an_event_that_comes_ten_times_at_once_is_stored_once(shelf: Shelf, office: Office) -> None:
    together(*[partial(shelf.write, accept, office, "bà Tư", "e1")] * 10)
    assert stored(shelf, office) == ["e1"]


def test_an_event_that_comes_ten_times_in_one_batch_is_stored_once(
    shelf: Shelf, office: Office
) -> None:
    shelf.write(accept, office, "bà Tư", *["e1"] * 10, "e2")
    assert stored(shelf, office) == ["e1", "e2"]


def test_a_repeat_after_the_turn_does_not_open_the_event_again(
    shelf: Shelf, office: Office
) -> None:
    identity = shelf.write(accept, office, "bà Tư", "e1")
    shelf.write(answer, identity, "chào")
    shelf.write(accept, office, "bà Tư", "e1")
    assert shelf.write(claimed_text, identity) == ""
    assert len(shelf.read(letters_of, office.account.id)) == 1


def test_the_same_event_id_on_two_accounts_is_two_events(shelf: Shelf, office: Office) -> None:
    other = shelf.write(open_office)
    shelf.write(accept, office, "bà Tư", "e1")
    shelf.write(accept, other, "bà Tư", "e1")
    assert stored(shelf, office) == stored(shelf, other) == ["e1"]
    shelf.write(answer, shelf.write(accept, office, "bà Tư", "e1"), "chào")
    (done,) = shelf.read(events_of, office.account.id)
    (still_open,) = shelf.read(events_of, other.account.id)
    assert (done.outcome, still_open.outcome) == ("answered", None)


def test_a_body_is_sealed_and_holds_everything_that_the_turn_needs(
    shelf: Shelf, office: Office
) -> None:
    address = Address("console", office.account.name, "0903123456")
    sent = Inbound(
        address,
        "e1",
        Kind.ACTION,
        "tôi quên mật khẩu 🌾",
        shelf.clock.now,
        Reference("m", "p"),
        True,
    )

    def work(unit: Unit) -> Inbound:
        identity = mailbox.identity_of(unit.keys, office.id, address)
        mailbox.accept(unit, [Arrival(office.id, office.account.id, identity, sent)])
        claimed = mailbox.claim(unit, identity)
        assert claimed is not None
        assert (claimed.commune, claimed.account) == (office.id, office.account.id)
        return claimed.inbound

    assert shelf.write(work) == sent
    (row,) = shelf.read(events_of, office.account.id)
    for clear in (sent.text, "quên", address.chat, address.account):
        assert clear.encode() not in bytes(row.body)
    assert clear_json_of(shelf, row)
    assert address.chat.encode() not in bytes(row.identity)


def clear_json_of(shelf: Shelf, row: Any) -> bool:
    """The body opens with the key of messages, so it was not merely packed."""
    return "quên".encode() in shelf.database.keys.open(Purpose.MESSAGE, bytes(row.body))


def test_the_turns_commit_empties_the_body_and_keeps_what_happened(
    shelf: Shelf, office: Office
) -> None:
    identity = shelf.write(accept, office, "bà Tư", "e1")
    shelf.clock.passes(seconds=5)
    shelf.write(partial(answer, state="{}"), identity, "chào", "mời xem")
    (row,) = shelf.read(events_of, office.account.id)
    assert (row.body, row.outcome, row.done_at) == (None, "answered", shelf.clock.now)
    assert row.received_at == shelf.clock.now - timedelta(seconds=5)
    assert [letter.key for letter in shelf.read(letters_of, office.account.id)] == [
        f"turn:{row.id}:0",
        f"turn:{row.id}:1",
    ]


def test_the_oldest_open_event_of_a_person_is_claimed_first(shelf: Shelf, office: Office) -> None:
    tu = shelf.write(accept, office, "bà Tư", "t9", "t10")  # not the order of the alphabet
    nam = shelf.write(accept, office, "ông Năm", "n1")
    shelf.write(accept, office, "bà Tư", "t1")
    claimed = []
    for identity in (tu, nam, tu, tu, nam):
        claimed.append(shelf.write(claimed_text, identity))
        if claimed[-1]:
            shelf.write(answer, identity)
    assert claimed == ["t9", "n1", "t10", "t1", ""]


def test_a_unit_that_is_rolled_back_leaves_the_event_open_and_sends_nothing(
    shelf: Shelf, office: Office
) -> None:
    identity = shelf.write(accept, office, "bà Tư", "e1")

    def fails(unit: Unit) -> None:
        answer(unit, identity, "chào")
        raise InterruptedError

    with pytest.raises(InterruptedError):
        shelf.write(fails)
    assert shelf.write(claimed_text, identity) == "e1"
    assert identity in shelf.read(mailbox.waiting_people)
    assert shelf.read(letters_of, office.account.id) == []
    assert not shelf.read(staff.known_chat, identity)


def test_an_accept_that_is_rolled_back_stored_nothing(shelf: Shelf, office: Office) -> None:
    def fails(unit: Unit) -> None:
        accept(unit, office, "bà Tư", "e1")
        raise InterruptedError

    with pytest.raises(InterruptedError):
        shelf.write(fails)
    assert stored(shelf, office) == []


def test_two_turns_of_one_person_at_once_answer_each_event_once(
    shelf: Shelf, office: Office
) -> None:
    for number in range(10):
        shelf.write(accept, office, "bà Tư", f"a{number}", f"b{number}")
        identity = shelf.write(accept, office, "bà Tư", f"a{number}")
        turn = partial(shelf.write, answer, identity, "chào")
        first, second = sorted(together(turn, turn))
        assert first < second
    keys = [letter.key for letter in shelf.read(letters_of, office.account.id)]
    assert len(set(keys)) == 20
    assert shelf.write(claimed_text, identity) == ""


def test_an_event_that_no_key_opens_can_be_dropped_and_the_next_one_goes_on(
    shelf: Shelf, office: Office
) -> None:
    identity = shelf.write(accept, office, "bà Tư", "e9", "e1")
    nam = shelf.write(accept, office, "ông Năm", "n1")

    def spoil(unit: Unit) -> None:
        first = inbox.c.event_id == "e9", inbox.c.account_id == office.account.id
        unit.connection.execute(update(inbox).where(*first).values(body=b"of a lost key"))

    shelf.write(spoil)
    with pytest.raises(WrongKeyError):
        shelf.write(mailbox.claim, identity)
    assert shelf.write(mailbox.drop_oldest, identity)
    (row, *_) = shelf.read(events_of, office.account.id)
    assert (row.event_id, row.outcome, row.body) == ("e9", "dropped", None)
    assert row.done_at == shelf.clock.now
    assert shelf.write(claimed_text, identity) == "e1"
    assert shelf.write(claimed_text, nam) == "n1"
    assert shelf.write(mailbox.drop_oldest, identity)
    assert not shelf.write(mailbox.drop_oldest, identity)


def test_waiting_people_are_those_with_an_open_event_once_each(
    shelf: Shelf, office: Office
) -> None:
    tu = shelf.write(accept, office, "bà Tư", "t1", "t2")
    nam = shelf.write(accept, office, "ông Năm", "n1")
    shelf.write(answer, nam)
    waiting = shelf.read(mailbox.waiting_people, 10_000)
    assert waiting.count(tu) == 1
    assert nam not in waiting


def test_the_state_of_a_conversation_comes_back_with_the_next_event(
    shelf: Shelf, office: Office
) -> None:
    identity = shelf.write(accept, office, "bà Tư", "e1", "e2")
    assert shelf.write(mailbox.claim, identity).state is None
    shelf.write(partial(answer, state='{"at":"bước 2"}'), identity)
    again = shelf.write(mailbox.claim, identity)
    assert (again.state, again.worker) == ('{"at":"bước 2"}', None)
    held = select(conversations.c.address).where(conversations.c.identity == identity)
    address = shelf.read(lambda unit: unit.connection.execute(held).scalar_one())
    assert shelf.database.keys.open(Purpose.ADDRESS, bytes(address)).decode() == "bà Tư"
    assert "bà Tư".encode() not in bytes(address)


def test_a_linked_chat_is_claimed_with_its_worker_until_the_worker_leaves(
    shelf: Shelf, office: Office
) -> None:
    from storage.models import members

    identity = shelf.write(accept, office, "chị Hạnh", "e1")
    shelf.write(staff.link_chat, office.id, identity, (office.member, None))
    worker = shelf.write(mailbox.claim, identity).worker
    assert (worker.id, worker.name, worker.role) == (office.member, "chị Hạnh", Role.MEMBER)
    assert (worker.team_id, worker.team) == (office.team, "KP 1")

    officer = shelf.write(staff.add_staff, office.id, "anh Bình", Role.OFFICER)
    shelf.write(staff.link_chat, office.id, identity, (None, officer))
    worker = shelf.write(mailbox.claim, identity).worker
    assert (worker.id, worker.role, worker.team) == (officer, Role.OFFICER, None)

    shelf.write(staff.link_chat, office.id, identity, (office.member, None))
    left = members.update().where(members.c.id == office.member).values(left_at=shelf.clock.now)
    shelf.write(lambda unit: unit.connection.execute(left))
    assert shelf.write(mailbox.claim, identity).worker is None


def test_ids_never_come_back_after_a_purge(shelf: Shelf, office: Office) -> None:
    identity = shelf.write(accept, office, "bà Tư", "e1", "e2")
    last = max(shelf.write(answer, identity, "một"), shelf.write(answer, identity, "hai"))
    last_letter = shelf.read(letters_of, office.account.id)[-1].id

    def empty(unit: Unit) -> None:
        for table in (outbox, inbox):
            unit.connection.execute(table.delete())

    shelf.write(empty)
    shelf.write(accept, office, "bà Tư", "e3")
    assert shelf.write(answer, identity, "ba") > last
    assert shelf.read(letters_of, office.account.id)[0].id > last_letter


def test_an_event_says_when_it_came(shelf: Shelf, office: Office) -> None:
    came = shelf.clock.now
    identity = shelf.write(accept, office, "bà Tư", "e1")
    shelf.clock.passes(seconds=2)
    claimed = shelf.write(mailbox.claim, identity)
    assert claimed is not None
    assert claimed.received_at == came
