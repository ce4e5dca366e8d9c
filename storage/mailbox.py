"""Inbox, outbox, conversation state: what makes one message have one effect.

Order of a turn, inside one transaction: lock the identity, claim its oldest open event, do the work, then
``finish``. On PostgreSQL the lock is an advisory one, since a first contact has no row to lock; on SQLite
BEGIN IMMEDIATE already lets one writer in.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, delete, func, select, text, update

from bot.core.errors import BusyError
from bot.core.keys import KeyRing, Purpose
from bot.core.messages import ACTS, Address, Inbound, Kind, Outbound
from bot.core.vocabulary import AccountId, CommuneId, Identity, Role
from storage.columns import Moment, as_moment
from storage.database import BUSY, INSERTS, Prepared, Unit
from storage.models import (
    chat_links,
    conversations,
    inbox,
    link_codes,
    members,
    outbox,
    staff,
    teams,
)
from storage.models_accounts import authorizations, buckets, uploads
from storage.packing import pack_inbound, pack_outbound, unpack_inbound

AT_ONCE = 500
"""Rows that are named in one statement."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event on its way into the inbox: whose account, who is talking, and the event itself."""

    commune: CommuneId
    account: AccountId
    identity: Identity
    inbound: Inbound


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody of a team or the office, as a turn needs to know them."""

    id: int
    name: str
    role: Role
    team_id: int | None
    team: str | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """The oldest open event of one person, with everything known about the conversation."""

    inbox_id: int
    commune: CommuneId
    account: AccountId
    identity: Identity
    inbound: Inbound
    state: str | None  # None on the first contact
    worker: Worker | None
    received_at: datetime
    has_more: bool  # another event of the same person waits behind this one


@dataclass(frozen=True, slots=True)
class Finished:
    """What a turn leaves behind: how it went, the new state, and the answers, in order."""

    outcome: str
    state: str
    messages: tuple[Outbound, ...]
    reachable: bool = True


def identity_of(keys: KeyRing, commune: CommuneId, address: Address) -> Identity:
    """Keyed hash of one chat: the same person on the same account of the same commune."""
    return Identity(keys.hash(Purpose.CHAT, *identity_parts(commune, address)))


def identity_parts(commune: CommuneId, address: Address) -> tuple[str, ...]:
    """What is hashed."""
    return str(commune), address.channel, address.account, address.chat


ACCEPT = Prepared(
    {
        dialect: make(inbox)
        .values(
            commune_id=bindparam("commune_id"),
            account_id=bindparam("account_id"),
            event_id=bindparam("event_id"),
            identity=bindparam("identity"),
            body=bindparam("body"),
            received_at=bindparam("received_at"),
            done_at=bindparam("done_at"),
            outcome=bindparam("outcome"),
        )
        .on_conflict_do_nothing(index_elements=["account_id", "event_id"])
        for dialect, make in INSERTS.items()
    }
)


def accept(unit: Unit, arrivals: Sequence[Arrival]) -> None:
    """Store the events, each once; a repeat changes nothing. Only after the commit may 200 be said.

    What is only noted is done with at once and leaves no body.
    """
    unit.send_many(ACCEPT, [_inbox_row(unit, arrival) for arrival in arrivals])


def _inbox_row(unit: Unit, arrival: Arrival) -> dict[str, object]:
    is_noted = arrival.inbound.kind is Kind.NOTED
    packed = None if is_noted else pack_inbound(arrival.inbound)
    return {
        "commune_id": arrival.commune,
        "account_id": arrival.account,
        "event_id": arrival.inbound.event_id,
        "identity": arrival.identity,
        "body": packed and unit.keys.seal(Purpose.MESSAGE, packed),
        "received_at": unit.now,
        "done_at": unit.now if is_noted else None,
        "outcome": str(Kind.NOTED) if is_noted else None,
    }


LOCK = Prepared(text("SELECT pg_advisory_xact_lock(:number)"))
CLAIM = Prepared(
    select(
        inbox.c.id,
        inbox.c.commune_id,
        inbox.c.account_id,
        inbox.c.body,
        conversations.c.state,
        members.c.id,
        members.c.name,
        members.c.role,
        members.c.team_id,
        teams.c.name,
        staff.c.id,
        staff.c.name,
        staff.c.role,
        inbox.c.received_at,
    )
    .select_from(
        inbox.outerjoin(conversations, conversations.c.identity == inbox.c.identity)
        .outerjoin(chat_links, chat_links.c.identity == inbox.c.identity)
        .outerjoin(members, (members.c.id == chat_links.c.member_id) & members.c.left_at.is_(None))
        .outerjoin(teams, teams.c.id == members.c.team_id)
        .outerjoin(staff, (staff.c.id == chat_links.c.staff_id) & staff.c.left_at.is_(None))
    )
    .where(inbox.c.identity == bindparam("identity"), inbox.c.done_at.is_(None))
    .order_by(inbox.c.id)
    .suffix_with(text("LIMIT 2"))  # the second row only says that there is more
)


def lock(unit: Unit, identity: bytes) -> None:
    """Hold this person (or any other named thing) until the transaction ends."""
    if unit.dialect == "postgresql":
        number = int.from_bytes(identity[:8], "big", signed=True)
        unit.send(LOCK, {"number": number})


def claim(unit: Unit, identity: Identity) -> Claimed | None:
    """Lock the person and give their oldest open event, or None."""
    with unit.together():
        lock(unit, identity)
        rows = unit.fetch(CLAIM, {"identity": identity})
    if not rows:
        return None
    row = rows[0]
    worker = None
    if row[5] is not None:
        worker = Worker(row[5], row[6], Role(row[7]), row[8], row[9])
    elif row[10] is not None:
        worker = Worker(row[10], row[11], Role(row[12]), None, None)
    return Claimed(
        inbox_id=row[0],
        commune=row[1],
        account=row[2],
        identity=identity,
        inbound=unpack_inbound(unit.keys.open(Purpose.MESSAGE, bytes(row[3]))),
        state=row[4],
        worker=worker,
        received_at=as_moment(row[13]),
        has_more=len(rows) > 1,
    )


FINISH = Prepared(
    update(inbox)
    .where(inbox.c.id == bindparam("inbox_id"), inbox.c.done_at.is_(None))
    .values(done_at=bindparam("now"), outcome=bindparam("how"), body=None)
)
_ACTED_AT = bindparam("acted_at", type_=Moment)
SAVE_STATE = Prepared(
    update(conversations)
    .where(conversations.c.identity == bindparam("who"))
    .values(
        state=bindparam("new_state"),
        reachable=bindparam("can_reach"),
        last_used_at=bindparam("now"),
        last_act_at=case(  # an event that comes late does not turn the clock back
            (conversations.c.last_act_at > _ACTED_AT, conversations.c.last_act_at),
            else_=func.coalesce(_ACTED_AT, conversations.c.last_act_at),
        ),
    )
)
FIRST_STATE = Prepared(
    conversations.insert()
    .inline()
    .values(
        commune_id=bindparam("commune_id"),
        account_id=bindparam("account_id"),
        identity=bindparam("identity"),
        address=bindparam("address"),
        state=bindparam("state"),
        reachable=bindparam("reachable"),
        last_used_at=bindparam("last_used_at"),
        last_act_at=bindparam("last_act_at"),
    )
)
SEND = Prepared(
    outbox.insert()
    .inline()
    .values(
        commune_id=bindparam("commune_id"),
        account_id=bindparam("account_id"),
        identity=bindparam("identity"),
        key=bindparam("key"),
        body=bindparam("body"),
        priority=0,
        status="waiting",
        tries=0,
        second_try=False,
        not_before=bindparam("now"),
        created_at=bindparam("now"),
    )
)


def finish(unit: Unit, claimed: Claimed, result: Finished) -> None:
    """Close the event: body emptied, state saved, answers queued – all in the unit's one commit.

    Raises ``BusyError`` when somebody else has closed it since it was claimed, which only SQLite lets
    happen: then all that this unit did is undone with it.
    """
    answers = [
        _outbox_row(unit, claimed, f"turn:{claimed.inbox_id}:{number}", message)
        for number, message in enumerate(result.messages)
    ]
    with unit.together():
        closing = {"inbox_id": claimed.inbox_id, "now": unit.now, "how": result.outcome}
        if unit.send(FINISH, closing) == 0 and unit.dialect == "sqlite":
            raise BusyError(BUSY)
        _save_state(unit, claimed, result)
        if answers:
            unit.send_many(SEND, answers)


def drop_oldest(unit: Unit, identity: Identity) -> bool:
    """Close the person's oldest open event unread and unanswered; True when there was one."""
    lock(unit, identity)
    waiting = select(func.min(inbox.c.id)).where(
        inbox.c.identity == identity, inbox.c.done_at.is_(None)
    )
    dropped = unit.connection.execute(
        update(inbox)
        .where(inbox.c.id == waiting.scalar_subquery())
        .values(done_at=unit.now, outcome="dropped", body=None)
    )
    return dropped.rowcount == 1


def _save_state(unit: Unit, claimed: Claimed, result: Finished) -> None:
    inbound = claimed.inbound
    acted_at = min(inbound.at, unit.now) if inbound.kind in ACTS else None
    if claimed.state is not None:
        saved = {
            "who": claimed.identity,
            "new_state": result.state,
            "can_reach": result.reachable,
            "now": unit.now,
            "acted_at": acted_at,
        }
        unit.send(SAVE_STATE, saved)
        return
    chat = inbound.address.chat.encode()
    unit.send(
        FIRST_STATE,
        {
            "commune_id": claimed.commune,
            "account_id": claimed.account,
            "identity": claimed.identity,
            "address": unit.keys.seal(Purpose.ADDRESS, chat),
            "state": result.state,
            "reachable": result.reachable,
            "last_used_at": unit.now,
            "last_act_at": acted_at,
        },
    )


def _outbox_row(unit: Unit, claimed: Claimed, key: str, message: Outbound) -> dict[str, object]:
    return {
        "commune_id": claimed.commune,
        "account_id": claimed.account,
        "identity": claimed.identity,
        "key": key,
        "body": unit.keys.seal(Purpose.MESSAGE, pack_outbound(message)),
        "now": unit.now,
    }


def waiting_people(unit: Unit, limit: int = 500) -> list[Identity]:
    """Identities that have an open event: what a starting engine has to take up."""
    rows = unit.connection.execute(
        select(inbox.c.identity).where(inbox.c.done_at.is_(None)).distinct().limit(limit)
    )
    return [Identity(bytes(row[0])) for row in rows]


def purge(unit: Unit, keep: timedelta, spared: Collection[int] = ()) -> int:
    """Drop events, messages and conversations unused for so long; gives how many rows went.

    A message that nobody could send in that time goes too: nothing sealed is kept for ever. Of a chat that
    is ``spared`` (the id of its conversation) that alone stays.
    """
    before: datetime = unit.now - keep
    return _purge_idle(unit, before, spared) + sum(
        unit.connection.execute(statement).rowcount
        for statement in (
            delete(inbox).where(inbox.c.done_at.is_not(None), inbox.c.received_at < before),
            delete(outbox).where(outbox.c.created_at < before),
            delete(buckets).where(buckets.c.filled_at < before),
            delete(link_codes).where(link_codes.c.expires_at < before),
            delete(authorizations).where(authorizations.c.expires_at < before),
            delete(uploads).where(uploads.c.expires_at < before),
        )
    )


def _purge_idle(unit: Unit, before: datetime, spared: Collection[int]) -> int:
    row = conversations.c
    idle = (row.last_used_at < before) & row.identity.not_in(select(chat_links.c.identity))
    if not spared:
        return unit.connection.execute(delete(conversations).where(idle)).rowcount
    found = unit.connection.execute(select(row.id).where(idle)).scalars()
    gone = sorted(set(found).difference(spared))
    chunks = (gone[start : start + AT_ONCE] for start in range(0, len(gone), AT_ONCE))
    return sum(
        unit.connection.execute(delete(conversations).where(idle, row.id.in_(chunk))).rowcount
        for chunk in chunks
    )
