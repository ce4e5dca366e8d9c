"""The sending side of the outbox: lease, token buckets, claim, and what became of each message.

One process sends for one account at a time (the lease); within an account each address is first in, first
out, so a message that must be tried again holds what is behind it and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, update
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
from storage.mailbox import lock, unpack_outbound
from storage.models import buckets, conversations, outbox, sender_leases

LEASE = timedelta(seconds=30)
OPEN = ("waiting", "sending")
GIVE_UP_AFTER = timedelta(hours=24)
LONGEST_WAIT_SECONDS = 600.0
ACCOUNT_SCOPE = b""


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
    """What to send now, and when it is worth looking again if nothing new comes."""

    letters: tuple[Letter, ...]
    lease_until: datetime | None  # None: another process sends for this account


def take(
    unit: Unit,
    account: AccountId,
    holder: str,
    limits: Limits,
    busy: frozenset[Identity],
    most: int = 30,
) -> Batch:
    """Claim the oldest waiting message of each address that is not ``busy``, within the limits.

    A row found in state ``sending`` that is not ours in flight was being sent when a process died: its
    answer is unknown, so it goes again and is marked as a second try.
    """
    until = _hold_lease(unit, account, holder)
    if until is None:
        return Batch((), None)
    rows = [row for row in _heads(unit, account, most + len(busy)) if row.identity not in busy]
    allowed = (
        rows[:most] if limits == Limits() else _within_limits(unit, account, limits, rows[:most])
    )
    _mark_sending(unit, allowed)
    return Batch(tuple(_open_letter(unit, row) for row in allowed), until)


_OWN = (
    select(
        outbox.c.id,
        outbox.c.identity,
        outbox.c.body,
        outbox.c.status,
        outbox.c.tries,
        outbox.c.second_try,
        conversations.c.address,
    )
    .join(conversations, conversations.c.identity == outbox.c.identity)
    .where(outbox.c.identity == bindparam("identity"), outbox.c.status.in_(OPEN))
    .order_by(outbox.c.id)
)


def take_own(unit: Unit, identity: Identity) -> tuple[Letter, ...]:
    """Everything that waits for one address, in order: for channels whose person fetches it."""
    lock(unit, identity)
    rows = unit.connection.execute(_OWN, {"identity": identity}).all()
    heads = [_Head(row[0], Identity(bytes(row[1])), *row[2:]) for row in rows]
    _mark_sending(unit, heads)
    return tuple(_open_letter(unit, head) for head in heads)


def _hold_lease(unit: Unit, account: AccountId, holder: str) -> datetime | None:
    until = unit.now + LEASE
    statement = INSERTS[unit.dialect](sender_leases).values(
        account_id=account, holder=holder, until=until
    )
    statement = statement.on_conflict_do_update(
        index_elements=["account_id"],
        set_={"holder": holder, "until": until},
        where=(sender_leases.c.until < unit.now) | (sender_leases.c.holder == holder),
    )
    held = unit.connection.execute(statement).rowcount == 1
    return until if held else None


def release(unit: Unit, account: AccountId, holder: str) -> None:
    """Give the lease back at once, so that the next process need not wait for it to run out."""
    unit.connection.execute(
        update(sender_leases)
        .where(sender_leases.c.account_id == account, sender_leases.c.holder == holder)
        .values(until=unit.now - LEASE)
    )


_earlier = aliased(outbox)
_HEADS = (
    select(
        outbox.c.id,
        outbox.c.identity,
        outbox.c.body,
        outbox.c.status,
        outbox.c.tries,
        outbox.c.second_try,
        conversations.c.address,
    )
    .join(conversations, conversations.c.identity == outbox.c.identity)
    .join(sender_leases, sender_leases.c.account_id == outbox.c.account_id)
    .where(
        outbox.c.account_id == bindparam("account"),
        outbox.c.status.in_(OPEN),
        outbox.c.not_before <= bindparam("now"),
        func.coalesce(sender_leases.c.paused_until, bindparam("now")) <= bindparam("now"),
        ~select(_earlier.c.id)
        .where(
            _earlier.c.account_id == outbox.c.account_id,
            _earlier.c.identity == outbox.c.identity,
            _earlier.c.status.in_(OPEN),
            _earlier.c.id < outbox.c.id,
        )
        .exists(),
    )
    .order_by(outbox.c.priority.desc(), outbox.c.id)
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


def _heads(unit: Unit, account: AccountId, most: int) -> list[_Head]:
    rows = unit.connection.execute(
        _HEADS, {"account": account, "now": unit.now, "most": most}
    ).all()
    return [_Head(row[0], Identity(bytes(row[1])), *row[2:]) for row in rows]


def _within_limits(
    unit: Unit, account: AccountId, limits: Limits, heads: Sequence[_Head]
) -> list[_Head]:
    """Spend tokens of the account and of each chat; who finds an empty bucket waits."""
    whole = _Bucket.read(unit, account, ACCOUNT_SCOPE, limits.account)
    allowed = []
    for head in heads:
        own = _Bucket.read(unit, account, head.identity, limits.chat)
        if whole.has_token and own.has_token:
            whole.spend()
            own.spend()
            own.save(unit)
            allowed.append(head)
    if allowed:
        whole.save(unit)
    return allowed


class _Bucket:
    """A token bucket kept as a row, so that its level survives the process."""

    def __init__(self, account: AccountId, scope: bytes, rate: Rate | None, tokens: float) -> None:
        self._key = {"account_id": account, "scope": scope}
        self._rate = rate
        self._tokens = tokens

    @classmethod
    def read(cls, unit: Unit, account: AccountId, scope: bytes, rate: Rate | None) -> _Bucket:
        if rate is None:
            return cls(account, scope, None, 1.0)
        row = unit.connection.execute(
            select(buckets.c.tokens, buckets.c.filled_at).where(
                buckets.c.account_id == account, buckets.c.scope == scope
            )
        ).one_or_none()
        if row is None:
            return cls(account, scope, rate, float(rate.burst))
        elapsed = max(0.0, (unit.now - row.filled_at).total_seconds())
        return cls(account, scope, rate, min(rate.burst, row.tokens + elapsed * rate.per_second))

    @property
    def has_token(self) -> bool:
        return self._rate is None or self._tokens >= 1.0

    def spend(self) -> None:
        self._tokens -= 1.0

    def save(self, unit: Unit) -> None:
        if self._rate is None:
            return
        level = {"tokens": self._tokens, "filled_at": unit.now}
        unit.connection.execute(
            INSERTS[unit.dialect](buckets)
            .values(**self._key, **level)
            .on_conflict_do_update(index_elements=["account_id", "scope"], set_=level)
        )


_SENDING = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(
        status="sending",
        tries=outbox.c.tries + 1,
        second_try=outbox.c.second_try | (outbox.c.status == "sending"),
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
    .where(outbox.c.id == bindparam("row"))
    .values(status="delivered", body=None, sent_at=bindparam("now"), message=bindparam("reference"))
)


def record(unit: Unit, account: AccountId, results: Sequence[tuple[Letter, Delivery]]) -> None:
    """Write down what the messenger said of each message."""
    delivered = [
        {"row": letter.id, "now": unit.now, "reference": outcome.message}
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
                _close(unit, letter, "failed", reason)
            case Moved(chat):
                _move(unit, letter, chat)
            case Delivered():
                pass


def _hold_back(unit: Unit, account: AccountId, letter: Letter, retry: Retry) -> None:
    seconds = retry.seconds
    if seconds is None:
        seconds = min(LONGEST_WAIT_SECONDS, 2.0 ** min(letter.tries, 10))
    again = unit.now + timedelta(seconds=seconds)
    unit.connection.execute(
        update(outbox)
        .where(outbox.c.id == letter.id, outbox.c.created_at >= unit.now - GIVE_UP_AFTER)
        .values(status="waiting", not_before=again, error=retry.reason[:200])
    )
    unit.connection.execute(
        update(outbox)
        .where(outbox.c.id == letter.id, outbox.c.created_at < unit.now - GIVE_UP_AFTER)
        .values(status="failed", body=None, error=retry.reason[:200])
    )
    if retry.whole_account:
        unit.connection.execute(
            update(sender_leases)
            .where(sender_leases.c.account_id == account)
            .values(paused_until=again)
        )


def _close(unit: Unit, letter: Letter, status: str, reason: str) -> None:
    unit.connection.execute(
        update(outbox)
        .where(outbox.c.id == letter.id)
        .values(status=status, body=None, error=reason[:200])
    )


def _close_all(unit: Unit, letter: Letter, reason: str) -> None:
    unit.connection.execute(
        update(outbox)
        .where(outbox.c.identity == letter.identity, outbox.c.status.in_(OPEN))
        .values(status="unreachable", body=None, error=reason[:200])
    )
    unit.connection.execute(
        update(conversations)
        .where(conversations.c.identity == letter.identity)
        .values(reachable=False)
    )


def _move(unit: Unit, letter: Letter, chat: str) -> None:
    unit.connection.execute(
        update(conversations)
        .where(conversations.c.identity == letter.identity)
        .values(address=unit.keys.seal(Purpose.ADDRESS, chat.encode()))
    )
    unit.connection.execute(update(outbox).where(outbox.c.id == letter.id).values(status="waiting"))


def has_open(unit: Unit, identity: Identity) -> bool:
    """True while something for this address still waits or is being sent."""
    found = unit.connection.execute(
        select(outbox.c.id).where(outbox.c.identity == identity, outbox.c.status.in_(OPEN)).limit(1)
    )
    return found.first() is not None
