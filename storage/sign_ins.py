"""Passwords of the office, who is signed in, and names that were tried too often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from bot.core.vocabulary import CommuneId, Role
from storage.communes import Commune
from storage.database import INSERTS, Unit
from storage.models import communes, credentials, sign_in_failures, sign_ins, staff


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody of the office of one commune."""

    id: int
    name: str
    role: Role
    commune: Commune


@dataclass(frozen=True, slots=True)
class Credential:
    """The stored hash of a password, and whose it is."""

    officer: Officer
    password_hash: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """One browser that is signed in."""

    id: int
    officer: Officer
    begun_at: datetime
    last_seen_at: datetime


_OFFICER = (
    staff.c.id.label("staff_id"),
    staff.c.name,
    staff.c.role,
    communes.c.id.label("commune_id"),
    communes.c.slug,
    communes.c.name.label("commune_name"),
    communes.c.kind,
)


def _officer(row: Any) -> Officer:
    commune = Commune(row.commune_id, row.slug, row.commune_name, row.kind)
    return Officer(row.staff_id, row.name, Role(row.role), commune)


def find_credential(unit: Unit, login: str) -> Credential | None:
    """The password of that login name; None when nobody has it or who had it has left."""
    row = unit.connection.execute(
        select(*_OFFICER, credentials.c.password_hash)
        .join_from(credentials, staff, staff.c.id == credentials.c.staff_id)
        .join(communes, communes.c.id == staff.c.commune_id)
        .where(credentials.c.login == login, staff.c.left_at.is_(None))
    ).one_or_none()
    return Credential(_officer(row), row.password_hash) if row else None


def list_officers(unit: Unit, commune: CommuneId) -> list[Officer]:
    """Everybody of the commune's office who has not left, in the order they came."""
    rows = unit.connection.execute(
        select(*_OFFICER)
        .join_from(staff, communes, communes.c.id == staff.c.commune_id)
        .where(staff.c.commune_id == commune, staff.c.left_at.is_(None))
        .order_by(staff.c.id)
    )
    return [_officer(row) for row in rows]


def owner_of_login(unit: Unit, login: str) -> int | None:
    """Id of the staff who has that login name."""
    found: int | None = unit.connection.execute(
        select(credentials.c.staff_id).where(credentials.c.login == login)
    ).scalar_one_or_none()
    return found


def save_credential(
    unit: Unit, commune: CommuneId, staff_id: int, login: str, password_hash: str
) -> None:
    """Set login name and password; an earlier password and all that was signed in by it end."""
    statement = INSERTS[unit.dialect](credentials).values(
        commune_id=commune,
        staff_id=staff_id,
        login=login,
        password_hash=password_hash,
        changed_at=unit.now,
    )
    # An upsert, since a form that is sent twice at once must not fail the second time.
    changed = {"login": login, "password_hash": password_hash, "changed_at": unit.now}
    own = credentials.c.commune_id == commune
    saved = statement.on_conflict_do_update(index_elements=["staff_id"], set_=changed, where=own)
    unit.connection.execute(saved.returning(credentials.c.id)).scalar_one()
    unit.connection.execute(
        delete(sign_ins).where(sign_ins.c.commune_id == commune, sign_ins.c.staff_id == staff_id)
    )


def begin(unit: Unit, officer: Officer, token_hash: bytes) -> None:
    """This browser is signed in."""
    unit.connection.execute(
        insert(sign_ins).values(
            commune_id=officer.commune.id,
            staff_id=officer.id,
            token_hash=token_hash,
            begun_at=unit.now,
            last_seen_at=unit.now,
        )
    )


def find(unit: Unit, token_hash: bytes) -> SignIn | None:
    """Who holds that token, unless they have left the office."""
    row = unit.connection.execute(
        select(*_OFFICER, sign_ins.c.id, sign_ins.c.begun_at, sign_ins.c.last_seen_at)
        .join_from(sign_ins, staff, staff.c.id == sign_ins.c.staff_id)
        .join(communes, communes.c.id == staff.c.commune_id)
        .where(sign_ins.c.token_hash == token_hash, staff.c.left_at.is_(None))
    ).one_or_none()
    return SignIn(row.id, _officer(row), row.begun_at, row.last_seen_at) if row else None


def touch(unit: Unit, sign_in: SignIn) -> None:
    """Seen just now."""
    unit.connection.execute(
        update(sign_ins).where(sign_ins.c.id == sign_in.id).values(last_seen_at=unit.now)
    )


def end(unit: Unit, token_hash: bytes) -> None:
    """Sign that browser out."""
    unit.connection.execute(delete(sign_ins).where(sign_ins.c.token_hash == token_hash))


def count_attempt(unit: Unit, login_hash: bytes, most: int, lock_for: timedelta) -> datetime | None:
    """Count one more try; when they are too many, the moment until which the name is locked.

    The try is counted before the password is looked at, so tries at the same moment cannot be more.
    """
    table = sign_in_failures
    is_old = table.c.locked_until.is_(None) & (table.c.last_at <= unit.now - lock_for)
    is_over = table.c.locked_until <= unit.now
    unit.connection.execute(delete(table).where(table.c.login_hash == login_hash, is_old | is_over))
    statement = INSERTS[unit.dialect](table).values(
        login_hash=login_hash, count=1, last_at=unit.now, locked_until=None
    )
    row = unit.connection.execute(
        statement.on_conflict_do_update(
            index_elements=["login_hash"],
            set_={"count": table.c.count + 1, "last_at": unit.now},
        ).returning(table.c.count, table.c.locked_until)
    ).one()
    count: int = row[0]
    if count <= most:
        return None
    until: datetime = row.locked_until or unit.now + lock_for
    unit.connection.execute(
        update(table).where(table.c.login_hash == login_hash).values(locked_until=until)
    )
    return until


def is_spent(unit: Unit, login_hash: bytes, most: int, within: timedelta) -> bool:
    """True when that many tries were counted, the last of them not so long ago: no more is looked at."""
    row = sign_in_failures.c
    found = select(row.login_hash).where(
        row.login_hash == login_hash, row.count >= most, row.last_at > unit.now - within
    )
    return unit.connection.execute(found).first() is not None


def clear_attempts(unit: Unit, login_hash: bytes) -> None:
    """The password was right: earlier slips do not count any more."""
    unit.connection.execute(
        delete(sign_in_failures).where(sign_in_failures.c.login_hash == login_hash)
    )


def purge(unit: Unit, longest: timedelta) -> int:
    """Drop sign-ins and failed tries that are older than this; gives how many."""
    before = unit.now - longest
    return sum(
        unit.connection.execute(statement).rowcount
        for statement in (
            delete(sign_ins).where(sign_ins.c.last_seen_at < before),
            delete(sign_in_failures).where(sign_in_failures.c.last_at < before),
        )
    )
