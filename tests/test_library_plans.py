"""A plan's file is checked to the line, and shown in the promised shape."""

import datetime as dt

import pytest

from bot.core.errors import ContentError
from bot.core.vocabulary import CommunicationUnit
from bot.library import plan_as_json
from bot.library.plans import read_plan

FILE = "content/plans/xa-thu.yaml"

PLAN = """\
slug: xa-thu
name: Xã Thử
kind: xa
office: {name: Phòng Văn hóa - Xã hội, phone: null, hours: null}
neighbourhoods: {kind: ap, names: [Ấp Một, Ấp Hai]}
teams: {count: null}
plan: {title: Kế hoạch thử, year: 2026, seed: "009"}
targets:
  - id: khoang
    title: Năm đến mười lớp
    unit: lớp
    op: ">="
    value: 5
    value_to: 10.5
    from: 2026-02-01
    to: 2026-06-30
    kind: entered
    source: 009 · II
    focus: true
    tags: [classes]
  - id: muc
    title: Đạt mức khá
    unit: mức
    op: ">="
    level: khá
    kind: entered
    source: 009 · III
    focus: false
    tags: [other]
left_out: []
"""

PLAN_FAULTS = {
    "unknown field": ("    unit: lớp", "    unt: lớp", "unt:", "«unt»", "«unit»"),
    "unknown comparator": (
        'op: ">="\n    value: 5',
        "op: ít\n    value: 5",
        "op: ít",
        "«ít»",
        ">=",
    ),
    "text for number": ("value: 5\n", 'value: "5"\n', 'value: "5"', "không phải là số", "%"),
    "range downwards": ("value_to: 10.5", "value_to: 4", "value_to", "nhỏ hơn", "nhỏ trước"),
    "no value and no level": ("    level: khá\n", "", "- id: muc", "«muc» cần một mức", "level"),
    "value and level": ("level: khá", "level: khá\n    value: 3", "- id: muc", "một mức", "level"),
    "ends before it starts": ("to: 2026-06-30", "to: 2026-01-30", "to: 2026-01", "trước", "ngày"),
    "formula without computing": (
        "level: khá",
        "level: khá\n    formula: communication_sessions",
        "- id: muc",
        "không khớp",
        "entered",
    ),
    "unknown tag": ("tags: [classes]", "tags: [clases]", "tags: [clases]", "«clases»", "classes"),
    "repeated id": ("- id: muc", "- id: khoang", "- id: khoang", "đã dùng", "khác"),
    "source of another paper": ("009 · III", "008 · III", "008", "không rõ", "009 · "),
    "wrong slug": ("slug: xa-thu", "slug: xa-thua", "slug:", "khác tên tệp", "xa-thu"),
    "year in quotes": ("year: 2026", 'year: "2026"', "year:", "số nguyên", "ngoặc kép"),
    "seed without quotes": ('"009"', "011", "seed: 011", "cần là chữ", "ngoặc kép"),
    "nothing counts as a session": (
        "teams: {count: null}",
        "teams: {count: null}\nsessions: {counts: []}",
        "sessions:",
        "cần ít nhất 1",
        "cho đủ",
    ),
    "unknown kind of session": (
        "teams: {count: null}",
        "teams: {count: null}\nsessions: {counts: [buoi, loa]}",
        "sessions:",
        "«loa»",
        "phat_loa",
    ),
    "the same kind of session twice": (
        "teams: {count: null}",
        "teams: {count: null}\nsessions: {counts: [buoi, buoi]}",
        "sessions:",
        "hai lần",
        "một lần",
    ),
    "list for parts": ("teams: {count: null}", "teams: [17]", "teams:", "mục con", "thụt"),
    "truth in words": ("focus: true", "focus: có", "focus: có", "true hoặc false", "true"),
}


@pytest.mark.parametrize(
    ("old", "new", "sign", "what", "mend"), PLAN_FAULTS.values(), ids=PLAN_FAULTS.keys()
)
def test_a_fault_of_a_plan_names_its_line(old, new, sign, what, mend):
    assert PLAN.count(old) == 1
    broken = PLAN.replace(old, new)
    with pytest.raises(ContentError) as caught:
        read_plan(broken, FILE)
    (fault,) = caught.value.faults
    assert what in fault.what
    assert mend in fault.mend
    assert sign in broken.split("\n")[fault.line - 1]


def test_every_fault_of_a_plan_is_told_at_once():
    with pytest.raises(ContentError) as caught:
        read_plan(PLAN.replace("kind: entered", "kind: counted").replace("xa\n", "ấp\n"), FILE)
    assert [fault.line for fault in caught.value.faults] == [3, 17, 26]


def test_a_plan_is_shown_in_the_promised_shape():
    shown = plan_as_json(read_plan(PLAN, FILE))
    assert shown["teams"] is None
    span, level = shown["targets"]
    assert span == {
        "id": "khoang",
        "title": "Năm đến mười lớp",
        "unit": "lớp",
        "op": ">=",
        "value": 5,
        "value_to": 10.5,
        "from": "2026-02-01",
        "to": "2026-06-30",
        "kind": "entered",
        "owner": None,
        "source": "009 · II",
    }
    assert (level["value"], level["level"]) == (None, "khá")


def test_a_target_without_days_is_valid_for_the_year_of_its_plan():
    target = read_plan(PLAN, FILE).targets[1]
    assert (target.starts_on, target.ends_on) == (dt.date(2026, 1, 1), dt.date(2026, 12, 31))


def test_a_neighbourhood_has_a_long_name():
    neighbourhoods = read_plan(PLAN, FILE).neighbourhoods
    assert neighbourhoods.long_name("Ấp Một") == "ấp Một"


def test_a_plan_that_says_nothing_counts_outreach_sessions_alone():
    assert read_plan(PLAN, FILE).sessions.counts == (CommunicationUnit.SESSION,)


def test_a_plan_may_say_that_more_kinds_are_its_sessions():
    more = PLAN.replace("targets:", "sessions: {counts: [buoi, phat_loa]}\ntargets:")
    assert read_plan(more, FILE).sessions.counts == (
        CommunicationUnit.SESSION,
        CommunicationUnit.BROADCAST,
    )
