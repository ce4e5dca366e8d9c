"""Every table, as SQLAlchemy Core. Migrations are proved equal to this module on both engines.

Portable on purpose: no server defaults, no engine-only types. Rows that belong to a commune carry its
id and refer to each other by (commune_id, id), so a row can never point into another commune.
Columns marked PII hold or lead to personal data.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)


class Moment(TypeDecorator[datetime]):
    """An instant: aware on our side, UTC in the database. A naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite has no zones and stores the bare UTC time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back to an aware UTC time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _id() -> Column[Any]:
    return Column("id", Integer, primary_key=True)


def _commune() -> Column[Any]:
    return Column("commune_id", Integer, ForeignKey("communes.id"), nullable=False)


def _within_commune(table: str, column: str) -> ForeignKeyConstraint:
    """A reference that stays inside the commune."""
    return ForeignKeyConstraint(["commune_id", column], [f"{table}.commune_id", f"{table}.id"])


communes = Table(
    "communes",
    metadata,
    _id(),
    Column("slug", String(40), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("kind", String(10), nullable=False),
)

neighbourhoods = Table(
    "neighbourhoods",
    metadata,
    _id(),
    _commune(),
    Column("name", String(80), nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("merged_into", Integer),
    UniqueConstraint("commune_id", "id"),
    UniqueConstraint("commune_id", "name"),
    _within_commune("neighbourhoods", "merged_into"),
)

teams = Table(
    "teams",
    metadata,
    _id(),
    _commune(),
    Column("name", String(80), nullable=False),
    Column("neighbourhood_id", Integer),
    Column("valid_from", Date),
    Column("valid_to", Date),
    UniqueConstraint("commune_id", "id"),
    UniqueConstraint("commune_id", "name"),
    _within_commune("neighbourhoods", "neighbourhood_id"),
)

members = Table(
    "members",
    metadata,
    _id(),
    _commune(),
    Column("team_id", Integer, nullable=False),
    Column("name", String(80), nullable=False),  # PII
    Column("role", String(20), nullable=False),
    Column("joined_at", Moment, nullable=False),
    Column("left_at", Moment),
    UniqueConstraint("commune_id", "id"),
    _within_commune("teams", "team_id"),
)

staff = Table(
    "staff",
    metadata,
    _id(),
    _commune(),
    Column("name", String(80), nullable=False),  # PII
    Column("role", String(20), nullable=False),
    Column("joined_at", Moment, nullable=False),
    Column("left_at", Moment),
    UniqueConstraint("commune_id", "id"),
)

invitations = Table(
    "invitations",
    metadata,
    _id(),
    _commune(),
    Column("code_hash", LargeBinary(32), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("team_id", Integer),
    Column("name", String(80)),  # PII
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    _within_commune("teams", "team_id"),
)

accounts = Table(
    "accounts",
    metadata,
    _id(),
    _commune(),
    Column("channel", String(20), nullable=False),
    Column("name", String(40), nullable=False),
    Column("secrets", LargeBinary),  # sealed
    UniqueConstraint("commune_id", "id"),
    UniqueConstraint("channel", "name"),
)

sender_leases = Table(
    "sender_leases",
    metadata,
    Column("account_id", Integer, ForeignKey("accounts.id"), primary_key=True, autoincrement=False),
    Column("holder", String(40), nullable=False),
    Column("until", Moment, nullable=False),
    Column("paused_until", Moment),  # the messenger asked the whole account to wait
)

buckets = Table(
    "buckets",
    metadata,
    Column("account_id", Integer, ForeignKey("accounts.id"), primary_key=True, autoincrement=False),
    Column("scope", LargeBinary(32), primary_key=True),  # b"" is the account, else an identity
    Column("tokens", Float, nullable=False),
    Column("filled_at", Moment, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    _id(),
    _commune(),
    Column("account_id", Integer, nullable=False),
    Column("event_id", String(80), nullable=False),
    Column("identity", LargeBinary(32), nullable=False),
    Column("body", LargeBinary),  # PII, sealed; emptied in the commit of its turn
    Column("received_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("outcome", String(20)),
    UniqueConstraint("account_id", "event_id"),
    _within_commune("accounts", "account_id"),
    sqlite_autoincrement=True,  # ids are part of outbox keys and must never come back after a purge
)
Index(
    "ix_inbox_open",
    inbox.c.identity,
    inbox.c.id,
    sqlite_where=inbox.c.done_at.is_(None),
    postgresql_where=inbox.c.done_at.is_(None),
)

conversations = Table(
    "conversations",
    metadata,
    _id(),
    _commune(),
    Column("account_id", Integer, nullable=False),
    Column("identity", LargeBinary(32), nullable=False, unique=True),
    Column("address", LargeBinary, nullable=False),  # PII, sealed
    Column("state", Text, nullable=False),
    Column("reachable", Boolean, nullable=False),
    Column("last_used_at", Moment, nullable=False, index=True),
    _within_commune("accounts", "account_id"),
)

chat_links = Table(
    "chat_links",
    metadata,
    _id(),
    _commune(),
    Column("identity", LargeBinary(32), nullable=False, unique=True),
    Column("member_id", Integer),
    Column("staff_id", Integer),
    Column("linked_at", Moment, nullable=False),
    _within_commune("members", "member_id"),
    _within_commune("staff", "staff_id"),
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    _commune(),
    Column("account_id", Integer, nullable=False),
    Column("identity", LargeBinary(32), nullable=False),
    Column("key", String(80), nullable=False, unique=True),  # one row per logical message
    Column("body", LargeBinary),  # sealed; emptied once it is finished
    Column("priority", Integer, nullable=False),  # between addresses; the lower goes first
    Column("status", String(12), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("second_try", Boolean, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),  # delivered or given up; None while it waits or is being sent
    Column("message", String(80)),
    Column("error", String(200)),
    _within_commune("accounts", "account_id"),
    sqlite_autoincrement=True,
)
_waits = outbox.c.finished_at.is_(None)
Index(
    "ix_outbox_next",
    outbox.c.account_id,
    outbox.c.priority,
    outbox.c.id,
    sqlite_where=_waits,
    postgresql_where=_waits,
)
Index(
    "ix_outbox_of_address",
    outbox.c.identity,
    outbox.c.id,
    sqlite_where=_waits,
    postgresql_where=_waits,
)

people = Table(
    "people",
    metadata,
    _id(),
    _commune(),
    Column("created_at", Moment, nullable=False),
    Column("merged_into", Integer),
    UniqueConstraint("commune_id", "id"),
    _within_commune("people", "merged_into"),
)

identities = Table(
    "identities",
    metadata,
    _id(),
    _commune(),
    Column("person_id", Integer, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("value_hash", LargeBinary(32), nullable=False),
    Column("key_id", LargeBinary(4), nullable=False),
    UniqueConstraint("commune_id", "kind", "value_hash"),
    _within_commune("people", "person_id"),
)

help_entries = Table(
    "help_entries",
    metadata,
    _id(),
    _commune(),
    Column("client_id", String(80), nullable=False),
    Column("team_id", Integer, nullable=False),
    Column("member_id", Integer),
    Column("occurred_on", Date, nullable=False),
    Column("topic", String(20), nullable=False),
    Column("guide", String(40)),
    Column("visits", Integer, nullable=False),
    Column("person_id", Integer),
    Column("outcome", String(20)),
    Column("place", String(30)),
    Column("recorded_at", Moment, nullable=False),
    Column("voided_at", Moment),
    Column("revision", Integer, nullable=False),
    UniqueConstraint("commune_id", "id"),
    UniqueConstraint("commune_id", "client_id"),
    Index("ix_help_entries_when", "commune_id", "occurred_on"),
    _within_commune("teams", "team_id"),
    _within_commune("members", "member_id"),
    _within_commune("people", "person_id"),
)

help_entry_revisions = Table(
    "help_entry_revisions",
    metadata,
    _id(),
    _commune(),
    Column("entry_id", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("change", String(20), nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("member_id", Integer),
    Column("staff_id", Integer),
    Column("reason", String(200)),
    Column("content", Text, nullable=False),
    UniqueConstraint("commune_id", "entry_id", "revision"),
    _within_commune("help_entries", "entry_id"),
    _within_commune("members", "member_id"),
    _within_commune("staff", "staff_id"),
)

question_tallies = Table(
    "question_tallies",
    metadata,
    Column("commune_id", Integer, ForeignKey("communes.id"), primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    Column("decision", String(20), primary_key=True),
    Column("guide", String(40), primary_key=True),  # "" when no guide came of it
    Column("shard", Integer, primary_key=True, autoincrement=False),  # one row would be a queue
    Column("count", Integer, nullable=False),
)

audit_log = Table(
    "audit_log",
    metadata,
    _id(),
    _commune(),
    Column("at", Moment, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("action", String(40), nullable=False),
    Column("object", String(60), nullable=False),
    Column("before_hash", String(64)),
    Column("after_hash", String(64)),
)

job_runs = Table(
    "job_runs",
    metadata,
    Column("job", String(40), primary_key=True),
    Column("period", String(40), primary_key=True),
    Column("ran_at", Moment, nullable=False),
)

canary = Table(
    "canary",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)
