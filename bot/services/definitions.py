"""What each figure of a report means: its name, the rule in a sentence, its unit and where it comes from.

The words stand in the catalogue (``report.name-…``, ``report.rule-…``); docs/figures.md is the long form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

PER = {"cumulative": "since_new_year", "last_year": "year_before"}
"""Parts of a report that say the figures of another window again."""
NUMBERED = "adjustments"
"""A list whose rows have no name of their own."""

_TRAININGS = {"held": "lop-buoi", "attendances": "luot", "people": "nguoi"}
_SEATS = {**_TRAININGS, "attendances_without_person": "luot"}
_FORECAST = dict.fromkeys(("low", "mid", "high"), "target")
_UNITS: Mapping[str, Mapping[str, str]] = {
    "help": {
        "visits": "luot",
        "people": "nguoi",
        "visits_without_person": "luot",
        "confirmed": "luot",
        "denied": "luot",
        "files": "ho-so",
        "new_declared": "luot",
        **{
            f"by_{split}[*].{key}": unit
            for split in ("topic", "team")
            for key, unit in (("visits", "luot"), ("people", "nguoi"))
        },
        **{f"by_{split}[*].visits": "luot" for split in ("place", "outcome", "service", "subject")},
    },
    "requests": {
        **dict.fromkeys(("opened", "closed", "open_now"), "yeu-cau"),
        "median_hours_to_claim": "gio",
    },
    "trainings": {
        **_SEATS,
        "heads": "nguoi",
        "heads_of": "lop-buoi",
        "signed_up": "cho",
        **{f"by_{s}[*].{key}": unit for s in ("kind", "topic") for key, unit in _SEATS.items()},
        **{f"by_{s}[*].attendances": "luot" for s in ("age", "neighbourhood", "evidence")},
    },
    "communication": {
        "sessions": "buoi",
        "by_kind[*].times": "lan",
        "by_kind[*].amount": "kind",
        "by_kind[*].reach": "nguoi-uoc",
    },
    "learning": dict.fromkeys(("introduced", "self_reported", "confirmed"), "nguoi"),
    "questions": {
        **dict.fromkeys(
            ("asked", "answered", "unknown", "too_vague", "handed_over", "refused"), "cau-hoi"
        ),
        "top[*].count": "cau-hoi",
    },
    "teams": dict.fromkeys(("total", "reported"), "to"),
    "targets[*]": {
        **dict.fromkeys(
            ("value", "value_to", "opening", "in_period", "done", "confirmed", "rest"), "target"
        ),
        **dict.fromkeys(("guided", "estimate"), "target"),
        "percent": "percent",
        "days_left": "ngay",
        "need_per_week": "target-week",
        **{f"forecast.{key}": unit for key, unit in _FORECAST.items()},
        **{f"reading.{key}": "target" for key in ("number", "part", "whole", "level")},
        "denominator.number": "nguoi",
    },
    "adjustments[*]": {"change": "change"},
}


@dataclass(frozen=True, slots=True)
class Definition:
    """A figure: ``pattern`` is its path with ``[*]`` for any row of a list; the rest are ids of words."""

    pattern: str
    unit: str
    source: str  # the part of the report that it stands in

    @property
    def slug(self) -> str:
        """What its ids in the catalogue end with."""
        return self.pattern.replace("[*]", "").replace(".", "-")


DEFINITIONS: Mapping[str, Definition] = {
    f"{part}.{key}": Definition(f"{part}.{key}", unit, part.removesuffix("[*]"))
    for part, units in _UNITS.items()
    for key, unit in units.items()
}
SLUGS = tuple(one.slug for one in DEFINITIONS.values())
OF_PLAN = "target"
"""How units begin that are those of the plan's target."""
UNITS = tuple(
    dict.fromkeys(one.unit for one in DEFINITIONS.values() if not one.unit.startswith(OF_PLAN))
)
SOURCES = tuple(dict.fromkeys(one.source for one in DEFINITIONS.values()))
NO_FIGURES = frozenset(
    {
        "targets[*].version",
        "period.closed",
        "targets[*].set_aside",
        "targets[*].focus",
    }
)
"""Numbers that count nothing."""


def find(path: str) -> Definition | None:
    """What the figure of a path means, in whatever window; None for what is no figure.

    >>> find("cumulative.help.visits").pattern, find("help.by_team[KP 1].people").slug
    ('help.visits', 'help-by_team-people')
    """
    part, _, rest = path.partition(".")
    pattern = re.sub(r"\[.*?\](?=\.)", "[*]", rest if part in PER else path)
    return DEFINITIONS.get(pattern)


def walk(body: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of a report with its path; rows of lists are named by their id or their first key."""
    for key, value in body.items():
        path = f"{above}.{key}" if above else key
        if isinstance(value, Mapping):
            yield from walk(value, path)
        elif isinstance(value, list):
            for number, one in enumerate(value, start=1):
                if isinstance(one, Mapping):
                    yield from walk(one, f"{path}[{name_of(key, one, number)}]")
        else:
            yield path, value


def name_of(listed: str, row: Mapping[str, Any], number: int) -> str:
    """How a path names a row of a list."""
    return str(number) if listed == NUMBERED else str(row.get("id", next(iter(row.values()))))


def value_at(body: Mapping[str, Any], path: str) -> Any:
    """What stands under a path; ``KeyError`` where nothing does."""
    for found, value in walk(body):
        if found == path:
            return value
    raise KeyError(path)
