"""Deadlines: the day before, moved back from days off; what the office writes down; who is reminded, once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.core.deadlines import Due, Rule, list_due
from bot.core.errors import NotAllowedError, NotFoundError, RuleError
from bot.core.keys import Purpose
from bot.core.periods import ZONE, parse
from bot.core.vocabulary import AddressForm, DayKind, Identity, Role, TeamKind
from bot.core.working_days import WorkingDays
from bot.library import load
from bot.locale import Texts, load_sentences
from bot.services import deadline_reminders, deadlines
from bot.services import deadline_words as words
from bot.services.access import Officer
from bot.services.deadlines import NewDay
from bot.services.reminders import Mail
from storage import audit, calendar_days, deadline_rules, memberships, staff
from storage.database import Unit
from storage.models import outbox, teams
from storage.packing import unpack_outbound
from storage.staff import link_chat
from tests.command_line import ROOT
from tests.storage_tools import ENGINES, Office, Shelf, open_office, open_shelf, talk

TEXTS = Texts(load_sentences(ROOT / "content"), AddressForm.CO_CHU.words)
PLANS = load(ROOT / "content").plans
HO_NAI = PLANS["ho-nai"]
USUAL = WorkingDays()
FIFTH = Rule(5, (), "month", True)
LONGEST = 300
_numbers = itertools.count(1)


# ---- the calendar


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [
        (date(2026, 2, 17), False),  # Tết
        (date(2026, 4, 27), False),  # for Giỗ Tổ, which fell on a Sunday
        (date(2026, 8, 31), False),  # made up for on 22/08
        (date(2026, 8, 22), True),  # a Saturday
        (date(2026, 8, 29), False),
        (date(2026, 11, 20), True),
    ],
)
def test_days_off_are_those_of_the_country(day: date, is_worked: bool) -> None:
    assert WorkingDays().is_working(day) is is_worked


def test_a_day_of_the_office_wins_over_the_country() -> None:
    off, work = date(2026, 12, 4), date(2027, 1, 1)
    days = WorkingDays(frozenset({off}), frozenset({work}))
    assert (days.is_working(off), days.is_working(work)) == (False, True)
    (december,) = [one for one in list_due(FIFTH, 2026, days) if one.due.month == 12]
    assert december.send_by == date(2026, 12, 3)
    both = WorkingDays(frozenset({off}), frozenset({off}))
    assert not both.is_working(off)


def due_of(rule: Rule, on: date, days: WorkingDays = USUAL) -> Due:
    return next(one for one in list_due(rule, on.year, days) if one.due == on)


def test_before_the_fifth_is_the_fourth_at_the_latest() -> None:
    due = due_of(FIFTH, date(2026, 11, 5))
    assert (due.send_by, due.window.key) == (date(2026, 11, 4), "2026-10")
    assert (due.until, due.needs_estimate, due.is_tight) == (None, False, False)


def test_what_is_sent_before_the_period_is_over_says_until_when_and_estimates() -> None:
    due = due_of(Rule(5, (12,), "year", False), date(2026, 12, 5))
    assert due.window.key == "2026"
    assert due.until == date(2026, 12, 2)  # Thursday the 3rd is left to put it together
    assert due.needs_estimate


def test_a_day_that_a_month_has_not_is_its_last() -> None:
    assert [one.due.day for one in list_due(Rule(31, (2, 4), "month", False), 2026, USUAL)] == [
        28,
        30,
    ]


KINDS = [f"{prefix}{kind}" for prefix in ("", "reporting-") for kind in deadlines.WINDOWS]


@given(
    st.integers(1, 31),
    st.sets(st.integers(1, 12)),
    st.sampled_from(KINDS),
    st.booleans(),
    st.integers(2024, 2030),
    st.sets(st.dates(date(2023, 12, 1), date(2031, 1, 31)), max_size=20),
)
def test_every_date_can_be_met_and_leaves_a_working_day(
    day: int, months: set[int], window: str, is_previous: bool, year: int, off: set[date]
) -> None:
    days = WorkingDays(frozenset(off))
    found = list(list_due(Rule(day, tuple(months), window, is_previous), year, days))
    assert [one.due.month for one in found] == sorted(months or range(1, 13))
    for one in found:
        assert one.send_by < one.due
        assert days.is_working(one.send_by)
        assert days.between(one.send_by, one.due) == 0
        assert days.between(one.cut_off, one.send_by) >= 1
        assert one.window.contains(one.due) is not is_previous
        assert one.cut_off <= one.window.last_day
        assert not (one.is_tight and one.needs_estimate)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("month:2026-10", [("tien-do-thang", date(2026, 11, 4), False)]),
        ("month:2026-12", [("tien-do-thang", date(2027, 1, 4), False)]),
        ("year:2026", [("ket-qua-nam", date(2026, 12, 4), True)]),
        ("reporting-month:2026-10", []),
    ],
)
def test_a_period_knows_when_its_reports_are_due_and_whether_to_estimate(
    name: str, found: list[tuple[str, date, bool]]
) -> None:
    entries = deadlines.of_file(HO_NAI).of_window(parse(name))
    assert [
        (one.clause.deadline.id, one.due.send_by, one.due.needs_estimate) for one in entries
    ] == found


# ---- what the office writes down


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("deadlines")) as opened:
        yield opened


@pytest.fixture
def office(shelf: Shelf) -> Office:
    return shelf.write(open_office)


def officer_of(unit: Unit, office: Office, role: Role = Role.OFFICER) -> Officer:
    number = staff.add_staff(unit, office.id, "anh Bình", role)
    return Officer(number, "anh Bình", role, office.commune)


def test_a_day_that_was_written_down_counts_until_it_is_taken_out(
    shelf: Shelf, office: Office
) -> None:
    day = date(2026, 12, 4)

    def work(unit: Unit) -> None:
        officer = officer_of(unit, office)
        number = deadlines.add_day(unit, officer, NewDay(day, DayKind.OFF, "mất điện, CV 12"))
        assert not deadlines.working_days(unit, office.id).is_working(day)
        with pytest.raises(RuleError) as refused:
            deadlines.drop_day(unit, officer, number, " ")
        assert refused.value.code == "correct.reason"
        assert deadlines.drop_day(unit, officer, number, "ghi nhầm")
        assert not deadlines.drop_day(unit, officer, number, "ghi nhầm")
        assert deadlines.working_days(unit, office.id).is_working(day)
        (kept,) = deadlines.list_days(unit, office.id, 2026)
        assert (kept.reason, kept.note) == ("ghi nhầm", "mất điện, CV 12")
        assert calendar_days.find(unit, office.id, number) == kept
        acts = [one.act.action for one in audit.list_acts(unit, office.id)]
        assert acts[-2:] == ["add-calendar-day", "drop-calendar-day"]

    shelf.write(work)


@pytest.mark.parametrize(
    ("fresh", "code"),
    [
        (NewDay(date(2062, 12, 4), DayKind.OFF, "nghỉ bù"), "calendar.far"),
        (NewDay(date(2026, 12, 5), DayKind.OFF, "thứ Bảy"), "calendar.off-already"),
        (NewDay(date(2026, 12, 4), DayKind.WORK, "làm bù"), "calendar.work-already"),
        (NewDay(date(2026, 12, 4), DayKind.OFF, " - "), "calendar.note"),
        (NewDay(date(2026, 12, 11), DayKind.OFF, "lần hai"), "calendar.same-day"),
    ],
)
def test_a_day_that_makes_no_sense_is_refused_with_its_sentence(
    shelf: Shelf, office: Office, fresh: NewDay, code: str
) -> None:
    def work(unit: Unit) -> str:
        officer = officer_of(unit, office)
        deadlines.add_day(unit, officer, NewDay(date(2026, 12, 11), DayKind.OFF, "nghỉ bù"))
        with pytest.raises(RuleError) as refused:
            deadlines.add_day(unit, officer, fresh)
        return refused.value.code

    assert shelf.write(work) == code
    assert TEXTS.say(code)


def test_the_office_gives_a_clause_its_day_changes_it_and_takes_it_back(
    shelf: Shelf, office: Office
) -> None:
    def asked(unit: Unit) -> list[str]:
        calendar = deadlines.read(unit, office.id, HO_NAI)
        return [one.deadline.id for one in calendar.questions]

    def named(unit: Unit) -> list[date]:
        calendar = deadlines.read(unit, office.id, HO_NAI)
        found = calendar.of_year(2026)
        return [one.due.due for one in found if one.clause.deadline.id == "quy-cua-phong"]

    def work(unit: Unit) -> None:
        officer = officer_of(unit, office)
        of = (HO_NAI, "quy-cua-phong")
        assert asked(unit) == ["quy-cua-phong", "so-lieu-cong-an"]
        deadlines.set_rule(unit, officer, of, Rule(10, (1, 4, 7, 10), "quarter", True))
        assert named(unit) == [date(2026, month, 10) for month in (1, 4, 7, 10)]
        deadlines.set_rule(unit, officer, of, Rule(15, (3, 6, 9, 12), "reporting-quarter", True))
        assert named(unit) == [date(2026, month, 15) for month in (3, 6, 9, 12)]
        assert asked(unit) == ["so-lieu-cong-an"]
        assert len(deadline_rules.list_standing(unit, office.id)) == 1
        assert deadlines.drop_rule(unit, officer, "quy-cua-phong", "lãnh đạo đổi ý")
        assert not deadlines.drop_rule(unit, officer, "quy-cua-phong", "lãnh đạo đổi ý")
        assert named(unit) == []
        acts = [one.act.action for one in audit.list_acts(unit, office.id)]
        assert acts[-3:] == ["set-deadline", "set-deadline", "drop-deadline"]

    shelf.write(work)


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (Rule(0, (1,), "quarter", True), "calendar.rule-day"),
        (Rule(32, (1,), "quarter", True), "calendar.rule-day"),
        (Rule(5, (1,), "month", True), "calendar.rule-window"),
        (Rule(5, (1,), "week", True), "calendar.rule-window"),
        (Rule(5, (13,), "quarter", True), "calendar.rule-months"),
        (Rule(5, (), "quarter", True), "calendar.rule-months"),
        (Rule(5, (1, 2), "quarter", True), "calendar.rule-months"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_its_sentence(
    shelf: Shelf, office: Office, rule: Rule, code: str
) -> None:
    def work(unit: Unit) -> str:
        with pytest.raises(RuleError) as refused:
            deadlines.set_rule(unit, officer_of(unit, office), (HO_NAI, "quy-cua-phong"), rule)
        return refused.value.code

    assert shelf.write(work) == code
    assert TEXTS.say(code)


@pytest.mark.parametrize("name", ["tien-do-thang", "khong-co"])
def test_the_plans_own_day_is_not_for_the_office_to_change(
    shelf: Shelf, office: Office, name: str
) -> None:
    def work(unit: Unit) -> None:
        with pytest.raises(NotFoundError):
            deadlines.set_rule(unit, officer_of(unit, office), (HO_NAI, name), FIFTH)

    shelf.write(work)


def test_a_leader_reads_the_calendar_and_changes_nothing(shelf: Shelf, office: Office) -> None:
    def work(unit: Unit) -> None:
        leader = officer_of(unit, office, Role.LEADER)
        deadlines.require_reader(leader)
        for act in (
            lambda: deadlines.require_reader(officer_of(unit, office, Role.OPERATOR)),
            lambda: deadlines.drop_day(unit, leader, 1, "vì sao"),
            lambda: deadlines.drop_rule(unit, leader, "quy-cua-phong", "vì sao"),
            lambda: deadlines.set_rule(unit, leader, (HO_NAI, "quy-cua-phong"), FIFTH),
            lambda: deadlines.add_day(
                unit, leader, NewDay(date(2026, 12, 4), DayKind.OFF, "nghỉ bù")
            ),
        ):
            with pytest.raises(NotAllowedError):
                act()

    shelf.write(work)


# ---- reminders


def knows(unit: Unit, office: Office, role: Role) -> Identity:
    """Somebody of the office, in a chat."""
    number = next(_numbers)
    identity = talk(unit, office, f"chat {number}", f"e{number}")
    person = staff.add_staff(unit, office.id, "anh", role)
    link_chat(unit, office.id, identity, (None, person))
    return identity


def leads(unit: Unit, office: Office) -> Identity:
    """The leader of the office's team, in a chat."""
    unit.connection.execute(
        teams.update().where(teams.c.id == office.team).values(kind=TeamKind.NEIGHBOURHOOD)
    )
    number = next(_numbers)
    member = staff.add_member(unit, office.id, office.team, f"anh {number}", Role.TEAM_LEADER)
    identity = talk(unit, office, f"chat {number}", f"e{number}")
    link_chat(unit, office.id, identity, (member, None))
    assert memberships.leader_chats(unit, office.id, office.team)
    return identity


def looks(shelf: Shelf, office: Office, slug: str, day: date, hour: time = time(8)) -> int:
    """Let the job look at a local moment; gives how many messages it wrote."""
    moment = datetime.combine(day, hour, ZONE).astimezone(UTC)
    shelf.clock.now = moment
    return shelf.write(
        deadline_reminders.remind_due, Mail({office.id: TEXTS}, {}), {office.id: PLANS[slug]}
    )


def told(shelf: Shelf, chat: Identity) -> list[str]:
    def read(unit: Unit) -> list[str]:
        rows = unit.connection.execute(
            select(outbox.c.body)
            .where(outbox.c.identity == chat, outbox.c.key.startswith("notice:"))
            .order_by(outbox.c.id)
        )
        return [
            unpack_outbound(unit.keys.open(Purpose.MESSAGE, bytes(row[0]))).text for row in rows
        ]

    return shelf.read(read)


def test_officers_and_leaders_are_reminded_three_working_days_ahead_and_on_the_day(
    shelf: Shelf, office: Office
) -> None:
    officer = shelf.write(knows, office, Role.OFFICER)
    reader = shelf.write(knows, office, Role.LEADER)
    leader = shelf.write(leads, office)
    assert looks(shelf, office, "ho-nai", date(2028, 6, 28)) == 0  # 4/7/2028 is a Tuesday
    assert looks(shelf, office, "ho-nai", date(2028, 6, 29), time(7, 29)) == 0
    assert looks(shelf, office, "ho-nai", date(2028, 6, 29), time(7, 30)) == 1
    assert looks(shelf, office, "ho-nai", date(2028, 6, 30)) == 0
    assert looks(shelf, office, "ho-nai", date(2028, 7, 4), time(20)) == 0
    assert looks(shelf, office, "ho-nai", date(2028, 7, 4), time(19, 59)) == 2
    assert looks(shelf, office, "ho-nai", date(2028, 7, 4), time(19, 59)) == 0
    ahead, today = told(shelf, officer)
    assert ahead == (
        "Dạ, nhắc hạn: chậm nhất thứ Ba 04/07/2028, 6 đơn vị gửi báo cáo tháng 6/2028 về "
        "Phòng Văn hóa - Xã hội."
    )
    assert today.startswith("Dạ, hôm nay thứ Ba 04/07/2028 là ngày cuối")
    (last_day,) = told(shelf, leader)  # ahead they hear of the month when it is opened
    assert last_day.startswith("Dạ, nhắc tổ trưởng: hôm nay thứ Ba 04/07/2028 là ngày cuối")
    assert told(shelf, reader) == []


def test_who_was_off_on_the_day_ahead_is_reminded_later(shelf: Shelf, office: Office) -> None:
    shelf.write(knows, office, Role.OFFICER)
    assert looks(shelf, office, "ho-nai", date(2028, 8, 3)) == 1
    assert looks(shelf, office, "ho-nai", date(2028, 8, 5)) == 0


def test_leaders_hear_nothing_where_the_plan_asks_no_neighbourhood(
    shelf: Shelf, office: Office
) -> None:
    officer = shelf.write(knows, office, Role.OFFICER)
    leader = shelf.write(leads, office)
    looks(shelf, office, "xuan-hoa", date(2028, 12, 14))
    assert told(shelf, leader) == []
    assert any(
        "Phòng Văn hóa - Xã hội gửi báo cáo năm 2028 tới UBND xã" in one
        and "thực hiện đến ngày" in one
        for one in told(shelf, officer)
    )


def test_a_plan_without_a_day_reminds_of_nothing(shelf: Shelf, office: Office) -> None:
    shelf.write(knows, office, Role.OFFICER)
    for number in range(40):
        day = date(2028, 11, 25) + timedelta(days=number)
        assert looks(shelf, office, "phuoc-tan", day) == 0


@pytest.mark.parametrize("slug", PLANS)
def test_every_reminder_is_short_and_in_short_sentences(slug: str) -> None:
    plan = PLANS[slug]
    for year in (2026, 2027):
        for entry in deadlines.of_file(plan).of_year(year):
            for stage in (deadline_reminders.AHEAD, deadline_reminders.TODAY):
                for text in (
                    deadline_reminders.to_office(TEXTS, entry, stage),
                    deadline_reminders.to_leaders(TEXTS, [entry], stage),
                ):
                    assert len(text) <= LONGEST, text


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (FIFTH, "trước ngày 05 hằng tháng"),
        (Rule(10, (12, 3), "quarter", True), "trước ngày 10 các tháng 3, 12"),
    ],
)
def test_a_rule_is_said_in_words(rule: Rule, said: str) -> None:
    assert words.rule_words(TEXTS, rule) == said
