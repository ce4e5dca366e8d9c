"""Commands about people and teams, as they are typed: one clear sentence each, and what becomes of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.command_line import Ended, Terminal

HERE = ("--commune", "ho-nai")


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def staff(terminal: Terminal, verb: str, *words: str) -> Ended:
    return terminal.types("staff", verb, *HERE, *words)


def team(terminal: Terminal, verb: str, *words: str) -> Ended:
    return terminal.types("team", verb, *HERE, *words)


def joins(terminal: Terminal, name: str, where: str) -> None:
    """A member who has joined by the chat of the terminal, and logged one help."""
    ended = staff(terminal, "invite", "--role", "member", "--team", where, "--name", name)
    code = re.search(r"Mã mời: (\w{4}-\w{4})$", ended.out, re.MULTILINE)
    assert code, ended.err
    said = "\n".join((f"vào tổ {code[1]}", "ghi việc", "1", "2", "1")) + "\n"
    assert terminal.types("chat", "--json", stdin=said).code == 0


def test_kinds_of_team_stand_in_the_list_with_their_old_names(terminal: Terminal) -> None:
    added = team(terminal, "add", "--kind", "tinh_nguyen", "Đội hình Đoàn phường")
    assert added.out.strip() == "Đã thêm 1 tổ: Đội hình Đoàn phường."
    merged = team(terminal, "merge", "--on", "2026-01-02", "--into", "KP 1", "KP 1", "KP 2", "KP 3")
    assert merged.out.splitlines()[0] == "KP 2, KP 3 nhập vào KP 1 (tổ đang có) từ 02/01/2026."
    listed = team(terminal, "list").out.splitlines()
    assert listed[0] == "KP 1 · Khu phố, ấp, gồm cả KP 2, KP 3"
    assert listed[-1] == "Đội hình Đoàn phường · Đội hình tình nguyện"
    undone = team(terminal, "unmerge", "KP 1")
    assert undone.out.startswith("Đã gỡ: KP 2, KP 3 lại là tổ riêng")


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("merge", "--on", "mai", "--into", "KP 1", "KP 2"), 2, "không phải một ngày"),
        (("merge", "--on", "31/02/2026", "--into", "KP 1", "KP 2"), 2, "không phải một ngày"),
        (("merge", "--on", "2026-01-02", "--into", "KP 1", "KP 77"), 1, "Không có tổ “KP 77”"),
        (("unmerge", "KP 1"), 1, "Không có tổ nào đã nhập vào “KP 1”"),
        (("add", "--kind", "tổ", "x"), 2, "--kind không đúng"),
        (("add", "--kind", "cap_xa", "KP 9"), 1, "tên khu phố, ấp"),
    ],
)
def test_what_cannot_be_is_one_line_and_an_exit_code(
    terminal: Terminal, words: tuple[str, ...], code: int, why: str
) -> None:
    ended = team(terminal, *words)
    assert ended.code == code
    assert why in ended.err
    assert len(ended.err.strip().splitlines()) == 1


def test_a_code_for_many_says_that_each_has_to_be_approved(terminal: Terminal) -> None:
    ended = staff(terminal, "invite", "--open", "--team", "khu pho 3")
    assert "Nhiều người dùng được, trong 14 ngày" in ended.out
    for words in (
        ("--open",),
        ("--open", "--team", "KP 3", "--role", "team_leader"),
        ("--open", "--team", "KP 3", "--name", "chị Hạnh"),
        (),
    ):
        refused = staff(terminal, "invite", *words)
        assert (refused.code, refused.out) == (2, ""), words


def test_a_member_is_moved_and_sent_away_by_name(terminal: Terminal) -> None:
    joins(terminal, "chị Hạnh", "KP 3")
    moved = staff(terminal, "move", "--name", "chị hạnh", "--to", "kp.05", "--role", "team_leader")
    assert moved.out.strip() == "chị hạnh: từ KP 3 sang KP 5."
    assert staff(terminal, "move", "--name", "ai đó", "--to", "KP 1").code == 1
    left = staff(terminal, "leave", "--name", "chị Hạnh")
    assert left.out.strip() == "chị Hạnh đã nghỉ, mọi quyền đã hết."
    again = staff(terminal, "leave", "--name", "chị Hạnh")
    assert (again.code, again.out) == (1, "")
    assert "Không có ai tên" in again.err


def test_the_sheet_of_working_days_is_written_to_the_file(terminal: Terminal) -> None:
    joins(terminal, "chị Hạnh", "KP 3")
    out = terminal.folder / "ngay-cong.xlsx"
    month = terminal.types("chat", "--json", stdin="menu\n") and this_month()
    ended = staff(terminal, "workdays", "--team", "KP 3", "--month", month, "--out", str(out))
    assert (ended.code, ended.out.strip()) == (0, f"Đã ghi {out}: 1 người."), ended.err
    values = [cell.value for cell in load_workbook(out)["Ngày công"]["B"]]
    assert "chị Hạnh" in values
    wrong = staff(terminal, "workdays", "--month", "tháng này", "--out", str(out))
    assert (wrong.code, wrong.out) == (1, "")
    nowhere = staff(terminal, "workdays", "--month", month, "--out", str(terminal.folder / "x/y"))
    assert nowhere.code == 1
    assert "Không ghi được tệp" in nowhere.err


def this_month() -> str:
    """The month of the machine, which the commands go by."""
    from datetime import UTC, datetime

    from bot.core.periods import today

    return f"{today(datetime.now(UTC)):%Y-%m}"
