"""The annex of a draft: the tables of its report, as short as they can be and say the same.

What has no figure yet stands in a list below its table, not in rows of dashes, and a column that is empty
from top to bottom goes. Reports of a week or a month leave out the clauses of the plan, and the tasks that
nothing is told of, and say how many; longer ones, and the workbook, have them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.library.reporting import Task
from bot.reports.tables import ReportTables, Row, Table, Value
from bot.services.period_names import period_of
from bot.services.report_words import Body, Telling, is_short

ORDER = ("figures", "adjustments", "targets", "by_team", "tasks")
"""Tables of the annex: what fits on an upright page comes first, the paper is turned once."""
MEASURES = frozenset(
    ("opening", "in_period", "done", "percent", "rest", "need_per_week", "forecast", "confirmed")
)
"""Columns of targets that hold what was counted or read."""
WINDOWS = frozenset(("now", "cumulative", "last_year"))
KEPT = frozenset(("tt", "title", "label", "text", "unit", "value", "done", "now", "visits"))
"""Columns that stay, whatever is in them."""
NOTHING: tuple[Value, ...] = (None, "")


def annex_of(tables: ReportTables, body: Body, told: Telling) -> list[Table]:
    """The tables of the annex that say anything."""
    folds: Mapping[str, Callable[[Table], Table]] = {
        "figures": lambda table: _figures(told, table),
        "by_team": lambda table: _teams(told, table),
        "targets": lambda table: _targets(told, table, body),
        "tasks": lambda table: _tasks(told, table, body),
    }
    there = {one.key: one for one in tables.tables}
    found = [folds.get(key, _same)(there[key]) for key in ORDER if key in there]
    left_out = frozenset({"source"}) if is_short(body) else frozenset[str]()
    return [_slimmed(one, left_out) for one in found if one.rows or one.notes]


def _same(table: Table) -> Table:
    return table


def _cells(table: Table, row: Row) -> dict[str, Value]:
    return dict(zip((one.key for one in table.columns), row.cells, strict=True))


def _is_bare(table: Table, row: Row, columns: frozenset[str]) -> bool:
    """True where none of these columns has anything."""
    return all(value in NOTHING for key, value in _cells(table, row).items() if key in columns)


def _slimmed(table: Table, left_out: frozenset[str]) -> Table:
    """The table without these columns, and those in which no row says anything."""
    places = [
        place
        for place, column in enumerate(table.columns)
        if column.key in KEPT
        or (
            column.key not in left_out
            and any(row.cells[place] not in NOTHING for row in table.rows)
        )
    ]
    rows = [replace(row, cells=tuple(row.cells[at] for at in places)) for row in table.rows]
    return replace(table, columns=[table.columns[at] for at in places], rows=rows)


# ---- what folds away


def _figures(told: Telling, table: Table) -> Table:
    """Figures that nobody knows in any window are named below; the others are numbered anew."""
    bare = [row for row in table.rows if not row.is_head and _is_bare(table, row, WINDOWS)]
    groups: list[list[Row]] = []
    for row in table.rows:
        if row.is_head:
            groups.append([row])
        elif row not in bare:
            groups[-1].append(row)
    rows = [
        row if row.is_head else replace(row, cells=(str(number), *row.cells[1:]))
        for group in groups
        if len(group) > 1
        for number, row in enumerate(group)
    ]
    names = "; ".join(str(_cells(table, row)["title"]) for row in bare)
    notes = [told.texts.say("report.annex-unknown", names=names)] if bare else []
    return replace(table, rows=rows, notes=[*notes, *table.notes])


def _teams(told: Telling, table: Table) -> Table:
    """Teams that wrote nothing are named below."""
    silent = [row for row in table.rows if row.key.startswith("teams.silent[")]
    if not silent:
        return table
    names = ", ".join(str(row.cells[0]) for row in silent)
    note = told.texts.say("report.annex-silent", teams=names)
    rows = [row for row in table.rows if row not in silent]
    return replace(table, rows=rows, notes=[note, *table.notes])


def _targets(told: Telling, table: Table, body: Body) -> Table:
    """Targets of which nothing was counted, read or written are listed below, by the reason why."""
    typed = {f"targets[{one['id']}]" for one in body["targets"] if _is_typed(one)}
    listed: dict[str, list[str]] = {}
    rows: list[Row] = []
    for row in table.rows:
        if row.key in typed or not _is_bare(table, row, MEASURES):
            rows.append(row)
            continue
        cells = _cells(table, row)
        said = [str(cells[key]) for key in ("status", "note") if cells.get(key)]
        why = ". ".join(said) or told.texts.say("report.out-unknown")
        listed.setdefault(why, []).append(_in_a_line(cells, row))
    notes = [
        told.texts.say("report.annex-bare", why=why, targets="; ".join(names))
        for why, names in listed.items()
    ]
    return replace(table, rows=rows, notes=[*notes, *table.notes])


def _is_typed(target: Mapping[str, Any]) -> bool:
    """True where the office wrote to it, or read it as a level."""
    said = ("note", "estimate", "reading")
    return any(target.get(one) is not None for one in said)


def _in_a_line(cells: Mapping[str, Value], row: Row) -> str:
    """``(5) Số hóa hồ sơ [≥ 80 %]``."""
    aim = str(cells["value"])
    if "value" in row.exact or "–" in aim:
        aim = f"{aim} {cells['unit']}"
    return f"({cells['tt']}) {str(cells['title']).rstrip('. ')} [{aim}]"


# ---- tasks


def _tasks(told: Telling, table: Table, body: Body) -> Table:
    """All of them, or in a report of a short period those that there is something to say of.

    A task of focus that nobody wrote a word of is counted below, as the others are.
    """
    if not is_short(body):
        return table
    planned = {f"tasks[{one.id}]": one for one in told.plan.tasks}
    rows = [row for row in table.rows if _is_told(table, row, planned.get(row.key), body)]
    left = [planned.get(row.key) for row in table.rows if row not in rows]
    focus = sum(task is not None and task.focus for task in left)
    counts = {"left": str(len(left)), "focus": str(focus)}
    note = [told.texts.say("report.annex-tasks", **counts)] if left else []
    return replace(table, rows=rows, notes=[*note, *table.notes])


def _is_told(table: Table, row: Row, task: Task | None, body: Body) -> bool:
    """True for a task that something was written of, one whose day has come, one that is in no plan now."""
    if task is None or _cells(table, row)["task_status"] is not None:
        return True
    return task.ends_on is not None and task.ends_on < period_of(body).end
