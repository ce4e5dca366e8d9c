"""A workbook computed again without its author: by the few formulas that reports use, or by LibreOffice.

The first is written from what Excel says of SUM and SUMIFS (case does not count, ``?*`` is any word): it
knows nothing of how the workbook was made. What it does not know is an error.
"""

from __future__ import annotations

import fnmatch
import io
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

OFFICE = shutil.which("soffice")
ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""
"""A profile of LibreOffice that computes every formula when it opens a file."""
AREA = r"(?:'((?:[^']|'')+)'!)?(\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?)"
SUM = re.compile(rf"SUM\({AREA}\)")
SUMIFS = re.compile(rf"SUMIFS\({AREA},{AREA},([^)]*)\)")


def opened(body: bytes, *, as_values: bool = False) -> Workbook:
    """The workbook: formulas, or the values that were kept beside them."""
    return load_workbook(io.BytesIO(body), data_only=as_values)


def formulas(book: Workbook) -> dict[tuple[str, str], str]:
    """Every formula by its sheet and cell."""
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def compute(book: Workbook, sheet: str, cell: str) -> Any:
    """What a cell comes to."""
    return _Reader(book).value(sheet, cell)


class _Reader:
    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._areas: dict[tuple[str, str], list[Any]] = {}

    def value(self, sheet: str, cell: str) -> Any:
        found = self._book[sheet][cell]
        return self._formula(sheet, found.value[1:]) if found.data_type == "f" else found.value

    def _formula(self, sheet: str, text: str) -> int:
        rest = SUMIFS.sub(lambda found: str(self._sumifs(sheet, found)), text)
        rest = SUM.sub(lambda found: str(self._sum(self._area(sheet, found[1], found[2]))), rest)
        parts = rest.split("-")
        assert all(part.isdigit() for part in parts), text
        return int(parts[0]) - sum(map(int, parts[1:]))

    @staticmethod
    def _sum(cells: list[Any]) -> int:
        return sum(one for one in cells if isinstance(one, int))

    def _sumifs(self, sheet: str, found: re.Match[str]) -> int:
        summed = self._area(sheet, found[1], found[2])
        asked = self._area(sheet, found[3], found[4])
        wanted = self._words(sheet, found[5]).casefold()
        return self._sum(
            [
                one
                for one, said in zip(summed, asked, strict=True)
                if said is not None and fnmatch.fnmatchcase(str(said).casefold(), wanted)
            ]
        )

    def _words(self, sheet: str, text: str) -> str:
        return "".join(
            part[1:-1] if part.startswith('"') else str(self.value(sheet, part.replace("$", "")))
            for part in text.split("&")
        )

    def _area(self, sheet: str, other: str | None, cells: str) -> list[Any]:
        key = ((other or sheet).replace("''", "'"), cells)
        if key not in self._areas:
            there: Worksheet = self._book[key[0]]
            left, top, right, bottom = range_boundaries(cells.replace("$", ""))
            self._areas[key] = [
                self.value(key[0], cell.coordinate)
                for row in there.iter_rows(top, bottom, left, right)
                for cell in row
            ]
        return self._areas[key]


def by_libreoffice(body: bytes, folder: Path) -> Workbook:
    """The values that LibreOffice computes, whatever was kept beside the formulas."""
    assert OFFICE is not None
    profile, source, made = folder / "profile", folder / "report.xlsx", folder / "again"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS, encoding="utf-8")
    source.write_bytes(body)
    subprocess.run(
        [
            *(OFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless"),
            *("--convert-to", "xlsx", "--outdir", str(made), str(source)),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return load_workbook(made / source.name, data_only=True)
