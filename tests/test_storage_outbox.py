"""The outbox: lease, order, second tries, what each answer of a messenger leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.core.messages import (
    Choice,
    Delivered,
    Limits,
    Moved,
    Outbound,
    Rate,
    Rejected,
    Retry,
    Unreachable,
)
from bot.core.vocabulary import Identity
from storage import fetching, mailbox
from storage import outbox as sending
from storage.database import Unit
from storage.mailbox import Finished
from storage.models import conversations, outbox
from storage.outbox import Letter, Post
from tests.storage_tools import (
    AMPLE,
    ENGINES,
    Office,
    Shelf,
    arrival,
    letters_of,
    open_office,
    open_shelf,
    post,
    record,
    take,
    together,
)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("outbox")) as opened:
        yield opened


@pytest.fixture
def office(shelf: Shelf) -> Office:
    return shelf.write(open_office)


def texts(letters: tuple[Letter, ...]) -> list[str]:
    return [letter.message.text for letter in letters]


def take_texts(shelf: Shelf, office: Office, **how: Any) -> list[str]:
    return texts(shelf.write(partial(take, **how), office))


def send_all(shelf: Shelf, office: Office, **how: Any) -> list[str]:
    """Take and deliver until nothing more comes at this moment."""
    sent = []
    while letters := shelf.write(partial(take, **how), office):
        for letter in letters:
            shelf.write(record, office, letter, Delivered())
        sent += texts(letters)
    return sent


def row_of(shelf: Shelf, letter: Letter) -> Any:
    statement = select(outbox).where(outbox.c.id == letter.id)
    return shelf.read(lambda unit: unit.connection.execute(statement).one())


def test_a_letter_goes_out_as_it_was_written(shelf: Shelf, office: Office) -> None:
    written = Outbound("Bấm **Đồng ý** 🌾", (Choice(1, "Đồng ý", "ok:1"),), "message 5", "press 7")

    def work(unit: Unit) -> None:
        event = arrival(unit, office, "bà Tư", "e1")
        mailbox.accept(unit, [event])
        claimed = mailbox.claim(unit, event.identity)
        assert claimed is not None
        mailbox.finish(unit, claimed, Finished("answered", "{}", (written,)))

    shelf.write(work)
    (row,) = shelf.read(letters_of, office.account.id)
    assert "Đồng".encode() not in bytes(row.body)
    (letter,) = shelf.write(take, office)
    assert (letter.message, letter.chat) == (written, "bà Tư")
    assert (letter.tries, letter.second_try) == (1, False)
    shelf.write(record, office, letter, Delivered("their id 99"))
    done = row_of(shelf, letter)
    assert (done.status, done.body, done.message) == ("delivered", None, "their id 99")
    assert shelf.write(take, office) == ()


def test_one_address_is_first_in_first_out_and_one_at_a_time(shelf: Shelf, office: Office) -> None:
    tu = shelf.write(post, office, "bà Tư", "t1", "t2")
    shelf.write(post, office, "ông Năm", "n1")
    shelf.write(post, office, "bà Tư", "t3")
    first = shelf.write(take, office)
    assert sorted(texts(first)) == ["n1", "t1"]
    assert take_texts(shelf, office, busy={letter.identity for letter in first}) == []
    shelf.write(record, office, first[texts(first).index("n1")], Delivered())
    assert take_texts(shelf, office, busy={tu}) == []
    shelf.write(record, office, first[texts(first).index("t1")], Delivered())
    assert send_all(shelf, office) == ["t2", "t3"]


def test_a_retry_holds_what_is_behind_it_and_nothing_of_other_addresses(
    shelf: Shelf, office: Office
) -> None:
    shelf.write(post, office, "bà Tư", "t1", "t2")
    (first,) = shelf.write(take, office)
    shelf.write(record, office, first, Retry(60, "busy"))
    shelf.write(post, office, "ông Năm", "n1", "n2")
    assert send_all(shelf, office) == ["n1", "n2"]
    shelf.clock.passes(seconds=59)
    assert send_all(shelf, office) == []
    shelf.clock.passes(seconds=1)
    assert send_all(shelf, office) == ["t1", "t2"]


def test_without_a_time_from_the_messenger_each_wait_is_longer_up_to_ten_minutes(
    shelf: Shelf, office: Office
) -> None:
    shelf.write(post, office, "bà Tư", "t1")
    waits = []
    for _ in range(12):
        (letter,) = shelf.write(take, office)
        shelf.write(record, office, letter, Retry(None, "silence"))
        waits.append((row_of(shelf, letter).not_before - shelf.clock.now).total_seconds())
        shelf.clock.passes(seconds=waits[-1] - 0.5)
        assert take_texts(shelf, office) == []
        shelf.clock.passes(seconds=0.5)
    longest = [min(600, 2**tries) for tries in range(1, 13)]
    assert all(most / 2 <= wait <= most for wait, most in zip(waits, longest, strict=True))
    assert len(set(waits[-3:])) == 3, "those that failed together must not come back in step"


def test_priority_orders_addresses_and_never_the_letters_of_one(
    shelf: Shelf, office: Office
) -> None:
    shelf.write(partial(post, priority=9), office, "bà Tư", "t1")
    shelf.write(partial(post, priority=1), office, "bà Tư", "t2")
    shelf.write(partial(post, priority=5), office, "ông Năm", "n1")
    shelf.write(partial(post, priority=3), office, "cô Sáu", "s1")
    assert send_all(shelf, office) == ["s1", "n1", "t1", "t2"]


def test_a_key_names_one_logical_message(shelf: Shelf, office: Office) -> None:
    shelf.write(post, office, "bà Tư", "t1")
    (row,) = shelf.read(letters_of, office.account.id)
    again = {name: value for name, value in row._mapping.items() if name != "id"}
    with pytest.raises(IntegrityError):
        shelf.write(lambda unit: unit.connection.execute(insert(outbox).values(again)))
    assert len(shelf.read(letters_of, office.account.id)) == 1


def test_only_one_process_sends_for_an_account_until_its_lease_has_run_out(
    shelf: Shelf, office: Office
) -> None:
    shelf.write(post, office, "bà Tư", "t1")
    other = shelf.write(open_office)
    shelf.write(post, other, "bà Tư", "other account")
    assert take_texts(shelf, office, holder="A") == ["t1"]
    assert take_texts(shelf, office, holder="B") == []
    assert take_texts(shelf, other, holder="B") == ["other account"]
    shelf.clock.passes(seconds=29.9)
    assert take_texts(shelf, office, holder="B") == []
    shelf.clock.passes(seconds=0.2)
    assert take_texts(shelf, office, holder="B") == ["t1"]
    assert take_texts(shelf, office, holder="A") == []


def test_every_take_prolongs_the_lease(shelf: Shelf, office: Office) -> None:
    shelf.write(take, office, "A")
    for _ in range(4):
        shelf.clock.passes(seconds=20)
        shelf.write(take, office, "A")
        shelf.write(post, office, "bà Tư", "t")
        assert take_texts(shelf, office, holder="B") == []


def test_a_released_lease_is_free_at_once_and_only_its_holder_can_release_it(
    shelf: Shelf, office: Office
) -> None:
    shelf.write(post, office, "bà Tư", "t1", "t2")
    shelf.write(take, office, "A")
    shelf.write(sending.release, Post(office.account.id, "B", AMPLE))
    assert take_texts(shelf, office, holder="B") == []
    shelf.write(sending.release, Post(office.account.id, "A", AMPLE))
    assert take_texts(shelf, office, holder="B") == ["t1"]


def test_of_two_processes_that_ask_at_once_exactly_one_gets_the_letters(shelf: Shelf) -> None:
    for _ in range(10):
        office = shelf.write(open_office)
        shelf.write(post, office, "bà Tư", "t1")
        a, b = together(*(partial(shelf.write, take, office, holder) for holder in "AB"))
        assert sorted([texts(a), texts(b)]) == [[], ["t1"]]


def test_a_letter_that_a_dead_process_was_sending_goes_again_marked_as_second_try(
    shelf: Shelf, office: Office
) -> None:
    shelf.write(post, office, "bà Tư", "t1", "t2")
    shelf.write(take, office, "A")  # and dies
    shelf.clock.passes(seconds=31)
    (again,) = shelf.write(take, office, "B")
    assert (again.message.text, again.second_try, again.tries) == ("t1", True, 2)
    assert row_of(shelf, again).second_try
    shelf.write(record, office, again, Retry(5, "busy"))
    shelf.clock.passes(seconds=5)
    (third,) = shelf.write(take, office, "B")
    assert (third.message.text, third.second_try, third.tries) == ("t1", True, 3)
    shelf.write(record, office, third, Delivered())
    (behind,) = shelf.write(take, office, "B")
    assert (behind.message.text, behind.second_try) == ("t2", False)


def test_an_ordinary_retry_is_not_called_a_second_try_but_a_lost_answer_is(
    shelf: Shelf, office: Office
) -> None:
    shelf.write(post, office, "bà Tư", "t1")
    (letter,) = shelf.write(take, office)
    shelf.write(record, office, letter, Retry(1, "busy"))
    shelf.clock.passes(seconds=1)
    (letter,) = shelf.write(take, office)
    assert not letter.second_try
    shelf.write(record, office, letter, Retry(1, "timed out", maybe_taken=True))
    shelf.clock.passes(seconds=1)
    (letter,) = shelf.write(take, office)
    assert letter.second_try


def test_somebody_unreachable_gets_nothing_more_until_they_write_again(
    shelf: Shelf, office: Office
) -> None:
    tu = shelf.write(post, office, "bà Tư", "t1", "t2", "t3")
    shelf.write(post, office, "ông Năm", "n1")
    letters = shelf.write(take, office)
    first = letters[texts(letters).index("t1")]
    shelf.write(record, office, first, Unreachable("blocked"))
    others = [row for row in shelf.read(letters_of, office.account.id) if row.identity == tu]
    assert {(row.status, row.body, row.error) for row in others} == {
        ("unreachable", None, "blocked")
    }
    reachable = select(conversations.c.reachable).where(conversations.c.identity == tu)

    def is_reachable(unit: Unit) -> bool:
        return bool(unit.connection.execute(reachable).scalar_one())

    assert not shelf.read(is_reachable)
    assert shelf.read(fetching.waiting, tu) == ()
    shelf.write(post, office, "bà Tư", "back again")
    assert shelf.read(is_reachable)
    assert sorted(send_all(shelf, office)) == ["back again", "n1"]


def test_a_rejected_letter_is_closed_and_the_next_one_goes(shelf: Shelf, office: Office) -> None:
    shelf.write(post, office, "bà Tư", "t1", "t2")
    (letter,) = shelf.write(take, office)
    shelf.write(record, office, letter, Rejected("too long " * 100))
    row = row_of(shelf, letter)
    assert (row.status, row.body) == ("failed", None)
    assert len(row.error) == 200
    assert send_all(shelf, office) == ["t2"]


def test_a_chat_that_moved_gets_the_same_letter_and_all_later_ones_at_its_new_place(
    shelf: Shelf, office: Office
) -> None:
    shelf.write(post, office, "group 1", "t1", "t2")
    (letter,) = shelf.write(take, office)
    shelf.write(record, office, letter, Moved("supergroup 2"))
    for text in ("t1", "t2"):
        (letter,) = shelf.write(take, office)
        assert (letter.message.text, letter.chat, letter.second_try) == (
            text,
            "supergroup 2",
            False,
        )
        shelf.write(record, office, letter, Delivered())


def test_a_pause_of_the_whole_account_holds_every_address_of_it_and_no_other_account(
    shelf: Shelf, office: Office
) -> None:
    other = shelf.write(open_office)
    assert take_texts(shelf, other) == []  # it has its lease already
    shelf.write(post, other, "bà Tư", "other account")
    shelf.write(post, office, "bà Tư", "t1")
    shelf.write(post, office, "ông Năm", "n1")
    first, second = shelf.write(take, office)
    shelf.write(record, office, first, Retry(40, "too many", whole_account=True))
    shelf.write(record, office, second, Delivered())
    shelf.write(post, office, "cô Sáu", "s1")
    assert send_all(shelf, office) == []
    assert send_all(shelf, other) == ["other account"]
    shelf.clock.passes(seconds=35)  # the lease has run out, the pause has not
    assert take_texts(shelf, office, holder="B") == []
    shelf.clock.passes(seconds=5)
    assert sorted(send_all(shelf, office, holder="B")) == sorted([*texts((first,)), "s1"])


def test_after_a_day_of_tries_a_letter_is_given_up_and_frees_the_next(
    shelf: Shelf, office: Office
) -> None:
    shelf.write(post, office, "bà Tư", "t1")
    for hours in (0, 23.9):
        shelf.clock.passes(hours=hours)
        (letter,) = shelf.write(take, office)
        shelf.write(record, office, letter, Retry(10, "down"))
        assert row_of(shelf, letter).status == "waiting"
        shelf.clock.passes(seconds=10)
    shelf.write(post, office, "bà Tư", "t2")
    shelf.clock.passes(hours=1)
    (letter,) = shelf.write(take, office)
    shelf.write(record, office, letter, Retry(10, "down"))
    row = row_of(shelf, letter)
    assert (row.status, row.body, row.error) == ("failed", None, "down")
    assert send_all(shelf, office) == ["t2"]


def test_a_burst_goes_at_once_and_then_the_rate_rules_across_a_change_of_process(
    shelf: Shelf, office: Office
) -> None:
    limits = Limits(account=Rate(1, 3))
    for number in range(6):
        shelf.write(post, office, f"person {number}", f"p{number}")
    deliver: Callable[..., list[str]] = partial(send_all, shelf, office, limits=limits)
    assert deliver(holder="A") == ["p0", "p1", "p2"]
    shelf.write(sending.release, Post(office.account.id, "A", limits))
    assert deliver(holder="B") == []  # a new process does not start with a full bucket
    shelf.clock.passes(seconds=1)
    assert deliver(holder="B") == ["p3"]
    shelf.clock.passes(seconds=100)
    assert deliver(holder="A") == ["p4", "p5"]


def test_a_chat_has_its_own_bucket(shelf: Shelf, office: Office) -> None:
    limits = Limits(Rate(100, 100), Rate(0.5, 1))
    shelf.write(post, office, "bà Tư", "t1", "t2")
    shelf.write(post, office, "ông Năm", "n1")
    assert sorted(send_all(shelf, office, limits=limits)) == ["n1", "t1"]
    shelf.clock.passes(seconds=1.9)
    assert send_all(shelf, office, limits=limits) == []
    shelf.clock.passes(seconds=0.1)
    assert send_all(shelf, office, limits=limits) == ["t2"]


def test_nothing_is_taken_of_an_address_whose_conversation_is_another(
    shelf: Shelf, office: Office
) -> None:
    """The address comes from the conversation of the same identity, whatever else there is."""
    identity = shelf.write(post, office, "bà Tư", "t1")
    shelf.write(post, office, "ông Năm", "n1")
    unknown = Identity(bytes(32))

    def hide(unit: Unit) -> None:
        held = conversations.c.identity == identity
        unit.connection.execute(update(conversations).where(held).values(identity=unknown))

    shelf.write(hide)
    assert take_texts(shelf, office) == ["n1"]


def test_what_waits_for_a_person_to_mend_the_account_is_not_given_up_after_a_day(
    shelf: Shelf, office: Office
) -> None:
    shelf.write(post, office, "bà Tư", "t1")
    for _ in range(4):
        (letter,) = shelf.write(take, office)
        shelf.write(record, office, letter, Retry(600, "needs-consent", alert=True))
        shelf.clock.passes(hours=20)
    assert send_all(shelf, office) == ["t1"]


@pytest.mark.parametrize("spoiled", ["body", "address"])
def test_a_message_that_cannot_be_read_is_set_aside_and_holds_up_nobody(
    shelf: Shelf, office: Office, spoiled: str
) -> None:
    identity = shelf.write(post, office, "bà Tư", "t1")
    shelf.write(post, office, "ông Năm", "n1")

    def spoil(unit: Unit) -> None:
        table = outbox if spoiled == "body" else conversations
        broken = update(table).where(table.c.identity == identity)
        unit.connection.execute(broken.values({spoiled: b"not sealed by any key of ours" * 3}))

    shelf.write(spoil)
    assert send_all(shelf, office) == ["n1"]
    found = select(outbox.c.status, outbox.c.error).where(outbox.c.identity == identity)
    states = shelf.database.read(lambda unit: unit.connection.execute(found).all())
    assert states == [("failed", "unreadable")]
