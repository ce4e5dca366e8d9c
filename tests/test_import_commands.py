"""Files from paper by the command line: an empty form, a look, a file taken once, taken back; exit codes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.core.periods import today
from bot.reports import forms
from bot.reports.reading import MOST_ROWS
from bot.services import sheets
from bot.services.import_rows import COLUMNS
from tests.command_line import Terminal
from tests.paper_files import SHEET, as_csv, as_xlsx


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def lay(terminal: Terminal, body: bytes, name: str = "phieu.csv") -> Path:
    """A file on the disk."""
    path = terminal.folder / name
    path.write_bytes(body)
    return path


def visits(terminal: Terminal) -> int:
    ended = terminal.types("report", "--commune", "ho-nai", "--period", "year:2026")
    return int(ended.json["help"]["visits"])


def test_a_file_is_looked_at_taken_once_and_taken_back(terminal: Terminal) -> None:
    file = lay(terminal, as_xlsx(SHEET), "phieu.xlsx")
    looked = terminal.types("import", "help", file, "--dry-run")
    assert (looked.code, looked.out.splitlines()) == (
        0,
        [
            "Tệp có 2 dòng: 2 mới (3 lượt), 0 đã nhập trước đây, 0 dòng không dùng.",
            "Mới chỉ xem, chưa ghi gì.",
        ],
    )
    assert visits(terminal) == 0
    taken = terminal.types("import", "help", file, "--commune", "ho-nai")
    assert taken.out.splitlines()[1] == "Đã nhập 2 phiếu từ giấy. Đây là lần nhập số 1."
    assert visits(terminal) == 3
    again = terminal.types("import", "help", file)
    assert (again.code, again.out.splitlines()[1]) == (
        0,
        "Không có dòng nào mới, nên không ghi gì thêm.",
    )
    assert "1  " in terminal.types("import", "list").out
    undone = terminal.types("import", "undo", "1", "--reason", "nhập nhầm tuần")
    assert undone.out == "Đã bỏ 2 phiếu của lần nhập số 1. Các mã của tệp đó dùng lại được.\n"
    assert visits(terminal) == 0
    assert "2 phiếu, đã bỏ" in terminal.types("import", "list").out


def test_every_fault_is_a_line_and_nothing_is_taken(terminal: Terminal) -> None:
    file = lay(terminal, as_csv([*SHEET, SHEET[0] | {"id": "x", "team": "KP 99", "visits": "1.5"}]))
    ended = terminal.types("import", "help", file)
    assert (ended.code, ended.out) == (1, "")
    lines = ended.err.splitlines()
    assert [line.partition(":")[0] for line in lines[:2]] == [
        "Dòng 4, cột team",
        "Dòng 4, cột visits",
    ]
    assert lines[2:] == ["Tệp có 2 chỗ sai nên chưa nhập dòng nào: sửa rồi nhập lại."]
    assert visits(terminal) == 0


def test_of_very_many_faults_two_hundred_are_shown_and_all_are_counted(terminal: Terminal) -> None:
    rows = [SHEET[0] | {"id": f"x{number}", "visits": "0"} for number in range(250)]
    lines = terminal.types("import", "help", lay(terminal, as_csv(rows))).err.splitlines()
    assert len(lines) == 201
    assert lines[-1].startswith("Tệp có 250 chỗ sai")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["import", "help", "khong-co.csv"], 1, "Không đọc được tệp khong-co.csv: không có tệp"),
        (["import", "undo", "7", "--reason", "nhầm"], 1, "Không có lần nhập số 7"),
        (["import", "undo", "7"], 2, "thiếu --reason"),
        (["import", "help", "a.csv", "--team", "KP 3"], 2, "--sheet và --team chỉ đi với"),
        (["import", "help", "a.txt", "--template"], 2, "mẫu cần tên tệp kết thúc là .xlsx"),
        (["import", "help", "a.csv", "--template", "--sheet", "ABC"], 2, "mã tờ giấy “ABC”"),
        (["import", "help", "a.csv", "--commune", "x"], 1, "Không đọc được tệp"),
    ],
    ids=lambda value: " ".join(value[1:3]) if isinstance(value, list) else None,
)
def test_what_cannot_be_done_is_one_line(
    terminal: Terminal, words: list[str], code: int, sentence: str
) -> None:
    ended = terminal.types(*words)
    assert ended.code == code
    assert sentence in ended.complaint


def test_a_file_that_is_none_of_ours_is_one_line(terminal: Terminal) -> None:
    ended = terminal.types("import", "help", lay(terminal, b"id,occurred_on,team,ten\n"))
    assert ended.code == 1
    assert "Có cột lạ: “ten”." in ended.complaint


def test_an_empty_form_has_every_column_hints_lists_and_an_explanation(terminal: Terminal) -> None:
    file = terminal.folder / "mau.xlsx"
    assert terminal.types("import", "help", "--template", file).code == 0
    book = load_workbook(file)
    assert book.sheetnames == ["Phiếu", forms.EXPLANATION, forms.LISTS]
    sheet = book["Phiếu"]
    assert tuple(cell.value for cell in sheet[1]) == COLUMNS
    assert all(cell.comment and len(cell.comment.text) > 10 for cell in sheet[1])
    assert sheet.max_row == 1
    listed = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    assert len(listed) == 9  # teams, topics, and the seven other columns of words
    assert f"C2:C{MOST_ROWS + 1}" in listed
    assert sheet.column_dimensions["A"].number_format == "@"
    assert [row[0].value for row in book[forms.EXPLANATION].iter_rows(min_row=9)] == list(COLUMNS)
    assert terminal.types("import", "help", file).code == 0, "empty, and right as it is"


def test_a_form_for_a_sheet_has_its_rows_and_can_be_filled_in(terminal: Terminal) -> None:
    file = terminal.folder / "to.xlsx"
    ended = terminal.types(
        "import", "help", "--template", file, "--sheet", "7k2m", "--sheet", "8K2M", "--team", "kp 3"
    )
    assert ended.code == 0, ended.err
    book = load_workbook(file)
    sheet = book["Phiếu"]
    ids = [row[0].value for row in sheet.iter_rows(min_row=2)]
    assert ids == sheets.row_ids("7K2M") + sheets.row_ids("8K2M")
    assert {row[2].value for row in sheet.iter_rows(min_row=2)} == {"KP 3"}
    sheet["B2"], sheet["J2"] = today(terminal.clock()), "1;3"
    sheet["B2"].number_format = "dd/mm/yyyy"
    book.save(file)
    ended = terminal.types("import", "help", file)
    assert ended.out.splitlines()[0] == (
        "Tệp có 1 dòng: 1 mới (1 lượt), 0 đã nhập trước đây, 39 dòng không dùng."
    )


def test_the_text_form_opens_in_excel_with_its_accents(terminal: Terminal) -> None:
    file = terminal.folder / "to.csv"
    terminal.types("import", "help", "--template", file, "--sheet", "7K2M", "--team", "KP 3")
    text = file.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig")), delimiter=";"))
    assert (tuple(rows[0]), len(rows)) == (COLUMNS, 21)
    assert terminal.types("import", "help", file).code == 0


def test_no_cell_of_a_form_is_a_formula_whatever_a_team_is_called(terminal: Terminal) -> None:
    team = "=KP+1"
    terminal.types("team", "add", "--commune", "xuan-hoa", team)
    for name in ("to.xlsx", "to.csv"):
        file = terminal.folder / name
        words = ["--sheet", "7K2M", "--team", team, "--commune", "xuan-hoa"]
        assert terminal.types("import", "help", "--template", file, *words).code == 0
    book = load_workbook(terminal.folder / "to.xlsx")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    assert b";=KP" not in (terminal.folder / "to.csv").read_bytes()
    assert b"'=KP+1" in (terminal.folder / "to.csv").read_bytes()
