"""Start: every table of the first version, and an audit log that cannot be rewritten."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# A line of the record may leave only after the twelve months that it must be kept; it never changes.
SQLITE_GUARDS = (
    """
    CREATE TRIGGER audit_log_is_not_changed BEFORE UPDATE ON audit_log
    BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END
    """,
    # INSERT OR REPLACE removes the old line without asking the guard of DELETE.
    """
    CREATE TRIGGER audit_log_is_not_replaced BEFORE INSERT ON audit_log
    WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END
    """,
    """
    CREATE TRIGGER audit_log_is_kept BEFORE DELETE ON audit_log
    WHEN OLD.at > datetime('now', '-366 days')
    BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END
    """,
)
POSTGRES_GUARDS = (
    """
    CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '366 days' THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'audit_log is append-only';
    END $$
    """,
    """
    CREATE TRIGGER audit_log_is_append_only BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION audit_log_is_append_only()
    """,
    """
    CREATE TRIGGER audit_log_is_not_emptied BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only()
    """,
)


def upgrade() -> None:
    op.create_table(
        "canary",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canary")),
    )
    op.create_table(
        "communes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communes")),
        sa.UniqueConstraint("slug", name=op.f("uq_communes_slug")),
    )
    op.create_table(
        "job_runs",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("period", sa.String(length=40), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", "period", name=op.f("pk_job_runs")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_accounts_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("commune_id", "id", name=op.f("uq_accounts_commune_id_id")),
        sa.UniqueConstraint("channel", "name", name=op.f("uq_accounts_channel_name")),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("object", sa.String(length=60), nullable=False),
        sa.Column("before_hash", sa.String(length=64), nullable=True),
        sa.Column("after_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_audit_log_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_table(
        "neighbourhoods",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "merged_into"],
            ["neighbourhoods.commune_id", "neighbourhoods.id"],
            name=op.f("fk_neighbourhoods_commune_id_merged_into"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_neighbourhoods_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_neighbourhoods")),
        sa.UniqueConstraint("commune_id", "id", name=op.f("uq_neighbourhoods_commune_id_id")),
        sa.UniqueConstraint("commune_id", "name", name=op.f("uq_neighbourhoods_commune_id_name")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "merged_into"],
            ["people.commune_id", "people.id"],
            name=op.f("fk_people_commune_id_merged_into"),
        ),
        sa.ForeignKeyConstraint(["commune_id"], ["communes.id"], name=op.f("fk_people_commune_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("commune_id", "id", name=op.f("uq_people_commune_id_id")),
    )
    op.create_table(
        "question_tallies",
        sa.Column("commune_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("guide", sa.String(length=40), nullable=False),
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_question_tallies_commune_id")
        ),
        sa.PrimaryKeyConstraint(
            "commune_id", "day", "decision", "guide", "shard", name=op.f("pk_question_tallies")
        ),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["commune_id"], ["communes.id"], name=op.f("fk_staff_commune_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("commune_id", "id", name=op.f("uq_staff_commune_id_id")),
    )
    op.create_table(
        "buckets",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("scope", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_buckets_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "scope", name=op.f("pk_buckets")),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.LargeBinary(length=32), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_id", "account_id"],
            ["accounts.commune_id", "accounts.id"],
            name=op.f("fk_conversations_commune_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_conversations_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("identity", name=op.f("uq_conversations_identity")),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_conversations_last_used_at"), ["last_used_at"], unique=False
        )

    op.create_table(
        "identities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("key_id", sa.LargeBinary(length=4), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_id", "person_id"],
            ["people.commune_id", "people.id"],
            name=op.f("fk_identities_commune_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_identities_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint(
            "commune_id",
            "kind",
            "value_hash",
            name=op.f("uq_identities_commune_id_kind_value_hash"),
        ),
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=80), nullable=False),
        sa.Column("identity", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "account_id"],
            ["accounts.commune_id", "accounts.id"],
            name=op.f("fk_inbox_commune_id_account_id"),
        ),
        sa.ForeignKeyConstraint(["commune_id"], ["communes.id"], name=op.f("fk_inbox_commune_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("account_id", "event_id", name=op.f("uq_inbox_account_id_event_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_inbox_open",
            ["identity", "id"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.LargeBinary(length=32), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("second_try", sa.Boolean(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message", sa.String(length=80), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "account_id"],
            ["accounts.commune_id", "accounts.id"],
            name=op.f("fk_outbox_commune_id_account_id"),
        ),
        sa.ForeignKeyConstraint(["commune_id"], ["communes.id"], name=op.f("fk_outbox_commune_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_next",
            ["account_id", "priority", "id"],
            unique=False,
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )
        batch_op.create_index(
            "ix_outbox_of_address",
            ["identity", "id"],
            unique=False,
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )

    op.create_table(
        "sender_leases",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sender_leases_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_sender_leases")),
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("neighbourhood_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "neighbourhood_id"],
            ["neighbourhoods.commune_id", "neighbourhoods.id"],
            name=op.f("fk_teams_commune_id_neighbourhood_id"),
        ),
        sa.ForeignKeyConstraint(["commune_id"], ["communes.id"], name=op.f("fk_teams_commune_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("commune_id", "id", name=op.f("uq_teams_commune_id_id")),
        sa.UniqueConstraint("commune_id", "name", name=op.f("uq_teams_commune_id_name")),
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "team_id"],
            ["teams.commune_id", "teams.id"],
            name=op.f("fk_invitations_commune_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_invitations_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invitations_code_hash")),
    )
    op.create_table(
        "members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "team_id"],
            ["teams.commune_id", "teams.id"],
            name=op.f("fk_members_commune_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_members_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("commune_id", "id", name=op.f("uq_members_commune_id_id")),
    )
    op.create_table(
        "chat_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.LargeBinary(length=32), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_id", "member_id"],
            ["members.commune_id", "members.id"],
            name=op.f("fk_chat_links_commune_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_chat_links_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_chat_links_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_links")),
        sa.UniqueConstraint("identity", name=op.f("uq_chat_links_identity")),
    )
    op.create_table(
        "help_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("guide", sa.String(length=40), nullable=True),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("place", sa.String(length=30), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_id", "member_id"],
            ["members.commune_id", "members.id"],
            name=op.f("fk_help_entries_commune_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "person_id"],
            ["people.commune_id", "people.id"],
            name=op.f("fk_help_entries_commune_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "team_id"],
            ["teams.commune_id", "teams.id"],
            name=op.f("fk_help_entries_commune_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_help_entries_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_entries")),
        sa.UniqueConstraint(
            "commune_id", "client_id", name=op.f("uq_help_entries_commune_id_client_id")
        ),
        sa.UniqueConstraint("commune_id", "id", name=op.f("uq_help_entries_commune_id_id")),
    )
    with op.batch_alter_table("help_entries", schema=None) as batch_op:
        batch_op.create_index("ix_help_entries_when", ["commune_id", "occurred_on"], unique=False)

    op.create_table(
        "help_entry_revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("change", sa.String(length=20), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_id", "entry_id"],
            ["help_entries.commune_id", "help_entries.id"],
            name=op.f("fk_help_entry_revisions_commune_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "member_id"],
            ["members.commune_id", "members.id"],
            name=op.f("fk_help_entry_revisions_commune_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_help_entry_revisions_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_help_entry_revisions_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_entry_revisions")),
        sa.UniqueConstraint(
            "commune_id",
            "entry_id",
            "revision",
            name=op.f("uq_help_entry_revisions_commune_id_entry_id_revision"),
        ),
    )
    guards = SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS
    for guard in guards:
        op.execute(guard)


def downgrade() -> None:
    op.drop_table("help_entry_revisions")
    with op.batch_alter_table("help_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_help_entries_when")

    op.drop_table("help_entries")
    op.drop_table("chat_links")
    op.drop_table("members")
    op.drop_table("invitations")
    op.drop_table("teams")
    op.drop_table("sender_leases")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_of_address",
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_outbox_next",
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )

    op.drop_table("outbox")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_inbox_open",
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    op.drop_table("inbox")
    op.drop_table("identities")
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversations_last_used_at"))

    op.drop_table("conversations")
    op.drop_table("buckets")
    op.drop_table("staff")
    op.drop_table("question_tallies")
    op.drop_table("people")
    op.drop_table("neighbourhoods")
    op.drop_table("audit_log")
    op.drop_table("accounts")
    op.drop_table("job_runs")
    op.drop_table("communes")
    op.drop_table("canary")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_log_is_append_only")
