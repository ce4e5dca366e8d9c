"""Figures that the office enters: read from outside or carried over, never both, never added to ours."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.errors import NotAllowedError, NotFoundError, RuleError
from bot.core.numbers import NumberError, read_number, read_whole
from bot.core.vocabulary import Role, Service, Topic, TrainingKind
from bot.library import Library
from bot.library.plans import Formula, Tag
from bot.locale import show_number
from bot.services import readings
from bot.services.access import Officer
from bot.services.readings import Typed
from storage import audit, help_entries, people
from storage.help_entries import By, Help, NewEntry
from tests import held_trainings as tools
from tests.plan_office import COMPUTED, ENTERED, SOURCE, TODAY, PlanOffice
from tests.storage_tools import ENGINES, Shelf, open_shelf
from tests.test_training_figures import undone

OCTOBER = date(2026, 10, 31)
YEAR_END = date(2026, 12, 31)
PROMISED = frozenset(
    {
        *("kind", "owner", "focus", "in_period", "opening", "opening_on", "opening_source"),
        *("reading", "denominator", "confirmed", "status_confirmed", "flip", "version"),
        *("changed_on", "conflicts_with", "set_aside", "guided", "note", "estimate"),
        *("done", "percent", "status", "rest", "days_left", "need_per_week", "gap", "forecast"),
    }
)
_numbers = itertools.count(1)
LEVEL = {"unit": "mức", "value": None, "level": "Khá"}


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("readings")) as opened:
        yield opened


@pytest.fixture
def house(shelf: Shelf, library: Library) -> Iterator[PlanOffice]:
    with undone(shelf) as unit:
        made = PlanOffice(unit, library)
        made.loads(date(2026, 1, 5))
        yield made


def refusal(house: PlanOffice, *said: object, **typed: object) -> str:
    with pytest.raises(RuleError) as refused:
        house.enters(*said, **typed)  # type: ignore[arg-type]  # whatever the test types
    return refused.value.code


def again(house: PlanOffice, name: str, **changed: object) -> None:
    """The target of that name reads otherwise in the file."""
    house.writes(name, **changed)
    house.loads(date(2026, 1, 6))


# ---- numbers as they are written ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("80,5", "80.5"),
        (" 7 ", "7"),
        ("0", "0"),
        ("0,25", "0.25"),
        ("1.234", "1234"),
        ("12.345.678,9", "12345678.9"),
        ("1 234", "1234"),
        ("1\u00a0234", "1234"),
        ("12000", "12000"),
    ],
)
def test_a_number_is_read_as_it_is_written_here(text: str, number: str) -> None:
    assert read_number(text) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "number.missing"),
        ("1.5", "number.point"),
        ("80.55", "number.point"),
        ("0.123", "number.point"),
        ("1,234", "number.comma"),
        ("1,234,567", "number.comma"),
        ("1,234.5", "number.comma"),
        ("tám mươi", "number.wrong"),
        ("-3", "number.wrong"),
        ("1e5", "number.wrong"),
        ("80,5 %", "number.wrong"),
        ("٣", "number.wrong"),
        ("9" * 13, "number.large"),
    ],
)
def test_what_could_be_two_numbers_or_none_is_asked_about(text: str, code: str) -> None:
    with pytest.raises(NumberError) as refused:
        read_number(text)
    assert refused.value.code == code


@given(st.decimals(0, 10**11, places=2))
def test_what_we_show_is_read_back_as_the_same_number(number: Decimal) -> None:
    assert read_number(show_number(number)) == number


def test_what_is_counted_one_by_one_has_no_decimals() -> None:
    assert read_whole("12.000") == 12_000
    with pytest.raises(NumberError, match="not-whole"):
        read_whole("3,5")


# ---- read from outside -------------------------------------------------------------------------


def test_the_newest_reading_up_to_the_end_of_the_period_is_what_is_done(house: PlanOffice) -> None:
    house.enters("76,5", OCTOBER)
    house.enters("81", TODAY)
    shown = house.shown("month:2026-10", ENTERED)
    assert (shown["done"], shown["percent"], shown["opening"]) == (76.5, 76.5, None)
    assert shown["reading"] == {
        "number": 76.5,
        "part": None,
        "whole": None,
        "level": None,
        "as_of": "2026-10-31",
        "source": SOURCE,
    }
    assert house.shown("year:2026", ENTERED)["done"] == 81
    before = house.shown("month:2026-09", ENTERED)
    assert (before["done"], before["reading"], before["status"], before["gap"]) == (
        None,
        None,
        "chua_du_du_lieu",
        "not_read",
    )


def test_a_share_may_be_told_by_its_two_numbers(house: PlanOffice) -> None:
    kept = house.enters(part="820", whole="1.000")
    assert kept.figure.number == 82
    shown = house.shown(name=ENTERED)
    assert (shown["done"], shown["reading"]["part"], shown["reading"]["whole"]) == (82, 820, 1000)
    assert house.enters("33,3", OCTOBER, part="1", whole="3").figure.number == 33.33


@pytest.mark.parametrize(
    ("op", "value", "number", "status"),
    [
        (">=", 80, "80", "dat"),
        (">=", 80, "79,9", "dung_tien_do"),
        (">", 80, "80", "dung_tien_do"),
        (">", 80, "80,1", "dat"),
        (">=", 80, "20", "cham"),
        ("=", 100, "100", "dat"),
        ("<=", 4, "4", "dat"),
        ("<=", 4, "5", "cham"),
        ("<", 4, "4", "cham"),
    ],
)
def test_every_comparison_is_judged(
    house: PlanOffice, op: str, value: float, number: str, status: str
) -> None:
    again(house, ENTERED, op=op, value=value)
    house.enters(number)
    assert house.shown(name=ENTERED)["status"] == status


def test_a_range_is_reached_from_its_low_end(house: PlanOffice) -> None:
    again(house, ENTERED, value=30, value_to=60)
    house.enters("30")
    assert house.shown(name=ENTERED)["status"] == "dat"


@pytest.mark.parametrize(
    ("reached", "then", "after"), [("co", "dat", "dat"), ("khong", "chua_den_ky", "cham")]
)
def test_a_level_is_reached_or_not_due_and_at_the_end_missed(
    house: PlanOffice, reached: str, then: str, after: str
) -> None:
    again(house, ENTERED, **LEVEL)
    house.enters(level="Trung bình khá", reached=reached)
    shown = house.shown(name=ENTERED)
    assert (shown["status"], shown["done"], shown["percent"]) == (then, None, None)
    assert shown["reading"]["level"] == "Trung bình khá"
    again(house, ENTERED, **LEVEL, ends_on=TODAY)
    house.unit = house.on(YEAR_END)
    assert house.shown(name=ENTERED)["status"] == after


def test_a_rank_of_last_year_is_none_of_this_year(house: PlanOffice) -> None:
    again(
        house,
        ENTERED,
        op="<=",
        value=4,
        unit="thứ bậc",
        per="year",
        starts_on=date(2025, 1, 1),
        since=date(2025, 1, 1),
    )
    house.enters("3", date(2025, 12, 31))
    assert house.shown("year:2025", ENTERED)["status"] == "dat"
    assert house.shown("year:2026", ENTERED)["done"] is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"number": "80.5"}, "number.point"),
        ({"number": "805"}, "reading.share-high"),
        ({}, "number.missing"),
        ({"part": "5"}, "number.missing"),
        ({"part": "5", "whole": "0"}, "reading.whole-low"),
        ({"part": "5", "whole": "4"}, "reading.part-high"),
        ({"number": "50", "part": "4", "whole": "5"}, "reading.parts-differ"),
        ({"number": "80", "level": "Khá"}, "reading.no-level"),
        ({"number": "80", "as_of": TODAY + timedelta(days=1)}, "reading.day-to-come"),
        ({"number": "80", "as_of": date(2019, 12, 31)}, "reading.day-early"),
    ],
)
def test_a_reading_that_cannot_be_is_refused(
    house: PlanOffice, said: dict[str, object], code: str
) -> None:
    assert refusal(house, **said) == code
    assert house.shown(name=ENTERED)["reading"] is None


def test_a_level_takes_no_number_and_needs_to_be_judged(house: PlanOffice) -> None:
    again(house, ENTERED, **LEVEL)
    assert refusal(house, "3") == "reading.only-level"
    assert refusal(house, level="Khá") == "reading.reached"
    assert refusal(house, reached="co") == "reading.level"


def test_a_day_has_one_figure_until_it_is_taken_out_with_a_reason(house: PlanOffice) -> None:
    kept = house.enters("80", OCTOBER)
    assert refusal(house, "81", OCTOBER) == "reading.same-day"
    of = (house.unit, house.officer, ENTERED, kept.id)
    with pytest.raises(RuleError):
        readings.take_out(*of, "x")
    assert readings.take_out(*of, "nhập nhầm")
    assert not readings.take_out(*of, "nhập nhầm")
    house.enters("81", OCTOBER)
    assert house.shown(name=ENTERED)["done"] == 81
    acts = [one.act.action for one in audit.list_acts(house.unit, house.id)]
    assert acts == ["keep-reading", "take-out-reading", "keep-reading"]


def test_the_same_form_sent_twice_is_one_reading(house: PlanOffice) -> None:
    entered = (Typed("80"), TODAY, SOURCE, "office:1:abc")
    of = (house.unit, house.officer, house.plan, ENTERED, entered)
    assert readings.keep(*of)[1]
    assert not readings.keep(*of)[1]


def test_a_figure_of_another_target_or_by_somebody_else_is_not_touched(house: PlanOffice) -> None:
    kept = house.enters("80")
    assert not readings.take_out(house.unit, house.officer, COMPUTED, kept.id, "nhập nhầm")
    with pytest.raises(NotFoundError):
        house.enters("80", name="khong-co")
    house.officer = Officer(house.officer.id, "x", Role.LEADER, house.office.commune)
    with pytest.raises(NotAllowedError):
        house.enters("80", OCTOBER)


# ---- carried over ------------------------------------------------------------------------------


def held(house: PlanOffice, *days: date) -> None:
    for day in days:
        tools.hold(house.unit, house.id, TrainingKind.OUTREACH, day)


def test_an_opening_counts_and_our_own_count_goes_on_the_day_after(house: PlanOffice) -> None:
    held(house, date(2026, 10, 30), OCTOBER, date(2026, 11, 1), date(2026, 11, 10))
    assert house.shown()["done"] == 4
    house.enters("7", OCTOBER, COMPUTED)
    shown = house.shown()
    assert (shown["done"], shown["opening"], shown["in_period"]) == (9, 7, 4)
    assert (shown["opening_on"], shown["opening_source"]) == ("2026-10-31", SOURCE)
    assert house.shown("month:2026-10")["done"] == 7  # its last day is the opening's
    before = house.shown("month:2026-09")
    assert (before["done"], before["opening"]) == (None, None)
    assert house.shown("2026-10-01..2026-10-30")["opening"] is None
    assert house.shown("2026-10-01..2026-10-30")["done"] == 1


def test_a_later_opening_takes_the_place_of_an_earlier_one(house: PlanOffice) -> None:
    held(house, date(2026, 7, 1), date(2026, 11, 10))
    house.enters("3", date(2026, 6, 30), COMPUTED)
    house.enters("6", OCTOBER, COMPUTED)
    assert house.shown()["done"] == 7
    assert house.shown("month:2026-09")["done"] == 4


def test_a_window_that_ended_before_the_first_log_is_known_once_it_is_entered(
    house: PlanOffice,
) -> None:
    again(house, COMPUTED, per="quarter")
    assert house.shown("quarter:2026-Q1")["done"] is None
    house.enters("2", date(2026, 3, 31), COMPUTED)
    assert house.shown("quarter:2026-Q1")["done"] == 2
    assert house.shown("quarter:2026-Q2")["done"] is None
    assert house.shown("quarter:2026-Q2")["opening"] is None


def test_an_opening_of_nothing_is_a_true_zero(house: PlanOffice) -> None:
    house.enters("0", OCTOBER, COMPUTED)
    assert (house.shown()["done"], house.shown()["opening"]) == (0, 0)


def test_a_target_is_computed_or_entered_and_never_both(house: PlanOffice) -> None:
    assert refusal(house, "7", name=COMPUTED, part="1", whole="2") == "reading.opening-only-number"
    assert refusal(house, "7,5", name=COMPUTED) == "number.not-whole"
    assert refusal(house, "7", date(2025, 12, 31), COMPUTED) == "reading.day-outside"
    house.enters("80", OCTOBER)
    house.enters("7", OCTOBER, COMPUTED)
    assert house.shown(name=COMPUTED)["reading"] is None
    assert house.shown(name=ENTERED)["opening"] is None
    again(house, COMPUTED, formula=Formula.TEAMS_ACTIVE)
    assert refusal(house, "7", date(2026, 9, 1), COMPUTED) == "reading.no-opening"


HELD = st.lists(st.integers(0, 320), max_size=8)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=HELD, as_of=st.integers(0, 320), carried=st.integers(0, 50))
def test_no_session_is_counted_twice(
    shelf: Shelf, library: Library, days: list[int], as_of: int, carried: int
) -> None:
    first = date(2026, 1, 1)
    with undone(shelf) as unit:
        house = PlanOffice(unit, library)
        house.loads(first)
        held(house, *(first + timedelta(days=one) for one in days))
        house.enters(str(carried), first + timedelta(days=as_of), COMPUTED)
        shown = house.shown()
        assert shown["done"] == carried + sum(one > as_of for one in days)


# ---- what shares are of ------------------------------------------------------------------------


def keep_whole(house: PlanOffice, number: str, day: date, name: str = "nguoi-lon") -> None:
    entered = (number, day, SOURCE)
    readings.keep_denominator(house.unit, house.officer, house.plan, name, entered)


@pytest.fixture
def trained(house: PlanOffice) -> PlanOffice:
    """A plan that wants 80 % of the adults trained; three of them are."""
    again(
        house,
        COMPUTED,
        formula=Formula.PEOPLE_TRAINED,
        unit="%",
        value=80,
        denominator="nguoi-lon",
    )
    taught = tools.hold(house.unit, house.id, TrainingKind.CLASS, date(2026, 2, 3))
    for _ in range(3):
        tools.fill(house.unit, house.id, taught, people.add_person(house.unit, house.id))
    return house


def test_a_computed_share_is_of_the_newest_denominator_of_the_period(trained: PlanOffice) -> None:
    shown = trained.shown()
    assert (shown["done"], shown["percent"], shown["denominator"]) == (3, None, None)
    assert shown["gap"] == "no_whole"
    keep_whole(trained, "10", date(2026, 6, 30))
    keep_whole(trained, "3", OCTOBER)
    shown = trained.shown("month:2026-09")
    assert (shown["done"], shown["percent"], shown["rest"]) == (
        3,
        37.5,
        5,
    )  # of the 8 that 80 % of 10 are
    assert shown["denominator"] == {
        "id": "nguoi-lon",
        "title": "Người lớn",
        "number": 10,
        "as_of": "2026-06-30",
        "source": SOURCE,
    }
    assert (shown["status"], shown["gap"]) == ("chua_du_du_lieu", "few_weeks")  # one week told
    shown = trained.shown("month:2026-10")
    assert (shown["percent"], shown["status"]) == (125.0, "dat")  # of the 2,4 that 80 % of 3 are
    assert trained.shown("month:2026-05")["denominator"] is None


def test_a_denominator_is_taken_out_with_a_reason_and_the_one_before_counts(
    trained: PlanOffice,
) -> None:
    keep_whole(trained, "10", date(2026, 6, 30))
    keep_whole(trained, "30", OCTOBER)
    with pytest.raises(RuleError, match="Số liệu"):
        keep_whole(trained, "31", OCTOBER)
    number = readings.denominators.list_all(trained.unit, trained.id)[0].id
    assert readings.take_out_denominator(trained.unit, trained.officer, number, "nhập nhầm")
    assert not readings.take_out_denominator(trained.unit, trained.officer, number, "nhập nhầm")
    assert trained.shown()["denominator"]["number"] == 10
    for wrong in ("0", "1.5", "10,5"):
        with pytest.raises(RuleError):
            keep_whole(trained, wrong, TODAY)
    with pytest.raises(NotFoundError):
        keep_whole(trained, "10", TODAY, "khong-co")


# ---- our own contribution ----------------------------------------------------------------------


def helps(house: PlanOffice, topic: Topic, person: int | None, *services: Service) -> None:
    done = Help(date(2026, 10, 1), topic, 1, person_id=person, services=services)
    new = NewEntry(f"h{next(_numbers)}", house.office.team, house.office.member, done)
    help_entries.add(house.unit, house.id, new, By(house.office.member))


def test_whom_we_guided_stands_beside_and_is_never_added(house: PlanOffice) -> None:
    assert house.shown(name=ENTERED)["guided"] is None
    first, second = (people.add_person(house.unit, house.id) for _ in range(2))
    helps(house, Topic.VNEID, None)
    assert house.shown(name=ENTERED)["guided"] is None  # nobody knows who that was
    for person in (first, first, second):
        helps(house, Topic.VNEID, person)
    helps(house, Topic.TT, people.add_person(house.unit, house.id))
    house.enters("80", OCTOBER)
    shown = house.shown(name=ENTERED)
    assert (shown["guided"], shown["done"]) == (2, 80)
    assert house.shown("month:2026-09", ENTERED)["guided"] is None
    assert house.shown(name=COMPUTED)["guided"] is None
    again(house, ENTERED, tags=(Tag.E_HEALTH,))
    assert house.shown(name=ENTERED)["guided"] is None
    helps(house, Topic.VNEID, second, Service.HEALTH_BOOK)
    assert house.shown(name=ENTERED)["guided"] == 1


def test_a_target_says_all_that_the_report_promises_of_it(house: PlanOffice) -> None:
    for shown in house.report("year:2026"):
        assert shown.keys() >= PROMISED
