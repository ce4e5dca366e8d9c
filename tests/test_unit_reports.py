"""A leader's month from the logs, what it is corrected by, and which period a unit reports of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.app.installation import Installation
from bot.core import named_periods
from bot.core.periods import parse
from bot.core.vocabulary import Role, UnitReportStatus
from bot.library import Plan, read_plan
from bot.library.plans import Target
from bot.locale import show_number
from bot.services import deadlines, retention, unit_desk, unit_notices, unit_periods, unit_reports
from bot.services.access import Officer
from bot.services.reminders import Mail
from bot.services.unit_forms import read_number
from bot.services.unit_reports import Figure, Here
from storage import staff
from storage import unit_reports as kept
from storage.database import Unit
from storage.unit_reports import UnitReport
from tests.clock import FixedClock
from tests.small_content import CONTENT
from tests.unit_site import plan_of
from tests.world import Person, World

NOVEMBER = parse("month:2026-11")


@pytest.fixture
def world(base: Installation) -> Iterator[World]:
    with closing(World(base)) as made:
        yield made


@pytest.fixture
def leader(world: World) -> Person:
    """Somebody who leads KP 3."""
    person = world.person("anh Ba")
    person.says(f"vào tổ {world.invite(Role.TEAM_LEADER)}")
    person.says("anh Ba")
    return person


def logs(world: World, people: int, name: str = "chị Hạnh") -> None:
    member = world.member(name)
    member.says(f"ghi {people} người vneid")
    member.says("1")


def report_of(world: World) -> UnitReport:
    found = world.base.database.read(kept.list_of_period, world.commune.id, ("month", NOVEMBER.key))
    assert len(found) == 1, found
    return found[0]


def figures_of(world: World) -> dict[str, Figure]:
    content = unit_reports.content_of(report_of(world))
    assert content is not None
    return {one.name: one for one in content.figures}


def judges(world: World, what: str, words: str = "") -> None:
    """The office does that about the newest sending."""
    plan = world.base.library.plans[world.commune.slug]

    def work(unit: Unit) -> None:
        number = staff.add_staff(unit, world.commune.id, "chị Lan", Role.OFFICER)
        officer = Officer(number, "chị Lan", Role.OFFICER, world.commune)
        report = kept.list_of_period(unit, world.commune.id, ("month", NOVEMBER.key))[0]
        here = Here(unit, world.commune, plan)
        after = unit_desk.judge(here, officer, (report.id, report.revision), (what, words))
        mail = Mail({world.commune.id: world.base.texts(world.commune)}, {})
        unit_notices.tell_judged(here, mail, after, what, words)

    world.base.database.write(work)


# ---- the month


def test_the_month_is_filled_in_from_the_logs_and_sent_once(world: World, leader: Person) -> None:
    logs(world, 12)
    leader.says("báo cáo tháng")
    assert "12 lượt giúp" in leader.last
    leader.says("1")
    assert "đã gửi" in leader.last
    assert report_of(world).status is UnitReportStatus.SENT
    assert report_of(world).sent_by == "anh Ba"
    before = report_of(world).revision
    leader.presses_earlier("Gửi")
    assert report_of(world).revision == before


def test_a_correction_leaves_the_logs_alone_and_shows_both_figures(
    world: World, leader: Person
) -> None:
    logs(world, 12)
    for said in ("báo cáo tháng", "Sửa", "1", "14", "còn hai phiếu giấy, gọi 0912345678", "Gửi"):
        leader.says(said)
    visits = figures_of(world)["visits"]
    assert (visits.logged, visits.told) == (12, 14)
    assert visits.reason is not None
    assert "0912345678" not in visits.reason
    help_of_month = world.report("month:2026-11")["help"]
    assert isinstance(help_of_month, dict)
    assert help_of_month["visits"] == 12


def test_a_draft_is_not_a_report(world: World, leader: Person) -> None:
    logs(world, 12)
    for said in ("báo cáo tháng", "Sửa", "1", "14", "còn phiếu giấy"):
        leader.says(said)
    assert report_of(world).status is UnitReportStatus.WAITING
    assert report_of(world).content is None


def test_nothing_is_a_true_zero_said_by_somebody(world: World, leader: Person) -> None:
    leader.says("báo cáo tháng")
    leader.says("3")
    assert {one.told for one in figures_of(world).values()} == {0}
    assert report_of(world).by.member_id is not None


def test_nothing_is_refused_where_the_logs_hold_something(world: World, leader: Person) -> None:
    logs(world, 2)
    leader.says("báo cáo tháng")
    leader.says("3")
    assert "không phải là không phát sinh" in leader.last
    leader.says("1")
    assert figures_of(world)["visits"].told == 2


def test_what_no_log_knows_is_sent_as_unknown_and_not_as_zero(world: World, leader: Person) -> None:
    logs(world, 2)
    leader.says("báo cáo tháng")
    leader.says("1")
    assert figures_of(world)["classes"].told is None


def test_an_accepted_month_is_mended_only_when_the_office_asks(
    world: World, leader: Person
) -> None:
    logs(world, 12)
    for said in ("báo cáo tháng", "1"):
        leader.says(said)
    judges(world, "accept")
    leader.says("báo cáo tháng")
    assert "đã nhận" in leader.last
    leader.sends_action("unitno:month:2026-11")
    assert "không sửa ở đây được" in leader.last
    judges(world, "mend", "12 hay 21?")
    leader.says("báo cáo tháng")
    assert "12 hay 21?" in leader.last
    leader.says("1")
    assert report_of(world).status is UnitReportStatus.SENT


def test_a_month_whose_logs_have_moved_can_be_sent_again(world: World, leader: Person) -> None:
    logs(world, 12)
    for said in ("báo cáo tháng", "1"):
        leader.says(said)
    logs(world, 3, "chị Tư")
    leader.says("báo cáo tháng")
    assert "sổ đã ghi khác" in leader.last
    leader.says("Gửi")
    assert figures_of(world)["visits"].told == 15


def test_a_number_that_is_none_is_asked_for_again(world: World, leader: Person) -> None:
    logs(world, 12)
    for said in ("báo cáo tháng", "Sửa", "1", "nhiều lắm"):
        leader.says(said)
    assert "gõ một con số" in leader.last
    leader.says("14")
    leader.says("x")
    assert "Lý do ngắn quá" in leader.last


@pytest.mark.parametrize(
    "action",
    ["unit", "unit:1", "unitok:x:y", "unitnum:month:2026-11:rubbish", "unitfix:week:2026-w47"],
)
def test_a_button_that_was_tampered_with_leads_to_the_month(leader: Person, action: str) -> None:
    leader.sends_action(action)
    assert "báo cáo tháng 11/2026" in leader.last or "Số nào chưa đúng" in leader.last


def test_a_month_to_come_is_not_sent(leader: Person) -> None:
    leader.sends_action("unitok:month:2027-01")
    assert "chưa tới" in leader.last


def test_every_message_is_short(world: World, leader: Person) -> None:
    logs(world, 12)
    for said in ("báo cáo tháng", "Sửa", "1", "14", "còn hai phiếu giấy " * 9, "Gửi"):
        for message in leader.says(said):
            assert len(message.text) <= 300, message.text


def test_a_month_with_every_figure_corrected_is_cut_into_short_messages(
    world: World, leader: Person
) -> None:
    logs(world, 12)
    leader.says("báo cáo tháng")
    for figure in "12345":
        for said in ("Sửa", figure, "999.999", "phiếu giấy chưa nhập vô sổ"):
            answers = leader.says(said)
            assert all(len(one.text) <= 300 for one in answers), answers
    assert sum("999.999" in one.text for one in answers) == 1
    assert [one for one in answers if one.choices] == answers[-1:]


def test_digit_nought_is_the_number_nought(world: World, leader: Person) -> None:
    logs(world, 12)
    for said in ("báo cáo tháng", "Sửa", "1", "0", "ghi nhầm hết rồi", "Gửi"):
        leader.says(said)
    visits = figures_of(world)["visits"]
    assert (visits.logged, visits.told) == (12, 0)


def test_a_leader_who_types_the_figure_of_the_logs_takes_the_correction_back(
    world: World, leader: Person
) -> None:
    logs(world, 12)
    for said in ("báo cáo tháng", "Sửa", "1", "14", "còn hai phiếu giấy", "Gửi"):
        leader.says(said)
    for said in ("Sửa", "1", "12"):
        leader.says(said)
    assert "theo sổ" in leader.last
    assert "sổ ghi" not in leader.last
    assert figures_of(world)["visits"].told == 14  # nothing is sent until the leader says so
    leader.says("Gửi")
    visits = figures_of(world)["visits"]
    assert (visits.told, visits.reason) == (12, None)
    leader.says("báo cáo tháng")
    assert "Gửi" not in [one.label for one in leader.prompt]


@pytest.mark.parametrize(("what", "sentence"), [("mend", "nhờ cô/chú sửa"), ("back", "gỡ báo cáo")])
def test_a_leader_hears_what_the_office_wants_of_the_month(
    world: World, leader: Person, what: str, sentence: str
) -> None:
    leader.says("báo cáo tháng")
    leader.says("3")
    leader.says("menu")
    assert "Tuần của tổ" in [one.label for one in leader.prompt]
    judges(world, what, "thiếu buổi 12/11")
    told = [one.text for one in leader.looks() if "thiếu buổi 12/11" in one.text]
    assert len(told) == 1
    assert sentence in told[0]
    assert "tháng 11/2026" in told[0]
    leader.says("menu")
    assert "Tuần của tổ, báo cáo tháng" in [one.label for one in leader.prompt]


def test_names_of_senders_are_forgotten_and_reports_are_not(
    world: World, leader: Person, clock: FixedClock
) -> None:
    leader.says("báo cáo tháng")
    leader.says("3")
    clock.passes(days=retention.KEEP_SENDERS.days + 1)
    world.base.database.write(retention.purge)
    assert report_of(world).sent_by is None
    assert report_of(world).status is UnitReportStatus.SENT


def test_a_month_is_opened_a_week_before_its_day_and_told_once(
    world: World, leader: Person, plan: Plan, clock: FixedClock
) -> None:
    texts = {world.commune.id: world.base.texts(world.commune)}

    def opens() -> int:
        mail, places = Mail(texts, {}), [(world.commune, plan)]
        return world.base.database.write(unit_notices.open_due, mail, places)

    assert opens() == 0  # 18 November: October is over since the 5th
    clock.passes(days=12)
    assert (opens(), opens()) == (0, 0)  # 30 November
    clock.passes(days=2)
    assert (opens(), opens()) == (1, 0)
    key = ("month", NOVEMBER.key)
    opened = world.base.database.read(kept.list_of_period, world.commune.id, key)
    assert len(opened) == 19


# ---- periods, owners, numbers


def asks(base: Installation, plan: Plan, read: Callable[[Here], list[Target]]) -> list[Target]:
    """Read where that plan is the one of the commune."""
    commune = next(one for one in base.communes if one.slug == "ho-nai")
    return base.database.read(lambda unit: read(Here(unit, commune, plan)))


@pytest.fixture(scope="module")
def plan() -> Plan:
    text = (CONTENT / "plans" / "ho-nai.yaml").read_text(encoding="utf-8")
    return read_plan(yaml.safe_dump(plan_of(text), allow_unicode=True), "ho-nai.yaml")


KINDS = [f"{early}{kind}" for early in ("", "reporting-") for kind in unit_periods.LENGTHS]


@given(kind=st.sampled_from(KINDS), day=st.dates(date(2020, 1, 1), date(2090, 1, 1)))
def test_the_period_around_a_day_holds_it_and_the_one_before_ends_there(
    kind: str, day: date
) -> None:
    period = named_periods.holding(kind, day)
    assert period.contains(day)
    assert named_periods.before(period).end == period.start


def test_before_the_fifth_is_of_the_month_before(plan: Plan) -> None:
    due = unit_periods.due_of(deadlines.of_file(plan), "cong-an", NOVEMBER)
    assert due is not None
    assert (due.due, due.send_by) == (date(2026, 12, 5), date(2026, 12, 4))
    months = [
        unit_periods.month_of(deadlines.of_file(plan), "cong-an", date(2026, 12, day))
        for day in (1, 15, 16, 31)
    ]
    assert months == [NOVEMBER, NOVEMBER, parse("month:2026-12"), parse("month:2026-12")]
    assert unit_periods.due_of(deadlines.of_file(plan), "cong-an", parse("quarter:2026-Q4")) is None


def test_a_unit_owns_what_is_called_after_it_alone_or_with_others(
    base: Installation, plan: Plan
) -> None:
    desk = unit_reports.reporter_of(plan, "ttpvhcc")
    found = asks(base, plan, lambda here: unit_reports.own_targets(here, desk, NOVEMBER))
    own = [one.id for one in found]
    assert "mo-hinh" in own
    assert "muc-2" not in own
    assert [one.id for one in unit_reports.own_tasks(plan, desk)] == ["so-hoa"]


@given(st.integers(0, 99_999_999), st.integers(0, 99))
def test_a_number_reads_as_it_is_shown(whole: int, cents: int) -> None:
    number = round(whole + cents / 100, 2)
    assert read_number(show_number(number)) == number


@pytest.mark.parametrize(
    "text", ["80.5", "1,234", "1.23", "", "-1", "1e3", "٣", "1 234", "5,", "0.5"]
)
def test_what_could_be_two_numbers_is_none(text: str) -> None:
    assert read_number(text) is None


def test_the_text_for_the_group_is_short_however_many_are_missing(
    base: Installation, plan: Plan
) -> None:
    texts = base.texts(base.communes[0])
    commune = next(one for one in base.communes if one.slug == "ho-nai")

    def work(unit: Unit) -> str:
        here = Here(unit, commune, plan)
        board = unit_desk.read_board(here, texts, NOVEMBER)
        assert len(board.missing) == 19
        return board.paste

    assert len(base.database.read(work)) <= 500
