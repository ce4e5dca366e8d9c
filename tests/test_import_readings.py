"""Files of readings by the command line: the form, a look, taken once and as a whole, taken back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.core.periods import today
from bot.services.import_readings_rows import COLUMNS
from tests.clock import FixedClock
from tests.command_line import Terminal
from tests.paper_files import as_csv, as_xlsx

COMPUTED, ENTERED = "truyen-thong-ky-nang-so", "vneid-muc-2"
ROWS: list[dict[str, Any]] = [
    {
        "id": "s-01",
        "target": ENTERED,
        "kind": "so_lieu",
        "as_of": "31/10/2026",
        "number": "80,5",
        "source": "Công an phường",
    },
    {
        "id": "s-02",
        "target": COMPUTED,
        "kind": "Mang sang",
        "as_of": "31/10/2026",
        "number": "7",
        "source": "Báo cáo 9 tháng",
    },
]


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path, clock=FixedClock())


def lay(terminal: Terminal, rows: Sequence[Mapping[str, Any]], name: str = "so.csv") -> Path:
    path = terminal.folder / name
    path.write_bytes(as_csv(rows) if name.endswith(".csv") else as_xlsx(rows))
    return path


def shown(terminal: Terminal, name: str) -> dict[str, Any]:
    body = terminal.types("report", "--commune", "ho-nai", "--period", "year:2026").json
    return dict(next(one for one in body["targets"] if one["id"] == name))


def faults(terminal: Terminal, *rows: Mapping[str, Any]) -> list[str]:
    """What is said of a file with these rows, without its last line."""
    ended = terminal.types("import", "readings", lay(terminal, rows))
    assert (ended.code, ended.out) == (1, "")
    return ended.err.splitlines()[:-1]


def test_a_file_is_looked_at_taken_once_and_taken_back(terminal: Terminal) -> None:
    file = lay(terminal, ROWS, "so.xlsx")
    looked = terminal.types("import", "readings", file, "--dry-run")
    assert looked.out.splitlines() == [
        "Tệp có 2 dòng: 2 mới (2 số), 0 đã nhập trước đây, 0 dòng không dùng.",
        "Mới chỉ xem, chưa ghi gì.",
    ]
    assert shown(terminal, ENTERED)["done"] is None
    taken = terminal.types("import", "readings", file, "--commune", "ho-nai")
    assert taken.out.splitlines()[1] == "Đã nhập 2 số liệu chỉ tiêu. Đây là lần nhập số 1."
    assert shown(terminal, ENTERED)["done"] == 80.5
    assert shown(terminal, COMPUTED)["opening"] == 7
    again = terminal.types("import", "readings", file)
    assert again.out.splitlines()[1] == "Không có dòng nào mới, nên không ghi gì thêm."
    assert "2 số liệu chỉ tiêu, còn tính 2" in terminal.types("import", "list").out
    undone = terminal.types("import", "undo", "1", "--reason", "nhập nhầm tháng")
    assert undone.out.startswith("Đã bỏ 2 số liệu chỉ tiêu của lần nhập số 1.")
    assert shown(terminal, ENTERED)["done"] is None
    once_more = terminal.types("import", "readings", file)
    assert "Đã nhập 2 số liệu chỉ tiêu" in once_more.out


def test_every_fault_is_a_line_and_nothing_is_taken(terminal: Terminal) -> None:
    entered, carried = ROWS
    lines = faults(
        terminal,
        entered,
        entered | {"id": "s-03", "as_of": "30/10/2026", "number": "1.5"},
        entered | {"id": "s-04", "target": "khong-co", "source": ""},
        entered | {"id": "s-05", "as_of": "29/10/2026", "kind": "mang_sang"},
        carried | {"id": "s-06", "as_of": "30/10/2026", "number": "7,5"},
        entered | {"id": "s-07", "number": "81"},
        entered | {"id": "s-08", "as_of": "19/11/2099"},
        entered | {"id": "s-09", "as_of": "28/10/2026", "reached": "có lẽ"},
    )
    assert [line.partition(":")[0] for line in lines] == [
        "Dòng 3, cột number",
        "Dòng 4, cột target",
        "Dòng 4, cột source",
        "Dòng 5, cột kind",
        "Dòng 6, cột number",
        "Dòng 7, cột as_of",
        "Dòng 8, cột as_of",
        "Dòng 9, cột reached",
    ]
    assert "1,5" in lines[0]
    assert shown(terminal, ENTERED)["done"] is None


def test_the_same_id_with_other_content_and_a_day_that_has_one_are_refused(
    terminal: Terminal,
) -> None:
    assert terminal.types("import", "readings", lay(terminal, ROWS)).code == 0
    (other,) = faults(terminal, ROWS[0] | {"number": "81"})
    assert other.startswith("Dòng 2, cột id: Mã s-01 đã nhập trước đây")
    (taken,) = faults(terminal, ROWS[0] | {"id": "s-09"})
    assert taken == "Dòng 2, cột as_of: Ngày này đã có số rồi. Gỡ số cũ trước, hoặc xem lại ngày."


def test_cells_of_a_spreadsheet_are_numbers_and_a_cell_of_percent_is_asked_about(
    terminal: Terminal,
) -> None:
    file = lay(terminal, [ROWS[0] | {"number": 80.5}], "so.xlsx")
    assert terminal.types("import", "readings", file).code == 0
    assert shown(terminal, ENTERED)["done"] == 80.5
    file = lay(terminal, [ROWS[0] | {"id": "s-2", "as_of": "1/11/2026", "number": 0.805}], "p.xlsx")
    assert "phần trăm" in terminal.types("import", "readings", file).err


def test_the_form_has_a_row_for_each_target_and_untouched_rows_are_left_out(
    terminal: Terminal,
) -> None:
    file = terminal.folder / "mau.xlsx"
    assert terminal.types("import", "readings", "--template", file).code == 0
    book = load_workbook(file)
    sheet = book.worksheets[0]
    assert tuple(cell.value for cell in sheet[1]) == COLUMNS
    plan = json.loads(terminal.types("plan", "show", "ho-nai", "--json").out)
    listed = [sheet.cell(row, 2).value for row in range(2, sheet.max_row + 1)]
    assert listed == [one["id"] for one in plan["targets"]]
    place = listed.index(ENTERED) + 2
    day = today(FixedClock()()).isoformat()
    for column, said in (("as_of", day), ("number", "80,5"), ("source", "Công an phường")):
        sheet.cell(place, COLUMNS.index(column) + 1).value = said
    book.save(file)
    ended = terminal.types("import", "readings", file)
    assert ended.out.splitlines()[0] == (
        f"Tệp có 1 dòng: 1 mới (1 số), 0 đã nhập trước đây, {len(listed) - 1} dòng không dùng."
    )
    assert shown(terminal, ENTERED)["done"] == 80.5


def test_plan_show_says_of_targets_what_it_always_said(terminal: Terminal) -> None:
    plan = json.loads(terminal.types("plan", "show", "ho-nai", "--json").out)
    promised = {"id", "title", "unit", "op", "value", "from", "to", "kind", "owner", "source"}
    for target in plan["targets"]:
        assert promised <= target.keys() <= promised | {"value_to", "level", "per"}
