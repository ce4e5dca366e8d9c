"""Messenger accounts that rotate their tokens and count their windows; codes that join two chats."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FINISHED = "finished_at IS NOT NULL"
SET_ASIDE = "status IN ('failed', 'unreachable', 'unpaid', 'shut', 'settled')"
INDEXES = (
    ("ix_inbox_of_account", "inbox"),
    ("ix_outbox_set_aside", "outbox"),
    ("ix_outbox_finished", "outbox"),
)


def upgrade() -> None:
    op.create_table(
        "link_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("identity", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_link_codes_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_link_codes_code_hash")),
    )
    with op.batch_alter_table("link_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_codes_identity"), ["identity"], unique=False)

    op.create_table(
        "account_health",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("trouble", sa.String(length=80), nullable=True),
        sa.Column("trouble_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forged", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_health_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_health")),
    )
    op.create_table(
        "authorizations",
        sa.Column("state_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("verifier", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_authorizations_account_id")
        ),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_authorizations")),
    )
    op.create_table(
        "token_pairs",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("access", sa.LargeBinary(), nullable=False),
        sa.Column("access_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refresh", sa.LargeBinary(), nullable=False),
        sa.Column("refresh_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_token_pairs_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_token_pairs")),
    )
    op.create_table(
        "uploads",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_uploads_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_uploads")),
    )
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_uploads_expires_at"), ["expires_at"], unique=False)

    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_act_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cost", sa.Integer(), nullable=True))
        batch_op.create_index(
            "ix_outbox_finished",
            ["account_id", "finished_at"],
            unique=False,
            sqlite_where=sa.text(FINISHED),
            postgresql_where=sa.text(FINISHED),
        )
        batch_op.create_index(
            "ix_outbox_set_aside",
            ["commune_id", "id"],
            unique=False,
            sqlite_where=sa.text(SET_ASIDE),
            postgresql_where=sa.text(SET_ASIDE),
        )
    op.create_index("ix_inbox_of_account", "inbox", ["account_id", "id"], unique=False)
    op.execute("UPDATE conversations SET last_act_at = last_used_at")


def downgrade() -> None:
    for index, table in INDEXES:
        op.drop_index(index, table_name=table)
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("cost")

    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_column("last_act_at")

    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_uploads_expires_at"))

    op.drop_table("uploads")
    op.drop_table("token_pairs")
    op.drop_table("authorizations")
    op.drop_table("account_health")
    with op.batch_alter_table("link_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_codes_identity"))

    op.drop_table("link_codes")
