"""A table out of a file that somebody sent: .csv or .xlsx, looked at with suspicion, nothing calculated.

What a spreadsheet calls a formula arrives here as the text that was typed; cells are handed on as they
are, and what they mean is not the business of this room.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import warnings
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import TypeVar
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from bot.core.errors import TableError
from bot.core.text import fold

LARGEST_FILE = 5 * 1024 * 1024
MOST_ROWS = 5_000
MOST_SCANNED = 20_000
"""Rows that are looked at: spreadsheets keep empty ones below what was typed."""
MOST_COLUMNS = 40
LONGEST_CELL = 1_000
LARGEST_UNZIPPED = 32 * 1024 * 1024
MOST_PARTS = 200
COSTLY = re.compile(rb"<(?:\w+:)?(?:c|row|si|xf|font|fill|border|numFmt|col|mergeCell)[\s/>]")
MOST_COSTLY = MOST_ROWS * MOST_COLUMNS + MOST_SCANNED
"""Cells, rows and styles of one part: openpyxl takes some 300 bytes for each, whatever the file's size."""
SHEET = "Phiếu"
"""The sheet that is read when a workbook has several; otherwise its first one."""
BROKEN = (
    InvalidFileException,
    BadZipFile,
    ParseError,
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,  # a way of packing that zipfile cannot read
    OSError,
    RuntimeError,  # a part under a password
    TypeError,
    ValueError,
    zlib.error,
)
"""What openpyxl and zipfile raise for a workbook that is none."""

Cell = str | int | float | bool | date | None


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns that a table may have, and those without which it says nothing."""

    columns: tuple[str, ...]
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A row as spreadsheets number it; cells by the name of their column, empty ones left out."""

    number: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Grid:
    """A file as rows; ``file_hash`` is the SHA-256 of its bytes."""

    file_hash: str
    lines: tuple[Line, ...]


def read_table(body: bytes, shape: Shape) -> Grid:
    """The rows of a .csv or .xlsx file, by its content and not by its name.

    ``TableError`` says what is wrong with the file as a whole.
    """
    if not body:
        raise TableError("import.file-none")
    if len(body) > LARGEST_FILE:
        raise TableError("import.file-too-large")
    rows: Iterable[list[Cell]]
    if body.startswith(b"PK"):
        rows = _rows_of_workbook(body)
    elif body.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableError("import.file-old")
    else:
        rows = _rows_of_csv(body, shape)
    return Grid(hashlib.sha256(body).hexdigest(), tuple(_lines(rows, shape)))


def _lines(rows: Iterable[Sequence[Cell]], shape: Shape) -> Iterator[Line]:
    numbered = enumerate(rows, start=1)
    names = _names(next(numbered, (1, ()))[1], shape)
    found = 0
    for number, row in numbered:
        if any(value is not None for value in row[len(names) :]):
            raise TableError("import.column-nameless", row=number)
        cells = {name: value for name, value in zip(names, row, strict=False) if value is not None}
        if not cells:
            continue
        if "" in cells:
            raise TableError("import.column-nameless", row=number)
        found += 1
        if found > MOST_ROWS:
            raise TableError("import.too-many", most=MOST_ROWS)
        yield Line(number, cells)


def _names(head: Sequence[Cell], shape: Shape) -> list[str]:
    """The names in the first row; ``TableError`` for one that is not ours, is missing, or is there twice."""
    names = [str(value or "").strip().casefold() for value in head]
    while names and not names[-1]:
        names.pop()
    if not set(names) & set(shape.columns):
        raise TableError("import.no-head", columns=", ".join(shape.required))
    unknown = [name for name in names if name and name not in shape.columns]
    if unknown:
        known = ", ".join(shape.columns)
        raise TableError("import.columns-unknown", names=_shown(unknown), columns=known)
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise TableError("import.columns-twice", names=_shown(twice))
    missing = [name for name in shape.required if name not in names]
    if missing:
        raise TableError("import.columns-missing", names=_shown(missing))
    return names


def _shown(names: Sequence[str]) -> str:
    return ", ".join(f"“{name[:30]}”" for name in names[:8])


# ---- .csv


def _rows_of_csv(body: bytes, shape: Shape) -> Iterator[list[Cell]]:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TableError("import.file-utf16")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TableError("import.file-not-utf8") from None
    if "\0" in text:
        raise TableError("import.file-kind")
    head = text.partition("\n")[0]
    known = {fold(name) for name in shape.columns}

    def count(sign: str) -> int:
        return sum(fold(name) in known for name in head.split(sign))

    sign = max(",;\t", key=count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    try:
        for number, row in enumerate(_bounded(reader), start=1):
            yield [_plain(value, number) for value in row]
    except csv.Error:
        raise TableError("import.csv-broken", row=reader.line_num) from None


# ---- .xlsx


def _rows_of_workbook(body: bytes) -> list[list[Cell]]:
    try:
        _check_parts(body)
        return _rows_of_sheet(body)
    except BROKEN:
        raise TableError("import.file-broken") from None


def _check_parts(body: bytes) -> None:
    """No part that would fill the memory, none that could make the reader fetch or repeat something."""
    with ZipFile(io.BytesIO(body)) as parts:
        known = parts.infolist()
        if len(known) > MOST_PARTS or sum(one.file_size for one in known) > LARGEST_UNZIPPED:
            raise TableError("import.file-bomb")
        if "xl/workbook.xml" not in parts.namelist():
            raise TableError("import.file-kind")
        for one in known:
            content = parts.read(one).replace(b"\0", b"")  # as UTF-16 hides it, too
            if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                raise TableError("import.file-bomb")
            if sum(1 for _ in COSTLY.finditer(content)) > MOST_COSTLY:
                raise TableError("import.file-bomb")


def _rows_of_sheet(body: bytes) -> list[list[Cell]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # parts that openpyxl does not keep are nothing to us
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=False, keep_links=False)
        try:
            sheets = book.worksheets
            sheet = next((one for one in sheets if fold(one.title) == fold(SHEET)), sheets[0])
            sheet.reset_dimensions()  # what a file says of its own size need not be so
            rows = _bounded(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True))
            return [
                [_plain(value, number) for value in row] for number, row in enumerate(rows, start=1)
            ]
        finally:
            book.close()


Row = TypeVar("Row")


def _bounded(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, as long as there are not too many; what stands behind is never left out in silence."""
    for number, row in enumerate(rows):
        if number == MOST_SCANNED:
            raise TableError("import.too-long", most=MOST_SCANNED)
        yield row


def _plain(value: object, row: int) -> Cell:
    """A cell as one of the few things that we know; blanks are nothing."""
    if value is None or isinstance(value, bool | int | float | date):
        return value
    is_text = isinstance(value, str | time | timedelta)
    text = str(value).strip() if is_text else "="  # formulas of several cells are objects
    if len(text) > LONGEST_CELL:
        raise TableError("import.cell-long", row=row, most=LONGEST_CELL)
    return text or None
