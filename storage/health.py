"""What is wrong with a messenger account, as far as it was seen: for alarms and the office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    bindparam,
    exists,
    func,
    literal,
    select,
    update,
)

from bot.core.vocabulary import AccountId, CommuneId
from storage.database import INSERTS, Unit
from storage.models import conversations, inbox, outbox
from storage.models_accounts import account_health, accounts, sender_leases, token_pairs

LONGEST_CODE = 80
FORGED_FOR = timedelta(days=1)
"""How long requests that proved nothing are counted together."""
NEEDS_CONSENT = "needs-consent"
"""The trouble of an account whose tokens are dead: a person must give the right again."""


@dataclass(frozen=True, slots=True)
class Health:
    """One account: its trouble (a code) since when, forged requests, what waits and what came last.

    ``forged`` counts those since ``forged_at``, as ``note_forged`` says.
    ``held_until`` is how long the process that sends for it has said that it is there; None was never said.
    """

    account: AccountId
    channel: str
    name: str
    trouble: str | None
    trouble_since: datetime | None
    forged: int
    forged_at: datetime | None
    waiting: int
    last_event_at: datetime | None
    held_until: datetime | None


def report_trouble(unit: Unit, account: AccountId, code: str) -> bool:
    """Remember what is wrong; True when this is news."""
    code = code.replace("\0", "")[:LONGEST_CODE]
    statement = INSERTS[unit.dialect](account_health).values(
        account_id=account, trouble=code, trouble_since=unit.now, forged=0
    )
    told = unit.connection.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id"],
            set_={"trouble": code, "trouble_since": unit.now},
            where=account_health.c.trouble.is_distinct_from(code),
        ).returning(account_health.c.account_id)
    )
    return told.first() is not None


_CLEAR = (
    update(account_health)
    .where(
        account_health.c.account_id == bindparam("account"),
        account_health.c.trouble.is_not(None),
        ~exists().where(
            token_pairs.c.account_id == account_health.c.account_id, token_pairs.c.dead
        ),
    )
    .values(trouble=None, trouble_since=None)
)


def clear_trouble(unit: Unit, account: AccountId) -> None:
    """A message went through: nothing is wrong any more.

    Unless the tokens are dead: what was on the wire then still arrives, and mends nothing.
    """
    unit.connection.execute(_CLEAR, {"account": account})


def note_forged(unit: Unit, account: AccountId, times: int) -> int:
    """Requests came that did not prove their sender; gives how many since the first of them.

    The count begins anew with a day, and after an event that proved its sender: the key was right then.
    """
    mine = account_health.c.account_id == account
    row = INSERTS[unit.dialect](account_health).values(account_id=account, forged=0)
    unit.connection.execute(row.on_conflict_do_nothing(index_elements=["account_id"]))
    # Held until the commit: of two processes that count at once each knows what the other counted.
    held = select(account_health.c.forged, account_health.c.forged_at).where(mine)
    before, first = unit.connection.execute(held.with_for_update()).one()
    last = unit.connection.execute(select(_last_event(literal(account)))).scalar_one()
    is_over = first is None or unit.now - first >= FORGED_FOR
    if is_over or (last is not None and last > first):
        before, first = 0, unit.now
    counted = {"forged": before + times, "forged_at": first}
    unit.connection.execute(update(account_health).where(mine).values(counted))
    return int(before + times)


def _last_event(account: ColumnElement[int]) -> ScalarSelect[Any]:
    """When the newest event of an account came: the newest id, since all of them would be many."""
    newest = select(inbox.c.received_at).where(inbox.c.account_id == account)
    return newest.order_by(inbox.c.id.desc()).limit(1).scalar_subquery()


def list_health(unit: Unit, commune: CommuneId) -> list[Health]:
    """Every account of the commune, by channel."""
    waiting = (
        select(func.count())
        .where(outbox.c.account_id == accounts.c.id, outbox.c.finished_at.is_(None))
        .scalar_subquery()
    )
    rows = unit.connection.execute(
        select(
            accounts.c.id,
            accounts.c.channel,
            accounts.c.name,
            account_health.c.trouble,
            account_health.c.trouble_since,
            func.coalesce(account_health.c.forged, 0),
            account_health.c.forged_at,
            waiting,
            _last_event(accounts.c.id),
            sender_leases.c.until,
        )
        .outerjoin(account_health, account_health.c.account_id == accounts.c.id)
        .outerjoin(sender_leases, sender_leases.c.account_id == accounts.c.id)
        .where(accounts.c.commune_id == commune)
        .order_by(accounts.c.channel, accounts.c.name)
    )
    return [Health(*tuple(row)) for row in rows]


def count_sent(unit: Unit, account: AccountId, since: datetime) -> tuple[int, int]:
    """Messages delivered since then, and what they cost in VND."""
    row = unit.connection.execute(
        select(func.count(), func.coalesce(func.sum(outbox.c.cost), 0)).where(
            outbox.c.account_id == account,
            outbox.c.status == "delivered",
            outbox.c.finished_at >= since,
        )
    ).one()
    return int(row[0]), int(row[1])


def count_people(unit: Unit, account: AccountId) -> int:
    """Chats that the account has had in the last thirty days; older ones are forgotten."""
    counted = select(func.count()).where(conversations.c.account_id == account)
    return int(unit.connection.execute(counted).scalar_one())
