"""After a change of key: what is known of a chat moves from its old hash to the present one."""

from __future__ import annotations

from sqlalchemy import Table, delete, select, update

from bot.core.keys import KeyRing, Purpose
from bot.core.messages import Address
from bot.core.vocabulary import CommuneId, Identity
from storage import confirmations, people, seats
from storage.database import Unit
from storage.mailbox import Claimed, identity_parts, lock
from storage.models import (
    chat_links,
    conversations,
    inbox,
    join_requests,
    link_codes,
    outbox,
)
from storage.models_help import help_requests


def older_identities(keys: KeyRing, commune: CommuneId, address: Address) -> tuple[Identity, ...]:
    """The same chat as it was known under each old key."""
    hashes = keys.older_hashes(Purpose.CHAT, *identity_parts(commune, address))
    return tuple(Identity(value) for value in hashes)


def recognise(unit: Unit, claimed: Claimed) -> bool:
    """After a change of key: move all that is known of this chat from its old hash to the present one.

    True when there was something, also older events: then the claim must be made again. Of two
    conversations under two old keys the newer key's stays.
    """
    moved = 0
    for old in older_identities(unit.keys, claimed.commune, claimed.inbound.address):
        lock(unit, old)
        for table in (conversations, chat_links):
            if _stands(unit, table, claimed.identity):
                unit.connection.execute(delete(table).where(table.c.identity == old))
            else:
                moved += _move(unit, table, old, claimed.identity)
        for table in (link_codes, join_requests, help_requests):
            _move(unit, table, old, claimed.identity)
        moved += sum(_move(unit, table, old, claimed.identity) for table in (inbox, outbox))
        people.move_chat(unit, claimed.commune, old, claimed.identity)
        seats.move_chat(unit, claimed.commune, old, claimed.identity)
        confirmations.move_chat(unit, claimed.commune, old, claimed.identity)
    return moved > 0


def _stands(unit: Unit, table: Table, identity: Identity) -> bool:
    found = unit.connection.execute(select(table.c.id).where(table.c.identity == identity).limit(1))
    return found.first() is not None


def _move(unit: Unit, table: Table, old: Identity, present: Identity) -> int:
    return unit.connection.execute(
        update(table).where(table.c.identity == old).values(identity=present)
    ).rowcount
