"""Targets of the plans: what our own logs can give of them moves, and what nobody wrote down is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app.installation import open_installation
from bot.config import Settings
from bot.core.periods import parse
from bot.core.vocabulary import (
    AgeBand,
    Audience,
    CommunicationKind,
    CommunicationUnit,
    Evidence,
    Topic,
    TrainingKind,
    TrainingStatus,
)
from bot.library import Library, Plan
from bot.library.plans import Formula, Sessions, Target
from bot.services import stats, target_stats
from storage import communes, help_entries, people, training_figures
from storage.database import Unit
from storage.help_entries import By, Help, NewEntry
from tests import held_trainings as tools
from tests import small_content
from tests.command_line import Terminal
from tests.held_trainings import Sitter
from tests.storage_tools import ENGINES, NEW_YEAR, Office, Shelf, open_office, open_shelf
from tests.test_training_figures import undone

YEAR = parse("year:2026")
SPRING = date(2026, 2, 3)
CLASSES, SESSIONS = ("phuoc-tan", "lop-tap-huan"), ("ho-nai", "truyen-thong-ky-nang-so")
CONTEST, TRAINED = ("phuoc-binh", "cuoc-thi-cong-dan-so"), ("xuan-hoa", "dao-tao-ky-nang-so")
IDLE = {
    "opening": None,
    "done": None,
    "percent": None,
    "status": "chua_du_du_lieu",
    "rest": None,
    "days_left": None,
    "need_per_week": None,
    "forecast": None,
}


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("targets")) as opened:
        yield opened


class Ward:
    """A commune with nothing written down, and the plans of the five."""

    def __init__(self, unit: Unit, library: Library) -> None:
        self.unit, self.library = unit, library
        self.office: Office = open_office(unit)
        self.id = self.office.id

    def holds(self, kind: TrainingKind, *days: date, **said: Any) -> None:
        """One training on each of the days."""
        for day in days:
            tools.hold(self.unit, self.id, kind, day, **said)

    def began(self, day: date) -> None:
        """The log of trainings is kept since that day."""
        tools.begin_log(self.unit, self.id, day)

    def helped(self, day: date) -> None:
        """Help of that day is written down, which says nothing of classes."""
        new = NewEntry(f"h{day}", self.office.team, None, Help(day, Topic.AT, 1))
        help_entries.add(self.unit, self.id, new, By())

    def target(self, of: tuple[str, str], period: str, plan: Plan | None = None) -> dict[str, Any]:
        """How a target of a plan stands, as the report says it."""
        slug, name = of
        kept = plan or self.library.plans[slug]
        body = stats.report(self.unit, self.office.commune, kept, parse(period), Audience.INTERNAL)
        return next(one for one in body["targets"] if one["id"] == name)


@pytest.fixture
def ward(shelf: Shelf, library: Library) -> Iterator[Ward]:
    with undone(shelf) as unit:
        yield Ward(unit, library)


def days(first: date, number: int) -> list[date]:
    return [first + timedelta(days=7 * one) for one in range(number)]


# ---- what has to move ---------------------------------------------------------------------------


def test_three_classes_by_30_september_against_five_are_on_track(ward: Ward) -> None:
    ward.holds(TrainingKind.CLASS, *days(SPRING, 2), date(2026, 9, 30))
    shown = ward.target(CLASSES, "month:2026-09")
    assert (shown["done"], shown["status"], shown["percent"]) == (3, "dung_tien_do", 60.0)
    assert (shown["rest"], shown["days_left"], shown["need_per_week"]) == (2, 92, 0.15)
    assert (shown["opening"], shown["forecast"]) == (None, None)


def test_two_classes_by_30_september_against_five_are_behind(ward: Ward) -> None:
    ward.holds(TrainingKind.CLASS, *days(SPRING, 2), date(2026, 10, 1))
    shown = ward.target(CLASSES, "month:2026-09")
    assert (shown["done"], shown["status"], shown["rest"]) == (2, "cham", 3)
    assert ward.target(CLASSES, "month:2026-10")["done"] == 3
    ward.holds(TrainingKind.CLASS, *days(date(2026, 10, 5), 2))
    assert ward.target(CLASSES, "month:2026-10")["status"] == "dat"


def test_a_class_after_the_hour_of_the_office_is_of_its_next_week_in_every_figure(
    ward: Ward,
) -> None:
    ward.began(NEW_YEAR)
    ward.holds(TrainingKind.CLASS, date(2026, 11, 6))
    ward.holds(TrainingKind.CLASS, date(2026, 11, 6), starts_at=tools.local(date(2026, 11, 6), 17))

    def held(last_day: str) -> tuple[int, int, int]:
        week = replace(parse(f"office-week:{last_day}"), cut=time(16, 30))
        body = stats.report(
            ward.unit, ward.office.commune, ward.library.plans[CLASSES[0]], week, Audience.INTERNAL
        )
        target = next(one for one in body["targets"] if one["id"] == CLASSES[1])
        return (
            body["trainings"]["held"],
            body["cumulative"]["trainings"]["held"],
            target["in_period"],
        )

    assert held("2026-11-06") == (1, 1, 1)
    assert held("2026-11-13") == (1, 2, 1)


@pytest.mark.parametrize(
    ("held", "status", "rest"),
    [(5, "cham", 5), (7, "dung_tien_do", 3), (10, "dat", None), (11, "dat", None)],
)
def test_ten_sessions_a_year_are_counted_by_sessions(
    ward: Ward, held: int, status: str, rest: int | None
) -> None:
    ward.holds(TrainingKind.OUTREACH, *days(SPRING, held))
    ward.holds(TrainingKind.CLASS, *days(SPRING, 4))
    tools.put_out(ward.unit, ward.id, CommunicationKind.BROADCAST, SPRING, 40)
    shown = ward.target(SESSIONS, "month:2026-09")
    assert (shown["done"], shown["status"], shown["rest"]) == (held, status, rest)


def test_a_plan_may_say_that_readings_count_as_sessions(ward: Ward) -> None:
    ward.holds(TrainingKind.OUTREACH, SPRING)
    tools.put_out(ward.unit, ward.id, CommunicationKind.BROADCAST, SPRING, 3)
    tools.put_out(ward.unit, ward.id, CommunicationKind.LEAFLET, SPRING, 500)
    tools.put_out(ward.unit, ward.id, CommunicationKind.ARTICLE, SPRING, 2)
    plan = ward.library.plans["ho-nai"]
    for counts, done in (
        ((CommunicationUnit.SESSION, CommunicationUnit.BROADCAST), 4),
        ((CommunicationUnit.SESSION, CommunicationUnit.LEAFLET), 2),  # handed out once
        ((CommunicationUnit.ARTICLE,), 2),
        (tuple(CommunicationUnit), 7),
    ):
        other = plan.model_copy(update={"sessions": Sessions(counts=counts)})
        assert ward.target(SESSIONS, "month:2026-09", other)["done"] == done


def test_a_class_that_was_called_off_or_only_planned_counts_for_nothing(ward: Ward) -> None:
    ward.holds(TrainingKind.CLASS, SPRING)
    shape = tools.outline(TrainingKind.CLASS, SPRING)
    tools.plan(ward.unit, ward.id, shape)
    off = tools.plan(ward.unit, ward.id, shape)
    tools.move(ward.unit, ward.id, off, TrainingStatus.CANCELLED)
    closed = tools.hold(ward.unit, ward.id, TrainingKind.CLASS, SPRING)
    tools.move(ward.unit, ward.id, closed, TrainingStatus.CLOSED)
    assert ward.target(CLASSES, "month:2026-09")["done"] == 2


# ---- the days that are counted ------------------------------------------------------------------


def test_a_target_of_each_year_is_counted_from_the_first_of_january(ward: Ward) -> None:
    for day in (date(2025, 12, 20), date(2026, 1, 1), date(2026, 12, 14), date(2026, 12, 31)):
        ward.holds(TrainingKind.CLASS, day)
    assert ward.target(CLASSES, "month:2026-01")["done"] == 1
    assert ward.target(CLASSES, "reporting-year:2026")["done"] == 2  # from 15 December to the 14th
    assert ward.target(CLASSES, "year:2026")["done"] == 3


def test_a_target_without_a_year_is_counted_from_its_first_day(ward: Ward) -> None:
    known = people.add_person(ward.unit, ward.id)
    for day in (date(2024, 12, 31), date(2025, 1, 1), date(2026, 5, 5)):
        held = tools.hold(ward.unit, ward.id, TrainingKind.CLASS, day)
        tools.fill(ward.unit, ward.id, held, known, people.add_person(ward.unit, ward.id))
    shown = ward.target(TRAINED, "month:2026-09")
    assert shown["done"] == 3  # one was there every time


def test_while_a_period_runs_only_its_days_that_have_come_are_gone(ward: Ward) -> None:
    ward.holds(TrainingKind.CLASS, *days(SPRING, 4))
    shown = ward.target(CLASSES, "year:2026")  # today is 18 November: 322 of 365 days
    assert (shown["status"], shown["days_left"]) == ("dung_tien_do", 43)
    assert ward.target(CLASSES, "week:2026-W47")["days_left"] == 43


def test_a_target_whose_days_are_to_come_is_not_due(ward: Ward) -> None:
    ward.holds(TrainingKind.CLASS, date(2025, 6, 1))
    shown = ward.target(CLASSES, "year:2025")
    assert {key: shown[key] for key in IDLE} == IDLE | {"status": "chua_den_ky"}


# ---- unknown is not nothing ---------------------------------------------------------------------


def test_where_nothing_was_ever_written_down_nothing_is_claimed(ward: Ward) -> None:
    for of in (CLASSES, SESSIONS, CONTEST, TRAINED):
        shown = ward.target(of, "year:2026")
        assert {key: shown[key] for key in IDLE} == IDLE


def test_logs_that_began_in_november_know_nothing_of_the_classes_of_the_year(ward: Ward) -> None:
    ward.helped(date(2026, 11, 2))
    shown = ward.target(CLASSES, "week:2026-W47")
    assert (shown["done"], shown["status"]) == (None, "chua_du_du_lieu")
    ward.holds(TrainingKind.CLASS, date(2026, 11, 10))
    shown = ward.target(CLASSES, "week:2026-W47")
    assert (shown["done"], shown["status"]) == (1, "cham")


@pytest.mark.parametrize(
    ("began", "done"), [(date(2026, 1, 29), 0), (date(2026, 1, 30), None), (NEW_YEAR, 0)]
)
def test_a_log_kept_since_the_first_four_weeks_knows_that_nothing_was_done(
    ward: Ward, began: date, done: int | None
) -> None:
    ward.began(began)
    shown = ward.target(CLASSES, "month:2026-09")
    assert shown["done"] == done
    assert shown["status"] == ("cham" if done == 0 else "chua_du_du_lieu")


def test_a_log_of_help_knows_nothing_of_classes_that_nobody_wrote_down(ward: Ward) -> None:
    ward.helped(NEW_YEAR)
    shown = ward.target(CLASSES, "month:2026-09")
    assert (shown["done"], shown["status"]) == (None, "chua_du_du_lieu")
    assert shown["gap"] == "not_written"


def test_one_class_written_down_months_later_does_not_say_that_nothing_else_was_done(
    ward: Ward,
) -> None:
    ward.holds(TrainingKind.CLASS, date(2026, 1, 5))  # written down in November
    assert ward.target(CLASSES, "month:2026-09")["done"] == 1
    shown = ward.target(SESSIONS, "month:2026-09")
    assert (shown["done"], shown["status"]) == (None, "chua_du_du_lieu")


def test_readings_that_a_plan_counts_have_a_log_of_their_own(ward: Ward) -> None:
    early, written = date(2025, 12, 30), tools.local(date(2026, 1, 5))
    tools.put_out(ward.unit, ward.id, CommunicationKind.BROADCAST, early, 3, recorded_at=written)
    plan = ward.library.plans["ho-nai"]
    units = (CommunicationUnit.SESSION, CommunicationUnit.BROADCAST)
    both = plan.model_copy(update={"sessions": Sessions(counts=units)})
    assert ward.target(SESSIONS, "month:2026-09", both)["done"] == 0
    assert ward.target(SESSIONS, "month:2026-09", both)["status"] == "cham"
    assert ward.target(SESSIONS, "month:2026-09", plan)["done"] is None


def test_before_the_first_record_nothing_is_known(ward: Ward) -> None:
    ward.began(date(2026, 1, 20))
    assert ward.target(CLASSES, "2026-01-01..2026-01-14")["done"] is None
    assert ward.target(CLASSES, "month:2026-01")["done"] == 0


def test_people_of_classes_have_no_percentage_without_a_denominator(ward: Ward) -> None:
    held = tools.hold(ward.unit, ward.id, TrainingKind.CLASS, SPRING)
    tools.fill(ward.unit, ward.id, held, None, None)
    shown = ward.target(TRAINED, "month:2026-09")
    assert {key: shown[key] for key in IDLE} == IDLE  # who was there cannot be told apart
    tools.fill(ward.unit, ward.id, held, people.add_person(ward.unit, ward.id))
    assert ward.target(TRAINED, "month:2026-09")["done"] == 1
    assert ward.target(TRAINED, "month:2026-09")["percent"] is None
    assert ward.target(TRAINED, "month:2026-09")["status"] == "chua_du_du_lieu"


# ---- a contest ----------------------------------------------------------------------------------


def test_contestants_are_not_due_before_the_contest_and_reached_or_not_after_it(ward: Ward) -> None:
    ward.helped(date(2026, 4, 1))
    april, may = "month:2026-04", "month:2026-05"
    assert ward.target(CONTEST, april)["status"] == "chua_den_ky"
    held = tools.hold(ward.unit, ward.id, TrainingKind.CONTEST, date(2026, 5, 20))
    assert ward.target(CONTEST, may)["status"] == "chua_du_du_lieu"  # nobody counted who came
    for _ in range(3):
        tools.fill(ward.unit, ward.id, held, people.add_person(ward.unit, ward.id))
    shown = ward.target(CONTEST, may)
    assert (shown["done"], shown["status"], shown["percent"]) == (3, "cham", 1.0)
    assert ward.target(CONTEST, april)["status"] == "chua_den_ky"
    second = tools.plan(ward.unit, ward.id, tools.outline(TrainingKind.CONTEST, date(2026, 6, 9)))
    assert ward.target(CONTEST, may)["status"] == "chua_den_ky"  # a second round is to come
    assert ward.target(CONTEST, "month:2026-06")["status"] == "cham"
    tools.move(ward.unit, ward.id, second, TrainingStatus.CANCELLED)
    assert ward.target(CONTEST, may)["status"] == "cham"


def contest_plan(ward: Ward) -> tuple[tuple[str, str], Plan]:
    """A plan that wants ten contestants this year."""
    return ("ho-nai", "them"), with_target(ward.library, Formula.CONTESTANTS, 10)


def test_a_round_of_this_week_that_is_still_to_come_is_waited_for(ward: Ward) -> None:
    of, plan = contest_plan(ward)
    first = tools.hold(ward.unit, ward.id, TrainingKind.CONTEST, date(2026, 11, 17))
    tools.fill(ward.unit, ward.id, first, people.add_person(ward.unit, ward.id))
    assert ward.target(of, "week:2026-W47", plan)["status"] == "cham"
    tools.plan(ward.unit, ward.id, tools.outline(TrainingKind.CONTEST, date(2026, 11, 20)))
    for period in ("week:2026-W47", "month:2026-11", "year:2026"):  # today is 18 November
        assert ward.target(of, period, plan)["status"] == "chua_den_ky"


def test_contestants_whom_nobody_knows_may_have_been_enough(ward: Ward) -> None:
    of, plan = contest_plan(ward)
    held = tools.hold(ward.unit, ward.id, TrainingKind.CONTEST, SPRING)
    assert ward.target(of, "month:2026-09", plan)["gap"] == "no_seat"
    tools.fill(ward.unit, ward.id, held, *[None] * 4)
    assert ward.target(of, "month:2026-09", plan)["gap"] == "no_person"
    known = [people.add_person(ward.unit, ward.id) for _ in range(5)]
    tools.fill(ward.unit, ward.id, held, *known)
    shown = ward.target(of, "month:2026-09", plan)
    assert (shown["done"], shown["status"]) == (5, "cham")  # nine at the most
    tools.fill(ward.unit, ward.id, held, None)
    shown = ward.target(of, "month:2026-09", plan)
    assert (shown["done"], shown["status"], shown["gap"]) == (5, "chua_du_du_lieu", "no_person")
    tools.fill(ward.unit, ward.id, held, *[people.add_person(ward.unit, ward.id) for _ in range(5)])
    shown = ward.target(of, "month:2026-09", plan)
    assert (shown["done"], shown["status"], shown["gap"]) == (10, "dat", None)


def test_a_span_that_went_by_without_a_contest_was_missed_where_a_log_was_kept(
    ward: Ward,
) -> None:
    ward.began(date(2026, 4, 2))
    assert ward.target(CONTEST, "month:2026-05")["status"] == "chua_den_ky"
    shown = ward.target(CONTEST, "month:2026-12")
    assert (shown["done"], shown["status"]) == (0, "cham")


def test_one_person_in_two_chats_is_one_contestant(ward: Ward) -> None:
    one, other = (people.add_person(ward.unit, ward.id) for _ in range(2))
    held = tools.hold(ward.unit, ward.id, TrainingKind.CONTEST, date(2026, 5, 20))
    tools.fill(ward.unit, ward.id, held, one, other)
    assert ward.target(CONTEST, "month:2026-06")["done"] == 2
    people.merge(ward.unit, ward.id, other, one)
    assert ward.target(CONTEST, "month:2026-06")["done"] == 1


# ---- formulas that no plan uses yet -------------------------------------------------------------


def with_target(library: Library, formula: Formula, value: float, unit: str = "x") -> Plan:
    plan = library.plans["ho-nai"]
    like = next(one for one in plan.targets if one.id == SESSIONS[1])
    target: Target = like.model_copy(
        update={"id": "them", "formula": formula, "value": value, "unit": unit}
    )
    return plan.model_copy(update={"targets": (target,)})


def test_teams_are_active_that_helped_or_taught(ward: Ward) -> None:
    plan = with_target(ward.library, Formula.TEAMS_ACTIVE, 2)
    communes.save_neighbourhoods(ward.unit, ward.id, ["KP 1", "KP 2"], NEW_YEAR)
    other = communes.find_team(ward.unit, ward.id, "KP 2")
    assert other is not None
    ward.helped(date(2026, 1, 5))
    of = ("ho-nai", "them")
    assert ward.target(of, "month:2026-09", plan)["done"] == 1
    ward.holds(TrainingKind.CLASS, SPRING, team_id=ward.office.team)
    ward.holds(TrainingKind.CLASS, SPRING)  # given by the office
    assert ward.target(of, "month:2026-09", plan)["done"] == 1
    ward.holds(TrainingKind.OUTREACH, SPRING, team_id=other.id)
    shown = ward.target(of, "month:2026-09", plan)
    assert (shown["done"], shown["status"]) == (2, "dat")
    share = with_target(ward.library, Formula.TEAMS_ACTIVE, 80, "%")
    assert ward.target(of, "month:2026-09", share)["status"] == "chua_du_du_lieu"


def test_one_contest_is_judged_by_its_day_and_several_by_the_line(ward: Ward) -> None:
    ward.began(NEW_YEAR)
    of, one, four = (
        ("ho-nai", "them"),
        with_target(ward.library, Formula.CONTESTS_HELD, 1),
        with_target(ward.library, Formula.CONTESTS_HELD, 4),
    )
    assert ward.target(of, "month:2026-09", one)["status"] == "chua_den_ky"
    assert ward.target(of, "month:2026-09", four)["status"] == "cham"
    ward.holds(TrainingKind.CONTEST, SPRING)
    assert ward.target(of, "month:2026-09", one)["status"] == "dat"
    assert ward.target(of, "month:2026-09", four)["done"] == 1


def test_every_formula_that_a_plan_may_name_is_computed() -> None:
    assert set(target_stats.FORMULAS) == set(Formula)


def test_what_is_entered_has_no_figure_of_ours(ward: Ward) -> None:
    ward.holds(TrainingKind.CLASS, SPRING)
    shown = ward.target(("ho-nai", "vneid-muc-2"), "month:2026-09")
    assert {key: shown[key] for key in IDLE} == IDLE


# ---- as the command prints it -------------------------------------------------------------------


@pytest.mark.parametrize(("held", "status"), [(3, "dung_tien_do"), (2, "cham")])
def test_the_command_says_how_five_classes_a_year_stand_at_the_end_of_september(
    tmp_path: Path, held: int, status: str
) -> None:
    year = datetime.now(UTC).year - 1  # commands go by the clock of the machine
    content = small_content.make(tmp_path / "content")
    plan = content / "plans" / "phuoc-tan.yaml"
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace("from: 2026-01-01", f"from: {year}-01-01"), encoding="utf-8")
    terminal = Terminal(tmp_path, content=content)
    words = ("report", "--commune", "phuoc-tan", "--period", f"month:{year}-09")
    assert terminal.types(*words).code == 0
    given = {name.removeprefix("BOT_").lower(): one for name, one in terminal.settings.items()}
    given["secret_key"] = terminal.key_file.read_text(encoding="utf-8").strip()
    with closing(open_installation(Settings.model_validate(given)).database) as database:
        commune = database.read(communes.list_communes)
        (phuoc_tan,) = (one for one in commune if one.slug == "phuoc-tan")
        for day in (*days(date(year, 2, 3), held - 1), date(year, 9, 30)):
            database.write(tools.hold, phuoc_tan.id, TrainingKind.CLASS, day)
    body = terminal.types(*words).json
    target = next(one for one in body["targets"] if one["id"] == CLASSES[1])
    assert (target["done"], target["status"]) == (held, status)
    assert body["trainings"]["held"] == 1


def test_lines_by_hand_are_weaker_evidence_and_count_all_the_same(ward: Ward) -> None:
    held = tools.hold(ward.unit, ward.id, TrainingKind.CLASS, SPRING)
    for evidence in Evidence:
        tools.seat(ward.unit, ward.id, held, Sitter(None, None, evidence))
    plan = ward.library.plans["ho-nai"]
    found = stats.report(ward.unit, ward.office.commune, plan, YEAR, Audience.INTERNAL)
    assert found["trainings"]["attendances"] == len(Evidence)


# ---- what leaves the office -----------------------------------------------------------------------


def test_what_leaves_the_office_hides_small_numbers_of_people_and_nothing_else(ward: Ward) -> None:
    held = tools.hold(ward.unit, ward.id, TrainingKind.CLASS, SPRING)
    tools.fill(ward.unit, ward.id, held, *(people.add_person(ward.unit, ward.id) for _ in range(4)))
    many = tools.hold(ward.unit, ward.id, TrainingKind.OUTREACH, SPRING, topic=Topic.AT)
    tools.fill(ward.unit, ward.id, many, *(people.add_person(ward.unit, ward.id) for _ in range(5)))
    plan = ward.library.plans["ho-nai"]
    inside, outside = (
        stats.report(ward.unit, ward.office.commune, plan, YEAR, audience) for audience in Audience
    )
    assert inside["hidden"] == []
    assert outside["hidden"] == [
        "trainings.by_kind[class].people",
        "trainings.by_kind[outreach].people",  # or the total less this one would be the other
        "trainings.by_topic[vneid].people",
        "trainings.by_topic[at].people",
    ]
    assert [row["people"] for row in inside["trainings"]["by_kind"]] == [4, 5]
    assert [row["people"] for row in outside["trainings"]["by_kind"]] == [None, None]
    assert [row["attendances"] for row in outside["trainings"]["by_kind"]] == [4, 5]
    assert outside["trainings"]["people"] == 9
    assert outside["targets"] == inside["targets"]
    assert outside["data_hash"] != inside["data_hash"]


def test_somebody_in_two_chats_is_one_of_an_age_band(ward: Ward) -> None:
    held = tools.hold(ward.unit, ward.id, TrainingKind.CLASS, SPRING)
    one, other = (people.add_person(ward.unit, ward.id) for _ in range(2))
    for person in (one, other, None):
        tools.seat(
            ward.unit, ward.id, held, Sitter(None, person, Evidence.LIST), age_band=AgeBand.TO_34
        )
    people.merge(ward.unit, ward.id, other, one)
    ages, places = training_figures.split_of(ward.unit, ward.id, held.id)
    assert (ages, places) == ({AgeBand.TO_34: 2}, {None: 2})
