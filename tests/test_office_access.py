"""Who gets into the office: passwords, login names, locks, and the end of every sign-in."""

from __future__ import annotations

import asyncio
import base64
import logging
import sys
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from sqlalchemy import func, select, update

from bot.app.installation import Installation
from bot.core.errors import NotFoundError, RuleError
from bot.core.periods import parse
from bot.core.vocabulary import Role
from bot.services import access
from bot.services.access import Joining, Officer
from storage import audit, communes
from storage import sign_ins as keeping
from storage.database import Unit
from storage.models import credentials, sign_in_failures, sign_ins
from tests.clock import FixedClock
from tests.office_house import PASSWORD, WRONG, House, new_login, open_house, refusal
from tests.storage_tools import ENGINES, together
from tests.test_privacy import everything_kept, rows_as_bytes

OTHER = "Sông Buông nước lớn"
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


# ---- the end of a sign-in -----------------------------------------------------------------------


def test_a_sign_in_ends_when_it_is_idle_for_more_than_an_hour(house: House, login: str) -> None:
    signed_in = house.hires(login)
    for _ in range(3):
        house.clock.passes(minutes=60)
        assert house.finds(signed_in.token) == signed_in.officer
    house.clock.passes(minutes=60, seconds=1)
    assert house.finds(signed_in.token) is None
    house.clock.passes(hours=-1)  # also for a clock that is put back
    assert house.finds(signed_in.token) is None
    house.clock.passes(hours=1)


def test_a_sign_in_ends_after_twelve_hours_however_busy(house: House, login: str) -> None:
    signed_in = house.hires(login)
    for _ in range(24):
        house.clock.passes(minutes=30)
        assert house.finds(signed_in.token) == signed_in.officer
    house.clock.passes(seconds=1)
    assert house.finds(signed_in.token) is None
    assert house.signs_in(login) is not None


def test_leaving_the_office_ends_the_sign_in_at_once(house: House, login: str) -> None:
    signed_in = house.hires(login)
    house.leaves(signed_in.officer)
    assert house.finds(signed_in.token) is None
    assert house.signs_in(login) is None


def test_signing_out_ends_that_browser_and_no_other(house: House, login: str) -> None:
    first = house.hires(login)
    second = house.signs_in(login)
    assert second is not None
    house.run(house.desk.sign_out(first.token))
    house.run(house.desk.sign_out(first.token))
    assert house.finds(first.token) is None
    assert house.finds(second.token) == second.officer
    gone = f"staff:{first.officer.id}"
    assert house.acts().count((gone, "sign-out", gone)) == 1


def test_every_sign_in_has_a_token_of_its_own(house: House, login: str) -> None:
    tokens = {house.hires(login).token}
    for _ in range(3):
        signed_in = house.signs_in(login)
        assert signed_in is not None
        tokens.add(signed_in.token)
    assert len(tokens) == 4
    assert {len(token) for token in tokens} == {43}  # 32 bytes
    forms = {access.form_token(house.base.database.keys, token) for token in tokens}
    assert len(forms) == 4
    assert not forms & tokens


def test_a_page_waits_for_no_writer_and_a_stranger_writes_nothing(house: House, login: str) -> None:
    """On SQLite there is one writer, and the chat needs it."""
    signed_in = house.hires(login)
    database = house.base.database

    def rows(unit: Unit) -> list[Any]:
        return [tuple(row) for row in unit.connection.execute(select(sign_ins))]

    with database.unit() as unit:  # somebody writes, and does not finish
        unit.connection.execute(update(credentials).values(changed_at=unit.now))
        assert house.finds(signed_in.token) == signed_in.officer
        assert house.finds("x" * 43) is None  # a second writer would raise BusyError here
    house.clock.passes(seconds=50)
    before = database.read(rows)
    house.finds(signed_in.token)
    assert database.read(rows) == before
    house.clock.passes(seconds=11)
    house.finds(signed_in.token)
    assert database.read(rows) != before


# ---- what is written down -----------------------------------------------------------------------


def test_the_audit_log_says_who_came_looked_and_left_and_when(house: House, login: str) -> None:
    slug, desk, week = "phuoc-binh", house.desk, parse("week:2026-W47")
    read = house.base.database.read
    before, begun = len(house.acts(slug)), house.clock.now
    officer = house.hires(login, slug=slug).officer
    house.clock.passes(minutes=1)
    signed_in = house.signs_in(login)
    assert signed_in is not None
    house.clock.passes(minutes=1)
    team = read(communes.list_teams, officer.commune.id, week.start)[0]
    house.run(desk.week(officer, week))
    for topic, name in ((None, None), ("vneid", None), (None, team.name)):
        house.run(desk.entries(officer, week, topic, name))
    with pytest.raises(NotFoundError):  # nothing was shown
        house.run(desk.entries(officer, week, None, "Tổ không có"))
    house.clock.passes(minutes=1)
    house.run(desk.sign_out(signed_in.token))
    who, acts = f"staff:{officer.id}", house.acts(slug)[before:]
    assert acts[0][:2] == ("console", "invite")
    assert acts[1:] == [
        (who, "join", acts[0][2]),
        (who, "sign-in", who),
        (who, "sign-in", who),
        (who, "read", "week:2026-W47"),
        (who, "read", "entries:2026-W47"),
        (who, "read", "entries:2026-W47:topic:vneid"),
        (who, "read", f"entries:2026-W47:team:{team.id}"),
        (who, "sign-out", who),
    ]
    recorded = read(audit.list_acts, officer.commune.id)[before:]
    assert [(one.at - begun).seconds // 60 for one in recorded] == [0, 0, 0, 1, 2, 2, 2, 2, 3]


def test_no_password_token_or_code_is_in_any_byte_that_is_kept_or_logged(
    base: Installation, clock: FixedClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    login = new_login()
    with asyncio.Runner() as runner:
        # Vendors' libraries too: what they would say if they were let holds nothing either.
        for name in (None, "sqlalchemy", "asyncio", "psycopg"):
            caplog.set_level(logging.DEBUG, name)
        house = House(base, clock, runner)
        codes = [house.invites(name=f"chị {login}") for _ in range(3)]
        signed_in = house.joins(codes[0], login)
        again = house.signs_in(login)
        assert again is not None
        assert house.signs_in(login, WRONG) is None
        assert refusal(house.joins, codes[0], login, OTHER) == "office.code-used"
        assert refusal(house.joins, codes[1], "lan", f"{OTHER} lan") == "office.password-weak"
        reset = house.joins(codes[1], login, OTHER)
        for _ in range(5):
            house.signs_in(login, WRONG)
        assert refusal(house.signs_in, login, OTHER) == "office.locked"
        house.finds(reset.token)
        tokens = [signed_in.token, again.token, reset.token]
        forms = [house.desk.form_token(token) for token in tokens]
        kept = everything_kept(base, tmp_path)
    typed = [PASSWORD, WRONG, OTHER, unicodedata.normalize("NFD", PASSWORD)]
    bare = [code.replace("-", "") for code in codes]
    secrets = [text.encode() for text in (*typed, *tokens, *forms, *codes, *bare)]
    secrets += [base64.urlsafe_b64decode(f"{token}=") for token in tokens]
    assert [secret for secret in secrets if secret in kept] == []
    logged = "\n".join(record.getMessage() for record in caplog.records).encode()
    assert b"INSERT INTO sign_ins" in logged  # they did talk
    assert [secret for secret in secrets if secret in logged] == []
    assert login.encode() in kept  # the search finds what is there
    assert login.encode() in logged  # SQLAlchemy says what it reads: a real run keeps it quiet


def test_the_database_holds_no_login_name_that_was_only_tried(house: House) -> None:
    """A password typed into the field for the name is the usual slip."""
    house.signs_in(OTHER, "x")
    kept = house.base.database.read(rows_as_bytes)
    assert OTHER.lower().encode() not in kept.lower()
    assert b"$argon2id$" in kept
