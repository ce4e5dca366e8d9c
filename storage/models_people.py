"""Tables of residents: who is one person, what was agreed to, and what may be asked for.

A part of the schema in ``storage/models.py``, where its rules are written.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.columns import Moment, commune_column, id_column, metadata, within_commune

people = Table(
    "people",
    metadata,
    id_column(),
    commune_column(),
    Column("created_at", Moment, nullable=False),
    Column("merged_into", Integer),
    UniqueConstraint("commune_id", "id"),
    within_commune("people", "merged_into"),
)
Index(
    "ix_people_merged",
    people.c.commune_id,
    people.c.id,
    people.c.merged_into,
    sqlite_where=people.c.merged_into.is_not(None),
    postgresql_where=people.c.merged_into.is_not(None),
)

identities = Table(
    "identities",
    metadata,
    id_column(),
    commune_column(),
    Column("person_id", Integer, nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("value_hash", LargeBinary(32), nullable=False),
    Column("key_id", LargeBinary(4), nullable=False),
    Column("ordinal", Integer, nullable=False),  # 1; a second person on a household's phone has 2
    UniqueConstraint("commune_id", "kind", "value_hash", "ordinal"),
    within_commune("people", "person_id"),
)

person_merges = Table(
    "person_merges",
    metadata,
    id_column(),
    commune_column(),
    Column("person_id", Integer, nullable=False),
    Column("into_id", Integer, nullable=False),
    Column("moved", Text, nullable=False),  # JSON: ids that counted as the person until then
    Column("merged_at", Moment, nullable=False),
    Column("merged_by", String(40), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("undone_at", Moment),
    Column("undone_by", String(40)),
    Column("undone_reason", String(200)),
    within_commune("people", "person_id"),
    within_commune("people", "into_id"),
)

consents = Table(
    "consents",
    metadata,
    id_column(),
    commune_column(),
    Column("subject", LargeBinary(32), nullable=False, index=True),  # keyed hash: who agreed
    Column("person_id", Integer),
    Column("use", String(20), nullable=False),
    Column("version", String(20), nullable=False),  # of the text that was shown
    Column("text_hash", String(64), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("way", String(12), nullable=False),  # chat, member (read out and agreed to), paper
    Column("member_id", Integer),  # who read it out
    Column("given_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
    UniqueConstraint("commune_id", "id"),
    within_commune("people", "person_id"),
    within_commune("members", "member_id"),
)

contacts = Table(
    "contacts",
    metadata,
    id_column(),
    commune_column(),
    Column("person_id", Integer, nullable=False, index=True),
    Column("phone", LargeBinary, nullable=False),  # PII, sealed; only while its consent stands
    Column("consent_id", Integer, nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    within_commune("people", "person_id"),
    within_commune("consents", "consent_id"),
)

data_requests = Table(
    "data_requests",
    metadata,
    id_column(),
    commune_column(),
    Column("receipt_hash", LargeBinary(32), nullable=False, unique=True),
    Column("kind", String(12), nullable=False),  # view, erase, withdraw, stop, correct
    Column("way", String(12), nullable=False),  # chat, paper
    Column("asked_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),  # by law: NĐ 356/2025, Điều 5
    Column("done_at", Moment),
    Column("note", String(200)),
)
