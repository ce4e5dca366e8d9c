"""Whether a database is sound: whole, references kept, sealed values readable; how many it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, func, select, text

from bot.core.errors import WrongKeyError
from bot.core.keys import Purpose
from storage.database import Unit
from storage.models import conversations, inbox, members, outbox, staff
from storage.models_accounts import accounts, authorizations, token_pairs
from storage.models_help import help_requests
from storage.models_people import contacts, identities, people
from storage.models_plans import digest_settings

SEALED: tuple[tuple[Column[Any], Purpose], ...] = (
    (inbox.c.body, Purpose.MESSAGE),
    (outbox.c.body, Purpose.MESSAGE),
    (conversations.c.address, Purpose.ADDRESS),
    (accounts.c.secrets, Purpose.ACCOUNT),
    (token_pairs.c.access, Purpose.ACCOUNT),
    (token_pairs.c.refresh, Purpose.ACCOUNT),
    (authorizations.c.verifier, Purpose.ACCOUNT),
    (contacts.c.phone, Purpose.PHONE),
    (help_requests.c.phone, Purpose.PHONE),
    (members.c.phone, Purpose.PHONE),
    (digest_settings.c.mail, Purpose.ADDRESS),
)
"""Every column whose values only the key opens, and what they are sealed for."""


@dataclass(frozen=True, slots=True)
class Subjects:
    """How many people the database is about; somebody with two chats that are not joined counts twice."""

    people: int
    chats: int
    workers: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.people + self.chats + self.workers


def find_damage(unit: Unit) -> str | None:
    """What the engine itself finds wrong, in its words; None when it finds nothing."""
    run = unit.connection.execute
    if unit.dialect == "sqlite":
        said = run(text("PRAGMA integrity_check(1)")).scalar_one()
        if said != "ok":
            return str(said)
        row = run(text("PRAGMA foreign_key_check")).first()
        return None if row is None else f"{row[0]} → {row[2]}"
    unproved = "SELECT conname FROM pg_constraint WHERE NOT convalidated LIMIT 1"
    name = run(text(unproved)).scalar_one_or_none()
    return None if name is None else str(name)


def list_unreadable(unit: Unit) -> list[str]:
    """Columns whose oldest or newest sealed value no key at hand opens, as ``table.column``."""
    return [
        f"{column.table.name}.{column.name}"
        for column, purpose in SEALED
        if not all(_opens(unit, purpose, sealed) for sealed in _samples(unit, column))
    ]


def _samples(unit: Unit, column: Column[Any]) -> list[bytes]:
    (key,) = column.table.primary_key
    held = select(column).where(column.is_not(None)).limit(1)
    rows = (unit.connection.execute(held.order_by(by)).first() for by in (key, key.desc()))
    return [bytes(row[0]) for row in rows if row is not None]


def _opens(unit: Unit, purpose: Purpose, sealed: bytes) -> bool:
    try:
        unit.keys.open(purpose, sealed)
    except WrongKeyError:
        return False
    return True


def count_subjects(unit: Unit) -> Subjects:
    """People who are known by something, chats that are remembered, members and officers who are there."""
    root = func.coalesce(people.c.merged_into, people.c.id)
    known = select(func.count(root.distinct())).join_from(
        people, identities, identities.c.person_id == people.c.id
    )
    here = [
        select(func.count()).select_from(table).where(table.c.left_at.is_(None))
        for table in (members, staff)
    ]
    count = unit.connection.execute
    return Subjects(
        people=int(count(known).scalar_one()),
        chats=int(count(select(func.count()).select_from(conversations)).scalar_one()),
        workers=sum(int(count(one).scalar_one()) for one in here),
    )
