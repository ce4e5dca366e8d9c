from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import BotError
from bot.core.periods import (
    ZONE,
    Period,
    PeriodError,
    containing,
    office_week,
    parse,
    preceding,
    today,
    week_of,
)

FROM, TO = datetime(2000, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 – Hypothesis adds the zone
YEARS = range(2000, 2100)
days = st.dates(date(1901, 1, 1), date(2198, 12, 31))


def weeks_in(year: int) -> int:
    return date(year, 12, 28).isocalendar().week


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("week:2026-W47", "2026-11-16", "2026-11-22"),
        ("week:2026-W53", "2026-12-28", "2027-01-03"),
        ("week:2026-W01", "2025-12-29", "2026-01-04"),
        ("month:2026-11", "2026-11-01", "2026-11-30"),
        ("month:2026-12", "2026-12-01", "2026-12-31"),
        ("month:2028-02", "2028-02-01", "2028-02-29"),
        ("reporting-month:2026-11", "2026-10-15", "2026-11-14"),
        ("reporting-month:2026-01", "2025-12-15", "2026-01-14"),
        ("office-week:2026-11-20", "2026-11-14", "2026-11-20"),
        ("quarter:2026-Q1", "2026-01-01", "2026-03-31"),
        ("quarter:2026-Q4", "2026-10-01", "2026-12-31"),
        ("half:2026-H1", "2026-01-01", "2026-06-30"),
        ("half:2026-H2", "2026-07-01", "2026-12-31"),
        ("year:2026", "2026-01-01", "2026-12-31"),
        ("reporting-quarter:2026-Q1", "2025-12-15", "2026-03-14"),
        ("reporting-quarter:2026-Q4", "2026-09-15", "2026-12-14"),
        ("reporting-half:2026-H1", "2025-12-15", "2026-06-14"),
        ("reporting-half:2026-H2", "2026-06-15", "2026-12-14"),
        ("reporting-year:2026", "2025-12-15", "2026-12-14"),
        ("2026-11-01..2026-11-15", "2026-11-01", "2026-11-15"),
        ("2026-11-01..2026-11-01", "2026-11-01", "2026-11-01"),
    ],
)
def test_a_name_stands_for_its_days(name: str, first: str, last: str) -> None:
    period = parse(f" {name}\n")
    assert (period.start, period.end) == (
        date.fromisoformat(first),
        date.fromisoformat(last) + timedelta(days=1),
    )
    assert f"{period.kind}:{period.key}".removeprefix("custom:") == name


@pytest.mark.parametrize(
    ("name", "says", "shows"),
    [
        ("week:2025-W53", "Năm 2025 không có tuần 53", "week:2026-W47"),
        ("week:2026-W00", "Năm 2026 không có tuần 00", "week:2026-W47"),
        ("week:2026-47", "“2026-47” không phải là tuần", "week:2026-W47"),
        ("month:2026-13", "“2026-13” không phải là tháng", "month:2026-11"),
        ("month:2026-1", "“2026-1” không phải là tháng", "month:2026-11"),
        ("month:２０２６-11", "không phải là tháng", "month:2026-11"),
        ("reporting-month:2026-00", "không phải là tháng", "reporting-month:2026-11"),
        ("quarter:2026-Q5", "không phải là quý", "quarter:2026-Q4"),
        ("reporting-half:2026-H3", "không phải là nửa năm", "reporting-half:2026-H1"),
        ("year:26", "không phải là năm", "year:2026"),
        ("year:9999", "không phải là năm", "year:2026"),
        ("office-week:2026-11-31", "“2026-11-31” không phải là ngày", "office-week:2026-11-20"),
        ("2026-11-15..2026-11-01", "2026-11-15 đứng sau", "2026-11-01..2026-11-15"),
        ("2026-02-30..2026-03-01", "“2026-02-30” không phải là ngày", "2026-11-01..2026-11-15"),
        ("20261101..20261115", "“20261101” không phải là ngày", "2026-11-01..2026-11-15"),
        ("2026-11-01..", "không phải là ngày", "2026-11-01..2026-11-15"),
        ("reporting-week:2026-W47", "không phải là tên một kỳ", "week:2026-W47"),
        ("tuần này", "“tuần này” không phải là tên một kỳ", "week:2026-W47"),
        ("custom:", "không phải là tên một kỳ", "week:2026-W47"),
        ("", "không phải là tên một kỳ", "month:2026-11"),
    ],
)
def test_a_wrong_name_is_explained_in_one_sentence_with_an_example(
    name: str, says: str, shows: str
) -> None:
    with pytest.raises(PeriodError) as caught:
        parse(name)
    assert isinstance(caught.value, BotError)
    sentence = str(caught.value)
    assert says in sentence
    assert shows in sentence
    assert sentence.endswith(".")
    assert ". " not in sentence
    assert parse(shows)


@given(st.text())
def test_any_text_is_a_period_or_a_period_error(text: str) -> None:
    with suppress(PeriodError):
        assert isinstance(parse(text), Period)


def test_an_error_does_not_repeat_a_whole_novel() -> None:
    with pytest.raises(PeriodError) as caught:
        parse("kỳ " * 1000)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "names",
    [
        [f"week:{y}-W{n:02}" for y in YEARS for n in range(1, weeks_in(y) + 1)],
        [f"month:{y}-{n:02}" for y in YEARS for n in range(1, 13)],
        [f"quarter:{y}-Q{n}" for y in YEARS for n in range(1, 5)],
        [f"half:{y}-H{n}" for y in YEARS for n in (1, 2)],
        [f"year:{y}" for y in YEARS],
        [f"reporting-month:{y}-{n:02}" for y in YEARS for n in range(1, 13)],
        [f"reporting-quarter:{y}-Q{n}" for y in YEARS for n in range(1, 5)],
        [f"reporting-half:{y}-H{n}" for y in YEARS for n in (1, 2)],
        [f"reporting-year:{y}" for y in YEARS],
    ],
    ids=lambda names: names[0].partition(":")[0],
)
def test_neighbouring_periods_tile_without_gap_or_overlap(names: list[str]) -> None:
    periods = [parse(name) for name in names]
    assert all(one.end == two.start and one.start < one.end for one, two in pairwise(periods))
    assert all(one.end_at == two.start_at for one, two in pairwise(periods))


@pytest.mark.parametrize("prefix", ["", "reporting-"])
@pytest.mark.parametrize("year", [2024, 2026])
def test_the_parts_of_a_year_begin_and_end_with_it(prefix: str, year: int) -> None:
    whole = parse(f"{prefix}year:{year}")
    for kind, first, last in (("half", "H1", "H2"), ("quarter", "Q1", "Q4"), ("month", "01", "12")):
        assert parse(f"{prefix}{kind}:{year}-{first}").start == whole.start
        assert parse(f"{prefix}{kind}:{year}-{last}").end == whole.end


def test_2026_has_53_weeks_and_2025_has_not() -> None:
    assert parse("week:2026-W53").end == parse("week:2027-W01").start
    with pytest.raises(PeriodError):
        parse("week:2025-W53")


@given(days)
def test_a_day_lies_in_its_week_which_runs_from_monday_to_sunday(day: date) -> None:
    week = week_of(day)
    assert week.contains(day)
    assert week.start.isoweekday() == 1
    assert week.end - week.start == timedelta(days=7)
    assert week == parse(f"week:{week.key}")


@given(days)
def test_an_office_week_ends_with_its_day(day: date) -> None:
    week = parse(f"office-week:{day}")
    assert week.contains(day)
    assert not week.contains(day + timedelta(days=1))
    assert week.contains(day - timedelta(days=6))
    assert not week.contains(day - timedelta(days=7))


@given(days, days)
def test_a_custom_period_holds_both_of_its_days_or_is_refused(one: date, two: date) -> None:
    first, last = min(one, two), max(one, two)
    period = parse(f"{first}..{last}")
    assert period == parse(f"custom:{period.key}")
    assert period.contains(first)
    assert period.contains(last)
    assert not period.contains(last + timedelta(days=1))
    if first != last:
        with pytest.raises(PeriodError, match="đứng sau"):
            parse(f"{last}..{first}")


def test_borders_are_local_midnights_in_utc() -> None:
    week = parse("week:2026-W47")
    assert week.start_at == datetime(2026, 11, 15, 17, tzinfo=UTC)
    assert week.end_at == datetime(2026, 11, 22, 17, tzinfo=UTC)
    assert week.start_at.tzinfo is UTC


@given(st.datetimes(min_value=FROM, max_value=TO, timezones=st.just(UTC)))
def test_a_moment_falls_in_the_period_of_its_local_day(now: datetime) -> None:
    day, week = today(now), week_of(today(now))
    assert day == now.astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).date()
    assert week.start_at <= now < week.end_at


def test_the_local_day_changes_at_five_in_the_afternoon_utc() -> None:
    assert today(datetime(2026, 11, 20, 16, 59, 59, tzinfo=UTC)) == date(2026, 11, 20)
    assert today(datetime(2026, 11, 20, 17, tzinfo=UTC)) == date(2026, 11, 21)
    assert today(datetime(2026, 11, 21, 0, 30, tzinfo=ZONE)) == date(2026, 11, 21)


def test_a_moment_without_zone_has_no_local_day() -> None:
    with pytest.raises(ValueError, match="time zone"):
        today(datetime(2026, 11, 20))  # noqa: DTZ001 – what is refused


# Nghị định 09/2019/NĐ-CP, Điều 12: the 15th before until the 14th.
STATUTORY = """
reporting-month:2026-01     2025-12-15 2026-01-14
reporting-month:2026-02     2026-01-15 2026-02-14
reporting-month:2026-03     2026-02-15 2026-03-14
reporting-month:2026-04     2026-03-15 2026-04-14
reporting-month:2026-05     2026-04-15 2026-05-14
reporting-month:2026-06     2026-05-15 2026-06-14
reporting-month:2026-07     2026-06-15 2026-07-14
reporting-month:2026-08     2026-07-15 2026-08-14
reporting-month:2026-09     2026-08-15 2026-09-14
reporting-month:2026-10     2026-09-15 2026-10-14
reporting-month:2026-11     2026-10-15 2026-11-14
reporting-month:2026-12     2026-11-15 2026-12-14
reporting-month:2027-01     2026-12-15 2027-01-14
reporting-quarter:2026-Q1   2025-12-15 2026-03-14
reporting-quarter:2026-Q2   2026-03-15 2026-06-14
reporting-quarter:2026-Q3   2026-06-15 2026-09-14
reporting-quarter:2026-Q4   2026-09-15 2026-12-14
reporting-half:2026-H1      2025-12-15 2026-06-14
reporting-half:2026-H2      2026-06-15 2026-12-14
reporting-year:2025         2024-12-15 2025-12-14
reporting-year:2026         2025-12-15 2026-12-14
"""


@pytest.mark.parametrize("line", STATUTORY.strip().splitlines())
def test_the_statutory_windows_are_those_of_the_decree(line: str) -> None:
    name, first, last = line.split()
    period = parse(name)
    assert (str(period.start), str(period.last_day)) == (first, last)
    for day in (period.start, period.last_day):
        assert containing(period.kind, day) == period
    assert preceding(period).end == period.start


@given(
    days,
    st.sampled_from(["month", "quarter", "half", "year"]),
    st.sampled_from(["", "reporting-"]),
)
def test_a_day_lies_in_one_period_of_each_kind(day: date, kind: str, prefix: str) -> None:
    period = containing(prefix + kind, day)
    assert period.contains(day)
    assert period == parse(f"{period.kind}:{period.key}")
    assert preceding(period).end == period.start


@given(
    st.datetimes(FROM, TO, timezones=st.just(ZONE)),
    st.integers(1, 7),
    st.none() | st.times(time(1), time(23)),
)
def test_a_moment_lies_in_one_week_of_an_office(
    moment: datetime, last_weekday: int, cut: time | None
) -> None:
    week = office_week(moment, last_weekday, cut)
    assert week.start_at <= moment < week.end_at
    assert week.end_at - week.start_at == timedelta(days=7)
    assert week.last_day.isoweekday() == last_weekday
    assert str(week.last_day) == week.key
    assert office_week(week.end_at, last_weekday, cut).start_at == week.end_at


def test_the_week_of_an_office_ends_at_its_hour() -> None:
    thursday = datetime(2026, 11, 19, 11, 0, tzinfo=ZONE)
    week = office_week(thursday, 4, time(16, 30))
    assert (week.key, week.start, week.last_day) == (
        "2026-11-19",
        date(2026, 11, 13),
        date(2026, 11, 19),
    )
    assert week.start_at == datetime(2026, 11, 12, 16, 30, tzinfo=ZONE)
    assert week.end_at == datetime(2026, 11, 19, 16, 30, tzinfo=ZONE)
    assert office_week(week.end_at, 4, time(16, 30)).key == "2026-11-26"
    assert week.contains(date(2026, 11, 19))  # what is known by its day alone
