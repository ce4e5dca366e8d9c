"""Schools that a plan names in one word: the office lists them, and each reports for itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from bot.app.installation import Installation
from bot.core.periods import parse
from bot.core.vocabulary import Role, TaskStatus
from bot.library import read_plan
from bot.services import unit_desk, unit_lists, unit_schools
from bot.services import unit_reports as sending
from bot.services.access import Officer
from bot.services.unit_reports import Content, Doing, Fresh, Here
from storage import audit, staff
from storage.database import Unit
from storage.models_plans import reporting_units, target_readings, task_states, unit_reports
from tests.office_browser import Answer
from tests.office_site import Site
from tests.small_content import CONTENT
from tests.unit_site import PEOPLE_DESK, SCHOOLS, Desk, open_units, plan_of, with_schools

ROSE, LOTUS = "Trường Mầm non Hoa Hồng", "Trường Tiểu học Hoa Sen"
OTHER = "xuan-hoa"


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_units(tmp_path_factory.mktemp("schools"), has_schools=True) as opened:
        yield opened


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site.officer())


def adds(desk: Desk, *names: str, period: str = "month:2026-10") -> Answer:
    typed = "\r\n".join(names)
    return desk.sends("/schools", period=period, reporter="truong-hoc", names=typed)


def drops(site: Site, desk: Desk, name: str, reason: str = "đã nhập trường") -> Answer:
    (number,) = [
        one.id for one in rows(site, reporting_units) if (one.name, one.ended_at) == (name, None)
    ]
    return desk.sends(f"/schools/{number}/gone", period="month:2026-10", reason=reason)


def rows(site: Site, table: Any) -> list[Any]:
    return site.ward.base.database.read(
        lambda unit: unit.connection.execute(select(table).order_by(table.c.id)).all()
    )


def units(desk: Desk, period: str = "month:2026-10") -> list[str]:
    """Who stands in the table of the period and is no neighbourhood."""
    page = desk.browser.opens(f"/office/units?period={period}").page
    return [name for name in page.tables["state"].body if not name.startswith("Khu phố ")]


def sends(site: Site, path: str, **typed: str) -> Answer:
    browser = site.browser()
    page = browser.opens(path).page
    names = ("revision", "as_of", "s.mo-hinh", "s.muc-2")
    kept = {name: page.values[name] for name in names if name in page.values}
    return browser.posts(path, kept | {"sent_by": "cô Tư", **typed})


def missing(site: Site, period: str = "month:2026-10") -> list[str]:
    """Who has not sent, as the calendar of reports tells it."""
    commune, plan = site.ward.commune(), site.ward.base.library.plans["ho-nai"]

    def read(unit: Unit) -> list[str]:
        here = Here(unit, commune, plan)
        return unit_desk.list_missing(here, parse(period), here.calendar())

    return site.ward.base.database.read(read)


# ---- who reports


def test_without_a_list_all_schools_send_one_report_together(site: Site, desk: Desk) -> None:
    desk.opens()
    assert SCHOOLS in units(desk)
    number, link = desk.number(SCHOOLS), desk.link(SCHOOLS)
    assert sends(site, link, **{"n.mo-hinh": "4"}).status == 303
    (reading,) = rows(site, target_readings)
    assert (reading.unit_report_id, reading.number) == (number, 4.0)


def test_each_school_of_the_list_has_a_report_and_a_link_of_its_own(site: Site, desk: Desk) -> None:
    answer = adds(desk, "  Trường THCS số 10 ", "", "Trường THCS số 2", ROSE)
    assert answer.location == "/office/units?period=month:2026-10&done=listed#done"
    desk.opens()
    assert units(desk)[-3:] == [ROSE, "Trường THCS số 2", "Trường THCS số 10"]
    assert SCHOOLS not in units(desk)
    made = desk.sends("/links", period="month:2026-10").text
    assert all(f">{name}<" in made for name in units(desk)[-3:])
    links = {desk.link(name) for name in units(desk)[-3:]}
    assert len(links) == 3
    for link in links:
        assert "Dạy kỹ năng số" in site.browser().opens(link).page.words


def test_schools_that_have_not_sent_are_missing_and_named_in_the_text_for_the_group(
    site: Site, desk: Desk
) -> None:
    assert missing(site)[-1] == SCHOOLS
    adds(desk, ROSE, LOTUS)
    assert missing(site)[-2:] == [ROSE, LOTUS]
    desk.opens()
    sends(site, desk.link(ROSE), **{"n.mo-hinh": "1"})
    assert ROSE not in missing(site)
    assert missing(site)[-1] == LOTUS
    for one in rows(site, unit_reports):
        if one.whose not in (ROSE, LOTUS):
            desk.sends(f"/{one.id}/enter", **typed_of(desk, one.id))
    paste = desk.page().split("Chữ dán vào nhóm Zalo")[1].split("Danh sách trường")[0]
    assert LOTUS in paste
    assert ROSE not in paste


def typed_of(desk: Desk, number: int) -> dict[str, str]:
    page = desk.browser.opens(f"/office/units/{number}/enter").page
    return {
        "revision": page.values["revision"],
        "as_of": page.values["as_of"],
        "sent_by": "chị Lan",
        "nothing": "yes",
    }


def test_in_either_database_a_listed_school_reports_for_itself(base: Installation) -> None:
    text = (CONTENT / "plans" / "ho-nai.yaml").read_text(encoding="utf-8")
    written = yaml.safe_dump(with_schools(plan_of(text)), allow_unicode=True)
    plan = read_plan(written, "ho-nai.yaml")
    commune = next(one for one in base.communes if one.slug == "ho-nai")
    october = parse("month:2026-10")

    def work(unit: Unit) -> tuple[list[str], list[str]]:
        number = staff.add_staff(unit, commune.id, "chị Lan", Role.OFFICER)
        here, officer = (
            Here(unit, commune, plan),
            Officer(number, "chị Lan", Role.OFFICER, commune),
        )
        assert unit_lists.add(here, officer, "truong-hoc", f"{ROSE}\n{LOTUS}") is None
        (listing,) = unit_lists.read(here)
        unit_lists.drop(here, officer, listing.standing[1].id, "ghi nhầm")
        assert unit_lists.add(here, officer, "truong-hoc", LOTUS) is None
        opened = unit_desk.open_period(here, officer, october)
        schools = [one for one in opened if one.sender.listed_id is not None]
        content = Content(date(2026, 10, 31), tasks=(Doing("day-hoc", TaskStatus.DOING, "đã dạy"),))
        sent = sending.send(here, schools[0], Fresh(content, "cô Tư", "link"))
        missing = unit_desk.list_missing(here, october, here.calendar())
        return [one.sender.whose for one in schools], [sent.sender.whose, missing[-1]]

    names, (first, last) = base.database.write(work)
    assert names == [ROSE, LOTUS]
    assert (first, last) == (ROSE, LOTUS)
    with base.database.engine.connect() as connection:
        assert connection.execute(select(task_states)).all() == []


# ---- what a school says


def test_what_one_school_says_is_no_figure_of_the_commune(site: Site, desk: Desk) -> None:
    adds(desk, ROSE, LOTUS)
    desk.opens()
    task = {"t.day-hoc": "dang_lam", "y.day-hoc": "đã dạy 2 lớp"}
    for name, told in ((ROSE, "2"), (LOTUS, "3")):
        answer = sends(site, desk.link(name), **task, **{"n.mo-hinh": told, "n.muc-2": "50"})
        assert answer.status == 303, answer.text
    assert rows(site, target_readings) == []
    assert rows(site, task_states) == []
    page = desk.browser.opens("/office/units?period=month:2026-10").page
    told = [
        {who: cells[0].text for who, cells in one.body.items()}
        for one in page.tables.values()
        if one.id.startswith("sum-")
    ]
    assert {ROSE: "2", LOTUS: "3", "Cộng": "5"} in told
    assert {ROSE: "50", LOTUS: "50"} in told  # shares are not added


def test_what_was_told_last_is_that_of_the_school_itself(site: Site, desk: Desk) -> None:
    adds(desk, ROSE, LOTUS)
    for period in ("month:2026-09", "month:2026-10"):
        desk.opens(period)
    for name, told in ((ROSE, "71"), (LOTUS, "82")):
        link = desk.link(name, "month:2026-09")
        task = {"t.day-hoc": "dang_lam", "y.day-hoc": f"lớp của {name}"}
        assert sends(site, link, **task, **{"n.mo-hinh": told}).status == 303
    own = site.browser().opens(desk.link(ROSE)).page.words
    assert "Lần trước: 71" in own
    assert f"lớp của {ROSE}" in own
    assert "82" not in own
    assert LOTUS not in own
    centre = site.browser().opens(desk.link(PEOPLE_DESK)).page.words
    assert "Lần trước: chưa có số" in centre


# ---- the list


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ((LOTUS, "trường mầm non HOA HONG"), "“trường mầm non HOA HONG” bị ghi hai lần"),
        ((LOTUS, LOTUS), f"“{LOTUS}” bị ghi hai lần"),
        (("các trường học mầm non, tiểu học, THCS",), "bị ghi hai lần hoặc đã có rồi"),
        ((LOTUS, "T" * 81), "dài quá. Mỗi tên không quá 80 chữ cái"),
        ((" ", ""), "Chưa có tên trường nào"),
    ],
    ids=["there-already", "twice", "the-whole", "long", "blank"],
)
def test_a_name_at_fault_is_told_and_nothing_is_kept(
    site: Site, desk: Desk, names: tuple[str, ...], sentence: str
) -> None:
    adds(desk, ROSE)
    answer = adds(desk, *names)
    assert answer.status == 422
    assert sentence in " ".join(answer.page.words.split())
    assert [one.name for one in rows(site, reporting_units)] == [ROSE]
    assert names[0].strip() in answer.text.split("<textarea")[1].split("</textarea>")[0]


def test_a_name_of_eighty_signs_is_kept_whole(site: Site, desk: Desk) -> None:
    name = "Trường " + "ữ" * 73
    assert adds(desk, name).status == 303
    desk.opens()
    assert name in units(desk)


def test_a_school_is_taken_out_for_a_reason_that_is_kept(site: Site, desk: Desk) -> None:
    adds(desk, ROSE, LOTUS)
    refused = drops(site, desk, ROSE, "x")
    assert (refused.status, "Ghi vì sao bỏ" in refused.page.words) == (422, True)
    done = drops(site, desk, ROSE)
    assert done.location == "/office/units?period=month:2026-10&done=dropped#done"
    gone = rows(site, reporting_units)[0]
    assert (gone.name, gone.reason, gone.ended_at is None) == (ROSE, "đã nhập trường", False)
    assert f"{ROSE}: bỏ lúc" in desk.page()
    assert ROSE not in units(desk)
    again = desk.sends(f"/schools/{gone.id}/gone", period="month:2026-10", reason="lần nữa")
    assert again.status == 422
    assert "không còn trong danh sách" in again.page.words
    assert rows(site, reporting_units)[0].reason == "đã nhập trường"

    def acts(unit: Unit) -> list[tuple[str, str]]:
        found = audit.list_acts(unit, site.ward.commune().id)
        return [(one.act.action, one.act.object) for one in found if "g-unit" in one.act.action]

    assert sorted(site.ward.base.database.read(acts)) == [
        ("add-reporting-unit", f"reporting-unit:{gone.id}"),
        ("add-reporting-unit", f"reporting-unit:{gone.id + 1}"),
        ("drop-reporting-unit", f"reporting-unit:{gone.id}"),
    ]


def test_a_school_taken_out_is_shown_where_it_has_a_report_and_nowhere_else(
    site: Site, desk: Desk
) -> None:
    adds(desk, ROSE, LOTUS)
    desk.opens("month:2026-09")
    sends(site, desk.link(ROSE, "month:2026-09"), **{"n.mo-hinh": "2"})
    drops(site, desk, ROSE)
    desk.opens("month:2026-10")
    assert ROSE in units(desk, "month:2026-09")
    assert ROSE not in units(desk, "month:2026-10")
    assert LOTUS in units(desk, "month:2026-10")
    assert "2" in desk.page(f"/{desk.number(ROSE, 'month:2026-09')}")


def test_a_school_that_comes_back_goes_on_with_its_own_report(site: Site, desk: Desk) -> None:
    adds(desk, ROSE)
    desk.opens()
    before = desk.number(ROSE)
    drops(site, desk, ROSE)
    assert adds(desk, ROSE).status == 303
    assert units(desk).count(ROSE) == 1
    assert desk.number(ROSE) == before
    assert "Mở kỳ này" not in desk.page().split("Danh sách trường")[0]


# ---- schools that are listed when a report of all together is there already


def test_what_was_opened_for_all_together_stays_beside_the_schools(site: Site, desk: Desk) -> None:
    desk.opens()
    adds(desk, ROSE)
    desk.opens()
    assert {ROSE, SCHOOLS} <= set(units(desk))


def test_a_period_that_all_together_have_sent_for_asks_no_school(site: Site, desk: Desk) -> None:
    desk.opens()
    number = desk.number(SCHOOLS)
    sends(site, desk.link(SCHOOLS), **{"n.mo-hinh": "4"})
    adds(desk, ROSE)
    assert ROSE not in units(desk)
    assert ROSE in units(desk, "month:2026-11")
    taken = {"what": "back", "words": "để từng trường gửi", "revision": desk.revision(number)}
    assert desk.sends(f"/{number}/judge", **taken).status == 303
    assert {ROSE, SCHOOLS} <= set(units(desk))


# ---- who may


def test_a_leader_reads_the_list_and_changes_nothing(site: Site, desk: Desk) -> None:
    adds(desk, ROSE)
    leader = Desk(site.officer(role=Role.LEADER))
    page = leader.page()
    assert "Danh sách trường (1)" in page
    assert ROSE in page
    assert "Thêm trường" not in page
    assert "Vì sao bỏ" not in page
    assert adds(leader, LOTUS).status == 403
    assert drops(site, leader, ROSE).status == 403
    assert [(one.name, one.ended_at) for one in rows(site, reporting_units)] == [(ROSE, None)]


def test_a_form_of_another_page_or_another_office_changes_nothing(site: Site, desk: Desk) -> None:
    adds(desk, ROSE)
    number = rows(site, reporting_units)[0].id
    fields = {"form": "x" * 43, "period": "month:2026-10", "reporter": "truong-hoc"}
    forged = desk.browser.posts("/office/units/schools", {**fields, "names": LOTUS})
    taken = desk.browser.posts(f"/office/units/schools/{number}/gone", {**fields, "reason": "thử"})
    assert {forged.status, taken.status} <= {400, 403}
    far = Desk(site.officer(OTHER))
    gone = far.sends(f"/schools/{number}/gone", period="month:2026-10", reason="của người ta")
    assert gone.status == 422
    police = desk.sends("/schools", period="month:2026-10", reporter="cong-an", names=LOTUS)
    assert police.status == 404
    assert [(one.name, one.ended_at) for one in rows(site, reporting_units)] == [(ROSE, None)]


def test_where_the_plan_names_no_schools_the_page_has_no_such_list(site: Site) -> None:
    plan = site.ward.base.library.plans["phuoc-tan"]
    assert all(one.kind != unit_schools.KIND for one in plan.reporters)
    assert "Danh sách trường" not in Desk(site.officer("phuoc-tan")).page()
