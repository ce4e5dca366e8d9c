"""How a target stands: the worked examples of the method, and what holds for every number and every day."""

from __future__ import annotations

import math
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.progress import Aim, Span, judge_event, judge_steps, percent_of, span_of
from bot.core.vocabulary import TargetStatus as Status

YEAR = Span(date(2026, 1, 1), date(2027, 1, 1))
OCTOBER = date(2026, 10, 1)
"""The first day after 30 September: what is counted up to it is counted up to the end of that day."""
FIVE, TEN = Aim(">=", 5), Aim(">=", 10)
ORDER = [Status.BEHIND, Status.ON_TRACK, Status.REACHED]
DAYS = st.dates(date(2024, 1, 1), date(2029, 12, 31))
VALUES = st.integers(1, 400) | st.decimals(1, 90, places=1).map(float)
FLOORS = st.builds(Aim, st.sampled_from([">=", ">"]), VALUES)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start = draw(DAYS)
    return Span(start, start + timedelta(days=draw(st.integers(1, 2200))))


@st.composite
def running(draw: st.DrawFn) -> tuple[Span, date]:
    """A span, and a day after its first and before its end."""
    start, days = draw(DAYS), draw(st.integers(2, 2200))
    gone = draw(st.integers(1, days - 1))
    return Span(start, start + timedelta(days=days)), start + timedelta(days=gone)


# ---- the worked examples ------------------------------------------------------------------------


def test_three_classes_of_five_on_30_september_are_on_track_and_two_more_are_needed() -> None:
    assert YEAR.share_gone(OCTOBER) == Fraction(273, 365)
    three = judge_steps(FIVE, YEAR, OCTOBER, 3)
    assert (three.status, three.percent) == (Status.ON_TRACK, 60.0)
    assert (three.rest, three.days_left, three.need_per_week) == (2, 92, 0.15)


def test_two_classes_of_five_on_30_september_are_behind() -> None:
    two = judge_steps(FIVE, YEAR, OCTOBER, 2)
    assert (two.status, two.percent, two.rest, two.need_per_week) == (Status.BEHIND, 40.0, 3, 0.23)


@pytest.mark.parametrize(
    ("done", "status", "percent"),
    [
        (0, Status.BEHIND, 0.0),
        (6, Status.BEHIND, 60.0),
        (7, Status.ON_TRACK, 70.0),  # 10 × 273/365 = 7.48
        (9, Status.ON_TRACK, 90.0),
        (10, Status.REACHED, 100.0),
        (12, Status.REACHED, 120.0),
    ],
)
def test_ten_sessions_a_year_are_judged_by_whole_sessions(
    done: int, status: Status, percent: float
) -> None:
    stands = judge_steps(TEN, YEAR, OCTOBER, done)
    assert (stands.status, stands.percent) == (status, percent)


def test_three_hundred_contestants_are_judged_by_the_day_of_the_contest() -> None:
    aim, span = Aim(">=", 300), Span(date(2026, 4, 1), date(2026, 7, 1))
    june = date(2026, 6, 20)
    assert judge_event(aim, span, june, (0, False)).status is Status.NOT_YET
    assert judge_event(aim, span, june, (None, False)).status is Status.NOT_YET
    assert judge_event(aim, span, june, (299, True)).status is Status.BEHIND
    assert judge_event(aim, span, june, (299, True)).rest == 1
    assert judge_event(aim, span, june, (None, True)).status is Status.TOO_LITTLE_KNOWN
    assert judge_event(aim, span, june, (300, False)).status is Status.REACHED
    assert judge_event(aim, span, span.end, (120, False)).status is Status.BEHIND
    assert judge_event(aim, span, span.start, (None, True)).status is Status.NOT_YET


# ---- what the plan asks for ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("op", "value", "met", "missed", "least"),
    [
        (">=", 5, (5, 6), (4,), 5),
        (">", 80, (81,), (79, 80), 81),
        ("=", 3, (3,), (2, 4), 3),
        ("<=", 4, (0, 4), (5,), None),
        ("<", 4, (3,), (4, 5), None),
        (">=", 4.5, (5,), (4,), 5),
        (">", 4.5, (5,), (4,), 5),
    ],
)
def test_each_sign_asks_for_what_it_says(
    op: str, value: float, met: tuple[int, ...], missed: tuple[int, ...], least: int | None
) -> None:
    aim = Aim(op, value)
    assert [number for number in met + missed if aim.is_met(number)] == list(met)
    assert aim.least == least


def test_an_unknown_sign_is_refused() -> None:
    with pytest.raises(ValueError, match="≥"):
        Aim("≥", 5).is_met(5)


def test_a_ceiling_is_kept_or_broken_and_has_no_percent_and_no_rest() -> None:
    aim = Aim("<=", 4)
    kept, broken = (judge_steps(aim, YEAR, OCTOBER, done) for done in (4, 5))
    assert (kept.status, kept.percent, kept.rest) == (Status.REACHED, None, None)
    assert (broken.status, broken.rest, broken.need_per_week) == (Status.BEHIND, None, None)


def test_more_than_exactly_so_much_is_not_what_was_asked_for() -> None:
    statuses = [judge_steps(Aim("=", 3), YEAR, YEAR.end, done).status for done in (2, 3, 4)]
    assert statuses == [Status.BEHIND, Status.REACHED, Status.BEHIND]


# ---- when ---------------------------------------------------------------------------------------


def test_before_its_first_day_a_target_is_not_due_whatever_was_done() -> None:
    for done in (None, 0, 7):
        stands = judge_steps(FIVE, YEAR, YEAR.start, done)
        assert (stands.status, stands.percent, stands.rest) == (Status.NOT_YET, None, None)


def test_what_nobody_knows_is_not_judged() -> None:
    stands = judge_steps(FIVE, YEAR, OCTOBER, None)
    assert (stands.status, stands.percent, stands.need_per_week) == (
        Status.TOO_LITTLE_KNOWN,
        None,
        None,
    )


def test_when_its_days_are_over_a_target_is_reached_or_it_is_not() -> None:
    over = judge_steps(Aim(">", 80), YEAR, YEAR.end, 80)
    assert (over.status, over.rest, over.need_per_week) == (Status.BEHIND, 1, None)
    assert judge_steps(Aim(">=", 4.5), YEAR, YEAR.end, 4).status is Status.BEHIND


def test_a_target_of_each_year_is_counted_anew_and_not_beyond_its_validity() -> None:
    validity = Span(date(2026, 3, 15), date(2028, 7, 1))
    assert span_of(validity, "year", date(2026, 5, 1)) == Span(date(2026, 3, 15), date(2027, 1, 1))
    assert span_of(validity, "year", date(2027, 5, 1)) == Span(date(2027, 1, 1), date(2028, 1, 1))
    assert span_of(validity, "year", date(2028, 5, 1)) == Span(date(2028, 1, 1), date(2028, 7, 1))
    assert span_of(validity, "quarter", date(2026, 12, 31)) == Span(
        date(2026, 10, 1), date(2027, 1, 1)
    )
    assert span_of(validity, None, date(2027, 5, 1)) == validity
    assert span_of(validity, "year", date(2031, 5, 1)) == Span(date(2028, 1, 1), date(2028, 7, 1))
    assert span_of(validity, "year", date(2020, 5, 1)) == Span(date(2026, 3, 15), date(2027, 1, 1))


@pytest.mark.parametrize(("year", "days"), [(2024, 366), (2026, 365), (2028, 366), (2100, 365)])
def test_a_leap_year_has_a_day_more(year: int, days: int) -> None:
    span = Span(date(year, 1, 1), date(year + 1, 1, 1))
    assert span.share_gone(date(year, 1, 2)) == Fraction(1, days)
    assert span.days_left(date(year, 2, 29 if days == 366 else 28)) == 307
    assert span.share_gone(date(year, 12, 31)) == Fraction(days - 1, days)


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(1, 16, 6.3), (1, 8, 12.5), (1, 400, 0.3), (2, 3, 66.7), (6, 5, 120.0), (0, 5, 0.0)],
)
def test_a_percentage_has_one_decimal_and_halves_go_up(
    part: int, whole: int, percent: float
) -> None:
    assert percent_of(part, whole) == percent


def test_of_nothing_there_is_no_percentage() -> None:
    assert percent_of(3, 0) is None


# ---- for every number and every day -------------------------------------------------------------


@given(span=spans(), at=DAYS)
def test_the_share_that_is_gone_is_never_below_nothing_or_above_all(span: Span, at: date) -> None:
    share, next_day = span.share_gone(at), span.share_gone(at + timedelta(days=1))
    assert 0 <= share <= next_day <= 1
    assert (share == 0) == (at <= span.start)
    assert (share == 1) == (at >= span.end)
    whole = (span.end - span.start).days
    assert share * whole + span.days_left(at) == whole


@given(aim=FLOORS, when=running(), done=st.integers(0, 500))
@example(aim=Aim(">", 5), when=(YEAR, YEAR.end), done=5)
def test_more_done_never_stands_worse(aim: Aim, when: tuple[Span, date], done: int) -> None:
    span, at = when
    less, more = (judge_steps(aim, span, at, number) for number in (done, done + 1))
    assert ORDER.index(less.status) <= ORDER.index(more.status)
    assert less.percent is not None
    assert more.percent is not None
    assert less.percent <= more.percent
    assert (less.rest or 0) >= (more.rest or 0)
    assert (less.need_per_week or 0) >= (more.need_per_week or 0)


@given(aim=FLOORS, when=running(), done=st.integers(0, 500))
def test_nobody_is_behind_who_has_done_what_the_line_rounded_down_asks_for(
    aim: Aim, when: tuple[Span, date], done: int
) -> None:
    span, at = when
    line = math.floor(Fraction(str(aim.value)) * span.share_gone(at))
    status = judge_steps(aim, span, at, done).status
    assert (status is Status.BEHIND) == (done < line)
    assert (status is Status.REACHED) == aim.is_met(done)


@given(aim=FLOORS, when=running(), done=st.integers(0, 500))
def test_whoever_does_what_is_needed_each_week_arrives(
    aim: Aim, when: tuple[Span, date], done: int
) -> None:
    span, at = when
    stands = judge_steps(aim, span, at, done)
    if stands.need_per_week is None:
        assert stands.status is Status.REACHED
        return
    assert stands.rest is not None
    assert aim.is_met(done + stands.rest)
    assert not aim.is_met(done + stands.rest - 1)
    weeks = Fraction(span.days_left(at), 7)
    assert abs(stands.need_per_week * weeks - stands.rest) <= Fraction(1, 100) * weeks


@given(aim=FLOORS, span=spans(), at=DAYS, done=st.none() | st.integers(0, 500), is_over=...)
def test_one_event_is_never_held_against_a_line(
    aim: Aim, span: Span, at: date, done: int | None, is_over: bool
) -> None:
    status = judge_event(aim, span, at, (done, is_over)).status
    assert status is not Status.ON_TRACK
    if not is_over and at < span.end:
        assert status in (Status.NOT_YET, Status.REACHED)


@given(validity=spans(), per=st.sampled_from([None, "year", "quarter"]), day=DAYS)
def test_what_recurs_is_counted_over_days_of_its_validity_that_hold_the_day(
    validity: Span, per: str | None, day: date
) -> None:
    span = span_of(validity, per, day)
    assert validity.start <= span.start < span.end <= validity.end
    if validity.start <= day < validity.end:
        assert span.start <= day < span.end
    if per is not None:
        assert (span.end - span.start).days <= (366 if per == "year" else 92)
