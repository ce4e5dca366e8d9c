"""A week beside the week before it: the tables of the office's first page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any, TypedDict

from bot.core.text import natural_order
from bot.core.vocabulary import (
    UNSAID,
    CommunicationKind,
    Outcome,
    Place,
    Service,
    Subject,
    TrainingKind,
)

Figures = Mapping[str, Any]
"""A report in the shape of ``report --format json``."""
QUESTIONS = ("asked", "answered", "unknown", "too_vague", "handed_over", "refused")
REQUESTS = ("opened", "closed", "open_now", "median_hours_to_claim")
CONFIRMED = "confirmed"
LEARNING = ("introduced", "self_reported", CONFIRMED)
"""Three figures that are never summed."""
ATTENDED = ("attendances", "people", "attendances_without_person", "heads")
SESSIONS = "sessions"
DECLARED = ("new_declared", "confirmed", "denied", "files")
"""What helpers and helped people say of the visits: shown beside them, never summed with them."""
WORDS: Mapping[str, type[StrEnum]] = {
    "service": Service,
    "place": Place,
    "outcome": Outcome,
    "subject": Subject,
}
"""Splits of visits only, and the words of each in the order of reports."""
TOP_QUESTIONS = 10
"""How many guides a report names; ``services/stats.py`` cuts its list there."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure now and before; None is unknown, which is not 0."""

    key: str
    now: float | None
    before: float | None

    @property
    def change(self) -> float | None:
        """How much more than before; None when either is unknown."""
        if self.now is None or self.before is None:
            return None
        return round(self.now - self.before, 2)


@dataclass(frozen=True, slots=True)
class Weekly:
    """Help, questions, trainings and what else was done in two weeks; ``silent`` are teams without an entry.

    ``splits`` have a row for each word that stands in either week, in the order of the report, then
    ``UNSAID`` for visits whose entry does not say it; an entry may hold several services.
    """

    summary: tuple[Row, ...]
    topics: tuple[Row, ...]
    teams: tuple[Row, ...]
    splits: Mapping[str, tuple[Row, ...]]
    requests: tuple[Row, ...]
    questions: tuple[Row, ...]
    guides: tuple[Row, ...]
    trainings: tuple[Row, ...]
    communication: tuple[Row, ...]
    learning: tuple[Row, ...]
    team_count: int | None
    silent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Since:
    """The day from which each log is known; None where nobody ever wrote a line of it.

    ``teams`` have a row each also in a week of which nothing is known.
    """

    help: date
    requests: date
    questions: date
    trainings: date | None
    communication: date | None
    learning: date
    teams: Sequence[str] = ()


class _Pair:
    """The week and the one before it; one that is unknown gives None for every figure of a log.

    A week of which something is written down is known, however much later that was.
    """

    def __init__(self, weeks: tuple[Figures, Figures], since: date | None, part: str) -> None:
        self.now, self.before = (
            week if _is_kept(week, since) or _is_written(week, part) else None for week in weeks
        )

    def row(self, key: str, figure: Callable[[Figures], float | None]) -> Row:
        return Row(
            key,
            None if self.now is None else figure(self.now),
            None if self.before is None else figure(self.before),
        )


def compare(now: Figures, before: Figures, since: Since, topics: Sequence[str]) -> Weekly:
    """Both weeks side by side; every topic and every team has a row, also those without a visit.

    A week that was over before a log began is unknown in it, not 0: nothing was recorded in those days.
    """
    weeks = (now, before)
    pair = _Pair(weeks, since.help, "help")
    requests = _Pair(weeks, since.requests, "requests")
    questions = _Pair(weeks, since.questions, "questions")
    keys = _teams(now) | (_teams(pair.before) if pair.before else set()) | set(since.teams)
    most_asked = questions.now["questions"]["top"] if questions.now else ()
    silent = now["teams"]["silent"] if pair.now else ()
    return Weekly(
        summary=(
            pair.row("visits", partial(_figure, "help", "visits")),
            pair.row("people", partial(_figure, "help", "people")),
            pair.row("visits_without_person", partial(_figure, "help", "visits_without_person")),
            pair.row("reported", partial(_figure, "teams", "reported")),
            *(pair.row(key, partial(_figure, "help", key)) for key in DECLARED),
        ),
        topics=tuple(pair.row(key, partial(_visits, "topic", key)) for key in topics),
        teams=tuple(
            pair.row(key, partial(_visits, "team", key)) for key in sorted(keys, key=natural_order)
        ),
        splits={split: _split(pair, split) for split in WORDS},
        requests=tuple(requests.row(key, partial(_figure, "requests", key)) for key in REQUESTS),
        questions=tuple(
            questions.row(key, partial(_figure, "questions", key)) for key in QUESTIONS
        ),
        guides=tuple(
            questions.row(top["guide"], partial(_asked, top["guide"])) for top in most_asked
        ),
        **_done_besides(weeks, since),
        team_count=now["teams"]["total"],
        silent=tuple(sorted(silent, key=natural_order)),
    )


class _Besides(TypedDict):
    """Tables of what is done besides helping one by one."""

    trainings: tuple[Row, ...]
    communication: tuple[Row, ...]
    learning: tuple[Row, ...]


def _done_besides(weeks: tuple[Figures, Figures], since: Since) -> _Besides:
    held = _Pair(weeks, since.trainings, "trainings")
    put_out = _Pair(weeks, since.communication, "communication")
    told = _Pair(weeks, since.learning, "learning")
    read = _Pair(weeks, date.min, "learning")  # from a source that is not our log
    return _Besides(
        trainings=(
            *(held.row(kind.value, partial(_held, kind)) for kind in TrainingKind),
            *(held.row(key, partial(_figure, "trainings", key)) for key in ATTENDED),
        ),
        communication=(
            held.row(SESSIONS, partial(_figure, "communication", SESSIONS)),
            *(put_out.row(kind.value, partial(_put_out, kind)) for kind in CommunicationKind),
        ),
        learning=tuple(
            (read if key == CONFIRMED else told).row(key, partial(_figure, "learning", key))
            for key in LEARNING
        ),
    )


def _is_kept(week: Figures, since: date | None) -> bool:
    return since is not None and since.isoformat() < week["period"]["to"]


def _is_written(week: Figures, part: str) -> bool:
    found = week[part]
    match part:
        case "trainings":
            return bool(found["held"])
        case "communication":
            return bool(found["by_kind"])
        case "learning":
            return bool(found["introduced"] or found["self_reported"])
    return False


def people_known(people: int, visits_without_person: int) -> int | None:
    """How many people; unknown while nobody of those helped could be told apart."""
    return people if people or not visits_without_person else None


def _figure(part: str, key: str, figures: Figures) -> float | None:
    figure: float | None = figures[part][key]
    return figure


def _split(pair: _Pair, split: str) -> tuple[Row, ...]:
    weeks = [week for week in (pair.now, pair.before) if week is not None]
    keys = {row[split] for week in weeks for row in week["help"][f"by_{split}"]}
    order = [word.value for word in WORDS[split] if word in keys]
    rows = [pair.row(key, partial(_visits, split, key)) for key in order]
    if rows and split != "service" and any(_unsaid(split, week) for week in weeks):
        rows.append(pair.row(UNSAID, partial(_unsaid, split)))
    return tuple(rows)


def _unsaid(split: str, figures: Figures) -> int:
    said = sum(row["visits"] for row in figures["help"][f"by_{split}"])
    return int(figures["help"]["visits"] - said)


def _teams(figures: Figures) -> set[str]:
    return {row["team"] for row in figures["help"]["by_team"]} | set(figures["teams"]["silent"])


def _visits(by: str, key: str, figures: Figures) -> int:
    return sum(row["visits"] for row in figures["help"][f"by_{by}"] if row[by] == key)


def _held(kind: TrainingKind, figures: Figures) -> int:
    return sum(row["held"] for row in figures["trainings"]["by_kind"] if row["kind"] == kind)


def _put_out(kind: CommunicationKind, figures: Figures) -> int:
    return sum(row["amount"] for row in figures["communication"]["by_kind"] if row["kind"] == kind)


def _asked(guide: str, figures: Figures) -> int | None:
    """How often a guide was asked for; unknown when the list of the most asked was too short for it."""
    most_asked = figures["questions"]["top"]
    counts = [top["count"] for top in most_asked if top["guide"] == guide]
    return sum(counts) if counts or len(most_asked) < TOP_QUESTIONS else None
