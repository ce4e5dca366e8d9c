"""Every table, as SQLAlchemy Core. Migrations are proved equal to this module on both engines.

Portable on purpose: no server defaults, no engine-only types. Rows that belong to a commune carry its
id and refer to each other by (commune_id, id), so a row can never point into another commune.
Columns marked PII hold or lead to personal data.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
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
    bindparam,
)

from storage import models_accounts as models_accounts  # their tables belong to the same metadata
from storage import models_help as models_help
from storage import models_people as models_people
from storage import models_plans as models_plans
from storage import models_trainings as models_trainings
from storage.columns import Moment, commune_column, id_column, within_commune
from storage.columns import metadata as metadata  # with every table below in it

communes = Table(
    "communes",
    metadata,
    id_column(),
    Column("slug", String(40), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("kind", String(10), nullable=False),
)

neighbourhoods = Table(
    "neighbourhoods",
    metadata,
    id_column(),
    commune_column(),
    Column("name", String(80), nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("merged_into", Integer),
    UniqueConstraint("commune_id", "id"),
    UniqueConstraint("commune_id", "name"),
    within_commune("neighbourhoods", "merged_into"),
)

teams = Table(
    "teams",
    metadata,
    id_column(),
    commune_column(),
    Column("name", String(80), nullable=False),
    Column("neighbourhood_id", Integer),  # None for a team of the whole commune
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("kind", String(20), nullable=False),
    Column("merged_into", Integer),  # the team that its series goes on in
    UniqueConstraint("commune_id", "id"),
    UniqueConstraint("commune_id", "name"),
    within_commune("neighbourhoods", "neighbourhood_id"),
    within_commune("teams", "merged_into"),
)

members = Table(
    "members",
    metadata,
    id_column(),
    commune_column(),
    Column("team_id", Integer, nullable=False),  # the hat worn now; all of them are in memberships
    Column("name", String(80), nullable=False),  # PII
    Column("role", String(20), nullable=False),
    Column("joined_at", Moment, nullable=False),
    Column("left_at", Moment),
    Column("organisation", String(80)),  # Đoàn Thanh niên, Hội Phụ nữ, VNPT …
    Column("phone", LargeBinary),  # PII, sealed; only with a consent to show it
    Column("reminds_at", String(20)),  # weekday and hour chosen for the reminder; None: none
    UniqueConstraint("commune_id", "id"),
    within_commune("teams", "team_id"),
)

memberships = Table(
    "memberships",
    metadata,
    id_column(),
    commune_column(),
    Column("member_id", Integer, nullable=False, index=True),
    Column("team_id", Integer, nullable=False),
    Column("role", String(20), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
    within_commune("members", "member_id"),
    within_commune("teams", "team_id"),
)

join_requests = Table(
    "join_requests",
    metadata,
    id_column(),
    commune_column(),
    Column("invitation_id", Integer, nullable=False),
    Column("account_id", Integer, nullable=False),
    Column("identity", LargeBinary(32), nullable=False, index=True),
    Column("name", String(80), nullable=False),  # PII
    Column("asked_at", Moment, nullable=False),
    Column("decided_at", Moment),
    Column("accepted", Boolean),
    Column("decided_by", String(40)),  # as the audit log names somebody
    within_commune("invitations", "invitation_id"),
    within_commune("accounts", "account_id"),
)

staff = Table(
    "staff",
    metadata,
    id_column(),
    commune_column(),
    Column("name", String(80), nullable=False),  # PII
    Column("role", String(20), nullable=False),
    Column("joined_at", Moment, nullable=False),
    Column("left_at", Moment),
    UniqueConstraint("commune_id", "id"),
)

credentials = Table(
    "credentials",
    metadata,
    id_column(),
    commune_column(),
    Column("staff_id", Integer, nullable=False, unique=True),
    Column("login", String(40), nullable=False, unique=True),  # PII
    Column("password_hash", String(200), nullable=False),  # argon2id
    Column("changed_at", Moment, nullable=False),
    within_commune("staff", "staff_id"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    id_column(),
    commune_column(),
    Column("staff_id", Integer, nullable=False),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("begun_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False, index=True),
    within_commune("staff", "staff_id"),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("login_hash", LargeBinary(32), primary_key=True),  # also of names that nobody has
    Column("count", Integer, nullable=False),
    Column("last_at", Moment, nullable=False, index=True),
    Column("locked_until", Moment),
)

invitations = Table(
    "invitations",
    metadata,
    id_column(),
    commune_column(),
    Column("code_hash", LargeBinary(32), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("team_id", Integer),
    Column("name", String(80)),  # PII
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("is_open", Boolean, nullable=False),  # for a whole team; whoever uses it is approved
    UniqueConstraint("commune_id", "id"),
    within_commune("teams", "team_id"),
)

inbox = Table(
    "inbox",
    metadata,
    id_column(),
    commune_column(),
    Column("account_id", Integer, nullable=False),
    Column("event_id", String(80), nullable=False),
    Column("identity", LargeBinary(32), nullable=False),
    Column("body", LargeBinary),  # PII, sealed; emptied in the commit of its turn
    Column("received_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("outcome", String(20)),
    UniqueConstraint("account_id", "event_id"),
    within_commune("accounts", "account_id"),
    sqlite_autoincrement=True,  # ids are part of outbox keys and must never come back after a purge
)
Index(
    "ix_inbox_open",
    inbox.c.identity,
    inbox.c.id,
    sqlite_where=inbox.c.done_at.is_(None),
    postgresql_where=inbox.c.done_at.is_(None),
)
Index("ix_inbox_of_account", inbox.c.account_id, inbox.c.id)

conversations = Table(
    "conversations",
    metadata,
    id_column(),
    commune_column(),
    Column("account_id", Integer, nullable=False),
    Column("identity", LargeBinary(32), nullable=False, unique=True),
    Column("address", LargeBinary, nullable=False),  # PII, sealed
    Column("state", Text, nullable=False),
    Column("reachable", Boolean, nullable=False),
    Column("last_used_at", Moment, nullable=False, index=True),
    Column("forget_at", Moment, index=True),  # a shared computer: all of it goes then
    Column("last_act_at", Moment),  # by the messenger's clock: its window for answers begins then
    Column("silent_since", Moment),  # asked for no notices; answers still go
    within_commune("accounts", "account_id"),
)

chat_links = Table(
    "chat_links",
    metadata,
    id_column(),
    commune_column(),
    Column("identity", LargeBinary(32), nullable=False, unique=True),
    Column("member_id", Integer),
    Column("staff_id", Integer),
    Column("linked_at", Moment, nullable=False),
    within_commune("members", "member_id"),
    within_commune("staff", "staff_id"),
)

link_codes = Table(
    "link_codes",
    metadata,
    id_column(),
    commune_column(),
    Column("code_hash", LargeBinary(32), nullable=False, unique=True),
    Column("identity", LargeBinary(32), nullable=False, index=True),  # the chat that asked for it
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

outbox = Table(
    "outbox",
    metadata,
    id_column(),
    commune_column(),
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
    Column("cost", Integer),  # VND that the messenger charges; None where it is not known
    within_commune("accounts", "account_id"),
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
# Only what is finished: else the planner takes it for the queue, too, and sorts that.
Index(
    "ix_outbox_finished",
    outbox.c.account_id,
    outbox.c.finished_at,
    sqlite_where=outbox.c.finished_at.is_not(None),
    postgresql_where=outbox.c.finished_at.is_not(None),
)
SET_ASIDE = ("failed", "unreachable", "unpaid", "shut")
"""States of a message that did not go and waits for nothing more."""
SETTLED = ("settled",)
is_set_aside = outbox.c.status.in_(
    bindparam("aside", SET_ASIDE + SETTLED, expanding=True, literal_execute=True)
)
"""Told in the words of its index, constants written out: SQLite uses a partial index only then."""
Index(
    "ix_outbox_set_aside",
    outbox.c.commune_id,
    outbox.c.id,
    sqlite_where=outbox.c.status.in_(SET_ASIDE + SETTLED),
    postgresql_where=outbox.c.status.in_(SET_ASIDE + SETTLED),
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

unanswered_questions = Table(
    "unanswered_questions",
    metadata,
    id_column(),
    commune_column(),
    Column("day", Date, nullable=False, index=True),
    Column("text", String(300), nullable=False),  # masked; nothing says who asked
)

audit_log = Table(
    "audit_log",
    metadata,
    id_column(),
    commune_column(),
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
