"""The plan of Xuân Hòa against a table read from its document by hand, clause by clause."""

import re
from pathlib import Path

import pytest

from bot.library import Plan, plan_as_json
from tests import shipped
from tests.plan_xuan_hoa_table import BY_HAND, NUMBERS, OTHER

CONTENT = Path(__file__).parents[1] / "content"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return shipped.library().plans["xuan-hoa"]


def by_hand(clause, row):
    (target_id, (op, value, *value_to, unit), owner, _), words = row
    shown = {
        "id": target_id,
        "title": words,
        "unit": unit,
        "op": op,
        "value": value,
        "from": "2025-01-01",
        "to": "2030-12-31",
        "kind": "computed" if target_id == "dao-tao-ky-nang-so" else "entered",
        "owner": owner,
        "source": f"003 · {clause}",
    }
    return shown | ({"value_to": value_to[0]} if value_to else {})


def rows():
    return [(clause, row) for clause, found in BY_HAND.items() for row in found]


def test_every_target_is_the_one_that_the_document_sets(plan):
    assert plan_as_json(plan) == {
        "slug": "xuan-hoa",
        "name": "Xuân Hòa",
        "kind": "xa",
        "teams": None,
        "targets": [by_hand(clause, row) for clause, row in rows()],
        "deadlines": [],
    }


def test_the_targets_and_what_is_left_out_are_counted(plan):
    assert (len(rows()), len(plan.targets), len(plan.left_out)) == (49, 49, 22)


def test_the_tags_are_those_read_by_hand_and_other_alone_is_out_of_focus(plan):
    tags = {target.id: [tag.value for tag in target.tags] for target in plan.targets}
    assert tags == {row[0][0]: row[0][3] for _, row in rows()}
    assert all(target.focus == (tags[target.id] != OTHER) for target in plan.targets)
    assert sum(target.focus for target in plan.targets) == 27


def test_people_trained_are_counted_by_ourselves(plan):
    computed = [target for target in plan.targets if target.formula]
    assert [(one.id, one.formula) for one in computed] == [("dao-tao-ky-nang-so", "people_trained")]


def numbers_in(texts):
    """The numbers as NUMBERS writes them: ``01Gb/s`` is 1, ``15/6`` is one."""
    return [found.lstrip("0") for text in texts for found in re.findall(r"\d+(?:/\d+)?", text)]


@pytest.mark.parametrize("clause", NUMBERS)
def test_every_number_of_a_clause_is_a_target_a_deadline_or_left_out_with_a_reason(plan, clause):
    source = f"003 · {clause}"
    ends = [
        str(end)
        for target in plan.targets
        if target.source == source
        for end in (target.value, target.value_to)
        if end is not None
    ]
    left_out = [one for one in plan.left_out if one.clause == source]
    dated = [one for one in plan.deadlines if one.clause == source]
    goals, others = NUMBERS[clause]
    assert ends == goals.split()
    assert numbers_in(one.text for one in [*dated, *left_out]) == others.split()
    assert all(one.why for one in left_out)


def test_no_clause_is_forgotten_and_the_numbers_add_up(plan):
    told = [*plan.left_out, *plan.deadlines]
    used = [target.source for target in plan.targets] + [one.clause for one in told]
    assert {clause.removeprefix("003 · ") for clause in used} <= set(NUMBERS)
    goals = sum(len(goals.split()) for goals, _ in NUMBERS.values())
    others = sum(len(others.split()) for _, others in NUMBERS.values())
    assert (goals, others) == (54, 22)
    ranges = [target for target in plan.targets if target.value_to is not None]
    assert goals == len(plan.targets) + len(ranges)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tai-khoan-vneid", "cap-can-cuoc-dinh-danh"),
        ("chi-ngan-sach", "chi-su-nghiep"),
        ("giao-dich-phi-tiep-xuc", "ho-so-truc-tuyen"),
        ("ho-so-cong-viec-dan-cu", "ho-so-dan-cu-dien-tu"),
        ("dvc-toan-trinh", "dvc-toan-trinh-dinh-danh"),
    ],
)
def test_clauses_that_disagree_both_stand_and_name_each_other(plan, one, other):
    assert {one, other} <= {target.id for target in plan.targets}
    text = (CONTENT / "plans" / "xuan-hoa.yaml").read_text("utf-8")
    assert f"({other})" in text
    assert f"({one})" in text


def test_the_commune_enters_what_the_document_does_not_say(plan):
    assert (plan.neighbourhoods.kind, plan.neighbourhoods.names) == ("ap", ())
    assert (plan.teams.count, plan.teams.per) == (None, "neighbourhood")
    assert (plan.office.name, plan.office.phone, plan.office.hours) == (
        "Phòng Văn hóa - Xã hội",
        None,
        None,
    )
    assert (plan.plan.year, plan.plan.seed, plan.address_form) == (2025, "003", "co-chu")
    assert plan.aliases == ("Xuân Hoà", "xã Xuân Hòa", "xã Xuân Hoà")
