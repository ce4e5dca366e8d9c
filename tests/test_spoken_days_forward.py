"""A day and an hour of what is planned, however they are said; what no calendar or clock has is unknown."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.spoken_days import JUST_PAST, Doubt, find_day, find_day_ahead
from bot.core.spoken_hours import EARLIEST, LATEST, find_hours
from bot.locale import show_weekday

TODAY = date(2026, 11, 18)  # a Wednesday

AHEAD = {
    "hôm nay": 0,
    "tối nay": 0,
    "mai": 1,
    "sáng mai": 1,
    "ngày mai 8h": 1,
    "mốt": 2,
    "ngày mốt": 2,
    "bữa mốt": 2,
    "ngày kia": 2,
    "3 ngày nữa": 3,
    "ba bữa nữa": 3,
    "hai tuần nữa": 14,
    "thứ tư": 0,
    "thứ tư tới": 7,
    "thứ bảy": 3,
    "thu bay": 3,
    "T.7 là thứ 7": 3,
    "thứ bảy này": 3,
    "thứ bảy tới": 3,
    "chủ nhật": 4,
    "cn": 4,
    "chủ nhật tuần này": 4,
    "thứ hai": 5,
    "cuối tuần": 3,
    "cuối tuần sau": 10,
    "thứ năm tuần sau": 8,
    "tuần sau thứ năm": 8,
    "tuần tới vào thứ năm": 8,
    "thứ hai tuần sau nữa": 12,
    "28/11": 10,
    "28-11-2026": 10,
    "28.11.2026": 10,
    "ngày 28": 10,
    "28 tháng 11": 10,
    "ngày 5": 17,
    "ngày 5 tháng 12": 17,
    "5/1": 48,
    "5/1/2027": 48,
    "1/11": -17,
    "thứ bảy sau nữa": 10,
    "thứ bảy tới nữa": 10,
    "thứ tư sau nữa": 14,
    "cuối tuần sau nữa": 17,
    "thứ sáu tuần này": 2,
    "thứ tư tuần này": 0,
    "t7": 3,
    "t7 tuần sau": 10,
    "sáng t5": 1,
    "CN tới": 4,
    "28-11": 10,
    "thứ bảy 28-11": 10,
    "thứ bảy 28/11": 10,
    "thứ bảy ngày 28 tháng 11": 10,
    "thứ bảy 8-10": 3,
    "thứ bảy 8am": 3,
    "thứ bảy 8-10h": 3,
    "hôm qua": -1,
    "hôm kia": -2,
    "hôm kìa": -3,
    "3 ngày trước": -3,
    "thứ hai tuần trước": -9,
}


@pytest.mark.parametrize("said", AHEAD)
def test_a_day_to_come_is_understood_however_it_is_said(said: str) -> None:
    found = find_day_ahead(said, TODAY)
    assert found.is_said
    assert found.day == TODAY + timedelta(days=AHEAD[said])


@pytest.mark.parametrize(
    "said", ["", "chị Mai", "chi mai dạy", "mai mốt", "hai mươi mốt", "18", "bà Ba", "tuần sau"]
)
def test_what_names_no_day_is_none(said: str) -> None:
    assert not find_day_ahead(said, TODAY).is_said


@pytest.mark.parametrize(
    ("said", "doubt"),
    {
        "thứ hai tuần này": Doubt.GONE,
        "t3 tuần này": Doubt.GONE,
        "thứ bảy 27/11": Doubt.CLASH,
        "chủ nhật 28-11": Doubt.CLASH,
        "thứ hai ngày 28 tháng 11": Doubt.CLASH,
        "cn 28.11.2026": Doubt.CLASH,
        "24/12 âm": Doubt.LUNAR,
        "24/12 âm lịch": Doubt.LUNAR,
        "24/12 (âm lịch)": Doubt.LUNAR,
        "24/12 al": Doubt.LUNAR,
        "rằm tháng 10": Doubt.LUNAR,
        "mùng 5 tết": Doubt.LUNAR,
    }.items(),
)
def test_a_day_in_doubt_is_asked_for_again(said: str, doubt: Doubt) -> None:
    found = find_day_ahead(said, TODAY)
    assert (found.day, found.is_said, found.doubt) == (None, True, doubt)


def test_a_weekday_beside_its_date_is_a_part_of_it() -> None:
    assert find_day_ahead("vneid thứ bảy 28/11 nhà văn hóa", TODAY).rest.split() == (
        ["vneid", "nhà", "văn", "hóa"]
    )


@pytest.mark.parametrize("said", ["25-30 người", "8-10h", "5-10 người", "học 8-10 sáng"])
def test_two_numbers_that_count_something_are_no_day(said: str) -> None:
    assert not find_day_ahead(said, TODAY).is_said


@pytest.mark.parametrize("said", ["31/2", "18/13", "0/5", "30/2/2027", "29/2/2027"])
def test_a_day_that_no_calendar_has_is_said_and_unknown(said: str) -> None:
    found = find_day_ahead(said, TODAY)
    assert (found.day, found.is_said) == (None, True)


def test_a_date_without_a_year_is_the_next_one_unless_it_went_by_just_now() -> None:
    assert find_day_ahead("10/1", date(2026, 12, 20)).day == date(2027, 1, 10)
    assert find_day_ahead("20/12", date(2027, 1, 5)).day == date(2026, 12, 20)
    assert find_day_ahead("1/10", TODAY).day == date(2027, 10, 1)


def test_the_part_of_the_day_stays_for_the_hour() -> None:
    found = find_day_ahead("tối mai 7 rưỡi ở chợ", TODAY)
    assert "tối" in found.rest
    assert find_hours(found.rest).start == 19 * 60 + 30


@given(st.dates(date(2026, 1, 1), date(2035, 12, 1)), st.integers(0, 300))
def test_a_written_date_is_that_day(today: date, ahead: int) -> None:
    meant = today + timedelta(days=ahead)
    assert find_day_ahead(f"{meant:%d/%m/%Y}", today).day == meant
    if (meant.day, meant.month) != (29, 2):
        assert find_day_ahead(f"ngày {meant.day} tháng {meant.month}", today).day == meant


@given(st.dates(date(2026, 1, 1), date(2035, 12, 1)), st.integers(0, 6))
def test_a_weekday_lies_within_the_week_to_come_or_the_one_gone(today: date, number: int) -> None:
    said = show_weekday(number)
    ahead, before = find_day_ahead(said, today).day, find_day(said, today).day
    assert ahead is not None
    assert before is not None
    assert (ahead.weekday(), before.weekday()) == (number, number)
    assert today <= ahead <= today + timedelta(days=6)
    assert today - timedelta(days=6) <= before <= today
    next_week = find_day_ahead(f"{said} tuần sau", today).day
    assert next_week is not None
    assert next_week.isocalendar()[:2] == (today + timedelta(days=7)).isocalendar()[:2]


@given(st.dates(date(2026, 1, 1), date(2035, 12, 1)), st.text(max_size=40))
def test_whatever_is_said_no_date_without_a_year_is_long_gone(today: date, said: str) -> None:
    found = find_day_ahead(said, today)
    assert found.day is None or found.is_said
    other = find_day_ahead(f"{today.day}/{today.month}", today).day
    assert other is None or other >= today - JUST_PAST


HOURS: dict[str, tuple[int, int | None]] = {
    "9h": (540, None),
    "9 giờ": (540, None),
    "14h30": (870, None),
    "14:30": (870, None),
    "2 giờ chiều": (840, None),
    "2h": (840, None),
    "7 rưỡi tối": (1170, None),
    "7 ruoi toi": (1170, None),
    "bảy giờ tối": (1140, None),
    "7h toi": (1140, None),
    "tối 7h": (1140, None),
    "chiều thứ bảy 2h": (840, None),
    "9 giờ kém 15": (525, None),
    "1 giờ trưa": (780, None),
    "11 giờ trưa": (660, None),
    "8 giờ ba mươi": (510, None),
    "9h-11h": (540, 120),
    "8-10h": (480, 120),
    "từ 9h tới 11h": (540, 120),
    "9h toi 11h": (540, 120),
    "19h toi 21h": (1140, 120),
    "2h đến 4h chiều": (840, 120),
    "8h sáng tới 2h chiều": (480, 360),
    "8 giờ 30, học 90 phút": (510, 90),
    "9h, 2 tiếng rưỡi": (540, 150),
    "9h 30 người": (540, None),
}


@pytest.mark.parametrize("said", HOURS)
def test_an_hour_is_understood_however_it_is_said(said: str) -> None:
    found = find_hours(said)
    assert (found.start, found.lasts) == HOURS[said]


@pytest.mark.parametrize(
    "said", ["23h", "3 giờ sáng", "25h", "9h75", "12 giờ đêm", "11h tới 10h30"]
)
def test_an_hour_at_night_or_of_no_clock_is_said_and_unknown(said: str) -> None:
    found = find_hours(said)
    assert (found.start, found.is_said) == (None, True)


@pytest.mark.parametrize("said", ["", "30 người", "nhà 3 hẻm 4", "kp 3", "8", "thứ bảy"])
def test_what_names_no_hour_is_none(said: str) -> None:
    assert not find_hours(said).is_said


@pytest.mark.parametrize(("said", "start"), {"8": 8, "lúc 8": 8, "7 tối": 19, "19": 19}.items())
def test_a_bare_number_is_an_hour_where_one_was_asked_for(said: str, start: int) -> None:
    assert find_hours(said, is_asked=True).start == start * 60


@given(st.integers(EARLIEST // 60, LATEST // 60), st.integers(0, 59), st.text(max_size=20))
def test_an_hour_of_the_clock_is_that_minute(hour: int, minute: int, more: str) -> None:
    found = find_hours(f"{hour:02}h{minute:02}")
    assert found.start == (hour * 60 + minute if hour * 60 + minute <= LATEST else None)
    any_text = find_hours(more)
    assert any_text.start is None or EARLIEST <= any_text.start <= LATEST
    assert any_text.lasts is None or any_text.lasts > 0
