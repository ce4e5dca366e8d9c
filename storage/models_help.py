"""Tables of help: what was asked for, what was done, by whom, and how it was checked.

A part of the schema in ``storage/models.py``, where its rules are written.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.columns import Moment, commune_column, id_column, metadata, within_commune

imports = Table(
    "imports",
    metadata,
    id_column(),
    commune_column(),
    Column("kind", String(12), nullable=False),
    Column("file_hash", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("actor", String(40), nullable=False),
    UniqueConstraint("commune_id", "id"),
)

help_requests = Table(
    "help_requests",
    metadata,
    id_column(),
    commune_column(),
    Column("account_id", Integer, nullable=False),
    Column(
        "identity", LargeBinary(32), index=True
    ),  # the resident's chat; None once it was forgotten
    Column("person_id", Integer),
    Column("consent_id", Integer),
    Column("phone", LargeBinary),  # PII, sealed; emptied some days after the end
    Column("team_id", Integer, nullable=False),  # whose turn it is
    Column("neighbourhood_id", Integer),  # where the resident lives
    Column("topic", String(20)),
    Column("guide", String(40)),
    Column("step", String(40)),
    Column("status", String(12), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("claim_by", Moment, nullable=False),  # somebody of the team has taken it until then
    Column("help_by", Moment, nullable=False),  # what the resident was told
    Column("member_id", Integer),  # who has taken it
    Column("claimed_at", Moment),
    Column("first_claimed_at", Moment),
    Column("late_at", Moment),  # went to the team's leader
    Column("ward_at", Moment),  # went to the ward
    Column("staff_id", Integer),  # of the ward, who saw to it
    Column("closed_at", Moment),
    Column("outcome", String(20)),
    Column("entry_id", Integer),
    UniqueConstraint("commune_id", "id"),
    within_commune("accounts", "account_id"),
    within_commune("people", "person_id"),
    within_commune("consents", "consent_id"),
    within_commune("teams", "team_id"),
    within_commune("neighbourhoods", "neighbourhood_id"),
    within_commune("members", "member_id"),
    within_commune("staff", "staff_id"),
)
_is_waiting = help_requests.c.closed_at.is_(None)
Index(
    "ix_help_requests_waiting",
    help_requests.c.commune_id,
    help_requests.c.team_id,
    sqlite_where=_is_waiting,
    postgresql_where=_is_waiting,
)
Index("ix_help_requests_opened", help_requests.c.commune_id, help_requests.c.opened_at)
Index("ix_help_requests_claimed", help_requests.c.commune_id, help_requests.c.first_claimed_at)
Index("ix_help_requests_closed", help_requests.c.commune_id, help_requests.c.closed_at)

help_request_events = Table(
    "help_request_events",
    metadata,
    id_column(),
    commune_column(),
    Column("request_id", Integer, nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("what", String(20), nullable=False),
    Column("member_id", Integer),
    Column("staff_id", Integer),
    within_commune("help_requests", "request_id"),
    within_commune("members", "member_id"),
    within_commune("staff", "staff_id"),
)

help_entries = Table(
    "help_entries",
    metadata,
    id_column(),
    commune_column(),
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
    Column("source", String(10), nullable=False),
    Column("subject", String(20)),
    Column("files", Integer),  # dossiers handed in
    Column("first_time", String(10)),
    Column("age_band", String(10)),
    Column("asked_for", String(10)),  # cha_me: the child came, the parent is counted
    Column("note", String(200)),  # masked
    Column("import_id", Integer),
    UniqueConstraint("commune_id", "id"),
    UniqueConstraint("commune_id", "client_id"),
    Index("ix_help_entries_when", "commune_id", "occurred_on"),
    Index("ix_help_entries_recorded", "commune_id", "recorded_at"),
    Index("ix_help_entries_of_member", "commune_id", "member_id", "occurred_on"),
    Index("ix_help_entries_of_person", "commune_id", "person_id", "occurred_on"),
    within_commune("teams", "team_id"),
    within_commune("members", "member_id"),
    within_commune("people", "person_id"),
    within_commune("imports", "import_id"),
)
_came_in = help_entries.c.import_id.is_not(None)
Index(
    "ix_help_entries_of_import",
    help_entries.c.commune_id,
    help_entries.c.import_id,
    sqlite_where=_came_in,
    postgresql_where=_came_in,
)

help_services = Table(
    "help_services",
    metadata,
    Column("commune_id", Integer, ForeignKey("communes.id"), primary_key=True, autoincrement=False),
    Column("entry_id", Integer, primary_key=True, autoincrement=False),
    Column("service", String(20), primary_key=True),
    within_commune("help_entries", "entry_id"),
)

help_entry_revisions = Table(
    "help_entry_revisions",
    metadata,
    id_column(),
    commune_column(),
    Column("entry_id", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("change", String(20), nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("member_id", Integer),
    Column("staff_id", Integer),
    Column("reason", String(200)),
    Column("content", Text, nullable=False),
    UniqueConstraint("commune_id", "entry_id", "revision"),
    within_commune("help_entries", "entry_id"),
    within_commune("members", "member_id"),
    within_commune("staff", "staff_id"),
)

confirmations = Table(
    "confirmations",
    metadata,
    id_column(),
    commune_column(),
    Column("entry_id", Integer, nullable=False),
    Column("identity", LargeBinary(32), index=True),  # the chat that was asked; None once forgotten
    Column("asked_at", Moment, nullable=False),
    Column("answer", String(10)),
    Column("answered_at", Moment),
    UniqueConstraint("commune_id", "entry_id"),
    within_commune("help_entries", "entry_id"),
)

unasked_chats = Table(
    "unasked_chats",
    metadata,
    id_column(),
    commune_column(),
    Column("identity", LargeBinary(32), nullable=False, unique=True),
    Column("stopped_at", Moment, nullable=False),  # wants no question whether a help took place
)

spot_checks = Table(
    "spot_checks",
    metadata,
    id_column(),
    commune_column(),
    Column("period", String(40), nullable=False),
    Column("entry_id", Integer, nullable=False),
    Column("seed", String(40), nullable=False),
    Column("data_hash", String(80), nullable=False),
    Column("drawn_at", Moment, nullable=False),
    Column("way", String(10), nullable=False),  # call: a number was kept; team: its team is asked
    Column("result", String(20)),  # dung, sai, khong_gap, tu_choi
    Column("checked_at", Moment),
    Column("staff_id", Integer),
    UniqueConstraint("commune_id", "period", "entry_id"),
    within_commune("help_entries", "entry_id"),
    within_commune("staff", "staff_id"),
)

head_counts = Table(
    "head_counts",
    metadata,
    id_column(),
    commune_column(),
    Column("client_id", String(80), nullable=False),
    Column("team_id", Integer, nullable=False),
    Column("member_id", Integer),
    Column("week_of", Date, nullable=False),  # its Monday
    Column("group", String(20), nullable=False),  # of people; never on a person's row
    Column("heads", Integer, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("voided_at", Moment),
    UniqueConstraint("commune_id", "client_id"),
    within_commune("teams", "team_id"),
    within_commune("members", "member_id"),
)

help_days = Table(
    "help_days",
    metadata,
    id_column(),
    commune_column(),
    Column("day", Date, nullable=False),
    Column("part", String(8), nullable=False),  # of storage/help_days.py
    Column("key", String(20), nullable=False),
    Column("visits", Integer, nullable=False),
    Column("without_person", Integer, nullable=False),
    Column("files", Integer),  # None: no entry says any
    Column("new", Integer, nullable=False),
    Column("told", Integer, nullable=False),
    Column("confirmed", Integer, nullable=False),
    Column("denied", Integer, nullable=False),
    Column("people", LargeBinary, nullable=False),  # int32, sorted: whom the entries name
    UniqueConstraint("commune_id", "day", "part", "key"),
)
