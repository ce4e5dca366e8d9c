"""A week beside the week before it: the tables of the office's first page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.text import natural_order

Figures = Mapping[str, Any]
"""A report in the shape of ``report --format json``."""
QUESTIONS = ("asked", "answered", "unknown", "handed_over", "refused")
TOP_QUESTIONS = 10
"""How many guides a report names; ``services/stats.py`` cuts its list there."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure now and before; None is unknown, which is not 0."""

    key: str
    now: int | None
    before: int | None

    @property
    def change(self) -> int | None:
        """How much more than before; None when either is unknown."""
        return None if self.now is None or self.before is None else self.now - self.before


@dataclass(frozen=True, slots=True)
class Weekly:
    """Help and questions of two weeks, by topic and by team; ``silent`` are teams without an entry."""

    summary: tuple[Row, ...]
    topics: tuple[Row, ...]
    teams: tuple[Row, ...]
    questions: tuple[Row, ...]
    guides: tuple[Row, ...]
    team_count: int | None
    silent: tuple[str, ...]


def compare(now: Figures, before: Figures | None, topics: Sequence[str]) -> Weekly:
    """Both weeks side by side; every topic and every team has a row, also those without a visit.

    ``before`` is None when nothing was recorded yet in that week: then it is unknown, not 0.
    """
    weeks = [now] if before is None else [now, before]
    keys = {team for week in weeks for team in _teams(week)}
    return Weekly(
        summary=(
            _row("visits", now, before, "help"),
            Row("people", _people(now), _people(before) if before else None),
            _row("visits_without_person", now, before, "help"),
            _row("reported", now, before, "teams"),
        ),
        topics=tuple(
            Row(key, _visits(now, "topic", key), _visits(before, "topic", key) if before else None)
            for key in topics
        ),
        teams=tuple(
            Row(key, _visits(now, "team", key), _visits(before, "team", key) if before else None)
            for key in sorted(keys, key=natural_order)
        ),
        questions=tuple(_row(key, now, before, "questions") for key in QUESTIONS),
        guides=tuple(
            Row(top["guide"], top["count"], _asked(before, top["guide"]) if before else None)
            for top in now["questions"]["top"]
        ),
        team_count=now["teams"]["total"],
        silent=tuple(sorted(now["teams"]["silent"], key=natural_order)),
    )


def _row(key: str, now: Figures, before: Figures | None, part: str) -> Row:
    return Row(key, now[part][key], before[part][key] if before else None)


def _people(figures: Figures) -> int | None:
    """How many people; unknown while nobody of those helped could be told apart."""
    people: int = figures["help"]["people"]
    return people if people or not figures["help"]["visits_without_person"] else None


def _teams(figures: Figures) -> set[str]:
    return {row["team"] for row in figures["help"]["by_team"]} | set(figures["teams"]["silent"])


def _visits(figures: Figures, by: str, key: str) -> int:
    return sum(row["visits"] for row in figures["help"][f"by_{by}"] if row[by] == key)


def _asked(figures: Figures, guide: str) -> int | None:
    """How often a guide was asked for; unknown when the list of the most asked was too short for it."""
    most_asked = figures["questions"]["top"]
    counts = [top["count"] for top in most_asked if top["guide"] == guide]
    return sum(counts) if counts or len(most_asked) < TOP_QUESTIONS else None
