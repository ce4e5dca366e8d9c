"""Entries that the office checks by a call or through their team: which were drawn, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, func, insert, or_, select, update

from bot.core.keys import Purpose
from bot.core.vocabulary import CommuneId, Topic
from storage.database import Unit
from storage.models import members, staff, teams
from storage.models_help import help_entries, spot_checks
from storage.models_people import contacts, people


class Way(StrEnum):
    """How an entry is checked."""

    CALL = "call"  # a number was kept with its person's consent
    TEAM = "team"  # no number: the team is asked, which proves less


class Result(StrEnum):
    """What came of it."""

    RIGHT = "dung"
    WRONG = "sai"
    NOT_REACHED = "khong_gap"
    DECLINED = "tu_choi"


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a draw is told by: its seed, the hash of what was drawn from, and when."""

    period: str
    seed: str
    data_hash: str
    drawn_at: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """An entry that was drawn; ``staff_id`` is the officer in charge of it."""

    id: int
    entry: int
    way: Way
    occurred_on: date
    topic: Topic
    visits: int
    team: str
    member: str | None
    is_void: bool
    has_number: bool
    result: Result | None
    checked_at: datetime | None
    staff_id: int | None
    staff: str | None


_root = func.coalesce(people.c.merged_into, help_entries.c.person_id)
_of_person = and_(
    people.c.commune_id == help_entries.c.commune_id, people.c.id == help_entries.c.person_id
)


def list_frame(
    unit: Unit, commune: CommuneId, window: tuple[datetime, datetime], at: datetime
) -> list[tuple[int, bool]]:
    """Entries written down in the window that stood at that moment, and which have a number; by id."""
    row, reached = help_entries.c, _people_with_number(unit, commune)
    rows = unit.connection.execute(
        select(row.id, _root)
        .outerjoin(people, _of_person)
        .where(
            row.commune_id == commune,
            row.recorded_at >= window[0],
            row.recorded_at < window[1],
            or_(row.voided_at.is_(None), row.voided_at > at),
        )
        .order_by(row.id)
    )
    return [(entry, person in reached) for entry, person in rows]


def _people_with_number(unit: Unit, commune: CommuneId) -> set[int]:
    """Who they count as, of whom a number is kept."""
    rows = unit.connection.execute(
        select(func.coalesce(people.c.merged_into, people.c.id))
        .join(contacts, contacts.c.person_id == people.c.id)
        .where(contacts.c.commune_id == commune)
    )
    return set(rows.scalars())


def add_draw(
    unit: Unit, commune: CommuneId, drawn: Drawn, entries: Sequence[tuple[int, Way]]
) -> None:
    """Keep what was drawn."""
    values = {
        "commune_id": commune,
        "period": drawn.period,
        "seed": drawn.seed,
        "data_hash": drawn.data_hash,
        "drawn_at": drawn.drawn_at,
    }
    rows = [values | {"entry_id": entry, "way": way} for entry, way in entries]
    if rows:
        unit.connection.execute(insert(spot_checks), rows)


def find_draw(unit: Unit, commune: CommuneId, period: str) -> Drawn | None:
    """What the draw of that period is told by; None where nothing was drawn."""
    row = spot_checks.c
    found = unit.connection.execute(
        select(row.period, row.seed, row.data_hash, row.drawn_at)
        .where(row.commune_id == commune, row.period == period)
        .limit(1)
    ).one_or_none()
    return None if found is None else Drawn(*found)


def list_checks(unit: Unit, commune: CommuneId, period: str) -> list[Check]:
    """What was drawn in that period, calls first."""
    reached = _people_with_number(unit, commune)
    rows = unit.connection.execute(_checks(commune).where(spot_checks.c.period == period))
    found = [_check(row._mapping, reached) for row in rows]
    return sorted(found, key=lambda one: (one.way, one.id))


def find_check(unit: Unit, commune: CommuneId, check_id: int) -> Check | None:
    """One of them."""
    reached = _people_with_number(unit, commune)
    row = unit.connection.execute(
        _checks(commune).where(spot_checks.c.id == check_id)
    ).one_or_none()
    return None if row is None else _check(row._mapping, reached)


def _checks(commune: CommuneId) -> Select[Any]:
    check, entry = spot_checks.c, help_entries.c
    return (
        select(
            check.id,
            check.entry_id,
            check.way,
            entry.occurred_on,
            entry.topic,
            entry.visits,
            teams.c.name.label("team"),
            members.c.name.label("member"),
            entry.voided_at,
            _root.label("person"),
            check.result,
            check.checked_at,
            check.staff_id,
            staff.c.name.label("staff"),
        )
        .join_from(
            spot_checks,
            help_entries,
            and_(entry.commune_id == check.commune_id, entry.id == check.entry_id),
        )
        .join(teams, teams.c.id == entry.team_id)
        .outerjoin(members, members.c.id == entry.member_id)
        .outerjoin(people, _of_person)
        .outerjoin(staff, staff.c.id == check.staff_id)
        .where(check.commune_id == commune)
    )


def _check(row: Any, reached: set[int]) -> Check:
    return Check(
        id=row["id"],
        entry=row["entry_id"],
        way=Way(row["way"]),
        occurred_on=row["occurred_on"],
        topic=Topic(row["topic"]),
        visits=row["visits"],
        team=row["team"],
        member=row["member"],
        is_void=row["voided_at"] is not None,
        has_number=row["person"] in reached,
        result=Result(row["result"]) if row["result"] else None,
        checked_at=row["checked_at"],
        staff_id=row["staff_id"],
        staff=row["staff"],
    )


def find_number(unit: Unit, commune: CommuneId, check: Check) -> str | None:
    """The number kept for the person of an entry that was drawn; None where there is none any more."""
    whose = (
        select(_root)
        .select_from(help_entries.outerjoin(people, _of_person))
        .where(help_entries.c.commune_id == commune, help_entries.c.id == check.entry)
    )
    sealed = unit.connection.execute(
        select(contacts.c.phone)
        .join(people, people.c.id == contacts.c.person_id)
        .where(
            contacts.c.commune_id == commune,
            func.coalesce(people.c.merged_into, people.c.id) == whose.scalar_subquery(),
        )
        .order_by(contacts.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return None if sealed is None else unit.keys.open(Purpose.PHONE, bytes(sealed)).decode()


def take_charge(unit: Unit, commune: CommuneId, check: Check, staff_id: int) -> bool:
    """This officer sees to it from now on; False when it is done, or somebody was faster."""
    row = spot_checks.c
    taken = unit.connection.execute(
        update(spot_checks)
        .where(
            row.commune_id == commune,
            row.id == check.id,
            row.result.is_(None),
            row.staff_id.is_not_distinct_from(check.staff_id),
        )
        .values(staff_id=staff_id)
    )
    return taken.rowcount == 1


def record(unit: Unit, commune: CommuneId, check: Check, staff_id: int, result: Result) -> bool:
    """What came of it; False when something else was written since ``check`` was read."""
    row = spot_checks.c
    written = unit.connection.execute(
        update(spot_checks)
        .where(
            row.commune_id == commune,
            row.id == check.id,
            row.result.is_not_distinct_from(check.result),
            row.staff_id.is_not_distinct_from(check.staff_id),
        )
        .values(result=result, checked_at=unit.now, staff_id=staff_id)
    )
    return written.rowcount == 1


def list_newest_calls(unit: Unit, commune: CommuneId, count: int) -> list[Result]:
    """What the last people said who were reached and wished to answer, the newest first."""
    row = spot_checks.c
    found = unit.connection.execute(
        select(row.result)
        .where(
            row.commune_id == commune,
            row.way == Way.CALL,
            row.result.in_((Result.RIGHT, Result.WRONG)),
        )
        .order_by(row.checked_at.desc(), row.id.desc())
        .limit(count)
    )
    return [Result(one) for one in found.scalars()]
