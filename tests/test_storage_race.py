"""Many threads at once: no update is lost, one lease of each thing, and the settings that this rests on."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from bot.core.errors import BusyError, StorageError
from bot.core.keys import KeyRing
from bot.core.vocabulary import Identity
from storage import jobs, mailbox, questions, staff
from storage.database import Database, Unit
from storage.models import job_runs, members
from storage.questions import Tally
from tests.storage_tools import (
    ENGINES,
    KEY,
    Office,
    Shelf,
    answer,
    arrival,
    open_office,
    open_shelf,
    post,
    together,
)

THREADS, ROUNDS = 4, 100
DAY = date(2026, 11, 18)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("race")) as opened:
        yield opened


@pytest.fixture
def office(shelf: Shelf) -> Office:
    return shelf.write(open_office)


@pytest.fixture
def sqlite_shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shelf]:
    with open_shelf(request, "sqlite", tmp_path) as opened:
        yield opened


def number_of(unit: Unit, office: Office) -> int:
    """A number to count with; it stands where the member's name stood."""
    mine = members.c.id == office.member
    return int(unit.connection.execute(select(members.c.name).where(mine)).scalar_one())


def set_number(unit: Unit, office: Office, number: int) -> None:
    staff.rename_member(unit, office.id, office.member, str(number))


def read_then_write(unit: Unit, office: Office) -> None:
    mailbox.lock(unit, b"the number of this office")
    set_number(unit, office, number_of(unit, office) + 1)


def test_four_threads_that_read_then_write_lose_no_update(shelf: Shelf, office: Office) -> None:
    shelf.write(set_number, office, 0)

    def work() -> None:
        for _ in range(ROUNDS):
            shelf.write(read_then_write, office)

    together(*[work] * THREADS)
    assert shelf.read(number_of, office) == THREADS * ROUNDS


def test_the_drivers_own_transactions_would_have_lost_one(sqlite_shelf: Shelf) -> None:
    office = sqlite_shelf.write(open_office)
    sqlite_shelf.write(set_number, office, 0)
    path = sqlite_shelf.url.removeprefix("sqlite:///")
    first, second = sqlite3.connect(path), sqlite3.connect(path)
    for connection in (first, second):  # both read before either has written
        assert connection.execute("SELECT name FROM members").fetchone() == ("0",)
    for connection in (first, second):
        connection.execute("UPDATE members SET name = '1'")
        connection.commit()
        connection.close()
    assert sqlite_shelf.read(number_of, office) == 1  # of two, and nobody was told


def test_a_writing_unit_is_alone_from_its_first_moment(sqlite_shelf: Shelf) -> None:
    other = sqlite3.connect(
        sqlite_shelf.url.removeprefix("sqlite:///"), timeout=0, isolation_level=None
    )
    with sqlite_shelf.database.unit(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    with sqlite_shelf.database.unit(read_only=True):
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    other.close()


def test_every_connection_to_sqlite_has_the_settings_that_the_rules_name(
    sqlite_shelf: Shelf,
) -> None:
    def settings(unit: Unit) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        connection = unit.connection
        found = {n: connection.exec_driver_sql(f"PRAGMA {n}").scalar() for n in names}
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        return found | {"isolation_level": driver.isolation_level}

    expected = {
        "journal_mode": "wal",
        "synchronous": 1,  # NORMAL
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 10_000,
        "isolation_level": None,
    }
    # all at once, so that each thread has a connection of its own
    meet = threading.Barrier(3)

    def at_once(unit: Unit) -> dict[str, object]:
        meet.wait(timeout=30)
        return settings(unit)

    reading = together(*[partial(sqlite_shelf.read, at_once)] * 3)
    assert [sqlite_shelf.write(settings), *reading] == [expected] * 4


def test_no_reading_unit_can_write(shelf: Shelf, office: Office) -> None:
    for work in (open_office, partial(set_number, office=office, number=0)):
        with pytest.raises((StorageError, DBAPIError), match=r"read-?only"):
            shelf.read(work)
    shelf.write(set_number, office, 0)


def test_a_reader_sees_nothing_of_a_unit_that_is_not_finished(shelf: Shelf, office: Office) -> None:
    with shelf.database.unit() as unit:
        staff.add_staff(unit, office.id, "anh Bình", mailbox.Role.OFFICER)
        assert shelf.read(staff.find_worker, office.id, "anh Bình") is None
    assert shelf.read(staff.find_worker, office.id, "anh Bình") is not None


def test_on_sqlite_one_writer_of_a_process_is_at_work_at_a_time(sqlite_shelf: Shelf) -> None:
    database, inside, most = sqlite_shelf.database, 0, 0

    def work(unit: Unit) -> None:
        nonlocal inside, most
        unit.begin_writing()
        inside += 1
        most = max(most, inside)
        time.sleep(0.001)
        inside -= 1

    async def all_at_once() -> None:
        writes = [database.write_soon(work) for _ in range(10)]
        accepts = [database.accept_soon(work) for _ in range(10)]
        turns = [database.hop(database.turn, work) for _ in range(10)]
        await asyncio.gather(*writes, *accepts, *turns)

    asyncio.run(all_at_once())
    assert most == 1
    assert database.turn_workers == 1


def test_a_turn_that_has_written_nothing_yet_keeps_nobody_waiting(
    shelf: Shelf, office: Office
) -> None:
    database, blocked, go_on = shelf.database, threading.Event(), threading.Event()

    def slow(unit: Unit) -> str:
        assert unit.connection.execute(select(members.c.id)).first() is not None
        blocked.set()
        assert go_on.wait(timeout=30)
        assert jobs.begin(unit, "slow", "done")
        return "done"

    async def scene() -> None:
        turn = asyncio.create_task(database.hop(database.turn, slow))
        await asyncio.to_thread(blocked.wait, 30)
        event = arrival_of(office)
        async with asyncio.timeout(5):  # far less than the turn takes, far more than a commit
            await database.accept_soon(mailbox.accept, [event])
            assert await database.write_soon(jobs.begin, "beside", "a turn")
        assert not turn.done()
        go_on.set()
        assert await turn == "done"

    def arrival_of(house: Office) -> mailbox.Arrival:
        return database.write(arrival, house, "bà Tư", "beside a turn")

    asyncio.run(scene())


def test_a_turn_whose_event_another_has_closed_leaves_nothing(sqlite_shelf: Shelf) -> None:
    database = sqlite_shelf.database
    house = database.write(open_office)
    event = database.write(arrival, house, "bà Tư", "e1")
    database.write(mailbox.accept, [event])

    def late(unit: Unit) -> None:
        claimed = mailbox.claim(unit, event.identity)
        assert claimed is not None
        thread = threading.Thread(target=database.write, args=(answer, event.identity))
        thread.start()
        thread.join(timeout=30)
        assert jobs.begin(unit, "late", "never")
        mailbox.finish(unit, claimed, mailbox.Finished("answered", "{}", ()))

    with pytest.raises(BusyError):
        database.turn(late)
    assert database.write(jobs.begin, "late", "never")  # what the turn wrote is undone


def test_one_unit_of_a_person_waits_for_another_and_not_for_other_people(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """The advisory lock of PostgreSQL; SQLite lets one writer in anyway."""
    with open_shelf(request, "postgres", tmp_path) as shelf:
        order: list[str] = []
        held, finished = threading.Event(), threading.Event()

        def first() -> None:
            with shelf.database.unit() as unit:
                mailbox.lock(unit, b"ba Tu....")
                held.set()
                assert finished.wait(timeout=30)  # the neighbour was not held up by us
                order.append("first")

        def second() -> None:
            assert held.wait(timeout=30)
            with shelf.database.unit() as unit:
                mailbox.lock(unit, b"ba Tu....")
                order.append("second")

        def neighbour() -> None:
            assert held.wait(timeout=30)
            with shelf.database.unit() as unit:
                mailbox.lock(unit, b"ong Nam..")
                order.append("neighbour")
            finished.set()

        together(first, second, neighbour)
        assert order == ["neighbour", "first", "second"]


def test_tallies_of_many_threads_add_up(shelf: Shelf, office: Office) -> None:
    def work() -> None:
        for _ in range(25):
            shelf.write(questions.tally, office.id, DAY, "answer", "vneid-quen-mat-khau")

    together(*[work] * THREADS)
    window = (DAY, DAY + timedelta(days=1))
    assert shelf.read(questions.list_tallies, office.id, window) == [
        Tally("answer", "vneid-quen-mat-khau", 25 * THREADS)
    ]


def test_of_two_threads_that_begin_a_job_exactly_one_wins(shelf: Shelf) -> None:
    for number in range(20):
        begin = partial(shelf.write, jobs.begin, "purge", f"race-{number}")
        assert sorted(together(begin, begin)) == [False, True]


def test_a_job_whose_unit_failed_can_be_begun_again(shelf: Shelf) -> None:
    def fails(unit: Unit) -> None:
        assert jobs.begin(unit, "purge", "failed")
        raise InterruptedError

    with pytest.raises(InterruptedError):
        shelf.write(fails)
    assert shelf.write(jobs.begin, "purge", "failed")
    assert not shelf.write(jobs.begin, "purge", "failed")
    assert shelf.write(jobs.begin, "digest", "failed")
    found = select(job_runs.c.ran_at).where(job_runs.c.period == "failed")
    assert shelf.read(lambda unit: unit.connection.execute(found).scalars().all()) == [
        shelf.clock.now,
        shelf.clock.now,
    ]


def test_of_two_threads_that_use_an_invitation_exactly_one_wins(
    shelf: Shelf, office: Office
) -> None:
    for number in range(10):
        invited = (mailbox.Role.MEMBER, office.team, None)
        code = b"%032d" % (office.id * 100 + number)
        added = shelf.write(staff.add_invitation, office.id, code, invited, shelf.clock.now)
        use = partial(shelf.write, staff.use_invitation, office.id, added)
        assert sorted(together(use, use)) == [False, True]


def test_the_road_of_a_turn_takes_at_most_six_statements(sqlite_shelf: Shelf) -> None:
    """Seen by the driver, whichever way they were sent; the lock of PostgreSQL is one more."""
    office = sqlite_shelf.write(open_office)
    seen: list[str] = []

    def turn(unit: Unit, identity: Identity) -> None:
        driver = unit.connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_trace_callback(seen.append)
        answer(unit, identity, "chào")
        driver.set_trace_callback(None)

    for event_id in ("first contact", "second message"):
        event = sqlite_shelf.write(arrival, office, "bà Tư", event_id)
        sqlite_shelf.write(mailbox.accept, [event])
        seen.clear()
        sqlite_shelf.write(turn, event.identity)
        assert 4 <= len(seen) < 6, seen


def test_a_database_that_is_closed_has_an_empty_write_ahead_log(sqlite_shelf: Shelf) -> None:
    office = sqlite_shelf.write(open_office)
    log = Path(sqlite_shelf.url.removeprefix("sqlite:///") + "-wal")
    assert log.stat().st_size > 0
    Database.truncate_log(sqlite_shelf.database)
    assert log.stat().st_size == 0
    assert sqlite_shelf.read(staff.find_worker, office.id, "chị Hạnh") == (office.member, None)


def test_a_unit_that_cannot_begin_is_busy(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    with open_shelf(request, "sqlite", tmp_path) as shelf:
        impatient = text("PRAGMA busy_timeout = 0")
        shelf.write(lambda unit: unit.connection.execute(impatient))
        other = Database(shelf.url, KeyRing(KEY), shelf.clock)
        with other.unit(), pytest.raises(BusyError):
            shelf.write(open_office)
        other.close()
        shelf.write(open_office)


@pytest.mark.parametrize("road", ["short", "long"])
def test_a_connection_that_was_cut_inside_a_unit_is_busy_and_the_next_unit_works(
    request: pytest.FixtureRequest, tmp_path: Path, road: str
) -> None:
    """By the short road of a turn, straight to the driver, and by SQLAlchemy's."""
    with open_shelf(request, "postgres", tmp_path) as shelf:
        office = shelf.write(open_office)

        def cut(unit: Unit) -> None:
            pid = unit.connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with psycopg.connect(shelf.url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [pid])
            if road == "short":
                mailbox.claim(unit, Identity(bytes(32)))
            staff.known_chat(unit, Identity(bytes(32)))

        for _ in range(3):
            with pytest.raises(BusyError):
                shelf.write(cut)
        assert shelf.write(post, office, "bà Tư", "t1")
