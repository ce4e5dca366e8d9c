"""Teams over the years: their kinds, which merged into which, and the names they had.

A merge writes an end and the team that its series goes on in; no entry is ever rewritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Table, insert, select, update

from bot.core.team_names import bare_name
from bot.core.vocabulary import CommuneId, TeamKind
from storage.database import Unit
from storage.models import neighbourhoods, teams
from storage.models_help import help_entries


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team as it is or was. ``merged_into`` is the team that its series goes on in."""

    id: int
    name: str
    kind: TeamKind
    neighbourhood_id: int | None
    valid_from: date | None
    valid_to: date | None
    merged_into: int | None

    def is_there(self, day: date) -> bool:
        """True when it is a team of that day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day < self.valid_to)

    @property
    def bare(self) -> str:
        """Its name without what was put behind it when another team got the name."""
        return bare_name(self.name)


_LINE = (
    teams.c.id,
    teams.c.name,
    teams.c.kind,
    teams.c.neighbourhood_id,
    teams.c.valid_from,
    teams.c.valid_to,
    teams.c.merged_into,
)


def list_lines(unit: Unit, commune: CommuneId) -> list[TeamLine]:
    """Every team that there is or was, in the order they were made."""
    rows = unit.connection.execute(
        select(*_LINE).where(teams.c.commune_id == commune).order_by(teams.c.id)
    )
    return [TeamLine(row[0], row[1], TeamKind(row[2]), *row[3:]) for row in rows]


def add_line(unit: Unit, commune: CommuneId, name: str, kind: TeamKind, since: date) -> int:
    """A new team, with its neighbourhood where its kind has one; gives the id."""
    place = None
    if kind is TeamKind.NEIGHBOURHOOD:
        new = insert(neighbourhoods).values(commune_id=commune, name=name, valid_from=since)
        place = unit.connection.execute(new.returning(neighbourhoods.c.id)).scalar_one()
    made: int = unit.connection.execute(
        insert(teams)
        .values(
            commune_id=commune,
            name=name,
            kind=kind,
            neighbourhood_id=place,
            valid_from=since,
        )
        .returning(teams.c.id)
    ).scalar_one()
    return made


def set_end(
    unit: Unit, commune: CommuneId, line: TeamLine, into: TeamLine | None, on: date | None
) -> None:
    """From that day on it is no team any more but a part of ``into``; no day: it is one again."""
    target = into.id if into else None
    place = into.neighbourhood_id if into else None
    for table, own, other in (
        (teams, line.id, target),
        (neighbourhoods, line.neighbourhood_id, place),
    ):
        unit.connection.execute(
            update(table)
            .where(table.c.commune_id == commune, table.c.id == own)
            .values(valid_to=on, merged_into=other)
        )


def rename_line(unit: Unit, commune: CommuneId, line: TeamLine, name: str) -> None:
    """Set the name of a team and of its neighbourhood."""
    pairs: Sequence[tuple[Table, int | None]] = (
        (teams, line.id),
        (neighbourhoods, line.neighbourhood_id),
    )
    for table, own in pairs:
        mine = (table.c.commune_id == commune, table.c.id == own)
        unit.connection.execute(update(table).where(*mine).values(name=name))


def has_entries(unit: Unit, commune: CommuneId, team_id: int, since: date) -> bool:
    """True when an entry of the team stands for that day or a later one, taken out or not."""
    found = select(help_entries.c.id).where(
        help_entries.c.commune_id == commune,
        help_entries.c.team_id == team_id,
        help_entries.c.occurred_on >= since,
    )
    return unit.connection.execute(found.limit(1)).first() is not None
