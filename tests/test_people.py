"""Who counts as whom: two chats of one person are one in every figure, and two again when it is undone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from bot.core.keys import KeyRing
from bot.core.periods import week_of
from bot.core.vocabulary import Identity, Topic
from bot.services import entries
from storage import fetching, help_entries, help_figures, mailbox, people, rekeying, staff
from storage.database import Database, Unit
from storage.help_entries import By, Help, NewEntry
from storage.models import members
from storage.models_help import help_entries as entry_rows
from storage.models_people import identities
from storage.models_people import people as people_rows
from tests.storage_tools import (
    ENGINES,
    KEY,
    Shelf,
    hear,
    open_office,
    open_shelf,
    talk,
)

DAY = date(2026, 11, 18)
WEEK = (DAY, DAY + timedelta(days=7))
CHATS = [f"khung {number}" for number in range(5)]
_numbers = itertools.count(1)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("people")) as opened:
        yield opened


class House:
    """A commune inside a unit: chats, who is behind them, and what was written of whom."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.office = open_office(unit)

    def chat(self, name: str) -> Identity:
        """A chat of the commune."""
        return mailbox.identity_of(self.unit.keys, self.office.id, self.office.address(name))

    def names(self, name: str) -> int:
        """Somebody new behind a chat."""
        person = people.add_person(self.unit, self.office.id)
        people.name_chat(self.unit, self.office.id, self.chat(name), person)
        return person

    def known(self, name: str) -> people.Known:
        """Who is behind a chat."""
        found = people.find_person(self.unit, self.office.id, self.chat(name))
        assert found is not None
        return found

    def helps(self, person: int | None, visits: int = 1, topic: Topic = Topic.VNEID) -> None:
        """An entry of somebody."""
        new = NewEntry(f"c{next(_numbers)}", self.office.team, None, Help(DAY, topic, visits))
        entry = help_entries.add(self.unit, self.office.id, new, By())
        mine = update(entry_rows).where(entry_rows.c.id == entry.id)
        self.unit.connection.execute(mine.values(person_id=person))

    def joins(self, one: str, other: str) -> None:
        """Both chats are one person, as the service does it."""
        first, second = self.known(one).root, self.known(other).root
        if first != second:
            root, gone = sorted((first, second))
            people.merge(self.unit, self.office.id, gone, root)

    def leaves(self, name: str) -> None:
        """A chat is a person of its own again, as the service does it."""
        known = self.known(name)
        if people.has_other_identity(self.unit, self.office.id, known):
            people.detach(self.unit, self.office.id, known)

    def figures(self) -> tuple[int, int, int]:
        """Visits, people, and visits of nobody known."""
        found = help_figures.count(self.unit, self.office.id, WEEK)
        return found.visits, found.people, found.without_person

    def chains(self) -> int:
        """How many point to somebody who is merged too."""
        root = people_rows.alias()
        joined = people_rows.join(root, root.c.id == people_rows.c.merged_into)
        chained = select(func.count()).select_from(joined).where(root.c.merged_into.is_not(None))
        count: int = self.unit.connection.execute(chained).scalar_one()
        return count


@pytest.fixture
def house(shelf: Shelf) -> Iterator[House]:
    with shelf.database.unit() as unit:
        yield House(unit)
        transaction = unit.connection.get_transaction()
        assert transaction is not None
        transaction.rollback()


def test_two_people_who_are_merged_are_one_and_two_again_when_they_part(house: House) -> None:
    for name in ("một", "hai"):
        house.helps(house.names(name), 3)
    assert house.figures() == (6, 2, 0)
    house.joins("một", "hai")
    assert house.figures() == (6, 1, 0)
    house.leaves("hai")
    assert house.figures() == (6, 2, 0)
    house.joins("hai", "một")
    house.leaves("một")
    assert house.figures() == (6, 2, 0)


def test_the_rows_behind_a_figure_number_people_as_it_counts_them(house: House) -> None:
    for name in ("một", "hai", "ba"):
        house.helps(house.names(name))
    house.helps(None)
    house.joins("ba", "một")
    heading = entries.Heading()
    sheet = entries.behind(house.unit, house.office.id, week_of(DAY), heading)
    assert sheet.people_count == house.figures()[1] == 2
    assert sorted(sheet.people.values()) == [1, 1, 2]


def test_each_topic_and_team_counts_them_once_as_well(house: House) -> None:
    for name, topic in (("một", Topic.VNEID), ("hai", Topic.VNEID), ("ba", Topic.AT)):
        house.helps(house.names(name), topic=topic)
    house.joins("một", "hai")
    house.joins("hai", "ba")
    found = help_figures.count(house.unit, house.office.id, WEEK)
    assert [count.people for count in found.topics] == [1, 1]
    assert [count.people for count in found.teams] == [1]


def test_of_three_chats_the_two_that_stay_are_still_one_whoever_leaves(house: House) -> None:
    for leaver in ("một", "hai", "ba"):
        three = House(house.unit)
        for name in ("một", "hai", "ba"):
            three.helps(three.names(name))
        three.joins("một", "hai")
        three.joins("ba", "hai")
        assert three.figures()[1] == 1
        three.leaves(leaver)
        assert three.figures()[1] == 2, leaver
        stay = [name for name in ("một", "hai", "ba") if name != leaver]
        assert len({three.known(name).root for name in stay}) == 1
        assert three.known(leaver).root not in {three.known(name).root for name in stay}


def test_a_chat_that_shares_its_person_leaves_what_was_written_with_the_others(
    house: House,
) -> None:
    person = house.names("một")
    people.name_chat(house.unit, house.office.id, house.chat("hai"), person)
    house.helps(person)
    house.leaves("hai")
    assert house.known("một").person == person
    assert house.known("hai").person != person
    assert house.figures() == (1, 1, 0)


acts = st.lists(
    st.tuples(
        st.sampled_from(["joins", "leaves", "helps"]),
        st.sampled_from(CHATS),
        st.sampled_from(CHATS),
    ),
    max_size=20,
)


@given(acts=acts)
def test_joining_never_raises_people_leaving_never_lowers_them_and_visits_stay(
    shelf: Shelf, acts: list[tuple[str, str, str]]
) -> None:
    with shelf.database.unit() as unit:
        house = House(unit)
        for name in CHATS:
            house.names(name)
        for act, one, other in acts:
            visits, before, without = house.figures()
            if act == "helps":
                house.helps(house.known(one).person)
                continue
            house.joins(one, other) if act == "joins" else house.leaves(one)
            after = house.figures()
            assert (after[0], after[2]) == (visits, without)
            assert after[1] <= before if act == "joins" else before <= after[1] <= before + 1
            assert house.chains() == 0
        for name in CHATS:
            house.leaves(name)
        assert len({house.known(name).root for name in CHATS}) == len(CHATS)
        transaction = unit.connection.get_transaction()
        assert transaction is not None
        transaction.rollback()


def test_people_of_two_communes_are_never_the_same(house: House) -> None:
    there = House(house.unit)
    person = house.names("một")
    assert people.find_person(house.unit, there.office.id, house.chat("một")) is None
    other = there.names("một")
    people.merge(house.unit, there.office.id, person, other)
    assert house.known("một").root == person


def test_a_chat_that_is_forgotten_names_nobody_and_the_person_still_counts(shelf: Shelf) -> None:
    office = shelf.write(open_office)
    who = shelf.write(talk, office, "bà Tư", "e1", "chào")
    other = shelf.write(talk, office, "ông Năm", "e2", "chào")

    def agree(unit: Unit) -> int:
        person = people.add_person(unit, office.id)
        for chat in (who, other):
            people.name_chat(unit, office.id, chat, person)
        return person

    person = shelf.write(agree)
    shelf.write(fetching.set_forgetting, who, shelf.clock.now)
    assert shelf.write(fetching.forget_due) == 1
    assert shelf.read(people.find_person, office.id, who) is None
    left = shelf.read(people.find_person, office.id, other)
    assert left is not None
    assert left.person == person
    shelf.write(fetching.forget, other)
    assert shelf.read(people.find_person, office.id, other) is None
    rows = select(people_rows.c.id).where(people_rows.c.commune_id == office.id)
    assert shelf.read(lambda unit: unit.connection.execute(rows).scalars().all()) == [person]


def test_after_a_change_of_key_a_chat_still_names_the_same_person(shelf: Shelf) -> None:
    office = shelf.write(open_office)
    old = shelf.write(talk, office, "bà Tư", "e1", "chào")

    def agree(unit: Unit) -> int:
        person = people.add_person(unit, office.id)
        people.name_chat(unit, office.id, old, person)
        return person

    person = shelf.write(agree)
    after = Database(shelf.url, KeyRing("khóa mới", (KEY,)), shelf.clock)
    try:
        new = after.write(hear, office, "bà Tư", "e2")
        claimed = after.write(mailbox.claim, new)
        assert claimed is not None
        assert after.write(rekeying.recognise, claimed)
        found = after.read(people.find_person, office.id, new)
    finally:
        after.close()
    assert found is not None
    assert found.person == person
    key_ids = select(identities.c.key_id).where(identities.c.person_id == person)
    stored = shelf.read(lambda unit: unit.connection.execute(key_ids).scalars().all())
    assert [bytes(one) for one in stored] == [KeyRing("khóa mới").current_id]


def test_a_code_stands_hashed_and_of_another_commune_only_that_it_is_one(house: House) -> None:
    unit, there = house.unit, House(house.unit)
    until = unit.now + timedelta(minutes=10)
    assert people.add_code(unit, house.office.id, house.chat("một"), b"h" * 32, until)
    assert not people.add_code(unit, there.office.id, there.chat("một"), b"h" * 32, until)
    here = people.find_code(unit, house.office.id, b"h" * 32)
    assert here is not None
    assert (here.identity, here.used, here.expired) == (house.chat("một"), False, False)
    strange = people.find_code(unit, there.office.id, b"h" * 32)
    assert strange is not None
    assert strange.identity is None
    assert not people.use_code(unit, there.office.id, here.id)
    assert people.use_code(unit, house.office.id, here.id)
    assert not people.use_code(unit, house.office.id, here.id)


def test_whoever_has_left_the_team_passes_nothing_on(house: House) -> None:
    unit, office = house.unit, house.office
    staff.link_chat(unit, office.id, house.chat("chị Hạnh"), (office.member, None))
    assert staff.find_link(unit, office.id, house.chat("chị Hạnh")) == (office.member, None)
    gone = update(members).where(members.c.id == office.member).values(left_at=unit.now)
    unit.connection.execute(gone)
    assert staff.find_link(unit, office.id, house.chat("chị Hạnh")) is None
    assert staff.find_link(unit, office.id, house.chat("bà Tư")) is None
