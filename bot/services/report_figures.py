"""The figures of a report line by line, in the groups that offices publish: forces, training, help …

Each line has its one unit: visits and people never share one. What is unknown is None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.core.vocabulary import CommunicationKind, Extra
from bot.reports.tables import Column, Kind, Row, Table, Value
from bot.services.definitions import find
from bot.services.report_words import Body, Telling, lets_out

COLUMNS: Sequence[tuple[str, Kind, int]] = (
    ("tt", Kind.TEXT, 5),
    ("title", Kind.TEXT, 44),
    ("unit", Kind.TEXT, 10),
    ("now", Kind.NUMBER, 12),
    ("cumulative", Kind.NUMBER, 12),
    ("last_year", Kind.NUMBER, 12),
    ("note", Kind.TEXT, 40),
)


def _in(part: str, *keys: str) -> tuple[str, ...]:
    return tuple(f"{part}.{key}" for key in keys)


GROUPS: Mapping[str, Sequence[str]] = {
    "A": _in("teams", "total", "reported"),
    "B": (
        *_in("communication", "sessions"),
        *_in("communication", *(f"by_kind[{kind}].amount" for kind in CommunicationKind)),
        *_in("communication", *(f"by_kind[{kind}].reach" for kind in CommunicationKind)),
    ),
    "C": (
        *_in("trainings", "held", "by_kind[class].held", "by_kind[contest].held"),
        *_in("trainings", "attendances", "people", "attendances_without_person"),
        *_in("trainings", "signed_up", "heads"),
        *_in("learning", "introduced", "self_reported", "confirmed"),
    ),
    "D": (
        *_in("help", "visits", "people", "visits_without_person", "files"),
        *_in("help", "new_declared", "confirmed", "denied"),
    ),
    "G": (
        *_in("questions", "asked", "answered", "unknown", "handed_over", "refused"),
        *_in("requests", "opened", "closed", "open_now", "median_hours_to_claim"),
    ),
}
"""Groups that offices publish: A forces, B communication, C training, D help, G what is hard."""
CONFIRMED = _in("help", "confirmed", "denied")
INSIDE = frozenset(
    (
        *CONFIRMED,
        *_in("help", "new_declared"),
        *_in("trainings", "signed_up", "heads"),
        *_in("questions", "refused"),
        *_in("requests", "median_hours_to_claim"),
    )
)
"""What stays in the office."""
HELD_OF_KIND = "trainings.by_kind[*].held"
SPOT_CHECKS = "spot_checks"


def figures(body: Body, told: Telling) -> Table:
    """Every figure with this period, since New Year, and the same period a year before."""
    say = told.texts.say
    rows: list[Row] = []
    for group, paths in GROUPS.items():
        lines = [path for path in paths if _is_shown(body, path)]
        if not lines:
            continue
        head: tuple[Value, ...] = (group, say(f"report.group-{group.lower()}"), *[""] * 5)
        rows.append(Row(f"group[{group}]", head, is_head=True))
        rows += [_line(body, told, (number, path)) for number, path in enumerate(lines, start=1)]
        if group == "D":
            rows += _checks(body, told, len(lines) + 1)
    columns = [Column(key, say(f"report.column-{key}"), kind, w) for key, kind, w in COLUMNS]
    if body.get("last_year") is None:  # no year of data yet: an empty column says nothing
        there = next(place for place, one in enumerate(columns) if one.key == "last_year")
        del columns[there]
        rows = [replace(row, cells=row.cells[:there] + row.cells[there + 1 :]) for row in rows]
    notes = [say("report.note-people"), say("report.note-unknown")]
    return Table("figures", say("report.table-figures"), columns, rows, notes)


def _is_shown(body: Body, path: str) -> bool:
    """What is inside stays inside unless ticked; of what was put out only kinds that there are."""
    if body["audience"] == "outgoing" and path in INSIDE:
        return path in CONFIRMED and lets_out(body, Extra.CONFIRMED)
    if ".by_kind[" in path and path.startswith("communication"):
        return at(body, path) is not None
    return True


def _line(body: Body, told: Telling, numbered: tuple[int, str]) -> Row:
    number, path = numbered
    say, known = told.texts.say, find(path)
    if known is None:
        raise KeyError(path)
    kind = path.partition("[")[2].partition("]")[0]
    title = say(f"report.name-{known.slug}")
    if known.pattern == HELD_OF_KIND:
        title = say(f"figures.trainings-{kind}")
    elif kind:
        whose = say(f"figures.communication-{kind.replace('_', '-')}")
        is_reach = path.endswith(".reach")
        title = f"{whose} – {title[0].lower()}{title[1:]}" if is_reach else whose
    unit = say(f"report.unit-{_unit(known.unit, kind)}")
    cells: tuple[Value, ...] = (
        str(number),
        title,
        unit,
        _now(body, path, known.pattern),
        _other(body, "cumulative", path),
        _other(body, "last_year", path),
        _note(body, told, path),
    )
    return Row(path, cells)


def _unit(unit: str, kind: str) -> str:
    """What is held or put out is counted in its own unit."""
    return kind.replace("_", "-") if kind and unit in ("kind", "lop-buoi") else unit


def _note(body: Body, told: Telling, path: str) -> str:
    say, silent = told.texts.say, body["teams"]["silent"]
    part, _, key = path.partition(".")
    if (part, key) == ("teams", "reported") and silent:
        return say("report.note-silent", teams=", ".join(silent))
    if (part, key) == ("learning", "confirmed"):
        return str(body[part]["confirmed_source"] or "")
    return ""


def _checks(body: Body, told: Telling, number: int) -> Iterator[Row]:
    """Spot checks by telephone: how many were right of how many calls."""
    found = body["spot_checks"]
    if found is None:
        return
    calls, right = found["called"], found["right"]
    say = told.texts.say
    note = say("report.note-checks", right=right, calls=calls)
    title, unit = say("report.spot-checks"), say("report.unit-cuoc-goi")
    yield Row(SPOT_CHECKS, (str(number), title, unit, calls, None, None, note))


def _now(body: Body, path: str, pattern: str) -> Value:
    """The figure of the period; of a kind that was not held there is no row, which is none of it."""
    found: Value = at(body, path)
    if found is None and pattern == HELD_OF_KIND and body["trainings"]["held"] is not None:
        return 0
    return found


def _other(body: Body, window: str, path: str) -> Value:
    """The same figure of another window; nothing where the report does not ask for it there."""
    part, _, key = path.partition(".")
    found = (body.get(window) or {}).get(part, {})
    other: Value = found.get(key, "")
    return other


def at(body: Body, path: str) -> Any:
    """What stands under a path of the report; None where nothing does."""
    found: Any = body
    for part in path.split("."):
        name, _, row = part.partition("[")
        found = found.get(name) if isinstance(found, Mapping) else None
        if row:
            wanted = row.rstrip("]")
            found = next((one for one in found or () if next(iter(one.values())) == wanted), None)
    return found
