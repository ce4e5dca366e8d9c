"""The sending side of the outbox: lease, windows, limits, claim.

One process sends for one account at a time (the lease); within an account each address is first in, first
out, so a message that must be tried again holds what is behind it and nothing else. Whether a message is
free, paid or impossible is known before it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, or_, select, update

from bot.core.errors import WrongKeyError
from bot.core.keys import Purpose
from bot.core.messages import Limits, Outbound
from bot.core.terms import ALWAYS_FREE, Passage, Terms, passage
from bot.core.vocabulary import AccountId, Identity
from storage import buckets
from storage.buckets import ACCOUNT_SCOPE, Bucket
from storage.database import INSERTS, Unit
from storage.models import conversations, outbox
from storage.models_accounts import sender_leases
from storage.packing import pack_outbound, unpack_outbound

LEASE = timedelta(seconds=30)
MOST_AT_ONCE = 30
"""On the wire of one account; more would only wait for a connection, and slow everything else down."""
UNREADABLE = "unreadable"
NOTICE = 10
"""Priority of what nobody waits for just now; an answer has 0 and goes first."""
LONGEST_MERGED = 1500
MOST_MERGED = 10


@dataclass(frozen=True, slots=True)
class Post:
    """Who sends for which account, and what the messenger allows."""

    account: AccountId
    holder: str
    limits: Limits
    terms: Terms = ALWAYS_FREE


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
    whole = buckets.read(unit, post.account, post.limits.account, [ACCOUNT_SCOPE])[ACCOUNT_SCOPE]
    if whole.tokens < 1:
        return Batch(pause_seconds=whole.seconds_to_token)
    most = int(min(MOST_AT_ONCE - len(busy), whole.tokens))
    if most < 1:
        return Batch()
    heads = _heads(unit, post.account, most + len(busy))
    heads = [head for head in heads if head.identity not in busy][:most]
    passing = _let_pass(unit, post.terms, heads)
    allowed = _within_limits(unit, post, whole, passing)
    if post.terms.is_scarce:
        allowed = [_with_next_notices(unit, head) for head in allowed]
    opened = {head.id: _open_letter(unit, head) for head in allowed}
    _drop_spoiled(unit, [row for row, letter in opened.items() if letter is None])
    _mark_sending(unit, [head for head in allowed if opened[head.id]])
    return Batch(tuple(letter for letter in opened.values() if letter))


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


def resume(unit: Unit, account: AccountId) -> None:
    """What held the whole account back is mended: look again at once, for every message that waits."""
    unit.connection.execute(
        update(sender_leases).where(sender_leases.c.account_id == account).values(paused_until=None)
    )
    unit.connection.execute(
        update(outbox)
        .where(outbox.c.account_id == account, outbox.c.finished_at.is_(None))
        .values(not_before=unit.now)
    )


_COLUMNS = (
    outbox.c.id,
    outbox.c.identity,
    outbox.c.body,
    outbox.c.status,
    outbox.c.tries,
    outbox.c.second_try,
    conversations.c.address,
    outbox.c.priority,
    conversations.c.last_act_at,
    conversations.c.reachable,
)
_WITH_ADDRESS = outbox.join(conversations, conversations.c.identity == outbox.c.identity)
_earlier = outbox.alias()
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
    priority: int
    last_act_at: datetime | None
    reachable: bool
    cost: int = 0


def _head(row: Sequence[Any]) -> _Head:
    return _Head(row[0], Identity(bytes(row[1])), *row[2:])


def _heads(unit: Unit, account: AccountId, most: int) -> list[_Head]:
    given = {"account": account, "now": unit.now, "most": most}
    return [_head(row) for row in unit.connection.execute(_HEADS, given)]


def _let_pass(unit: Unit, terms: Terms, heads: Sequence[_Head]) -> list[_Head]:
    """Those that may go now, with their price; the others are set aside for the office to see.

    A notice to who has blocked us is not even tried; an answer is, since she has just written.
    """
    passing, aside = [], []
    for head in heads:
        way, price = passage(terms, head.last_act_at, unit.now)
        if not head.reachable and head.priority >= NOTICE:
            way = Passage.SHUT
        if way in (Passage.FREE, Passage.PAID):
            passing.append(replace(head, cost=price))
        else:
            aside.append({"row": head.id, "way": str(way), "now": unit.now})
    if aside:
        unit.connection.execute(_SET_ASIDE, aside)
    return passing


# A notice keeps its words, so that a person can pass them on.
_SET_ASIDE = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(
        status=bindparam("way"),
        error=bindparam("way"),
        finished_at=bindparam("now"),
        body=case((outbox.c.priority >= NOTICE, outbox.c.body), else_=None),
    )
)
_BEHIND = (
    select(
        outbox.c.id,
        outbox.c.body,
        (outbox.c.priority >= NOTICE)
        & (outbox.c.not_before <= bindparam("now"))
        & (outbox.c.tries == 0)
        & ~outbox.c.second_try,
    )
    .where(
        outbox.c.identity == bindparam("identity"),
        outbox.c.finished_at.is_(None),
        outbox.c.id > bindparam("after"),
    )
    .order_by(outbox.c.id)
    .limit(MOST_MERGED)
)


def _with_next_notices(unit: Unit, head: _Head) -> _Head:
    """A notice together with those behind it to the same person, as one message while they are plain and fit.

    One that may have left before is not changed any more, and nothing overtakes what stands between.
    """
    if head.priority < NOTICE or head.tries or head.second_try:
        return head
    message = _message(unit, head.body)
    if message is None or not _is_plain(message):
        return head
    merged, text = [], message.text
    given = {"identity": head.identity, "after": head.id, "now": unit.now}
    for row_id, body, is_fresh in unit.connection.execute(_BEHIND, given):
        if not is_fresh:
            break
        other = _message(unit, body)
        longer = f"{text}\n\n{other.text}" if other else ""
        if other is None or not _is_plain(other) or len(longer) > LONGEST_MERGED:
            break
        text = longer
        merged.append(row_id)
    if not merged:
        return head
    body = unit.keys.seal(Purpose.MESSAGE, pack_outbound(replace(message, text=text)))
    gone = {"status": "merged", "body": None, "finished_at": unit.now}
    unit.connection.execute(update(outbox).where(outbox.c.id == head.id).values(body=body))
    unit.connection.execute(update(outbox).where(outbox.c.id.in_(merged)).values(**gone))
    return replace(head, body=body)


def _is_plain(message: Outbound) -> bool:
    return message == Outbound(message.text)


def _message(unit: Unit, body: bytes) -> Outbound | None:
    """What is to be said; None when it cannot be read any more."""
    try:
        return unpack_outbound(unit.keys.open(Purpose.MESSAGE, bytes(body)))
    except (WrongKeyError, ValueError):
        return None


def _within_limits(unit: Unit, post: Post, whole: Bucket, heads: Sequence[_Head]) -> list[_Head]:
    """Spend a token of the account and of the chat for each; who finds an empty bucket steps aside."""
    if post.limits == Limits() or not heads:
        return list(heads)
    own = buckets.read(unit, post.account, post.limits.chat, [head.identity for head in heads])
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
    buckets.save(unit, post.account, [bucket for bucket in spent if bucket.rate])
    return allowed


_LATER = update(outbox).where(outbox.c.id == bindparam("row")).values(not_before=bindparam("again"))


_SENDING = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(
        status="sending",
        tries=outbox.c.tries + 1,
        cost=bindparam("price"),
        second_try=or_(outbox.c.second_try, outbox.c.status == "sending"),
    )
)


def _mark_sending(unit: Unit, heads: Iterable[_Head]) -> None:
    rows = [{"row": head.id, "price": head.cost} for head in heads]
    if rows:
        unit.connection.execute(_SENDING, rows)


def _open_letter(unit: Unit, head: _Head) -> Letter | None:
    """The letter; None when its address or its words cannot be read any more."""
    message = _message(unit, head.body)
    try:
        chat = unit.keys.open(Purpose.ADDRESS, head.address).decode()
    except (WrongKeyError, ValueError):
        return None
    if message is None:
        return None
    is_second = head.second_try or head.status == "sending"
    return Letter(head.id, head.identity, chat, message, head.tries + 1, is_second)


def _drop_spoiled(unit: Unit, rows: Sequence[int]) -> None:
    """What nobody can read is set aside: it would hold up everybody else's messages."""
    if rows:
        spoiled = update(outbox).where(outbox.c.id.in_(rows))
        gone = {"status": "failed", "error": UNREADABLE, "body": None, "finished_at": unit.now}
        unit.connection.execute(spoiled.values(**gone))
