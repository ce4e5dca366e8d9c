"""On which days which team helped: from days that are added up, and from the entries of all others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, case, exists, func, select

from bot.core.vocabulary import CommuneId, Confirmation
from storage import help_days
from storage.database import Prepared, Unit
from storage.help_days import TEAM
from storage.models_help import confirmations, help_entries
from storage.models_help import help_days as kept


@dataclass(frozen=True, slots=True)
class TeamDay:
    """What entries of a team on a day add up to; ``confirmed`` are visits."""

    day: date
    team_id: int
    visits: int
    files: int
    confirmed: int


_day, _entry = kept.c, help_entries.c
_KEPT = (
    _day.commune_id == bindparam("commune"),
    _day.day >= bindparam("first"),
    _day.day < bindparam("end"),
    _day.part == TEAM,
)
_STANDS = (
    _entry.commune_id == bindparam("commune"),
    _entry.occurred_on >= bindparam("first"),
    _entry.occurred_on < bindparam("end"),
    _entry.voided_at.is_(None),
)
_is_confirmed = exists().where(
    confirmations.c.commune_id == _entry.commune_id,
    confirmations.c.entry_id == _entry.id,
    confirmations.c.answer == Confirmation.YES.value,
)
_TEAMS = Prepared(
    select(_day.day, _day.key, _day.visits, func.coalesce(_day.files, 0), _day.confirmed).where(
        *_KEPT
    )
)
_FIRSTS = Prepared(
    select(_day.key, func.min(_day.day), func.min(case((_day.confirmed > 0, _day.day))))
    .where(*_KEPT)
    .group_by(_day.key)
)
_FIRSTS_COUNTED = Prepared(
    select(
        _entry.team_id,
        func.min(_entry.occurred_on),
        func.min(case((_is_confirmed, _entry.occurred_on))),
    )
    .where(*_STANDS)
    .group_by(_entry.team_id)
)
_TEAMS_ONCE = Prepared(select(func.distinct(_day.key)).where(*_KEPT))
_TEAMS_COUNTED = Prepared(
    select(
        _entry.occurred_on,
        _entry.team_id,
        func.sum(_entry.visits),
        func.coalesce(func.sum(_entry.files), 0),
        func.sum(case((_is_confirmed, _entry.visits), else_=0)),
    )
    .where(*_STANDS)
    .group_by(_entry.occurred_on, _entry.team_id)
)
_TEAMS_NAMED = Prepared(select(func.distinct(_entry.team_id)).where(*_STANDS))


def list_team_days(unit: Unit, commune: CommuneId, window: tuple[date, date]) -> list[TeamDay]:
    """Every day of the half-open window on which a team has an entry that stands, by day and team."""
    asked = {"commune": commune, "first": window[0], "end": window[1]}
    rows = unit.fetch(_TEAMS, asked)
    for first, end in help_days.list_gaps(unit, commune, window):
        rows += unit.each(_TEAMS_COUNTED, asked | {"first": first, "end": end})
    found = [TeamDay(help_days.as_day(row[0]), *map(int, row[1:])) for row in rows]
    return sorted(found, key=lambda one: (one.day, one.team_id))


def find_first_days(
    unit: Unit, commune: CommuneId, window: tuple[date, date]
) -> dict[int, tuple[date, date | None]]:
    """Of every team of the half-open window its first day, and the first of which help was confirmed.

    By team id; the latter is None while nobody confirmed any, and a team without a day is left out.
    """
    asked = {"commune": commune, "first": window[0], "end": window[1]}
    rows = unit.fetch(_FIRSTS, asked)
    for first, end in help_days.list_gaps(unit, commune, window):
        rows += unit.fetch(_FIRSTS_COUNTED, asked | {"first": first, "end": end})
    found: dict[int, tuple[date, date | None]] = {}
    for team, begun, checked in rows:
        day, confirmed = help_days.as_day(begun), checked and help_days.as_day(checked)
        before, known = found.get(int(team), (day, confirmed))
        either = [one for one in (known, confirmed) if one]
        found[int(team)] = min(before, day), min(either, default=None)
    return found


def find_teams(unit: Unit, commune: CommuneId, window: tuple[date, date]) -> set[int]:
    """The teams of which an entry of the half-open window stands."""
    asked = {"commune": commune, "first": window[0], "end": window[1]}
    found = {int(row[0]) for row in unit.each(_TEAMS_ONCE, asked)}
    for first, end in help_days.list_gaps(unit, commune, window):
        found.update(
            row[0] for row in unit.each(_TEAMS_NAMED, asked | {"first": first, "end": end})
        )
    return found
