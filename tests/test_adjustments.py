"""What a report tells of those before it, where one in between was reopened or a week ends at an hour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

import pytest

from bot.core.vocabulary import TrainingKind
from bot.library import Library
from bot.services import closings
from bot.services.frozen_rows import Rows
from storage import closings as stored
from storage.closings import Part
from storage.database import Unit
from tests import held_trainings
from tests.closing_tools import DESK, TinyFiles, Ward
from tests.storage_tools import ENGINES, Shelf, open_shelf

OCTOBER, NOVEMBER, DECEMBER = "month:2026-10", "month:2026-11", "month:2026-12"
JANUARY = "month:2027-01"
DAY = date(2026, 10, 7)
FRIDAY = date(2026, 11, 20)
WEEK, NEXT_WEEK, THIRD_WEEK = (f"office-week:2026-{day}" for day in ("11-20", "11-27", "12-04"))


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("adjustments")) as opened:
        yield opened


@pytest.fixture
def ward(shelf: Shelf, library: Library) -> Iterator[Ward]:
    began = shelf.clock.now
    shelf.clock.now = datetime(2027, 2, 3, 2, tzinfo=UTC)
    yield Ward(shelf, library.plans["ho-nai"])
    shelf.clock.now = began


def at_noon(ward: Ward) -> Ward:
    """The same ward whose weeks end at 11:00 on a Friday."""
    report = ward.plan.report
    week = report.week.model_copy(update={"hour": time(11)})
    report = report.model_copy(update={"week": week})
    ward.plan = ward.plan.model_copy(update={"report": report})
    return ward


def holds(ward: Ward, hour: int, day: date = FRIDAY) -> None:
    """A class of KP 1 that began at that hour."""
    said = {"team_id": ward.teams["KP 1"], "starts_at": held_trainings.local(day, hour)}

    def hold(unit: Unit) -> None:
        held_trainings.hold(unit, ward.id, TrainingKind.CLASS, day, **said)

    ward.shelf.write(hold)


def rows_of(ward: Ward, number: int) -> Rows:
    return Rows.from_bytes(ward.shelf.read(stored.read_part, ward.id, number, Part.ROWS))


# ---- a report in between is reopened


def test_what_only_a_reopened_report_told_is_told_though_a_later_one_is_closed(ward: Ward) -> None:
    ward.helps(DAY, 5)
    ward.closes(OCTOBER)
    ward.helps(DAY, 3)
    november = ward.closes(NOVEMBER)
    ward.closes(DECEMBER)
    told = [(OCTOBER, "help.visits", "KP 1", "2026-10-07", 3)]
    assert ward.changes(NOVEMBER) == told
    assert ward.changes(DECEMBER) == []
    ward.reopens(november)
    assert ward.changes(NOVEMBER) == ward.changes(JANUARY) == told
    ward.closes(NOVEMBER)
    assert ward.changes(NOVEMBER) == told
    assert ward.changes(DECEMBER) == ward.changes(JANUARY) == []


def test_days_after_an_early_closing_are_told_again_when_the_report_that_told_them_is_reopened(
    ward: Ward,
) -> None:
    ward.shelf.clock.now = datetime(2026, 10, 21, 2, tzinfo=UTC)
    ward.helps(DAY, 5)
    ward.helps(date(2026, 10, 20), 2)
    ward.closes(OCTOBER, date(2026, 10, 15))
    ward.shelf.clock.now = datetime(2027, 2, 3, 2, tzinfo=UTC)
    november = ward.closes(NOVEMBER)
    ward.closes(DECEMBER)
    ward.reopens(november)
    told = [(OCTOBER, "help.visits", "KP 1", "2026-10-20", 2)]
    assert ward.changes(NOVEMBER) == ward.changes(JANUARY) == told


def test_a_report_reopened_long_ago_makes_nothing_told_twice(ward: Ward) -> None:
    ward.closes(OCTOBER)
    ward.helps(DAY, 3)
    ward.reopens(ward.closes(NOVEMBER))
    ward.closes(DECEMBER)
    ward.closes(NOVEMBER)
    assert [one[-1] for one in ward.changes(DECEMBER)] == [3]
    assert ward.changes(NOVEMBER) == ward.changes(JANUARY) == []


# ---- a week that ends at an hour


def test_a_class_after_the_hour_of_the_week_is_of_the_next_one_and_no_adjustment(
    ward: Ward,
) -> None:
    at_noon(ward)
    holds(ward, 9)
    holds(ward, 15)
    closing = ward.closes(WEEK)
    assert ward.report(WEEK)["trainings"]["held"] == 1
    assert len(rows_of(ward, closing.id).held) == 1
    assert ward.report(NEXT_WEEK)["trainings"]["held"] == 1
    assert ward.changes(NEXT_WEEK) == []
    holds(ward, 16)  # written down late, and of the next week
    assert ward.report(NEXT_WEEK)["trainings"]["held"] == 2
    assert ward.changes(NEXT_WEEK) == []
    assert ward.closer.prove(ward.asked(WEEK)).changes == []


def test_a_class_before_the_hour_that_is_written_down_late_is_told_once(ward: Ward) -> None:
    at_noon(ward)
    ward.closes(WEEK)
    holds(ward, 9)
    told = [(WEEK, "trainings.held", "KP 1", "2026-11-20", 1)]
    assert ward.changes(NEXT_WEEK) == told
    proof = ward.closer.prove(ward.asked(WEEK))
    assert [(one["figure"], one["change"]) for one in proof.changes] == [("trainings.held", 1)]
    ward.closes(NEXT_WEEK)
    holds(ward, 15)  # of the next week, on a day that both weeks touch
    assert ward.changes(THIRD_WEEK) == [(NEXT_WEEK, *told[0][1:])]


def test_a_week_keeps_the_hour_that_it_was_closed_with(ward: Ward, library: Library) -> None:
    holds(at_noon(ward), 15)
    ward.closes(WEEK)
    ward.plan = library.plans["ho-nai"]  # of whole days
    assert ward.changes(NEXT_WEEK) == []


# ---- the rows that are kept


def test_an_entry_that_moves_to_another_day_of_the_period_meanwhile_is_a_new_try(
    ward: Ward,
) -> None:
    entry = ward.helps(DAY, 10)
    draft = ward.shelf.read(closings.prepare, ward.asked(OCTOBER))
    files = closings.render(TinyFiles(), draft)
    moved = date(2026, 10, 9)
    ward.corrects(entry, occurred_on=moved)
    assert ward.shelf.write(closings.keep, draft, files, DESK) is None
    closing = ward.closes(OCTOBER)
    assert [one.occurred_on for one in rows_of(ward, closing.id).helps] == [moved]


# ---- the same period a year before


def test_a_period_counted_to_a_day_is_compared_with_the_same_days_of_the_year_before(
    ward: Ward,
) -> None:
    ward.shelf.clock.now = datetime(2026, 11, 22, 2, tzinfo=UTC)
    ward.helps(date(2025, 1, 1))
    for day, visits in ((20, 10), (22, 100), (23, 1000)):
        ward.helps(date(2025, 11, day), visits)
        ward.holds(date(2025, 11, day))
    before = ward.report(NOVEMBER)["last_year"]
    assert (before["from"], before["to"]) == ("2025-11-01", "2025-11-23")
    assert before["help"]["visits"] == 110
    assert ward.report(NOVEMBER)["last_year"]["trainings"]["held"] == 2
    assert ward.report("2026-11-01..2026-11-30")["last_year"]["help"]["visits"] == 110
    assert ward.report("year:2026")["last_year"]["help"]["visits"] == 111
    assert ward.report(OCTOBER)["last_year"]["help"]["visits"] == 0
    assert ward.report(DECEMBER)["last_year"]["help"]["visits"] == 0
    ward.closes(NOVEMBER, date(2026, 11, 20))
    assert ward.report(NOVEMBER)["last_year"]["help"]["visits"] == 10
    ward.shelf.clock.now = datetime(2026, 12, 2, 2, tzinfo=UTC)
    assert ward.closer.prove(ward.asked(NOVEMBER)).is_count_same
    assert ward.report("2026-11-01..2026-11-30")["last_year"]["help"]["visits"] == 1110


def test_a_week_counted_to_a_day_is_compared_with_the_same_weekdays(ward: Ward) -> None:
    ward.shelf.clock.now = datetime(2026, 11, 18, 2, tzinfo=UTC)  # Wednesday of W47
    ward.helps(date(2025, 1, 1))
    ward.helps(date(2025, 11, 19), 10)  # Wednesday of W47
    ward.helps(date(2025, 11, 20), 100)
    assert ward.report("week:2026-W47")["last_year"]["help"]["visits"] == 10
    assert ward.report(WEEK)["last_year"]["help"]["visits"] == 10
