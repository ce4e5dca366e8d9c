"""“Số này từ đâu?”: one figure of a report with its rule, its other windows and what its line is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.core.errors import NotFoundError
from bot.core.periods import Period, parse
from bot.core.progress import DAY
from bot.locale import Texts
from bot.reports.tables import ReportTables
from bot.services.definitions import PER, Definition, find, walk
from bot.services.report_words import Body, period_of

SUMMED = ("figures", "targets")
"""Tables whose lines are figures of their own; in the others a line is a part of one."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A figure: what it is called, its value in the period, since New Year and a year before.

    ``line`` is the row of a split that it stands in. ``split`` and ``word`` name it in the report:
    ``by_topic`` and ``vneid``. ``days`` is the window that ``value`` is of.
    """

    path: str
    definition: Definition
    line: str
    split: str
    word: str
    value: Any
    others: Mapping[str, Any]
    days: Period
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A figure in the list of all: its path, its name and its value."""

    path: str
    name: str
    value: Any


def trace(body: Body, tables: ReportTables, path: str) -> Origin:
    """The figure under a path; ``NotFoundError`` where the report has none."""
    said = dict(walk(body))
    known = find(path)
    if known is None or path not in said:
        raise NotFoundError("Báo cáo không có số này.")
    record = path.rpartition(".")[0]
    split, word = _named(record)
    others = (
        {}
        if path.partition(".")[0] in PER
        else {window: said.get(f"{window}.{path}") for window in PER}
    )
    return Origin(
        path=path,
        definition=known,
        line=_line(tables, record) if word else "",
        split=split,
        word=word,
        value=said[path],
        others=others,
        days=_days(body, path),
        is_hidden=path in body["hidden"],
    )


def _named(record: str) -> tuple[str, str]:
    """The list and the row of it that a path goes through."""
    before, found, after = record.partition("[")
    return (before.rpartition(".")[2], after.rpartition("]")[0]) if found else ("", "")


def _line(tables: ReportTables, record: str) -> str:
    """What the line is called where it is shown."""
    for table in tables.tables:
        for row in table.rows:
            if row.key == record:
                return str(row.cells[1] if table.key in SUMMED else row.cells[0])
    return ""


def _days(body: Body, path: str) -> Period:
    """The days that a figure counts: the period's, or those of the other window."""
    part = path.partition(".")[0]
    window = body.get(part) if part in PER else None
    if not window:
        return period_of(body)
    last = date.fromisoformat(window["to"]) - DAY
    return parse(f"{window['from']}..{last.isoformat()}")


def list_all(body: Body, texts: Texts, tables: ReportTables) -> list[Listed]:
    """Every figure of the groups, in the order of the report."""
    said = {path for path, _ in walk(body) if find(path) is not None}
    found = [
        Listed(row.key, str(row.cells[1]), row.cells[3])
        for row in tables.table("figures").rows
        if row.key in said
    ]
    done = texts.say("report.name-targets-done")
    return found + [
        Listed(
            f"targets[{one['id']}].done",
            f"{one['title']} – {done[0].lower()}{done[1:]}",
            one["done"],
        )
        for one in body["targets"]
    ]
