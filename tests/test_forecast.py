"""Coverage of people, Tết, and when a status may turn: the worked examples, and what holds for every log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import forecast as pacing
from bot.core.forecast import Facts, Flip, Lack, Log, Pace, Turn, Week, flip_of
from bot.core.progress import (
    DAY,
    Aim,
    Span,
    judge_event,
    judge_level,
    judge_steps,
    rounded,
    with_breaks,
    worse,
)
from bot.core.vocabulary import TargetStatus as Status
from bot.core.year_weights import breaks_in, tet_of

PLAIN = Span(date(2026, 1, 1), date(2027, 1, 1))
YEAR = with_breaks(PLAIN)
JULY, OCTOBER = date(2026, 7, 1), date(2026, 10, 1)
ADULTS = 12_000
AIM = Aim(">=", 80).of_share(ADULTS)
LAST_WEEKS = (100, 130, 130, 160, 160, 195, 195, 240)
"""Eight weeks with the quartiles 130, 160 and 195."""
PACE = Pace(Fraction(130), Fraction(160), Fraction(195))
TEAMS = frozenset(range(10))
ORDER = [Status.BEHIND, Status.ON_TRACK, Status.REACHED]
WEEK = timedelta(days=7)


def log_of(weeks: tuple[int | None, ...], end: date, teams: frozenset[int] = TEAMS) -> Log:
    """One line a week, on its third day, the last week before ``end``; None: nobody sent anything."""
    new, sent = {}, {}
    for back, count in enumerate(reversed(weeks), start=1):
        day = end - back * WEEK + 2 * DAY
        if count is not None:
            new[day], sent[day] = count, teams
    return Log(new, sent)


# ---- coverage: 12,000 adults, 80 %, 4,100 on 30 June --------------------------------------------


def test_coverage_that_even_the_high_end_of_the_forecast_misses_is_behind() -> None:
    assert AIM.value == 9600
    assert (YEAR.days_left(JULY), float(round(YEAR.weeks_left(JULY), 1))) == (184, 26.3)
    stands = pacing.judge_people(AIM, YEAR, JULY, (4100, PACE))
    assert (stands.status, stands.rest, stands.percent) == (Status.BEHIND, 5500, 42.7)
    assert stands.need_per_week is not None
    assert round(stands.need_per_week) == 209
    ends = pacing.forecast(4100, YEAR.weeks_left(JULY), PACE, ADULTS)
    whole = [int(rounded(end, "1")) for end in (ends.low, ends.mid, ends.high)]
    assert whole == [7517, 8306, 9226]
    assert [round(100 * end / ADULTS) for end in whole] == [63, 69, 77]


def test_the_quartiles_are_those_of_the_last_eight_weeks() -> None:
    log = log_of((900, 900, *LAST_WEEKS), JULY)
    weeks = pacing.weeks_before(log, YEAR, JULY)
    assert [week.new for week in weeks] == list(reversed(LAST_WEEKS))
    assert pacing.known_pace(weeks) == PACE


def test_coverage_that_the_high_end_reaches_is_on_track_and_a_tie_is_enough() -> None:
    enough = Fraction(AIM.value - 4100) / YEAR.weeks_left(JULY)
    just = Pace(Fraction(0), Fraction(0), enough)
    assert pacing.judge_people(AIM, YEAR, JULY, (4100, just)).status is Status.ON_TRACK
    assert pacing.judge_people(AIM, YEAR, JULY, (4099, just)).status is Status.BEHIND
    more = Aim(">", 80).of_share(ADULTS)
    assert pacing.judge_people(more, YEAR, JULY, (4100, just)).status is Status.BEHIND


def test_coverage_without_a_pace_is_not_judged_and_says_what_is_missing() -> None:
    stands = pacing.judge_people(AIM, YEAR, JULY, (4100, None))
    assert (stands.status, stands.rest) == (Status.TOO_LITTLE_KNOWN, 5500)
    assert pacing.judge_people(AIM, YEAR, JULY, (None, PACE)).status is Status.TOO_LITTLE_KNOWN
    assert pacing.judge_people(AIM, YEAR, JULY, (9600, None)).status is Status.REACHED
    assert pacing.judge_people(AIM, YEAR, YEAR.end, (9599, None)).status is Status.BEHIND
    assert pacing.judge_people(AIM, YEAR, YEAR.start, (9600, PACE)).status is Status.NOT_YET


def test_a_forecast_never_has_more_people_than_there_are() -> None:
    ends = pacing.forecast(11_000, Fraction(10), PACE, ADULTS)
    assert (ends.low, ends.high) == (12_000, 12_000)
    assert pacing.forecast(13_000, Fraction(10), PACE, ADULTS).low == 13_000


# ---- minimum evidence ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weeks", "teams", "lack"),
    [
        ((10, 10, 10), 10, Lack.WEEKS),
        ((10, None, 10, None, 10, None, None, None), 10, Lack.WEEKS),
        ((10, None, 10, None, 10, None, 0, None), 10, None),  # a true 0 is a report
        ((10, 10, 10, 10), 7, None),
        ((10, 10, 10, 10), 6, Lack.TEAMS),
    ],
)
def test_fewer_than_four_weeks_or_seven_of_ten_teams_are_too_little(
    weeks: tuple[int | None, ...], teams: int, lack: Lack | None
) -> None:
    log = log_of(weeks, JULY, frozenset(range(teams)))
    assert pacing.lack_of(pacing.weeks_before(log, YEAR, JULY), TEAMS) is lack


def test_a_team_counts_that_sent_in_any_of_the_weeks_and_one_that_is_no_more_does_not() -> None:
    weeks = [Week(JULY - back * WEEK, 1, frozenset({back, 99})) for back in range(1, 8)]
    assert pacing.lack_of(weeks, frozenset(range(1, 11))) is None
    assert pacing.lack_of(weeks[1:], frozenset(range(1, 11))) is Lack.TEAMS
    assert pacing.lack_of(weeks, frozenset()) is Lack.TEAMS


def test_a_week_that_nobody_sent_is_not_a_week_without_people() -> None:
    log = log_of((None, None, 20, 20, 20, 20), JULY)
    assert pacing.known_pace(pacing.weeks_before(log, YEAR, JULY)) == Pace(*[Fraction(20)] * 3)
    assert pacing.known_pace(pacing.weeks_before(log_of((9, 9, 9), JULY), YEAR, JULY)) is None


# ---- Tết and breaks -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "first"),
    [(2025, date(2025, 1, 29)), (2026, date(2026, 2, 17)), (2027, date(2027, 2, 6))],
)
def test_tet_is_fourteen_days_around_the_first_of_the_first_month(year: int, first: date) -> None:
    found = tet_of(year)
    assert found == (first - 7 * DAY, first + 7 * DAY)


def test_a_year_far_from_here_has_tet_or_none_and_no_mistake() -> None:
    for year in (1946, 2099, 2100):
        found = tet_of(year)
        assert found is None or (found[1] - found[0]).days == 14


def test_breaks_that_overlap_are_one() -> None:
    august = (date(2026, 8, 1), date(2026, 8, 11))
    after_tet = (date(2026, 2, 20), date(2026, 3, 1))
    found = breaks_in(
        PLAIN.start, PLAIN.end, [august, after_tet, (date(2028, 1, 1), date(2028, 2, 1))]
    )
    assert found == ((date(2026, 2, 10), date(2026, 3, 1)), august)


def test_tet_weighs_nothing_in_the_line_and_in_the_weeks_left() -> None:
    assert YEAR.share_gone(OCTOBER) == Fraction(273 - 14, 365 - 14)
    for day in range(10, 25):
        assert YEAR.share_gone(date(2026, 2, day)) == Fraction(40, 351)
    assert YEAR.weeks_left(date(2026, 1, 1)) == Fraction(351, 7)
    assert YEAR.weeks_left(OCTOBER) == Fraction(92, 7)
    for done, status in ((3, Status.ON_TRACK), (2, Status.BEHIND)):
        stands = judge_steps(Aim(">=", 5), YEAR, OCTOBER, done)
        assert (stands.status, stands.days_left) == (status, 92)


def test_weeks_that_a_break_touches_are_no_measure_of_the_pace() -> None:
    at = date(2026, 3, 10)
    starts = [week.start for week in pacing.weeks_before(Log({}, {}), YEAR, at)]
    tet = (date(2026, 2, 10), date(2026, 2, 24))
    assert starts[:3] == [date(2026, 3, 3), date(2026, 2, 24), date(2026, 2, 3)]
    assert all(start + WEEK <= tet[0] or start >= tet[1] for start in starts)
    assert min(starts) >= YEAR.start


def test_where_every_day_is_a_break_nothing_is_divided_by_nothing() -> None:
    span = with_breaks(Span(date(2026, 2, 11), date(2026, 2, 21)))
    assert (span.weeks_left(span.start), span.share_gone(date(2026, 2, 16))) == (0, Fraction(1, 2))
    stands = judge_steps(Aim(">=", 4), span, date(2026, 2, 16), 1)
    assert (stands.status, stands.need_per_week, stands.days_left) == (Status.BEHIND, None, 5)
    assert (
        pacing.judge_people(Aim(">=", 4), span, date(2026, 2, 16), (1, PACE)).status
        is Status.BEHIND
    )


# ---- the plan's own calendar, levels, ceilings, figures that were read ---------------------------


def test_a_calendar_of_the_plan_goes_before_the_line() -> None:
    aim = Aim(">=", 5, ((date(2026, 11, 30), 4), (date(2026, 6, 30), 1), (date(2026, 12, 31), 5)))
    asked = {day: aim.asks_by(YEAR, day) for day in (date(2026, 6, 30), JULY, OCTOBER)}
    assert list(asked.values()) == [0, 1, 1]
    assert judge_steps(aim, YEAR, OCTOBER, 1).status is Status.ON_TRACK
    assert judge_steps(aim, YEAR, date(2026, 12, 1), 3).status is Status.BEHIND


def test_a_level_has_no_line() -> None:
    found = [judge_level(YEAR, at, False).status for at in (YEAR.start, OCTOBER, YEAR.end)]
    assert found == [Status.NOT_YET, Status.NOT_YET, Status.BEHIND]
    assert judge_level(YEAR, OCTOBER, True).status is Status.REACHED
    assert judge_level(YEAR, OCTOBER, None).status is Status.TOO_LITTLE_KNOWN


def test_a_share_that_was_read_is_held_against_the_line_and_misses_so_much_as_it_misses() -> None:
    stands = judge_steps(Aim(">=", 80), YEAR, OCTOBER, 63.5)
    assert (stands.status, stands.percent, stands.rest) == (Status.ON_TRACK, 79.4, 16.5)
    assert judge_steps(Aim(">=", 80), YEAR, OCTOBER, 58.9).status is Status.BEHIND
    assert judge_steps(Aim("<=", 4), YEAR, OCTOBER, 4.0).status is Status.REACHED
    assert judge_steps(Aim(">", 80), YEAR, OCTOBER, 80.0).rest is None


def test_the_worse_of_two_statuses_is_said_first() -> None:
    assert worse(Status.ON_TRACK, Status.BEHIND) is Status.BEHIND
    assert worse(Status.REACHED, Status.TOO_LITTLE_KNOWN) is Status.TOO_LITTLE_KNOWN
    assert worse(Status.REACHED, None) is Status.REACHED


# ---- when a status turns ------------------------------------------------------------------------


def by_steps(aim: Aim) -> Callable[[date, Facts], Status]:
    return lambda day, facts: judge_steps(aim, YEAR, day, facts.done).status


def by_pace(day: date, facts: Facts) -> Status:
    return pacing.judge_people(AIM, YEAR, day, (facts.done, facts.pace)).status


FIVE = by_steps(Aim(">=", 5))
FAST, SLOW = (Pace(*[Fraction(speed)] * 3) for speed in (300, 100))


@pytest.mark.parametrize(
    ("judge", "turn", "flip"),
    [
        (FIVE, Turn(OCTOBER, Facts(3), Facts(3), Facts(3)), None),
        (FIVE, Turn(OCTOBER, Facts(4), Facts(3), Facts(3)), None),
        (FIVE, Turn(OCTOBER, Facts(3), Facts(2), Facts(2)), Flip.DONE),
        (FIVE, Turn(OCTOBER, Facts(5), Facts(3), Facts(3)), Flip.DONE),
        (FIVE, Turn(OCTOBER, Facts(3), Facts(3), Facts(1)), Flip.CORRECTION),
        (FIVE, Turn(OCTOBER, Facts(2), Facts(2), Facts(3)), Flip.CORRECTION),
        (FIVE, Turn(OCTOBER, Facts(2), Facts(3), Facts(3)), Flip.LESS),
        (FIVE, Turn(OCTOBER, Facts(3), Facts(3), Facts(3), by_steps(Aim(">=", 10))), Flip.PLAN),
        (by_pace, Turn(JULY, Facts(4100, SLOW), Facts(4100, FAST), Facts(4100, FAST)), Flip.PACE),
        (by_pace, Turn(JULY, Facts(4100, FAST), Facts(4000), Facts(4000)), Flip.EVIDENCE),
    ],
)
def test_a_status_that_turned_has_its_reason(
    judge: Callable[[date, Facts], Status], turn: Turn, flip: Flip | None
) -> None:
    assert flip_of(judge, turn) is flip


def test_days_alone_turn_it_when_the_line_goes_by() -> None:
    ten = by_steps(Aim(">=", 10))  # seven are asked for from 13 September on
    at = date(2026, 9, 20)
    assert flip_of(ten, Turn(at, Facts(6), Facts(6), Facts(6))) is Flip.DAY


COUNTS = st.integers(0, 400)
WEEKS = st.lists(st.none() | COUNTS, min_size=14, max_size=20).map(tuple)
AT = st.dates(date(2026, 5, 20), date(2026, 12, 30))


@given(weeks=WEEKS, at=AT, done=st.integers(0, 12_000))
def test_more_people_never_stand_worse(weeks: tuple[int | None, ...], at: date, done: int) -> None:
    pace = pacing.known_pace(pacing.weeks_before(log_of(weeks, at), YEAR, at))
    if pace is None:
        assert pacing.judge_people(AIM, YEAR, at, (done, None)).status in (
            Status.TOO_LITTLE_KNOWN,
            Status.REACHED,
        )
        return
    less, more = (pacing.judge_people(AIM, YEAR, at, (number, pace)) for number in (done, done + 1))
    assert ORDER.index(less.status) <= ORDER.index(more.status)
    ends = pacing.forecast(done, YEAR.weeks_left(at), pace)
    assert done <= ends.low <= ends.mid <= ends.high
    if less.status in (Status.BEHIND, Status.ON_TRACK):
        assert (less.status is Status.BEHIND) == (ends.high < AIM.value)


@given(
    log=st.dictionaries(st.dates(PLAIN.start, PLAIN.end - DAY), COUNTS, min_size=60, max_size=200),
    done=st.integers(0, 9599),
    at=st.dates(date(2026, 3, 20), date(2026, 11, 1)),
)
def test_the_pace_alone_turns_a_status_at_most_once_a_fortnight(
    log: dict[date, int], done: int, at: date
) -> None:
    known = Log(log, dict.fromkeys(log, TEAMS))

    def facts(day: date) -> Facts:
        return Facts(done, pacing.known_pace(pacing.weeks_before(known, YEAR, day)))

    first = pacing.first_look(YEAR, at)
    assert 28 <= (at - first).days < 42
    days = [first + number * DAY for number in range((at - first).days + 1)]
    statuses = [pacing.settle(by_pace, facts, (first, day)) for day in days]
    turns = [
        days[later]
        for before, later in pairwise(range(len(days)))
        if statuses[before] is not statuses[later]
        and {statuses[before], statuses[later]} == {Status.BEHIND, Status.ON_TRACK}
    ]
    for before, later in pairwise(turns):
        same_pace = by_pace(later, Facts(done, facts(before).pace))
        assert later - before >= timedelta(days=14) or same_pace is by_pace(later, facts(later))


def test_a_status_that_turned_waits_a_fortnight_unless_something_was_done() -> None:
    """One bad day in between turns it, and it does not turn back the day after."""
    day = JULY + DAY
    for done_later, status in ((4100, Status.BEHIND), (9000, Status.ON_TRACK)):

        def facts(at: date, more: int = done_later) -> Facts:
            return Facts(more if at > day else 4100, SLOW if at == day else FAST)

        assert pacing.settle(by_pace, facts, (JULY, day)) is Status.BEHIND
        later = day + 13 * DAY
        assert pacing.settle(by_pace, facts, (JULY, later)) is status
        assert pacing.settle(by_pace, facts, (JULY, later + DAY)) is Status.ON_TRACK


@given(
    aim=st.builds(Aim, st.sampled_from([">=", ">", "=", "<=", "<"]), st.integers(1, 60)), done=...
)
def test_steps_turn_once_when_nothing_is_done(aim: Aim, done: int) -> None:
    days = [PLAIN.start + number * DAY for number in range(366)]
    for statuses in (
        [judge_steps(aim, YEAR, day, abs(done) % 70).status for day in days],
        [judge_event(aim, YEAR, day, (abs(done) % 70, day >= JULY)).status for day in days],
    ):
        after_begin = statuses[1:]
        assert sum(before is not later for before, later in pairwise(after_begin)) <= 1


@given(
    span=st.builds(
        lambda start, days: Span(start, start + days * DAY),
        st.dates(date(2024, 1, 1), date(2029, 1, 1)),
        st.integers(1, 900),
    ),
    declared=st.lists(
        st.builds(
            lambda start, days: (start, start + days * DAY),
            st.dates(date(2024, 1, 1), date(2031, 1, 1)),
            st.integers(1, 200),
        ),
        max_size=4,
    ),
    at=st.dates(date(2024, 1, 1), date(2031, 1, 1)),
)
def test_what_a_day_weighs_is_gone_or_left(
    span: Span, declared: list[tuple[date, date]], at: date
) -> None:
    weighed = with_breaks(span, declared)
    off = {
        day
        for begins, ends in [*filter(None, map(tet_of, range(2023, 2033))), *declared]
        for day in (begins + number * DAY for number in range((ends - begins).days))
    }
    days = [span.start + number * DAY for number in range((span.end - span.start).days)]
    work = [day for day in days if day not in off]
    assert weighed.weight(span.start, span.end) == len(work)
    assert weighed.weeks_left(at) == Fraction(sum(day >= at for day in work), 7)
    assert 0 <= weighed.share_gone(at) <= weighed.share_gone(at + DAY) <= 1
    if work and at < span.end:
        assert weighed.share_gone(at) == Fraction(sum(day < at for day in work), len(work))
