"""A team's help over time, with that of the teams that merged into it: the series goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import exists, func, select

from bot.core.vocabulary import CommuneId, Outcome, Topic
from storage.database import Unit
from storage.models import members, teams
from storage.models_help import help_entries

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WeekCount:
    """The visits of a team in the ISO week that begins on that Monday."""

    monday: date
    visits: int


@dataclass(frozen=True, slots=True)
class Logged:
    """What a member logged: how many visits, and what the newest entry was about."""

    member_id: int
    name: str
    visits: int
    topic: Topic


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A help that did not come to its end; ``member`` is who gave it, where that is known."""

    entry_id: int
    occurred_on: date
    topic: Topic
    member: str | None


def family(unit: Unit, commune: CommuneId, team_id: int) -> list[int]:
    """The team and every team that merged into it, by whatever way."""
    rows = unit.connection.execute(
        select(teams.c.id, teams.c.merged_into).where(teams.c.commune_id == commune)
    )
    into = {row[0]: row[1] for row in rows}
    found = [team_id] if team_id in into else []
    for one in found:  # grows while it is walked through
        found += [child for child, target in into.items() if target == one and child not in found]
    return found


def visits_by_week(
    unit: Unit, commune: CommuneId, team_ids: Sequence[int], window: tuple[date, date]
) -> list[WeekCount]:
    """Visits of these teams together in each ISO week of the window of days; weeks without any are 0."""
    first, end = window
    day = help_entries.c.occurred_on
    rows = unit.connection.execute(
        select(day, func.sum(help_entries.c.visits))
        .where(*_counts(commune, team_ids, window))
        .group_by(day)
    )
    visits: Counter[date] = Counter()
    for occurred_on, count in rows:
        visits[_monday(occurred_on)] += int(count)
    mondays = [_monday(first)]
    while mondays[-1] + 7 * DAY < end:
        mondays.append(mondays[-1] + 7 * DAY)
    return [WeekCount(monday, visits[monday]) for monday in mondays]


def list_logged(
    unit: Unit, commune: CommuneId, team_ids: Sequence[int], window: tuple[date, date]
) -> list[Logged]:
    """Members who logged for these teams in the window of days, in the order they joined."""
    entry = help_entries.c
    rows = unit.connection.execute(
        select(entry.member_id, members.c.name, entry.visits, entry.topic)
        .join_from(help_entries, members, members.c.id == entry.member_id)
        .where(*_counts(commune, team_ids, window))
        .order_by(entry.member_id, entry.recorded_at, entry.id)
    )
    found: dict[int, Logged] = {}
    for member_id, name, visits, topic in rows:
        before = found[member_id].visits if member_id in found else 0
        found[member_id] = Logged(member_id, name, before + visits, Topic(topic))
    return list(found.values())


def list_unfinished(
    unit: Unit, commune: CommuneId, team_ids: Sequence[int], since: date, most: int
) -> list[Unfinished]:
    """Helps that did not come to an end, the oldest first; one that was finished later is left out."""
    entry, later = help_entries.c, help_entries.alias("later")
    is_finished = exists().where(
        later.c.commune_id == entry.commune_id,
        later.c.person_id == entry.person_id,
        later.c.topic == entry.topic,
        later.c.outcome == Outcome.DONE,
        later.c.voided_at.is_(None),
        later.c.occurred_on >= entry.occurred_on,
    )
    rows = unit.connection.execute(
        select(entry.id, entry.occurred_on, entry.topic, members.c.name)
        .outerjoin(members, members.c.id == entry.member_id)
        .where(
            entry.commune_id == commune,
            entry.team_id.in_(team_ids),
            entry.occurred_on >= since,
            entry.outcome == Outcome.NOT_DONE,
            entry.voided_at.is_(None),
            ~is_finished,
        )
        .order_by(entry.occurred_on, entry.id)
        .limit(most)
    )
    return [Unfinished(row[0], row[1], Topic(row[2]), row[3]) for row in rows]


def _counts(
    commune: CommuneId, team_ids: Sequence[int], window: tuple[date, date]
) -> tuple[Any, ...]:
    entry = help_entries.c
    return (
        entry.commune_id == commune,
        entry.team_id.in_(team_ids),
        entry.occurred_on >= window[0],
        entry.occurred_on < window[1],
        entry.voided_at.is_(None),
    )


def _monday(day: date) -> date:
    return day - day.weekday() * DAY
