"""Teams that help on request, logs that can be corrected, people counted once, consents."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "conversations", sa.Column("silent_since", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("invitations", sa.Column("is_open", sa.Boolean(), nullable=True))
    op.execute(sa.text("UPDATE invitations SET is_open = :no").bindparams(no=False))
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.alter_column("is_open", existing_type=sa.Boolean(), nullable=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_invitations_commune_id_id"), ["commune_id", "id"]
        )
    op.create_table(
        "data_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("receipt_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("way", sa.String(length=12), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_data_requests_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_requests")),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_data_requests_receipt_hash")),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_imports_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
        sa.UniqueConstraint("commune_id", "id", name=op.f("uq_imports_commune_id_id")),
    )
    op.create_table(
        "person_merges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("into_id", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Text(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_by", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=40), nullable=True),
        sa.Column("undone_reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "into_id"],
            ["people.commune_id", "people.id"],
            name=op.f("fk_person_merges_commune_id_into_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "person_id"],
            ["people.commune_id", "people.id"],
            name=op.f("fk_person_merges_commune_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_person_merges_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merges")),
    )
    op.execute(
        "INSERT INTO person_merges"
        " (commune_id, person_id, into_id, moved, merged_at, merged_by, reason)"
        " SELECT commune_id, id, merged_into, '[' || id || ']', created_at, 'resident', 'link'"
        " FROM people WHERE merged_into IS NOT NULL"
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("use", sa.String(length=20), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("way", sa.String(length=12), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "member_id"],
            ["members.commune_id", "members.id"],
            name=op.f("fk_consents_commune_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "person_id"],
            ["people.commune_id", "people.id"],
            name=op.f("fk_consents_commune_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_consents_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint("commune_id", "id", name=op.f("uq_consents_commune_id_id")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consents_subject"), ["subject"], unique=False)

    op.create_table(
        "head_counts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("week_of", sa.Date(), nullable=False),
        sa.Column("group", sa.String(length=20), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "member_id"],
            ["members.commune_id", "members.id"],
            name=op.f("fk_head_counts_commune_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "team_id"],
            ["teams.commune_id", "teams.id"],
            name=op.f("fk_head_counts_commune_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_head_counts_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_head_counts")),
        sa.UniqueConstraint(
            "commune_id", "client_id", name=op.f("uq_head_counts_commune_id_client_id")
        ),
    )
    op.create_table(
        "join_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.LargeBinary(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "account_id"],
            ["accounts.commune_id", "accounts.id"],
            name=op.f("fk_join_requests_commune_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "invitation_id"],
            ["invitations.commune_id", "invitations.id"],
            name=op.f("fk_join_requests_commune_id_invitation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_join_requests_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_requests")),
    )
    with op.batch_alter_table("join_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_join_requests_identity"), ["identity"], unique=False)

    op.create_table(
        "memberships",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "member_id"],
            ["members.commune_id", "members.id"],
            name=op.f("fk_memberships_commune_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "team_id"],
            ["teams.commune_id", "teams.id"],
            name=op.f("fk_memberships_commune_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_memberships_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_memberships_member_id"), ["member_id"], unique=False)

    op.create_table(
        "confirmations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.LargeBinary(length=32), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "entry_id"],
            ["help_entries.commune_id", "help_entries.id"],
            name=op.f("fk_confirmations_commune_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_confirmations_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmations")),
        sa.UniqueConstraint(
            "commune_id", "entry_id", name=op.f("uq_confirmations_commune_id_entry_id")
        ),
    )
    with op.batch_alter_table("confirmations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_confirmations_identity"), ["identity"], unique=False)

    op.create_table(
        "contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("consent_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_id", "consent_id"],
            ["consents.commune_id", "consents.id"],
            name=op.f("fk_contacts_commune_id_consent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "person_id"],
            ["people.commune_id", "people.id"],
            name=op.f("fk_contacts_commune_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_contacts_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contacts_consent_id"), ["consent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contacts_person_id"), ["person_id"], unique=False)

    op.create_table(
        "help_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.LargeBinary(length=32), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("consent_id", sa.Integer(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("neighbourhood_id", sa.Integer(), nullable=True),
        sa.Column("topic", sa.String(length=20), nullable=True),
        sa.Column("guide", sa.String(length=40), nullable=True),
        sa.Column("step", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claim_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("help_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ward_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "account_id"],
            ["accounts.commune_id", "accounts.id"],
            name=op.f("fk_help_requests_commune_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "consent_id"],
            ["consents.commune_id", "consents.id"],
            name=op.f("fk_help_requests_commune_id_consent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "member_id"],
            ["members.commune_id", "members.id"],
            name=op.f("fk_help_requests_commune_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "neighbourhood_id"],
            ["neighbourhoods.commune_id", "neighbourhoods.id"],
            name=op.f("fk_help_requests_commune_id_neighbourhood_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "person_id"],
            ["people.commune_id", "people.id"],
            name=op.f("fk_help_requests_commune_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_help_requests_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "team_id"],
            ["teams.commune_id", "teams.id"],
            name=op.f("fk_help_requests_commune_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_help_requests_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_requests")),
        sa.UniqueConstraint("commune_id", "id", name=op.f("uq_help_requests_commune_id_id")),
    )
    with op.batch_alter_table("help_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_help_requests_identity"), ["identity"], unique=False)
        batch_op.create_index("ix_help_requests_opened", ["commune_id", "opened_at"], unique=False)
        batch_op.create_index(
            "ix_help_requests_claimed", ["commune_id", "first_claimed_at"], unique=False
        )
        batch_op.create_index("ix_help_requests_closed", ["commune_id", "closed_at"], unique=False)
        batch_op.create_index(
            "ix_help_requests_waiting",
            ["commune_id", "team_id"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "help_services",
        sa.Column("commune_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("service", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_id", "entry_id"],
            ["help_entries.commune_id", "help_entries.id"],
            name=op.f("fk_help_services_commune_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_help_services_commune_id")
        ),
        sa.PrimaryKeyConstraint("commune_id", "entry_id", "service", name=op.f("pk_help_services")),
    )
    op.create_table(
        "spot_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=40), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=40), nullable=False),
        sa.Column("data_hash", sa.String(length=80), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "entry_id"],
            ["help_entries.commune_id", "help_entries.id"],
            name=op.f("fk_spot_checks_commune_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_spot_checks_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_spot_checks_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_checks")),
        sa.UniqueConstraint(
            "commune_id",
            "period",
            "entry_id",
            name=op.f("uq_spot_checks_commune_id_period_entry_id"),
        ),
    )
    op.create_table(
        "unasked_chats",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.LargeBinary(length=32), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_unasked_chats_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unasked_chats")),
        sa.UniqueConstraint("identity", name=op.f("uq_unasked_chats_identity")),
    )
    op.create_table(
        "help_request_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "member_id"],
            ["members.commune_id", "members.id"],
            name=op.f("fk_help_request_events_commune_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "request_id"],
            ["help_requests.commune_id", "help_requests.id"],
            name=op.f("fk_help_request_events_commune_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_help_request_events_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_help_request_events_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_request_events")),
    )
    with op.batch_alter_table("help_request_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_help_request_events_request_id"), ["request_id"], unique=False
        )

    # What stands already gets its value before the column must have one.
    op.add_column("help_entries", sa.Column("source", sa.String(length=10), nullable=True))
    op.add_column("identities", sa.Column("ordinal", sa.Integer(), nullable=True))
    op.add_column("teams", sa.Column("kind", sa.String(length=20), nullable=True))
    op.execute("UPDATE help_entries SET source = 'chat'")
    op.execute("UPDATE identities SET ordinal = 1")
    op.execute("UPDATE teams SET kind = 'khu_pho'")
    op.execute(
        "INSERT INTO memberships (commune_id, member_id, team_id, role, since, until) "
        "SELECT commune_id, id, team_id, role, joined_at, left_at FROM members"
    )
    with op.batch_alter_table("help_entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("subject", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("files", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("first_time", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("age_band", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("asked_for", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("note", sa.String(length=200), nullable=True))
        batch_op.alter_column("source", existing_type=sa.String(length=10), nullable=False)
        batch_op.add_column(sa.Column("import_id", sa.Integer(), nullable=True))
        batch_op.create_index(
            "ix_help_entries_of_import",
            ["commune_id", "import_id"],
            unique=False,
            sqlite_where=sa.text("import_id IS NOT NULL"),
            postgresql_where=sa.text("import_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_help_entries_recorded", ["commune_id", "recorded_at"], unique=False
        )
        batch_op.create_index(
            "ix_help_entries_of_member", ["commune_id", "member_id", "occurred_on"], unique=False
        )
        batch_op.create_index(
            "ix_help_entries_of_person", ["commune_id", "person_id", "occurred_on"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_help_entries_commune_id_import_id"),
            "imports",
            ["commune_id", "import_id"],
            ["commune_id", "id"],
        )

    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.alter_column("ordinal", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_constraint(
            batch_op.f("uq_identities_commune_id_kind_value_hash"), type_="unique"
        )
        batch_op.create_index(batch_op.f("ix_identities_person_id"), ["person_id"], unique=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_identities_commune_id_kind_value_hash_ordinal"),
            ["commune_id", "kind", "value_hash", "ordinal"],
        )

    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organisation", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("phone", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("reminds_at", sa.String(length=20), nullable=True))

    with op.batch_alter_table("teams", schema=None) as batch_op:
        batch_op.alter_column("kind", existing_type=sa.String(length=20), nullable=False)
        batch_op.add_column(sa.Column("merged_into", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_teams_commune_id_merged_into"),
            "teams",
            ["commune_id", "merged_into"],
            ["commune_id", "id"],
        )


def downgrade() -> None:
    with op.batch_alter_table("teams", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_teams_commune_id_merged_into"), type_="foreignkey")
        batch_op.drop_column("merged_into")
        batch_op.drop_column("kind")

    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.drop_column("reminds_at")
        batch_op.drop_column("phone")
        batch_op.drop_column("organisation")

    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("uq_identities_commune_id_kind_value_hash_ordinal"), type_="unique"
        )
        batch_op.drop_index(batch_op.f("ix_identities_person_id"))
        batch_op.create_unique_constraint(
            batch_op.f("uq_identities_commune_id_kind_value_hash"),
            ["commune_id", "kind", "value_hash"],
        )
        batch_op.drop_column("ordinal")

    with op.batch_alter_table("help_entries", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_help_entries_commune_id_import_id"), type_="foreignkey"
        )
        batch_op.drop_index("ix_help_entries_of_person")
        batch_op.drop_index("ix_help_entries_of_member")
        batch_op.drop_index(
            "ix_help_entries_of_import",
            sqlite_where=sa.text("import_id IS NOT NULL"),
            postgresql_where=sa.text("import_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_help_entries_recorded")
        batch_op.drop_column("import_id")
        batch_op.drop_column("source")
        batch_op.drop_column("note")
        batch_op.drop_column("asked_for")
        batch_op.drop_column("age_band")
        batch_op.drop_column("first_time")
        batch_op.drop_column("files")
        batch_op.drop_column("subject")

    with op.batch_alter_table("help_request_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_help_request_events_request_id"))

    op.drop_table("help_request_events")
    op.drop_table("unasked_chats")
    op.drop_table("spot_checks")
    op.drop_table("help_services")
    with op.batch_alter_table("help_requests", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_help_requests_waiting",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index("ix_help_requests_closed")
        batch_op.drop_index("ix_help_requests_claimed")
        batch_op.drop_index("ix_help_requests_opened")
        batch_op.drop_index(batch_op.f("ix_help_requests_identity"))

    op.drop_table("help_requests")
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contacts_person_id"))
        batch_op.drop_index(batch_op.f("ix_contacts_consent_id"))

    op.drop_table("contacts")
    with op.batch_alter_table("confirmations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_confirmations_identity"))

    op.drop_table("confirmations")
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_memberships_member_id"))

    op.drop_table("memberships")
    with op.batch_alter_table("join_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_join_requests_identity"))

    op.drop_table("join_requests")
    op.drop_table("head_counts")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consents_subject"))

    op.drop_table("consents")
    op.drop_table("person_merges")
    op.drop_table("imports")
    op.drop_table("data_requests")
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_invitations_commune_id_id"), type_="unique")
        batch_op.drop_column("is_open")
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_column("silent_since")
