"""The digests of each week, and what the office has settled about them. Lines hold aggregates only."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, insert, select, update

from bot.core.errors import WrongKeyError
from bot.core.keys import Purpose
from bot.core.vocabulary import CommuneId, DigestState
from storage.database import INSERTS, Unit
from storage.models import teams
from storage.models_plans import digest_settings, digests

MAIL = "mail"
"""The road of a digest that goes by e-mail; the others are channels."""


@dataclass(frozen=True, slots=True)
class Habit:
    """When and how the digest of a commune goes: an ISO weekday, an hour, the road where chats are shut.

    ``mail`` is opened; ``repr`` of a habit leaves it out.
    """

    is_on: bool
    weekday: int
    hour: int
    next_road: str
    mail: str | None = None

    def __repr__(self) -> str:
        return f"Habit({self.is_on}, {self.weekday}, {self.hour}, {self.next_road!r})"


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest as it was made: that of the office, or of a team, and how far it came."""

    id: int
    week: str
    team: str | None
    made_at: datetime
    lines: tuple[str, ...]
    state: DigestState
    road: str | None
    sent_at: datetime | None
    fault: str | None


@dataclass(frozen=True, slots=True)
class NewDigest:
    """One to be kept; ``road`` is None while nobody could be reached by any."""

    week: str
    team_id: int | None
    lines: tuple[str, ...]
    state: DigestState
    road: str | None


# ---- what is settled


def find_habit(unit: Unit, commune: CommuneId) -> Habit | None:
    """What the office has settled; None while it has settled nothing."""
    row = digest_settings.c
    columns = (row.is_on, row.weekday, row.hour, row.next_road, row.mail)
    found = unit.connection.execute(select(*columns).where(row.commune_id == commune)).one_or_none()
    if found is None:
        return None
    return Habit(found[0], found[1], found[2], found[3], _opened(unit, found[4]))


def _opened(unit: Unit, mail: bytes | None) -> str | None:
    """The address; None where its key is gone: it has to be typed again, and all else goes on."""
    if mail is None:
        return None
    try:
        return unit.keys.open(Purpose.ADDRESS, bytes(mail)).decode()
    except WrongKeyError:
        return None


def save_habit(unit: Unit, commune: CommuneId, habit: Habit, staff_id: int) -> None:
    """From now on so; the address is kept sealed."""
    mail = unit.keys.seal(Purpose.ADDRESS, habit.mail.encode()) if habit.mail else None
    values = {
        "is_on": habit.is_on,
        "weekday": habit.weekday,
        "hour": habit.hour,
        "next_road": habit.next_road,
        "mail": mail,
        "staff_id": staff_id,
        "changed_at": unit.now,
    }
    statement = INSERTS[unit.dialect](digest_settings).values(commune_id=commune, **values)
    unit.connection.execute(
        statement.on_conflict_do_update(index_elements=["commune_id"], set_=values)
    )


# ---- what was made


def add(unit: Unit, commune: CommuneId, new: NewDigest) -> int:
    """Keep it as it is now; gives its number."""
    statement = insert(digests).values(
        commune_id=commune,
        week=new.week,
        team_id=new.team_id,
        made_at=unit.now,
        lines=json.dumps(new.lines, ensure_ascii=False),
        state=new.state,
        road=new.road,
        sent_at=unit.now if new.state is DigestState.SENT else None,
    )
    made: int = unit.connection.execute(statement.returning(digests.c.id)).scalar_one()
    return made


def is_made(unit: Unit, commune: CommuneId, week: str) -> bool:
    """True when there is any of that week."""
    found = select(digests.c.id).where(digests.c.commune_id == commune, digests.c.week == week)
    return unit.connection.execute(found.limit(1)).first() is not None


def settle(
    unit: Unit, commune: CommuneId, number: int, state: DigestState, fault: str | None = None
) -> bool:
    """How far one came that waited; False for one that waits no more, or is not there."""
    settled = unit.connection.execute(
        update(digests)
        .where(
            digests.c.commune_id == commune,
            digests.c.id == number,
            digests.c.state == DigestState.WAITING,
        )
        .values(
            state=state,
            fault=fault,
            sent_at=unit.now if state is DigestState.SENT else None,
        )
    )
    return settled.rowcount == 1


def note_road(unit: Unit, commune: CommuneId, number: int, road: str) -> None:
    """By which road one went that had waited for none."""
    mine = (digests.c.commune_id == commune, digests.c.id == number)
    unit.connection.execute(update(digests).where(*mine).values(road=road))


def list_to_mail(unit: Unit, commune: CommuneId) -> list[Digest]:
    """Those that wait to go by e-mail, the oldest first."""
    waits = (digests.c.state == DigestState.WAITING, digests.c.road == MAIL)
    return _list(unit, commune, *waits)


def list_since(unit: Unit, commune: CommuneId, week: str) -> list[Digest]:
    """Every digest of that week and of later ones, in the order they were made."""
    return _list(unit, commune, digests.c.week >= week)


def list_weeks(unit: Unit, commune: CommuneId, most: int) -> list[str]:
    """The newest weeks that have a digest, the newest first."""
    mine = select(digests.c.week).where(digests.c.commune_id == commune).distinct()
    found = unit.connection.execute(mine.order_by(digests.c.week.desc()).limit(most))
    return list(found.scalars())


def _list(unit: Unit, commune: CommuneId, *conditions: Any) -> list[Digest]:
    row = digests.c
    of_team = and_(teams.c.commune_id == row.commune_id, teams.c.id == row.team_id)
    found = unit.connection.execute(
        select(
            row.id,
            row.week,
            teams.c.name,
            row.made_at,
            row.lines,
            row.state,
            row.road,
            row.sent_at,
            row.fault,
        )
        .outerjoin(teams, of_team)
        .where(row.commune_id == commune, *conditions)
        .order_by(row.id)
    )
    return [_digest(tuple(one)) for one in found]


def _digest(row: Sequence[Any]) -> Digest:
    number, week, team, made_at, lines, state, *rest = row
    return Digest(number, week, team, made_at, tuple(json.loads(lines)), DigestState(state), *rest)
