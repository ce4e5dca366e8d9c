"""What became of each message that was sent, written down where it waited."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, case, or_, select, update

from bot.core.keys import Purpose
from bot.core.messages import (
    Delivered,
    Delivery,
    Moved,
    Rejected,
    Retry,
    Unreachable,
)
from bot.core.vocabulary import AccountId
from storage.database import Unit
from storage.models import conversations, outbox
from storage.models_accounts import sender_leases
from storage.outbox import NOTICE, Letter

GIVE_UP_AFTER = timedelta(hours=24)
LONGEST_WAIT_SECONDS = 600.0
LONGEST_ID = 80
LONGEST_REASON = 200

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
        {
            "row": letter.id,
            "attempt": letter.tries,
            "now": unit.now,
            "reference": _kept(outcome.message, LONGEST_ID),
        }
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


def _kept(given: str | None, longest: int) -> str | None:
    """What a messenger wrote, as every database takes it: an odd id must not stop what is behind it."""
    return given and given.replace("\0", "")[:longest]


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


def _finished(unit: Unit, status: str, reason: str) -> dict[str, Any]:
    """What cannot go any more; a notice keeps its words, so that a person can pass them on."""
    words = case((outbox.c.priority >= NOTICE, outbox.c.body), else_=None)
    return {
        "status": status,
        "body": words,
        "finished_at": unit.now,
        "error": _kept(reason, LONGEST_REASON),
    }


def _hold_back(unit: Unit, account: AccountId, letter: Letter, retry: Retry) -> None:
    seconds = retry.seconds
    if seconds is None:
        seconds = _back_off(letter.tries)
    again = unit.now + timedelta(seconds=seconds)
    age = select(outbox.c.created_at).where(outbox.c.id == letter.id)
    created_at = unit.connection.execute(age).scalar_one_or_none()
    is_old = created_at is not None and unit.now - created_at > GIVE_UP_AFTER
    # What waits for a person to mend the account was not tried at all, however long that takes.
    if is_old and not retry.alert:
        _change(unit, letter, _finished(unit, "failed", retry.reason))
    else:
        held = {
            "status": "waiting",
            "not_before": again,
            "error": _kept(retry.reason, LONGEST_REASON),
        }
        _change(unit, letter, held | ({"second_try": True} if retry.maybe_taken else {}))
    if retry.whole_account:
        paused = sender_leases.c.paused_until
        unit.connection.execute(
            update(sender_leases)
            .where(sender_leases.c.account_id == account, or_(paused.is_(None), paused < again))
            .values(paused_until=again)
        )


def _back_off(tries: int) -> float:
    """Twice as long each time, and never in step with the others that failed at the same moment."""
    longest = min(LONGEST_WAIT_SECONDS, 2.0 ** min(tries, 10))
    return longest * (0.5 + secrets.randbelow(10**6) / (2 * 10**6))


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
