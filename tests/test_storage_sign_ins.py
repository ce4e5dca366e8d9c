"""Passwords of the office, sign-ins of browsers, and names that are locked after too many tries."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, update

from bot.core.keys import Purpose
from bot.core.vocabulary import Role
from storage import sign_ins, staff
from storage.database import Unit
from storage.models import credentials, sign_in_failures
from storage.models import sign_ins as sign_in_rows
from storage.models import staff as staff_rows
from storage.sign_ins import Officer
from tests.storage_tools import ENGINES, REFUSED, Office, Shelf, open_office, open_shelf, together

MOST = 5
LOCK = timedelta(minutes=15)
HASH, NEW_HASH = "$argon2id$old", "$argon2id$new"
_names = itertools.count(1)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("sign-ins")) as opened:
        yield opened


@pytest.fixture
def office(shelf: Shelf) -> Office:
    return shelf.write(open_office)


@pytest.fixture
def binh(shelf: Shelf, office: Office) -> Officer:
    return shelf.write(hire, office, "anh Bình")


@pytest.fixture
def login() -> str:
    """A name that no other test tries."""
    return f"binh.{next(_names)}"


def hire(unit: Unit, office: Office, name: str, role: Role = Role.OFFICER) -> Officer:
    return Officer(staff.add_staff(unit, office.id, name, role), name, role, office.commune)


def leave(unit: Unit, officer: Officer) -> None:
    gone = update(staff_rows).where(staff_rows.c.id == officer.id).values(left_at=unit.now)
    unit.connection.execute(gone)


def save(shelf: Shelf, officer: Officer, login: str, password_hash: str = HASH) -> None:
    shelf.write(sign_ins.save_credential, officer.commune.id, officer.id, login, password_hash)


def sign_in(shelf: Shelf, officer: Officer, browser: str = "browser") -> bytes:
    """The hash of the browser's token."""
    token = shelf.database.keys.hash(Purpose.CODE, str(officer.id), browser)
    shelf.write(sign_ins.begin, officer, token)
    return token


def attempt(shelf: Shelf, login: str) -> datetime | None:
    return shelf.write(
        sign_ins.count_attempt, shelf.database.keys.hash(Purpose.CODE, login), MOST, LOCK
    )


def clear(shelf: Shelf, login: str) -> None:
    shelf.write(sign_ins.clear_attempts, shelf.database.keys.hash(Purpose.CODE, login))


# ---- passwords ----------------------------------------------------------------------------------


def test_a_password_is_found_by_its_login_name_with_whose_it_is(
    shelf: Shelf, binh: Officer, login: str
) -> None:
    save(shelf, binh, login)
    found = shelf.read(sign_ins.find_credential, login)
    assert found == sign_ins.Credential(binh, HASH)
    assert shelf.read(sign_ins.owner_of_login, login) == binh.id


def test_a_name_that_nobody_has_leads_to_nobody(shelf: Shelf, login: str) -> None:
    assert shelf.read(sign_ins.find_credential, login) is None
    assert shelf.read(sign_ins.owner_of_login, login) is None


def test_a_new_password_replaces_the_old_one_and_ends_what_it_had_signed_in(
    shelf: Shelf, office: Office, binh: Officer, login: str
) -> None:
    save(shelf, binh, login)
    lan = shelf.write(hire, office, "chị Lan")
    old, other = sign_in(shelf, binh), sign_in(shelf, lan)
    shelf.clock.passes(hours=1)
    save(shelf, binh, f"{login}.new", NEW_HASH)
    assert shelf.read(sign_ins.find_credential, login) is None
    found = shelf.read(sign_ins.find_credential, f"{login}.new")
    assert found == sign_ins.Credential(binh, NEW_HASH)
    changed = select(credentials.c.changed_at).where(credentials.c.staff_id == binh.id)
    rows = shelf.read(lambda unit: unit.connection.execute(changed).scalars().all())
    assert rows == [shelf.clock.now]
    assert shelf.read(sign_ins.find, old) is None
    assert shelf.read(sign_ins.find, other) is not None


def test_the_same_form_sent_many_times_at_once_saves_one_password(
    shelf: Shelf, binh: Officer, login: str
) -> None:
    for _ in range(5):
        together(*[partial(save, shelf, binh, login)] * 4)
        assert shelf.read(sign_ins.find_credential, login) == sign_ins.Credential(binh, HASH)


def test_two_people_cannot_have_the_same_login_name(
    shelf: Shelf, office: Office, binh: Officer, login: str
) -> None:
    save(shelf, binh, login)
    lan = shelf.write(hire, office, "chị Lan")
    save(shelf, lan, f"{login}.lan")
    of_lan = sign_in(shelf, lan)
    with pytest.raises(REFUSED):
        save(shelf, lan, login, NEW_HASH)
    assert shelf.read(sign_ins.find_credential, login) == sign_ins.Credential(binh, HASH)
    kept = shelf.read(sign_ins.find_credential, f"{login}.lan")
    assert kept == sign_ins.Credential(lan, HASH)
    assert shelf.read(sign_ins.find, of_lan) is not None


def test_who_has_left_the_office_has_neither_password_nor_sign_in(
    shelf: Shelf, binh: Officer, login: str
) -> None:
    save(shelf, binh, login)
    token = sign_in(shelf, binh)
    shelf.write(leave, binh)
    assert shelf.read(sign_ins.find_credential, login) is None
    assert shelf.read(sign_ins.find, token) is None
    assert shelf.read(sign_ins.owner_of_login, login) == binh.id  # not free for somebody else


def test_the_office_of_a_commune_are_those_who_have_not_left_in_the_order_they_came(
    shelf: Shelf, office: Office
) -> None:
    shelf.write(hire, shelf.write(open_office), "người nơi khác")
    came = [shelf.write(hire, office, name) for name in ("chị Lan", "anh An", "cô Sáu")]
    shelf.write(leave, came[1])
    assert shelf.read(sign_ins.list_officers, office.id) == [came[0], came[2]]


# ---- sign-ins -----------------------------------------------------------------------------------


def test_a_token_leads_to_its_holder_until_that_browser_signs_out(
    shelf: Shelf, office: Office, binh: Officer
) -> None:
    leader = shelf.write(hire, office, "cô Sáu", Role.LEADER)
    tokens = {sign_in(shelf, binh): binh, sign_in(shelf, leader): leader}
    second = sign_in(shelf, binh, "a second browser")
    for token, holder in tokens.items():
        found = shelf.read(sign_ins.find, token)
        assert found is not None
        assert found.officer == holder
        assert (found.begun_at, found.last_seen_at) == (shelf.clock.now, shelf.clock.now)
    assert shelf.read(sign_ins.find, bytes(32)) is None
    (of_binh, of_leader) = tokens
    shelf.write(sign_ins.end, of_binh)
    shelf.write(sign_ins.end, of_binh)  # twice is no harm
    assert shelf.read(sign_ins.find, of_binh) is None
    assert shelf.read(sign_ins.find, of_leader) is not None
    assert shelf.read(sign_ins.find, second) is not None


def test_being_seen_moves_the_last_moment_and_not_the_first_and_of_no_other_browser(
    shelf: Shelf, binh: Officer
) -> None:
    begun = shelf.clock.now
    token, other = sign_in(shelf, binh), sign_in(shelf, binh, "other")
    shelf.clock.passes(minutes=5)
    found = shelf.read(sign_ins.find, token)
    assert found is not None
    shelf.write(sign_ins.touch, found)
    for key, seen in ((token, shelf.clock.now), (other, begun)):
        found = shelf.read(sign_ins.find, key)
        assert found is not None
        assert (found.begun_at, found.last_seen_at) == (begun, seen)


def test_a_browser_that_signed_out_meanwhile_cannot_be_seen_again(
    shelf: Shelf, binh: Officer
) -> None:
    token = sign_in(shelf, binh)
    found = shelf.read(sign_ins.find, token)
    assert found is not None
    shelf.write(sign_ins.end, token)
    shelf.write(sign_ins.touch, found)
    assert shelf.read(sign_ins.find, token) is None


# ---- too many tries -----------------------------------------------------------------------------


@pytest.fixture(params=["somebody has", "nobody has"])
def tried(request: pytest.FixtureRequest, shelf: Shelf, binh: Officer, login: str) -> str:
    """A login name; whoever tries it must not learn which of the two it is."""
    if request.param == "somebody has":
        save(shelf, binh, login)
    return login


def test_five_tries_are_let_through_and_the_sixth_locks_the_name_for_fifteen_minutes(
    shelf: Shelf, tried: str
) -> None:
    assert [attempt(shelf, tried) for _ in range(MOST)] == [None] * MOST
    until = shelf.clock.now + LOCK
    assert attempt(shelf, tried) == until
    shelf.clock.passes(minutes=14, seconds=59)
    assert attempt(shelf, tried) == until  # trying on does not make it longer
    assert attempt(shelf, f"{tried}.other") is None
    shelf.clock.passes(seconds=1)
    assert [attempt(shelf, tried) for _ in range(MOST)] == [None] * MOST
    assert attempt(shelf, tried) == shelf.clock.now + LOCK


def test_slips_are_forgotten_a_quarter_of_an_hour_after_the_last_of_them(
    shelf: Shelf, tried: str
) -> None:
    for _ in range(MOST):
        assert attempt(shelf, tried) is None
        shelf.clock.passes(minutes=14)
    shelf.clock.passes(minutes=1)
    assert attempt(shelf, tried) is None


def test_slips_that_follow_each_other_add_up_however_slowly(shelf: Shelf, tried: str) -> None:
    for _ in range(MOST):
        assert attempt(shelf, tried) is None
        shelf.clock.passes(minutes=14)
    assert attempt(shelf, tried) == shelf.clock.now + LOCK


def test_the_right_password_makes_earlier_slips_undone(shelf: Shelf, tried: str) -> None:
    assert attempt(shelf, f"{tried}.other") is None
    for _ in range(3):
        assert [attempt(shelf, tried) for _ in range(MOST)] == [None] * MOST
        clear(shelf, tried)
    assert [attempt(shelf, f"{tried}.other") for _ in range(MOST - 1)] == [None] * (MOST - 1)
    assert attempt(shelf, f"{tried}.other") is not None


def test_twenty_threads_at_once_get_no_more_than_five_tries_through(
    shelf: Shelf, login: str
) -> None:
    """First for names that nobody has tried, then for the same names when their lock is over."""
    names = [f"{login}.{number}" for number in range(5)]
    for _ in range(2):
        for name in names:
            let_in = together(*[partial(attempt, shelf, name)] * 20)
            assert let_in.count(None) == MOST
            assert set(let_in) == {None, shelf.clock.now + LOCK}
        shelf.clock.passes(seconds=LOCK.total_seconds())


# ---- what is not kept ---------------------------------------------------------------------------


def test_sign_ins_and_slips_that_nobody_used_for_long_are_dropped(
    shelf: Shelf, binh: Officer, login: str
) -> None:
    longest = timedelta(hours=12)
    shelf.clock.passes(days=1)
    shelf.write(sign_ins.purge, longest)  # what other tests left
    save(shelf, binh, login)
    idle, used = sign_in(shelf, binh, "idle"), sign_in(shelf, binh, "used")
    attempt(shelf, login)
    shelf.clock.passes(hours=12)
    assert shelf.write(sign_ins.purge, longest) == 0
    seen = shelf.read(sign_ins.find, used)
    assert seen is not None
    shelf.write(sign_ins.touch, seen)
    attempt(shelf, f"{login}.later")
    shelf.clock.passes(seconds=1)
    assert shelf.write(sign_ins.purge, longest) == 2
    assert shelf.read(sign_ins.find, idle) is None
    assert shelf.read(sign_ins.find, used) is not None
    assert shelf.read(sign_ins.find_credential, login) is not None

    def count(unit: Unit) -> list[int]:
        tables = (sign_in_rows, sign_in_failures)
        counts = [select(func.count()).select_from(table) for table in tables]
        return [unit.connection.execute(statement).scalar_one() for statement in counts]

    assert shelf.read(count) == [1, 1]
