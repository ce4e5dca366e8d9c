"""The outbox for channels whose person fetches: a terminal, a web page.

Nothing is sent there. A letter stays until its reader says that everything up to it has arrived, so an
answer that was lost on its way is simply fetched again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, exists, select, update

from bot.core.keys import Purpose
from bot.core.messages import Outbound
from bot.core.vocabulary import AccountId, CommuneId, Identity, RequestStatus
from storage import people
from storage.database import Unit
from storage.mailbox import lock
from storage.models import chat_links, conversations, inbox, link_codes, outbox
from storage.models_accounts import buckets
from storage.models_help import help_requests
from storage.packing import unpack_outbound

MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Fetched:
    """One message that waits for its reader; ids grow in the order of the conversation."""

    id: int
    message: Outbound


_WAITING = (
    select(outbox.c.id, outbox.c.body)
    .where(
        outbox.c.identity == bindparam("identity"),
        outbox.c.finished_at.is_(None),
        outbox.c.id > bindparam("after"),
    )
    .order_by(outbox.c.id)
)
_EVENT = select(inbox.c.id, inbox.c.done_at).where(
    inbox.c.account_id == bindparam("account"),
    inbox.c.event_id == bindparam("event"),
    inbox.c.identity == bindparam("identity"),
)
_ARRIVED = (
    update(outbox)
    .where(
        outbox.c.identity == bindparam("who"),
        outbox.c.finished_at.is_(None),
        outbox.c.id <= bindparam("upto"),
    )
    .values(status="delivered", body=None, finished_at=bindparam("now"))
)


def waiting(unit: Unit, identity: Identity, after: int = 0) -> tuple[Fetched, ...]:
    """What waits for this person behind the letter ``after``, in order."""
    rows = unit.connection.execute(_WAITING, {"identity": identity, "after": after})
    return tuple(_open(unit, row) for row in rows)


def answers(
    unit: Unit, identity: Identity, account: AccountId, event_id: str
) -> tuple[Fetched, ...] | None:
    """What the turn of one event of this person answered and still waits; None while it is not over.

    Of somebody else's event always None, whoever names it.
    """
    given = {"account": account, "event": event_id, "identity": identity}
    event = unit.connection.execute(_EVENT, given).one_or_none()
    if event is None or event.done_at is None:
        return None
    own = outbox.c.key.startswith(f"turn:{event.id}:", autoescape=True)
    rows = unit.connection.execute(_WAITING.where(own), {"identity": identity, "after": 0})
    return tuple(_open(unit, row) for row in rows)


def _open(unit: Unit, row: Sequence[Any]) -> Fetched:
    return Fetched(row[0], unpack_outbound(unit.keys.open(Purpose.MESSAGE, bytes(row[1]))))


def acknowledge(unit: Unit, identity: Identity, upto: int) -> int:
    """Everything up to this letter has arrived: its text is dropped. Gives how many letters that were."""
    given = {"who": identity, "upto": upto, "now": unit.now}
    return unit.connection.execute(_ARRIVED, given).rowcount


def set_forgetting(unit: Unit, identity: Identity, when: datetime) -> bool:
    """All that is known of this chat shall be gone at that moment.

    False when no turn of it is over yet: there is nothing that could remember the moment.
    """
    changed = unit.connection.execute(
        update(conversations).where(conversations.c.identity == identity).values(forget_at=when)
    )
    return changed.rowcount == 1


def put_off_forgetting(unit: Unit, identity: Identity, when: datetime) -> None:
    """What shall be forgotten is forgotten at that moment instead; nothing changes for any other chat."""
    unit.connection.execute(
        update(conversations)
        .where(conversations.c.identity == identity, conversations.c.forget_at.is_not(None))
        .values(forget_at=when)
    )


def forget(unit: Unit, identity: Identity) -> None:
    """Drop the conversation, its events and its letters, answered or not; what was counted stays."""
    lock(unit, identity)
    unit.connection.execute(delete(inbox).where(inbox.c.identity == identity))
    gone = delete(conversations).where(conversations.c.identity == identity)
    rows = unit.connection.execute(gone.returning(conversations.c.commune_id)).scalars()
    people.drop_chats(unit, [(commune, identity) for commune in rows])
    _drop_traces(unit, [identity])


def forget_due(unit: Unit) -> int:
    """Forget every chat whose moment has come; gives how many.

    Somebody who is writing just now is not gone: an open event, or a moment put off since we looked,
    keeps the chat until the next look.
    """
    is_due = conversations.c.forget_at <= unit.now
    # In one order: two processes that do this at once wait for each other instead of crossing.
    looked = select(conversations.c.identity).where(is_due).order_by(conversations.c.identity)
    due = [Identity(bytes(row[0])) for row in unit.connection.execute(looked)]
    chunks = (due[start : start + MOST_AT_ONCE] for start in range(0, len(due), MOST_AT_ONCE))
    return sum(_forget_quiet(unit, chunk, is_due) for chunk in chunks)


def _forget_quiet(unit: Unit, due: Sequence[Identity], is_due: ColumnElement[bool]) -> int:
    with unit.together():
        for identity in due:
            lock(unit, identity)
    is_open = exists().where(
        inbox.c.identity == conversations.c.identity, inbox.c.done_at.is_(None)
    )
    gone = delete(conversations).where(conversations.c.identity.in_(due), is_due, ~is_open)
    both = (conversations.c.commune_id, conversations.c.identity)
    rows = unit.connection.execute(gone.returning(*both))
    chats = [(CommuneId(row[0]), Identity(bytes(row[1]))) for row in rows]
    quiet = [identity for _, identity in chats]
    # An event that has come since then is not locked out; it stays and begins a new conversation.
    answered = (inbox.c.identity.in_(quiet), inbox.c.done_at.is_not(None))
    unit.connection.execute(delete(inbox).where(*answered))
    people.drop_chats(unit, chats)
    _drop_traces(unit, quiet)
    return len(quiet)


def _drop_traces(unit: Unit, chats: Sequence[Identity]) -> None:
    traces = (outbox.c.identity, chat_links.c.identity, link_codes.c.identity, buckets.c.scope)
    for column in traces:
        unit.connection.execute(delete(column.table).where(column.in_(chats)))
    asked = update(help_requests).where(help_requests.c.identity.in_(chats))
    ended = {"status": RequestStatus.CANCELLED, "closed_at": unit.now}
    unit.connection.execute(asked.where(help_requests.c.closed_at.is_(None)).values(ended))
    unit.connection.execute(asked.values(identity=None, phone=None))
