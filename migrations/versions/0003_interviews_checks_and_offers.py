"""interviews checks and offers

Revision: 0003, after: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


# -- by hand --
def refer(table: str, column: str, target: str) -> None:
    """A new column that refers to a row of `target`: SQLite takes the constraint with the column or not at all."""
    name = f"fk_{table}_{column}_{target}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES {target} (id)")
        return
    op.add_column(table, sa.Column(column, sa.Integer(), nullable=True))
    op.create_foreign_key(name, table, target, [column], ["id"])


# -- end --


def upgrade() -> None:
    op.create_table(
        "fitness_standard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("test", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("alternative", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_fitness_standard_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fitness_standard")),
        sa.UniqueConstraint("test", "starts_on", name=op.f("uq_fitness_standard_test_starts_on")),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("applicant_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(applicant_id IS NULL) <> (staff_id IS NULL)", name=op.f("ck_calendar_feed_one_person")),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["applicant.id"], name=op.f("fk_calendar_feed_applicant_id_applicant"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_calendar_feed_staff_id_staff_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("applicant_id", name=op.f("uq_calendar_feed_applicant_id")),
        sa.UniqueConstraint("staff_id", name=op.f("uq_calendar_feed_staff_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_table(
        "interview_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("looks_for", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_interview_question_campaign_id_campaign"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_question")),
    )
    op.create_index(op.f("ix_interview_question_campaign_id"), "interview_question", ["campaign_id"], unique=False)
    op.create_table(
        "promotion_stop",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("stopped_by", sa.Integer(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_promotion_stop_campaign_id_campaign"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["stopped_by"], ["staff_member.id"], name=op.f("fk_promotion_stop_stopped_by_staff_member")
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_promotion_stop")),
    )
    op.create_table(
        "venue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("map_url", sa.String(), nullable=False),
        sa.Column("access_notes", sa.String(), nullable=False),
        sa.Column("step_free", sa.Boolean(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_venue_district_id_district")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
        sa.UniqueConstraint("name", name=op.f("uq_venue_name")),
    )
    op.create_table(
        "circumstance_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", sa.Integer(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(seen_at IS NULL) = (seen_by IS NULL)", name=op.f("ck_circumstance_change_seen_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_circumstance_change_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["seen_by"], ["staff_member.id"], name=op.f("fk_circumstance_change_seen_by_staff_member")
        ),
        sa.ForeignKeyConstraint(
            ["told_by"], ["staff_member.id"], name=op.f("fk_circumstance_change_told_by_staff_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circumstance_change")),
    )
    op.create_index("ix_circumstance_change_application_id", "circumstance_change", ["application_id"], unique=False)
    op.create_table(
        "criteria_check",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum("meets", "concern", name="criteriaanswer", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("checked_by", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_criteria_check_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["checked_by"], ["staff_member.id"], name=op.f("fk_criteria_check_checked_by_staff_member")
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_criteria_check")),
    )
    op.create_table(
        "declaration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "criminal", "finance", name="declarationkind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_declaration_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration")),
        sa.UniqueConstraint("application_id", "kind", "number", name=op.f("uq_declaration_application_id_kind_number")),
    )
    op.create_table(
        "identity_evidence",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("seen_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_identity_evidence_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["seen_by"], ["staff_member.id"], name=op.f("fk_identity_evidence_seen_by_staff_member")
        ),
        sa.PrimaryKeyConstraint("application_id", "kind", name=op.f("pk_identity_evidence")),
    )
    op.create_table(
        "interview_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "interview",
                "fitness",
                "practice",
                name="sessionkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("gap_minutes", sa.Integer(), nullable=False),
        sa.Column("breaks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("what_to_bring", sa.String(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(cancelled_at IS NULL) = (cancelled_reason IS NULL)",
            name=op.f("ck_interview_session_cancelled_with_reason"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_interview_session_ends_after_start")),
        sa.CheckConstraint("slot_minutes > 0 AND gap_minutes >= 0", name=op.f("ck_interview_session_minutes")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_interview_session_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["staff_member.id"], name=op.f("fk_interview_session_created_by_staff_member")
        ),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_interview_session_venue_id_venue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_session")),
    )
    op.create_index("ix_interview_session_campaign_id", "interview_session", ["campaign_id", "starts_at"], unique=False)
    op.create_index("ix_interview_session_starts_at", "interview_session", ["starts_at"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "interview",
                "fitness",
                "practice",
                name="sessionkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ended_as",
            sa.Enum(
                "attended",
                "no_show",
                "cancelled",
                "taken_back",
                "lapsed",
                "gone",
                name="invitationend",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name=op.f("ck_invitation_ended_somehow")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_invitation_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["staff_member.id"], name=op.f("fk_invitation_invited_by_staff_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint(
            "application_id", "kind", "attempt", name=op.f("uq_invitation_application_id_kind_attempt")
        ),
        sa.UniqueConstraint("uid", name=op.f("uq_invitation_uid")),
    )
    op.create_index("ix_invitation_answer_by", "invitation", ["answer_by"], unique=False)
    op.create_index(
        "uq_invitation_live",
        "invitation",
        ["application_id", "kind"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "no_conflict",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_no_conflict_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_no_conflict_staff_id_staff_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", "application_id", name=op.f("pk_no_conflict")),
    )
    op.create_index(op.f("ix_no_conflict_application_id"), "no_conflict", ["application_id"], unique=False)
    op.create_table(
        "offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("promoted", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "accepted",
                "declined",
                "deferred",
                "lapsed",
                "taken_back",
                name="offeranswer",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("defer_to_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("freed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("answer <> 'declined' OR reason IS NOT NULL", name=op.f("ck_offer_declined_with_reason")),
        sa.CheckConstraint(
            "answer IS NULL OR answer = 'accepted' OR freed_at IS NOT NULL", name=op.f("ck_offer_freed_unless_taken")
        ),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR answer = 'accepted'", name=op.f("ck_offer_confirmed_when_accepted")
        ),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_offer_answered_at")),
        sa.CheckConstraint("answer IS NOT NULL OR freed_at IS NULL", name=op.f("ck_offer_held_while_open")),
        sa.CheckConstraint("place > 0", name=op.f("ck_offer_place")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_offer_application_id_application"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_offer_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["defer_to_id"], ["campaign.id"], name=op.f("fk_offer_defer_to_id_campaign")),
        sa.ForeignKeyConstraint(["made_by"], ["staff_member.id"], name=op.f("fk_offer_made_by_staff_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
    )
    op.create_index("ix_offer_application_id", "offer", ["application_id"], unique=False)
    op.create_index("ix_offer_expires_at", "offer", ["expires_at"], unique=False)
    op.create_index(
        "uq_offer_open",
        "offer",
        ["application_id"],
        unique=True,
        sqlite_where=sa.text("freed_at IS NULL"),
        postgresql_where=sa.text("freed_at IS NULL"),
    )
    op.create_index(
        "uq_offer_place",
        "offer",
        ["campaign_id", "place"],
        unique=True,
        sqlite_where=sa.text("freed_at IS NULL"),
        postgresql_where=sa.text("freed_at IS NULL"),
    )
    op.create_table(
        "placement",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("strand", sa.String(), nullable=True),
        sa.Column("supervisor_id", sa.Integer(), nullable=True),
        sa.Column("reasons", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)", name=op.f("ck_placement_confirmed_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_placement_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["staff_member.id"], name=op.f("fk_placement_confirmed_by_staff_member")
        ),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_placement_district_id_district")),
        sa.ForeignKeyConstraint(
            ["supervisor_id"], ["staff_member.id"], name=op.f("fk_placement_supervisor_id_staff_member")
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_placement")),
    )
    op.create_table(
        "referee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("years_known", sa.Integer(), nullable=False),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Integer(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(answered_at IS NULL) = (sealed IS NULL)", name=op.f("ck_referee_answered_sealed")),
        sa.CheckConstraint("answered_at IS NULL OR declined_at IS NULL", name=op.f("ck_referee_answered_or_declined")),
        sa.ForeignKeyConstraint(["accepted_by"], ["staff_member.id"], name=op.f("fk_referee_accepted_by_staff_member")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_referee_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referee")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_referee_token_hash")),
    )
    op.create_index("ix_referee_application_id", "referee", ["application_id"], unique=False)
    op.create_index(
        "uq_referee_current",
        "referee",
        ["application_id", "position"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_table(
        "vetting_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "with_applicant",
                "ready",
                "sent",
                "query",
                "passed",
                "refusal_proposed",
                "refused",
                "appealed",
                name="vettingstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by", sa.Integer(), nullable=True),
        sa.Column("result_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_by", sa.Integer(), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=True),
        sa.Column("appeal_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_appeal", sa.LargeBinary(), nullable=True),
        sa.Column("appeal_decided_by", sa.Integer(), nullable=True),
        sa.Column("appeal_decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state <> 'passed' OR expires_on IS NOT NULL", name=op.f("ck_vetting_case_passed_until")),
        sa.CheckConstraint("state <> 'refused' OR refused_by IS NOT NULL", name=op.f("ck_vetting_case_refused_state")),
        sa.CheckConstraint(
            "(appeal_decided_by IS NULL) = (appeal_decided_at IS NULL)", name=op.f("ck_vetting_case_appeal_by_somebody")
        ),
        sa.CheckConstraint(
            "(refused_by IS NULL) = (refused_at IS NULL)", name=op.f("ck_vetting_case_refused_by_somebody")
        ),
        sa.CheckConstraint(
            "appeal_decided_by IS NULL OR (appeal_decided_by <> proposed_by AND appeal_decided_by <> refused_by)",
            name=op.f("ck_vetting_case_appeal_by_another"),
        ),
        sa.CheckConstraint(
            "refused_by IS NULL OR proposed_by IS NOT NULL", name=op.f("ck_vetting_case_proposed_first")
        ),
        sa.CheckConstraint("refused_by IS NULL OR refused_by <> proposed_by", name=op.f("ck_vetting_case_two_people")),
        sa.ForeignKeyConstraint(
            ["appeal_decided_by"], ["staff_member.id"], name=op.f("fk_vetting_case_appeal_decided_by_staff_member")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_vetting_case_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["staff_member.id"], name=op.f("fk_vetting_case_proposed_by_staff_member")
        ),
        sa.ForeignKeyConstraint(
            ["refused_by"], ["staff_member.id"], name=op.f("fk_vetting_case_refused_by_staff_member")
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["staff_member.id"], name=op.f("fk_vetting_case_sent_by_staff_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vetting_case")),
        sa.UniqueConstraint("application_id", name=op.f("uq_vetting_case_application_id")),
    )
    op.create_table(
        "panel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("online_url", sa.String(), nullable=False),
        sa.Column("late_minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["interview_session.id"],
            name=op.f("fk_panel_session_id_interview_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel")),
        sa.UniqueConstraint("session_id", "name", name=op.f("uq_panel_session_id_name")),
    )
    op.create_table(
        "requirement_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff_member.id"], name=op.f("fk_requirement_step_by_id_staff_member")),
        sa.ForeignKeyConstraint(
            ["requirement_id"],
            ["requirement.id"],
            name=op.f("fk_requirement_step_requirement_id_requirement"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_step")),
    )
    op.create_index(op.f("ix_requirement_step_requirement_id"), "requirement_step", ["requirement_id"], unique=False)
    op.create_table(
        "vetting_query",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_question", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (sealed_answer IS NULL)", name=op.f("ck_vetting_query_answered_sealed")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["staff_member.id"], name=op.f("fk_vetting_query_asked_by_staff_member")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["vetting_case.id"], name=op.f("fk_vetting_query_case_id_vetting_case"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vetting_query")),
    )
    op.create_index("ix_vetting_query_case_id", "vetting_query", ["case_id"], unique=False)
    op.create_table(
        "panel_member",
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["panel_id"], ["panel.id"], name=op.f("fk_panel_member_panel_id_panel"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_panel_member_staff_id_staff_member")),
        sa.PrimaryKeyConstraint("panel_id", "staff_id", name=op.f("pk_panel_member")),
    )
    op.create_index("ix_panel_member_staff_id", "panel_member", ["staff_id"], unique=False)
    op.create_table(
        "slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_slot_ends_after_start")),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_slot_panel_id_panel"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint("panel_id", "starts_at", name=op.f("uq_slot_panel_id_starts_at")),
    )
    op.create_index("ix_slot_starts_at", "slot", ["starts_at"], unique=False)
    op.create_table(
        "seat",
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_seat_number")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_seat_slot_id_slot"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("slot_id", "number", name=op.f("pk_seat")),
    )
    op.create_table(
        "wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ended_as",
            sa.Enum(
                "granted",
                "taken_back",
                "answered",
                "gone",
                name="wishend",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name=op.f("ck_wish_ended_somehow")),
        sa.CheckConstraint(
            "slot_id IS NOT NULL OR session_id IS NOT NULL OR sealed IS NOT NULL", name=op.f("ck_wish_for_something")
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_wish_invitation_id_invitation"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["interview_session.id"],
            name=op.f("fk_wish_session_id_interview_session"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_wish_slot_id_slot"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
    )
    op.create_index("ix_wish_invitation_id", "wish", ["invitation_id"], unique=False)
    op.create_index("ix_wish_session_id", "wish", ["session_id", "asked_at"], unique=False)
    op.create_index("ix_wish_slot_id", "wish", ["slot_id", "asked_at"], unique=False)
    op.create_table(
        "booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_by", sa.Integer(), nullable=True),
        sa.Column(
            "attendance",
            sa.Enum(
                "expected",
                "arrived",
                "in_room",
                "left",
                "no_show",
                name="attendance",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ended_as",
            sa.Enum(
                "moved",
                "cancelled",
                "session_cancelled",
                "gone",
                name="bookingend",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("attendance = 'expected' OR ended_at IS NULL", name=op.f("ck_booking_attended_live")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name=op.f("ck_booking_ended_somehow")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_booking_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["booked_by"], ["staff_member.id"], name=op.f("fk_booking_booked_by_staff_member")),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_booking_invitation_id_invitation"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["slot_id", "seat"], ["seat.slot_id", "seat.number"], name=op.f("fk_booking_slot_id_seat_seat")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    op.create_index("ix_booking_application_id", "booking", ["application_id"], unique=False)
    op.create_index("ix_booking_invitation_id", "booking", ["invitation_id"], unique=False)
    op.create_index(
        "uq_booking_invitation",
        "booking",
        ["invitation_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_booking_seat",
        "booking",
        ["slot_id", "seat"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "fitness_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("standard_id", sa.Integer(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_fitness_attempt_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_fitness_attempt_booking_id_booking")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_fitness_attempt_document_id_document")),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["staff_member.id"], name=op.f("fk_fitness_attempt_recorded_by_staff_member")
        ),
        sa.ForeignKeyConstraint(
            ["standard_id"], ["fitness_standard.id"], name=op.f("fk_fitness_attempt_standard_id_fitness_standard")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fitness_attempt")),
        sa.UniqueConstraint(
            "application_id",
            "standard_id",
            "taken_on",
            name=op.f("uq_fitness_attempt_application_id_standard_id_taken_on"),
        ),
    )
    op.create_index("ix_fitness_attempt_application_id", "fitness_attempt", ["application_id"], unique=False)
    op.create_table(
        "sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column(
            "recommendation",
            sa.Enum(
                "offer",
                "reserve",
                "not_this_time",
                name="recommendation",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(completed_at IS NULL) = (completed_by IS NULL)", name=op.f("ck_sheet_completed_by_somebody")
        ),
        sa.CheckConstraint("completed_at IS NULL OR recommendation IS NOT NULL", name=op.f("ck_sheet_completed_says")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_sheet_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["completed_by"], ["staff_member.id"], name=op.f("fk_sheet_completed_by_staff_member")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_sheet_staff_id_staff_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet")),
        sa.UniqueConstraint("booking_id", "staff_id", name=op.f("uq_sheet_booking_id_staff_id")),
    )
    op.create_index(
        "uq_sheet_agreed",
        "sheet",
        ["booking_id"],
        unique=True,
        sqlite_where=sa.text("staff_id IS NULL"),
        postgresql_where=sa.text("staff_id IS NULL"),
    )
    op.create_table(
        "sheet_mark",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("points BETWEEN 1 AND 5", name=op.f("ck_sheet_mark_points")),
        sa.CheckConstraint("points IS NOT NULL OR sealed IS NOT NULL", name=op.f("ck_sheet_mark_says_something")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["interview_question.id"], name=op.f("fk_sheet_mark_question_id_interview_question")
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["sheet.id"], name=op.f("fk_sheet_mark_sheet_id_sheet"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sheet_id", "question_id", name=op.f("pk_sheet_mark")),
    )
    refer("requirement", "owner_id", "staff_member")
    op.add_column("requirement", sa.Column("expires_on", sa.Date(), nullable=True))
    op.add_column("requirement", sa.Column("version", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    op.drop_column("requirement", "version")
    op.drop_column("requirement", "expires_on")
    op.drop_column("requirement", "owner_id")
    op.drop_table("sheet_mark")
    op.drop_index(
        "uq_sheet_agreed",
        table_name="sheet",
        sqlite_where=sa.text("staff_id IS NULL"),
        postgresql_where=sa.text("staff_id IS NULL"),
    )
    op.drop_table("sheet")
    op.drop_index("ix_fitness_attempt_application_id", table_name="fitness_attempt")
    op.drop_table("fitness_attempt")
    op.drop_index(
        "uq_booking_seat",
        table_name="booking",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(
        "uq_booking_invitation",
        table_name="booking",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index("ix_booking_invitation_id", table_name="booking")
    op.drop_index("ix_booking_application_id", table_name="booking")
    op.drop_table("booking")
    op.drop_index("ix_wish_slot_id", table_name="wish")
    op.drop_index("ix_wish_session_id", table_name="wish")
    op.drop_index("ix_wish_invitation_id", table_name="wish")
    op.drop_table("wish")
    op.drop_table("seat")
    op.drop_index("ix_slot_starts_at", table_name="slot")
    op.drop_table("slot")
    op.drop_index("ix_panel_member_staff_id", table_name="panel_member")
    op.drop_table("panel_member")
    op.drop_index("ix_vetting_query_case_id", table_name="vetting_query")
    op.drop_table("vetting_query")
    op.drop_index(op.f("ix_requirement_step_requirement_id"), table_name="requirement_step")
    op.drop_table("requirement_step")
    op.drop_table("panel")
    op.drop_table("vetting_case")
    op.drop_index(
        "uq_referee_current",
        table_name="referee",
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.drop_index("ix_referee_application_id", table_name="referee")
    op.drop_table("referee")
    op.drop_table("placement")
    op.drop_index(
        "uq_offer_place",
        table_name="offer",
        sqlite_where=sa.text("freed_at IS NULL"),
        postgresql_where=sa.text("freed_at IS NULL"),
    )
    op.drop_index(
        "uq_offer_open",
        table_name="offer",
        sqlite_where=sa.text("freed_at IS NULL"),
        postgresql_where=sa.text("freed_at IS NULL"),
    )
    op.drop_index("ix_offer_expires_at", table_name="offer")
    op.drop_index("ix_offer_application_id", table_name="offer")
    op.drop_table("offer")
    op.drop_index(op.f("ix_no_conflict_application_id"), table_name="no_conflict")
    op.drop_table("no_conflict")
    op.drop_index(
        "uq_invitation_live",
        table_name="invitation",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index("ix_invitation_answer_by", table_name="invitation")
    op.drop_table("invitation")
    op.drop_index("ix_interview_session_starts_at", table_name="interview_session")
    op.drop_index("ix_interview_session_campaign_id", table_name="interview_session")
    op.drop_table("interview_session")
    op.drop_table("identity_evidence")
    op.drop_table("declaration")
    op.drop_table("criteria_check")
    op.drop_index("ix_circumstance_change_application_id", table_name="circumstance_change")
    op.drop_table("circumstance_change")
    op.drop_table("venue")
    op.drop_table("promotion_stop")
    op.drop_index(op.f("ix_interview_question_campaign_id"), table_name="interview_question")
    op.drop_table("interview_question")
    op.drop_table("calendar_feed")
    op.drop_table("fitness_standard")
