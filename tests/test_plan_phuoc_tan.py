"""The plan of Phước Tân against a table read from its document by hand, clause by clause."""

import pytest

from bot.library import Plan, plan_as_json
from tests import shipped

VAN_PHONG = "Văn phòng HĐND và UBND phường"
KINH_TE = "Phòng Kinh tế – Hạ tầng – Đô thị phường"
VHXH = "Phòng Văn hóa - Xã hội phường"
PVHCC = "Trung tâm Phục vụ Hành chính công phường"

BY_2030 = {"from": "2026-01-01", "to": "2030-12-31"}
STAGE_1 = {"from": "2026-01-01", "to": "2027-12-31"}
STAGE_2 = {"from": "2028-01-01", "to": "2030-12-31"}
STAGE_3 = {"from": "2031-01-01", "to": "2035-12-31"}

# id, clause, words of the plan, (comparator, value, unit), days, owner, in focus, tags.
# III.2 names no owner: the office that section V gives the subject. The rows of the three tables of
# the annex have no numbers: PL.II.3 is the third row of table II.
BY_HAND = [
    (
        "tthc-moi-truong-so",
        "III.2",
        "100% thủ tục hành chính thuộc thẩm quyền phường được cung cấp và giải quyết "
        "trên môi trường số",
        (">=", 100, "%"),
        BY_2030,
        PVHCC,
        True,
        "dvc",
    ),
    (
        "co-so-kinh-doanh-cong-nghe-so",
        "III.2",
        "Trên 70% cơ sở sản xuất – kinh doanh, hộ kinh doanh cá thể tiếp cận và ứng dụng "
        "các giải pháp công nghệ số cơ bản",
        (">", 70, "%"),
        BY_2030,
        KINH_TE,
        True,
        "households",
    ),
    (
        "van-ban-dien-tu",
        "PL.I.2",
        "Ứng dụng CNTT trong quản lý văn bản, điều hành; sử dụng chữ ký số: "
        "100% văn bản trao đổi điện tử",
        (">=", 100, "%"),
        STAGE_1,
        VAN_PHONG,
        True,
        "signature",
    ),
    (
        "ho-so-tthc-truc-tuyen",
        "PL.I.3",
        "Chuẩn hóa, số hóa quy trình TTHC: ≥80% hồ sơ TTHC xử lý trực tuyến",
        (">=", 80, "%"),
        STAGE_1,
        PVHCC,
        True,
        "dvc",
    ),
    (
        "lop-tap-huan",
        "PL.I.5",
        "Tập huấn kỹ năng số cơ bản cho người dân, doanh nghiệp: ≥5 lớp tập huấn/năm",
        (">=", 5, "lớp"),
        STAGE_1 | {"per": "year", "kind": "computed"},
        VHXH,
        True,
        "residents classes digital-skills",
    ),
    (
        "cong-viec-moi-truong-so",
        "PL.II.1",
        "Hoàn thiện mô hình văn phòng số cấp phường: 100% công việc xử lý trên môi trường số",
        (">=", 100, "%"),
        STAGE_2,
        VAN_PHONG,
        False,
        "other",
    ),
    (
        "tthc-du-dieu-kien-truc-tuyen",
        "PL.II.2",
        "Cung cấp toàn bộ TTHC đủ điều kiện mức độ trực tuyến: 100% TTHC trực tuyến",
        (">=", 100, "%"),
        STAGE_2,
        PVHCC,
        True,
        "dvc",
    ),
    (
        "ho-sxkd-cong-nghe",
        "PL.II.3",
        "Hỗ trợ hộ kinh doanh áp dụng hóa đơn điện tử, TMĐT: ≥60% hộ SXKD ứng dụng công nghệ",
        (">=", 60, "%"),
        STAGE_2,
        KINH_TE,
        True,
        "households",
    ),
    (
        "mo-hinh-do-thi-thong-minh",
        "PL.II.4",
        "Thí điểm ứng dụng CNTT trong quản lý đô thị, môi trường: 1–2 mô hình thí điểm",
        (">=", 1, "mô hình"),
        STAGE_2 | {"value_to": 2},
        KINH_TE,
        False,
        "other",
    ),
    (
        "nguoi-dan-dich-vu-so",
        "PL.II.5",
        "Phổ cập kỹ năng số cộng đồng, thanh toán không tiền mặt: ≥70% người dân tiếp cận DV số",
        (">=", 70, "%"),
        STAGE_2,
        VHXH,
        True,
        "residents digital-skills cashless",
    ),
    (
        "muc-do-hai-long",
        "PL.III.4",
        "Nâng cao chất lượng phục vụ người dân, DN: ≥90% mức độ hài lòng",
        (">=", 90, "%"),
        STAGE_3,
        PVHCC,
        True,
        "residents",
    ),
]

# Every clause of the goals, the road and the annex: the numbers that stand in it (years aside)
NUMBERS = {
    "III.1": [],
    "III.2": [100, 70],
    "IV.1": [],
    "IV.2": [],
    "IV.3": [],
    "V.1": [],
    "V.2": [],
    "V.3": [],
    "V.4": [],
    "V.5": [],
    "V.6": [],
    "VI": [],
    "PL.I.1": [],
    "PL.I.2": [100],
    "PL.I.3": [80],
    "PL.I.4": [],
    "PL.I.5": [5],
    "PL.II.1": [100],
    "PL.II.2": [100],
    "PL.II.3": [60],
    "PL.II.4": [1, 2],
    "PL.II.5": [70],
    "PL.III.1": [],
    "PL.III.2": [],
    "PL.III.3": [],
    "PL.III.4": [90],
}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return shipped.library().plans["phuoc-tan"]


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
        "source": f"000 · {clause}",
    } | more


def test_every_target_is_the_one_that_the_document_sets(plan):
    assert len(plan.targets) == 11
    assert plan_as_json(plan) == {
        "slug": "phuoc-tan",
        "name": "Phước Tân",
        "kind": "phuong",
        "teams": None,
        "targets": [by_hand(row) for row in BY_HAND],
        "deadlines": [],
    }


def test_focus_and_tags_are_those_of_the_table(plan):
    assert [(one.id, one.focus, " ".join(one.tags)) for one in plan.targets] == [
        (row[0], *row[-2:]) for row in BY_HAND
    ]
    assert sum(one.focus for one in plan.targets) == 9


def test_only_the_classes_are_counted_by_ourselves(plan):
    formulas = [(one.id, one.formula) for one in plan.targets if one.formula]
    assert formulas == [("lop-tap-huan", "classes_held")]


def test_every_number_of_the_goals_and_the_annex_is_a_target(plan):
    found = {clause: [] for clause in NUMBERS}
    for target in plan.targets:
        ends = (target.value, target.value_to)
        found[target.source.removeprefix("000 · ")] += [end for end in ends if end is not None]
    assert found == NUMBERS
    assert sum(len(numbers) for numbers in NUMBERS.values()) == 12


def test_both_of_two_clauses_that_disagree_stand(plan):
    shown = {one.id: (one.source, one.op, one.value) for one in plan.targets}
    assert shown["co-so-kinh-doanh-cong-nghe-so"] == ("000 · III.2", ">", 70)
    assert shown["ho-sxkd-cong-nghe"] == ("000 · PL.II.3", ">=", 60)
    assert shown["tthc-moi-truong-so"] == ("000 · III.2", ">=", 100)
    assert shown["tthc-du-dieu-kien-truc-tuyen"] == ("000 · PL.II.2", ">=", 100)


def test_what_the_document_does_not_say_is_left_to_the_office(plan):
    assert plan.teams.count is None
    assert (plan.neighbourhoods.kind, plan.neighbourhoods.names) == ("khu_pho", ())
    assert (plan.office.name, plan.office.phone) == ("Phòng Văn hóa - Xã hội", None)


def test_what_is_no_target_is_listed_with_a_reason(plan):
    assert len(plan.left_out) == 9
    assert all(one.clause.startswith("000 · ") and one.why for one in plan.left_out)
    without = {clause for clause, numbers in NUMBERS.items() if not numbers}
    told = [*plan.left_out, *plan.deadlines]
    left = {clause for one in told for clause in one.clause[len("000 · ") :].split(", ")}
    assert without - left == {"III.1", "V.2", "V.6"}  # say nothing that could be counted
