"""Two people who turn out to be one, and the way back: whatever was merged and undone, figures follow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.core.errors import NotAllowedError, RuleError
from bot.core.vocabulary import Role
from bot.services import merging, phones
from bot.services import people as chats
from storage import audit, merges, people, staff
from storage.database import Unit
from storage.models_people import people as people_rows
from storage.models_people import person_merges
from storage.sign_ins import Officer
from tests.storage_tools import ENGINES, Shelf, open_shelf, talk
from tests.test_people import House

PHONE = "+84912345678"
HOW_MANY = 6


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("merging")) as opened:
        yield opened


@pytest.fixture
def house(shelf: Shelf) -> Iterator[House]:
    with shelf.database.unit() as unit:
        yield House(unit)
        transaction = unit.connection.get_transaction()
        assert transaction is not None
        transaction.rollback()


def officer_of(house: House, role: Role = Role.OFFICER) -> Officer:
    """Somebody of the office."""
    number = staff.add_staff(house.unit, house.office.id, "anh Bình", role)
    return Officer(number, "anh Bình", role, house.office.commune)


def merge(house: House, officer: Officer, one: int, other: int) -> int:
    """Merge two; gives the number of the merge."""
    merging.merge(house.unit, officer, (one, other), "cùng một người")
    return merges.list_merges(house.unit, house.office.id)[0].id


def roots(house: House, persons: list[int]) -> list[int | None]:
    """Whom each counts as."""
    return [merges.find_root(house.unit, house.office.id, one) for one in persons]


def test_a_merge_has_a_history_and_can_be_undone(house: House) -> None:
    officer = officer_of(house)
    one, other = house.names("một"), house.names("hai")
    house.helps(one)
    house.helps(other)
    number = merge(house, officer, other, one)
    assert house.figures() == (2, 1, 0)
    row = house.unit.connection.execute(select(person_merges)).one()
    assert (row.person_id, row.into_id, json.loads(row.moved)) == (other, one, [other])
    assert (row.merged_by, row.reason) == (f"staff:{officer.id}", "cùng một người")
    assert merging.split(house.unit, officer, number, "hai người khác nhau")
    assert house.figures() == (2, 2, 0)
    assert not merging.split(house.unit, officer, number, "lần nữa")
    (kept,) = merging.list_merges(house.unit, officer)
    assert kept.undone is not None
    assert kept.undone.reason == "hai người khác nhau"
    acts = audit.list_acts(house.unit, house.office.id, f"merge:{number}")
    assert [one.act.action for one in acts] == ["merge-people", "split-people"]


def test_undoing_an_early_merge_keeps_the_later_ones(house: House) -> None:
    officer = officer_of(house)
    a, b, c, d = (house.names(name) for name in "abcd")
    first = merge(house, officer, a, b)
    merge(house, officer, c, d)
    merge(house, officer, b, d)
    assert len(set(roots(house, [a, b, c, d]))) == 1
    merging.split(house.unit, officer, first, "nhầm")
    found = roots(house, [a, b, c, d])
    assert len(set(found)) == 2
    assert house.chains() == 0


def test_what_may_not_be_merged_is_said_in_words(house: House) -> None:
    officer = officer_of(house)
    one, other = house.names("một"), house.names("hai")
    there = House(house.unit)
    strange = there.names("ba")
    for pair, reason, code in (
        ((one, one), "nhầm", "people.same"),
        ((one, strange), "nhầm", "people.unknown"),
        ((one, 0), "nhầm", "people.unknown"),
        ((one, other), " ", "people.reason"),
    ):
        with pytest.raises(RuleError) as refused:
            merging.merge(house.unit, officer, pair, reason)
        assert refused.value.code == code
    assert merges.list_merges(house.unit, house.office.id) == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OFFICER])
def test_only_an_officer_merges_splits_and_looks(house: House, role: Role) -> None:
    who = officer_of(house, role)
    for work in (
        lambda: merging.merge(house.unit, who, (1, 2), "nhầm"),
        lambda: merging.split(house.unit, who, 1, "nhầm"),
        lambda: merging.list_merges(house.unit, who),
        lambda: merging.find_on_phone(house.unit, who, PHONE),
    ):
        with pytest.raises(NotAllowedError):
            work()


def test_two_of_a_household_phone_can_turn_out_to_be_one(house: House) -> None:
    officer = officer_of(house)
    for ordinal in (1, 2):
        house.helps(phones.person_on(house.unit, house.office.id, PHONE, ordinal))
    assert house.figures() == (2, 2, 0)
    _, found = merging.find_on_phone(house.unit, officer, "0912 345 678")
    merge(house, officer, found[0].root, found[1].root)
    assert house.figures() == (2, 1, 0)
    assert len({one.root for one in phones.who_is_on(house.unit, house.office.id, PHONE)}) == 1


def test_chats_joined_by_a_code_leave_a_history_and_an_officer_can_part_them(
    house: House,
) -> None:
    officer = officer_of(house)
    commune = house.office.commune
    mine = [talk(house.unit, house.office, f"khung {n}", f"k{n}", "chào") for n in range(2)]
    for chat in mine:
        person = people.add_person(house.unit, commune.id)
        people.name_chat(house.unit, commune.id, chat, person)
    code = chats.new_code(house.unit, commune, mine[0], "1")
    chats.link(house.unit, commune, mine[1], None, code)
    (one,) = merging.list_merges(house.unit, officer)
    assert (one.by.actor, one.undone) == ("resident", None)
    assert merging.split(house.unit, officer, one.id, "mã bị đưa nhầm người")
    known = [people.find_person(house.unit, commune.id, chat) for chat in mine]
    assert len({one.root for one in known if one}) == 2


# ---- whatever the order -------------------------------------------------------------------------


class Recount:
    """The same in plain Python: merges as edges, people as what they connect."""

    def __init__(self) -> None:
        self.edges: dict[int, tuple[int, int]] = {}

    def group_of(self, one: int) -> frozenset[int]:
        """Everybody connected with somebody."""
        group, grows = {one}, True
        while grows:
            more = {b for a, b in self._both() if a in group} - group
            group |= more
            grows = bool(more)
        return frozenset(group)

    def _both(self) -> list[tuple[int, int]]:
        return [pair for a, b in self.edges.values() for pair in ((a, b), (b, a))]


acts = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), st.integers(0, HOW_MANY - 1), st.integers(0, HOW_MANY - 1)),
        st.tuples(st.just("undo"), st.integers(0, 30), st.just(0)),
    ),
    max_size=25,
)


@given(acts=acts)
def test_any_merges_and_undoings_count_people_as_a_recount_does(
    shelf: Shelf, acts: list[tuple[str, int, int]]
) -> None:
    with shelf.database.unit() as unit:
        house = House(unit)
        officer = officer_of(house)
        persons = [house.names(f"khung {number}") for number in range(HOW_MANY)]
        for person in persons:
            house.helps(person)
        recount, made = Recount(), list[int]()
        for act, one, other in acts:
            if act == "undo" and made:
                number = made[one % len(made)]
                assert merging.split(unit, officer, number, "nhầm") == (number in recount.edges)
                recount.edges.pop(number, None)
            elif act == "merge":
                a, b = persons[one], persons[other]
                if b in recount.group_of(a):
                    with pytest.raises(RuleError):
                        merging.merge(unit, officer, (a, b), "cùng người")
                    continue
                number = merge(house, officer, a, b)
                recount.edges[number] = (a, b)
                made.append(number)
            groups = {recount.group_of(person) for person in persons}
            assert house.figures() == (HOW_MANY, len(groups), 0)
            found: dict[Any, set[int]] = {}
            for person, root in zip(persons, roots(house, persons), strict=True):
                found.setdefault(root, set()).add(person)
            assert {frozenset(group) for group in found.values()} == groups
            assert house.chains() == 0
        assert _count(unit, house) == HOW_MANY
        transaction = unit.connection.get_transaction()
        assert transaction is not None
        transaction.rollback()


def _count(unit: Unit, house: House) -> int:
    mine = select(func.count()).where(people_rows.c.commune_id == house.office.id)
    return int(unit.connection.execute(mine).scalar_one())
