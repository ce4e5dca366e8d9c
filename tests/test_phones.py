"""Telephone numbers: read however they are spelled, kept as a hash, one person for one number and ordinal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.core.keys import KeyRing
from bot.core.vocabulary import Role, Topic
from bot.services import help_log, phones
from bot.services.help_log import Help
from bot.services.phones import read_phone, show_phone
from storage import help_figures, staff
from storage import phones as stored
from storage.database import Database, Unit
from storage.mailbox import Worker
from storage.models_people import identities
from tests.storage_tools import ENGINES, KEY, Office, Shelf, open_office, open_shelf, together

PHONE = "+84912345678"
DAY = date(2026, 11, 18)
WEEK = (DAY, DAY + timedelta(days=7))
PREFIXES = ("32", "56", "70", "81", "86", "90", "91", "93", "96", "98")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
numbers = st.builds(
    lambda prefix, rest: f"{prefix}{rest:07d}",
    st.sampled_from(PREFIXES),
    st.integers(0, 9_999_999),
)
separators = st.sampled_from(["", " ", ".", "-", "  "])


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("phones")) as opened:
        yield opened


@pytest.fixture
def office(shelf: Shelf) -> Office:
    return shelf.write(open_office)


@given(
    number=numbers,
    head=st.sampled_from(["0", "+84", "84 ", "+84 ", "(+84) ", "0084 "]),
    parts=st.tuples(separators, separators),
    wide=st.booleans(),
)
def test_every_spelling_of_a_number_is_the_same_number(
    number: str, head: str, parts: tuple[str, str], wide: bool
) -> None:
    if not phonenumbers.is_valid_number(phonenumbers.parse(f"0{number}", "VN")):
        return
    head = "+84 " if head.startswith(("84", "0084")) else head
    written = f"{head}{number[:2]}{parts[0]}{number[2:5]}{parts[1]}{number[5:]}"
    typed = written.translate(FULL_WIDTH) if wide else written
    assert read_phone(typed) == f"+84{number}"
    assert read_phone(show_phone(f"+84{number}")) == f"+84{number}"


@pytest.mark.parametrize(
    "said", ["", "113", "1022", "0912", "09123456789012", "+1 650 253 0000", "không có", "0123"]
)
def test_what_is_no_number_of_a_person_here_is_none(said: str) -> None:
    assert read_phone(said) is None


@given(text=st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    found = read_phone(text)
    assert found is None or found.startswith("+84")


def helper(unit: Unit, office: Office, name: str) -> Worker:
    """A member of the team."""
    number = staff.add_member(unit, office.id, office.team, name, Role.MEMBER)
    return Worker(number, name, Role.MEMBER, office.team, "KP 1")


def log(unit: Unit, office: Office, who: Worker, typed: str, ordinal: int = 1) -> int:
    """An entry of somebody who gave this number, as it was typed; gives who it is counted for."""
    phone = read_phone(typed)
    assert phone is not None
    person = phones.person_on(unit, office.id, phone, ordinal)
    help_log.log_help(
        unit, office.id, who, Help(DAY, Topic.VNEID, person_id=person), f"{who.id}:{ordinal}"
    )
    return person


def figures(shelf: Shelf, office: Office) -> tuple[int, int]:
    """Visits and people of the week."""
    whole = shelf.read(help_figures.count, office.id, WEEK)
    return whole.visits, whole.people


def test_the_same_number_by_three_helpers_is_one_person_and_three_visits(
    shelf: Shelf, office: Office
) -> None:
    for name, typed in (
        ("Hạnh", "0912345678"),
        ("Bình", "+84 912 345 678"),
        ("Ba", "0912.345.678"),
    ):
        shelf.write(log, office, shelf.write(helper, office, name), typed)
    assert figures(shelf, office) == (3, 1)


def test_a_second_person_of_a_household_phone_is_not_kept_out(shelf: Shelf, office: Office) -> None:
    for name, ordinal in (("Hạnh", 1), ("Bình", 2), ("Ba", 1)):
        shelf.write(log, office, shelf.write(helper, office, name), "0912345678", ordinal)
    assert figures(shelf, office) == (3, 2)
    found = shelf.write(phones.who_is_on, office.id, PHONE)
    assert [one.ordinal for one in found] == [1, 2]


def test_three_helpers_at_the_same_moment_make_one_person(shelf: Shelf) -> None:
    for _ in range(5):
        office = shelf.write(open_office)
        people = together(*[partial(shelf.write, phones.person_on, office.id, PHONE)] * 3)
        assert len(set(people)) == 1


def test_a_number_stands_nowhere_in_clear_and_in_another_commune_as_another_hash(
    shelf: Shelf, office: Office
) -> None:
    other = shelf.write(open_office)
    for one in (office, other):
        shelf.write(phones.person_on, one.id, PHONE)
    hashes = select(identities.c.value_hash).where(
        identities.c.commune_id.in_([office.id, other.id])
    )
    kept = shelf.read(lambda unit: [bytes(row[0]) for row in unit.connection.execute(hashes)])
    assert len(set(kept)) == 2
    assert not any(PHONE[3:].encode() in one for one in kept)


def test_after_a_change_of_key_the_same_number_is_the_same_person(
    shelf: Shelf, office: Office
) -> None:
    person = shelf.write(phones.person_on, office.id, PHONE)
    after = Database(shelf.url, KeyRing("khóa mới", (KEY,)), shelf.clock)
    try:
        assert after.write(phones.person_on, office.id, PHONE) == person
        assert after.write(phones.person_on, office.id, PHONE, 2) != person
        again = after.write(stored.list_on_phone, office.id, PHONE)
    finally:
        after.close()
    assert [one.ordinal for one in again] == [1, 2]
    only_new = Database(shelf.url, KeyRing("khóa mới"), shelf.clock)
    try:
        assert len(only_new.write(stored.list_on_phone, office.id, PHONE)) == 2
    finally:
        only_new.close()
