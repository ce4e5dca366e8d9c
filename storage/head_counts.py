"""Heads of priority groups by week; a number told anew leaves the earlier one in its place, taken out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, update

from bot.core.vocabulary import CommuneId, PriorityGroup
from storage.database import INSERTS, Unit
from storage.models_help import head_counts


@dataclass(frozen=True, slots=True)
class NewCount:
    """A number as it is told. ``client_id`` makes a repeat harmless; ``week_of`` is its Monday."""

    client_id: str
    team_id: int
    member_id: int
    week_of: date
    group: PriorityGroup
    heads: int


def put(unit: Unit, commune: CommuneId, fresh: NewCount) -> int | None:
    """Write it in the place of what the member told for that team, group and week; None for a repeat."""
    row = head_counts.c
    values = {
        "commune_id": commune,
        "client_id": fresh.client_id,
        "team_id": fresh.team_id,
        "member_id": fresh.member_id,
        "week_of": fresh.week_of,
        "group": fresh.group,
        "heads": fresh.heads,
        "recorded_at": unit.now,
    }
    added = (
        INSERTS[unit.dialect](head_counts)
        .values(values)
        .on_conflict_do_nothing(index_elements=["commune_id", "client_id"])
        .returning(row.id)
    )
    new_id: int | None = unit.connection.execute(added).scalar_one_or_none()
    if new_id is None:
        return None
    unit.connection.execute(
        update(head_counts)
        .where(
            row.commune_id == commune,
            row.member_id == fresh.member_id,
            row.team_id == fresh.team_id,
            row.week_of == fresh.week_of,
            row.group == fresh.group,
            row.voided_at.is_(None),
            row.id != new_id,
        )
        .values(voided_at=unit.now)
    )
    return new_id


def of_member(
    unit: Unit, commune: CommuneId, who: tuple[int, int], week_of: date
) -> dict[PriorityGroup, int]:
    """What (member id, team id) has told of a week, by group: each hat has its own."""
    row = head_counts.c
    found = unit.connection.execute(
        select(row.group, row.heads).where(
            row.commune_id == commune,
            row.member_id == who[0],
            row.team_id == who[1],
            row.week_of == week_of,
            row.voided_at.is_(None),
        )
    )
    return {PriorityGroup(one[0]): one[1] for one in found}


def sums(unit: Unit, commune: CommuneId, weeks: tuple[date, date]) -> dict[PriorityGroup, int]:
    """Heads by group of weeks whose Monday lies in the window; a group nobody told of is missing."""
    row = head_counts.c
    found = unit.connection.execute(
        select(row.group, func.sum(row.heads))
        .where(
            row.commune_id == commune,
            row.week_of >= weeks[0],
            row.week_of < weeks[1],
            row.voided_at.is_(None),
        )
        .group_by(row.group)
    )
    return {PriorityGroup(one[0]): int(one[1]) for one in found}
