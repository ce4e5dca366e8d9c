"""docs/privacy.md says of every column with personal data what it is, and how long each kind is kept."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import LargeBinary

from bot.services.petitions import DUE, Kind
from bot.services.retention import TABLE
from storage.models import metadata
from tests.command_line import ROOT

PAGE = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
MODELS = sorted((ROOT / "storage").glob("models*.py"))
COLUMN = re.compile(r'Column\(\s*"(\w+)"')
NOT_OF_PEOPLE = {
    "code_hash",  # of invitations and codes for joining chats
    "token_hash",  # of sign-ins
    "login_hash",
    "state_hash",
    "receipt_hash",
    "link_hash",  # of a unit's form
}
"""Hashes that lead to no resident."""


def rows(heading: str) -> list[list[str]]:
    """Cells of the table under a heading."""
    section = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line.strip("|") for line in section.splitlines() if line.startswith("|")]
    assert len(lines) > 3
    return [[cell.strip() for cell in line.split("|")] for line in lines[2:]]


def marked() -> set[str]:
    """Columns with the mark “PII” in the models, as ``table.column``."""
    found = set()
    for path in MODELS:
        table = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            named = re.match(r"(\w+) = Table\(", line)
            table = named[1] if named else table
            column = COLUMN.search(line)
            if column and "# PII" in line:
                found.add(f"{table}.{column[1]}")
    return found


def hashes() -> set[str]:
    """Columns that hold a keyed hash of a chat or a number."""
    return {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
        and column.type.length == 32
        and column.name not in NOT_OF_PEOPLE
    }


def test_every_column_with_personal_data_stands_in_the_map() -> None:
    assert len(marked()) >= 10
    assert len(hashes()) >= 8
    mapped = [cells[0].strip("`") for cells in rows("Bản đồ dữ liệu")]
    assert len(mapped) == len(set(mapped))
    assert (marked() | hashes()) - set(mapped) == set()
    real = {f"{t.name}.{c.name}" for t in metadata.sorted_tables for c in t.columns}
    assert set(mapped) <= real
    for cells in rows("Bản đồ dữ liệu"):
        assert len(cells) == 4
        assert all(cells)


def test_how_long_things_are_kept_is_what_the_program_does() -> None:
    said = {cells[0].strip("`"): int(cells[2]) for cells in rows("Giữ trong bao lâu")}
    assert said == {name: kept.days for name, kept in TABLE.items()}


@pytest.mark.parametrize(
    ("right", "kind"),
    [
        ("xem", Kind.VIEW),
        ("sửa", Kind.CORRECT),
        ("rút đồng ý", Kind.WITHDRAW),
        ("ngừng nhận tin", Kind.STOP),
        ("xóa", Kind.ERASE),
    ],
)
def test_the_clocks_are_those_of_the_law(right: str, kind: Kind) -> None:
    said = {cells[0]: cells[3] for cells in rows("Quyền, và làm bằng cách nào")}
    assert said[right] == f"{DUE[kind].days} ngày"


def test_the_backups_of_the_containers_go_when_the_page_says() -> None:
    compose = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    found = re.findall(r"-mtime \+(\d+) -delete", compose)
    assert [int(days) + 1 for days in found] == [TABLE["backups"].days]  # find counts whole days
