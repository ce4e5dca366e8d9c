"""Token buckets as rows: how fast an account may send, whichever process and lease it is sent by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from bot.core.messages import Rate
from bot.core.vocabulary import AccountId
from storage.database import INSERTS, Unit
from storage.models_accounts import buckets

ACCOUNT_SCOPE = b""


@dataclass(slots=True)
class Bucket:
    """The level of one bucket, kept as a row so that it survives the process and its lease."""

    scope: bytes
    rate: Rate | None
    tokens: float

    @property
    def seconds_to_token(self) -> float:
        """How long until the next message may go."""
        return 0.0 if self.rate is None else (1.0 - self.tokens) / self.rate.per_second


_LEVELS = select(buckets.c.scope, buckets.c.tokens, buckets.c.filled_at).where(
    buckets.c.account_id == bindparam("account"),
    buckets.c.scope.in_(bindparam("scopes", expanding=True)),
)


def read(
    unit: Unit, account: AccountId, rate: Rate | None, scopes: Sequence[bytes]
) -> dict[bytes, Bucket]:
    """The buckets filled up to now; one that was never used is full, one without a rate never empties."""
    full = float(rate.burst) if rate else math.inf
    found = {scope: Bucket(scope, rate, full) for scope in scopes}
    if rate is None:
        return found
    rows = unit.connection.execute(_LEVELS, {"account": account, "scopes": list(scopes)})
    for scope, tokens, filled_at in rows:
        elapsed = max(0.0, (unit.now - filled_at).total_seconds())
        found[bytes(scope)].tokens = min(full, tokens + elapsed * rate.per_second)
    return found


def save(unit: Unit, account: AccountId, changed: Sequence[Bucket]) -> None:
    """Keep the levels as they are now."""
    statement = INSERTS[unit.dialect](buckets)
    statement = statement.on_conflict_do_update(
        index_elements=["account_id", "scope"],
        set_={"tokens": statement.excluded.tokens, "filled_at": statement.excluded.filled_at},
    )
    rows = [
        {"account_id": account, "scope": b.scope, "tokens": b.tokens, "filled_at": unit.now}
        for b in changed
    ]
    if rows:
        unit.connection.execute(statement, rows)
