"""The main table of a report: each target of the plan in the order of the plan; tasks and adjustments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from bot.core.periods import parse
from bot.core.vocabulary import Extra, TargetStatus
from bot.locale import Texts, show_date, show_number
from bot.reports.tables import Column, Kind, Row, Table, Value
from bot.services.definitions import find
from bot.services.period_names import name_shortly
from bot.services.report_words import (
    Body,
    Telling,
    aim,
    amount,
    each_week,
    gap,
    inside,
    lets_out,
    outside,
    show_forecast,
)

Target = Mapping[str, Any]
TARGET_COLUMNS: Sequence[tuple[str, Kind, int]] = (
    ("tt", Kind.TEXT, 5),
    ("title", Kind.TEXT, 38),
    ("source", Kind.TEXT, 16),
    ("unit", Kind.TEXT, 9),
    ("value", Kind.TEXT, 11),
    ("opening", Kind.NUMBER, 9),
    ("in_period", Kind.NUMBER, 10),
    ("done", Kind.NUMBER, 11),
    ("percent", Kind.PERCENT, 9),
    ("rest", Kind.NUMBER, 9),
    ("need_per_week", Kind.NUMBER, 9),
    ("status", Kind.TEXT, 14),
    ("forecast", Kind.TEXT, 17),
    ("confirmed", Kind.TEXT, 10),
    ("note", Kind.TEXT, 34),
)
INSIDE = frozenset(("opening", "rest", "need_per_week", "status", "forecast", "confirmed"))
"""Columns that stay in the office; two of them go out when they are ticked."""
MEASURES = ("opening", "in_period", "done")
"""Cells that say “người” where a share is counted by heads."""


def targets(body: Body, told: Telling) -> Table:
    """All targets; those that the office set aside for another clause are marked and stay."""
    is_outgoing = body["audience"] == "outgoing"
    ticked = {one.value for one in Extra if lets_out(body, one)}
    kept = [one for one in TARGET_COLUMNS if not is_outgoing or one[0] not in INSIDE - ticked]
    sources = {one["id"]: clause(told, one["source"]) for one in body["targets"]}
    rows = [
        _target(told, (number, one), [key for key, _, _ in kept], (sources, is_outgoing))
        for number, one in enumerate(body["targets"], start=1)
    ]
    columns = [
        Column(key, told.texts.say(f"report.column-{key}"), kind, width)
        for key, kind, width in kept
    ]
    notes = [] if is_outgoing else [told.texts.say("report.note-line")]
    return Table("targets", told.texts.say("report.table-targets"), columns, rows, notes)


def _target(
    told: Telling,
    numbered: tuple[int, Target],
    keys: Sequence[str],
    about: tuple[Mapping[str, str], bool],
) -> Row:
    texts, (number, target) = told.texts, numbered
    sources, is_outgoing = about
    asked, exact_aim = aim(target)
    per = target.get("per")
    share = [target[key] for key in ("confirmed", "done") if target.get(key) is not None]
    cells: dict[str, Value] = {
        "tt": str(number),
        "title": target["title"],
        "source": sources[target["id"]],
        "unit": texts.say(f"report.unit-per-{per}", unit=target["unit"]) if per else target["unit"],
        "value": asked,
        **{key: amount(texts, target, target.get(key)) for key in MEASURES},
        "percent": target["percent"],
        "rest": amount(texts, target, target.get("rest")),
        "need_per_week": each_week(target),
        "status": inside(texts, target),
        "forecast": show_forecast(target),
        "confirmed": "/".join(map(show_number, share)) if len(share) == 2 else None,
        "note": ". ".join(_notes(texts, target, sources, is_outgoing=is_outgoing)),
    }
    exact = {key: target[key] for key in (*MEASURES, "rest") if isinstance(cells[key], str)}
    if target.get("done") is None:  # a level (Mức Khá) is read in words
        cells["done"] = (target.get("reading") or {}).get("level")
    if exact_aim is not None:
        exact["value"] = exact_aim
    shown = tuple(cells[key] for key in keys)
    is_aside = not target.get("focus", True)
    return Row(f"targets[{target['id']}]", shown, exact=exact, is_aside=is_aside)


def _notes(
    texts: Texts, target: Target, sources: Mapping[str, str], *, is_outgoing: bool
) -> Iterator[str]:
    """How it stands for those outside, which clause counts, from where a number is, what was typed."""
    if target.get("set_aside"):
        other = sources.get(str(target.get("conflicts_with")), "")
        yield texts.say("report.set-aside", source=other) if other else texts.say("report.aside")
    elif is_outgoing:
        yield outside(texts, target)
    if target.get("note"):
        yield str(target["note"]).rstrip(". ")
    if target.get("estimate") is not None:
        said = target["estimate"]
        shown = said if isinstance(said, str) else show_number(said)
        yield texts.say("report.estimate", number=shown)
    yield from _origins(texts, target)
    if is_outgoing:
        return
    if TargetStatus(target["status"]) is TargetStatus.TOO_LITTLE_KNOWN and target.get("gap"):
        yield gap(texts, target)
    if target.get("flip"):
        yield texts.say(target["flip"]).rstrip(". ")
    if target.get("guided") is not None:
        yield texts.say("report.guided", number=show_number(target["guided"]))


def _origins(texts: Texts, target: Target) -> Iterator[str]:
    """Where and when a number that is not of our own logs was read."""
    reading, whole = target.get("reading"), target.get("denominator")
    if reading is not None:
        day = _shown(reading.get("as_of"))
        yield texts.say("report.read-on", day=day, source=reading.get("source") or "—")
        if reading.get("part") is not None and reading.get("whole") is not None:
            part, all_of = (show_number(reading[key]) for key in ("part", "whole"))
            yield texts.say("report.read-part", part=part, whole=all_of)
    if whole is not None and whole.get("number") is not None:
        about = {"number": show_number(whole["number"]), "day": _shown(whole.get("as_of"))}
        yield texts.say("report.of-whole", source=whole.get("source") or "—", **about)
    if target.get("opening") is not None and target.get("opening_on"):
        day = _shown(target["opening_on"])
        number, source = show_number(target["opening"]), target.get("opening_source") or "—"
        yield texts.say("report.opening", number=number, day=day, source=source)


def _shown(day: str | None) -> str:
    return show_date(date.fromisoformat(day)) if day else "—"


def _day(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None


TASK_COLUMNS: Sequence[tuple[str, Kind, int]] = (
    ("tt", Kind.TEXT, 5),
    ("text", Kind.TEXT, 50),
    ("lead", Kind.TEXT, 22),
    ("partners", Kind.TEXT, 22),
    ("product", Kind.TEXT, 22),
    ("due", Kind.TEXT, 14),
    ("task_status", Kind.TEXT, 13),
    ("result", Kind.TEXT, 34),
    ("as_of", Kind.DAY, 12),
    ("source", Kind.TEXT, 16),
)


def tasks(body: Body, told: Telling) -> Table:
    """Tasks of the plan with how they stand: an annex."""
    say = told.texts.say
    rows = []
    for number, one in enumerate(body.get("tasks") or (), start=1):
        status = str(one["status"]).replace("_", "-") if one.get("status") else None
        cells: dict[str, Value] = {
            "tt": str(number),
            "task_status": say(f"report.task-{status}") if status else None,
            "as_of": _day(one.get("as_of")),
            "due": _due(one.get("due")),
        }
        cells["source"] = clause(told, one["source"]) if one.get("source") else None
        plain = ("text", "lead", "partners", "product", "result")
        cells |= {key: one.get(key) for key in plain}
        rows.append(Row(f"tasks[{one['id']}]", tuple(cells[key] for key, _, _ in TASK_COLUMNS)))
    columns = [Column(key, say(f"report.column-{key}"), kind, w) for key, kind, w in TASK_COLUMNS]
    return Table("tasks", say("report.table-tasks"), columns, rows)


def _due(said: str | None) -> str | None:
    """As the plan writes it, or the day where it is one."""
    if said is None:
        return None
    try:
        return show_date(date.fromisoformat(said))
    except ValueError:
        return said


def adjustments(body: Body, told: Telling) -> Table:
    """What came after a period was closed, one line each, by team and the day that it is of."""
    say = told.texts.say
    columns = [
        Column("tt", say("report.column-tt"), Kind.TEXT, 5),
        Column("period", say("report.column-period"), Kind.TEXT, 20),
        Column("figure", say("report.column-figure"), Kind.TEXT, 34),
        Column("team", say("report.column-team"), Kind.TEXT, 22),
        Column("on", say("report.column-on"), Kind.DAY, 12),
        Column("change", say("report.column-change"), Kind.NUMBER, 12),
    ]
    rows = [
        Row(
            f"adjustments[{number}]",
            (
                str(number),
                _period(told.texts, one.get("period")),
                _figure(told.texts, one.get("figure")),
                one.get("team"),
                _day(one.get("on")),
                one.get("change"),
            ),
        )
        for number, one in enumerate(body["adjustments"], start=1)
    ]
    return Table("adjustments", say("report.table-adjustments"), columns, rows)


def _period(texts: Texts, said: str | None) -> str | None:
    """``tháng 9 năm 2026`` of ``month:2026-09``."""
    return name_shortly(texts, parse(said)) if said else None


def clause(told: Telling, source: str) -> str:
    """Where the plan says it: the number of its file in this house means nothing to who reads a report."""
    return source.removeprefix(f"{told.plan.plan.seed} · ")


def _figure(texts: Texts, path: str | None) -> str | None:
    """The figure by its name where it is one of the report's."""
    found = find(path) if path else None
    return texts.say(f"report.name-{found.slug}") if found else path
