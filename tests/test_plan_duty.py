"""``duty`` of a plan's file: defaults for old plans, faults with their line, and the time that it makes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import ContentError
from bot.core.periods import ZONE
from bot.core.working_days import WorkingDays
from bot.library.duty import Duty
from bot.library.plans import read_plan
from bot.services.working_time import add_working, is_open, next_opening, promise
from tests.test_library_plans import FILE, PLAN

USUAL = Duty()
ODD = Duty.model_validate(
    {
        "hours": [
            {"days": [2, 4, 7, "CN"], "from": "08:00", "to": "11:20"},
            {"days": [2, 4], "from": "11:20", "to": "12:00"},
            {"days": [5], "from": "18:00", "to": "20:45"},
        ]
    }
)
MINUTE = timedelta(minutes=1)
START = datetime(2026, 1, 1, tzinfo=ZONE)
moments = st.integers(0, 420 * 24 * 60).map(lambda minutes: START + minutes * MINUTE)
spans = st.integers(1, 12 * 60).map(lambda minutes: minutes / 60)
duties = st.sampled_from([USUAL, ODD])


def at(text: str) -> datetime:
    """A moment of the wall clock in Vietnam."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def open_minutes(duty: Duty, begins: datetime, ends: datetime) -> int:
    """Counted one by one."""
    count, now = 0, begins
    while now < ends:
        count += is_open(duty, now)
        now += MINUTE
    return count


# ---- the file -----------------------------------------------------------------------------------


def test_an_old_plan_has_the_usual_hours_and_no_rota() -> None:
    duty = read_plan(PLAN, FILE).duty
    assert duty == Duty()
    assert (duty.claim_within, duty.help_within, duty.ward_within) == (2, 4, 6)
    assert duty.team_on(date(2026, 11, 18)) is None


def test_a_rota_names_a_team_by_the_day() -> None:
    duty = read_plan(PLAN + "duty: {rota: [{days: [4, CN], team: Ấp Hai}]}\n", FILE).duty
    assert duty.team_on(date(2026, 11, 18)) == "Ấp Hai"  # thứ tư
    assert duty.team_on(date(2026, 11, 22)) == "Ấp Hai"
    assert duty.team_on(date(2026, 11, 19)) is None


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ('hours: [{days: [8], from: "07:30", to: "11:30"}]', "thứ lạ"),
        ('hours: [{days: [2, 2], from: "07:30", to: "11:30"}]', "hai lần"),
        ('hours: [{days: [], from: "07:30", to: "11:30"}]', "trống"),
        ('hours: [{days: [2], from: "13:30", to: "11:30"}]', "không đứng sau"),
        ('hours: [{days: [2], from: "7 giờ", to: "11:30"}]', "không phải là giờ"),
        ("hours: [{days: [2], from: 11:30, to: 17:00}]", "không phải là giờ"),
        ("hours: []", "cần ít nhất 1"),
        ("claim_within: 5", "ngắn hơn"),
        ("ward_within: 3", "ngắn hơn"),
        ('claim_within: "2"', "số giờ"),
        ("help_within: 0", "số giờ"),
        ("help_withn: 3", "help_withn"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(written: str, what: str) -> None:
    with pytest.raises(ContentError) as told:
        read_plan(PLAN + f"duty: {{{written}}}\n", FILE)
    fault = told.value.faults[0]
    assert fault.line == len(PLAN.splitlines()) + 1
    assert what in fault.what
    assert fault.mend


# ---- the time -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begins", "hours", "ends"),
    [
        ("2026-11-18T09:00", 2, "2026-11-18T11:00"),
        ("2026-11-18T09:00", 2.5, "2026-11-18T11:30"),
        ("2026-11-18T09:00", 4, "2026-11-18T15:00"),
        ("2026-11-18T19:00", 4, "2026-11-19T11:30"),
        ("2026-11-20T16:40", 2, "2026-11-23T09:10"),  # Friday to Monday
        ("2026-02-13T16:00", 2, "2026-02-23T08:30"),  # Tết with a weekend on each side
        ("2026-11-23T16:00", 2, "2026-11-25T08:30"),  # the 24th is a holiday
    ],
)
def test_working_hours_leave_out_nights_weekends_and_holidays(
    begins: str, hours: float, ends: str
) -> None:
    assert add_working(USUAL, at(begins), hours) == at(ends)


def test_a_promise_falls_on_a_half_hour_but_never_after_closing() -> None:
    assert promise(USUAL, at("2026-11-18T09:07"), 1) == at("2026-11-18T10:30")
    assert promise(USUAL, at("2026-11-18T09:00"), 2) == at("2026-11-18T11:00")
    assert promise(ODD, at("2026-11-19T19:00"), 1.7) == at("2026-11-19T20:45")


@given(duty=duties, moment=moments)
def test_the_next_opening_is_open_and_nothing_before_it_is(duty: Duty, moment: datetime) -> None:
    opening = next_opening(duty, moment)
    assert opening >= moment
    assert is_open(duty, opening)
    if not is_open(duty, moment):
        assert not is_open(duty, opening - MINUTE)
        assert open_minutes(duty, moment, min(opening, moment + timedelta(days=2))) == 0


@given(duty=duties, moment=moments, hours=spans)
def test_just_so_many_open_minutes_lie_between(duty: Duty, moment: datetime, hours: float) -> None:
    by = add_working(duty, moment, hours)
    assert open_minutes(duty, moment, by) == round(hours * 60)
    assert is_open(duty, by - MINUTE)


@given(duty=duties, moment=moments, first=spans, second=spans)
def test_hours_add_up(duty: Duty, moment: datetime, first: float, second: float) -> None:
    whole = add_working(duty, moment, first + second)
    assert abs(whole - add_working(duty, add_working(duty, moment, first), second)) < MINUTE


@given(duty=duties, moment=moments, later=st.integers(0, 5000), hours=spans)
def test_who_asks_later_is_promised_no_earlier(
    duty: Duty, moment: datetime, later: int, hours: float
) -> None:
    assert promise(duty, moment, hours) <= promise(duty, moment + later * MINUTE, hours)
    assert promise(duty, moment, hours) >= add_working(duty, moment, hours)


def test_no_hours_are_no_promise() -> None:
    with pytest.raises(ValueError, match="more than none"):
        add_working(USUAL, at("2026-11-18T09:00"), 0)


def test_days_off_and_made_up_days_of_the_office_move_what_is_promised() -> None:
    friday, saturday = date(2026, 11, 20), date(2026, 11, 21)
    days = WorkingDays(frozenset({friday}), frozenset({saturday}))
    evening = at("2026-11-19 19:00")
    assert next_opening(USUAL, evening).date() == friday
    made_up = next_opening(USUAL, evening, days)
    assert made_up.date() == saturday
    monday = next_opening(USUAL, at("2026-11-22 23:00"))
    assert made_up.time() == monday.time()
    assert not is_open(USUAL, at("2026-11-20 09:00"), days)
    assert promise(USUAL, evening, 1, days).date() == saturday
    new_year = date(2027, 1, 1)
    assert not is_open(USUAL, at("2027-01-01 09:00"))
    assert is_open(USUAL, at("2027-01-01 09:00"), WorkingDays(work=frozenset({new_year})))
