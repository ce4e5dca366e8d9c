"""Letters that are fetched instead of sent: in order, and again until they have arrived."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.messages import Choice, Outbound
from bot.core.vocabulary import Identity
from storage import fetching, mailbox
from storage.database import Unit
from storage.fetching import Fetched
from storage.mailbox import Finished
from tests.storage_tools import (
    ENGINES,
    Office,
    Shelf,
    answer,
    arrival,
    hear,
    letters_of,
    open_office,
    open_shelf,
    post,
    talk,
    together,
)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("fetching")) as opened:
        yield opened


@pytest.fixture
def office(shelf: Shelf) -> Office:
    return shelf.write(open_office)


def waiting(shelf: Shelf, who: Identity, after: int = 0) -> list[str]:
    return texts(shelf.read(fetching.waiting, who, after))


def texts(letters: tuple[Fetched, ...] | None) -> list[str]:
    assert letters is not None
    return [letter.message.text for letter in letters]


def answers(
    shelf: Shelf, office: Office, who: Identity, event_id: str
) -> tuple[Fetched, ...] | None:
    return shelf.read(fetching.answers, who, office.account.id, event_id)


# ---- letters ------------------------------------------------------------------------------------


def test_letters_come_as_they_were_written_in_order_and_again_until_acknowledged(
    shelf: Shelf, office: Office
) -> None:
    written = Outbound("Bấm **Đồng ý** 🌾", (Choice(1, "Đồng ý", "ok:1"),), "message 5", "press 7")

    def work(unit: Unit) -> Identity:
        who = hear(unit, office, "bà Tư", "e1")
        claimed = mailbox.claim(unit, who)
        assert claimed is not None
        mailbox.finish(unit, claimed, Finished("answered", "{}", (written, Outbound("hai"))))
        return who

    who = shelf.write(work)
    shelf.write(post, office, "bà Tư", "ba")
    first = shelf.read(fetching.waiting, who)
    assert first[0].message == written
    assert texts(first)[1:] == ["hai", "ba"]
    assert sorted(letter.id for letter in first) == [letter.id for letter in first]
    assert shelf.read(fetching.waiting, who) == first
    shelf.write(fetching.acknowledge, who, first[-1].id)
    assert waiting(shelf, who) == []


def test_only_what_is_behind_a_letter_is_given_to_who_has_that_letter(
    shelf: Shelf, office: Office
) -> None:
    who = shelf.write(post, office, "bà Tư", "một", "hai", "ba")
    first, _, last = shelf.read(fetching.waiting, who)
    assert waiting(shelf, who, first.id) == ["hai", "ba"]
    assert waiting(shelf, who, last.id) == []
    assert waiting(shelf, who) == ["một", "hai", "ba"]


def test_what_has_arrived_loses_its_text_and_nothing_behind_it_or_of_anybody_else(
    shelf: Shelf, office: Office
) -> None:
    who = shelf.write(post, office, "bà Tư", "một", "hai", "ba")
    other = shelf.write(post, office, "ông Năm", "của ông Năm")
    fourth = shelf.write(post, office, "bà Tư", "bốn")
    assert fourth == who
    _, _, third, _ = shelf.read(fetching.waiting, who)
    assert shelf.write(fetching.acknowledge, who, third.id) == 3
    rows = [row for row in shelf.read(letters_of, office.account.id) if row.identity == who]
    assert [(row.status, row.body is None, row.finished_at) for row in rows] == [
        *[("delivered", True, shelf.clock.now)] * 3,
        ("waiting", False, None),
    ]
    assert waiting(shelf, who) == ["bốn"]
    (behind,) = shelf.read(fetching.waiting, who)
    assert shelf.write(fetching.acknowledge, who, behind.id) == 1
    assert waiting(shelf, other) == ["của ông Năm"]


def test_two_tabs_may_acknowledge_in_any_order_and_each_letter_counts_once(
    shelf: Shelf, office: Office
) -> None:
    who = shelf.write(post, office, "bà Tư", "một", "hai", "ba")
    first, second, _ = shelf.read(fetching.waiting, who)
    assert shelf.write(fetching.acknowledge, who, second.id) == 2
    assert shelf.write(fetching.acknowledge, who, first.id) == 0
    assert waiting(shelf, who) == ["ba"]
    for _ in range(10):
        shelf.write(post, office, "bà Tư", "bốn", "năm")
        letters = shelf.read(fetching.waiting, who)
        tabs = [partial(shelf.write, fetching.acknowledge, who, letters[-1].id)] * 3
        assert sum(together(*tabs)) == len(letters)


STEPS = st.tuples(
    st.sampled_from(["post", "acknowledge", "fetch"]), st.integers(0, 1), st.integers(0, 9)
)


@given(steps=st.lists(STEPS, max_size=15))
def test_whatever_is_posted_and_acknowledged_the_rest_waits_in_order(
    shelf: Shelf, steps: list[tuple[str, int, int]]
) -> None:
    """Against two plain lists of (id, text), one for each of two people."""
    office = shelf.write(open_office)
    chats = ("bà Tư", "ông Năm")
    people = [shelf.write(arrival, office, chat, "-").identity for chat in chats]
    expected: list[list[tuple[int, str]]] = [[], []]
    ids = [0]  # of both, so that a letter of the other one may be named too
    for number, (step, who, value) in enumerate(steps):
        chosen = ids[value % len(ids)]
        if step == "post":
            said = [f"{number}:{part}" for part in range(value % 3)]
            shelf.write(post, office, chats[who], *said)
            new = [row.id for row in shelf.read(letters_of, office.account.id)[len(ids) - 1 :]]
            ids += new
            expected[who] += zip(new, said, strict=True)
        elif step == "acknowledge":
            kept = [letter for letter in expected[who] if letter[0] > chosen]
            dropped = shelf.write(fetching.acknowledge, people[who], chosen)
            assert dropped == len(expected[who]) - len(kept)
            expected[who] = kept
        found = shelf.read(fetching.waiting, people[who], chosen)
        assert [(letter.id, letter.message.text) for letter in found] == [
            letter for letter in expected[who] if letter[0] > chosen
        ]
    for who, letters in zip(people, expected, strict=True):
        assert waiting(shelf, who) == [text for _, text in letters]


# ---- the answers of one event -------------------------------------------------------------------


def test_an_event_has_no_answers_before_its_turn_is_over(shelf: Shelf, office: Office) -> None:
    who = shelf.write(talk, office, "bà Tư", "e1", "một")
    shelf.write(hear, office, "bà Tư", "e2")
    assert answers(shelf, office, who, "e2") is None
    assert answers(shelf, office, who, "never came") is None
    shelf.write(answer, who)  # a turn may say nothing
    assert answers(shelf, office, who, "e2") == ()


def test_an_event_has_its_own_answers_and_those_of_no_other(
    shelf: Shelf, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Also where the number of one event, 1, begins that of another, 12."""
    engine = "sqlite" if shelf.database.is_sqlite else "postgres"
    with open_shelf(request, engine, tmp_path) as fresh:
        office = fresh.write(open_office)
        events = [f"e{number}" for number in range(1, 13)]
        for event in events:
            who = fresh.write(talk, office, "bà Tư", event, f"{event} một", f"{event} hai")
        for event in events:
            assert texts(answers(fresh, office, who, event)) == [f"{event} một", f"{event} hai"]


def test_the_same_event_again_has_the_same_answers_until_they_are_acknowledged(
    shelf: Shelf, office: Office
) -> None:
    who = shelf.write(talk, office, "bà Tư", "e1", "một", "hai")
    given_first = answers(shelf, office, who, "e1")
    assert given_first is not None
    shelf.write(hear, office, "bà Tư", "e1")
    assert answers(shelf, office, who, "e1") == given_first
    shelf.write(fetching.acknowledge, who, given_first[0].id)
    assert texts(answers(shelf, office, who, "e1")) == ["hai"]
    shelf.write(fetching.acknowledge, who, given_first[1].id)
    assert answers(shelf, office, who, "e1") == ()


def test_nobody_gets_the_answers_to_another_persons_event_by_naming_it(
    shelf: Shelf, office: Office
) -> None:
    shelf.write(talk, office, "bà Tư", "e1", "cho bà Tư")
    other = shelf.write(hear, office, "ông Năm", "e1")  # stored for bà Tư already
    assert answers(shelf, office, other, "e1") is None
