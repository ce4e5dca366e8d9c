"""Who counts as whom, and since when: every merge of two people is a row, also after it was undone.

The merges that stand are the edges of a forest; whoever is connected counts as one person, and
``people.merged_into`` only says so in short, for figures.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, or_, select, update

from bot.core.vocabulary import CommuneId
from storage.database import Unit
from storage.models_people import people, person_merges


@dataclass(frozen=True, slots=True)
class Why:
    """Whose hand it was, as the audit log names somebody, and why."""

    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Two people who came to count as one; ``undone`` says that they are two again."""

    id: int
    person: int
    into: int
    merged_at: datetime
    by: Why
    undone_at: datetime | None
    undone: Why | None


def record(unit: Unit, commune: CommuneId, pair: tuple[int, int], why: Why) -> int:
    """Write down that the first is the second, and who counted as one with the first until then."""
    person, into = pair
    root = find_root(unit, commune, person) or person
    moved = [root, *list_counted(unit, commune, root)]
    made: int = unit.connection.execute(
        insert(person_merges)
        .values(
            commune_id=commune,
            person_id=person,
            into_id=into,
            moved=json.dumps(sorted(moved)),
            merged_at=unit.now,
            merged_by=why.actor,
            reason=why.reason,
        )
        .returning(person_merges.c.id)
    ).scalar_one()
    return made


def list_counted(unit: Unit, commune: CommuneId, root: int) -> list[int]:
    """Who counts as this person besides themselves."""
    merged = select(people.c.id).where(people.c.commune_id == commune, people.c.merged_into == root)
    return list(unit.connection.execute(merged.order_by(people.c.id)).scalars())


def find_root(unit: Unit, commune: CommuneId, person: int) -> int | None:
    """Whom a person counts as; None when the commune has no such person."""
    root = select(func.coalesce(people.c.merged_into, people.c.id)).where(
        people.c.commune_id == commune, people.c.id == person
    )
    return unit.connection.execute(root).scalar_one_or_none()


def list_merges(unit: Unit, commune: CommuneId, limit: int = 100) -> list[Merge]:
    """The newest merges, those that were undone among them."""
    row = person_merges.c
    rows = unit.connection.execute(
        select(person_merges).where(row.commune_id == commune).order_by(row.id.desc()).limit(limit)
    )
    return [
        Merge(
            id=one.id,
            person=one.person_id,
            into=one.into_id,
            merged_at=one.merged_at,
            by=Why(one.merged_by, one.reason),
            undone_at=one.undone_at,
            undone=Why(one.undone_by, one.undone_reason or "") if one.undone_by else None,
        )
        for one in rows
    ]


def undo(unit: Unit, commune: CommuneId, merge: int, why: Why) -> bool:
    """That merge does not stand any more, all others do; False when it does not stand already."""
    row = person_merges.c
    ended = update(person_merges).where(
        row.commune_id == commune, row.id == merge, row.undone_at.is_(None)
    )
    stamp = {"undone_at": unit.now, "undone_by": why.actor, "undone_reason": why.reason}
    found = unit.connection.execute(ended.values(stamp).returning(row.person_id)).first()
    if found is None:
        return False
    root = find_root(unit, commune, found[0])
    if root is not None:
        count_anew(unit, commune, [root, *list_counted(unit, commune, root)])
    return True


def part(unit: Unit, commune: CommuneId, person: int, why: Why) -> None:
    """A person counts for themselves again; those who counted as one with them stay one without them."""
    root = find_root(unit, commune, person)
    if root is None:
        return
    rest = [one for one in (root, *list_counted(unit, commune, root)) if one != person]
    row = person_merges.c
    touching = or_(row.person_id == person, row.into_id == person)
    ended = update(person_merges).where(row.commune_id == commune, row.undone_at.is_(None))
    stamp = {"undone_at": unit.now, "undone_by": why.actor, "undone_reason": why.reason}
    unit.connection.execute(ended.where(touching).values(stamp))
    _point(unit, commune, [[person]])
    if not rest:
        return
    first, *others = _connected(rest, _standing(unit, commune, rest))
    _point(unit, commune, [first, *others])
    for other in others:
        record(unit, commune, (min(other), min(first)), why)
    _point(unit, commune, [rest])


def count_anew(unit: Unit, commune: CommuneId, group: Sequence[int]) -> None:
    """Let whoever is still connected by a merge that stands count as one, each group as its first."""
    _point(unit, commune, _connected(group, _standing(unit, commune, group)))


def drop_of(unit: Unit, commune: CommuneId, group: Sequence[int]) -> None:
    """Nothing tells any more that these people were ever merged."""
    row = person_merges.c
    touching = or_(row.person_id.in_(group), row.into_id.in_(group))
    unit.connection.execute(delete(person_merges).where(row.commune_id == commune, touching))


def _standing(unit: Unit, commune: CommuneId, group: Sequence[int]) -> list[tuple[int, int]]:
    row = person_merges.c
    edges = select(row.person_id, row.into_id).where(
        row.commune_id == commune,
        row.undone_at.is_(None),
        row.person_id.in_(group),
        row.into_id.in_(group),
    )
    return [(one[0], one[1]) for one in unit.connection.execute(edges)]


def _connected(group: Iterable[int], edges: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The group in parts that edges hold together; the part with the smallest number first."""
    part_of = {one: [one] for one in sorted(group)}
    for one, other in edges:
        mine, theirs = part_of[one], part_of[other]
        if mine is not theirs:
            mine += theirs
            part_of.update(dict.fromkeys(theirs, mine))
    return list({id(part): part for part in part_of.values()}.values())


def _point(unit: Unit, commune: CommuneId, parts: Iterable[Sequence[int]]) -> None:
    """Let each of these groups count as its smallest number."""
    for group in parts:
        root = min(group)
        mine = update(people).where(people.c.commune_id == commune)
        unit.connection.execute(mine.where(people.c.id == root).values(merged_into=None))
        others = [one for one in group if one != root]
        if others:
            counted = mine.where(people.c.id.in_(others))
            unit.connection.execute(counted.values(merged_into=root))
