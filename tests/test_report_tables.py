"""A report's tables say what its JSON says, cell by cell, for whoever reads it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.periods import parse
from bot.core.vocabulary import Audience, TargetStatus, TrainingKind
from bot.library import Library
from bot.reports.tables import ReportTables, Table
from bot.services import report_tables
from bot.services.definitions import NO_FIGURES, find, value_at, walk
from bot.services.period_names import name_period
from bot.services.report_words import outside
from storage.database import Unit
from tests import held_trainings as tools
from tests import report_world as world
from tests.storage_tools import ENGINES, Shelf, open_shelf
from tests.test_figures_property import ACTS, WHOLE, Act
from tests.test_figures_property import House as Log

NO_PATH = {"tt", "title", "unit", "note", "label", "source", "value", "status", "forecast"}
"""Columns of words, and of figures in words."""
IN_WORDS = {"confirmed", "need_per_week"}


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("report")) as opened:
        yield opened


@contextmanager
def undone(shelf: Shelf) -> Iterator[Unit]:
    """A unit that leaves nothing behind."""
    with shelf.database.unit() as unit:
        try:
            yield unit
        finally:
            transaction = unit.connection.get_transaction()
            assert transaction is not None
            transaction.rollback()


@pytest.fixture
def house(shelf: Shelf, library: Library) -> Iterator[world.House]:
    with undone(shelf) as unit:
        opened = world.open_house(unit, library)
        world.furnish(opened)
        yield opened


def check_against(body: dict[str, Any], tables: ReportTables) -> int:
    """Every number that a table shows is the one of the JSON; gives how many there were."""
    said, seen = dict(walk(body)), 0
    for table in tables.tables:
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=True):
                path = row.path(column.key)
                if row.is_head or column.key in NO_PATH or path not in said:
                    continue
                if table.key in ("summary", "copy", "targets") and column.key in IN_WORDS:
                    continue
                shown = row.exact.get(column.key, cell)
                if shown == (said.get(f"{path.rpartition('.')[0]}.reading.level")):
                    continue
                if not isinstance(said[path], str):
                    assert shown == said[path], (table.key, path)
                    seen += 1
    return seen


def check_sums(body: dict[str, Any], tables: ReportTables) -> None:
    """The parts of visits, trainings and attendances make the whole; people do not, and are the whole's."""
    for table in tables.tables:
        totals = [row for row in table.rows if row.is_total]
        if not totals or table.key.startswith("year_"):
            continue
        for place, column in enumerate(table.columns[1:], start=1):
            if (
                column.key in ("visits", "held", "attendances")
                and totals[0].cells[place] is not None
            ):
                parts = [row.cells[place] for row in table.rows if not row.is_total]
                assert sum(one or 0 for one in parts) == totals[0].cells[place], table.key
            if column.key == "people":
                assert totals[0].cells[place] == value_at(body, f"{totals[0].key}.people")


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("is_whole", [False, True])
def test_every_number_of_the_tables_is_the_one_of_the_json(
    house: world.House, audience: Audience, is_whole: bool
) -> None:
    for period in (world.WEEK, world.YEAR):
        body = house.body(period, audience)
        body = world.whole(body) if is_whole else body
        for extras in ([], ["confirmed", "forecast", "spot_checks"]):
            tables = report_tables.build(body | {"extras": extras}, house.told())
            assert check_against(body, tables) > 120
            check_sums(body, tables)


HELD = st.lists(
    st.tuples(
        st.sampled_from(TrainingKind), st.integers(0, 13), st.lists(st.integers(0, 3) | st.none())
    ),
    max_size=4,
)


@given(acts=ACTS, held=HELD, audience=st.sampled_from(Audience))
def test_tables_of_any_log_are_its_json(
    shelf: Shelf, library: Library, acts: list[Act], held: list[Any], audience: Audience
) -> None:
    with undone(shelf) as unit:
        log = Log(unit, library)
        for act in acts:
            log.does(act)
        for kind, day, people in held:
            training = tools.hold(unit, log.id, kind, WHOLE.start + tools.timedelta(days=day))
            seats = [None if one is None else log.people[one % len(log.people)] for one in people]
            tools.fill(unit, log.id, training, *seats)
        house = world.House(unit, library, log.office.commune)
        body = house.body(WHOLE, audience)
        tables = report_tables.build(body, house.told())
        check_against(body, tables)
        check_sums(body, tables)


@pytest.mark.parametrize("audience", Audience)
def test_every_figure_of_a_whole_report_has_a_definition(
    house: world.House, audience: Audience
) -> None:
    body = world.whole(house.body(world.WEEK, audience))
    numbers = {
        path: value
        for path, value in walk(body)
        if isinstance(value, int | float) and value is not True
    }
    assert len(numbers) > 200
    lacking = [
        path
        for path, value in numbers.items()
        if find(path) is None
        and not isinstance(value, bool)
        and not any(path.endswith(one.rpartition("]")[2]) for one in NO_FIGURES)
    ]
    assert lacking == []
    rows = report_tables.build(body, house.told()).definitions.rows
    told = {row.key for row in rows}
    assert {found.pattern for path in numbers if (found := find(path))} <= told
    assert all(cell for row in rows for cell in row.cells)


def columns(table: Table) -> list[str]:
    return [one.key for one in table.columns]


def test_what_leaves_the_office_is_this_period_the_sum_the_plan_percent_and_a_note(
    house: world.House,
) -> None:
    body = world.whole(house.body(world.WEEK, Audience.OUTGOING))
    table = report_tables.build(body, house.told()).table("targets")
    plain = ["tt", "title", "source", "unit", "value", "in_period", "done", "percent", "note"]
    assert columns(table) == plain
    ticked = report_tables.build(body | {"extras": ["confirmed", "forecast"]}, house.told())
    assert {"forecast", "confirmed"} <= set(columns(ticked.table("targets")))
    assert "help.confirmed" in {row.key for row in ticked.table("figures").rows}
    shown = " ".join(
        str(c)
        for t in report_tables.build(body, house.told()).tables
        for r in t.rows
        for c in r.cells
    )
    assert "Chậm" not in shown
    assert "Đang thực hiện – cần thêm 2" in shown
    inside = report_tables.build(world.whole(house.body()), house.told()).table("targets")
    assert {"opening", "status", "forecast", "confirmed", "rest"} <= set(columns(inside))
    assert [row.cells[0] for row in inside.rows] == [str(n + 1) for n in range(len(inside.rows))]
    assert [row.key for row in inside.rows] == [f"targets[{t['id']}]" for t in body["targets"]]


@pytest.mark.parametrize(
    ("status", "rest", "days", "said"),
    [
        (TargetStatus.REACHED, None, None, "Đã hoàn thành"),
        (TargetStatus.ON_TRACK, 2, 30, "Đang thực hiện – cần thêm 2 lớp"),
        (TargetStatus.BEHIND, 1200, 30, "Đang thực hiện – cần thêm 1.200 lớp"),
        (TargetStatus.BEHIND, 2, 0, "Chưa hoàn thành – còn thiếu 2 lớp"),
        (TargetStatus.NOT_YET, None, None, "Chưa đến kỳ"),
        (TargetStatus.TOO_LITTLE_KNOWN, None, None, "Chưa có đủ số liệu"),
    ],
)
def test_outside_a_target_is_never_called_late(
    status: TargetStatus, rest: int | None, days: int | None, said: str
) -> None:
    target = {
        "status": status.value,
        "rest": rest,
        "days_left": days,
        "unit": "lớp",
        "kind": "computed",
    }
    assert outside(world.TEXTS, target) == said


def test_a_target_that_was_set_aside_stays_and_says_for_which_clause(house: world.House) -> None:
    body = house.body()
    one, other = body["targets"][:2]
    body["targets"][0] = one | {"set_aside": True, "conflicts_with": other["id"]}
    table = report_tables.build(body, house.told()).table("targets")
    note = table.cell(f"targets[{one['id']}]", "note")
    clause = other["source"].removeprefix("002 · ")  # the number of the file is of this house
    assert str(note).startswith(f"Không dùng: văn phòng chọn theo {clause}")


def test_a_hidden_cell_says_so_and_a_silent_team_is_no_zero(house: world.House) -> None:
    body = house.body(world.WEEK, Audience.OUTGOING)
    hidden = next(one for one in body["hidden"] if one.startswith("help.by_topic["))
    row, _, column = hidden.rpartition(".")
    tables = report_tables.build(body, house.told())
    assert tables.table("by_topic").cell(row, column) is None
    why = "Số người không ghi ở bản gửi ra ngoài, để giữ riêng tư"
    assert tables.table("by_topic").cell(row, "note") == why
    table = tables.table("by_team")
    assert table.cell("teams.silent[KP 10]", "visits") is None
    assert table.cell("teams.silent[KP 10]", "note") == "Chưa có phiếu trong kỳ"


@pytest.mark.parametrize(
    ("period", "name"),
    [
        ("week:2026-W07", "tuần 7 năm 2026"),
        ("month:2026-11", "tháng 11 năm 2026"),
        ("reporting-month:2026-03", "tháng 3 năm 2026"),
        ("quarter:2026-Q4", "quý IV năm 2026"),
        ("half:2026-H1", "6 tháng đầu năm 2026"),
        ("reporting-half:2026-H2", "6 tháng cuối năm 2026"),
        ("year:2026", "năm 2026"),
        ("office-week:2026-11-20", "từ ngày 14/11/2026 đến ngày 20/11/2026"),
        ("2026-11-01..2026-11-15", "từ ngày 01/11/2026 đến ngày 15/11/2026"),
    ],
)
def test_a_period_is_called_by_its_name(period: str, name: str) -> None:
    assert name_period(world.TEXTS, parse(period)) == name


def test_a_row_leads_to_its_figure_in_every_window(house: world.House) -> None:
    body = world.whole(house.body())
    row = next(
        one
        for one in report_tables.build(body, house.told()).table("summary").rows
        if one.key == "help.visits"
    )
    assert row.path("in_period") == "help.visits"
    assert row.path("done") == "cumulative.help.visits"
    assert row.path("last_year") == "last_year.help.visits"
    assert replace(row, key="targets[x]").path("done") == "targets[x].done"
