"""The sending side of the outbox: lease, token buckets, claim, and what became of each message.

One process sends for one account at a time (the lease); within an account each address is first in, first
out, so a message that must be tried again holds what is behind it and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import aliased

from bot.core.keys import Purpose
from bot.core.messages import (
    Delivered,
    Delivery,
    Limits,
    Moved,
    Outbound,
    Rate,
    Rejected,
    Retry,
    Unreachable,
)
from bot.core.vocabulary import AccountId, Identity
from storage.database import INSERTS, Unit
from storage.mailbox import unpack_outbound
from storage.models import buckets, conversations, outbox, sender_leases

LEASE = timedelta(seconds=30)
GIVE_UP_AFTER = timedelta(hours=24)
LONGEST_WAIT_SECONDS = 600.0
MOST_AT_ONCE = 30
ACCOUNT_SCOPE = b""


@dataclass(frozen=True, slots=True)
class Post:
    """Who sends for which account, and what the messenger allows."""

    account: AccountId
    holder: str
    limits: Limits


@dataclass(frozen=True, slots=True)
class Letter:
    """One message on its way out, its address opened."""

    id: int
    identity: Identity
    chat: str
    message: Outbound
    tries: int
    second_try: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """What to send now. ``pause_seconds`` says how long looking again is useless: the account is
    throttled, or another process holds the lease."""

    letters: tuple[Letter, ...] = ()
    pause_seconds: float = 0.0


def take(unit: Unit, post: Post, busy: frozenset[Identity]) -> Batch:
    """Claim the oldest waiting message of each address that is not ``busy``, within the limits.

    A row found in state ``sending`` that is not ours in flight was being sent when a process died: its
    answer is unknown, so it goes again and is marked as a second try.
    """
    pause = _hold_lease(unit, post)
    if pause > 0:
        return Batch(pause_seconds=pause)
    whole = _read_buckets(unit, post.account, post.limits.account, [ACCOUNT_SCOPE])[ACCOUNT_SCOPE]
    if whole.tokens < 1:
        return Batch(pause_seconds=whole.seconds_to_token)
    most = int(min(MOST_AT_ONCE, whole.tokens))
    heads = _heads(unit, post.account, most + len(busy))
    heads = [head for head in heads if head.identity not in busy][:most]
    allowed = _within_limits(unit, post, whole, heads)
    _mark_sending(unit, allowed)
    return Batch(tuple(_open_letter(unit, head) for head in allowed))


def _hold_lease(unit: Unit, post: Post) -> float:
    """0 when the lease is ours now; otherwise the seconds until it is worth asking again."""
    until = unit.now + LEASE
    statement = INSERTS[unit.dialect](sender_leases).values(
        account_id=post.account, holder=post.holder, until=until
    )
    row = unit.connection.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id"],
            set_={"holder": post.holder, "until": until},
            where=(sender_leases.c.until < unit.now) | (sender_leases.c.holder == post.holder),
        ).returning(sender_leases.c.paused_until)
    ).one_or_none()
    if row is None:
        return 1.0
    return 0.0 if row[0] is None else max(0.0, (row[0] - unit.now).total_seconds())


def release(unit: Unit, post: Post) -> None:
    """Give the lease back at once, so that the next process need not wait for it to run out."""
    unit.connection.execute(
        update(sender_leases)
        .where(sender_leases.c.account_id == post.account, sender_leases.c.holder == post.holder)
        .values(until=unit.now - LEASE)
    )


_COLUMNS = (
    outbox.c.id,
    outbox.c.identity,
    outbox.c.body,
    outbox.c.status,
    outbox.c.tries,
    outbox.c.second_try,
    conversations.c.address,
)
_WITH_ADDRESS = outbox.join(conversations, conversations.c.identity == outbox.c.identity)
_earlier = aliased(outbox)
# Walks the partial index in its own order and stops at the limit: the cost does not grow with the queue.
_HEADS = (
    select(*_COLUMNS)
    .select_from(_WITH_ADDRESS)
    .where(
        outbox.c.account_id == bindparam("account"),
        outbox.c.finished_at.is_(None),
        outbox.c.not_before <= bindparam("now"),
        ~select(_earlier.c.id)
        .where(
            _earlier.c.identity == outbox.c.identity,
            _earlier.c.finished_at.is_(None),
            _earlier.c.id < outbox.c.id,
        )
        .exists(),
    )
    .order_by(outbox.c.priority, outbox.c.id)
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class _Head:
    id: int
    identity: Identity
    body: bytes
    status: str
    tries: int
    second_try: bool
    address: bytes


def _head(row: Sequence[Any]) -> _Head:
    return _Head(row[0], Identity(bytes(row[1])), *row[2:])


def _heads(unit: Unit, account: AccountId, most: int) -> list[_Head]:
    given = {"account": account, "now": unit.now, "most": most}
    return [_head(row) for row in unit.connection.execute(_HEADS, given)]


@dataclass(slots=True)
class _Bucket:
    """A token bucket kept as a row, so that its level survives the process and its lease."""

    scope: bytes
    rate: Rate | None
    tokens: float

    @property
    def seconds_to_token(self) -> float:
        return 0.0 if self.rate is None else (1.0 - self.tokens) / self.rate.per_second


_BUCKETS = select(buckets.c.scope, buckets.c.tokens, buckets.c.filled_at).where(
    buckets.c.account_id == bindparam("account"),
    buckets.c.scope.in_(bindparam("scopes", expanding=True)),
)


def _read_buckets(
    unit: Unit, account: AccountId, rate: Rate | None, scopes: Sequence[bytes]
) -> dict[bytes, _Bucket]:
    """The buckets filled up to now; one that was never used is full, one without a rate never empties."""
    full = float(rate.burst) if rate else math.inf
    found = {scope: _Bucket(scope, rate, full) for scope in scopes}
    if rate is None:
        return found
    rows = unit.connection.execute(_BUCKETS, {"account": account, "scopes": list(scopes)})
    for scope, tokens, filled_at in rows:
        elapsed = max(0.0, (unit.now - filled_at).total_seconds())
        found[bytes(scope)].tokens = min(full, tokens + elapsed * rate.per_second)
    return found


def _within_limits(unit: Unit, post: Post, whole: _Bucket, heads: Sequence[_Head]) -> list[_Head]:
    """Spend a token of the account and of the chat for each; who finds an empty bucket steps aside."""
    if post.limits == Limits() or not heads:
        return list(heads)
    own = _read_buckets(unit, post.account, post.limits.chat, [head.identity for head in heads])
    allowed = [head for head in heads if own[head.identity].tokens >= 1]
    aside = [
        {"row": head.id, "again": unit.now + timedelta(seconds=own[head.identity].seconds_to_token)}
        for head in heads
        if own[head.identity].tokens < 1
    ]
    if aside:
        unit.connection.execute(_LATER, aside)
    for head in allowed:
        own[head.identity].tokens -= 1
    whole.tokens -= len(allowed)
    spent = [whole, *(own[head.identity] for head in allowed)]
    _save_buckets(unit, post.account, [bucket for bucket in spent if bucket.rate])
    return allowed


_LATER = update(outbox).where(outbox.c.id == bindparam("row")).values(not_before=bindparam("again"))


def _save_buckets(unit: Unit, account: AccountId, changed: Sequence[_Bucket]) -> None:
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


_SENDING = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(
        status="sending",
        tries=outbox.c.tries + 1,
        second_try=or_(outbox.c.second_try, outbox.c.status == "sending"),
    )
)


def _mark_sending(unit: Unit, heads: Iterable[_Head]) -> None:
    rows = [{"row": head.id} for head in heads]
    if rows:
        unit.connection.execute(_SENDING, rows)


def _open_letter(unit: Unit, head: _Head) -> Letter:
    return Letter(
        head.id,
        head.identity,
        unit.keys.open(Purpose.ADDRESS, head.address).decode(),
        unpack_outbound(unit.keys.open(Purpose.MESSAGE, head.body)),
        head.tries + 1,
        head.second_try or head.status == "sending",
    )


_DELIVERED = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("row"),
        outbox.c.tries == bindparam("attempt"),
        outbox.c.finished_at.is_(None),
    )
    .values(
        status="delivered",
        body=None,
        finished_at=bindparam("now"),
        message=bindparam("reference"),
    )
)


def record(unit: Unit, account: AccountId, results: Sequence[tuple[Letter, Delivery]]) -> None:
    """Write down what the messenger said of each message.

    An answer that comes after another process has taken the letter up changes nothing of it.
    """
    delivered = [
        {"row": letter.id, "attempt": letter.tries, "now": unit.now, "reference": outcome.message}
        for letter, outcome in results
        if isinstance(outcome, Delivered)
    ]
    if delivered:
        unit.connection.execute(_DELIVERED, delivered)
    for letter, outcome in results:
        match outcome:
            case Retry():
                _hold_back(unit, account, letter, outcome)
            case Unreachable(reason):
                _close_all(unit, letter, reason)
            case Rejected(reason):
                _change(unit, letter, _finished(unit, "failed", reason))
            case Moved(chat):
                _move(unit, letter, chat)
            case Delivered():
                pass


def _change(unit: Unit, letter: Letter, values: Mapping[str, object]) -> bool:
    """Change the letter's row if this attempt is still the one that counts."""
    changed = unit.connection.execute(
        update(outbox)
        .where(
            outbox.c.id == letter.id,
            outbox.c.tries == letter.tries,
            outbox.c.finished_at.is_(None),
        )
        .values(**values)
    )
    return changed.rowcount == 1


def _finished(unit: Unit, status: str, reason: str) -> dict[str, object]:
    return {"status": status, "body": None, "finished_at": unit.now, "error": reason[:200]}


def _hold_back(unit: Unit, account: AccountId, letter: Letter, retry: Retry) -> None:
    seconds = retry.seconds
    if seconds is None:
        seconds = min(LONGEST_WAIT_SECONDS, 2.0 ** min(letter.tries, 10))
    again = unit.now + timedelta(seconds=seconds)
    age = select(outbox.c.created_at).where(outbox.c.id == letter.id)
    created_at = unit.connection.execute(age).scalar_one_or_none()
    if created_at is not None and unit.now - created_at > GIVE_UP_AFTER:
        _change(unit, letter, _finished(unit, "failed", retry.reason))
    else:
        held = {"status": "waiting", "not_before": again, "error": retry.reason[:200]}
        _change(unit, letter, held | ({"second_try": True} if retry.maybe_taken else {}))
    if retry.whole_account:
        paused = sender_leases.c.paused_until
        unit.connection.execute(
            update(sender_leases)
            .where(sender_leases.c.account_id == account, or_(paused.is_(None), paused < again))
            .values(paused_until=again)
        )


def _close_all(unit: Unit, letter: Letter, reason: str) -> None:
    """Nothing more goes to this address until the person writes again."""
    finished = _finished(unit, "unreachable", reason)
    if not _change(unit, letter, finished):
        return
    unit.connection.execute(
        update(outbox)
        .where(outbox.c.identity == letter.identity, outbox.c.finished_at.is_(None))
        .values(**finished)
    )
    unit.connection.execute(
        update(conversations)
        .where(conversations.c.identity == letter.identity)
        .values(reachable=False)
    )


def _move(unit: Unit, letter: Letter, chat: str) -> None:
    if _change(unit, letter, {"status": "waiting"}):
        unit.connection.execute(
            update(conversations)
            .where(conversations.c.identity == letter.identity)
            .values(address=unit.keys.seal(Purpose.ADDRESS, chat.encode()))
        )
