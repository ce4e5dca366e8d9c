"""The body of a report: every number in a sentence is that of the JSON, by its path; unknown is never 0."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from bot.core.periods import parse
from bot.reports.document import Document, Line, Sentence
from bot.services.period_names import name_period
from bot.services.report_document import Wish, compose
from bot.services.report_telling import Show, find, show
from tests import shipped
from tests.report_bodies import TARGET, TEXTS, bodies, body, empty, table

PLAN = shipped.library().plans["ho-nai"]
NUMBER = re.compile(r"\d[\d.,/]*")
OF_WORDS = re.compile(r"hết tháng \d+ năm \d{4}|hết ngày \d+ tháng \d+ năm \d{4}|VNeID mức 2")
"""Up to when it was counted, which is read from the end of the period."""


def draft(report: dict[str, Any], wish: Wish = Wish()) -> Document:  # noqa: B008 – frozen
    return compose(report, PLAN, TEXTS, wish)


def lines(document: Document, part: int) -> list[Sentence]:
    return list(document.parts[part - 1].lines)


def text_of(report: dict[str, Any], wish: Wish = Wish()) -> str:  # noqa: B008 – frozen
    return "\n".join(line.text for part in draft(report, wish).parts for line in part.lines)


def told(report: dict[str, Any]) -> Iterator[Sentence]:
    for part in draft(report).parts:
        yield from (line for line in part.lines if line.kind is not Line.POINT)


@given(bodies())
def test_each_number_of_a_sentence_is_that_of_the_report_under_its_path(
    report: dict[str, Any],
) -> None:
    for line in told(report):
        for figure in line.figures:
            assert figure.shown == show(find(report, figure.path), Show(figure.how)), figure
        rest = OF_WORDS.sub("", line.text)
        for figure in sorted(line.figures, key=lambda one: -len(one.shown)):
            assert figure.shown in line.text
            rest = rest.replace(figure.shown, " ")
        assert not NUMBER.search(rest), line


@given(bodies())
def test_what_is_unknown_is_never_told_as_nothing(report: dict[str, Any]) -> None:
    for line in told(report):
        for figure in line.figures:
            if find(report, figure.path) is None:
                assert figure.shown == "—"
            if figure.shown == "0":
                assert find(report, figure.path) == 0


@given(bodies())
def test_outside_nothing_is_called_late_and_nothing_is_foretold(report: dict[str, Any]) -> None:
    text = text_of(report | {"audience": "outgoing"})
    assert "chậm" not in text.lower()
    assert "dự báo" not in text
    assert "xác nhận" not in text.replace("chưa xác định", "")
    assert "bình quân mỗi tuần" not in text


def test_a_report_of_a_month_reads_as_offices_write() -> None:
    found = [line.text for line in lines(draft(body()), 2)]
    assert found[0] == "1. Kiện toàn, duy trì hoạt động Tổ công nghệ số cộng đồng"
    assert (
        "Trong kỳ các Tổ công nghệ số cộng đồng đã hướng dẫn, hỗ trợ 1.410 lượt, 1.105 người, "
        "trong đó 96 lượt chưa xác định người; đã hỗ trợ nộp 240 hồ sơ."
    ) in found
    assert "Trong kỳ đã tổ chức 3 lớp tập huấn với 140 lượt tham dự, 121 người." in found
    assert found[-1] == (
        "Tổ chức ít nhất năm lớp tập huấn: trong kỳ 1 lớp; lũy kế đến hết tháng 11 năm 2026: "
        "3/5 lớp, đạt 60\u00a0%; đang thực hiện – cần thêm 2 lớp."
    )


def test_the_example_of_the_law_reads_as_it_should() -> None:
    people = TARGET | {
        "unit": "người",
        "value": 9600,
        "done": 4100,
        "percent": 42.7,
        "in_period": None,
    }
    june = {"kind": "month", "key": "2026-06", "from": "2026-06-01", "to": "2026-07-01"}
    text = text_of(body(period=june, targets=[people]))
    assert "lũy kế đến hết tháng 6 năm 2026: 4.100/9.600 người, đạt 42,7\u00a0%" in text


def test_inside_it_is_late_and_the_need_of_a_week_is_in_whole_things() -> None:
    late = TARGET | {"status": "cham"}
    text = text_of(body(audience="internal", targets=[late]))
    assert "chậm tiến độ" in text
    assert "cần thêm 2 lớp, bình quân mỗi tuần 1 lớp." in text


def test_what_is_ticked_goes_out() -> None:
    target = TARGET | {"confirmed": 2, "forecast": {"low": 4, "mid": 5, "high": 6}}
    ticked = text_of(body(targets=[target], extras=["confirmed", "forecast"]))
    assert "đã được xác nhận 2" in ticked
    assert "từ 4 đến 6, giữa khoảng 5" in ticked
    assert "Người dân đã xác nhận 812/1.410 lượt." in ticked
    assert "dự báo" not in text_of(body(targets=[target]))


def test_an_empty_month_says_what_is_not_known_and_leaves_room() -> None:
    text = text_of(empty())
    assert "Chưa có số liệu buổi tuyên truyền trong kỳ (—)." in text
    assert "Chưa có số liệu lớp tập huấn trong kỳ (—)." in text
    assert "Trong kỳ chưa ghi nhận lượt hướng dẫn, hỗ trợ nào." in text
    assert "chưa có số liệu (—), kế hoạch từ 5 lớp trở lên" in text
    assert [line.kind for line in lines(draft(empty()), 5)] == [Line.OPEN]


def test_with_tables_behind_it_targets_without_a_figure_are_told_in_one_line() -> None:
    report = empty()
    report["targets"].append(TARGET | {"id": "khac", "focus": False})
    document = compose(report, PLAN, TEXTS, Wish(), [table(1)])
    assert [line.text for line in lines(document, 2)[-2:]] == [
        "Các chỉ tiêu trọng tâm chưa có số liệu (—) nêu tại Phụ lục kèm theo.",
        "Kết quả các chỉ tiêu khác của kế hoạch nêu tại Phụ lục kèm theo.",
    ]


def test_of_difficulties_only_facts_are_told_beside_what_was_typed() -> None:
    typed = body()["texts"] | {"kho_khan": "Sóng yếu ở ba ấp.\n- Thiếu máy chiếu."}
    found = lines(draft(body(texts=typed)), 3)
    assert [(one.kind, one.text) for one in found[:2]] == [
        (Line.TEXT, "Sóng yếu ở ba ấp."),
        (Line.ITEM, "Thiếu máy chiếu."),
    ]
    assert found[2].text.endswith("trong kỳ: KP\u00a02, KP\u00a09, KP\u00a013.")
    assert found[3].text == "Còn 88 câu hỏi của người dân chưa có hướng dẫn để trả lời."
    assert len(found) == 4


def test_a_report_before_its_period_ends_says_up_to_when_and_the_estimate() -> None:
    period = body()["period"] | {"until": "2026-11-20"}
    target = TARGET | {"estimate": 4, "note": "Lớp cuối ngày mai"}
    document = draft(body(period=period, targets=[target]))
    assert document.opening[-1].text.startswith(
        "Số liệu trong báo cáo này thực hiện đến ngày 20 tháng 11 năm 2026"
    )
    last = lines(document, 2)[-1].text
    assert "lũy kế thực hiện đến ngày 20 tháng 11 năm 2026: 3/5 lớp" in last
    assert last.endswith("Ước cả kỳ: 4 lớp. Ghi chú: Lớp cuối ngày mai.")
    assert document.letter.year == 2026


def test_a_figure_from_outside_has_its_own_day_and_source() -> None:
    reading = {"part": 8556, "whole": 12000, "as_of": "2026-10-31", "source": "Công an phường"}
    target = TARGET | {"unit": "%", "op": ">", "value": 85, "kind": "entered", "done": 71.3}
    text = text_of(
        body(targets=[target | {"reading": reading, "in_period": None, "percent": 83.9}])
    )
    assert (
        "tính đến ngày 31/10/2026 (nguồn: Công an phường): 8.556/12.000 (71,3\u00a0%), "
        "kế hoạch trên 85\u00a0%, bằng 83,9\u00a0% kế hoạch"
    ) in text


def test_a_share_that_our_logs_count_is_told_in_people() -> None:
    target = TARGET | {"unit": "%", "value": 80, "done": 4100, "denominator": {"number": 12000}}
    assert ": 4.100/12.000 người, kế hoạch từ 80\u00a0% trở lên" in text_of(body(targets=[target]))


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("week:2026-W47", "tuần 47 năm 2026"),
        ("month:2026-11", "tháng 11 năm 2026"),
        ("reporting-month:2026-03", "tháng 3 năm 2026"),
        ("quarter:2026-Q4", "quý IV năm 2026"),
        ("half:2026-H1", "6 tháng đầu năm 2026"),
        ("reporting-half:2026-H2", "6 tháng cuối năm 2026"),
        ("year:2026", "năm 2026"),
        ("office-week:2026-11-20", "từ ngày 14/11/2026 đến ngày 20/11/2026"),
        ("2026-11-01..2026-11-15", "từ ngày 01/11/2026 đến ngày 15/11/2026"),
    ],
)
def test_periods_have_the_names_that_offices_give_them(name: str, called: str) -> None:
    assert name_period(TEXTS, parse(name)) == called


@pytest.mark.parametrize("slug", sorted(shipped.library().plans))
def test_both_headers_of_each_commune_come_from_its_plan(slug: str) -> None:
    plan = shipped.library().plans[slug]
    kind = "PHƯỜNG" if plan.kind == "phuong" else "XÃ"
    committee = compose(body(), plan, TEXTS, Wish("ubnd")).letter
    office = compose(body(), plan, TEXTS, Wish("phong", date(2026, 12, 5))).letter
    assert committee.superior is None
    assert list(committee.issuer) == ["ỦY BAN NHÂN DÂN", f"{kind} {plan.name.upper()}"]
    assert committee.code == "BC-UBND"
    usual = ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")
    own = plan.report.signer if plan.report.header == "ubnd" else ()
    assert tuple(committee.signer) == (own or usual)
    assert office.superior == f"UBND {kind} {plan.name.upper()}"
    named = "VĂN PHÒNG HĐND VÀ UBND" if slug == "phuoc-tan" else "PHÒNG VĂN HÓA - XÃ HỘI"
    assert list(office.issuer) == [named]
    assert list(office.signer) == ["CHÁNH VĂN PHÒNG" if slug == "phuoc-tan" else "TRƯỞNG PHÒNG"]
    assert office.dated == date(2026, 12, 5)


@pytest.mark.parametrize("slug", sorted(shipped.library().plans))
def test_a_draft_of_the_office_goes_to_its_committee_and_not_to_whom_the_committee_writes(
    slug: str,
) -> None:
    plan = shipped.library().plans[slug]
    kind = "phường" if plan.kind == "phuong" else "xã"
    office = compose(body(), plan, TEXTS, Wish("phong")).letter
    committee = compose(body(), plan, TEXTS, Wish("ubnd")).letter
    assert tuple(office.recipients) == (f"UBND {kind} (báo cáo)",)
    assert office.archive == "VT"
    assert tuple(committee.recipients) == plan.report.recipients
    assert committee.archive == plan.report.archive


def test_what_the_plan_says_below_a_report_is_of_the_header_that_it_chose() -> None:
    head = PLAN.report.model_copy(
        update={"header": "phong", "recipients": ("Lãnh đạo phòng",), "archive": "VT, VHXH"}
    )
    plan = PLAN.model_copy(update={"report": head})
    office = compose(body(), plan, TEXTS, Wish("phong")).letter
    assert (tuple(office.recipients), office.archive) == (("Lãnh đạo phòng",), "VT, VHXH")
    committee = compose(body(), plan, TEXTS, Wish("ubnd")).letter
    assert (tuple(committee.recipients), committee.archive) == (("(đơn vị bổ sung)",), "VT")


@pytest.mark.parametrize("slug", sorted(shipped.library().plans))
def test_each_header_is_signed_by_who_may_sign_for_it(slug: str) -> None:
    plan = shipped.library().plans[slug]
    committee = list(compose(body(), plan, TEXTS, Wish("ubnd")).letter.signer)
    assert [one for one in committee if not one.startswith("TM.")] in (
        ["CHỦ TỊCH"],
        ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"],
    )
    (office,) = compose(body(), plan, TEXTS, Wish("phong")).letter.signer
    assert office in ("TRƯỞNG PHÒNG", "CHÁNH VĂN PHÒNG")
