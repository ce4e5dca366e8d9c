"""A report's JSON as neutral tables in the words of offices: what files, pages and digests show, once.

Every row's key is its path in the JSON. Who reads it decides what stands there: outside there are this
period, the sum since New Year, the plan, percent and a note; forecasts and checks stay in the office unless
they are ticked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.core.periods import ZONE
from bot.core.vocabulary import Audience
from bot.locale import show_date
from bot.reports.tables import Column, Kind, ReportTables, Row, Table, Value
from bot.services.definitions import DEFINITIONS, Definition, walk
from bot.services.definitions import find as find_definition
from bot.services.period_names import name_period, period_of
from bot.services.report_figures import figures
from bot.services.report_splits import communication, guides, splits
from bot.services.report_targets import adjustments, clause, targets, tasks
from bot.services.report_words import Body, Telling, show_window
from bot.services.target_stats import FORMULAS

SUMMARY_FROM = {
    "in_period": "now",
    "done": "cumulative",
    "last_year": "last_year",
}
"""Columns of the summary that the lines of figures call otherwise."""
PASTED_TITLE = 62
"""How wide the words of the plain rows are: nothing stands beside them."""
COPIED = ("tt", "title", "unit", "value", "in_period", "done", "percent")
"""Columns of the plain rows that are typed or pasted into another form."""


def build(body: Body, told: Telling) -> ReportTables:
    """All tables of a report for its audience."""
    texts = told.texts
    of_targets, of_figures = targets(body, told), figures(body, told)
    summary = _summary(told, of_targets, of_figures)
    tables = [
        summary,
        of_targets,
        of_figures,
        *splits(body, told),
        communication(body, told),
        guides(body, told),
        tasks(body, told),
        adjustments(body, told),
        _copied(told, summary),
    ]
    commune = texts.say(f"kind.{told.plan.kind}", name=told.plan.name)
    return ReportTables(
        commune=commune,
        title=texts.say("report.title", period=name_period(texts, period_of(body))),
        window=show_window(texts, body),
        audience=body["audience"],
        data_hash=body["data_hash"],
        tables=[one for one in tables if one.rows or one.key in ("targets", "figures")],
        definitions=_definitions(body, told),
        about=_about(body, told, commune),
    )


# ---- one table of all figures


def _summary(told: Telling, of_targets: Table, of_figures: Table) -> Table:
    """Targets first, then the figures by group, under the same heads."""
    say = told.texts.say
    at = next(place for place, one in enumerate(of_targets.columns) if one.key == "done") + 1
    columns = list(of_targets.columns)
    if any(one.key == "last_year" for one in of_figures.columns):
        columns.insert(at, Column("last_year", say("report.column-last_year"), Kind.NUMBER, 10))
    keys = [one.key for one in columns]
    head = _filled(keys, {"title": say("report.table-targets")})
    rows = [Row("group[targets]", head, is_head=True)]
    for row in of_targets.rows:
        cells = dict(zip((one.key for one in of_targets.columns), row.cells, strict=True))
        rows.append(replace(row, cells=_filled(keys, cells | {"last_year": ""})))
    for row in of_figures.rows:
        found = dict(zip((one.key for one in of_figures.columns), row.cells, strict=True))
        cells = {key: found.get(SUMMARY_FROM.get(key, key), "") for key in keys}
        rows.append(Row(row.key, _filled(keys, cells), is_head=row.is_head))
    notes = [*of_targets.notes, *of_figures.notes]
    return Table("summary", say("report.table-summary"), columns, rows, notes)


def _filled(keys: Sequence[str], cells: Mapping[str, Value]) -> tuple[Value, ...]:
    """Cells in the order of the columns; what a line has no figure for is empty, not unknown."""
    return tuple(cells.get(key, "") for key in keys)


def _copied(told: Telling, summary: Table) -> Table:
    """Plain rows without heads in between, to be pasted into the form of somebody else."""
    places = [place for place, one in enumerate(summary.columns) if one.key in COPIED]
    rows, number = [], 0
    for row in summary.rows:
        if row.is_head:
            continue
        number += 1
        cells = (str(number), *(row.cells[place] for place in places[1:]))
        rows.append(Row(row.key, cells, exact=row.exact))
    columns = [
        replace(one, width=PASTED_TITLE) if one.key == "title" else one
        for one in (summary.columns[place] for place in places)
    ]
    return Table("copy", told.texts.say("report.table-copy"), columns, rows)


# ---- what stands behind the figures


def _definitions(body: Body, told: Telling) -> Table:
    """The rule of each figure that this report has, and of each target that our logs give."""
    say = told.texts.say
    columns = [
        Column("name", say("report.column-figure"), Kind.TEXT, 42),
        Column("rule", say("report.column-rule"), Kind.TEXT, 56),
        Column("unit", say("report.column-unit"), Kind.TEXT, 12),
        Column("origin", say("report.column-origin"), Kind.TEXT, 26),
        Column("clause", say("report.column-clause"), Kind.TEXT, 32),
        Column("path", say("report.column-path"), Kind.TEXT, 34),
    ]
    there = {found.pattern for path, _ in walk(body) if (found := find_definition(path))}
    rows = [_defined(told, one) for one in DEFINITIONS.values() if one.pattern in there]
    rows += list(_formulas(body, told))
    return Table("definitions", say("report.table-definitions"), columns, rows)


def _defined(told: Telling, one: Definition) -> Row:
    say = told.texts.say
    unit = (
        say("report.unit-of-plan")
        if one.unit.startswith("target")
        else say(f"report.unit-{one.unit}")
    )
    is_of_plan = one.source == "targets"
    cells = (
        say(f"report.name-{one.slug}"),
        say(f"report.rule-{one.slug}"),
        unit,
        say(f"report.source-{one.source}"),
        told.plan.plan.title if is_of_plan else say("report.clause-figures"),
        one.pattern,
    )
    return Row(one.pattern, cells)


def _formulas(body: Body, told: Telling) -> Iterator[Row]:
    """Each target as the report has it: from which log it is counted, or who enters it."""
    say = told.texts.say
    formulas = {target.id: target.formula for target in told.plan.targets}
    for target in body["targets"]:
        formula = formulas.get(target["id"])
        if formula in FORMULAS:
            rule = say(f"report.formula-{str(formula).replace('_', '-')}")
            origin = say("report.source-logs")
        else:
            rule = say("report.formula-entered")
            origin = target.get("owner") or say("report.source-outside")
        path = f"targets[{target['id']}].done"
        where = clause(told, target["source"])
        yield Row(path, (target["title"], rule, target["unit"], origin, where, path))


def _about(body: Body, told: Telling, commune: str) -> Table:
    """From when and of what this report is: enough to prove it again."""
    say, said = told.texts.say, body["period"]
    period = period_of(body)
    status = str(said.get("status") or "nhap").replace("_", "-")
    is_outgoing = body["audience"] == Audience.OUTGOING
    until = said.get("until")
    lines: list[tuple[str, Value]] = [
        ("commune", commune),
        ("plan", told.plan.plan.title),
        ("period", f"{said['kind']}:{said['key']}" if said["key"] else said["kind"]),
        ("from", period.start),
        ("to", period.end - timedelta(days=1)),
        ("until", date.fromisoformat(until) if until else None),
        ("status", say(f"report.status-{status}")),
        ("audience", say("report.outgoing" if is_outgoing else "report.internal")),
        ("as-of", _moment(told)),
        ("version", told.version),
        ("hash", body["data_hash"]),
        ("hidden", len(body["hidden"])),
        ("adjustments", len(body["adjustments"])),
    ]
    columns = [
        Column("name", say("report.column-about"), Kind.TEXT, 34),
        Column("said", say("report.column-said"), Kind.TEXT, 84),
    ]
    rows = [Row(key, (say(f"report.about-{key}"), value)) for key, value in lines]
    return Table("about", say("report.table-about"), columns, rows)


def _moment(told: Telling) -> str:
    at = told.as_of.astimezone(ZONE)
    return f"{at:%H:%M} {show_date(at.date())}"
