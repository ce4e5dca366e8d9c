"""The plan of Phước Bình against a table read from its document by hand, clause by clause."""

import re

import pytest

from bot.library import Plan, Tag, plan_as_json
from tests import shipped
from tests.plan_phuoc_binh_table import AMOUNTS, COUNTED, GOALS, NUMBERS, Goal


@pytest.fixture(scope="module")
def plan() -> Plan:
    return shipped.library().plans["phuoc-binh"]


def by_hand(goal: Goal) -> dict[str, object]:
    level = isinstance(goal.at_least, str)
    shown = {
        "id": goal.id,
        "title": goal.words,
        "unit": goal.unit,
        "op": ">=",  # «≥», «đạt», or a bare number
        "value": None if level else goal.at_least,
        "from": goal.days[0],
        "to": goal.days[1],
        "kind": "computed" if goal.formula else "entered",
        "owner": goal.owner,
        "source": f"001 · {goal.clause}",
    }
    if level:
        shown["level"] = goal.at_least
    if goal.per:
        shown["per"] = goal.per
    return shown


def test_every_target_is_the_one_that_the_document_sets(plan):
    assert len(plan.targets) == 27
    assert plan_as_json(plan) == {
        "slug": "phuoc-binh",
        "name": "Phước Bình",
        "kind": "phuong",
        "teams": 28,
        "targets": [by_hand(goal) for goal in GOALS],
        "deadlines": [],
    }


def test_tags_and_focus_are_those_of_the_table(plan):
    assert {one.id: one.tags for one in plan.targets} == {
        goal.id: tuple(Tag(tag) for tag in goal.tags.split()) or (Tag.OTHER,) for goal in GOALS
    }
    assert [one.focus for one in plan.targets] == [bool(goal.tags) for goal in GOALS]
    assert sum(one.focus for one in plan.targets) == 15


def test_only_the_contest_is_counted_by_ourselves(plan):
    assert [one.formula for one in plan.targets] == [goal.formula for goal in GOALS]
    assert [one.id for one in plan.targets if one.formula] == ["cuoc-thi-cong-dan-so"]


def test_the_ward_has_twenty_eight_neighbourhoods_with_a_team_each(plan):
    assert plan.neighbourhoods.kind == "khu_pho"
    assert len(set(plan.neighbourhoods.names)) == plan.teams.count == 28
    assert plan.neighbourhoods.long_name(plan.neighbourhoods.names[-1]) == "khu phố 28"
    assert plan.teams.per == "neighbourhood"


def test_the_office_is_named_and_its_phone_is_for_the_office_to_enter(plan):
    assert plan.office.name == "Phòng Văn hóa - Xã hội"
    assert plan.office.phone is None
    assert plan.office.hours is None
    assert plan.plan.year == 2026
    assert "phường Phước Bình" in plan.aliases


def words_about(plan: Plan) -> dict[str, str]:
    """All that a target, or what was left out of a clause, says."""
    words = {
        one.id: f"{one.title} | {one.value} {one.unit} | {one.level} | {one.ends_on}"
        for one in plan.targets
    }
    for one in plan.left_out:
        clause = one.clause.removeprefix("001 · ")
        assert clause not in words, "one entry a clause, so that a number has one place"
        words[clause] = one.text
    return words


def test_every_number_of_the_document_is_a_target_or_left_out(plan):
    assert {section: len(numbers) for section, numbers in NUMBERS.items()} == COUNTED
    assert sum(COUNTED.values()) == 69
    words = words_about(plan)
    for number, place in (one for numbers in NUMBERS.values() for one in numbers):
        alone = rf"(?<![\w.]){re.escape(number)}(?![\w]|\.\d)"
        assert re.search(alone, words[place]), (number, place)


def test_every_target_stands_for_a_number_of_the_document(plan):
    places = {place for numbers in NUMBERS.values() for _, place in numbers}
    assert {one.id for one in plan.targets} <= places


def test_what_was_left_out_is_listed_with_a_reason(plan):
    assert len(plan.left_out) == 15
    assert all(one.clause.startswith("001 · ") and one.why for one in plan.left_out)
    why = {one.clause: one.why for one in plan.left_out}
    assert why["001 · PL.I.II.I.2"].startswith("lặp lại PL.I.I.12")
    assert "nhảy" in why["001 · PL.I.II.IV"]  # the seed has no group IV


def test_the_amounts_of_the_budget_that_were_left_out_add_up(plan):
    (money,) = [one.text for one in plan.left_out if one.clause == "001 · PL.II"]
    assert re.findall(r"[\d.]*\d", money.partition("tổng ")[2]) == AMOUNTS
    total, *rows = [int(amount.replace(".", "")) for amount in AMOUNTS]
    assert len(rows) == 14
    assert sum(rows) == total == 8073
