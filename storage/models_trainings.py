"""Tables of classes, outreach sessions and contests, of what is put out, and of learning on the platform.

A part of the schema in ``storage/models.py``, where its rules are written.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.columns import Moment, commune_column, id_column, metadata, within_commune

trainings = Table(
    "trainings",
    metadata,
    id_column(),
    commune_column(),
    Column("client_id", String(80), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("status", String(12), nullable=False),
    Column("title", String(120), nullable=False),
    Column("team_id", Integer),  # the team that gives it; None: the office
    Column("host", String(80)),  # who invites, where that is somebody else
    Column("partners", String(200), nullable=False),  # VNPT; Hội Phụ nữ
    Column("audience", String(16), nullable=False),
    Column("mode", String(12), nullable=False),
    Column("topic", String(20), nullable=False),
    Column("guides", String(400), nullable=False),  # ids joined by ";": what is taught and sent
    Column("skills", String(80), nullable=False),  # codes of the skill frame joined by ";"
    Column("skill_frame", String(40), nullable=False),  # which version of it
    Column("place", String(30), nullable=False),
    Column("place_name", String(120), nullable=False),
    Column("neighbourhood_id", Integer),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("trainer", String(80)),  # PII: a name
    Column("seats", Integer),  # as many as there is room for; None: not said
    Column("heads", Integer),  # counted by the trainer; kept apart from seats that were taken
    Column("member_id", Integer),  # who planned it
    Column("staff_id", Integer),
    Column("recorded_at", Moment, nullable=False),
    Column("announced_at", Moment),
    Column("held_at", Moment),
    Column("closed_at", Moment),
    Column("cancelled_at", Moment),
    Column("reason", String(200)),  # why it was cancelled
    Column("note", String(200)),
    Column("revision", Integer, nullable=False),
    UniqueConstraint("commune_id", "id"),
    UniqueConstraint("commune_id", "client_id"),
    Index("ix_trainings_when", "commune_id", "starts_at"),
    within_commune("teams", "team_id"),
    within_commune("neighbourhoods", "neighbourhood_id"),
    within_commune("members", "member_id"),
    within_commune("staff", "staff_id"),
)

training_events = Table(
    "training_events",
    metadata,
    id_column(),
    commune_column(),
    Column("training_id", Integer, nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("what", String(20), nullable=False),
    Column("member_id", Integer),
    Column("staff_id", Integer),
    Column("reason", String(200)),
    Column("content", Text, nullable=False),  # JSON: how it stood after that
    within_commune("trainings", "training_id"),
    within_commune("members", "member_id"),
    within_commune("staff", "staff_id"),
)

sign_ups = Table(
    "sign_ups",
    metadata,
    id_column(),
    commune_column(),
    Column("training_id", Integer, nullable=False),
    Column("seat", LargeBinary(32)),  # keyed hash of this chat and this training
    Column("at", Moment, nullable=False),
    Column("cancelled_at", Moment),
    UniqueConstraint("commune_id", "training_id", "seat"),
    within_commune("trainings", "training_id"),
)

attendances = Table(
    "attendances",
    metadata,
    id_column(),
    commune_column(),
    Column("client_id", String(80), nullable=False),
    Column("training_id", Integer, nullable=False),
    Column("seat", LargeBinary(32)),  # keyed hash of this chat and this training: one seat a chat
    Column("person_id", Integer),  # only with a consent
    Column("evidence", String(12), nullable=False),
    Column("age_band", String(10)),
    Column("neighbourhood_id", Integer),
    Column("at", Moment, nullable=False),
    Column("member_id", Integer),  # who wrote the line for somebody else
    Column("staff_id", Integer),
    Column("import_id", Integer),
    Column("voided_at", Moment),
    Column("reason", String(200)),  # why it was taken out
    UniqueConstraint("commune_id", "client_id"),
    UniqueConstraint("commune_id", "training_id", "seat"),
    Index("ix_attendances_of_training", "commune_id", "training_id"),
    Index("ix_attendances_of_person", "commune_id", "person_id"),
    within_commune("trainings", "training_id"),
    within_commune("people", "person_id"),
    within_commune("neighbourhoods", "neighbourhood_id"),
    within_commune("members", "member_id"),
    within_commune("staff", "staff_id"),
    within_commune("imports", "import_id"),
)

training_feedback = Table(
    "training_feedback",
    metadata,
    id_column(),
    commune_column(),
    Column("training_id", Integer, nullable=False),
    Column("seat", LargeBinary(32)),
    Column("at", Moment, nullable=False),
    Column("clear", Integer),  # 1 easy to follow … 3 hard
    Column("able", Integer),  # 1 can do it alone … 3 cannot yet
    Column("again", Integer),  # 1 another topic, 2 the same once more, 3 no
    UniqueConstraint("commune_id", "training_id", "seat"),
    within_commune("trainings", "training_id"),
)

quiz_tallies = Table(
    "quiz_tallies",
    metadata,
    id_column(),
    commune_column(),
    Column("training_id", Integer, nullable=False),
    Column("question", String(60), nullable=False),
    Column("answered", Integer, nullable=False),
    Column("right", Integer, nullable=False),
    UniqueConstraint("commune_id", "training_id", "question"),
    within_commune("trainings", "training_id"),
)

communications = Table(
    "communications",
    metadata,
    id_column(),
    commune_column(),
    Column("client_id", String(80), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("title", String(120), nullable=False),
    Column("topic", String(20), nullable=False),
    Column("guide", String(40)),
    Column("team_id", Integer),
    Column("occurred_on", Date, nullable=False),
    Column("amount", Integer, nullable=False),  # readings, articles or leaflets, by kind
    Column("reach", Integer),  # an estimate of people; None: nobody estimated
    Column("link", String(300)),
    Column("photo", String(120)),  # PII: key of the picture
    Column("photo_agreed", Boolean),  # who can be recognised on it has agreed
    Column("note", String(200)),  # masked
    Column("member_id", Integer),
    Column("staff_id", Integer),
    Column("recorded_at", Moment, nullable=False),
    Column("voided_at", Moment),
    Column("revision", Integer, nullable=False),
    UniqueConstraint("commune_id", "id"),
    UniqueConstraint("commune_id", "client_id"),
    Index("ix_communications_when", "commune_id", "occurred_on"),
    within_commune("teams", "team_id"),
    within_commune("members", "member_id"),
    within_commune("staff", "staff_id"),
)

communication_events = Table(
    "communication_events",
    metadata,
    id_column(),
    commune_column(),
    Column("communication_id", Integer, nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("what", String(20), nullable=False),
    Column("member_id", Integer),
    Column("staff_id", Integer),
    Column("reason", String(200)),
    Column("content", Text, nullable=False),
    within_commune("communications", "communication_id"),
    within_commune("members", "member_id"),
    within_commune("staff", "staff_id"),
)

learning_readings = Table(
    "learning_readings",
    metadata,
    id_column(),
    commune_column(),
    Column("client_id", String(80), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("course", String(40), nullable=False),
    Column(
        "count", Integer, nullable=False
    ),  # of people; what is confirmed is a sum up to that day
    Column("on_date", Date, nullable=False),
    Column("source", String(200)),  # where a confirmed figure was read
    Column("seat", LargeBinary(32)),  # keyed hash of the chat and the course: each says it once
    Column("team_id", Integer),
    Column("member_id", Integer),
    Column("staff_id", Integer),
    Column("recorded_at", Moment, nullable=False),
    Column("voided_at", Moment),
    Column("reason", String(200)),
    UniqueConstraint("commune_id", "client_id"),
    UniqueConstraint("commune_id", "stage", "course", "seat"),
    Index("ix_learning_readings_when", "commune_id", "stage", "on_date"),
    within_commune("teams", "team_id"),
    within_commune("members", "member_id"),
    within_commune("staff", "staff_id"),
)
