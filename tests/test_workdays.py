"""“Bảng ngày công hoạt động”: read back as a spreadsheet program reads it, on both engines."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.app.installation import Installation
from bot.core.periods import parse
from bot.core.vocabulary import Place, Role, Topic
from bot.reports.workdays import HEAD_ROW, as_xlsx
from bot.services import team_merging, teams, workdays
from bot.services.plans import find_commune
from bot.services.workdays import Wanted
from storage import audit, help_entries, memberships, staff
from storage.database import Unit
from storage.help_entries import By, Help, NewEntry

TODAY = date(2026, 11, 18)
EVIL = '=HYPERLINK("http://xau.vn","bấm đây")'
NOVEMBER = parse("month:2026-11")


class Office:
    """Hố Nai, whose members have been at work."""

    def __init__(self, base: Installation) -> None:
        self.base = base
        self.commune = find_commune(base.communes, "ho-nai")
        self.count = 0

    def hires(self, name: str, team: str = "KP 3", organisation: str | None = None) -> int:
        def add(unit: Unit) -> int:
            found = teams.find_team(unit, self.commune, team)
            member = staff.add_member(unit, self.commune.id, found.id, name, Role.MEMBER)
            memberships.set_organisation(unit, self.commune.id, member, organisation)
            return member

        return self.base.database.write(add)

    def logs(self, member: int | None, done: Help, team: str = "KP 3") -> int:
        self.count += 1

        def add(unit: Unit) -> int:
            found = teams.find_team(unit, self.commune, team)
            new = NewEntry(f"w{self.count}", found.id, member, done)
            return help_entries.add(unit, self.commune.id, new, By(member)).id

        return self.base.database.write(add)

    def voids(self, entry: int) -> None:
        def void(unit: Unit) -> None:
            found = help_entries.get(unit, self.commune.id, entry)
            assert help_entries.void(unit, self.commune.id, found, By(), "nhầm")

        self.base.database.write(void)

    def sheet(self, team: str | None = "KP 3") -> Worksheet:
        def make(unit: Unit) -> bytes:
            found = teams.find_team(unit, self.commune, team) if team else None
            wanted = Wanted(found, NOVEMBER, "console")
            return as_xlsx(workdays.make(unit, self.commune, wanted, self.base.texts(self.commune)))

        sheet = load_workbook(BytesIO(self.base.database.read(make))).active
        assert isinstance(sheet, Worksheet)
        return sheet


@pytest.fixture
def office(base: Installation) -> Office:
    return Office(base)


def lines(sheet: Worksheet) -> list[list[Any]]:
    """The rows below the head, as far as they are framed."""
    found = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEAD_ROW + 1)]
    return [row for row in found if row[1] and row[-1] is not None]


def text_of(sheet: Worksheet) -> str:
    return "\n".join(
        str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None
    )


def test_each_member_has_a_line_a_day_and_a_total(office: Office) -> None:
    hanh, binh = office.hires("chị Hạnh", organisation="VNPT"), office.hires("anh Bình")
    office.logs(hanh, Help(date(2026, 11, 2), Topic.VNEID, 2, place=Place.AT_HOME))
    office.logs(hanh, Help(date(2026, 11, 2), Topic.DVC, 1, place=Place.CULTURE_HOUSE))
    office.logs(hanh, Help(date(2026, 11, 9), Topic.TT, 4))
    office.logs(binh, Help(date(2026, 11, 9), Topic.TT, 1))
    office.voids(office.logs(binh, Help(date(2026, 11, 10), Topic.TT, 9)))
    office.logs(binh, Help(date(2026, 10, 31), Topic.TT, 9))
    office.logs(hanh, Help(date(2026, 11, 9), Topic.TT, 9), "KP 4")
    rows = lines(office.sheet())
    place, work = "Tại nhà; Nhà văn hóa", "VNeID, căn cước; Làm giấy tờ trên mạng"
    assert [[row[1], row[2], str(row[3])[:10], *row[4:]] for row in rows if row[3]] == [
        ["chị Hạnh", "VNPT", "2026-11-02", "KP 3", place, work, 3],
        ["chị Hạnh", "VNPT", "2026-11-09", "KP 3", "—", "Trả tiền bằng điện thoại", 4],
        ["anh Bình", None, "2026-11-09", "KP 3", "—", "Trả tiền bằng điện thoại", 1],
    ]
    assert [(row[1], row[-1]) for row in rows if not row[3]] == [
        ("Cộng: 2 ngày", 7),
        ("Cộng: 1 ngày", 1),
    ]


def test_two_teams_on_one_day_are_two_lines_and_one_day(office: Office) -> None:
    hanh = office.hires("chị Hạnh")
    for team in ("KP 3", "KP 4"):
        office.logs(hanh, Help(date(2026, 11, 2), Topic.VNEID, 1), team)
    rows = lines(office.sheet(None))
    assert [row[4] for row in rows if row[3]] == ["KP 3", "KP 4"]
    assert rows[-1][1] == "Cộng: 1 ngày"


def test_what_people_typed_is_text_and_no_formula(office: Office) -> None:
    for name in (EVIL, "+84 gọi", "-2", "@SUM(A1)", "\tlạ"):
        office.logs(office.hires(name, organisation=EVIL), Help(TODAY, Topic.VNEID))
    sheet = office.sheet()
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n", "d"}
    evil = [cell for cell in cells if str(cell.value or "").startswith(("=", "+", "-", "@"))]
    assert len(evil) == 9
    assert all(cell.quotePrefix for cell in evil)


def test_it_prints_on_lying_a4_with_its_head_on_every_page(office: Office) -> None:
    office.logs(office.hires("chị Hạnh"), Help(TODAY, Topic.VNEID))
    sheet = office.sheet()
    assert sheet.freeze_panes == f"A{HEAD_ROW + 1}"
    assert sheet.print_title_rows == f"${HEAD_ROW}:${HEAD_ROW}"
    setup = sheet.page_setup
    assert (setup.orientation, int(setup.paperSize), setup.fitToHeight) == ("landscape", 9, 0)
    widths = [sheet.column_dimensions[letter].width for letter in "ABCDEFGH"]
    assert 120 < sum(widths) < 180
    said = text_of(sheet)
    assert "ỦY BAN NHÂN DÂN PHƯỜNG HỐ NAI" in said
    assert "KP 3, tháng 11/2026" in said
    assert "tới hết ngày 18/11/2026" in said
    assert sheet.cell(HEAD_ROW + 1, 4).number_format == "dd/mm/yyyy"


def test_visits_without_a_name_are_nobodys_day_and_are_told(office: Office) -> None:
    office.logs(None, Help(TODAY, Topic.VNEID, 6))
    said = text_of(office.sheet())
    assert "Còn 6 lượt không ghi tên tổ viên" in said
    assert "chưa có phiếu nào ghi tên" in said


def test_the_days_of_a_team_that_merged_stand_with_its_heir(office: Office) -> None:
    hanh = office.hires("chị Hạnh", "KP 2")
    office.logs(hanh, Help(TODAY - timedelta(days=3), Topic.VNEID, 1), "KP 2")
    office.base.database.write(team_merging.merge, office.commune, ["KP 2"], "KP 3", TODAY)
    office.logs(hanh, Help(TODAY, Topic.VNEID, 1))
    rows = lines(office.sheet("kp 2"))
    assert [row[4] for row in rows if row[3]] == ["KP 2", "KP 3"]
    assert rows[-1][1] == "Cộng: 2 ngày"


def test_the_audit_log_names_the_sheet_and_nobody(office: Office) -> None:
    team = office.base.database.read(teams.find_team, office.commune, "KP 3")
    for whose in (team, None):
        wanted = Wanted(whose, NOVEMBER, "staff:7")
        office.base.database.write(workdays.note, office.commune, wanted)
    acts = [one.act for one in office.base.database.read(audit.list_acts, office.commune.id)]
    assert [(one.actor, one.action, one.object) for one in acts] == [
        ("staff:7", "export-workdays", f"team:{team.id}:2026-11"),
        ("staff:7", "export-workdays", "teams:2026-11"),
    ]
