"""What a messenger has been given before, by its own id of it: until that runs out."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from bot.core.vocabulary import AccountId
from storage.database import INSERTS, Unit
from storage.models_accounts import uploads

LONGEST_REFERENCE = 200


def find(unit: Unit, account: AccountId, key: str) -> str | None:
    """The messenger's id of what is kept under that key; None when it has none or has lost it."""
    return unit.connection.execute(
        select(uploads.c.reference).where(
            uploads.c.account_id == account, uploads.c.key == key, uploads.c.expires_at > unit.now
        )
    ).scalar_one_or_none()


def keep(unit: Unit, account: AccountId, key: str, reference: str, lifetime: timedelta) -> None:
    """Remember the id as long as it is good; one too long to keep is asked for again the next time."""
    if len(reference) > LONGEST_REFERENCE:
        return
    values = {"reference": reference, "expires_at": unit.now + lifetime}
    statement = INSERTS[unit.dialect](uploads).values(account_id=account, key=key, **values)
    unit.connection.execute(
        statement.on_conflict_do_update(index_elements=["account_id", "key"], set_=values)
    )


def drop(unit: Unit, account: AccountId, key: str) -> None:
    """The messenger does not know it any more."""
    unit.connection.execute(
        delete(uploads).where(uploads.c.account_id == account, uploads.c.key == key)
    )
