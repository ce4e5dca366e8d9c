"""Tables of messenger accounts: who we are there, what they allow, and the keys to them.

A part of the schema in ``storage/models.py``, where its rules are written.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from storage.columns import Moment, commune_column, id_column, metadata


def _of_account() -> Column[int]:
    return Column(
        "account_id", Integer, ForeignKey("accounts.id"), primary_key=True, autoincrement=False
    )


accounts = Table(
    "accounts",
    metadata,
    id_column(),
    commune_column(),
    Column("channel", String(20), nullable=False),
    Column("name", String(40), nullable=False),
    Column("secrets", LargeBinary),  # sealed
    UniqueConstraint("commune_id", "id"),
    UniqueConstraint("channel", "name"),
)

sender_leases = Table(
    "sender_leases",
    metadata,
    _of_account(),
    Column("holder", String(40), nullable=False),
    Column("until", Moment, nullable=False),
    Column("paused_until", Moment),  # the messenger asked the whole account to wait
)

account_health = Table(
    "account_health",
    metadata,
    _of_account(),
    Column("trouble", String(80)),  # a code; None while nothing is wrong
    Column("trouble_since", Moment),
    Column("forged_at", Moment),  # the first of the requests counted that proved nothing
    Column("forged", Integer, nullable=False),
)

token_pairs = Table(
    "token_pairs",
    metadata,
    _of_account(),
    Column("access", LargeBinary, nullable=False),  # sealed
    Column("access_expires_at", Moment, nullable=False),
    Column("refresh", LargeBinary, nullable=False),  # sealed; good for one use
    Column("refresh_expires_at", Moment, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("holder", String(40)),  # who is refreshing, and until when nobody else may
    Column("held_until", Moment),
    Column("dead", Boolean, nullable=False),  # the messenger wants a person's consent anew
)

authorizations = Table(
    "authorizations",
    metadata,
    Column("state_hash", LargeBinary(32), primary_key=True),
    Column("account_id", Integer, ForeignKey("accounts.id"), nullable=False),
    Column("verifier", LargeBinary, nullable=False),  # sealed
    Column("expires_at", Moment, nullable=False),
)

uploads = Table(
    "uploads",
    metadata,
    _of_account(),
    Column("key", String(80), primary_key=True),
    Column("reference", String(200), nullable=False),  # the messenger's own id of the file
    Column("expires_at", Moment, nullable=False, index=True),
)

buckets = Table(
    "buckets",
    metadata,
    _of_account(),
    Column("scope", LargeBinary(32), primary_key=True),  # b"" is the account, else an identity
    Column("tokens", Float, nullable=False),
    Column("filled_at", Moment, nullable=False),
)
