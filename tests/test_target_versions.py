"""Targets are versions: none is overwritten, January stays what January was, and the office may choose."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app.installation import Installation
from bot.core.errors import NotAllowedError, NotFoundError, RuleError
from bot.core.vocabulary import Role
from bot.library import Library
from bot.library.plans import Target, read_plan
from bot.services import target_changes, targets
from bot.services.access import Officer
from storage import audit, target_versions
from storage.target_versions import Version
from tests.command_line import ROOT
from tests.held_trainings import local
from tests.plan_office import COMPUTED, ENTERED, TODAY, PlanOffice
from tests.storage_tools import ENGINES, Shelf, open_shelf
from tests.test_training_figures import undone

JANUARY, JUNE = date(2026, 1, 5), date(2026, 6, 10)
RIVAL = "vneid-muc-2-lai"


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("versions")) as opened:
        yield opened


@pytest.fixture
def house(shelf: Shelf, library: Library) -> Iterator[PlanOffice]:
    with undone(shelf) as unit:
        yield PlanOffice(unit, library)


def versions(house: PlanOffice, name: str = COMPUTED) -> list[Version]:
    return target_versions.list_of(house.unit, house.id, name)


# ---- the file -----------------------------------------------------------------------------------


def test_the_first_load_keeps_one_version_of_each_target_and_the_second_none(
    house: PlanOffice,
) -> None:
    assert house.loads(JANUARY) == len(house.plan.targets)
    assert house.loads(JUNE) == len(house.plan.targets)
    (first,) = versions(house)
    assert (first.number, first.valid_from, first.origin) == (1, None, "file")
    there = targets.in_force(house.unit, house.id, date(2020, 1, 1))
    assert [one.target for one in there] == list(house.plan.targets)


def test_all_five_plans_load_and_loading_them_again_changes_nothing(base: Installation) -> None:
    for commune in base.communes:
        plan = base.library.plans[commune.slug]
        before = base.database.read(target_versions.list_all, commune.id)
        base.database.write(targets.load, commune, plan)
        assert base.database.read(target_versions.list_all, commune.id) == before
        kept = base.database.read(targets.in_force, commune.id, TODAY)
        assert [one.target for one in kept] == list(plan.targets)


def test_a_target_changed_in_june_leaves_january_with_the_old_value_title_and_clause(
    house: PlanOffice,
) -> None:
    house.loads(JANUARY)
    old = house.target()
    house.writes(value=14, title="Truyền thông kỹ năng số", source="002 · II.9")
    house.loads(JUNE)
    before, after = house.shown("month:2026-01"), house.shown("month:2026-06")
    assert (before["value"], before["title"], before["source"]) == (10, old.title, old.source)
    assert (before["version"], before["changed_on"]) == (1, None)
    assert (after["value"], after["title"], after["source"]) == (
        14,
        "Truyền thông kỹ năng số",
        "002 · II.9",
    )
    assert (after["version"], after["changed_on"]) == (2, "2026-06-10")
    assert house.shown("month:2026-05")["value"] == 10


def test_the_last_day_of_a_period_decides_what_is_in_force(house: PlanOffice) -> None:
    house.loads(JANUARY)
    house.writes(value=14)
    house.loads(JUNE)
    assert house.shown("2026-06-01..2026-06-09")["value"] == 10
    assert house.shown("2026-06-01..2026-06-10")["value"] == 14
    assert house.shown("year:2026")["value"] == 14  # runs still: today


def test_a_file_may_say_since_when_it_reads_so(house: PlanOffice) -> None:
    house.loads(JANUARY)
    house.writes(value=14, since=date(2026, 3, 1))
    house.loads(JUNE)
    assert house.shown("month:2026-02")["value"] == 10
    assert house.shown("month:2026-03")["value"] == 14
    assert house.loads(TODAY) == len(house.plan.targets) + 1
    house.writes(since=date(2026, 4, 1))  # the day alone says nothing new
    assert house.loads(TODAY) == len(house.plan.targets) + 1


def test_what_left_the_file_is_withdrawn_from_that_day_and_may_come_back(
    house: PlanOffice,
) -> None:
    house.loads(JANUARY)
    whole = house.plan
    house.writes(COMPUTED)
    house.loads(JUNE)
    assert house.shown("month:2026-05")["id"] == COMPUTED
    assert COMPUTED not in {one["id"] for one in house.report("month:2026-06")}
    count = house.loads(JUNE)
    house.plan = whole
    assert house.loads(TODAY) == count + 1
    assert house.shown("year:2026")["version"] == 3


def test_a_target_that_a_known_plan_asks_for_later_was_not_asked_for_before(
    house: PlanOffice,
) -> None:
    house.loads(JANUARY)
    house.adds(house.target().model_copy(update={"id": "them"}), 2)
    house.loads(JUNE)
    assert "them" not in {one["id"] for one in house.report("month:2026-05")}
    ids = [one["id"] for one in house.report("month:2026-06")]
    assert ids == [one.id for one in house.plan.targets]


def test_without_a_loaded_plan_the_file_is_what_a_report_reads(house: PlanOffice) -> None:
    shown = house.shown("month:2026-06")
    assert (shown["value"], shown["version"], shown["changed_on"]) == (10, None, None)


def test_a_field_that_a_later_program_knows_makes_no_version_of_what_stands_at_its_default() -> (
    None
):
    plan = read_plan((ROOT / "content/plans/ho-nai.yaml").read_text("utf-8"), "ho-nai.yaml")
    for target in plan.targets:
        content = targets.as_content(target)
        assert Target.model_validate_json(content) == target
        assert "since" not in content
        assert "null" not in content


# ---- the office ---------------------------------------------------------------------------------


def test_the_offices_change_outlives_a_file_that_did_not_change(house: PlanOffice) -> None:
    count = house.loads(JANUARY)
    assert house.changes(date(2026, 9, 1), value="12,5", title="Truyền thông mới") == 2
    assert house.loads(TODAY) == count + 1
    assert house.shown("month:2026-08")["value"] == 10
    shown = house.shown("month:2026-09")
    assert (shown["value"], shown["title"], shown["version"]) == (12.5, "Truyền thông mới", 2)
    newest = versions(house)[-1]
    assert (newest.origin, newest.reason, newest.staff_id) == (
        "office",
        "theo quyết định",
        house.officer.id,
    )
    acts = [one.act.action for one in audit.list_acts(house.unit, house.id)]
    assert acts == ["change-target"]


def test_a_change_for_next_year_is_not_undone_by_one_of_today(house: PlanOffice) -> None:
    house.loads(JANUARY)
    house.changes(date(2027, 1, 1), value="20")
    house.changes(TODAY, value="12")
    assert house.shown("year:2026")["value"] == 12
    later = targets.in_force(house.unit, house.id, date(2027, 1, 1))
    assert next(one.target.value for one in later if one.target.id == COMPUTED) == 20


def test_a_change_is_taken_back_by_using_an_earlier_version_again(house: PlanOffice) -> None:
    house.loads(JANUARY)
    house.changes(JUNE, value="20")
    when = (JUNE, "nhập nhầm")
    assert target_changes.restore(house.unit, house.officer, COMPUTED, 1, when) == 3
    assert house.shown("month:2026-06")["value"] == 10
    with pytest.raises(RuleError, match="Không có gì đổi"):
        target_changes.restore(house.unit, house.officer, COMPUTED, 1, when)
    with pytest.raises(NotFoundError):
        target_changes.restore(house.unit, house.officer, COMPUTED, 9, when)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "target.same"),
        ({"value": "1.5"}, "number.point"),
        ({"value": ""}, "number.missing"),
        ({"value": "30", "value_to": "20"}, "target.range"),
        ({"title": "  "}, "target.title"),
        ({"unit": ""}, "target.unit"),
        ({"source": "x"}, "target.source"),
        ({"op": "~"}, "target.op"),
        ({"from": "hôm qua"}, "target.day"),
        ({"to": "2020-01-01"}, "target.days"),
        ({"value": "12", "reason": "x"}, "correct.reason"),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_a_sentence_and_writes_nothing(
    house: PlanOffice, said: dict[str, str], code: str
) -> None:
    count = house.loads(JANUARY)
    with pytest.raises(RuleError) as refused:
        house.changes(TODAY, **said)
    assert refused.value.code == code
    assert house.loads(TODAY) == count


def test_a_range_may_be_changed_and_the_page_shows_it(house: PlanOffice) -> None:
    house.loads(JANUARY)
    house.changes(TODAY, ENTERED, value="90", value_to="95,5")
    shown = house.shown(name=ENTERED)
    assert (shown["value"], shown["value_to"]) == (90, 95.5)


@pytest.mark.parametrize("role", [Role.LEADER, Role.OPERATOR])
def test_only_the_officer_changes_a_target(house: PlanOffice, role: Role) -> None:
    house.loads(JANUARY)
    house.officer = Officer(house.officer.id, "anh Bình", role, house.office.commune)
    with pytest.raises(NotAllowedError):
        house.changes(TODAY, value="12")


# ---- two clauses that disagree -----------------------------------------------------------------


@pytest.fixture
def rivals(house: PlanOffice) -> PlanOffice:
    """One clause says 100 %, another 95 % of the same thing."""
    other = house.target(ENTERED).model_copy(
        update={"id": RIVAL, "value": 95, "conflicts_with": ENTERED, "source": "002 · PL.9"}
    )
    house.adds(other, len(house.plan.targets))
    house.loads(JANUARY)
    return house


def aside(house: PlanOffice, period: str = "year:2026") -> dict[str, bool]:
    return {name: house.shown(period, name)["set_aside"] for name in (ENTERED, RIVAL)}


def test_clauses_that_disagree_stand_side_by_side_until_the_office_chooses(
    rivals: PlanOffice,
) -> None:
    assert aside(rivals) == {ENTERED: False, RIVAL: False}
    assert rivals.shown(name=RIVAL)["conflicts_with"] == ENTERED
    found = targets.in_force(rivals.unit, rivals.id, TODAY)
    assert targets.list_clashes(found) == [targets.Clash((ENTERED, RIVAL), None)]
    follow, of = target_changes.follow, (rivals.unit, rivals.officer, rivals.plan)
    assert follow(*of, RIVAL, "theo công văn")
    assert not follow(*of, RIVAL, "theo công văn")
    assert aside(rivals) == {ENTERED: True, RIVAL: False}
    assert aside(rivals, "month:2026-10") == {ENTERED: False, RIVAL: False}
    assert follow(*of, ENTERED, "đổi ý")
    assert aside(rivals) == {ENTERED: False, RIVAL: True}
    assert target_changes.keep_both(*of, ENTERED, "chưa chắc")
    assert aside(rivals) == {ENTERED: False, RIVAL: False}


def test_a_choice_outlives_a_change_of_the_file_and_of_next_year(rivals: PlanOffice) -> None:
    rivals.changes(date(2027, 1, 1), ENTERED, title="Định danh mức 2, năm 2027")
    target_changes.follow(rivals.unit, rivals.officer, rivals.plan, RIVAL, "theo công văn")
    rivals.writes(ENTERED, title="Định danh mức 2")
    rivals.loads(TODAY)
    assert aside(rivals) == {ENTERED: True, RIVAL: False}
    assert rivals.shown(name=ENTERED)["title"] == "Định danh mức 2"
    later = targets.in_force(rivals.unit, rivals.id, date(2027, 2, 1))
    (one,) = (one for one in later if one.target.id == ENTERED)
    assert (one.is_set_aside, one.target.title) == (True, "Định danh mức 2, năm 2027")


def test_a_target_that_nothing_disagrees_with_cannot_be_chosen(rivals: PlanOffice) -> None:
    with pytest.raises(RuleError) as refused:
        target_changes.follow(rivals.unit, rivals.officer, rivals.plan, COMPUTED, "vì sao")
    assert refused.value.code == "target.no-clash"


# ---- for any history ---------------------------------------------------------------------------

DAYS = st.integers(0, 700).map(lambda number: date(2026, 1, 1) + timedelta(days=number))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(begun=st.lists(st.none() | DAYS, min_size=1, max_size=6), day=DAYS)
def test_in_force_is_what_began_last_of_what_had_begun(begun: list[date | None], day: date) -> None:
    at = local(TODAY)
    known = [
        Version(n, "x", n, first, "office", "{}", 0, False, False, None, at, None)
        for n, first in enumerate(begun, start=1)
    ]
    found = targets.find_current(known, day)
    able = [(one.valid_from or date.min, one.number) for one in known]
    able = [one for one in able if one[0] <= day]
    assert (found is None) == (not able)
    if found is not None:
        assert (found.valid_from or date.min, found.number) == max(able)
    assert all(one.valid_from and one.valid_from > day for one in targets.list_to_come(known, day))
