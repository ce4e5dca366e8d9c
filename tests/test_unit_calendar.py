"""Units of the five plans: who is asked of which period, by which day, of what; who is named at a closing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from bot.app.installation import Installation
from bot.core.deadlines import Rule
from bot.core.periods import parse
from bot.core.vocabulary import DayKind, Role
from bot.library import Plan, load
from bot.locale import local_day
from bot.services import deadlines, report_list, targets, unit_desk, unit_forms, unit_reports
from bot.services.access import Officer
from bot.services.deadlines import NewDay
from bot.services.period_report import Asked
from bot.services.unit_reports import Here
from storage import staff, target_versions
from storage import unit_reports as kept
from storage.database import Unit
from storage.models_help import help_requests
from storage.unit_reports import NOBODY
from tests.command_line import ROOT
from tests.world import World

PLANS = load(ROOT / "content").plans
OCTOBER = parse("month:2026-10")
NOVEMBER = parse("month:2026-11")
UNITS = {  # who has a form of its own, and how many targets stand on it in October 2026
    "phuoc-tan": {"phong-kinh-te": 1, "phong-vhxh": 0, "hanh-chinh-cong": 2},
    "phuoc-binh": {
        "van-phong": 3,
        "phong-kinh-te": 1,
        "hanh-chinh-cong": 8,
        "dich-vu-tong-hop": 0,
        "cong-an": 1,
        "tram-y-te": 2,
    },
    "ho-nai": {
        "van-phong": 1,
        "phong-kinh-te": 3,
        "hanh-chinh-cong": 7,
        "cong-an": 1,
        "tram-y-te": 2,
        "truong-hoc": 2,
        "khu-pho": 0,
    },
    "xuan-hoa": {
        "phong-kinh-te": 2,
        "van-phong": 0,
        "hanh-chinh-cong": 5,
        "dich-vu-tong-hop": 1,
        "cong-an": 10,
        "truong-hoc": 0,
    },
    "phu-lam": {
        "van-phong": 5,
        "phong-kinh-te": 1,
        "hanh-chinh-cong": 2,
        "cong-an": 2,
        "tram-y-te": 1,
        "truong-hoc": 1,
    },
}

MONTHLY = {"phong-kinh-te", "van-phong", "hanh-chinh-cong", "dich-vu-tong-hop"}


@pytest.fixture
def world(base: Installation) -> Iterator[World]:
    with closing(World(base)) as made:
        yield made


def here_of(unit: Unit, base: Installation, slug: str) -> Here:
    commune = next(one for one in base.communes if one.slug == slug)
    return Here(unit, commune, PLANS[slug])


def office_of(here: Here) -> Officer:
    number = staff.add_staff(here.unit, here.commune.id, "chị Lan", Role.OFFICER)
    return Officer(number, "chị Lan", Role.OFFICER, here.commune)


def asked_of(here: Here, period: str) -> list[str]:
    senders = unit_reports.senders_of(here, parse(period), here.calendar())
    return list(dict.fromkeys(one.reporter for one in senders))


@pytest.mark.parametrize("slug", PLANS)
def test_each_unit_of_the_five_plans_has_its_own_targets(base: Installation, slug: str) -> None:
    def work(unit: Unit) -> dict[str, int]:
        here = here_of(unit, base, slug)
        return {
            one.id: len(unit_reports.own_targets(here, one, OCTOBER)) for one in here.plan.reporters
        }

    assert base.database.read(work) == UNITS[slug]


@pytest.mark.parametrize("slug", PLANS)
def test_a_target_that_a_reporter_owns_is_lost_by_no_other_spelling(slug: str) -> None:
    """What is left belongs to nobody, to who compiles, or to a body outside."""
    plan: Plan = PLANS[slug]
    spelled = {
        unit_reports._bare(name) for one in plan.reporters for name in (one.name, *one.owners)
    }
    outside = {
        "phong van hoa xa hoi",
        "phong van hoa xa hoi xa",
        "so kh cn",
        "van phong hdnd va ubnd phuong",
    }
    owners = {part for one in plan.targets if one.owner for part in one.owner.split(";")}
    assert {unit_reports._bare(one) for one in owners} <= spelled | outside


@pytest.mark.parametrize(
    ("slug", "period", "asked"),
    [
        ("ho-nai", "month:2026-10", set(UNITS["ho-nai"])),  # the police “as a rule”, without a period
        ("xuan-hoa", "reporting-month:2026-11", MONTHLY),
        ("xuan-hoa", "reporting-half:2026-H2", set(UNITS["xuan-hoa"])),
        ("xuan-hoa", "month:2026-10", set(UNITS["xuan-hoa"])),  # nobody is asked of it: the office asks all
        ("phu-lam", "half:2026-H2", set(UNITS["phu-lam"])),
        ("phuoc-tan", "quarter:2026-Q4", set(UNITS["phuoc-tan"])),
    ],
)  # fmt: skip
def test_who_is_asked_of_a_period(world: World, slug: str, period: str, asked: set[str]) -> None:
    def work(unit: Unit) -> set[str]:
        return set(asked_of(here_of(unit, world.base, slug), period))

    left = asked - ({"khu-pho"} if slug != "ho-nai" else set())
    assert world.base.database.read(work) == left


def test_the_day_is_moved_off_days_off_of_the_country_and_of_the_office(world: World) -> None:
    def work(unit: Unit) -> None:
        here = here_of(unit, world.base, "ho-nai")

        def send_by(key: str) -> date:
            texts = world.base.texts(here.commune)
            made = kept.add_once(
                unit, here.commune.id, unit_reports.Sender("cong-an", "Công an"), ("month", key), NOBODY
            )  # fmt: skip
            assert unit_forms.open_sheet(here, texts, made[0]).due is None
            board = unit_desk.read_board(here, texts, parse(f"month:{key}"))
            days = {row.due.send_by for row in board.rows if row.due}
            assert len(days) == 1
            return days.pop()

        assert send_by("2026-11") == date(2026, 12, 4)
        assert send_by("2026-06") == date(2026, 7, 3)  # the 4th is a Saturday
        off = NewDay(date(2026, 12, 4), DayKind.OFF, "nghỉ bù của phường")
        deadlines.add_day(unit, office_of(here), off)
        assert send_by("2026-11") == date(2026, 12, 3)

    world.base.database.write(work)


def test_the_day_that_the_office_gave_stands_on_the_form(world: World) -> None:
    def work(unit: Unit) -> None:
        here = here_of(unit, world.base, "ho-nai")
        rule = Rule(10, (), "month", True)
        officer = office_of(here)
        deadlines.set_rule(unit, officer, (here.plan, "so-lieu-cong-an"), rule)
        (report,) = [
            one
            for one in unit_desk.open_period(here, officer, OCTOBER)
            if one.sender.reporter == "cong-an"
        ]
        due = unit_forms.open_sheet(here, world.base.texts(here.commune), report).due
        assert due is not None
        assert (due.due, due.send_by) == (date(2026, 11, 10), date(2026, 11, 9))

    world.base.database.write(work)


def test_a_form_asks_of_the_targets_that_were_in_force(world: World) -> None:
    def work(unit: Unit) -> None:
        here = here_of(unit, world.base, "ho-nai")
        targets.load(unit, here.commune, here.plan)
        police = unit_reports.reporter_of(here.plan, "cong-an")
        (before,) = unit_reports.own_targets(here, police, OCTOBER)
        found = targets.in_force(unit, here.commune.id, here.today)
        (now,) = [one for one in found if one.target.id == before.id]
        raised = targets.as_content(before.model_copy(update={"value": 99}))
        fresh = replace(targets.follows(now), content=raised, valid_from=date(2026, 11, 5))
        target_versions.add_all(unit, here.commune.id, [fresh])
        (october,) = unit_reports.own_targets(here, police, OCTOBER)
        (november,) = unit_reports.own_targets(here, police, NOVEMBER)
        assert (october.value, november.value) == (before.value, 99)
        targets.set_aside(
            unit, here.commune.id, before.id, (True, office_of(here).id, "theo mục kia")
        )
        assert unit_reports.own_targets(here, police, NOVEMBER) == []

    world.base.database.write(work)


def test_a_closing_names_units_that_never_got_a_link(world: World) -> None:
    def waiting(unit: Unit, period: str) -> list[str]:
        here = here_of(unit, world.base, "ho-nai")
        asked = Asked(here.commune, here.plan, parse(period))
        return list(report_list.read_one(unit, asked).waiting)

    def work(unit: Unit) -> None:
        here = here_of(unit, world.base, "ho-nai")
        monthly = waiting(unit, OCTOBER.kind + ":" + OCTOBER.key)
        assert "Trạm Y tế phường" in monthly
        assert "Khu phố 3" in monthly
        assert "Công an phường" not in monthly  # the plan does not say that it reports monthly
        assert waiting(unit, "week:2026-W44") == waiting(unit, "quarter:2026-Q3") == []
        officer = office_of(here)
        for report in unit_desk.open_period(here, officer, OCTOBER):
            if report.sender.reporter == "tram-y-te":
                content = unit_reports.Content(OCTOBER.last_day, is_nothing=True)
                fresh = unit_reports.Fresh(content, "chị Tư", "console")
                unit_reports.send(here, report, fresh)
        left = waiting(unit, "month:2026-10")
        assert set(left) == {*monthly, "Công an phường"} - {"Trạm Y tế phường"}

    world.base.database.write(work)


def test_what_is_promised_to_residents_skips_a_day_off_of_the_office(world: World) -> None:
    def work(unit: Unit) -> None:
        here = here_of(unit, world.base, "ho-nai")
        off = NewDay(here.today, DayKind.OFF, "mất điện toàn phường")
        deadlines.add_day(unit, office_of(here), off)

    world.base.database.write(work)
    lan = world.person("bà Lan")
    for said in ("nhờ tổ", "kp3"):
        lan.says(said)
    lan.presses("Không cần gọi")
    help_by = world.base.database.read(
        lambda unit: unit.connection.execute(select(help_requests.c.help_by)).scalar_one()
    )
    assert local_day(help_by) == date(2026, 11, 19)
    assert "hôm nay" not in " ".join(one.text for one in lan.heard[-2:])
