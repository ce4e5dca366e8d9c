"""The annex of a draft is short and leaves no figure out; longer reports have all that the plan asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.core.periods import parse
from bot.library import Library
from bot.reports import docx
from bot.reports.tables import Table
from bot.services import report_tables
from bot.services.report_annex import annex_of
from bot.services.report_document import Wish, compose
from storage.database import Unit
from tests import report_world as world
from tests.docx_xml import W, part, text
from tests.report_bodies import TARGET, TEXTS, body
from tests.storage_tools import Shelf, open_shelf

WEEK, QUARTER = world.WEEK, parse("quarter:2026-Q4")


@pytest.fixture(scope="module")
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, "sqlite", tmp_path_factory.mktemp("annex")) as opened:
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


def annex(house: world.House, report: dict[str, Any]) -> dict[str, Table]:
    told = house.told()
    found = annex_of(report_tables.build(report, told), report, told)
    return {one.key: one for one in found}


def keys(table: Table) -> set[str]:
    return {one.key for one in table.columns}


def with_tasks(
    house: world.House, report: dict[str, Any], **said: dict[str, Any]
) -> dict[str, Any]:
    """The report with every task of the plan, of which some say more (by id, with _ for -)."""
    plain = dict.fromkeys(("lead", "partners", "product", "due", "status", "result", "as_of"))
    tasks = [
        {"id": one.id, "text": one.text, **plain, "source": one.source}
        | said.get(one.id.replace("-", "_"), {})
        for one in house.told().plan.tasks
    ]
    return report | {"tasks": tasks}


def test_of_a_week_only_tasks_that_something_is_told_of_have_rows_and_the_rest_is_counted(
    house: world.House,
) -> None:
    done = {"status": "da_xong", "result": "Đã xong"}
    report = with_tasks(house, house.body(WEEK), co_so_du_lieu_dan_cu=done)
    found = annex(house, report)["tasks"]
    assert [row.key for row in found.rows] == ["tasks[co-so-du-lieu-dan-cu]"]
    others = len(house.told().plan.tasks) - 1
    assert found.notes[0].startswith(f"Còn {others} nhiệm vụ khác")
    assert "báo cáo quý, 6 tháng, năm" in found.notes[0]


def test_a_task_whose_day_has_come_has_a_row_though_nobody_wrote_of_it(house: world.House) -> None:
    report = with_tasks(house, house.body(WEEK))
    plan = house.told().plan
    due = [
        one.model_copy(update={"ends_on": world.MONDAY}) if one.id == "ha-tang-5g" else one
        for one in plan.tasks
    ]
    told = house.told()
    late = world.Telling(
        told.texts, plan.model_copy(update={"tasks": tuple(due)}), {}, "0.1.0", told.as_of
    )
    found = {one.key: one for one in annex_of(report_tables.build(report, late), report, late)}
    assert [row.key for row in found["tasks"].rows] == ["tasks[ha-tang-5g]"]


def test_a_quarter_has_every_task_and_the_workbook_of_a_week_has_too(house: world.House) -> None:
    wanted = [f"tasks[{one.id}]" for one in house.told().plan.tasks]
    quarter = with_tasks(house, house.body(QUARTER))
    assert [row.key for row in annex(house, quarter)["tasks"].rows] == wanted
    week = with_tasks(house, house.body(WEEK))
    whole = report_tables.build(week, house.told()).table("tasks")
    assert [row.key for row in whole.rows] == wanted


@pytest.mark.parametrize("period", [WEEK, QUARTER], ids=["week", "quarter"])
def test_each_target_stands_in_a_row_or_in_the_list_with_what_the_plan_wants(
    house: world.House, period: Any
) -> None:
    report = house.body(period)
    found = annex(house, report)["targets"]
    rows, listed = {row.key for row in found.rows}, " ".join(found.notes)
    whole = report_tables.build(report, house.told()).table("targets")
    assert len(rows) < len(whole.rows)
    for row in whole.rows:
        if row.key not in rows:
            title, aim = whole.cell(row.key, "title"), whole.cell(row.key, "value")
            number = whole.cell(row.key, "tt")
            assert f"({number}) {title} [{aim}" in listed, row.key
    for key in rows:
        assert any(found.cell(key, one) is not None for one in keys(found) & {"done", "in_period"})


@pytest.mark.parametrize(
    "typed", [{"note": "Hẹn tháng sau"}, {"estimate": 14}], ids=["note", "estimate"]
)
def test_a_target_that_the_office_wrote_to_keeps_its_row(
    house: world.House, typed: dict[str, Any]
) -> None:
    report = house.body(WEEK)
    bare = next(one for one in report["targets"] if one["kind"] == "entered")
    before = annex(house, report)["targets"]
    more = report | {"targets": [one | (typed if one is bare else {}) for one in report["targets"]]}
    after = {row.key for row in annex(house, more)["targets"].rows}
    assert after - {row.key for row in before.rows} == {f"targets[{bare['id']}]"}


def test_columns_that_say_nothing_go_and_those_that_hold_one_figure_stay(
    house: world.House,
) -> None:
    report = house.body(WEEK)
    assert not keys(annex(house, report)["targets"]) & {"forecast", "opening", "source"}
    one = report["targets"][0] | {"forecast": {"low": 1.0, "mid": 2.0, "high": 3.0}, "done": 1}
    more = report | {"targets": [one, *report["targets"][1:]]}
    assert "forecast" in keys(annex(house, more)["targets"])


def test_figures_that_nobody_knows_and_silent_teams_are_named_below_their_tables(
    house: world.House,
) -> None:
    report = house.body(WEEK)
    found = annex(house, report)
    whole = report_tables.build(report, house.told())
    shown = {row.key for row in found["figures"].rows}
    for row in whole.table("figures").rows:
        if not row.is_head:
            title = str(whole.table("figures").cell(row.key, "title"))
            assert row.key in shown or title in found["figures"].notes[0], row.key
    assert found["by_team"].notes[0] == "Chưa có phiếu trong kỳ (—): KP 10."
    assert [row.cells[0] for row in found["by_team"].rows] == ["KP 1", "KP 2", "Cộng"]


# ---- what is told in sentences -------------------------------------------------------------------


def sentences(report: dict[str, Any], plan: Any) -> str:
    found = compose(report, plan, TEXTS, Wish(), [Table("t", "Biểu", [], [], ["x"])])
    return "\n".join(line.text for one in found.parts for line in one.lines)


READ = TARGET | {
    "id": "doc", "title": "Tỷ lệ có điện thoại", "kind": "entered", "in_period": None, "need_per_week": None,
    "reading": {"as_of": "2026-10-30", "source": "Công an phường"},
}  # fmt: skip


def test_a_figure_that_was_read_before_this_month_is_left_to_the_annex(library: Library) -> None:
    plan = library.plans["ho-nai"]
    text_ = sentences(body(targets=[TARGET, READ]), plan)
    assert "Tỷ lệ có điện thoại" not in text_
    assert "Tổ chức ít nhất năm lớp tập huấn: trong kỳ 1 lớp" in text_
    assert "Kết quả các chỉ tiêu khác của kế hoạch nêu tại Phụ lục kèm theo." in text_
    assert "số còn thiếu nêu tại Phụ lục kèm theo" in text_


@pytest.mark.parametrize(
    "news",
    [
        {"reading": READ["reading"] | {"as_of": "2026-11-02"}},
        {"note": "Công an đang cập nhật"},
        {"estimate": 4},
    ],
    ids=["read-now", "note", "estimate"],
)
def test_what_is_new_in_the_month_is_told(library: Library, news: dict[str, Any]) -> None:
    assert "Tỷ lệ có điện thoại" in sentences(body(targets=[READ | news]), library.plans["ho-nai"])


def test_a_quarter_tells_every_target_of_focus(library: Library) -> None:
    period = {"kind": "quarter", "key": "2026-Q4", "from": "2026-10-01", "to": "2027-01-01"}
    report = body(period=body()["period"] | period, targets=[READ])
    report["targets"][0] = READ | {"reading": READ["reading"] | {"as_of": "2026-09-01"}}
    assert "Tỷ lệ có điện thoại" in sentences(report, library.plans["ho-nai"])


# ---- on paper ------------------------------------------------------------------------------------


def test_a_long_slim_table_stands_in_blocks_and_its_total_once_below(house: world.House) -> None:
    slim = annex(house, house.body(WEEK))["by_team"]
    team, total = slim.rows[0], slim.rows[-1]
    many = [type(team)(f"help.by_team[KP {n}]", (f"KP {n}", n, n)) for n in range(1, 18)]
    long = Table(
        "by_team",
        "Theo tổ",
        slim.columns[:3],
        [*many, type(total)("help", ("Cộng", 153, 153), is_total=True)],
    )
    drawn = docx.render(compose(body(), house.told().plan, TEXTS, Wish(), [long]))
    grid = list(part(drawn, "word/document.xml").iter(f"{W}tbl"))[-1]
    lines = [[text(cell) for cell in row.iter(f"{W}tc")] for row in grid.iter(f"{W}tr")]
    assert lines[0] == ["Tổ", "Lượt", "Người"] * 3
    assert lines[1] == ["KP 1", "1", "1", "KP 7", "7", "7", "KP 13", "13", "13"]
    assert lines[-2] == ["KP 6", "6", "6", "KP 12", "12", "12", "", "", ""]
    assert lines[-1] == ["Cộng", "153", "153", *[""] * 6]


def test_the_paper_is_turned_once_for_the_wide_tables(house: world.House) -> None:
    found = list(annex(house, house.body(WEEK)).values())
    document = compose(body(), house.told().plan, TEXTS, Wish(), found)
    sizes = [
        (one.get(f"{W}w"), one.get(f"{W}orient"))
        for one in part(docx.render(document), "word/document.xml").iter(f"{W}pgSz")
    ]
    assert [turned for _, turned in sizes].count("landscape") == 1
    assert sizes[-1][1] == "landscape"
    assert len(sizes) == 2  # the annex begins upright, in the section of the report
    starts = part(docx.render(document), "word/document.xml").iter(f"{W}pageBreakBefore")
    assert len(list(starts)) == 1
