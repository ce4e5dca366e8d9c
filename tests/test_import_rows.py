"""Rows typed from paper: what each cell may hold, and the one line that says what is wrong."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from bot.app.installation import Installation
from bot.core.vocabulary import (
    AgeBand,
    FirstTime,
    Outcome,
    Place,
    Service,
    Subject,
    Topic,
)
from bot.services.import_rows import COLUMNS
from bot.services.import_words import SERVICE_NUMBERS
from tests import shipped
from tests.paper_files import PHONE, SHEET, Paper, as_csv, as_xlsx

GOOD: dict[str, Any] = {"id": "a", "occurred_on": "18/11/2026", "team": "KP 3", "topic": "dvc"}
THE_DAY = date(2026, 11, 18)
MORNING = datetime.combine(THE_DAY, time(8, 30))


@pytest.fixture
def paper(base: Installation) -> Paper:
    return Paper(base)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Nothing here depends on the engine."""
    path = tmp_path / "ban-so.db"
    path.write_bytes(shipped.migrated())
    return f"sqlite:///{path}"


def row(paper: Paper, **cells: Any) -> Any:
    """The one row of a workbook, understood."""
    draft = paper.looks(as_xlsx([GOOD | cells]))
    assert draft.faults == (), paper.faults(as_xlsx([GOOD | cells]))
    return draft.rows[0]


@pytest.mark.parametrize(
    "cell",
    ["18/11/2026", "18-11-2026", "2026-11-18", "2026-11-18 00:00:00", THE_DAY, MORNING],
)
def test_a_day_is_understood_as_people_and_spreadsheets_write_it(paper: Paper, cell: Any) -> None:
    assert row(paper, occurred_on=cell).help.occurred_on == date(2026, 11, 18)


@pytest.mark.parametrize(
    "cell",
    [PHONE, "0912345678", 912345678, 912345678.0, "+84912345678", "84912345678", "0912.345.678"],
)
def test_a_telephone_number_may_have_lost_its_0(paper: Paper, cell: Any) -> None:
    assert row(paper, phone=cell, consent="Có").phone == "+84912345678"


@pytest.mark.parametrize("consent", ["khong", "Không", None])
def test_a_number_that_nobody_agreed_to_is_not_even_looked_at(
    paper: Paper, consent: str | None
) -> None:
    assert row(paper, phone="bậy bạ", consent=consent).phone is None


def test_a_number_is_shown_by_no_repr(paper: Paper) -> None:
    assert "912345678" not in repr(paper.looks([GOOD | {"phone": PHONE, "consent": "co"}]))


CODED = [
    ("outcome", "chua_xong", "Chưa xong", Outcome.NOT_DONE),
    ("subject", "ho_kinh_doanh", "hợp tác xã", Subject.BUSINESS_HOUSEHOLD),
    ("first_time", "da_giup", "CŨ", FirstTime.KNOWN),
    ("age_band", "16_34", "16-34", AgeBand.TO_34),
    ("age_band", "tu_60", "trên 60", AgeBand.FROM_60),
    ("place", "ttpvhcc", "trung tam hanh chinh cong", Place.ONE_STOP),
]


@pytest.mark.parametrize(("column", "code", "word", "value"), CODED)
def test_a_code_may_be_written_as_its_word(
    paper: Paper, column: str, code: str, word: str, value: Any
) -> None:
    for cell in (code, word):
        assert getattr(row(paper, **{column: cell}).help, column) is value


@pytest.mark.parametrize(
    "cell",
    ["cai_vneid;kich_hoat_muc_2", "1; 2", "Cài VNeID;kích hoạt VNeID mức 2;", "2;1;1"],
)
def test_services_are_codes_words_or_the_numbers_of_the_sheet(paper: Paper, cell: str) -> None:
    expected = {Service.INSTALL_VNEID, Service.ACTIVATE_LEVEL_2}
    assert row(paper, services=cell).help.services == expected


def test_numbers_of_printed_sheets_never_mean_something_else() -> None:
    assert [one.value for one in SERVICE_NUMBERS.values()] == [
        "cai_vneid",
        "kich_hoat_muc_2",
        "nop_ho_so_dvc",
        "mo_tai_khoan_qr",
        "chu_ky_so",
        "so_suc_khoe",
        "an_toan",
        "tmdt",
        "khac",
    ]
    assert set(SERVICE_NUMBERS.values()) == set(Service)


def test_no_word_of_a_column_means_two_codes(paper: Paper) -> None:
    words = paper.house.words
    for column, codes in words.labels.items():
        assert {words.codes[column][word] for word in words.codes[column]} == set(codes)
        for code, label in codes.items():
            assert words.read(column, code) == words.read(column, label) == code
    assert len(words.labels) == 10


@pytest.mark.parametrize(
    ("cell", "topic", "guide"),
    [
        ("vneid", Topic.VNEID, None),
        ("vneid-kich-hoat", Topic.VNEID, "vneid-kich-hoat"),
        ("Trả tiền bằng điện thoại", Topic.TT, None),
        ("HOC-SO", Topic.HOC_SO, None),
    ],
)
def test_a_topic_may_be_a_guide(paper: Paper, cell: str, topic: Topic, guide: str | None) -> None:
    done = row(paper, topic=cell).help
    assert (done.topic, done.guide) == (topic, guide)


def test_without_a_topic_the_first_service_says_it(paper: Paper) -> None:
    assert row(paper, topic=None, services="3;1").help.topic is Topic.DVC
    assert row(paper, topic=None, services="9;7").help.topic is Topic.AT


def test_what_is_left_empty_is_unknown_and_visits_are_one(paper: Paper) -> None:
    done = row(paper).help
    assert done.visits == 1
    assert (done.files, done.outcome, done.place, done.subject) == (None, None, None, None)
    assert (done.first_time, done.age_band, done.note, done.person_id) == (None, None, None, None)


def test_a_row_of_a_sheet_has_one_id_however_it_is_typed(paper: Paper) -> None:
    for cell in ("7K2M-03", "7k2m-3", "7K2M 03", "7k2m3"):
        assert row(paper, id=cell).id == "7K2M-03"
    assert row(paper, id=12.0).id == "12"


def test_a_team_is_found_by_its_name_however_it_is_typed(paper: Paper) -> None:
    assert row(paper, team="kp  3").team.name == "KP 3"


def test_a_member_is_looked_for_in_the_team(paper: Paper) -> None:
    paper.employs("chị Hạnh")
    assert row(paper, member="CHI HANH").member is not None
    assert paper.faults([GOOD | {"team": "KP 4", "member": "chị Hạnh"}]) == [
        "Dòng 2, cột member: Tổ KP 4 không có ai tên “chị Hạnh”. Ghi đúng tên trong tổ, hoặc để trống."
    ]


def test_a_note_keeps_no_personal_number_and_no_formula(paper: Paper) -> None:
    kept = row(paper, note="=1+1 gọi 0912345678, căn cước 079123456789").help.note
    assert kept == "=1+1 gọi [số điện thoại], căn cước [số căn cước]"


def test_a_row_that_was_begun_but_not_used_is_left_out(paper: Paper) -> None:
    draft = paper.looks([*SHEET, {"id": "7K2M-03", "team": "KP 3"}])
    assert (len(draft.rows), draft.blank, draft.faults) == (2, 1, ())


FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("id", {"id": None}, "Chưa có mã."),
    ("id", {"id": "a b"}, "Mã “a b” không dùng được."),
    ("id", {"id": "=1+1"}, "Mã “=1+1” không dùng được."),
    ("id", {"id": "a" * 41}, "không quá 40 ký tự"),
    ("id", {"id": date(2852, 3, 1)}, "Excel đã đổi mã thành ngày."),
    ("occurred_on", {"occurred_on": None}, "Chưa có ngày."),
    ("occurred_on", {"occurred_on": "31/11/2026"}, "“31/11/2026” không phải ngày."),
    ("occurred_on", {"occurred_on": "11/18/2026"}, "Ghi ngày trước, tháng sau"),
    ("occurred_on", {"occurred_on": "18/11"}, "năm đủ bốn số"),
    ("occurred_on", {"occurred_on": "18/11/26"}, "không phải ngày"),
    ("occurred_on", {"occurred_on": 46344}, "“46344” không phải ngày."),
    ("occurred_on", {"occurred_on": "19/11/2026"}, "Ngày 19/11/2026 chưa tới."),
    ("occurred_on", {"occurred_on": "31/12/2025"}, "Chỉ nhập từ 01/01/2026."),
    ("occurred_on", {"occurred_on": "=TODAY()"}, "Ô này là công thức."),
    ("team", {"team": None}, "Chưa có tên tổ."),
    ("team", {"team": "KP 99"}, "Không có tổ “KP 99” ở Hố Nai."),
    ("member", {"member": "ông Tám"}, "không có ai tên “ông Tám”"),
    ("topic", {"topic": None}, "Chưa biết lĩnh vực nào."),
    ("topic", {"topic": None, "services": "9"}, "Chưa biết lĩnh vực nào."),
    ("topic", {"topic": "nấu ăn"}, "“nấu ăn” không phải lĩnh vực hay mã bài."),
    ("visits", {"visits": "1.5"}, "“1.5” không được. Ghi số nguyên từ 1 đến 50."),
    ("visits", {"visits": 1.5}, "“1.5” không được."),
    ("visits", {"visits": "2.0"}, "“2.0” không được."),
    ("visits", {"visits": 0}, "“0” không được."),
    ("visits", {"visits": 51}, "“51” không được."),
    ("visits", {"visits": "hai"}, "“hai” không được."),
    ("visits", {"visits": True}, "không được"),
    ("visits", {"visits": "=1+1"}, "Ô này là công thức."),
    ("files", {"files": "-1"}, "Ghi số nguyên từ 0 đến 50."),
    ("phone", {"phone": "0912", "consent": "co"}, "Đây không phải số điện thoại ở Việt Nam."),
    ("phone", {"phone": "9,12E+08", "consent": "co"}, "Excel đã làm tròn số điện thoại."),
    ("consent", {"phone": PHONE, "consent": "x"}, "Không hiểu “x”. Ghi một trong: Có; Không."),
    ("outcome", {"outcome": "tốt"}, "Không hiểu “tốt”. Ghi một trong: Xong; Chưa xong;"),
    ("services", {"services": "1;10"}, "Không hiểu “10”."),
    ("services", {"services": "1,3"}, "Không hiểu “1,3”."),
    ("subject", {"subject": "x"}, "Ghi một trong: Người dân;"),
    ("first_time", {"first_time": "x"}, "Ghi một trong: Mới; Đã giúp."),
    ("age_band", {"age_band": "60"}, "Không hiểu “60”."),
    ("place", {"place": "quán"}, "Không hiểu “quán”."),
    ("note", {"note": "a" * 201}, "Ghi chú dài hơn 200 chữ."),
]


@pytest.mark.parametrize(
    ("column", "cells", "sentence"), FAULTS, ids=[f"{n}-{f[0]}" for n, f in enumerate(FAULTS)]
)
def test_each_fault_is_one_line_with_row_column_and_what_to_do(
    paper: Paper, column: str, cells: dict[str, Any], sentence: str
) -> None:
    (fault,) = paper.faults(as_xlsx([GOOD | cells], COLUMNS))
    assert fault.startswith(f"Dòng 2, cột {column}: ")
    assert sentence in fault


def test_all_that_is_wrong_is_said_at_once(paper: Paper) -> None:
    wrong = {"id": "b", "occurred_on": "x", "team": "y", "topic": "z", "visits": "0"}
    found = paper.faults([GOOD, wrong, GOOD | {"id": "c", "outcome": "?"}])
    places = [line.partition(":")[0] for line in found]
    columns = ["occurred_on", "team", "topic", "visits"]
    assert places == [*(f"Dòng 3, cột {one}" for one in columns), "Dòng 4, cột outcome"]


def test_an_id_that_stands_twice_is_a_fault_of_the_later_row(paper: Paper) -> None:
    rows = [GOOD | {"id": "7K2M-01"}, GOOD | {"id": "7k2m-1"}]
    assert paper.faults(rows) == ["Dòng 3, cột id: Mã này đã dùng ở dòng 2. Mỗi dòng một mã."]


def test_a_text_file_says_the_same_as_a_workbook(paper: Paper) -> None:
    rows = [*SHEET, GOOD | {"note": "đường Hùng Vương, hẻm 3"}]
    assert paper.looks(as_csv(rows)).rows == paper.looks(as_xlsx(rows)).rows
