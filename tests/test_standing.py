"""How computed targets stand: by all lines, by confirmed ones, by the pace of weeks, and why that changed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, update

from bot.core.forecast import Flip
from bot.core.periods import Period
from bot.core.progress import DAY, Span, with_breaks
from bot.core.vocabulary import (
    CommunicationUnit,
    Confirmation,
    Evidence,
    Role,
    Topic,
    TrainingKind,
    TrainingStatus,
)
from bot.core.vocabulary import TargetStatus as Status
from bot.library import Library, Plan
from bot.library.plans import Formula, Sessions, Target
from bot.library.reporting import Break, Milestone
from bot.services import log_starts, standing, target_stats
from bot.services.growth import Case, Growths
from bot.services.standing import Counted, Gap, Judge, Judged
from storage import communes, help_entries, people, staff, trainings
from storage.database import Unit
from storage.help_entries import By, Help, NewEntry
from storage.models_help import confirmations
from storage.models_help import help_entries as entry_rows
from storage.models_trainings import attendances
from storage.models_trainings import trainings as training_rows
from tests import held_trainings as tools
from tests.held_trainings import Sitter
from tests.storage_tools import ENGINES, NEW_YEAR, Shelf, open_office, open_shelf
from tests.test_training_figures import undone

YEAR = Span(NEW_YEAR, date(2027, 1, 1))
JULY, OCTOBER = date(2026, 7, 1), date(2026, 10, 1)
SPRING = date(2026, 3, 3)
CLASS, OUTREACH, CONTEST = TrainingKind.CLASS, TrainingKind.OUTREACH, TrainingKind.CONTEST
WEEK = timedelta(days=7)
_numbers = itertools.count(1)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("standing")) as opened:
        yield opened


class Ward:
    """A commune of one team, with a plan of one target."""

    def __init__(self, unit: Unit, library: Library) -> None:
        self.unit, self.office = unit, open_office(unit)
        self.id, self.plan = self.office.id, library.plans["ho-nai"]

    def helps(self, *days: date, team: int | None = None) -> None:
        """A team helps on each of the days."""
        for day in days:
            new = NewEntry(
                f"s{next(_numbers)}", team or self.office.team, None, Help(day, Topic.AT, 1)
            )
            help_entries.add(self.unit, self.id, new, By())

    def gives(
        self, kind: TrainingKind, day: date, *seats: tuple[int | None, Evidence], **said: Any
    ) -> trainings.Training:
        """A training with somebody on each seat, all of it written down on its day."""
        held = tools.hold(self.unit, self.id, kind, day, **said)
        rows, at = training_rows, tools.local(day, 12)
        self.unit.connection.execute(
            update(rows).where(rows.c.id == held.id).values(held_at=at, recorded_at=at)
        )
        for person, evidence in seats:
            tools.seat(self.unit, self.id, held, Sitter(None, person, evidence))
        mine = attendances.c.training_id == held.id
        self.unit.connection.execute(update(attendances).where(mine).values(at=at))
        return held

    def newcomers(self, number: int) -> list[tuple[int | None, Evidence]]:
        """People never seen before, on a list."""
        return [(people.add_person(self.unit, self.id), Evidence.LIST) for _ in range(number)]

    def case(self, formula: Formula, value: float, at: date, **said: Any) -> Case:
        """A target of this plan on a day; the log is kept since New Year."""
        like = next(one for one in self.plan.targets if one.formula is not None)
        words = {"id": "them", "formula": formula, "value": value, "unit": "x", "op": ">="}
        target: Target = like.model_copy(update=words | said)
        return Case(target, formula, YEAR, at, NEW_YEAR)

    def judged(self, case: Case, seen: Counted, plan: Plan | None = None) -> Judged:
        """How it stands."""
        return Judge(self.unit, self.id, plan or self.plan).stands(case, seen)


@pytest.fixture
def ward(shelf: Shelf, library: Library) -> Iterator[Ward]:
    with undone(shelf) as unit:
        yield Ward(unit, library)


# ---- by all lines, and by those that are confirmed ----------------------------------------------


def test_a_class_is_confirmed_by_one_seat_on_the_spot_or_by_the_office_that_closed_it(
    ward: Ward,
) -> None:
    ward.gives(CLASS, SPRING, (None, Evidence.PROXY), (None, Evidence.SCREEN))
    ward.gives(CLASS, SPRING + WEEK, (None, Evidence.PROXY), (None, Evidence.PRINTED))
    by_team = ward.gives(CLASS, SPRING + 2 * WEEK)
    tools.move(ward.unit, ward.id, by_team, TrainingStatus.CLOSED)
    case = ward.case(Formula.CLASSES_HELD, 5, OCTOBER)
    found = ward.judged(case, Counted(3))
    assert (found.standing.status, found.confirmed) == (Status.ON_TRACK, 1)
    assert found.status_confirmed is Status.BEHIND
    officer = staff.add_staff(ward.unit, ward.id, "Chị Lan", Role.OFFICER)
    closed = ward.gives(CLASS, SPRING + 3 * WEEK)
    assert trainings.move(
        ward.unit, ward.id, closed, TrainingStatus.CLOSED, (By(staff_id=officer), "xong")
    )
    assert ward.judged(case, Counted(4)).confirmed == 2


def test_what_was_carried_over_has_its_source_and_counts_as_confirmed(ward: Ward) -> None:
    ward.gives(CLASS, SPRING)
    found = ward.judged(ward.case(Formula.CLASSES_HELD, 5, OCTOBER), Counted(4, opening=3))
    assert (found.confirmed, found.status_confirmed) == (3, Status.ON_TRACK)


def test_people_are_confirmed_by_one_seat_of_theirs_that_is(ward: Ward) -> None:
    both, by_hand = (people.add_person(ward.unit, ward.id) for _ in range(2))
    ward.gives(CONTEST, SPRING, (both, Evidence.PROXY), (by_hand, Evidence.PRINTED))
    ward.gives(CONTEST, SPRING + WEEK, (both, Evidence.SCREEN))
    found = ward.judged(ward.case(Formula.CONTESTANTS, 2, JULY), Counted(2))
    assert (found.standing.status, found.confirmed) == (Status.REACHED, 1)
    assert found.status_confirmed is Status.BEHIND


def test_teams_are_confirmed_by_help_that_the_helped_person_confirmed(ward: Ward) -> None:
    communes.save_neighbourhoods(ward.unit, ward.id, ["KP 7"], NEW_YEAR)
    other = communes.find_team(ward.unit, ward.id, "KP 7")
    assert other is not None
    ward.helps(SPRING)
    ward.helps(SPRING, team=other.id)
    first = ward.unit.connection.execute(
        entry_rows.select().where(entry_rows.c.commune_id == ward.id)
    ).first()
    assert first is not None
    said = {"entry_id": first.id, "asked_at": ward.unit.now, "answer": Confirmation.YES}
    ward.unit.connection.execute(insert(confirmations).values(commune_id=ward.id, **said))
    found = ward.judged(ward.case(Formula.TEAMS_ACTIVE, 2, JULY), Counted(2))
    assert (found.standing.status, found.confirmed) == (Status.REACHED, 1)


def test_readings_that_count_as_sessions_leave_nothing_to_confirm(ward: Ward) -> None:
    ward.gives(OUTREACH, SPRING, (None, Evidence.LIST))
    case = ward.case(Formula.COMMUNICATION_SESSIONS, 10, JULY)
    assert ward.judged(case, Counted(1)).confirmed == 1
    units = (CommunicationUnit.SESSION, CommunicationUnit.BROADCAST)
    plan = ward.plan.model_copy(update={"sessions": Sessions(counts=units)})
    found = ward.judged(case, Counted(1), plan)
    assert (found.confirmed, found.status_confirmed) == (None, None)


# ---- coverage -----------------------------------------------------------------------------------


def weekly(ward: Ward, counts: list[int], end: date) -> None:
    """A class of the team in each of the last weeks, with so many who were never seen before."""
    for back, count in enumerate(reversed(counts), start=1):
        day = end - back * WEEK + 2 * DAY
        ward.gives(CLASS, day, *ward.newcomers(count), team_id=ward.office.team)


def trained(ward: Ward, at: date = JULY, **said: Any) -> Case:
    return ward.case(Formula.PEOPLE_TRAINED, 80, at, unit="%", **said)


def test_coverage_is_judged_by_the_quartiles_of_the_last_weeks(ward: Ward) -> None:
    weekly(ward, [1, 2, 2, 3, 3, 4, 4, 5], JULY)
    found = ward.judged(trained(ward), Counted(24, whole=200))
    assert (found.standing.status, found.standing.rest) == (Status.BEHIND, 136)
    assert found.standing.percent == 15.0  # of 160, which are 80 % of 200
    assert standing.forecast_in_json(found.forecast) == {"low": 77.0, "mid": 103.0, "high": 129.0}
    enough = ward.judged(trained(ward), Counted(24, whole=140))
    assert enough.standing.status is Status.ON_TRACK
    assert (enough.confirmed, enough.status_confirmed) == (24, Status.ON_TRACK)


def test_coverage_without_a_whole_has_a_number_and_nothing_else(ward: Ward) -> None:
    weekly(ward, [1] * 8, JULY)
    found = ward.judged(trained(ward), Counted(8))
    assert (found.standing.status, found.gap) == (Status.TOO_LITTLE_KNOWN, Gap.NO_WHOLE)
    assert (found.forecast, found.confirmed) == (None, None)


def test_coverage_is_not_judged_by_three_weeks_or_by_few_of_the_teams(ward: Ward) -> None:
    weekly(ward, [2, 2, 2], JULY)
    found = ward.judged(trained(ward), Counted(6, whole=200))
    assert (found.standing.status, found.gap) == (Status.TOO_LITTLE_KNOWN, Gap.FEW_WEEKS)
    assert (found.forecast, found.standing.rest) == (None, 154)
    ward.helps(JULY - 4 * WEEK)  # a line of help, and no class: a true 0
    assert ward.judged(trained(ward), Counted(6, whole=200)).gap is None
    communes.save_neighbourhoods(ward.unit, ward.id, ["KP 8"], NEW_YEAR)
    found = ward.judged(trained(ward), Counted(6, whole=200))
    assert (found.standing.status, found.gap) == (Status.TOO_LITTLE_KNOWN, Gap.FEW_TEAMS)
    assert found.forecast is not None


def test_seats_of_nobody_known_may_be_the_people_that_are_missing(ward: Ward) -> None:
    weekly(ward, [2] * 8, JULY)
    ward.gives(CLASS, JULY - DAY, *[(None, Evidence.PROXY)] * 130, team_id=ward.office.team)
    few = ward.judged(trained(ward), Counted(16, without_person=130, whole=1000))
    assert few.standing.status is Status.BEHIND
    many = ward.judged(trained(ward), Counted(16, without_person=130, whole=180))
    assert (many.standing.status, many.gap) == (Status.TOO_LITTLE_KNOWN, Gap.NO_PERSON)


def test_breaks_and_a_calendar_of_the_plan_are_heeded(ward: Ward) -> None:
    ward.gives(CLASS, SPRING)
    case = ward.case(Formula.CLASSES_HELD, 5, OCTOBER)
    assert ward.judged(case, Counted(1)).standing.status is Status.BEHIND
    off = Break.model_validate(
        {"from": date(2026, 4, 1), "to": date(2026, 9, 30), "why": "sáp nhập"}
    )
    plan = ward.plan.model_copy(update={"breaks": (off,)})
    assert ward.judged(case, Counted(2), plan).standing.status is Status.ON_TRACK
    late = (Milestone(by=date(2026, 9, 30), value=1), Milestone(by=date(2026, 12, 31), value=5))
    own = ward.case(Formula.CLASSES_HELD, 5, OCTOBER, calendar=late)
    assert ward.judged(own, Counted(1)).standing.status is Status.ON_TRACK


# ---- why a status changed -----------------------------------------------------------------------


def test_a_status_that_turned_since_a_fortnight_says_why(ward: Ward) -> None:
    for day in (SPRING, SPRING + WEEK, OCTOBER - 2 * DAY):
        ward.gives(CLASS, day)
    case = ward.case(Formula.CLASSES_HELD, 5, OCTOBER)
    assert ward.judged(case, Counted(3)).flip is Flip.DONE
    late = ward.gives(CLASS, SPRING + 2 * WEEK)
    wrote = training_rows.c.id == late.id
    ward.unit.connection.execute(
        update(training_rows).where(wrote).values(held_at=tools.local(OCTOBER - 2 * DAY))
    )
    assert ward.judged(case, Counted(4)).flip is Flip.CORRECTION
    old = case.target.model_copy(update={"value": 2})
    assert ward.judged(case, Counted(4, before=old)).flip is Flip.PLAN


def test_a_log_that_began_since_knows_of_no_change(ward: Ward) -> None:
    for day in (SPRING, SPRING + WEEK, OCTOBER - 2 * DAY):
        ward.gives(CLASS, day)
    case = ward.case(Formula.CLASSES_HELD, 5, OCTOBER)
    young = Case(case.target, case.formula, case.span, case.at, OCTOBER - 5 * DAY)
    assert ward.judged(young, Counted(3)).flip is None


def test_an_event_that_went_by_turns_by_its_day(ward: Ward) -> None:
    day = JULY - 3 * DAY
    ward.gives(CONTEST, day, *ward.newcomers(3))
    case = ward.case(Formula.CONTESTANTS, 300, JULY)
    found = ward.judged(case, Counted(3))
    assert (found.standing.status, found.flip) == (Status.BEHIND, Flip.DAY)


# ---- what is read from outside ------------------------------------------------------------------


def test_what_is_read_from_outside_is_judged_without_a_log(ward: Ward) -> None:
    share = next(one for one in ward.plan.targets if one.id == "vneid-muc-2")
    days = (share, YEAR, OCTOBER)
    assert standing.judge_entered(ward.plan, days, 100.0).status is Status.REACHED
    assert standing.judge_entered(ward.plan, days, 20.0).status is Status.BEHIND
    assert standing.judge_entered(ward.plan, days, None).status is Status.TOO_LITTLE_KNOWN
    level = share.model_copy(update={"value": None, "level": "Mức Khá"})
    found = standing.judge_entered(ward.plan, (level, YEAR, OCTOBER), False)
    assert found.status is Status.NOT_YET


# ---- the same figure by two roads ---------------------------------------------------------------

SEAT = st.tuples(st.none() | st.integers(0, 3), st.sampled_from(Evidence))
GIVEN = st.lists(
    st.tuples(
        st.sampled_from(TrainingKind),
        st.integers(0, 200),
        st.booleans(),
        st.lists(SEAT, max_size=4),
    ),
    max_size=6,
)


@given(given=GIVEN, helped=st.lists(st.integers(0, 200), max_size=3), merge=st.booleans())
def test_what_grew_day_by_day_adds_up_to_the_figure(
    shelf: Shelf,
    library: Library,
    given: list[Any],
    helped: list[int],
    merge: bool,
) -> None:
    with undone(shelf) as unit:
        ward = Ward(unit, library)
        known = [people.add_person(unit, ward.id) for _ in range(4)]
        ward.helps(*(NEW_YEAR + day * DAY for day in helped))
        for kind, day, is_of_team, seats in given:
            of = ward.office.team if is_of_team else None
            taken = {who: (known[who], how) for who, how in seats if who is not None}
            lines = [*taken.values(), *((None, how) for who, how in seats if who is None)]
            ward.gives(kind, NEW_YEAR + day * DAY, *lines, team_id=of)
        if merge:
            people.merge(unit, ward.id, known[1], known[0])
        for formula in Formula:
            case = ward.case(formula, 5, JULY)
            book = target_stats.Book(unit, ward.id, ward.plan)
            window = target_stats.Window(book, YEAR, JULY)
            done = target_stats.FORMULAS[formula](window)
            grown = Growths(unit, ward.id, ward.plan).of(case)
            assert grown.done.total() == (done.number or 0)
            assert grown.unknown.total() == done.without_person
            assert grown.confirmed is not None
            assert grown.confirmed.total() <= grown.done.total()
            assert all(grown.told[day] <= grown.done.total() for day in grown.told)


def test_breaks_are_weighed_once(ward: Ward) -> None:
    span = with_breaks(YEAR, standing.breaks_of(ward.plan))
    assert with_breaks(span, standing.breaks_of(ward.plan)) == span
    assert Period("custom", "", span.start, span.end).contains(SPRING)


def test_weeks_that_an_opening_covers_are_no_weeks_without_anybody_new(ward: Ward) -> None:
    days = [OCTOBER - WEEK * number for number in range(1, 9)]
    for day in days:
        ward.gives(TrainingKind.CLASS, day, *ward.newcomers(10))
        ward.helps(day)
    case = ward.case(Formula.PEOPLE_TRAINED, 2_500, OCTOBER)
    carried = replace(case, own_from=OCTOBER - WEEK)
    whole, part = ward.judged(case, Counted(80)), ward.judged(carried, Counted(80, opening=70))
    assert whole.forecast is not None
    assert whole.forecast.mid > 80
    assert part.forecast is None
    assert (part.standing.status, part.gap) == (Status.TOO_LITTLE_KNOWN, Gap.FEW_WEEKS)


def test_a_log_that_began_late_in_a_month_knows_nothing_of_that_month() -> None:
    month, year = (date(2026, 11, 1), date(2026, 12, 1)), (NEW_YEAR, date(2027, 1, 1))
    late, soon = date(2026, 11, 29), date(2026, 11, 2)
    assert not log_starts.is_kept(late, month, log_starts.AT_ONCE)
    assert log_starts.is_kept(soon, month, log_starts.AT_ONCE)
    assert log_starts.is_kept(date(2026, 1, 20), year)
