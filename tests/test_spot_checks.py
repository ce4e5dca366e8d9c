"""The weekly draw: anybody can do it again, every entry has a chance; and what calls say of the log."""

from __future__ import annotations

import hashlib
import math
import random
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, update

from bot.app.trust import TrustRounds
from bot.core.errors import NotAllowedError
from bot.core.periods import ZONE, Period, week_of
from bot.core.vocabulary import Role, Topic
from bot.services import spot_checks
from bot.services.access import Officer
from bot.services.spot_checks import Lot, Result, draw, fewest_right, hash_of
from storage import audit, help_entries, people, staff
from storage import spot_checks as stored
from storage.database import Unit
from storage.help_entries import By, Help, NewEntry
from storage.models_help import help_entries as rows
from storage.models_people import contacts
from storage.spot_checks import Way
from tests.clock import FixedClock
from tests.storage_tools import ENGINES, Office, Shelf, open_office, open_shelf
from tests.trust_tools import keep_phone, log_known_help
from tests.world import World

numbers = st.lists(st.integers(1, 10**7), unique=True, max_size=40)
seeds = st.text("0123456789abcdef", min_size=16, max_size=16)


# ---- the draw, as pure arithmetic ---------------------------------------------------------------


@given(numbers, seeds, st.integers(0, 10))
def test_the_sample_is_what_coreutils_would_draw(entries: list[int], seed: str, size: int) -> None:
    lines = [f"{hashlib.sha256(f'{seed}|{n}'.encode()).hexdigest()} {n}" for n in entries]
    by_hand = [int(line.split()[1]) for line in sorted(lines)][:size]
    assert draw(entries, seed, size) == by_hand


@given(numbers, seeds, st.randoms(use_true_random=False))
def test_the_sample_depends_on_nothing_but_seed_and_numbers(
    entries: list[int], seed: str, chance: random.Random
) -> None:
    mixed = list(entries)
    chance.shuffle(mixed)
    assert draw(mixed, seed, 5) == draw(entries, seed, 5)
    assert hash_of(mixed) == hash_of(entries)
    assert len(draw(entries, seed, 5)) == min(5, len(entries))


def test_every_entry_has_a_chance_and_about_the_same() -> None:
    entries = range(1, 21)
    drawn = [one for number in range(2000) for one in draw(entries, f"{number:016x}", 5)]
    counts = {one: drawn.count(one) for one in entries}
    assert min(counts.values()) > 400  # 500 on average; five standard deviations are about 97
    assert max(counts.values()) < 600


def test_the_recipe_of_the_manual_gives_the_same_with_sha256sum() -> None:
    program = shutil.which("sha256sum")
    if program is None:
        pytest.fail("coreutils are part of every machine that runs this")
    entries, seed = [3, 12, 45, 101, 7], "0123456789abcdef"
    listed = "".join(f"{one}\n" for one in sorted(entries)).encode()
    assert hash_of(entries) == f"sha256:{sum_of(program, listed)}"
    ranked = sorted(f"{sum_of(program, f'{seed}|{one}'.encode())} {one}" for one in entries)
    assert draw(entries, seed, 5) == [int(line.split()[1]) for line in ranked]


def sum_of(program: str, given_: bytes) -> str:
    done = subprocess.run([program], input=given_, capture_output=True, check=True)
    return done.stdout.decode().split()[0]


# ---- what the calls say -------------------------------------------------------------------------


def test_nineteen_calls_of_which_seventeen_are_right_are_good_and_fifteen_are_not() -> None:
    assert fewest_right(19) == 16
    assert Lot(19, 17).is_good
    assert Lot(19, 16).is_good
    assert not Lot(19, 15).is_good
    assert Lot(19, 15).is_full
    assert not Lot(18, 15).is_full  # is counted and not judged


@given(st.integers(1, 40))
def test_fewer_than_the_decision_value_are_seldom_in_a_true_log(calls: int) -> None:
    def below(right: int) -> float:
        terms = (math.comb(calls, n) * 0.95**n * 0.05 ** (calls - n) for n in range(right))
        return math.fsum(terms)

    fewest = fewest_right(calls)
    assert below(fewest) <= 0.05 + 1e-9
    assert fewest == calls or below(fewest + 1) > 0.05


# ---- in a commune -------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("checks")) as opened:
        yield opened


class Ward:
    """A commune whose members log this week; next week the office checks."""

    def __init__(self, shelf: Shelf, office: Office) -> None:
        self.shelf, self.office = shelf, office
        today = shelf.clock().date()
        self.week: Period = week_of(today)
        self._count = 0

    def logs(self, phone: str | None = None, day: date | None = None) -> int:
        """An entry of the member, about somebody whose number is kept or not; gives its id."""
        self._count += 1

        def log(unit: Unit) -> int:
            person = None
            if phone is not None:
                person = people.add_person(unit, self.office.id)
                keep_phone(unit, self.office.id, person, phone)
            done = Help(day or self.week.start, Topic.VNEID, person_id=person)
            new = NewEntry(f"s{self._count}", self.office.team, self.office.member, done)
            return help_entries.add(unit, self.office.id, new, By(self.office.member)).id

        return self.shelf.write(log)

    def draws(self, size: int = 5) -> int | None:
        """Draw from the week."""
        return self.shelf.write(spot_checks.draw_once, self.office.commune, self.week, size)

    def hires(self, role: Role = Role.OFFICER, name: str = "chị Lan") -> Officer:
        """Somebody of the office."""
        new = self.shelf.write(staff.add_staff, self.office.id, name, role)
        return Officer(new, name, role, self.office.commune)

    def sheet(self, officer: Officer) -> spot_checks.Sheet:
        """What that officer reads."""
        return self.shelf.read(spot_checks.read_sheet, officer, self.week)

    def numbers(self, officer: Officer) -> dict[int, str]:
        """The phones that the page shows."""
        sheet = self.sheet(officer)
        return dict(self.shelf.write(spot_checks.with_numbers, officer, sheet).numbers)

    def calls(self) -> list[stored.Check]:
        """What is to be rung."""
        return [one for one in self.checks() if one.way is Way.CALL]

    def checks(self) -> list[stored.Check]:
        """All that was drawn."""
        name = f"week:{self.week.key}"
        return self.shelf.read(stored.list_checks, self.office.id, name)

    def acts(self) -> list[tuple[str, str]]:
        """What stands in the audit log."""
        found = self.shelf.read(audit.list_acts, self.office.id)
        return [(one.act.action, one.act.object) for one in found]

    def writes(self, work: Any, *arguments: Any) -> Any:
        """A unit of work."""
        return self.shelf.write(work, *arguments)


@pytest.fixture
def ward(shelf: Shelf) -> Ward:
    return Ward(shelf, shelf.write(open_office))


def phone(number: int) -> str:
    return f"+8491234{number:04}"


def test_five_calls_and_two_questions_to_the_team_are_drawn_and_can_be_drawn_again(
    ward: Ward,
) -> None:
    with_number = [ward.logs(phone(number)) for number in range(9)]
    without = [ward.logs() for _ in range(7)]
    assert ward.draws() == 7
    sheet = ward.sheet(ward.hires())
    assert sheet.drawn is not None
    assert list(sheet.frame) == sorted(with_number + without)
    assert sheet.drawn.data_hash == hash_of(sheet.frame)
    calls = [one.entry for one in sheet.checks if one.way is Way.CALL]
    asked = [one.entry for one in sheet.checks if one.way is Way.TEAM]
    assert calls == draw(with_number, sheet.drawn.seed, 5)
    assert asked == draw(without, sheet.drawn.seed, 2)


def test_without_any_number_the_team_is_asked_about_all_of_them(ward: Ward) -> None:
    entries = [ward.logs() for _ in range(8)]
    assert ward.draws() == 5
    assert {one.way for one in ward.checks()} == {Way.TEAM}
    assert {one.entry for one in ward.checks()} <= set(entries)


def test_a_week_is_drawn_once_and_a_week_without_entries_has_no_draw(ward: Ward) -> None:
    assert ward.draws() == 0
    assert ward.sheet(ward.hires()).drawn is None
    ward.logs()
    assert ward.draws() is None
    assert ward.checks() == []


def test_the_seed_is_of_the_installation_and_the_week_and_nobody_can_choose_it(
    ward: Ward,
) -> None:
    ward.logs()
    with ward.shelf.database.unit() as unit:
        spot_checks.draw_once(unit, ward.office.commune, ward.week, 5)
        first = stored.find_draw(unit, ward.office.id, f"week:{ward.week.key}")
        unit.connection.get_transaction().rollback()
    ward.logs()
    ward.draws()
    second = ward.shelf.read(stored.find_draw, ward.office.id, f"week:{ward.week.key}")
    assert first is not None
    assert second is not None
    assert first.seed == second.seed
    assert first.data_hash != second.data_hash


def test_what_is_entered_late_is_drawn_from_in_the_week_of_its_entering(ward: Ward) -> None:
    late = ward.logs(day=ward.week.start - timedelta(days=20))
    ward.draws()
    assert [one.entry for one in ward.checks()] == [late]


def test_what_was_taken_back_before_the_draw_is_not_in_it_and_afterwards_it_says_so(
    ward: Ward,
) -> None:
    gone, kept = ward.logs(), ward.logs()

    def void(unit: Unit, entry: int) -> None:
        found = help_entries.get(unit, ward.office.id, entry)
        assert help_entries.void(unit, ward.office.id, found, By(), "nhầm")

    ward.writes(void, gone)
    ward.draws()
    officer = ward.hires()
    before = ward.sheet(officer)
    assert list(before.frame) == [kept]
    ward.shelf.clock.passes(minutes=5)
    ward.writes(void, kept)
    after = ward.sheet(officer)
    assert [one.is_void for one in after.checks] == [True]
    assert list(after.frame) == [kept]  # what was drawn from can still be told
    assert after.drawn is not None
    assert hash_of(after.frame) == after.drawn.data_hash


def test_two_people_who_turn_out_to_be_one_have_one_number(ward: Ward) -> None:
    entry = ward.logs()

    def merge(unit: Unit) -> None:
        first, second = (people.add_person(unit, ward.office.id) for _ in range(2))
        keep_phone(unit, ward.office.id, first, phone(7))
        mine = update(rows).where(rows.c.id == entry)
        unit.connection.execute(mine.values(person_id=second))
        people.merge(unit, ward.office.id, first, second)

    ward.writes(merge)
    ward.draws()
    officer = ward.hires()
    (call,) = ward.calls()
    assert ward.writes(spot_checks.take_charge, officer, call.id)
    assert ward.numbers(officer) == {call.id: "0912 340 007"}


# ---- who sees and does what ---------------------------------------------------------------------


def test_only_the_officer_in_charge_sees_the_number_and_each_look_is_recorded(ward: Ward) -> None:
    ward.logs(phone(1))
    ward.draws()
    (call,) = ward.calls()
    lan, mai = ward.hires(), ward.hires(name="chị Mai")
    assert ward.numbers(lan) == {}
    assert ward.writes(spot_checks.take_charge, lan, call.id)
    assert ward.numbers(lan) == {call.id: "0912 340 001"}
    assert ward.numbers(mai) == {}
    assert ward.writes(spot_checks.take_charge, mai, call.id)
    assert ward.numbers(lan) == {}
    assert ward.numbers(mai) == {call.id: "0912 340 001"}
    about = [act for act in ward.acts() if act[1].endswith(f"check:{call.id}")]
    assert about == [
        ("take-check", f"check:{call.id}"),
        ("read", f"phone:check:{call.id}"),
        ("take-check", f"check:{call.id}"),
        ("read", f"phone:check:{call.id}"),
    ]
    assert all("091" not in part and "+84" not in part for act in ward.acts() for part in act)


def test_a_number_whose_time_is_over_is_gone_and_the_call_says_so(ward: Ward) -> None:
    ward.logs(phone(1))
    ward.draws()
    (call,) = ward.calls()
    officer = ward.hires()
    ward.writes(spot_checks.take_charge, officer, call.id)
    of_commune = contacts.c.commune_id == ward.office.id
    ward.writes(lambda unit: unit.connection.execute(delete(contacts).where(of_commune)))
    (call,) = ward.calls()
    assert not call.has_number
    assert ward.numbers(officer) == {}


def test_a_result_is_written_by_the_officer_in_charge_and_can_be_mended_for_a_day(
    ward: Ward,
) -> None:
    ward.logs(phone(1))
    ward.draws()
    (call,) = ward.calls()
    lan, mai = ward.hires(), ward.hires(name="chị Mai")
    record = spot_checks.record_result
    assert not ward.writes(record, lan, call.id, Result.RIGHT)  # nobody has taken it
    ward.writes(spot_checks.take_charge, lan, call.id)
    assert not ward.writes(record, mai, call.id, Result.RIGHT)
    assert ward.writes(record, lan, call.id, Result.RIGHT)
    (done,) = ward.calls()
    assert (done.result, done.staff, done.checked_at) == (
        Result.RIGHT,
        "chị Lan",
        ward.shelf.clock(),
    )
    assert ward.numbers(lan) == {}  # it is done: the number is not shown any more
    assert not ward.writes(spot_checks.take_charge, mai, call.id)
    ward.shelf.clock.passes(hours=23)
    assert ward.writes(record, lan, call.id, Result.WRONG)
    ward.shelf.clock.passes(hours=25)
    assert not ward.writes(record, lan, call.id, Result.RIGHT)
    assert ward.calls()[0].result is Result.WRONG


def test_a_team_is_asked_by_anybody_of_the_office(ward: Ward) -> None:
    ward.logs()
    ward.draws()
    (one,) = ward.checks()
    lan, mai = ward.hires(), ward.hires(name="chị Mai")
    assert not ward.writes(spot_checks.take_charge, lan, one.id)  # there is nothing to ring
    assert ward.writes(spot_checks.record_result, mai, one.id, Result.RIGHT)
    assert not ward.writes(spot_checks.record_result, lan, one.id, Result.WRONG)


@pytest.mark.parametrize("role", [Role.LEADER, Role.OPERATOR])
def test_who_reads_does_not_act_and_who_runs_the_machine_does_not_read(
    ward: Ward, role: Role
) -> None:
    ward.logs(phone(1))
    ward.draws()
    (call,) = ward.calls()
    somebody = ward.hires(role)
    for work in (
        lambda: ward.writes(spot_checks.take_charge, somebody, call.id),
        lambda: ward.writes(spot_checks.record_result, somebody, call.id, Result.RIGHT),
    ):
        with pytest.raises(NotAllowedError):
            work()
    if role is Role.LEADER:
        assert len(ward.sheet(somebody).checks) == 1
        assert ward.numbers(somebody) == {}
    else:
        with pytest.raises(NotAllowedError):
            ward.sheet(somebody)
    assert ward.calls()[0].result is None


def test_only_calls_that_were_answered_are_counted_in_the_lot(ward: Ward) -> None:
    for number in range(4):
        ward.logs(phone(number))
    for _ in range(2):
        ward.logs()
    ward.draws()
    officer = ward.hires()
    results = [Result.RIGHT, Result.WRONG, Result.NOT_REACHED, Result.DECLINED]
    for call, result in zip(ward.calls(), results, strict=True):
        ward.writes(spot_checks.take_charge, officer, call.id)
        ward.writes(spot_checks.record_result, officer, call.id, result)
    for one in ward.checks():
        if one.way is Way.TEAM:
            ward.writes(spot_checks.record_result, officer, one.id, Result.RIGHT)
    assert ward.sheet(officer).lot == Lot(2, 1)


def test_the_draw_stands_in_the_audit_log_with_the_hash_of_what_was_drawn_from(
    ward: Ward,
) -> None:
    entry = ward.logs()
    ward.draws()
    (act,) = [
        one.act
        for one in ward.shelf.read(audit.list_acts, ward.office.id)
        if one.act.action == "draw-checks"
    ]
    assert (act.actor, act.object) == ("jobs", f"week:{ward.week.key}")
    assert f"sha256:{act.after_hash}" == hash_of([entry])


# ---- by the clock -------------------------------------------------------------------------------


def test_the_week_is_drawn_when_it_is_over_and_by_one_process_only(
    world: World, clock: FixedClock
) -> None:
    hanh, tu = world.member(), world.person()
    tu.says("menu")
    entry = log_known_help(world.base, world.commune, (hanh.identity, tu.identity, "vneid"))

    def drawn() -> list[int]:
        found = world.base.database.read(stored.list_checks, world.commune.id, "week:2026-W47")
        return [one.entry for one in found]

    clock.now = datetime(2026, 11, 22, 23, 59, tzinfo=ZONE)
    world.does_by_the_clock()
    assert drawn() == []
    clock.passes(minutes=1)
    world.does_by_the_clock()
    assert drawn() == [entry.id]
    other = TrustRounds(world.base)
    world.run(other.draw())
    assert drawn() == [entry.id]
