"""The help log under many hands at once: every log counts once, of two corrections one wins and says so."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial

import pytest

from bot.core.errors import BusyError, RuleError
from bot.core.vocabulary import Place, Role, Source, Topic
from bot.services import help_log
from bot.services.help_log import Seen
from storage import audit, help_entries, help_figures, staff
from storage.database import Unit
from storage.help_entries import By, Entry, Help, NewEntry
from storage.mailbox import Worker
from tests.storage_tools import ENGINES, Office, Shelf, open_office, open_shelf, together

DAY = date(2026, 11, 18)
WINDOW = (DAY, DAY + timedelta(days=1))
THREADS, LOGS = 8, 200
HELP = Help(DAY, Topic.VNEID, 1)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("help-race")) as opened:
        yield opened


@pytest.fixture
def office(shelf: Shelf) -> Office:
    return shelf.write(open_office)


@pytest.fixture
def member(office: Office) -> Worker:
    return Worker(office.member, "chị Hạnh", Role.MEMBER, office.team, "KP 1")


@pytest.fixture
def leader(shelf: Shelf, office: Office) -> Worker:
    made = shelf.write(staff.add_member, office.id, office.team, "anh Ba", Role.TEAM_LEADER)
    return Worker(made, "anh Ba", Role.TEAM_LEADER, office.team, "KP 1")


def at_once(works: list[Callable[[], object]]) -> None:
    """All of them, by so many threads that begin together; what is busy is tried again, as a turn is."""
    start = threading.Barrier(THREADS)

    def run(mine: list[Callable[[], object]]) -> None:
        start.wait(timeout=30)
        for work in mine:
            for _ in range(50):
                try:
                    work()
                except BusyError:
                    continue
                break
            else:
                raise AssertionError("busy for ever")

    with ThreadPoolExecutor(THREADS) as pool:
        parts = [works[number::THREADS] for number in range(THREADS)]
        for done in [pool.submit(run, part) for part in parts]:
            done.result(timeout=120)


def visits(shelf: Shelf, office: Office) -> int:
    return shelf.read(help_figures.count, office.id, WINDOW).visits


@pytest.mark.parametrize("road", ["turn", "write"])
def test_two_hundred_logs_of_which_half_are_repeats_count_exactly_once_each(
    shelf: Shelf, office: Office, member: Worker, road: str
) -> None:
    run = shelf.database.turn if road == "turn" else shelf.database.write
    said = [f"{road}-{number // 2}" for number in range(LOGS)]  # neighbours are in other threads
    log = help_log.log_help
    found: list[tuple[Entry, bool]] = []

    def work(client: str) -> None:
        found.append(run(log, office.id, member, HELP, client))

    at_once([partial(work, client) for client in said])
    assert visits(shelf, office) == LOGS // 2
    assert sum(is_new for _, is_new in found) == LOGS // 2
    assert len({entry.id for entry, _ in found}) == LOGS // 2
    acts = [one.act.action for one in shelf.read(audit.list_acts, office.id)]
    assert acts.count("help.create") == LOGS // 2


def test_imports_and_logs_and_corrections_and_voids_at_once_lose_nothing(
    shelf: Shelf, office: Office, member: Worker, leader: Worker
) -> None:
    seeds = [
        shelf.write(help_log.log_help, office.id, member, HELP, f"seed-{number}")[0]
        for number in range(50)
    ]

    def bulk(unit: Unit, number: int) -> None:
        for row in range(10):
            client = f"paper-{number}-{row}"
            fresh = NewEntry(client, office.team, None, HELP, Source.PAPER)
            help_entries.add(unit, office.id, fresh, By())

    def correct(unit: Unit, entry: Entry) -> None:
        change = (Help(DAY, Topic.DVC, 3), "đếm thiếu")
        help_log.correct_help(unit, office.id, member, entry.id, change)

    works: list[Callable[[], object]] = []
    works += [partial(shelf.write, correct, entry) for entry in seeds[:40]]
    works += [
        partial(shelf.write, help_log.undo_help, office.id, leader, entry.id, "ghi nhầm")
        for entry in seeds[40:]
    ]
    works += [partial(shelf.write, bulk, number) for number in range(10)]
    works += [
        partial(shelf.write, help_log.log_help, office.id, member, HELP, f"new-{number}")
        for number in range(50)
    ]
    random.Random(3).shuffle(works)
    at_once(works)
    assert visits(shelf, office) == 40 * 3 + 10 * 10 + 50
    for entry in seeds:
        revisions = shelf.read(help_entries.list_revisions, office.id, entry.id)
        assert [one.number for one in revisions] == [1, 2]


@pytest.mark.parametrize("round_", range(10))
def test_of_two_who_correct_the_same_reading_one_wins_and_the_other_is_told(
    shelf: Shelf, office: Office, member: Worker, leader: Worker, round_: int
) -> None:
    entry, _ = shelf.write(help_log.log_help, office.id, member, HELP, f"both-{round_}")
    seen = Seen(entry.id, entry.revision)
    mine, theirs = Help(DAY, Topic.VNEID, 4), Help(DAY, Topic.VNEID, 1, place=Place.AT_HOME)

    def correct(who: Worker, fresh: Help) -> str:
        change = (fresh, "sửa cho đúng")
        try:
            shelf.write(help_log.correct_help, office.id, who, seen, change)
        except RuleError as error:
            return error.code
        return who.name

    said = together(partial(correct, member, mine), partial(correct, leader, theirs))
    assert said.count("correct.changed") == 1
    winner = member if member.name in said else leader
    now = shelf.read(help_entries.get, office.id, entry.id)
    assert now.help == (mine if winner is member else theirs)
    revisions = shelf.read(help_entries.list_revisions, office.id, entry.id)
    assert [one.by.member_id for one in revisions] == [member.id, winner.id]
    assert [one.content["visits"] for one in revisions] == [1, now.help.visits]


def test_many_corrections_of_one_entry_each_stand_on_the_one_before(
    shelf: Shelf, office: Office, member: Worker
) -> None:
    entry, _ = shelf.write(help_log.log_help, office.id, member, HELP, "many")

    def one_more(unit: Unit) -> None:
        now = help_entries.get(unit, office.id, entry.id)
        fresh = Help(DAY, Topic.VNEID, now.help.visits + 1)
        by = (help_log.by_of(member), "thêm một")
        if help_entries.correct(unit, office.id, now, fresh, by) is None:
            raise BusyError("đọc lại")

    at_once([partial(shelf.write, one_more)] * 40)
    now = shelf.read(help_entries.get, office.id, entry.id)
    assert (now.help.visits, now.revision) == (41, 41)
    assert len(shelf.read(help_entries.list_revisions, office.id, entry.id)) == 41
