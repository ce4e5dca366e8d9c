"""Late answers, limits that are left out, chats that may not send yet, pauses of two lengths."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from bot.core.messages import Delivered, Delivery, Limits, Moved, Rate, Rejected, Retry
from storage import outbox as sending
from tests.storage_tools import (
    AMPLE,
    ENGINES,
    Office,
    Shelf,
    letters_of,
    open_office,
    open_shelf,
    post,
    record,
    take,
)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("limits")) as opened:
        yield opened


@pytest.fixture
def office(shelf: Shelf) -> Office:
    return shelf.write(open_office)


def deliver_all(shelf: Shelf, office: Office, limits: Limits = AMPLE) -> list[str]:
    sent = []
    while letters := shelf.write(partial(take, limits=limits), office):
        for letter in letters:
            shelf.write(record, office, letter, Delivered())
            sent.append(letter.message.text)
    return sent


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
    """An endless bucket is not a number of letters: ``int(inf)`` would end the sender's loop."""
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
