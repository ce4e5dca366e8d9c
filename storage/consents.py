"""What somebody agreed to: which text, for what, in which chat, when, and when it was withdrawn.

Nothing is ever overwritten: a consent that is given anew is a new row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

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
    row = consents.c
    found = unit.connection.execute(
        select(
            row.id,
            row.use,
            row.version,
            row.text_hash,
            row.channel,
            row.way,
            row.person_id,
            row.member_id,
            row.given_at,
            row.withdrawn_at,
        )
        .where(row.commune_id == commune, row.subject.in_(subjects))
        .order_by(row.id.desc())
    )
    rows = [dict(one._mapping) for one in found]
    return [Consent(**row | {"use": Use(row["use"])}) for row in rows]


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
