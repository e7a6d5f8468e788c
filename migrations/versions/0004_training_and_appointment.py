"""training and appointment

Revision: 0004, after: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "power",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("law", sa.String(), nullable=False),
        sa.Column("limits", sa.String(), nullable=False),
        sa.Column("module_codes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("scheme_ids", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_power")),
        sa.UniqueConstraint("slug", name=op.f("uq_power_slug")),
    )
    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["staff_member.id"], name=op.f("fk_agreement_created_by_staff_member")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_agreement_scheme_id_scheme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
    )
    op.create_index(op.f("ix_agreement_scheme_id"), "agreement", ["scheme_id"], unique=False)
    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_course_scheme_id_scheme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("slug", name=op.f("uq_course_slug")),
    )
    op.create_index(op.f("ix_course_scheme_id"), "course", ["scheme_id"], unique=False)
    op.create_table(
        "course_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "pattern",
            sa.Enum("weekends", "weekly", "days", name="pattern", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("every_weeks", sa.Integer(), nullable=False),
        sa.Column("least_days", sa.Integer(), nullable=False),
        sa.Column("bring", sa.String(), nullable=False),
        sa.Column("change_note", sa.String(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("every_weeks > 0", name=op.f("ck_course_version_every_weeks")),
        sa.CheckConstraint("least_days >= 0", name=op.f("ck_course_version_least_days")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_version_course_id_course"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["staff_member.id"], name=op.f("fk_course_version_created_by_staff_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_version")),
        sa.UniqueConstraint("course_id", "number", name=op.f("uq_course_version_course_id_number")),
    )
    op.create_table(
        "agreement_accepted",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_accepted_agreement_id_agreement")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_agreement_accepted_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", "agreement_id", name=op.f("pk_agreement_accepted")),
    )
    op.create_index(op.f("ix_agreement_accepted_agreement_id"), "agreement_accepted", ["agreement_id"], unique=False)
    op.create_table(
        "appointment_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "induction",
                "identification",
                "barred_list",
                name="stepkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_by", sa.Integer(), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_by IS NULL)", name=op.f("ck_appointment_step_taken_back_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_appointment_step_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["staff_member.id"], name=op.f("fk_appointment_step_recorded_by_staff_member")
        ),
        sa.ForeignKeyConstraint(
            ["taken_back_by"], ["staff_member.id"], name=op.f("fk_appointment_step_taken_back_by_staff_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_step")),
    )
    op.create_index("ix_appointment_step_application_id", "appointment_step", ["application_id"], unique=False)
    op.create_index(
        "uq_appointment_step_live",
        "appointment_step",
        ["application_id", "kind"],
        unique=True,
        sqlite_where=sa.text("taken_back_at IS NULL"),
        postgresql_where=sa.text("taken_back_at IS NULL"),
    )
    op.create_table(
        "cohort",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("division_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("skip_holidays", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(cancelled_at IS NULL) = (cancelled_reason IS NULL)", name=op.f("ck_cohort_cancelled_with_reason")
        ),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_cohort_capacity")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_cohort_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["created_by"], ["staff_member.id"], name=op.f("fk_cohort_created_by_staff_member")),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name=op.f("fk_cohort_division_id_division")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_version.id"], name=op.f("fk_cohort_version_id_course_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort")),
        sa.UniqueConstraint("name", name=op.f("uq_cohort_name")),
    )
    op.create_index("ix_cohort_campaign_id", "cohort", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_cohort_division_id"), "cohort", ["division_id"], unique=False)
    op.create_index("ix_cohort_version_id", "cohort", ["version_id"], unique=False)
    op.create_table(
        "course_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("starts_minute", sa.Integer(), nullable=False),
        sa.Column("ends_minute", sa.Integer(), nullable=False),
        sa.CheckConstraint("number > 0 AND block > 0", name=op.f("ck_course_day_numbers")),
        sa.CheckConstraint(
            "starts_minute >= 0 AND ends_minute > starts_minute AND ends_minute <= 1440",
            name=op.f("ck_course_day_minutes"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["course_version.id"],
            name=op.f("fk_course_day_version_id_course_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_day")),
        sa.UniqueConstraint("version_id", "number", name=op.f("uq_course_day_version_id_number")),
    )
    op.create_table(
        "emergency_contact",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_emergency_contact_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_emergency_contact")),
    )
    op.create_table(
        "availability",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("misses", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("suits", sa.Boolean(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_availability_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_availability_cohort_id_cohort"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("application_id", "cohort_id", name=op.f("pk_availability")),
    )
    op.create_index(op.f("ix_availability_cohort_id"), "availability", ["cohort_id"], unique=False)
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("clear", sa.Integer(), nullable=False),
        sa.Column("pace", sa.Integer(), nullable=False),
        sa.Column("useful", sa.Integer(), nullable=False),
        sa.Column("remarks", sa.String(), nullable=False),
        sa.CheckConstraint(
            "clear BETWEEN 1 AND 5 AND pace BETWEEN 1 AND 5 AND useful BETWEEN 1 AND 5", name=op.f("ck_feedback_points")
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_feedback_cohort_id_cohort"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    op.create_index("ix_feedback_cohort_id", "feedback", ["cohort_id", "block"], unique=False)
    op.create_table(
        "module",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("day_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.Column("assessed", sa.Boolean(), nullable=False),
        sa.Column("written", sa.Boolean(), nullable=False),
        sa.Column("one_to_one", sa.Boolean(), nullable=False),
        sa.Column("materials", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_module_minutes")),
        sa.ForeignKeyConstraint(
            ["day_id"], ["course_day.id"], name=op.f("fk_module_day_id_course_day"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["course_version.id"], name=op.f("fk_module_version_id_course_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_module")),
        sa.UniqueConstraint("version_id", "code", name=op.f("uq_module_version_id_code")),
    )
    op.create_index("ix_module_code", "module", ["code"], unique=False)
    op.create_index("ix_module_day_id", "module", ["day_id"], unique=False)
    op.create_table(
        "trainee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrolled_by", sa.Integer(), nullable=True),
        sa.Column("confirm_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ended_as",
            sa.Enum(
                "transferred",
                "declined",
                "lapsed",
                "removed",
                "gone",
                name="traineeend",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("adjustments", sa.LargeBinary(), nullable=True),
        sa.Column("check_in", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name=op.f("ck_trainee_ended_somehow")),
        sa.CheckConstraint(
            "completed_at IS NULL OR started_at IS NOT NULL", name=op.f("ck_trainee_completed_when_started")
        ),
        sa.CheckConstraint("seat > 0", name=op.f("ck_trainee_seat")),
        sa.CheckConstraint(
            "started_at IS NULL OR confirmed_at IS NOT NULL", name=op.f("ck_trainee_started_when_confirmed")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_trainee_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_trainee_cohort_id_cohort")),
        sa.ForeignKeyConstraint(["enrolled_by"], ["staff_member.id"], name=op.f("fk_trainee_enrolled_by_staff_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainee")),
        sa.UniqueConstraint("check_in", name=op.f("uq_trainee_check_in")),
    )
    op.create_index("ix_trainee_application_id", "trainee", ["application_id"], unique=False)
    op.create_index("ix_trainee_cohort_id", "trainee", ["cohort_id"], unique=False)
    op.create_index(
        "uq_trainee_live",
        "trainee",
        ["application_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_trainee_seat",
        "trainee",
        ["cohort_id", "seat"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "training_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("day_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=True),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("room_places", sa.Integer(), nullable=True),
        sa.Column("materials", sa.String(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(cancelled_at IS NULL) = (cancelled_reason IS NULL)",
            name=op.f("ck_training_session_cancelled_with_reason"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_training_session_ends_after_start")),
        sa.CheckConstraint("room_places IS NULL OR room_places > 0", name=op.f("ck_training_session_room_places")),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_training_session_cohort_id_cohort"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["day_id"], ["course_day.id"], name=op.f("fk_training_session_day_id_course_day")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_training_session_venue_id_venue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_session")),
        sa.UniqueConstraint("uid", name=op.f("uq_training_session_uid")),
    )
    op.create_index("ix_training_session_cohort_id", "training_session", ["cohort_id", "starts_at"], unique=False)
    op.create_index("ix_training_session_starts_at", "training_session", ["starts_at"], unique=False)
    op.create_index("ix_training_session_venue_id", "training_session", ["venue_id", "starts_at"], unique=False)
    op.create_table(
        "waiting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ended_as",
            sa.Enum(
                "offered", "taken_back", "gone", name="waitingend", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name=op.f("ck_waiting_ended_somehow")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_waiting_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_waiting_cohort_id_cohort")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting")),
    )
    op.create_index("ix_waiting_application_id", "waiting", ["application_id"], unique=False)
    op.create_index("ix_waiting_cohort_id", "waiting", ["cohort_id"], unique=False)
    op.create_index(
        "uq_waiting_live",
        "waiting",
        ["application_id", "cohort_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trainee_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("module_code", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column(
            "result",
            sa.Enum("passed", "not_yet", name="result", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("attempt > 0", name=op.f("ck_assessment_attempt")),
        sa.ForeignKeyConstraint(["module_id"], ["module.id"], name=op.f("fk_assessment_module_id_module")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_assessment_staff_id_staff_member")),
        sa.ForeignKeyConstraint(
            ["trainee_id"], ["trainee.id"], name=op.f("fk_assessment_trainee_id_trainee"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint(
            "trainee_id", "module_code", "attempt", name=op.f("uq_assessment_trainee_id_module_code_attempt")
        ),
    )
    op.create_table(
        "cannot_come",
        sa.Column("trainee_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["training_session.id"], name=op.f("fk_cannot_come_session_id_training_session")
        ),
        sa.ForeignKeyConstraint(
            ["trainee_id"], ["trainee.id"], name=op.f("fk_cannot_come_trainee_id_trainee"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trainee_id", "session_id", name=op.f("pk_cannot_come")),
    )
    op.create_index("ix_cannot_come_session_id", "cannot_come", ["session_id"], unique=False)
    op.create_table(
        "catch_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trainee_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("module_code", sa.String(), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "session",
                "one_to_one",
                "written",
                name="catchupway",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("booked_by", sa.Integer(), nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("work", sa.LargeBinary(), nullable=True),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_off_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ended_as",
            sa.Enum(
                "signed_off",
                "missed",
                "cancelled",
                "gone",
                name="catchupend",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(ended_as = 'signed_off') = (signed_off_by IS NOT NULL) OR ended_as IS NULL",
            name=op.f("ck_catch_up_signed"),
        ),
        sa.CheckConstraint("(way = 'session') = (session_id IS NOT NULL)", name=op.f("ck_catch_up_session_if_one")),
        sa.CheckConstraint("way <> 'one_to_one' OR starts_at IS NOT NULL", name=op.f("ck_catch_up_one_to_one_when")),
        sa.CheckConstraint("way <> 'written' OR due_on IS NOT NULL", name=op.f("ck_catch_up_written_until")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name=op.f("ck_catch_up_ended_somehow")),
        sa.ForeignKeyConstraint(["booked_by"], ["staff_member.id"], name=op.f("fk_catch_up_booked_by_staff_member")),
        sa.ForeignKeyConstraint(["module_id"], ["module.id"], name=op.f("fk_catch_up_module_id_module")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["training_session.id"], name=op.f("fk_catch_up_session_id_training_session")
        ),
        sa.ForeignKeyConstraint(
            ["signed_off_by"], ["staff_member.id"], name=op.f("fk_catch_up_signed_off_by_staff_member")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_catch_up_staff_id_staff_member")),
        sa.ForeignKeyConstraint(
            ["trainee_id"], ["trainee.id"], name=op.f("fk_catch_up_trainee_id_trainee"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catch_up")),
    )
    op.create_index("ix_catch_up_session_id", "catch_up", ["session_id"], unique=False)
    op.create_index("ix_catch_up_staff_id", "catch_up", ["staff_id"], unique=False)
    op.create_index(
        "uq_catch_up_live",
        "catch_up",
        ["trainee_id", "module_code"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL OR ended_as = 'signed_off'"),
        postgresql_where=sa.text("ended_at IS NULL OR ended_as = 'signed_off'"),
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trainee_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name=op.f("ck_certificate_withdrawn_with_reason")
        ),
        sa.ForeignKeyConstraint(["issued_by"], ["staff_member.id"], name=op.f("fk_certificate_issued_by_staff_member")),
        sa.ForeignKeyConstraint(
            ["trainee_id"], ["trainee.id"], name=op.f("fk_certificate_trainee_id_trainee"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_code")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_certificate_stored_as")),
    )
    op.create_index(op.f("ix_certificate_digest"), "certificate", ["digest"], unique=False)
    op.create_index(
        "uq_certificate_live",
        "certificate",
        ["trainee_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "feedback_given",
        sa.Column("trainee_id", sa.Integer(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["trainee_id"], ["trainee.id"], name=op.f("fk_feedback_given_trainee_id_trainee"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trainee_id", "block", name=op.f("pk_feedback_given")),
    )
    op.create_table(
        "mark",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("trainee_id", sa.Integer(), nullable=False),
        sa.Column(
            "presence",
            sa.Enum(
                "unmarked",
                "present",
                "absent",
                "excused",
                name="presence",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("late_minutes", sa.Integer(), nullable=False),
        sa.Column("left_minutes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marked_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(presence = 'excused') = (reason IS NOT NULL)", name=op.f("ck_mark_excused_with_reason")),
        sa.CheckConstraint(
            "presence = 'present' OR (late_minutes = 0 AND left_minutes = 0)", name=op.f("ck_mark_minutes_if_present")
        ),
        sa.CheckConstraint("late_minutes >= 0 AND left_minutes >= 0", name=op.f("ck_mark_minutes")),
        sa.ForeignKeyConstraint(["marked_by"], ["staff_member.id"], name=op.f("fk_mark_marked_by_staff_member")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["training_session.id"], name=op.f("fk_mark_session_id_training_session")
        ),
        sa.ForeignKeyConstraint(
            ["trainee_id"], ["trainee.id"], name=op.f("fk_mark_trainee_id_trainee"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "trainee_id", name=op.f("pk_mark")),
    )
    op.create_index("ix_mark_trainee_id", "mark", ["trainee_id"], unique=False)
    op.create_table(
        "mark_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("trainee_id", sa.Integer(), nullable=False),
        sa.Column(
            "presence",
            sa.Enum(
                "unmarked",
                "present",
                "absent",
                "excused",
                name="presence",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("late_minutes", sa.Integer(), nullable=False),
        sa.Column("left_minutes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "register",
                "scan",
                "self",
                "paper",
                "correction",
                name="marksource",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "kept",
                "conflict",
                "chosen",
                "set_aside",
                name="markoutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(outcome IN ('chosen', 'set_aside')) = (settled_at IS NOT NULL)", name=op.f("ck_mark_step_settled")
        ),
        sa.CheckConstraint(
            "source <> 'correction' OR why IS NOT NULL", name=op.f("ck_mark_step_corrected_with_reason")
        ),
        sa.CheckConstraint("late_minutes >= 0 AND left_minutes >= 0", name=op.f("ck_mark_step_minutes")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["training_session.id"], name=op.f("fk_mark_step_session_id_training_session")
        ),
        sa.ForeignKeyConstraint(["settled_by"], ["staff_member.id"], name=op.f("fk_mark_step_settled_by_staff_member")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_mark_step_staff_id_staff_member")),
        sa.ForeignKeyConstraint(
            ["trainee_id"], ["trainee.id"], name=op.f("fk_mark_step_trainee_id_trainee"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_step")),
        sa.UniqueConstraint("key", name=op.f("uq_mark_step_key")),
    )
    op.create_index(
        "ix_mark_step_conflict",
        "mark_step",
        ["session_id"],
        unique=False,
        sqlite_where=sa.text("outcome = 'conflict'"),
        postgresql_where=sa.text("outcome = 'conflict'"),
    )
    op.create_index("ix_mark_step_session_id", "mark_step", ["session_id", "trainee_id", "id"], unique=False)
    op.create_index("ix_mark_step_trainee_id", "mark_step", ["trainee_id"], unique=False)
    op.create_table(
        "module_need",
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.Column("needs_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("module_id <> needs_id", name=op.f("ck_module_need_not_itself")),
        sa.ForeignKeyConstraint(
            ["module_id"], ["module.id"], name=op.f("fk_module_need_module_id_module"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["needs_id"], ["module.id"], name=op.f("fk_module_need_needs_id_module"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("module_id", "needs_id", name=op.f("pk_module_need")),
    )
    op.create_table(
        "register_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("trainee_id", sa.Integer(), nullable=True),
        sa.Column("walk_in", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dealt_with_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("NOT walk_in OR trainee_id IS NULL", name=op.f("ck_register_note_walk_in_is_nobodys")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["training_session.id"], name=op.f("fk_register_note_session_id_training_session")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_register_note_staff_id_staff_member")),
        sa.ForeignKeyConstraint(
            ["trainee_id"], ["trainee.id"], name=op.f("fk_register_note_trainee_id_trainee"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_note")),
        sa.UniqueConstraint("key", name=op.f("uq_register_note_key")),
    )
    op.create_index("ix_register_note_session_id", "register_note", ["session_id"], unique=False)
    op.create_index("ix_register_note_trainee_id", "register_note", ["trainee_id"], unique=False)
    op.create_table(
        "session_module",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["module_id"], ["module.id"], name=op.f("fk_session_module_module_id_module")),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["training_session.id"],
            name=op.f("fk_session_module_session_id_training_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", "module_id", name=op.f("pk_session_module")),
    )
    op.create_index(op.f("ix_session_module_module_id"), "session_module", ["module_id"], unique=False)
    op.create_table(
        "session_trainer",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("substitute", sa.Boolean(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by"], ["staff_member.id"], name=op.f("fk_session_trainer_added_by_staff_member")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["training_session.id"],
            name=op.f("fk_session_trainer_session_id_training_session"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_session_trainer_staff_id_staff_member")
        ),
        sa.PrimaryKeyConstraint("session_id", "staff_id", name=op.f("pk_session_trainer")),
    )
    op.create_index("ix_session_trainer_staff_id", "session_trainer", ["staff_id"], unique=False)
    op.create_table(
        "volunteer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("appointed_on", sa.Date(), nullable=False),
        sa.Column("appointed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("appointed_by", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=True),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("strand", sa.String(), nullable=True),
        sa.Column("supervisor_id", sa.Integer(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(ended_on IS NULL) = (ended_reason IS NULL)", name=op.f("ck_volunteer_ended_with_reason")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_volunteer_agreement_id_agreement")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_volunteer_application_id_application")
        ),
        sa.ForeignKeyConstraint(
            ["appointed_by"], ["staff_member.id"], name=op.f("fk_volunteer_appointed_by_staff_member")
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_volunteer_certificate_id_certificate")
        ),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_volunteer_district_id_district")),
        sa.ForeignKeyConstraint(
            ["supervisor_id"], ["staff_member.id"], name=op.f("fk_volunteer_supervisor_id_staff_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer")),
        sa.UniqueConstraint("application_id", name=op.f("uq_volunteer_application_id")),
        sa.UniqueConstraint("number", name=op.f("uq_volunteer_number")),
    )
    op.create_index("ix_volunteer_district_id", "volunteer", ["district_id"], unique=False)
    op.create_index("ix_volunteer_supervisor_id", "volunteer", ["supervisor_id"], unique=False)
    op.create_table(
        "power_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Integer(), nullable=False),
        sa.Column("power_id", sa.Integer(), nullable=False),
        sa.Column("limits", sa.String(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("granted_by", sa.Integer(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_reason IS NULL)",
            name=op.f("ck_power_grant_withdrawn_by_somebody"),
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_power_grant_dates")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_power_grant_certificate_id_certificate")
        ),
        sa.ForeignKeyConstraint(
            ["granted_by"], ["staff_member.id"], name=op.f("fk_power_grant_granted_by_staff_member")
        ),
        sa.ForeignKeyConstraint(["power_id"], ["power.id"], name=op.f("fk_power_grant_power_id_power")),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.id"], name=op.f("fk_power_grant_volunteer_id_volunteer")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"], ["staff_member.id"], name=op.f("fk_power_grant_withdrawn_by_staff_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_power_grant")),
    )
    op.create_index("ix_power_grant_volunteer_id", "power_grant", ["volunteer_id"], unique=False)
    op.create_index(
        "uq_power_grant_live",
        "power_grant",
        ["volunteer_id", "power_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_power_grant_live",
        table_name="power_grant",
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.drop_index("ix_power_grant_volunteer_id", table_name="power_grant")
    op.drop_table("power_grant")
    op.drop_index("ix_volunteer_supervisor_id", table_name="volunteer")
    op.drop_index("ix_volunteer_district_id", table_name="volunteer")
    op.drop_table("volunteer")
    op.drop_index("ix_session_trainer_staff_id", table_name="session_trainer")
    op.drop_table("session_trainer")
    op.drop_index(op.f("ix_session_module_module_id"), table_name="session_module")
    op.drop_table("session_module")
    op.drop_index("ix_register_note_trainee_id", table_name="register_note")
    op.drop_index("ix_register_note_session_id", table_name="register_note")
    op.drop_table("register_note")
    op.drop_table("module_need")
    op.drop_index("ix_mark_step_trainee_id", table_name="mark_step")
    op.drop_index("ix_mark_step_session_id", table_name="mark_step")
    op.drop_index(
        "ix_mark_step_conflict",
        table_name="mark_step",
        sqlite_where=sa.text("outcome = 'conflict'"),
        postgresql_where=sa.text("outcome = 'conflict'"),
    )
    op.drop_table("mark_step")
    op.drop_index("ix_mark_trainee_id", table_name="mark")
    op.drop_table("mark")
    op.drop_table("feedback_given")
    op.drop_index(
        "uq_certificate_live",
        table_name="certificate",
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.drop_index(op.f("ix_certificate_digest"), table_name="certificate")
    op.drop_table("certificate")
    op.drop_index(
        "uq_catch_up_live",
        table_name="catch_up",
        sqlite_where=sa.text("ended_at IS NULL OR ended_as = 'signed_off'"),
        postgresql_where=sa.text("ended_at IS NULL OR ended_as = 'signed_off'"),
    )
    op.drop_index("ix_catch_up_staff_id", table_name="catch_up")
    op.drop_index("ix_catch_up_session_id", table_name="catch_up")
    op.drop_table("catch_up")
    op.drop_index("ix_cannot_come_session_id", table_name="cannot_come")
    op.drop_table("cannot_come")
    op.drop_table("assessment")
    op.drop_index(
        "uq_waiting_live",
        table_name="waiting",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index("ix_waiting_cohort_id", table_name="waiting")
    op.drop_index("ix_waiting_application_id", table_name="waiting")
    op.drop_table("waiting")
    op.drop_index("ix_training_session_venue_id", table_name="training_session")
    op.drop_index("ix_training_session_starts_at", table_name="training_session")
    op.drop_index("ix_training_session_cohort_id", table_name="training_session")
    op.drop_table("training_session")
    op.drop_index(
        "uq_trainee_seat",
        table_name="trainee",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(
        "uq_trainee_live",
        table_name="trainee",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index("ix_trainee_cohort_id", table_name="trainee")
    op.drop_index("ix_trainee_application_id", table_name="trainee")
    op.drop_table("trainee")
    op.drop_index("ix_module_day_id", table_name="module")
    op.drop_index("ix_module_code", table_name="module")
    op.drop_table("module")
    op.drop_index("ix_feedback_cohort_id", table_name="feedback")
    op.drop_table("feedback")
    op.drop_index(op.f("ix_availability_cohort_id"), table_name="availability")
    op.drop_table("availability")
    op.drop_table("emergency_contact")
    op.drop_table("course_day")
    op.drop_index("ix_cohort_version_id", table_name="cohort")
    op.drop_index(op.f("ix_cohort_division_id"), table_name="cohort")
    op.drop_index("ix_cohort_campaign_id", table_name="cohort")
    op.drop_table("cohort")
    op.drop_index(
        "uq_appointment_step_live",
        table_name="appointment_step",
        sqlite_where=sa.text("taken_back_at IS NULL"),
        postgresql_where=sa.text("taken_back_at IS NULL"),
    )
    op.drop_index("ix_appointment_step_application_id", table_name="appointment_step")
    op.drop_table("appointment_step")
    op.drop_index(op.f("ix_agreement_accepted_agreement_id"), table_name="agreement_accepted")
    op.drop_table("agreement_accepted")
    op.drop_table("course_version")
    op.drop_index(op.f("ix_course_scheme_id"), table_name="course")
    op.drop_table("course")
    op.drop_index(op.f("ix_agreement_scheme_id"), table_name="agreement")
    op.drop_table("agreement")
    op.drop_table("power")
