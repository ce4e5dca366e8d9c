"""Who gets into the office: passwords, login names, and names that are locked after too many tries."""

from __future__ import annotations

import asyncio
import sys
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType
from typing import Any

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from sqlalchemy import func, select

from bot.core.errors import RuleError
from bot.core.vocabulary import Role
from bot.services import access
from bot.services.access import Joining, Officer
from storage import sign_ins as keeping
from storage.database import Unit
from storage.models import sign_in_failures
from tests.office_house import PASSWORD, WRONG, House, new_login, open_house, refusal
from tests.storage_tools import ENGINES, together

MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1  # OWASP Password Storage Cheat Sheet, argon2id


@pytest.fixture(scope="module", params=ENGINES)
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    with open_house(request, request.param, tmp_path_factory.mktemp("office")) as opened:
        yield opened


@pytest.fixture(scope="module")
def some_hash() -> str:
    """One hash for all tests that only need some hash."""
    return access.hash_password(Joining("", "", "nobody", PASSWORD))


@pytest.fixture
def login() -> str:
    return new_login()


def stored_hash(house: House, login: str) -> str:
    found = house.base.database.read(keeping.find_credential, login)
    assert found is not None
    return found.password_hash


# ---- passwords ----------------------------------------------------------------------------------


def test_a_password_is_kept_as_argon2id_with_the_stated_parameters_and_its_own_salt(
    house: House, login: str
) -> None:
    house.hires(login)
    house.hires(f"{login}.b")
    first, second = stored_hash(house, login), stored_hash(house, f"{login}.b")
    assert first.startswith(f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$")
    found = extract_parameters(first)
    assert (found.type, found.memory_cost, found.time_cost) == (Type.ID, MEMORY_KIB, PASSES)
    assert (found.parallelism, found.salt_len, found.hash_len) == (LANES, 16, 32)
    assert first != second  # the same password


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("", "office.password-short"),
        ("123 chợ á", "office.password-short"),
        ("chợ sáng " * 23, "office.password-short"),
        ("aaaaaaaaaaaa", "office.password-weak"),
        ("abababab abab", "office.password-weak"),
        ("0912345678", "office.password-weak"),
        ("0912 345 678", "office.password-weak"),
        ("07.09.1968.12", "office.password-weak"),
        ("Mật khẩu 123", "office.password-weak"),
        ("password2026", "office.password-weak"),
        ("qwerty123456", "office.password-weak"),
        ("hoa lan.vhxh nở", "office.password-weak"),
        ("Hoa LAN.VHXH nở", "office.password-weak"),
        ("hoa lanvhxh nở", "office.password-weak"),
        ("hoa Lan - VHXH", "office.password-weak"),
    ],
)
def test_a_password_that_strangers_try_first_is_refused(password: str, sentence: str) -> None:
    joining = Joining("", "", "lan.vhxh", password)
    assert refusal(access.hash_password, joining) == sentence


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("lan.vhxh", "chợ sáng ồn"),
        ("lan.vhxh", "x" * 190 + "chợ sáng á"),
        ("lan.vhxh", "!@#$%^&*()"),
        ("lan.vhxh", "mật khẩu của nhà mình"),
        ("a--", "chợ sáng đông"),  # what is left of such a name is in every sentence
    ],
)
def test_a_long_sentence_is_a_good_password(login: str, password: str) -> None:
    hashed = access.hash_password(Joining("", "", login, password))
    assert PasswordHasher().verify(hashed, password)


def test_a_password_is_the_same_however_the_keyboard_puts_its_marks_together(
    house: House, login: str, some_hash: str
) -> None:
    apart = unicodedata.normalize("NFD", PASSWORD)
    assert apart != PASSWORD
    assert access.is_right(credential(house, some_hash), apart)
    house.joins(house.invites(), login, apart)
    assert house.signs_in(login, PASSWORD) is not None


@pytest.mark.parametrize(
    "typed", [PASSWORD + " ", PASSWORD[:-1], PASSWORD.upper(), "", PASSWORD + "x" * 5000]
)
def test_anything_but_the_password_is_wrong(house: House, some_hash: str, typed: str) -> None:
    assert access.is_right(credential(house, some_hash), PASSWORD)
    assert not access.is_right(credential(house, some_hash), typed)


def credential(house: House, password_hash: str) -> keeping.Credential:
    return keeping.Credential(Officer(0, "", Role.OFFICER, house.commune()), password_hash)


def argon2_works_on(work: Callable[[], object]) -> list[tuple[Type, int, int, int]]:
    """Kind, memory, passes and lanes of each comparison that argon2 does meanwhile."""
    done: list[tuple[Type, int, int, int]] = []

    def watch(frame: FrameType, event: str, _: Any) -> None:
        is_ours = frame.f_code.co_name == "verify_secret"
        if event == "call" and is_ours and "argon2" in frame.f_code.co_filename:
            cost = extract_parameters(frame.f_locals["hash"].decode())
            done.append((cost.type, cost.memory_cost, cost.time_cost, cost.parallelism))

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        work()
    finally:
        sys.setprofile(before)
    return done


def test_a_name_that_nobody_has_costs_the_same_work_as_a_wrong_password(
    house: House, some_hash: str
) -> None:
    known = credential(house, some_hash)
    one = [(Type.ID, MEMORY_KIB, PASSES, LANES)]
    assert argon2_works_on(partial(access.is_right, known, WRONG)) == one
    assert argon2_works_on(partial(access.is_right, None, WRONG)) == one
    assert argon2_works_on(partial(access.is_right, None, "")) == one
    assert argon2_works_on(partial(access.is_right, known, PASSWORD)) == one
    assert argon2_works_on(lambda: None) == []


# ---- login names --------------------------------------------------------------------------------


def test_a_login_name_may_be_typed_in_any_case_with_spaces_around_it(
    house: House, login: str
) -> None:
    code = house.invites()
    joined = house.joins(code, f"  {login.upper()} ")
    signed_in = house.signs_in(f" {login.title()}  ")
    assert signed_in is not None
    assert signed_in.officer == joined.officer


@pytest.mark.parametrize(
    "typed", ["", "ab", "lan vhxh", "lân.vhxh", ".lan", "l" * 41, "lan\x00a", "lan@x"]
)
def test_what_cannot_be_a_login_name_is_refused_and_the_code_stays_good(
    house: House, login: str, typed: str
) -> None:
    code = house.invites()
    assert refusal(house.joins, code, typed) == "office.login-wrong"
    assert house.joins(code, login).officer.role is Role.OFFICER


def test_a_login_name_that_is_taken_is_refused_and_the_code_stays_good(
    house: House, login: str
) -> None:
    first = house.hires(login)
    code = house.invites()
    assert refusal(house.joins, code, login.upper(), WRONG) == "office.login-taken"
    other = house.invites(slug="phuoc-tan")
    assert refusal(house.joins, other, login, WRONG) == "office.login-taken"
    assert house.signs_in(login, WRONG) is None
    assert house.finds(first.token) == first.officer
    assert house.joins(code, f"{login}.b").officer != first.officer


def test_the_login_name_of_somebody_who_left_goes_to_nobody_else(house: House, login: str) -> None:
    gone = house.hires(login)
    house.leaves(gone.officer)
    assert house.signs_in(login) is None
    assert refusal(house.joins, house.invites(), login) == "office.login-taken"


# ---- too many tries -----------------------------------------------------------------------------


@pytest.fixture(params=["somebody has", "nobody has"])
def tried(request: pytest.FixtureRequest, house: House, login: str) -> str:
    """A login name; whoever tries it must not learn which of the two it is."""
    if request.param == "somebody has":
        house.hires(login)
    return login


def test_after_five_wrong_tries_a_name_is_locked_for_a_quarter_of_an_hour_for_any_password(
    house: House, tried: str
) -> None:
    assert [house.signs_in(tried, WRONG) for _ in range(5)] == [None] * 5
    assert refusal(house.signs_in, tried, PASSWORD) == "office.locked"
    assert refusal(house.signs_in, f" {tried.upper()} ", PASSWORD) == "office.locked"
    house.clock.passes(minutes=14, seconds=59)
    assert refusal(house.signs_in, tried, PASSWORD) == "office.locked"
    house.clock.passes(seconds=1)
    assert house.signs_in(tried, WRONG) is None


def test_the_right_password_works_when_the_lock_is_over(house: House, login: str) -> None:
    house.hires(login)
    for _ in range(5):
        house.signs_in(login, WRONG)
    assert refusal(house.signs_in, login) == "office.locked"
    house.clock.passes(minutes=15)
    assert house.signs_in(login) is not None


def test_the_right_password_makes_slips_undone(house: House, login: str) -> None:
    house.hires(login)
    for _ in range(2):
        for _ in range(4):
            assert house.signs_in(login, WRONG) is None
        assert house.signs_in(login) is not None


def test_a_new_invitation_ends_the_lock(house: House, login: str) -> None:
    name = f"Võ Thị {login}"
    house.hires(login, name)
    for _ in range(5):
        house.signs_in(login, WRONG)
    assert refusal(house.signs_in, login) == "office.locked"
    house.joins(house.invites(name=name), login, PASSWORD)
    assert house.signs_in(login) is not None


def test_a_lock_stands_in_the_audit_log_once_however_often_a_stranger_tries_on(
    house: House, login: str
) -> None:
    officer = house.hires(login).officer
    locked = ("web", "sign-in-locked", f"staff:{officer.id}")
    for _ in range(5):
        house.signs_in(login, WRONG)
        assert locked not in house.acts()
    for _ in range(2):
        for _ in range(3):
            assert refusal(house.signs_in, login) == "office.locked"
            house.clock.passes(seconds=1)
        assert house.acts().count(locked) == 1
    before = house.acts()
    for _ in range(5):
        house.signs_in(f"{login}.nobody", WRONG)
    assert refusal(house.signs_in, f"{login}.nobody") == "office.locked"
    assert house.acts() == before


def test_tries_at_the_same_moment_are_not_more_than_five(house: House, login: str) -> None:
    house.hires(login)
    begin = partial(house.base.database.write, access.begin_try, login)
    ends = together(*[begin] * 20)
    assert [end.is_locked for end in ends].count(False) == 5
    assert all(end.credential is None for end in ends if end.is_locked)


def test_a_crowd_is_asked_to_come_again_and_its_tries_are_not_counted(
    house: House, login: str
) -> None:
    names = [f"{login}.{number}" for number in range(40)]

    async def rush() -> list[object]:
        tries = (house.desk.sign_in(name, WRONG) for name in names)
        return await asyncio.gather(*tries, return_exceptions=True)

    def count(unit: Unit) -> int:
        rows = select(func.count()).select_from(sign_in_failures)
        return int(unit.connection.execute(rows).scalar_one())

    before = house.base.database.read(count)
    ends = house.run(rush())
    busy = [end for end in ends if isinstance(end, RuleError)]
    assert {end.code for end in busy} == {"office.busy"}
    assert ends.count(None) == len(names) - len(busy)
    assert house.base.database.read(count) - before == ends.count(None)
    assert house.signs_in(names[-1], WRONG) is None  # nobody is in the way any more
