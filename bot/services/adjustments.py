"""What was entered, corrected or taken back after a period was closed, itemised once in the next report.

Each kind of period is a chain of its own: a month tells of months, a week of weeks. So the sum of all closed
periods and their adjustments is what is counted today, by team and day. What a report that is closed has told
is not told again; while none is closed after it, each later report tells it anew.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from bot.core.periods import Period
from bot.core.text import natural_order
from bot.core.vocabulary import CommuneId
from bot.locale import local_day
from storage import closing_figures, closings
from storage.closing_figures import Held, Helped, PutOut
from storage.closings import Closing
from storage.database import Unit

VISITS, FILES = "help.visits", "help.files"
HELD, ATTENDANCES = "trainings.held", "trainings.attendances"
TIMES, AMOUNT = "communication.times", "communication.amount"
FIGURES = (VISITS, FILES, HELD, ATTENDANCES, TIMES, AMOUNT)
"""Figures that can be added up by team and day; people cannot, so none of them is among these."""
OF_HELP = frozenset({VISITS, FILES})
DAY = timedelta(days=1)


class Cell(NamedTuple):
    """One figure of a team (None: of the office) on a day; ``kind`` is that of a training or piece."""

    figure: str
    kind: str | None
    team: int | None
    on: date


Cells = Counter[Cell]


@dataclass(frozen=True, slots=True)
class Basis:
    """What a closed period counted: to which day and revision, cell by cell, and what it told of others.

    ``cut`` is the hour at which it begins and ends, where that is not midnight. ``relied`` holds the ids of
    the reports in force that had told something: what they told was left out of this one.
    """

    until: date
    cut: time | None
    revision: int
    cells: Cells
    told: Mapping[str, Cells]
    relied: frozenset[int]

    def to_bytes(self) -> bytes:
        """As it is stored; the same basis gives the same bytes."""
        body = {
            "until": self.until.isoformat(),
            "cut": self.cut.isoformat() if self.cut is not None else None,
            "revision": self.revision,
            "cells": _plain(self.cells),
            "told": {name: _plain(cells) for name, cells in sorted(self.told.items())},
            "relied": sorted(self.relied),
        }
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Basis:
        """What ``to_bytes`` gave."""
        body = json.loads(stored)
        told = {name: _typed(cells) for name, cells in body["told"].items()}
        cut = body["cut"]
        return cls(
            until=date.fromisoformat(body["until"]),
            cut=time.fromisoformat(cut) if cut is not None else None,
            revision=body["revision"],
            cells=_typed(body["cells"]),
            told=told,
            relied=frozenset(body["relied"]),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What changed of a closed period since; ``period`` is its name."""

    period: str
    cell: Cell
    change: int


@dataclass(frozen=True, slots=True)
class _Frozen:
    closing: Closing
    basis: Basis

    @property
    def period(self) -> Period:
        """The whole of it, cut as it was when it was closed."""
        one = self.closing
        return Period(one.kind, one.key, one.starts_on, one.ends_on + DAY, self.basis.cut)


def count(unit: Unit, commune: CommuneId, period: Period) -> Cells:
    """Every cell of the period as it is counted now."""
    helped = closing_figures.helped(unit, commune, (period.start, period.end))
    return _Beside.read(unit, commune, [period]).within(period) + _help(helped)


def basis_of(unit: Unit, commune: CommuneId, counted: Period, changes: Iterable[Change]) -> Basis:
    """What is frozen of a period that is closed now, to the day and hour that it counts to.

    The changes are those that it tells of others.
    """
    told: dict[str, Cells] = {}
    for one in changes:
        told.setdefault(one.period, Counter())[one.cell] += one.change
    stored = closings.list_with_basis(unit, commune, counted.kind)
    return Basis(
        until=counted.last_day,
        cut=counted.cut,
        revision=closing_figures.newest_change(unit, commune),
        cells=count(unit, commune, counted),
        told=told,
        relied=frozenset(one.id for one, raw in stored if Basis.from_bytes(raw).told),
    )


def remaining(unit: Unit, commune: CommuneId, period: Period) -> list[Change]:
    """What the report of this period has to tell of those of its kind that were closed before it."""
    stored = closings.list_with_basis(unit, commune, period.kind)
    if not any(closing.ends_on < period.start for closing, _ in stored):
        return []
    frozen = [_Frozen(closing, Basis.from_bytes(raw)) for closing, raw in stored]
    earlier = [one for one in frozen if one.closing.ends_on < period.start]
    told: dict[str, Cells] = {}
    for one in frozen:
        for name, cells in one.basis.told.items():
            told.setdefault(name, Counter()).update(cells)
    looked = _days_to_look_at(unit, commune, earlier, frozen)
    beside = _Beside.read(unit, commune, [one.period for one in earlier])
    helped = _help(closing_figures.helped_on(unit, commune, set().union(*looked)))
    found = []
    for one, days in zip(earlier, looked, strict=True):
        left = beside.within(one.period)
        left.update({cell: number for cell, number in helped.items() if cell.on in days})
        for known in (one.basis.cells, told.get(one.closing.name, Counter())):
            left.subtract(
                {c: n for c, n in known.items() if c.figure not in OF_HELP or c.on in days}
            )
        found += _changes(one.closing, left)
    return found


def since(unit: Unit, commune: CommuneId, closing: Closing, basis: Basis) -> list[Change]:
    """All that changed of one closed period, also what later reports have told."""
    left = count(unit, commune, _Frozen(closing, basis).period)
    left.subtract(basis.cells)
    return _changes(closing, left)


def in_json(unit: Unit, commune: CommuneId, changes: Sequence[Change]) -> list[dict[str, Any]]:
    """The part ``adjustments`` of the report: periods and figures in order, then days, then teams."""
    names = closing_figures.team_names(unit, commune) if changes else {}
    lines = [
        {
            "period": one.period,
            "figure": one.cell.figure,
            "kind": one.cell.kind,
            "team": names[one.cell.team] if one.cell.team is not None else None,
            "on": one.cell.on.isoformat(),
            "change": one.change,
        }
        for one in changes
    ]
    return sorted(lines, key=_place)


def _place(line: Mapping[str, Any]) -> tuple[Any, ...]:
    team = natural_order(line["team"] or "")
    figure = FIGURES.index(line["figure"])
    return line["period"], figure, line["kind"] or "", line["on"], team


def _days_to_look_at(
    unit: Unit, commune: CommuneId, earlier: Sequence[_Frozen], frozen: Sequence[_Frozen]
) -> list[set[date]]:
    """Of each earlier period the days whose help may differ from what was frozen and told.

    A later report of the kind has told all that was different when it was closed; after that only what was
    written on since can be. It proves nothing once a report that it relied on is reopened: that had told
    what this one left out.
    """
    in_force = {one.closing.id for one in frozen}
    sound = [one for one in frozen if one.basis.relied <= in_force]
    proved = [
        [
            one.basis.revision
            for one in sound
            if one.closing.starts_on > old.closing.ends_on and one.closing.id > old.closing.id
        ]
        for old in earlier
    ]
    oldest = min(
        max([old.basis.revision, *later]) for old, later in zip(earlier, proved, strict=True)
    )
    changed = closing_figures.days_changed(unit, commune, oldest)
    found = []
    for old, later in zip(earlier, proved, strict=True):
        period, end = old.period, old.period.end
        days = {day for day in changed if period.contains(day)}
        if not later:  # closed before it was over: what followed was counted nowhere
            left = (end - old.basis.until).days
            days |= {old.basis.until + timedelta(days=ahead) for ahead in range(1, left)}
        found.append(days)
    return found


def _changes(closing: Closing, left: Cells) -> list[Change]:
    return [Change(closing.name, cell, left[cell]) for cell in _sorted(left) if left[cell]]


def _sorted(cells: Cells) -> list[Cell]:
    return sorted(cells, key=lambda cell: (*cell[:1], cell.on, cell.kind or "", cell.team or 0))


def _help(lines: Iterable[Helped]) -> Cells:
    cells: Cells = Counter()
    for one in lines:
        cells[Cell(VISITS, None, one.team_id, one.day)] += one.visits
        if one.files:
            cells[Cell(FILES, None, one.team_id, one.day)] += one.files
    return cells


@dataclass(frozen=True, slots=True)
class _Beside:
    """Trainings and what was put out: few enough to be counted anew each time.

    A training is of the period that its first moment lies in, which the day alone does not tell: two weeks
    that meet at an hour share one.
    """

    held: Sequence[tuple[datetime, Cells]]
    put_out: Sequence[tuple[date, Cells]]

    @classmethod
    def read(cls, unit: Unit, commune: CommuneId, periods: Sequence[Period]) -> _Beside:
        """All from the first of these periods to the last."""
        moments = min(one.start_at for one in periods), max(one.end_at for one in periods)
        days = min(one.start for one in periods), max(one.end for one in periods)
        held = closing_figures.held(unit, commune, moments)
        put_out = closing_figures.put_out(unit, commune, days)
        return cls(
            [(one.starts_at, _held(one)) for one in held],
            [(one.day, _put_out(one)) for one in put_out],
        )

    def within(self, period: Period) -> Cells:
        """The cells of one of the periods."""
        cells: Cells = Counter()
        first, end = period.start_at, period.end_at
        for moment, held in self.held:
            if first <= moment < end:
                cells.update(held)
        for day, put_out in self.put_out:
            if period.contains(day):
                cells.update(put_out)
        return cells


def _held(one: Held) -> Cells:
    place = one.kind, one.team_id, local_day(one.starts_at)
    seats = {Cell(ATTENDANCES, *place): one.attendances} if one.attendances else {}
    return Counter({Cell(HELD, *place): 1} | seats)


def _put_out(piece: PutOut) -> Cells:
    place = piece.kind, piece.team_id, piece.day
    return Counter({Cell(TIMES, *place): piece.times, Cell(AMOUNT, *place): piece.amount})


def _plain(cells: Cells) -> list[list[Any]]:
    return [[*cell[:3], cell.on.isoformat(), cells[cell]] for cell in _sorted(cells)]


def _typed(cells: Iterable[Sequence[Any]]) -> Cells:
    return Counter(
        {
            Cell(figure, kind, team, date.fromisoformat(day)): number
            for figure, kind, team, day, number in cells
        }
    )
