"""content/skills.yaml: what is shipped, what may be chosen, and what a wrong entry is answered."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.config import Settings
from bot.core.errors import ContentError
from bot.library.skills import FILE, Skills, load_skills

SHIPPED = (Settings().content_dir / FILE).read_text(encoding="utf-8")
LATER = """  - version: QĐ 9/QĐ-BKHCN v2.0
    title: Khung mới
    since: 2027-01-01
    source: {title: Quyết định, publisher: Bộ, date: 2027-01-01, confidence: chac}
    audiences: [{id: nguoi-dan, name: Người dân}]
    skills: [{code: "0", name: Thiết bị số, confirmed: true}]
"""
OF_757 = "QĐ 757/QĐ-BKHCN v1.0"


def load_text(folder: Path, text: str) -> Skills:
    (folder / FILE).write_text(text, encoding="utf-8")
    return load_skills(folder)


def test_the_shipped_frame_offers_only_what_has_a_sure_name() -> None:
    frame = load_skills(Settings().content_dir).of_day(date(2026, 11, 22))
    assert (frame.version, len(frame.audiences)) == (OF_757, 4)
    assert [skill.code for skill in frame.offered] == ["0", "0.1", "0.2", "1"]
    unsure = [skill.code for skill in frame.skills if not skill.confirmed]
    assert unsure == ["2", "3", "4", "5"]
    assert [frame.name_of(code) for code in ("0", "2", "9")] == [
        "Sử dụng thiết bị và phần mềm",
        "",
        "",
    ]


def test_a_new_version_stands_beside_the_old_one(tmp_path: Path) -> None:
    skills = load_text(tmp_path, SHIPPED + LATER)
    for day, version in (
        (date(2024, 1, 1), OF_757),  # before the first one as it says
        (date(2026, 12, 31), OF_757),
        (date(2027, 1, 1), "QĐ 9/QĐ-BKHCN v2.0"),
    ):
        assert skills.of_day(day).version == version
    old, gone = skills.find(OF_757), skills.find("QĐ 1")
    assert old is not None
    assert old.name_of("0.2") == "Phần mềm"
    assert gone is None


def test_a_name_that_was_read_up_makes_a_group_choosable(tmp_path: Path) -> None:
    read = SHIPPED.replace(
        'code: "2", confirmed: false', 'code: "2", name: Giao tiếp, confirmed: true'
    )
    offered = load_text(tmp_path, read).frames[0].offered
    assert [skill.code for skill in offered] == ["0", "0.1", "0.2", "1", "2"]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('"2", confirmed: false', '"2", confirmed: true', "chưa có tên"),
        ('"2", confirmed: false', '"2", name: CẦN KIỂM TRA, confirmed: false', "CẦN KIỂM TRA"),
        ('code: "2"', 'code: "1"', "hai lần"),
        ('code: "2"', 'code: "7.1"', "không có nhóm"),
        ('code: "2"', 'code: "hai"', "không đúng"),
        ("v1.0", "v1.0 sửa đổi, bổ sung lần thứ nhất", "ký tự"),
    ],
)
def test_a_wrong_entry_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, what: str
) -> None:
    assert old in SHIPPED
    line = SHIPPED[: SHIPPED.index(old)].count("\n") + 1
    with pytest.raises(ContentError) as refused:
        load_text(tmp_path, SHIPPED.replace(old, new, 1))
    (fault,) = refused.value.faults
    assert fault.line == line
    assert what in fault.what


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("QĐ 9/QĐ-BKHCN v2.0", OF_757, "phiên bản"),
        ("since: 2027-01-01", "since: 2025-04-29", "cùng ngày"),
    ],
)
def test_two_frames_that_cannot_be_told_apart_are_a_fault(
    tmp_path: Path, old: str, new: str, what: str
) -> None:
    with pytest.raises(ContentError) as refused:
        load_text(tmp_path, SHIPPED + LATER.replace(old, new, 1))
    assert what in refused.value.faults[0].what
