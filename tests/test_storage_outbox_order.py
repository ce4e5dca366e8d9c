"""Whatever happens to letters, each address gets its own in order, and no account more than it may."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.core.keys import KeyRing
from bot.core.messages import (
    Delivered,
    Delivery,
    Limits,
    Moved,
    Rate,
    Rejected,
    Retry,
    Unreachable,
)
from storage import outbox as sending
from storage.database import Database
from storage.outbox import Letter, Post
from tests.storage_tools import (
    AMPLE,
    ENGINES,
    KEY,
    Office,
    Shelf,
    letters_of,
    open_office,
    open_shelf,
    post,
    record,
    take,
)

MOST_EXAMPLES = min(settings().max_examples, 300)
"""Each is a whole conversation with a database: a thousand would take a quarter of an hour."""
CHATS = ["bà Tư", "ông Năm", "cô Sáu"]
GIVE_UP = timedelta(hours=24)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("order")) as opened:
        yield opened


@dataclass
class Expected:
    """One letter as the rules see it."""

    text: str
    created_at: datetime
    not_before: datetime
    sending: bool = False
    second_try: bool = False
    tries: int = 0


@dataclass
class Place:
    """One address: what waits for it, oldest first, and where it is."""

    chat: str
    queue: list[Expected] = field(default_factory=list)


class Mail(RuleBasedStateMachine):
    """The outbox of one account against a model of lists; ``shelf`` is set by the test."""

    shelf: Shelf

    def __init__(self) -> None:
        super().__init__()
        self.office: Office = self.shelf.write(open_office)
        self.places = {chat: Place(chat) for chat in CHATS}
        self.flying: dict[str, Letter] = {}
        self.numbers = itertools.count(1)
        self.holders = itertools.count(1)
        self.holder = "holder-0"
        self.paused_until = self.shelf.clock.now

    @property
    def now(self) -> datetime:
        return self.shelf.clock.now

    @rule(chat=st.sampled_from(CHATS), count=st.integers(1, 3), priority=st.integers(0, 2))
    def writes(self, chat: str, count: int, priority: int) -> None:
        texts = [f"{chat} {next(self.numbers)}" for _ in range(count)]
        self.shelf.write(partial(post, priority=priority), self.office, chat, *texts)
        self.places[chat].queue += [Expected(text, self.now, self.now) for text in texts]

    @rule()
    def takes(self) -> None:
        due = {
            chat: place
            for chat, place in self.places.items()
            if place.queue
            and chat not in self.flying
            and place.queue[0].not_before <= self.now
            and self.paused_until <= self.now
        }
        busy = [letter.identity for letter in self.flying.values()]
        letters = self.shelf.write(partial(take, busy=busy), self.office, self.holder)
        assert {letter.message.text for letter in letters} == {
            place.queue[0].text for place in due.values()
        }
        assert len(letters) == len(due)
        for letter in letters:
            chat = next(c for c, p in due.items() if p.queue[0].text == letter.message.text)
            head = due[chat].queue[0]
            head.tries += 1
            head.second_try |= head.sending
            head.sending = True
            self.flying[chat] = letter
            assert (letter.chat, letter.second_try, letter.tries) == (
                due[chat].chat,
                head.second_try,
                head.tries,
            )

    @precondition(lambda self: self.flying)
    @rule(data=st.data(), seconds=st.sampled_from([1, 10, 500]), whole=st.booleans())
    def answers(self, data: st.DataObject, seconds: int, whole: bool) -> None:
        chat = data.draw(st.sampled_from(sorted(self.flying)))
        outcomes: list[Delivery] = [
            Delivered("id"),
            Delivered("id"),
            Retry(seconds, "busy", whole_account=whole and self.paused_until <= self.now),
            Retry(seconds, "lost", maybe_taken=True),
            Unreachable("blocked"),
            Rejected("no"),
            Moved(f"{chat} at {next(self.numbers)}"),
        ]
        outcome = data.draw(st.sampled_from(outcomes))
        self.shelf.write(record, self.office, self.flying.pop(chat), outcome)
        self._expect(self.places[chat], outcome)

    def _expect(self, place: Place, outcome: Delivery) -> None:
        head = place.queue[0]
        head.sending = False
        match outcome:
            case Delivered() | Rejected():
                del place.queue[0]
            case Unreachable():
                place.queue.clear()
            case Moved(chat):
                place.chat = chat
            case Retry():
                again = self.now + timedelta(seconds=outcome.seconds or 0)
                head.not_before = again
                head.second_try |= outcome.maybe_taken
                if head.created_at < self.now - GIVE_UP:
                    del place.queue[0]
                if outcome.whole_account:
                    self.paused_until = again

    @rule(seconds=st.sampled_from([1, 9, 29]))
    def waits(self, seconds: int) -> None:
        self.shelf.clock.passes(seconds=seconds)

    @rule(hours=st.sampled_from([1, 25]))
    def waits_long(self, hours: int) -> None:
        self.shelf.clock.passes(hours=hours)

    @rule()
    def dies(self) -> None:
        """The process is gone, what it was sending is not answered; another one takes over."""
        self.flying.clear()
        self.holder = f"holder-{next(self.holders)}"
        self.shelf.clock.passes(seconds=31)

    @rule()
    def stops(self) -> None:
        """The process ends in order: it waits for its answers and gives the lease back."""
        for chat, letter in self.flying.items():
            self.shelf.write(record, self.office, letter, Delivered())
            self._expect(self.places[chat], Delivered())
        self.flying.clear()
        self.shelf.write(sending.release, Post(self.office.account.id, self.holder, AMPLE))
        self.holder = f"holder-{next(self.holders)}"

    @invariant()
    def what_is_open_is_what_is_expected(self) -> None:
        rows = self.shelf.read(letters_of, self.office.account.id)
        found = sorted((r.status, r.tries) for r in rows if r.status in ("waiting", "sending"))
        expected = sorted(
            ("sending" if letter.sending else "waiting", letter.tries)
            for place in self.places.values()
            for letter in place.queue
        )
        assert found == expected
        closed = [row for row in rows if row.status not in ("waiting", "sending")]
        assert {row.body for row in closed} <= {None}


def test_each_address_is_first_in_first_out_whatever_the_messenger_answers(shelf: Shelf) -> None:
    machine = type("Mail", (Mail,), {"shelf": shelf})
    run_state_machine_as_test(
        machine, settings=settings(stateful_step_count=30, max_examples=MOST_EXAMPLES)
    )


RATES = st.builds(Rate, st.sampled_from([0.5, 1.0, 3.0]), st.integers(1, 4))
PAUSES = st.sampled_from([0.0, 0.1, 0.4, 1.0, 2.5])
STEPS = st.lists(st.tuples(PAUSES, st.sampled_from("AB")), min_size=5, max_size=25)


def assert_within(rate: Rate, moments: list[datetime]) -> None:
    """In every stretch of time at most the burst and what was refilled meanwhile."""
    for first, start in enumerate(moments):
        for last in range(first, len(moments)):
            seconds = (moments[last] - start).total_seconds()
            assert last - first + 1 <= rate.burst + rate.per_second * seconds + 1e-6


@given(account=RATES, chat=RATES, steps=STEPS)
@settings(max_examples=MOST_EXAMPLES)
def test_two_processes_together_never_send_more_than_the_buckets_allow(
    shelf: Shelf, account: Rate, chat: Rate, steps: list[tuple[float, str]]
) -> None:
    limits = Limits(account, chat)
    office = shelf.write(open_office)
    sent: list[tuple[datetime, str]] = []
    for name in CHATS:
        shelf.write(post, office, name, *"abcdefgh")
    for pause, holder in steps:
        shelf.clock.passes(seconds=pause)
        other = Post(office.account.id, "B" if holder == "A" else "A", limits)
        shelf.write(sending.release, other)
        for letter in shelf.write(take, office, holder, limits):
            sent.append((shelf.clock.now, letter.chat))
            shelf.write(record, office, letter, Delivered())
    assert_within(account, [moment for moment, _ in sent])
    for name in CHATS:
        assert_within(chat, [moment for moment, to in sent if to == name])
    assert sent, "the buckets are full at the beginning"


@given(account=RATES, chat=RATES)
@settings(max_examples=10)
def test_everything_gets_through_in_the_end(shelf: Shelf, account: Rate, chat: Rate) -> None:
    office = shelf.write(open_office)
    for name in CHATS:
        shelf.write(post, office, name, *"abcd")
    arrived: dict[str, str] = dict.fromkeys(CHATS, "")
    for _ in range(12 * 4):
        for letter in shelf.write(take, office, "A", Limits(account, chat)):
            arrived[letter.chat] += letter.message.text
            shelf.write(record, office, letter, Delivered())
        shelf.clock.passes(seconds=1 / min(account.per_second, chat.per_second))
    assert arrived == dict.fromkeys(CHATS, "abcd")


def test_two_database_objects_share_the_buckets_of_an_account(shelf: Shelf) -> None:
    """The same as above with real second connections, as two processes have them."""
    limits = Limits(account=Rate(1, 4))
    office = shelf.write(open_office)
    for number in range(20):
        shelf.write(post, office, f"person {number}", "x")
    second = Database(shelf.url, KeyRing(KEY), shelf.clock)
    sent = 0
    for turn in range(8):
        database, holder = (shelf.database, "A") if turn % 2 else (second, "B")
        sent += len(database.write(take, office, holder, limits))
        database.write(sending.release, Post(office.account.id, holder, limits))
        shelf.clock.passes(seconds=0.5)
    second.close()
    assert sent == 4 + 3  # the burst, then one a second for three and a half seconds
