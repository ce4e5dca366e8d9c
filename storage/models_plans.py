"""Tables of the plan: versions of targets, what is read from outside, units that report, what was closed.

A part of the schema in ``storage/models.py``, where its rules are written.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.columns import Moment, commune_column, id_column, metadata, within_commune

target_versions = Table(
    "target_versions",
    metadata,
    id_column(),
    commune_column(),
    Column("target", String(60), nullable=False),
    Column("version", Integer, nullable=False),
    Column("valid_from", Date),  # the first day that it is in force; None: from the beginning
    Column("origin", String(8), nullable=False),  # file, office
    Column("content", Text, nullable=False),  # JSON: the target; never changed
    Column("place", Integer, nullable=False),  # its place in the plan
    Column("is_withdrawn", Boolean, nullable=False),
    Column("is_set_aside", Boolean, nullable=False),  # the office follows the other clause
    Column("staff_id", Integer),
    Column("recorded_at", Moment, nullable=False),
    Column("reason", String(200)),
    UniqueConstraint("commune_id", "id"),
    UniqueConstraint("commune_id", "target", "version"),
    within_commune("staff", "staff_id"),
)

target_readings = Table(
    "target_readings",
    metadata,
    id_column(),
    commune_column(),
    Column("client_id", String(80), nullable=False),
    Column("target", String(60), nullable=False),
    Column("kind", String(8), nullable=False),  # reading, opening
    Column("number", Float),  # in the unit of the target; None where it is a level
    Column("part", Integer),  # of a share, where both numbers were given
    Column("whole", Integer),
    Column("level", String(80)),
    Column("is_reached", Boolean),  # of a level: whether it is what the plan asks for
    Column("as_of", Date, nullable=False),  # until the end of this day
    Column("source", String(200), nullable=False),
    Column("unit_report_id", Integer),
    Column("staff_id", Integer),
    Column("import_id", Integer),
    Column("recorded_at", Moment, nullable=False),
    Column("voided_at", Moment),
    Column("reason", String(200)),
    UniqueConstraint("commune_id", "id"),
    UniqueConstraint("commune_id", "client_id"),
    Index("ix_target_readings_of", "commune_id", "target", "as_of"),
    within_commune("unit_reports", "unit_report_id"),
    within_commune("staff", "staff_id"),
    within_commune("imports", "import_id"),
)

denominators = Table(
    "denominators",
    metadata,
    id_column(),
    commune_column(),
    Column("name", String(60), nullable=False),  # its id in the plan
    Column("number", Integer, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("source", String(200), nullable=False),
    Column("staff_id", Integer),
    Column("recorded_at", Moment, nullable=False),
    Column("voided_at", Moment),
    Column("reason", String(200)),
    Index("ix_denominators_of", "commune_id", "name", "as_of"),
    within_commune("staff", "staff_id"),
)

task_states = Table(
    "task_states",
    metadata,
    id_column(),
    commune_column(),
    Column("task", String(60), nullable=False),
    Column("status", String(12), nullable=False),
    Column("result", String(1000)),
    Column("as_of", Date, nullable=False),
    Column("unit_report_id", Integer),
    Column("staff_id", Integer),
    Column("recorded_at", Moment, nullable=False),
    Column("voided_at", Moment),
    Column("reason", String(200)),
    Index("ix_task_states_of", "commune_id", "task", "as_of"),
    within_commune("unit_reports", "unit_report_id"),
    within_commune("staff", "staff_id"),
)

period_notes = Table(
    "period_notes",
    metadata,
    id_column(),
    commune_column(),
    Column("period_kind", String(20), nullable=False),
    Column("period_key", String(30), nullable=False),
    Column("ends_on", Date, nullable=False),  # the last day of the period
    Column("part", String(16), nullable=False),
    Column("target", String(60)),
    Column("text", Text),
    Column("number", Float),  # of an estimate of the whole period
    Column("staff_id", Integer),
    Column("recorded_at", Moment, nullable=False),
    Column("replaced_at", Moment),
    Index("ix_period_notes_of", "commune_id", "period_kind", "period_key"),
    within_commune("staff", "staff_id"),
)

closings = Table(
    "closings",
    metadata,
    id_column(),
    commune_column(),
    Column("period_kind", String(20), nullable=False),
    Column("period_key", String(30), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),  # the last day
    Column("status", String(12), nullable=False),
    Column("closed_at", Moment, nullable=False),
    Column("data_hash", String(80), nullable=False),
    Column("internal", LargeBinary, nullable=False),  # the report as JSON, for each audience
    Column("outgoing", LargeBinary, nullable=False),
    Column("docx", LargeBinary, nullable=False),  # as they leave the office
    Column("xlsx", LargeBinary, nullable=False),
    Column("basis", LargeBinary, nullable=False),  # JSON: what was counted, by team and day
    Column("rows", LargeBinary, nullable=False),  # JSON: what the workbook adds up
    Column("software", String(40), nullable=False),
    Column("document", String(60)),  # the number that the clerk gave it
    Column("issued_at", Moment),
    Column("reopened_at", Moment),
    Column("staff_id", Integer),
    UniqueConstraint("commune_id", "id"),
    Index(
        "ix_closings_once",
        "commune_id",
        "period_kind",
        "period_key",
        unique=True,
        sqlite_where=text("reopened_at IS NULL"),
        postgresql_where=text("reopened_at IS NULL"),
    ),
    within_commune("staff", "staff_id"),
)

closing_events = Table(
    "closing_events",
    metadata,
    id_column(),
    commune_column(),
    Column("closing_id", Integer, nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("what", String(12), nullable=False),
    Column("staff_id", Integer),
    Column("reason", String(200)),
    within_commune("closings", "closing_id"),
    within_commune("staff", "staff_id"),
)

reporting_units = Table(
    "reporting_units",
    metadata,
    id_column(),
    commune_column(),
    Column("reporter", String(60), nullable=False),  # its id in the plan, which names many in one
    Column("name", String(80), nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("staff_id", Integer),
    Column("ended_at", Moment),
    Column("reason", String(200)),
    UniqueConstraint("commune_id", "id"),
    Index(
        "ix_reporting_units_once",
        "commune_id",
        "reporter",
        "name",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    within_commune("staff", "staff_id"),
)

unit_reports = Table(
    "unit_reports",
    metadata,
    id_column(),
    commune_column(),
    Column("reporter", String(60), nullable=False),  # its id in the plan
    Column("team_id", Integer),  # of the neighbourhood that reports
    Column("reporting_unit_id", Integer),  # of one of many that the office has listed
    Column("whose", String(80), nullable=False),  # how it is called
    Column("period_kind", String(20), nullable=False),
    Column("period_key", String(30), nullable=False),
    Column("status", String(12), nullable=False),
    Column("link_hash", LargeBinary(32), unique=True),  # of the secret in the link
    Column("link_until", Moment),
    Column("content", Text),  # JSON: what was sent last
    Column("sent_at", Moment),
    Column("sent_by", String(80)),  # PII: a name, as it was typed
    Column("member_id", Integer),
    Column("staff_id", Integer),
    Column("wish", String(200)),  # what the office wants mended
    Column("revision", Integer, nullable=False),
    UniqueConstraint("commune_id", "id"),
    UniqueConstraint("commune_id", "reporter", "whose", "period_kind", "period_key"),
    within_commune("teams", "team_id"),
    within_commune("reporting_units", "reporting_unit_id"),
    within_commune("members", "member_id"),
    within_commune("staff", "staff_id"),
)

unit_report_events = Table(
    "unit_report_events",
    metadata,
    id_column(),
    commune_column(),
    Column("unit_report_id", Integer, nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("what", String(12), nullable=False),
    Column("member_id", Integer),
    Column("staff_id", Integer),
    Column("reason", String(200)),
    Column("content", Text),
    within_commune("unit_reports", "unit_report_id"),
    within_commune("members", "member_id"),
    within_commune("staff", "staff_id"),
)

calendar_days = Table(
    "calendar_days",
    metadata,
    id_column(),
    commune_column(),
    Column("day", Date, nullable=False),
    Column("kind", String(4), nullable=False),  # off, work
    Column("note", String(120), nullable=False),
    Column("staff_id", Integer),
    Column("recorded_at", Moment, nullable=False),
    Column("voided_at", Moment),
    Column("reason", String(200)),
    Index("ix_calendar_days_of", "commune_id", "day"),
    within_commune("staff", "staff_id"),
)

deadline_rules = Table(
    "deadline_rules",
    metadata,
    id_column(),
    commune_column(),
    Column("deadline", String(60), nullable=False),  # its id in the plan, where the plan has no day
    Column("content", Text, nullable=False),  # JSON: the rule that the office gave
    Column("staff_id", Integer),
    Column("recorded_at", Moment, nullable=False),
    Column("replaced_at", Moment),
    Column("reason", String(200)),  # why it was taken back; None where another took its place
    Index("ix_deadline_rules_of", "commune_id", "deadline"),
    within_commune("staff", "staff_id"),
)

digest_settings = Table(
    "digest_settings",
    metadata,
    id_column(),
    commune_column(),
    Column("is_on", Boolean, nullable=False),
    Column("weekday", Integer, nullable=False),  # ISO: Monday is 1
    Column("hour", Integer, nullable=False),
    Column("next_road", String(12), nullable=False),  # a channel, mail, or none
    Column("mail", LargeBinary),  # PII: an address, sealed
    Column("staff_id", Integer),
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("commune_id"),
    within_commune("staff", "staff_id"),
)

digests = Table(
    "digests",
    metadata,
    id_column(),
    commune_column(),
    Column("week", String(10), nullable=False),
    Column("team_id", Integer),  # None: that of the office
    Column("made_at", Moment, nullable=False),
    Column("lines", Text, nullable=False),  # aggregates only
    Column("state", String(12), nullable=False),
    Column("road", String(12)),
    Column("sent_at", Moment),
    Column("fault", String(120)),
    Index("ix_digests_of", "commune_id", "week"),
    within_commune("teams", "team_id"),
)

report_templates = Table(
    "report_templates",
    metadata,
    id_column(),
    commune_column(),
    Column("header", String(8), nullable=False),
    Column("name", String(120), nullable=False),
    Column("docx", LargeBinary, nullable=False),
    Column("staff_id", Integer),
    Column("recorded_at", Moment, nullable=False),
    Column("dropped_at", Moment),
    Index("ix_report_templates_of", "commune_id", "header"),
    within_commune("staff", "staff_id"),
)
