"""Invitations to the office: whom they let in, once, and what they do to an account that is there already."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import partial

import pytest

from bot.core.errors import RuleError
from bot.core.vocabulary import Role
from bot.services import access, teams
from bot.services.access import Joining
from storage import communes, sign_ins, staff
from storage.database import Unit
from storage.staff import FoundInvitation
from tests.office_house import PASSWORD, WRONG, House, new_login, open_house, refusal
from tests.storage_tools import ENGINES, together


@pytest.fixture(scope="module", params=ENGINES)
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    with open_house(request, request.param, tmp_path_factory.mktemp("invitations")) as opened:
        yield opened


@pytest.fixture(scope="module")
def some_hash() -> str:
    """One hash for all tests that only need some hash."""
    return access.hash_password(Joining("", "", "nobody", PASSWORD))


@pytest.fixture
def login() -> str:
    return new_login()


def joins_with(house: House, some_hash: str, code: str, login: str) -> str:
    """The token of who gets in by this form, else the sentence of the refusal."""
    joining = Joining(code, "anh Ba", login, PASSWORD)
    try:
        return house.base.database.write(access.join, house.base.communes, joining, some_hash).token
    except RuleError as refused:
        return refused.code


def found_by(house: House, code: str) -> FoundInvitation:
    database, commune = house.base.database, house.commune()
    hashed = teams.hash_code(database.keys, commune.id, teams.read_code(code) or "")
    found = database.read(staff.find_invitation, commune.id, hashed)
    assert found is not None
    return found


# ---- invitations --------------------------------------------------------------------------------


def test_an_invitation_lets_in_one_of_twenty_who_send_it_at_once(
    house: House, some_hash: str
) -> None:
    code = house.invites()
    works = [partial(joins_with, house, some_hash, code, new_login()) for _ in range(20)]
    ends = together(*works)
    assert ends.count("office.code-used") == 19
    (token,) = set(ends) - {"office.code-used"}
    assert house.finds(token) is not None


def test_of_four_who_choose_the_same_login_name_at_once_one_gets_it(
    house: House, some_hash: str
) -> None:
    for _ in range(3):
        login, codes = new_login(), [house.invites() for _ in range(4)]
        ends = together(*[partial(joins_with, house, some_hash, code, login) for code in codes])
        assert ends.count("office.login-taken") == 3
        assert [found_by(house, code).used for code in codes].count(True) == 1


@pytest.mark.parametrize("typed", ["{}", " {} ", "{lower}", "{bare}", "{spaced}"])
def test_a_code_may_be_typed_as_it_comes(house: House, login: str, typed: str) -> None:
    code = house.invites()
    bare = code.replace("-", "")
    text = typed.format(code, lower=code.lower(), bare=bare, spaced=f"{bare[:4]} {bare[4:]}")
    assert house.joins(text, login).officer.commune == house.commune()


@pytest.mark.parametrize("typed", ["", "BCFG-HJKM", "BCFG-HJK", "'; DROP TABLE staff", "x" * 200])
def test_a_code_that_nobody_gave_opens_nothing(house: House, login: str, typed: str) -> None:
    assert refusal(house.joins, typed, login) == "office.code-unknown"


def test_a_stranger_without_a_code_costs_no_hash(house: House, login: str) -> None:
    # A password that cannot be hashed shows that the code was looked at before it.
    assert refusal(house.joins, "BCFG-HJKM", login, "") == "office.code-unknown"
    code = house.invites()
    assert refusal(house.joins, code, login, "") == "office.password-short"
    house.joins(code, login)
    assert refusal(house.joins, code, login, "") == "office.code-used"


def test_a_code_is_good_for_fourteen_days(house: House, login: str) -> None:
    good, late = house.invites(), house.invites()
    house.clock.passes(days=14, seconds=-1)
    house.joins(good, login)
    house.clock.passes(seconds=1)
    assert refusal(house.joins, late, f"{login}.b") == "office.code-expired"


def test_a_code_for_a_team_does_not_open_the_office_and_is_not_spent_by_trying(
    house: House, login: str
) -> None:
    for role in (Role.MEMBER, Role.TEAM_LEADER):
        code = house.invites(role, team="KP 3")
        assert refusal(house.joins, code, login) == "office.code-of-team"
        assert not found_by(house, code).used


def test_a_code_of_one_commune_signs_in_to_that_commune_only(house: House) -> None:
    for slug in ("ho-nai", "phuoc-tan", "phu-lam"):
        login = new_login()
        joined = house.hires(login, slug=slug)
        again = house.signs_in(login)
        assert again is not None
        for officer in (joined.officer, again.officer, house.finds(joined.token)):
            assert officer is not None
            assert officer.commune == house.commune(slug)


def test_only_the_newest_set_up_code_is_good(house: House, login: str) -> None:
    commune = house.commune("xuan-hoa")  # nobody else joins here as an operator
    database = house.base.database
    for officer in database.read(sign_ins.list_officers, commune.id):
        house.leaves(officer)
    first = database.write(teams.set_up_code, commune)
    second = database.write(teams.set_up_code, commune)
    assert first is not None
    assert second is not None
    assert refusal(house.joins, first, login) == "office.code-expired"
    officer = house.joins(second, login).officer
    assert (officer.role, officer.commune) == (Role.OPERATOR, commune)
    assert database.write(teams.set_up_code, commune) is None
    house.leaves(officer)  # so that other tests find an office without an operator


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.OFFICER, Role.LEADER])
def test_whoever_joins_has_the_role_of_the_invitation(house: House, login: str, role: Role) -> None:
    joined = house.joins(house.invites(role, slug="phu-lam"), login)
    assert joined.officer.role is role
    house.leaves(joined.officer)


def test_whoever_joins_has_the_name_of_the_invitation_or_gives_one_in_one_clean_line(
    house: House, login: str
) -> None:
    typed = "  Trần\u202e Thị\x00\n Lan  0912345678 "
    assert house.joins(house.invites(), login, name=typed).officer.name == "Trần Thị Lan"
    invited = house.invites(name=" cô  Sáu ")
    joined = house.joins(invited, f"{login}.b", name="Chủ tịch phường")
    assert joined.officer.name == "cô Sáu"
    assert refusal(house.joins, house.invites(), f"{login}.c", name=" ") == "office.name-empty"


# ---- a new password -----------------------------------------------------------------------------


def test_an_invitation_in_the_name_of_an_officer_sets_a_new_password_and_ends_all_sign_ins(
    house: House, login: str
) -> None:
    name = f"Trần Thị {login}"
    joined = house.hires(login, name)
    second = house.signs_in(login)
    assert second is not None
    other = house.hires(f"{login}.other")
    code = house.invites(name=unicodedata.normalize("NFD", f" trần  thị {login}"))
    reset = house.joins(code, f"{login}.new", WRONG)
    assert reset.officer == joined.officer
    assert house.finds(joined.token) is None
    assert house.finds(second.token) is None
    assert house.finds(reset.token) == joined.officer
    assert house.finds(other.token) == other.officer
    assert house.signs_in(login) is None
    assert house.signs_in(f"{login}.new") is None
    assert house.signs_in(f"{login}.new", WRONG) is not None


def test_a_new_password_is_set_also_where_a_member_of_a_team_has_the_same_name(
    house: House, login: str
) -> None:
    name = f"Lê Văn {login}"
    joined = house.hires(login, name)

    def add_namesake(unit: Unit) -> None:
        commune = house.commune().id
        team = communes.find_team(unit, commune, "KP 3")
        assert team is not None
        staff.add_member(unit, commune, team.id, name, Role.MEMBER)

    house.base.database.write(add_namesake)
    reset = house.joins(house.invites(name=name), login, WRONG)
    assert reset.officer == joined.officer
    assert house.finds(joined.token) is None


def test_a_code_for_another_role_opens_no_account_of_the_same_name(
    house: House, login: str
) -> None:
    name = f"Nguyễn Văn {login}"
    officer = house.hires(login, name)
    for role in (Role.LEADER, Role.OPERATOR):
        somebody = house.joins(house.invites(role, name), new_login(), WRONG, name)
        assert somebody.officer.id != officer.officer.id
        assert somebody.officer.role is role
        house.leaves(somebody.officer)
    assert house.finds(officer.token) == officer.officer
    assert house.signs_in(login) is not None


def test_a_code_in_a_name_that_two_have_or_that_another_commune_has_opens_neither_account(
    house: House, login: str
) -> None:
    name = f"Phạm Thị {login}"
    twins = [house.hires(new_login(), name) for _ in range(2)]
    far = house.hires(new_login(), f"{name} Xa", slug="phuoc-tan")
    third = house.joins(house.invites(name=name), new_login(), WRONG, name)
    near = house.joins(house.invites(name=f"{name} Xa"), new_login(), WRONG)
    ids = {one.officer.id for one in (*twins, far, third, near)}
    assert len(ids) == 5
    for one in (*twins, far):
        assert house.finds(one.token) == one.officer


def test_a_password_that_is_changed_while_it_is_compared_opens_nothing_any_more(
    house: House, login: str
) -> None:
    database = house.base.database
    name = f"Đỗ Thị {login}"
    house.hires(login, name)
    tried = database.write(access.begin_try, login)
    assert access.is_right(tried.credential, PASSWORD)
    house.joins(house.invites(name=name), login, WRONG)
    assert database.write(access.succeed, tried) is None
    tried = database.write(access.begin_try, login)
    assert tried.credential is not None
    house.leaves(tried.credential.officer)
    assert database.write(access.succeed, tried) is None
