"""Pairs of tokens whose refresh token is good for one use: a row an account, one refresher at a time.

The lease is a row and not a lock held in a transaction: the messenger is asked while nothing in the database
waits. Who holds it writes the new pair and commits before anybody uses it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, update

from bot.core.keys import KeyRing, Purpose
from bot.core.vocabulary import AccountId
from storage.database import INSERTS, Unit
from storage.models_accounts import authorizations, token_pairs

LEASE = timedelta(seconds=60)
AUTHORIZATION_LIFETIME = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the messenger gave; ``repr`` shows neither."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    access_expires_at: datetime
    refresh_expires_at: datetime


@dataclass(frozen=True, slots=True)
class Pair:
    """The tokens at hand; ``version`` grows with each pair, ``is_dead`` when only consent helps."""

    tokens: Tokens
    version: int
    is_dead: bool


def read(unit: Unit, account: AccountId) -> Pair | None:
    """The present pair; None when there never was one."""
    row = unit.connection.execute(
        select(token_pairs).where(token_pairs.c.account_id == account)
    ).one_or_none()
    if row is None:
        return None
    access, refresh = (
        unit.keys.open(Purpose.ACCOUNT, bytes(sealed)).decode()
        for sealed in (row.access, row.refresh)
    )
    tokens = Tokens(access, refresh, row.access_expires_at, row.refresh_expires_at)
    return Pair(tokens, row.version, row.dead)


def begin(unit: Unit, account: AccountId, version: int, holder: str) -> bool:
    """Become the one who refreshes this version; False when another does, or has."""
    taken = unit.connection.execute(
        update(token_pairs)
        .where(
            token_pairs.c.account_id == account,
            token_pairs.c.version == version,
            ~token_pairs.c.dead,
            token_pairs.c.held_until.is_(None)
            | (token_pairs.c.held_until < unit.now)
            | (token_pairs.c.holder == holder),
        )
        .values(holder=holder, held_until=unit.now + LEASE)
    )
    return taken.rowcount == 1


def save(unit: Unit, account: AccountId, version: int, tokens: Tokens) -> bool:
    """The successor of that version; False when it has one already."""
    renewed = unit.connection.execute(
        update(token_pairs)
        .where(token_pairs.c.account_id == account, token_pairs.c.version == version)
        .values(**_sealed(unit.keys, tokens), version=version + 1, **_free(unit.now))
    )
    return renewed.rowcount == 1


def plant(unit: Unit, account: AccountId, tokens: Tokens) -> None:
    """The pair to begin with, where there is none yet: never instead of one that is there."""
    row = {**_sealed(unit.keys, tokens), **_free(unit.now)}
    statement = INSERTS[unit.dialect](token_pairs).values(account_id=account, version=1, **row)
    unit.connection.execute(statement.on_conflict_do_nothing(index_elements=["account_id"]))


def begin_anew(unit: Unit, account: AccountId, tokens: Tokens) -> None:
    """The first pair, or one of a new consent: whatever was there before is worth nothing."""
    values = {**_sealed(unit.keys, tokens), **_free(unit.now)}
    statement = INSERTS[unit.dialect](token_pairs).values(account_id=account, version=1, **values)
    unit.connection.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id"],
            set_={**values, "version": token_pairs.c.version + 1},
        )
    )


def let_go(unit: Unit, account: AccountId, version: int, holder: str) -> None:
    """Stop refreshing without a result: the next one may try at once."""
    unit.connection.execute(
        update(token_pairs)
        .where(
            token_pairs.c.account_id == account,
            token_pairs.c.version == version,
            token_pairs.c.holder == holder,
        )
        .values(holder=None, held_until=None)
    )


def mark_dead(unit: Unit, account: AccountId, version: int) -> bool:
    """The messenger will not take this pair any more; False when it was replaced meanwhile."""
    marked = unit.connection.execute(
        update(token_pairs)
        .where(token_pairs.c.account_id == account, token_pairs.c.version == version)
        .values(dead=True, holder=None, held_until=None)
    )
    return marked.rowcount == 1


def _sealed(keys: KeyRing, tokens: Tokens) -> dict[str, object]:
    return {
        "access": keys.seal(Purpose.ACCOUNT, tokens.access.encode()),
        "access_expires_at": tokens.access_expires_at,
        "refresh": keys.seal(Purpose.ACCOUNT, tokens.refresh.encode()),
        "refresh_expires_at": tokens.refresh_expires_at,
    }


def _free(now: datetime) -> dict[str, object]:
    return {"updated_at": now, "holder": None, "held_until": None, "dead": False}


def begin_authorization(unit: Unit, account: AccountId, state: str, verifier: str) -> None:
    """Somebody goes to the messenger's consent page: remember what proves that she came from us."""
    unit.connection.execute(
        authorizations.insert().values(
            state_hash=unit.keys.hash(Purpose.CODE, state),
            account_id=account,
            verifier=unit.keys.seal(Purpose.ACCOUNT, verifier.encode()),
            expires_at=unit.now + AUTHORIZATION_LIFETIME,
        )
    )


def end_authorization(unit: Unit, account: AccountId, state: str) -> str | None:
    """The verifier of a consent that began here, once; None for any other or a late one."""
    hashes = unit.keys.hash(Purpose.CODE, state), *unit.keys.older_hashes(Purpose.CODE, state)
    row = unit.connection.execute(
        authorizations.delete()
        .where(
            authorizations.c.state_hash.in_(hashes),
            authorizations.c.account_id == account,
        )
        .returning(authorizations.c.verifier, authorizations.c.expires_at)
    ).one_or_none()
    if row is None or row.expires_at <= unit.now:
        return None
    return unit.keys.open(Purpose.ACCOUNT, bytes(row.verifier)).decode()
