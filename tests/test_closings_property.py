"""Whatever is closed, reopened and written in between: what was frozen and told is a recount, cell by cell.

The recount is plain Python over what was done, by team and day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import RuleError
from bot.core.periods import Period, parse
from bot.library import Library
from storage.closings import Closing
from storage.help_entries import Entry
from tests.closing_tools import TEAMS, Ward, cells_of
from tests.storage_tools import ENGINES, Shelf, open_shelf

FIRST = date(2026, 10, 5)
WEEKS = [parse(f"week:2026-W{number}") for number in (41, 42, 43)]
NEXT = "week:2026-W44"
DAYS = 21


@dataclass(frozen=True)
class Log:
    """A team has helped."""

    day: int
    team: int
    visits: int


@dataclass(frozen=True)
class Correct:
    """It was another day, or more often."""

    entry: int
    day: int
    visits: int


@dataclass(frozen=True)
class Void:
    entry: int


@dataclass(frozen=True)
class Hold:
    """A class took place, with two who came."""

    day: int
    team: int | None


@dataclass(frozen=True)
class Close:
    week: int


@dataclass(frozen=True)
class Reopen:
    week: int


Act = Log | Correct | Void | Hold | Close | Reopen
SOME_DAY, SOME_WEEK = st.integers(0, DAYS - 1), st.integers(0, len(WEEKS) - 1)
VISITS, SOME = st.integers(1, 9), st.integers(0, 5)
ACTS = st.lists(
    st.one_of(
        st.builds(Log, SOME_DAY, st.integers(0, 2), VISITS),
        st.builds(Correct, SOME, SOME_DAY, VISITS),
        st.builds(Void, SOME),
        st.builds(Hold, SOME_DAY, st.sampled_from([None, 0, 1])),
        st.builds(Close, SOME_WEEK),
        st.builds(Close, SOME_WEEK),
        st.builds(Reopen, SOME_WEEK),
    ),
    min_size=4,
    max_size=14,
)


@dataclass
class Town:
    """A ward, and what was done in it as a plain list."""

    ward: Ward
    entries: dict[int, Entry] = field(default_factory=dict)
    classes: list[tuple[date, str]] = field(default_factory=list)
    closed: dict[int, Closing] = field(default_factory=dict)

    def does(self, act: Act) -> None:
        """Do it, and remember it."""
        match act:
            case Log():
                entry = self.ward.helps(_day(act.day), act.visits, TEAMS[act.team])
                self.entries[len(self.entries)] = entry
            case Correct() if act.entry in self.entries:
                fresh = {"occurred_on": _day(act.day), "visits": act.visits}
                entry = self.ward.corrects(self.entries[act.entry], **fresh)
                self.entries[act.entry] = entry
            case Void() if act.entry in self.entries:
                self.ward.takes_back(self.entries.pop(act.entry))
                last = len(self.entries)
                if act.entry != last:  # numbers stay without a gap
                    self.entries[act.entry] = self.entries.pop(last)
            case Hold():
                team = TEAMS[act.team] if act.team is not None else None
                self.ward.holds(_day(act.day), team)
                self.classes.append((_day(act.day), team or ""))
            case Close() if act.week not in self.closed:
                week = WEEKS[act.week]
                self.closed[act.week] = self.ward.closes(f"week:{week.key}")
            case Reopen() if act.week in self.closed:
                self.reopens(act.week)

    def reopens(self, week: int) -> None:
        """Unless a later report has told what changed."""
        fault = ""
        try:
            self.ward.reopens(self.closed[week])
        except RuleError as error:
            fault = error.code
        assert fault in ("", "closing.told")
        if not fault:
            del self.closed[week]

    def recount(self, week: Period) -> Counter[tuple[str, ...]]:
        """Figure, kind, team, day."""
        names = {number: name for name, number in self.ward.teams.items()}
        cells: Counter[tuple[str, ...]] = Counter()
        for entry in self.entries.values():
            day = entry.help.occurred_on
            if week.contains(day):
                key = ("help.visits", "", names[entry.team_id], day.isoformat())
                cells[key] += entry.help.visits
        for day, team in self.classes:
            if week.contains(day):
                cells["trainings.held", "class", team, day.isoformat()] += 1
                cells["trainings.attendances", "class", team, day.isoformat()] += 2
        return cells

    def figures(self, week: Period) -> tuple[int | None, int | None]:
        """Visits and classes as a report of the week says them now: null before their log began.

        The help log begins on the first day of an entry that stands, that of classes on the day of its first
        writing: in November, so a week of October without a class says nothing.
        """
        cells = self.recount(week)
        days = [entry.help.occurred_on for entry in self.entries.values()]
        has_begun = min(days, default=week.end) < week.end
        held = total(cells, "trainings.held")
        return total(cells, "help.visits") if has_begun else None, held or None


def _day(number: int) -> date:
    return FIRST + timedelta(days=number)


def total(cells: Counter[tuple[str, ...]], figure: str) -> int:
    return sum(number for cell, number in cells.items() if cell[0] == figure)


@pytest.fixture(scope="module", params=ENGINES)
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shelf]:
    with open_shelf(request, request.param, tmp_path_factory.mktemp("closings")) as opened:
        opened.clock.now = datetime(2026, 11, 18, 2, tzinfo=UTC)
        yield opened


@given(acts=ACTS)
def test_what_was_frozen_and_what_was_told_is_a_recount_of_today(
    shelf: Shelf, library: Library, acts: list[Act]
) -> None:
    town = Town(Ward(shelf, library.plans["ho-nai"]))
    frozen: dict[int, Counter[tuple[str, ...]]] = {}
    printed: dict[int, tuple[int | None, int | None]] = {}
    for act in acts:
        was_closed = set(town.closed)
        town.does(act)
        for week in set(town.closed) - was_closed:
            frozen[week] = town.recount(WEEKS[week])
            printed[week] = town.figures(WEEKS[week])
    bodies = {week: town.ward.report(f"week:{WEEKS[week].key}") for week in town.closed}
    reports = [*bodies.values(), town.ward.report(NEXT)]
    lines = [line for body in reports for line in body["adjustments"]]
    for week, body in bodies.items():
        told, now = cells_of(lines, WEEKS[week]), town.recount(WEEKS[week])
        left = Counter(now)
        left.subtract(frozen[week])
        left.subtract(told)
        assert {cell: number for cell, number in left.items() if number} == {}
        visits, held = body["help"]["visits"], body["trainings"]["held"]
        assert (visits, held) == printed[week]
        # What came to a week of which nothing was known is all that is known of it.
        assert (visits or 0) + total(told, "help.visits") == total(now, "help.visits")
        assert (held or 0) + total(told, "trainings.held") == total(now, "trainings.held")
    assert {line["period"] for line in lines} <= {f"week:{WEEKS[week].key}" for week in town.closed}
    assert all(line["change"] for line in lines)
