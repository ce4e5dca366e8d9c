"""Many threads at once: no update is lost, one lease of each thing, and the settings that this rests on."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.core.errors import StorageError
from bot.core.messages import Outbound
from storage import jobs, mailbox, questions, staff
from storage.database import Database, Unit
from storage.mailbox import Finished
from storage.models import job_runs, question_tallies
from tests.storage_tools import (
    ENGINES,
    Office,
    Shelf,
    arrival,
    open_office,
    open_shelf,
    statements_of,
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


def count_of(unit: Unit, office: Office) -> int:
    mine = question_tallies.c.commune_id == office.id
    return unit.connection.execute(select(question_tallies.c.count).where(mine)).scalar_one()


def read_then_write(unit: Unit, office: Office) -> None:
    mailbox.lock(unit, b"the number of this office")
    before = count_of(unit, office)
    mine = question_tallies.c.commune_id == office.id
    unit.connection.execute(update(question_tallies).where(mine).values(count=before + 1))


def test_four_threads_that_read_then_write_lose_no_update(shelf: Shelf, office: Office) -> None:
    shelf.write(questions.tally, office.id, DAY, "answer")

    def work() -> None:
        for _ in range(ROUNDS):
            shelf.write(read_then_write, office)

    together(*[work] * THREADS)
    assert shelf.read(count_of, office) == 1 + THREADS * ROUNDS


def test_the_drivers_own_transactions_would_have_lost_one(sqlite_shelf: Shelf) -> None:
    office = sqlite_shelf.write(open_office)
    sqlite_shelf.write(questions.tally, office.id, DAY, "answer")
    path = sqlite_shelf.url.removeprefix("sqlite:///")
    first, second = sqlite3.connect(path), sqlite3.connect(path)
    for connection in (first, second):  # both read before either has written
        assert connection.execute("SELECT count FROM question_tallies").fetchone() == (1,)
    for connection in (first, second):
        connection.execute("UPDATE question_tallies SET count = 2")
        connection.commit()
        connection.close()
    assert sqlite_shelf.read(count_of, office) == 2  # two ones were added, nobody was told


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


def test_the_readers_of_sqlite_cannot_write(sqlite_shelf: Shelf) -> None:
    with pytest.raises(StorageError, match="readonly"):
        sqlite_shelf.read(open_office)
    sqlite_shelf.write(open_office)
    with pytest.raises(StorageError, match="readonly"):
        sqlite_shelf.read(
            lambda unit: unit.connection.execute(update(question_tallies).values(count=0))
        )


def test_a_reader_sees_nothing_of_a_unit_that_is_not_finished(shelf: Shelf, office: Office) -> None:
    with shelf.database.unit() as unit:
        staff.add_staff(unit, office.id, "anh Bình", mailbox.Role.OFFICER)
        assert shelf.read(staff.find_worker, office.id, "anh Bình") is None
    assert shelf.read(staff.find_worker, office.id, "anh Bình") is not None


def test_turns_and_accepts_share_the_one_writer_thread_of_sqlite(sqlite_shelf: Shelf) -> None:
    database = sqlite_shelf.database

    async def threads() -> set[str]:
        def name(_: Unit) -> str:
            return threading.current_thread().name

        writes = [database.write_soon(name) for _ in range(10)]
        accepts = [database.accept_soon(name) for _ in range(10)]
        return set(await asyncio.gather(*writes, *accepts))

    assert len(asyncio.run(threads())) == 1
    assert database.turn_workers == 1


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
    assert shelf.read(count_of, office) == 25 * THREADS


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


def test_the_road_of_a_turn_takes_at_most_six_statements(shelf: Shelf, office: Office) -> None:
    def turn(unit: Unit, text: str) -> None:
        event = arrival(unit, office, "bà Tư", text)
        mailbox.lock(unit, event.identity)
        claimed = mailbox.claim(unit, event.identity)
        assert claimed is not None
        answers = (Outbound("một"), Outbound("hai"), Outbound("ba"))
        mailbox.finish(unit, claimed, Finished("answered", "{}", answers))

    for text in ("first contact", "second message"):
        shelf.write(lambda unit, t=text: mailbox.accept(unit, [arrival(unit, office, "bà Tư", t)]))
        seen = statements_of(shelf.database, partial(shelf.write, turn, text))
        work = [sql for sql in seen if not sql.startswith("BEGIN")]
        assert 3 <= len(work) <= 6, work


def test_a_database_that_is_closed_has_an_empty_write_ahead_log(sqlite_shelf: Shelf) -> None:
    office = sqlite_shelf.write(open_office)
    log = Path(sqlite_shelf.url.removeprefix("sqlite:///") + "-wal")
    assert log.stat().st_size > 0
    Database.truncate_log(sqlite_shelf.database)
    assert log.stat().st_size == 0
    assert sqlite_shelf.read(staff.find_worker, office.id, "chị Hạnh") == (office.member, None)
