"""Versions of targets and what is read of them, units that report, closings, digests."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_people_merged",
        "people",
        ["commune_id", "id", "merged_into"],
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_table(
        "help_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("without_person", sa.Integer(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=True),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("denied", sa.Integer(), nullable=False),
        sa.Column("people", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_help_days_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_days")),
        sa.UniqueConstraint(
            "commune_id", "day", "part", "key", name=op.f("uq_help_days_commune_id_day_part_key")
        ),
    )
    op.create_table(
        "calendar_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("note", sa.String(length=120), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_calendar_days_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_calendar_days_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_days")),
    )
    with op.batch_alter_table("calendar_days", schema=None) as batch_op:
        batch_op.create_index("ix_calendar_days_of", ["commune_id", "day"], unique=False)

    op.create_table(
        "closings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("period_kind", sa.String(length=20), nullable=False),
        sa.Column("period_key", sa.String(length=30), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data_hash", sa.String(length=80), nullable=False),
        sa.Column("internal", sa.LargeBinary(), nullable=False),
        sa.Column("outgoing", sa.LargeBinary(), nullable=False),
        sa.Column("docx", sa.LargeBinary(), nullable=False),
        sa.Column("xlsx", sa.LargeBinary(), nullable=False),
        sa.Column("basis", sa.LargeBinary(), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.Column("software", sa.String(length=40), nullable=False),
        sa.Column("document", sa.String(length=60), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_closings_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_closings_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closings")),
        sa.UniqueConstraint("commune_id", "id", name=op.f("uq_closings_commune_id_id")),
    )
    with op.batch_alter_table("closings", schema=None) as batch_op:
        batch_op.create_index(
            "ix_closings_once",
            ["commune_id", "period_kind", "period_key"],
            unique=True,
            sqlite_where=sa.text("reopened_at IS NULL"),
            postgresql_where=sa.text("reopened_at IS NULL"),
        )

    op.create_table(
        "deadline_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("deadline", sa.String(length=60), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_deadline_rules_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_deadline_rules_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_rules")),
    )
    with op.batch_alter_table("deadline_rules", schema=None) as batch_op:
        batch_op.create_index("ix_deadline_rules_of", ["commune_id", "deadline"], unique=False)

    op.create_table(
        "denominators",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_denominators_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_denominators_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_denominators")),
    )
    with op.batch_alter_table("denominators", schema=None) as batch_op:
        batch_op.create_index("ix_denominators_of", ["commune_id", "name", "as_of"], unique=False)

    op.create_table(
        "digest_settings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("next_road", sa.String(length=12), nullable=False),
        sa.Column("mail", sa.LargeBinary(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_digest_settings_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_digest_settings_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_settings")),
        sa.UniqueConstraint("commune_id", name=op.f("uq_digest_settings_commune_id")),
    )
    op.create_table(
        "period_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("period_kind", sa.String(length=20), nullable=False),
        sa.Column("period_key", sa.String(length=30), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("target", sa.String(length=60), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("number", sa.Float(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_period_notes_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_period_notes_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_notes")),
    )
    with op.batch_alter_table("period_notes", schema=None) as batch_op:
        batch_op.create_index(
            "ix_period_notes_of", ["commune_id", "period_kind", "period_key"], unique=False
        )

    op.create_table(
        "report_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("header", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("docx", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_report_templates_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_report_templates_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_templates")),
    )
    with op.batch_alter_table("report_templates", schema=None) as batch_op:
        batch_op.create_index("ix_report_templates_of", ["commune_id", "header"], unique=False)

    op.create_table(
        "target_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("is_set_aside", sa.Boolean(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_target_versions_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_target_versions_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_versions")),
        sa.UniqueConstraint("commune_id", "id", name=op.f("uq_target_versions_commune_id_id")),
        sa.UniqueConstraint(
            "commune_id",
            "target",
            "version",
            name=op.f("uq_target_versions_commune_id_target_version"),
        ),
    )
    op.create_table(
        "closing_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("closing_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "closing_id"],
            ["closings.commune_id", "closings.id"],
            name=op.f("fk_closing_events_commune_id_closing_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_closing_events_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_closing_events_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_events")),
    )
    with op.batch_alter_table("closing_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_closing_events_closing_id"), ["closing_id"], unique=False
        )

    op.create_table(
        "digests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.String(length=10), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("road", sa.String(length=12), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "team_id"],
            ["teams.commune_id", "teams.id"],
            name=op.f("fk_digests_commune_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_digests_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
    )
    with op.batch_alter_table("digests", schema=None) as batch_op:
        batch_op.create_index("ix_digests_of", ["commune_id", "week"], unique=False)

    op.create_table(
        "reporting_units",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("reporter", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_reporting_units_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_reporting_units_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reporting_units")),
        sa.UniqueConstraint("commune_id", "id", name=op.f("uq_reporting_units_commune_id_id")),
    )
    with op.batch_alter_table("reporting_units", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reporting_units_once",
            ["commune_id", "reporter", "name"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "unit_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("reporter", sa.String(length=60), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("reporting_unit_id", sa.Integer(), nullable=True),
        sa.Column("whose", sa.String(length=80), nullable=False),
        sa.Column("period_kind", sa.String(length=20), nullable=False),
        sa.Column("period_key", sa.String(length=30), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("link_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("link_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by", sa.String(length=80), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("wish", sa.String(length=200), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_id", "member_id"],
            ["members.commune_id", "members.id"],
            name=op.f("fk_unit_reports_commune_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "reporting_unit_id"],
            ["reporting_units.commune_id", "reporting_units.id"],
            name=op.f("fk_unit_reports_commune_id_reporting_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_unit_reports_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "team_id"],
            ["teams.commune_id", "teams.id"],
            name=op.f("fk_unit_reports_commune_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_unit_reports_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_reports")),
        sa.UniqueConstraint("commune_id", "id", name=op.f("uq_unit_reports_commune_id_id")),
        sa.UniqueConstraint(
            "commune_id",
            "reporter",
            "whose",
            "period_kind",
            "period_key",
            name=op.f("uq_unit_reports_commune_id_reporter_whose_period_kind_period_key"),
        ),
        sa.UniqueConstraint("link_hash", name=op.f("uq_unit_reports_link_hash")),
    )
    op.create_table(
        "target_readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("target", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Float(), nullable=True),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("whole", sa.Integer(), nullable=True),
        sa.Column("level", sa.String(length=80), nullable=True),
        sa.Column("is_reached", sa.Boolean(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("unit_report_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "import_id"],
            ["imports.commune_id", "imports.id"],
            name=op.f("fk_target_readings_commune_id_import_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_target_readings_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "unit_report_id"],
            ["unit_reports.commune_id", "unit_reports.id"],
            name=op.f("fk_target_readings_commune_id_unit_report_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_target_readings_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_readings")),
        sa.UniqueConstraint(
            "commune_id", "client_id", name=op.f("uq_target_readings_commune_id_client_id")
        ),
        sa.UniqueConstraint("commune_id", "id", name=op.f("uq_target_readings_commune_id_id")),
    )
    with op.batch_alter_table("target_readings", schema=None) as batch_op:
        batch_op.create_index(
            "ix_target_readings_of", ["commune_id", "target", "as_of"], unique=False
        )

    op.create_table(
        "task_states",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("result", sa.String(length=1000), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("unit_report_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_task_states_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "unit_report_id"],
            ["unit_reports.commune_id", "unit_reports.id"],
            name=op.f("fk_task_states_commune_id_unit_report_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_task_states_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_states")),
    )
    with op.batch_alter_table("task_states", schema=None) as batch_op:
        batch_op.create_index("ix_task_states_of", ["commune_id", "task", "as_of"], unique=False)

    op.create_table(
        "unit_report_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("unit_report_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "member_id"],
            ["members.commune_id", "members.id"],
            name=op.f("fk_unit_report_events_commune_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_unit_report_events_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "unit_report_id"],
            ["unit_reports.commune_id", "unit_reports.id"],
            name=op.f("fk_unit_report_events_commune_id_unit_report_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_unit_report_events_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_report_events")),
    )
    with op.batch_alter_table("unit_report_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_unit_report_events_unit_report_id"), ["unit_report_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("unit_report_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_report_events_unit_report_id"))

    op.drop_table("unit_report_events")
    with op.batch_alter_table("task_states", schema=None) as batch_op:
        batch_op.drop_index("ix_task_states_of")

    op.drop_table("task_states")
    with op.batch_alter_table("target_readings", schema=None) as batch_op:
        batch_op.drop_index("ix_target_readings_of")

    op.drop_table("target_readings")
    op.drop_table("unit_reports")
    with op.batch_alter_table("reporting_units", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_reporting_units_once",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.drop_table("reporting_units")
    with op.batch_alter_table("digests", schema=None) as batch_op:
        batch_op.drop_index("ix_digests_of")

    op.drop_table("digests")
    with op.batch_alter_table("closing_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_closing_events_closing_id"))

    op.drop_table("closing_events")
    op.drop_table("target_versions")
    with op.batch_alter_table("report_templates", schema=None) as batch_op:
        batch_op.drop_index("ix_report_templates_of")

    op.drop_table("report_templates")
    with op.batch_alter_table("period_notes", schema=None) as batch_op:
        batch_op.drop_index("ix_period_notes_of")

    op.drop_table("period_notes")
    op.drop_table("digest_settings")
    with op.batch_alter_table("denominators", schema=None) as batch_op:
        batch_op.drop_index("ix_denominators_of")

    op.drop_table("denominators")
    with op.batch_alter_table("deadline_rules", schema=None) as batch_op:
        batch_op.drop_index("ix_deadline_rules_of")

    op.drop_table("deadline_rules")
    with op.batch_alter_table("closings", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_closings_once",
            sqlite_where=sa.text("reopened_at IS NULL"),
            postgresql_where=sa.text("reopened_at IS NULL"),
        )

    op.drop_table("closings")
    with op.batch_alter_table("calendar_days", schema=None) as batch_op:
        batch_op.drop_index("ix_calendar_days_of")

    op.drop_table("calendar_days")
    op.drop_table("help_days")
    op.drop_index("ix_people_merged", "people")
