"""The plan of Phú Lâm against the table that was read from its document by hand."""

import pytest

from bot.library import Plan, plan_as_json
from tests import shipped
from tests.plan_phu_lam_table import BY_HAND, NUMBERS

SEED = "004 · "


@pytest.fixture(scope="module")
def plan() -> Plan:
    return shipped.library().plans["phu-lam"]


def by_hand(row):
    target_id, clause, words, (op, value, unit), more, owner, _, _ = row
    return {
        "id": target_id,
        "title": words,
        "unit": unit,
        "op": op,
        "value": value,
        "kind": "entered",
        "owner": owner,
        "source": f"{SEED}{clause}",
    } | more


def test_every_target_is_the_one_that_the_document_sets(plan):
    assert len(plan.targets) == 32
    assert plan_as_json(plan) == {
        "slug": "phu-lam",
        "name": "Phú Lâm",
        "kind": "xa",
        "teams": None,
        "targets": [by_hand(row) for row in BY_HAND],
        "deadlines": [],
    }


def test_focus_and_tags_are_those_of_the_table(plan):
    assert [(one.id, one.focus, " ".join(one.tags)) for one in plan.targets] == [
        (row[0], *row[-2:]) for row in BY_HAND
    ]
    assert sum(one.focus for one in plan.targets) == 12


def test_nothing_is_counted_by_ourselves(plan):
    assert [one.id for one in plan.targets if one.formula] == []


def test_every_number_of_the_goals_and_the_annexes_is_a_target_a_deadline_or_left_out(plan):
    found = {clause: [] for clause in NUMBERS}
    for target in plan.targets:
        ends = (target.value, target.value_to)
        found[target.source.removeprefix(SEED)] += [end for end in ends if end is not None]
    assert found == {clause: numbers for clause, (numbers, _) in NUMBERS.items()}

    for clause, (_, others) in NUMBERS.items():
        told = [*plan.left_out, *plan.deadlines]
        texts = [one.text for one in told if one.clause == f"{SEED}{clause}"]
        assert [words for words in others if not any(words in text for text in texts)] == []

    assert sum(len(numbers) for numbers, _ in NUMBERS.values()) == 32
    assert sum(len(others) for _, others in NUMBERS.values()) == 8


def test_every_row_of_both_annexes_was_read(plan):
    rows = {f"PL.I.{row}" for row in range(1, 26)} | {f"PL.II.{row}" for row in range(1, 22)}
    assert rows == {clause for clause in NUMBERS if clause.startswith("PL")}
    told = {target.source.removeprefix(SEED) for target in plan.targets}
    for one in plan.left_out:
        told |= set(one.clause.removeprefix(SEED).split(", "))
    assert rows <= told


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("pii-nhom-60", "PL.I.16", "<=", 60), ("pii-xep-hang", "PL.II.12", "<=", 4)),
        (("chu-ky-so", "PL.I.19", ">=", 70), ("chu-ky-so-tren-70", "PL.II.15", ">", 70)),
        (("ho-so-suc-khoe", "PL.I.20", ">=", 80), ("ho-so-suc-khoe-95", "PL.II.15", ">=", 95)),
        (("thanh-toan-so", "PL.I.23", ">=", 80), ("thanh-toan-so-90", "PL.II.15", ">=", 90)),
    ],
    ids=["PII", "signature", "e-health", "cashless"],
)
def test_both_of_two_clauses_that_disagree_stand(plan, first, second):
    shown = {(one.id, one.source.removeprefix(SEED), one.op, one.value) for one in plan.targets}
    assert {first, second} <= shown


def test_a_clause_that_repeats_another_stands_once(plan):
    repeated = [(one.clause, one.why) for one in plan.left_out if one.why.startswith("lặp lại")]
    assert [clause for clause, _ in repeated] == ["004 · PL.I.8", "004 · PL.II.15"]
    assert "PL.I.22" in repeated[1][1]


def test_what_the_document_does_not_say_is_left_to_the_office(plan):
    assert plan.teams.count is None
    assert (plan.neighbourhoods.kind, plan.neighbourhoods.names) == ("ap", ())
    assert (plan.office.name, plan.office.phone) == ("Phòng Văn hóa - Xã hội", None)


def test_what_is_no_target_is_listed_with_a_reason(plan):
    assert len(plan.left_out) == 17
    assert all(one.clause.startswith(SEED) and one.why for one in plan.left_out)
