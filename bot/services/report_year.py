"""The year by team and month, for commendations: visits, people, classes that each team gave.

A month in which a team wrote nothing is empty, not 0. People of months do not add up to those of the year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

from bot.core.periods import Period
from bot.core.text import natural_order
from bot.core.vocabulary import TrainingKind
from bot.locale import Texts, local_day
from bot.reports.tables import Column, Kind, Row, Table, Value
from bot.reports.weekly import people_known
from bot.services.frozen_rows import Visits
from storage.report_rows import Held, Help

Month = tuple[int, int]
Line = TypeVar("Line", Help, Visits)
WHOLE: Month = (0, 0)
"""Stands for all months together."""
EVERYBODY = ""
"""Stands for all teams together; no team is called so."""


def is_year(period: Period) -> bool:
    """True for periods that commendations look at."""
    return period.kind.removeprefix("reporting-") == "year"


@dataclass(slots=True)
class _Cell:
    """What a team did in a month."""

    visits: int = 0
    without_person: int = 0
    people: set[int] = field(default_factory=set)

    @property
    def known_people(self) -> int | None:
        """How many people; unknown while nobody can be told apart."""
        return people_known(len(self.people), self.without_person)


class Tally:
    """Adds up a year while its rows go by."""

    def __init__(self) -> None:
        self._cells: defaultdict[tuple[str, Month], _Cell] = defaultdict(_Cell)
        self._classes: defaultdict[tuple[str, Month], int] = defaultdict(int)

    def counting(self, rows: Iterable[Line]) -> Iterator[Line]:
        """The same rows, each counted once it has gone by."""
        for one in rows:
            month = (one.occurred_on.year, one.occurred_on.month)
            for key in _keys(one.team, month):
                cell = self._cells[key]
                cell.visits += one.visits
                if one.person is None:
                    cell.without_person += one.visits
                else:
                    cell.people.add(one.person)
            yield one

    def add_classes(self, held: Iterable[Held]) -> None:
        """Classes that teams gave; those of the commune itself stand in no team."""
        for one in held:
            if one.kind == TrainingKind.CLASS and one.team is not None:
                day = local_day(one.starts_at)
                for key in _keys(one.team, (day.year, day.month)):
                    self._classes[key] += 1

    def tables(self, texts: Texts, period: Period, *, with_people: bool) -> list[Table]:
        """A table each of visits, people and classes; people only where they may be split."""
        found: dict[str, Mapping[tuple[str, Month], int | None]] = {
            "visits": {key: cell.visits for key, cell in self._cells.items()},
            "people": {key: cell.known_people for key, cell in self._cells.items()},
            "classes": dict(self._classes),
        }
        if not with_people:
            del found["people"]
        months = list(_months(period))
        return [_table(texts, (name, cells), months) for name, cells in found.items()]


def _keys(team: str, month: Month) -> Iterator[tuple[str, Month]]:
    return ((who, when) for who in (team, EVERYBODY) for when in (month, WHOLE))


def _months(period: Period) -> Iterator[Month]:
    day, last = period.start.replace(day=1), period.end - timedelta(days=1)
    while day <= last:
        yield day.year, day.month
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _table(
    texts: Texts,
    counted: tuple[str, Mapping[tuple[str, Month], int | None]],
    months: Sequence[Month],
) -> Table:
    name, cells = counted
    columns = [
        Column("label", texts.say("report.column-team"), Kind.TEXT, 24),
        *(
            Column(f"{year}-{month:02}", f"{month:02}/{year}", Kind.COUNT, 9)
            for year, month in months
        ),
        Column("whole", texts.say("report.column-whole"), Kind.COUNT, 11),
    ]
    teams = sorted({team for team, _ in cells if team != EVERYBODY}, key=natural_order)

    def line(team: str) -> tuple[Value, ...]:
        return tuple(cells.get((team, month)) for month in (*months, WHOLE))

    rows = [Row(f"year.{name}[{team}]", (team, *line(team))) for team in teams]
    if rows:
        total = (texts.say("report.total"), *line(EVERYBODY))
        rows.append(Row(f"year.{name}", total, is_total=True))
    notes = [texts.say("report.note-distinct")] if name == "people" else []
    return Table(f"year_{name}", texts.say(f"report.table-year-{name}"), columns, rows, notes)
