"""One table of a report as CSV for Excel: UTF-8 with a byte order mark, semicolons between cells, CRLF.

Where the decimal sign is the comma of Vietnam, Excel separates by semicolons, even where Windows names the
comma as the list separator: both cannot be the same sign. A line ``sep=;`` would make Excel read over the
mark and break every accent. Whole numbers have no points between thousands.
"""

from __future__ import annotations

import csv
import io
from datetime import date

from bot.reports.tables import Row, Table, Value

BOM = "\ufeff"
SEPARATOR = ";"
LIVE = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""
UNKNOWN = "—"


def write(table: Table) -> bytes:
    """The heads and rows of a table; what begins like a formula has an apostrophe before it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=SEPARATOR)
    writer.writerow([neutral(column.title) for column in table.columns])
    writer.writerows(cells(row) for row in table.rows)
    return (BOM + out.getvalue()).encode()


def as_text(table: Table) -> str:
    """The rows alone with a tab between cells: what is pasted into a sheet or another form."""
    return "\n".join("\t".join(_pasted(table, row)) for row in table.rows)


def cells(row: Row) -> list[str]:
    """A row in words."""
    return [_shown(value) for value in row.cells]


def _pasted(table: Table, row: Row) -> list[str]:
    """The same in one line, with bare numbers where words hold one: “≥ 10” is pasted as 10.

    Blanks go first: a formula may stand behind one.
    """
    found = zip(table.columns, row.cells, strict=True)
    values = (row.exact.get(column.key, value) for column, value in found)
    return [_shown(" ".join(v.split()) if isinstance(v, str) else v) for v in values]


def _shown(value: Value) -> str:
    if value is None:
        return UNKNOWN
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float):
        return f"{value:.10g}".replace(".", ",")
    return str(value) if isinstance(value, int) else neutral(value)


def neutral(text: str) -> str:
    """Words that no spreadsheet computes."""
    return f"'{text}" if text.startswith(LIVE) else text
