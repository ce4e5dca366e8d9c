"""What somebody agreed to: which text, for what, in which chat, when, and when it was withdrawn.

Nothing is ever overwritten: a consent that is given anew is a new row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, or_, select, update

from bot.core.vocabulary import CommuneId, Use
from storage.database import Unit
from storage.models_people import consents


@dataclass(frozen=True, slots=True)
class NewConsent:
    """A consent as it is given. ``way``: chat, member (read out, agreed to aloud) or paper."""

    use: Use
    version: str
    text_hash: str
    channel: str
    way: str
    person_id: int | None = None
    member_id: int | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent as it stands."""

    id: int
    use: Use
    version: str
    text_hash: str
    channel: str
    way: str
    person_id: int | None
    member_id: int | None
    given_at: datetime
    withdrawn_at: datetime | None


def add(unit: Unit, commune: CommuneId, subject: bytes, fresh: NewConsent) -> int:
    """Write it down; ``subject`` is a keyed hash of the chat or the number that agreed."""
    made: int = unit.connection.execute(
        insert(consents)
        .values(
            commune_id=commune,
            subject=subject,
            person_id=fresh.person_id,
            use=fresh.use,
            version=fresh.version,
            text_hash=fresh.text_hash,
            channel=fresh.channel,
            way=fresh.way,
            member_id=fresh.member_id,
            given_at=unit.now,
        )
        .returning(consents.c.id)
    ).scalar_one()
    return made


def list_of(unit: Unit, commune: CommuneId, subjects: Sequence[bytes]) -> list[Consent]:
    """Everything that was ever agreed to under one of these hashes, the newest first."""
    return _list(unit, _all(commune).where(consents.c.subject.in_(subjects)))


def withdraw(
    unit: Unit, commune: CommuneId, subjects: Sequence[bytes], use: Use | None = None
) -> list[int]:
    """Withdraw what stands, of one use or all; gives the ids, so that what hung on them can go."""
    statement = update(consents).where(
        consents.c.commune_id == commune,
        consents.c.subject.in_(subjects),
        consents.c.withdrawn_at.is_(None),
    )
    if use is not None:
        statement = statement.where(consents.c.use == use)
    gone = statement.values(withdrawn_at=unit.now).returning(consents.c.id)
    return sorted(unit.connection.execute(gone).scalars())


def rename(unit: Unit, commune: CommuneId, old: Sequence[bytes], present: bytes) -> None:
    """After a change of key the same chat or number stands under another hash."""
    row = consents.c
    mine = (row.commune_id == commune, row.subject.in_(old), row.subject != present)
    unit.connection.execute(update(consents).where(*mine).values(subject=present))


def list_standing(
    unit: Unit, commune: CommuneId, subjects: Sequence[bytes], group: Sequence[int]
) -> list[Consent]:
    """What stands under one of these hashes, or was given for one of these people; newest first."""
    row = consents.c
    statement = _all(commune).where(
        row.withdrawn_at.is_(None), or_(row.subject.in_(subjects), row.person_id.in_(group))
    )
    return _list(unit, statement)


def withdraw_these(unit: Unit, commune: CommuneId, numbers: Sequence[int]) -> None:
    """These consents do not stand any more."""
    row = consents.c
    mine = (row.commune_id == commune, row.id.in_(numbers), row.withdrawn_at.is_(None))
    unit.connection.execute(update(consents).where(*mine).values(withdrawn_at=unit.now))


def _all(commune: CommuneId) -> Select[Any]:
    row = consents.c
    columns = (row[field.name] for field in fields(Consent))
    return select(*columns).where(row.commune_id == commune).order_by(row.id.desc())


def _list(unit: Unit, statement: Select[Any]) -> list[Consent]:
    rows = [dict(one._mapping) for one in unit.connection.execute(statement)]
    return [Consent(**row | {"use": Use(row["use"])}) for row in rows]
