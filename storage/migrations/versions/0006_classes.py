"""Classes, sessions and contests; what is put out; learning on the official platform."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "communications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("guide", sa.String(length=40), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("reach", sa.Integer(), nullable=True),
        sa.Column("link", sa.String(length=300), nullable=True),
        sa.Column("photo", sa.String(length=120), nullable=True),
        sa.Column("photo_agreed", sa.Boolean(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_id", "member_id"],
            ["members.commune_id", "members.id"],
            name=op.f("fk_communications_commune_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_communications_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "team_id"],
            ["teams.commune_id", "teams.id"],
            name=op.f("fk_communications_commune_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_communications_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communications")),
        sa.UniqueConstraint(
            "commune_id", "client_id", name=op.f("uq_communications_commune_id_client_id")
        ),
        sa.UniqueConstraint("commune_id", "id", name=op.f("uq_communications_commune_id_id")),
    )
    with op.batch_alter_table("communications", schema=None) as batch_op:
        batch_op.create_index("ix_communications_when", ["commune_id", "occurred_on"], unique=False)

    op.create_table(
        "learning_readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("course", sa.String(length=40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=True),
        sa.Column("seat", sa.LargeBinary(length=32), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "member_id"],
            ["members.commune_id", "members.id"],
            name=op.f("fk_learning_readings_commune_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_learning_readings_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "team_id"],
            ["teams.commune_id", "teams.id"],
            name=op.f("fk_learning_readings_commune_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_learning_readings_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning_readings")),
        sa.UniqueConstraint(
            "commune_id", "client_id", name=op.f("uq_learning_readings_commune_id_client_id")
        ),
        sa.UniqueConstraint(
            "commune_id",
            "stage",
            "course",
            "seat",
            name=op.f("uq_learning_readings_commune_id_stage_course_seat"),
        ),
    )
    with op.batch_alter_table("learning_readings", schema=None) as batch_op:
        batch_op.create_index(
            "ix_learning_readings_when", ["commune_id", "stage", "on_date"], unique=False
        )

    op.create_table(
        "trainings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("host", sa.String(length=80), nullable=True),
        sa.Column("partners", sa.String(length=200), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("mode", sa.String(length=12), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("guides", sa.String(length=400), nullable=False),
        sa.Column("skills", sa.String(length=80), nullable=False),
        sa.Column("skill_frame", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=30), nullable=False),
        sa.Column("place_name", sa.String(length=120), nullable=False),
        sa.Column("neighbourhood_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trainer", sa.String(length=80), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("heads", sa.Integer(), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_id", "member_id"],
            ["members.commune_id", "members.id"],
            name=op.f("fk_trainings_commune_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "neighbourhood_id"],
            ["neighbourhoods.commune_id", "neighbourhoods.id"],
            name=op.f("fk_trainings_commune_id_neighbourhood_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_trainings_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "team_id"],
            ["teams.commune_id", "teams.id"],
            name=op.f("fk_trainings_commune_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_trainings_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainings")),
        sa.UniqueConstraint(
            "commune_id", "client_id", name=op.f("uq_trainings_commune_id_client_id")
        ),
        sa.UniqueConstraint("commune_id", "id", name=op.f("uq_trainings_commune_id_id")),
    )
    with op.batch_alter_table("trainings", schema=None) as batch_op:
        batch_op.create_index("ix_trainings_when", ["commune_id", "starts_at"], unique=False)

    op.create_table(
        "attendances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.LargeBinary(length=32), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("evidence", sa.String(length=12), nullable=False),
        sa.Column("age_band", sa.String(length=10), nullable=True),
        sa.Column("neighbourhood_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "import_id"],
            ["imports.commune_id", "imports.id"],
            name=op.f("fk_attendances_commune_id_import_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "member_id"],
            ["members.commune_id", "members.id"],
            name=op.f("fk_attendances_commune_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "neighbourhood_id"],
            ["neighbourhoods.commune_id", "neighbourhoods.id"],
            name=op.f("fk_attendances_commune_id_neighbourhood_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "person_id"],
            ["people.commune_id", "people.id"],
            name=op.f("fk_attendances_commune_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_attendances_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "training_id"],
            ["trainings.commune_id", "trainings.id"],
            name=op.f("fk_attendances_commune_id_training_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_attendances_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendances")),
        sa.UniqueConstraint(
            "commune_id", "client_id", name=op.f("uq_attendances_commune_id_client_id")
        ),
        sa.UniqueConstraint(
            "commune_id",
            "training_id",
            "seat",
            name=op.f("uq_attendances_commune_id_training_id_seat"),
        ),
    )
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.create_index("ix_attendances_of_person", ["commune_id", "person_id"], unique=False)
        batch_op.create_index(
            "ix_attendances_of_training", ["commune_id", "training_id"], unique=False
        )

    op.create_table(
        "communication_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("communication_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_id", "communication_id"],
            ["communications.commune_id", "communications.id"],
            name=op.f("fk_communication_events_commune_id_communication_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "member_id"],
            ["members.commune_id", "members.id"],
            name=op.f("fk_communication_events_commune_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_communication_events_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_communication_events_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communication_events")),
    )
    with op.batch_alter_table("communication_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_communication_events_communication_id"),
            ["communication_id"],
            unique=False,
        )

    op.create_table(
        "quiz_tallies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=60), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_id", "training_id"],
            ["trainings.commune_id", "trainings.id"],
            name=op.f("fk_quiz_tallies_commune_id_training_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_quiz_tallies_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_tallies")),
        sa.UniqueConstraint(
            "commune_id",
            "training_id",
            "question",
            name=op.f("uq_quiz_tallies_commune_id_training_id_question"),
        ),
    )
    op.create_table(
        "sign_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.LargeBinary(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "training_id"],
            ["trainings.commune_id", "trainings.id"],
            name=op.f("fk_sign_ups_commune_id_training_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_sign_ups_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ups")),
        sa.UniqueConstraint(
            "commune_id",
            "training_id",
            "seat",
            name=op.f("uq_sign_ups_commune_id_training_id_seat"),
        ),
    )
    op.create_table(
        "training_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_id", "member_id"],
            ["members.commune_id", "members.id"],
            name=op.f("fk_training_events_commune_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "staff_id"],
            ["staff.commune_id", "staff.id"],
            name=op.f("fk_training_events_commune_id_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id", "training_id"],
            ["trainings.commune_id", "trainings.id"],
            name=op.f("fk_training_events_commune_id_training_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_training_events_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_events")),
    )
    with op.batch_alter_table("training_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_training_events_training_id"), ["training_id"], unique=False
        )

    op.create_table(
        "training_feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_id", sa.Integer(), nullable=False),
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.LargeBinary(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clear", sa.Integer(), nullable=True),
        sa.Column("able", sa.Integer(), nullable=True),
        sa.Column("again", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["commune_id", "training_id"],
            ["trainings.commune_id", "trainings.id"],
            name=op.f("fk_training_feedback_commune_id_training_id"),
        ),
        sa.ForeignKeyConstraint(
            ["commune_id"], ["communes.id"], name=op.f("fk_training_feedback_commune_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_feedback")),
        sa.UniqueConstraint(
            "commune_id",
            "training_id",
            "seat",
            name=op.f("uq_training_feedback_commune_id_training_id_seat"),
        ),
    )


def downgrade() -> None:
    op.drop_table("training_feedback")
    with op.batch_alter_table("training_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_training_events_training_id"))

    op.drop_table("training_events")
    op.drop_table("sign_ups")
    op.drop_table("quiz_tallies")
    with op.batch_alter_table("communication_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_communication_events_communication_id"))

    op.drop_table("communication_events")
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.drop_index("ix_attendances_of_training")
        batch_op.drop_index("ix_attendances_of_person")

    op.drop_table("attendances")
    with op.batch_alter_table("trainings", schema=None) as batch_op:
        batch_op.drop_index("ix_trainings_when")

    op.drop_table("trainings")
    with op.batch_alter_table("learning_readings", schema=None) as batch_op:
        batch_op.drop_index("ix_learning_readings_when")

    op.drop_table("learning_readings")
    with op.batch_alter_table("communications", schema=None) as batch_op:
        batch_op.drop_index("ix_communications_when")

    op.drop_table("communications")
