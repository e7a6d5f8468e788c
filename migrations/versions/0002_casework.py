"""casework

Revision: 0002, after: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
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


def on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


VECTOR = "array_to_tsvector(string_to_array(btrim(words), ' '))"
# The words are plain already: to `ascii` every letter beyond ASCII is part of a word. Beginnings of up to
# four letters, which many words share, are indexed themselves.
FTS5 = (
    "CREATE VIRTUAL TABLE application_fts USING fts5(words, content='application_search', "
    "content_rowid='application_id', tokenize='ascii', prefix='1 2 3 4', detail=none, columnsize=0)"
)
PUT = "INSERT INTO application_fts (rowid, words) VALUES (new.application_id, new.words);"
TAKE = "INSERT INTO application_fts (application_fts, rowid, words) VALUES ('delete', old.application_id, old.words);"
TRIGGERS = {"insert": PUT, "delete": TAKE, "update": TAKE + " " + PUT}
SPLIT = {
    True: "json_each('[\"' || replace(trim(words), ' ', '\",\"') || '\"]')",
    False: "unnest(string_to_array(btrim(words), ' ')) AS word (value)",
}
CHOSEN = {
    True: "json_each(CASE WHEN answer.value LIKE '[%' THEN answer.value ELSE '[]' END) AS chosen",
    False: "jsonb_array_elements_text(CAST(CASE WHEN answer.value LIKE '[%' THEN answer.value ELSE '[]' END AS jsonb))"
    " AS chosen (value)",
}


def search_up() -> None:
    """One row of words an application, indexed as each database does it best; and strands from the answers."""
    sqlite = on_sqlite()
    if sqlite:
        op.execute(FTS5)
        for event, act in TRIGGERS.items():
            op.execute(f"CREATE TRIGGER application_fts_{event} AFTER {event} ON application_search BEGIN {act} END")
    joined = "group_concat(word, ' ')" if sqlite else "string_agg(word, ' ')"
    op.execute(
        f"INSERT INTO application_search (application_id, words) SELECT application_id, ' ' || {joined} "
        "FROM (SELECT application_id, word FROM application_word ORDER BY application_id, word) AS sorted "
        "GROUP BY application_id"
    )
    if not sqlite:
        op.execute(f"CREATE INDEX application_fts ON application_search USING gin (({VECTOR}))")
    op.drop_index("ix_application_word_word", table_name="application_word")
    op.drop_table("application_word")
    op.execute(
        "INSERT INTO application_strand (application_id, strand) SELECT DISTINCT application_id, chosen.value FROM ("
        "SELECT answer.application_id, answer.value FROM answer JOIN question ON question.id = answer.question_id "
        "WHERE question.key = 'strands' AND question.campaign_id IS NULL AND answer.value IS NOT NULL) AS answer, "
        + CHOSEN[sqlite]
    )


def search_down() -> None:
    sqlite = on_sqlite()
    op.create_table(
        "application_word",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_word_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", "word", name=op.f("pk_application_word")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_application_word_word", "application_word", ["word", "application_id"])
    op.execute(
        "INSERT INTO application_word (application_id, word) SELECT DISTINCT application_id, value "
        f"FROM application_search, {SPLIT[sqlite]} WHERE value <> ''"
    )
    if not sqlite:
        op.execute("DROP INDEX application_fts")
        return
    for event in TRIGGERS:
        op.execute(f"DROP TRIGGER application_fts_{event}")
    op.execute("DROP TABLE application_fts")


# -- end --


def upgrade() -> None:
    op.create_table(
        "mail_stop",
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("email", "kind", name=op.f("pk_mail_stop")),
    )
    op.create_table(
        "message_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_template")),
        sa.UniqueConstraint("slug", name=op.f("uq_message_template_slug")),
    )
    op.create_table(
        "stop_link",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_stop_link")),
    )
    op.create_index(op.f("ix_stop_link_email"), "stop_link", ["email"], unique=False)
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name = lower(name)", name=op.f("ck_tag_name_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("name", name=op.f("uq_tag_name")),
    )
    op.create_table(
        "bulk_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "finished",
                "stopped",
                "undoing",
                "undone",
                name="runstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state IN ('finished', 'stopped', 'undone')) = (ended_at IS NOT NULL)", name=op.f("ck_bulk_run_ended_at")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff_member.id"], name=op.f("fk_bulk_run_by_id_staff_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_run")),
        sa.UniqueConstraint("token", name=op.f("uq_bulk_run_token")),
    )
    op.create_index(op.f("ix_bulk_run_by_id"), "bulk_run", ["by_id"], unique=False)
    op.create_index("ix_bulk_run_state", "bulk_run", ["state", "leased_until"], unique=False)
    op.create_table(
        "deputy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_deputy_days")),
        sa.CheckConstraint("staff_id <> deputy_id", name=op.f("ck_deputy_two_people")),
        sa.ForeignKeyConstraint(
            ["deputy_id"], ["staff_member.id"], name=op.f("fk_deputy_deputy_id_staff_member"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_deputy_staff_id_staff_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputy")),
    )
    op.create_index("ix_deputy_deputy_id", "deputy", ["deputy_id"], unique=False)
    op.create_index("ix_deputy_staff_id", "deputy", ["staff_id"], unique=False)
    op.create_table(
        "duplicate_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("likeness", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "same", "apart", name="pairstate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (decided_by IS NULL)", name=op.f("ck_duplicate_pair_decided_by_somebody")
        ),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_duplicate_pair_in_order")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff_member.id"], name=op.f("fk_duplicate_pair_decided_by_staff_member")
        ),
        sa.ForeignKeyConstraint(
            ["first_id"], ["applicant.id"], name=op.f("fk_duplicate_pair_first_id_applicant"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["applicant.id"], name=op.f("fk_duplicate_pair_second_id_applicant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_pair")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_duplicate_pair_first_id_second_id")),
    )
    op.create_index("ix_duplicate_pair_second_id", "duplicate_pair", ["second_id"], unique=False)
    op.create_index("ix_duplicate_pair_state", "duplicate_pair", ["state", "found_at"], unique=False)
    op.create_table(
        "group_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_name", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "recruiter",
                "assessor",
                "liaison",
                "vetting",
                "medical",
                "trainer",
                "supervisor",
                "administrator",
                "auditor",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("division_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name=op.f("fk_group_role_division_id_division")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_role")),
        sa.UniqueConstraint(
            "group_name", "role", "division_id", name=op.f("uq_group_role_group_name_role_division_id")
        ),
    )
    op.create_table(
        "known_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column(
            "relation",
            sa.Enum(
                "self",
                "family",
                "friend",
                "work",
                "other",
                name="relation",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_known_person_staff_id_staff_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_person")),
    )
    op.create_index(op.f("ix_known_person_staff_id"), "known_person", ["staff_id"], unique=False)
    op.create_table(
        "presence",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("editing", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_presence_staff_id_staff_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("kind", "subject_id", "staff_id", name=op.f("pk_presence")),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["staff_member.id"], name=op.f("fk_saved_view_owner_id_staff_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_saved_view_owner_id_name")),
    )
    op.create_table(
        "staff_preference",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff_member.id"],
            name=op.f("fk_staff_preference_staff_id_staff_member"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("staff_id", "key", name=op.f("pk_staff_preference")),
    )
    op.create_table(
        "template_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff_member.id"], name=op.f("fk_template_version_by_id_staff_member")),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["message_template.id"],
            name=op.f("fk_template_version_template_id_message_template"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_version")),
        sa.UniqueConstraint("template_id", "number", name=op.f("uq_template_version_template_id_number")),
    )
    op.create_table(
        "assessor",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_assessor_campaign_id_campaign"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_assessor_staff_id_staff_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "staff_id", name=op.f("pk_assessor")),
    )
    op.create_table(
        "cut_off",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reserves", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_cut_off_campaign_id_campaign"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["set_by"], ["staff_member.id"], name=op.f("fk_cut_off_set_by_staff_member")),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_cut_off")),
    )
    op.create_table(
        "interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("confirm_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_interest_email_lower")),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_interest_district_id_district")),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["scheme.id"], name=op.f("fk_interest_scheme_id_scheme"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
        sa.UniqueConstraint("confirm_hash", name=op.f("uq_interest_confirm_hash")),
        sa.UniqueConstraint("email", "scheme_id", name=op.f("uq_interest_email_scheme_id")),
    )
    op.create_index("ix_interest_scheme_id", "interest", ["scheme_id", "confirmed_at"], unique=False)
    op.create_table(
        "application_search",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_search_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_application_search")),
    )
    op.create_table(
        "application_strand",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("strand", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_strand_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", "strand", name=op.f("pk_application_strand")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_application_strand_strand", "application_strand", ["strand", "application_id"], unique=False)
    op.create_table(
        "application_tag",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_tag_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_application_tag_tag_id_tag"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("application_id", "tag_id", name=op.f("pk_application_tag")),
    )
    op.create_index("ix_application_tag_tag_id", "application_tag", ["tag_id", "application_id"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column(
            "round",
            sa.Enum("triage", "score", name="round", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stepped_down_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stepped_down_reason", sa.String(), nullable=True),
        sa.Column("asks_moderation", sa.Boolean(), nullable=False),
        sa.Column("veto", sa.String(), nullable=True),
        sa.Column("shows_who", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(stepped_down_at IS NULL) = (stepped_down_reason IS NULL)", name=op.f("ck_assignment_stepped_down_reason")
        ),
        sa.CheckConstraint("seat IN (1, 2)", name=op.f("ck_assignment_seat")),
        sa.CheckConstraint(
            "stepped_down_at IS NULL OR completed_at IS NULL", name=op.f("ck_assignment_completed_or_stepped_down")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_assignment_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"], name=op.f("fk_assignment_staff_id_staff_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_assignment_public_id")),
    )
    op.create_index("uq_assignment_alias", "assignment", ["staff_id", "alias"], unique=True)
    op.create_index("uq_assignment_reader", "assignment", ["staff_id", "application_id", "round"], unique=True)
    op.create_index(
        "uq_assignment_seat",
        "assignment",
        ["application_id", "round", "seat"],
        unique=True,
        sqlite_where=sa.text("stepped_down_at IS NULL"),
        postgresql_where=sa.text("stepped_down_at IS NULL"),
    )
    op.create_table(
        "bulk_item",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "done",
                "left_out",
                "undone",
                name="itemstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("before", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_bulk_item_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["bulk_run.id"], name=op.f("fk_bulk_item_run_id_bulk_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "application_id", name=op.f("pk_bulk_item")),
    )
    op.create_index(op.f("ix_bulk_item_application_id"), "bulk_item", ["application_id"], unique=False)
    op.create_index("ix_bulk_item_state", "bulk_item", ["run_id", "state", "application_id"], unique=False)
    op.create_table(
        "call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "spoke",
                "no_answer",
                "left_message",
                "wrong_number",
                "they_rang",
                name="calloutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_call_application_id_application"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff_member.id"], name=op.f("fk_call_by_id_staff_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
    )
    op.create_index(op.f("ix_call_application_id"), "call", ["application_id"], unique=False)
    op.create_table(
        "conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "relation",
            sa.Enum(
                "self",
                "family",
                "friend",
                "work",
                "other",
                name="relation",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_conflict_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_conflict_staff_id_staff_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
        sa.UniqueConstraint("staff_id", "application_id", name=op.f("uq_conflict_staff_id_application_id")),
    )
    op.create_index(op.f("ix_conflict_application_id"), "conflict", ["application_id"], unique=False)
    op.create_table(
        "criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_criterion_campaign_id_campaign"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_criterion_question_id_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
    )
    op.create_index(op.f("ix_criterion_campaign_id"), "criterion", ["campaign_id"], unique=False)
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "shortlist", "offer", "reserve", "decline", name="verdict", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("feedback", sa.String(), nullable=False),
        sa.Column("reserve_place", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Integer(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("verdict <> 'decline' OR reason IS NOT NULL", name=op.f("ck_decision_declined_with_reason")),
        sa.CheckConstraint(
            "(released_at IS NULL) = (released_by IS NULL)", name=op.f("ck_decision_released_by_somebody")
        ),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_decision_undone_by_somebody")),
        sa.CheckConstraint("undone_at IS NULL OR released_at IS NULL", name=op.f("ck_decision_undone_or_released")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_decision_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["staff_member.id"], name=op.f("fk_decision_decided_by_staff_member")),
        sa.ForeignKeyConstraint(
            ["released_by"], ["staff_member.id"], name=op.f("fk_decision_released_by_staff_member")
        ),
        sa.ForeignKeyConstraint(["undone_by"], ["staff_member.id"], name=op.f("fk_decision_undone_by_staff_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index("ix_decision_application_id", "decision", ["application_id"], unique=False)
    op.create_index("ix_decision_run_id", "decision", ["run_id"], unique=False)
    op.create_index(
        "uq_decision_provisional",
        "decision",
        ["application_id"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL AND released_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL AND released_at IS NULL"),
    )
    op.create_table(
        "mask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_mask_application_id_application"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff_member.id"], name=op.f("fk_mask_by_id_staff_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mask")),
    )
    op.create_index(op.f("ix_mask_application_id"), "mask", ["application_id"], unique=False)
    op.create_table(
        "match_key",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_match_key_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("application_id", "value", name=op.f("pk_match_key")),
    )
    op.create_index("ix_match_key_value", "match_key", ["value", "application_id"], unique=False)
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_note_application_id_application"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["staff_member.id"], name=op.f("fk_note_author_id_staff_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index(op.f("ix_note_application_id"), "note", ["application_id"], unique=False)
    op.create_table(
        "shortlist_entry",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "reading",
                "agreed",
                "differs",
                "settled",
                name="settling",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "triage",
            sa.Enum("read_on", "decline", name="triage", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_reason", sa.String(), nullable=True),
        sa.Column("veto_upheld", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'settled') = (settled_by IS NOT NULL)", name=op.f("ck_shortlist_entry_settled_by_somebody")
        ),
        sa.CheckConstraint(
            "(state IN ('agreed', 'settled')) = (score IS NOT NULL)", name=op.f("ck_shortlist_entry_scored")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_shortlist_entry_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_shortlist_entry_campaign_id_campaign"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["staff_member.id"], name=op.f("fk_shortlist_entry_settled_by_staff_member")
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_shortlist_entry")),
        sa.UniqueConstraint("campaign_id", "alias", name=op.f("uq_shortlist_entry_campaign_id_alias")),
    )
    op.create_index("ix_shortlist_entry_rank", "shortlist_entry", ["campaign_id", "score"], unique=False)
    op.create_table(
        "criterion_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("anchors", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("feedback", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("weight BETWEEN 1 AND 5", name=op.f("ck_criterion_version_weight")),
        sa.ForeignKeyConstraint(
            ["criterion_id"],
            ["criterion.id"],
            name=op.f("fk_criterion_version_criterion_id_criterion"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion_version")),
        sa.UniqueConstraint("criterion_id", "number", name=op.f("uq_criterion_version_criterion_id_number")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "direction",
            sa.Enum("out", "in", name="direction", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("template_version_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(direction = 'out') = (author_id IS NOT NULL)", name=op.f("ck_message_author")),
        sa.CheckConstraint("(direction = 'out') = (send_at IS NOT NULL)", name=op.f("ck_message_send_at")),
        sa.CheckConstraint("cancelled_at IS NULL OR mail_id IS NULL", name=op.f("ck_message_cancelled_or_queued")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_message_application_id_application"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["author_id"], ["staff_member.id"], name=op.f("fk_message_author_id_staff_member")),
        sa.ForeignKeyConstraint(["mail_id"], ["outbox_mail.id"], name=op.f("fk_message_mail_id_outbox_mail")),
        sa.ForeignKeyConstraint(["read_by"], ["staff_member.id"], name=op.f("fk_message_read_by_staff_member")),
        sa.ForeignKeyConstraint(
            ["template_version_id"],
            ["template_version.id"],
            name=op.f("fk_message_template_version_id_template_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_application_id", "message", ["application_id", "created_at"], unique=False)
    op.create_index("ix_message_due", "message", ["mail_id", "cancelled_at", "send_at"], unique=False)
    op.create_index("ix_message_unread", "message", ["direction", "read_at"], unique=False)
    op.create_table(
        "settled_score",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["shortlist_entry.application_id"],
            name=op.f("fk_settled_score_application_id_shortlist_entry"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["criterion.id"], name=op.f("fk_settled_score_criterion_id_criterion")
        ),
        sa.PrimaryKeyConstraint("application_id", "criterion_id", name=op.f("pk_settled_score")),
    )
    op.create_table(
        "score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("criterion_version_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("points BETWEEN 1 AND 5", name=op.f("ck_score_points")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_score_assignment_id_assignment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["criterion_id"], ["criterion.id"], name=op.f("fk_score_criterion_id_criterion")),
        sa.ForeignKeyConstraint(
            ["criterion_version_id"],
            ["criterion_version.id"],
            name=op.f("fk_score_criterion_version_id_criterion_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
        sa.UniqueConstraint("assignment_id", "criterion_id", name=op.f("uq_score_assignment_id_criterion_id")),
    )
    refer("applicant", "merged_into_id", "applicant")
    op.add_column(
        "application",
        sa.Column(
            "state_before",
            sa.Enum(
                "draft",
                "submitted",
                "shortlisted",
                "reserve",
                "interview",
                "offered",
                "accepted",
                "deferred",
                "training",
                "appointed",
                "unsuccessful",
                "lapsed",
                "declined",
                "withdrawn",
                name="state",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
    )
    refer("application", "owner_id", "staff_member")
    op.add_column("application", sa.Column("next_contact_on", sa.Date(), nullable=True))
    op.add_column("application", sa.Column("score", sa.Integer(), nullable=True))
    op.add_column("application", sa.Column("reserve_place", sa.Integer(), nullable=True))
    op.add_column("application", sa.Column("matched_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_application_campaign_promised",
        "application",
        ["campaign_id", "next_contact_on", "id"],
        unique=False,
        sqlite_where=sa.text("received_at IS NOT NULL"),
        postgresql_where=sa.text("received_at IS NOT NULL"),
    )
    op.create_index(
        "ix_application_campaign_score",
        "application",
        ["campaign_id", "score", "id"],
        unique=False,
        sqlite_where=sa.text("received_at IS NOT NULL"),
        postgresql_where=sa.text("received_at IS NOT NULL"),
    )
    op.create_index(
        "ix_application_campaign_state_promised",
        "application",
        ["campaign_id", "state", "next_contact_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_application_campaign_state_score", "application", ["campaign_id", "state", "score", "id"], unique=False
    )
    op.create_index(
        "ix_application_campaign_state_still",
        "application",
        ["campaign_id", "state", "state_since", "id"],
        unique=False,
    )
    op.create_index(
        "ix_application_campaign_still",
        "application",
        ["campaign_id", "state_since", "id"],
        unique=False,
        sqlite_where=sa.text("received_at IS NOT NULL"),
        postgresql_where=sa.text("received_at IS NOT NULL"),
    )
    op.create_index("ix_application_applicant", "application", ["applicant_id"], unique=False)
    op.create_index("ix_application_next_contact", "application", ["next_contact_on"], unique=False)
    op.create_index("ix_application_owner", "application", ["owner_id", "state", "received_at", "id"], unique=False)
    op.create_index(
        "ix_application_promised",
        "application",
        ["next_contact_on", "id"],
        unique=False,
        sqlite_where=sa.text("received_at IS NOT NULL"),
        postgresql_where=sa.text("received_at IS NOT NULL"),
    )
    op.create_index(
        "ix_application_score",
        "application",
        ["score", "id"],
        unique=False,
        sqlite_where=sa.text("received_at IS NOT NULL"),
        postgresql_where=sa.text("received_at IS NOT NULL"),
    )
    op.create_index("ix_application_state_promised", "application", ["state", "next_contact_on", "id"], unique=False)
    op.create_index("ix_application_state_score", "application", ["state", "score", "id"], unique=False)
    op.create_index("ix_application_state_still", "application", ["state", "state_since", "id"], unique=False)
    op.create_index(
        "ix_application_still",
        "application",
        ["state_since", "id"],
        unique=False,
        sqlite_where=sa.text("received_at IS NOT NULL"),
        postgresql_where=sa.text("received_at IS NOT NULL"),
    )
    op.create_index(
        "ix_application_unmatched",
        "application",
        ["id"],
        unique=False,
        sqlite_where=sa.text("matched_at IS NULL AND received_at IS NOT NULL"),
        postgresql_where=sa.text("matched_at IS NULL AND received_at IS NOT NULL"),
    )
    op.add_column("campaign", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("campaign", sa.Column("assessors_each", sa.Integer(), server_default="2", nullable=False))
    op.add_column("campaign", sa.Column("triage", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("campaign", sa.Column("gap", sa.Integer(), server_default="8", nullable=False))
    op.add_column("campaign_district", sa.Column("places", sa.Integer(), nullable=True))
    op.add_column("outbox_mail", sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbox_mail", sa.Column("bounce", sa.String(), nullable=True))
    op.create_index(
        "ix_outbox_mail_bounced",
        "outbox_mail",
        ["bounced_at"],
        unique=False,
        sqlite_where=sa.text("bounced_at IS NOT NULL"),
        postgresql_where=sa.text("bounced_at IS NOT NULL"),
    )
    op.create_index("ix_outbox_mail_due_kind", "outbox_mail", ["state", "secret", "next_attempt_at"], unique=False)
    refer("question", "strand_id", "strand")
    op.add_column("question", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sign_in_session", sa.Column("stepped_up_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("staff_member", sa.Column("sso_subject", sa.String(), nullable=True))
    op.create_index(op.f("ix_staff_member_sso_subject"), "staff_member", ["sso_subject"], unique=True)
    op.add_column("staff_role", sa.Column("from_group", sa.String(), nullable=True))
    search_up()


def downgrade() -> None:
    search_down()
    op.drop_column("staff_role", "from_group")
    op.drop_index(op.f("ix_staff_member_sso_subject"), table_name="staff_member")
    op.drop_column("staff_member", "sso_subject")
    op.drop_column("sign_in_session", "stepped_up_at")
    op.drop_column("question", "retired_at")
    op.drop_column("question", "strand_id")
    op.drop_index("ix_outbox_mail_due_kind", table_name="outbox_mail")
    op.drop_index(
        "ix_outbox_mail_bounced",
        table_name="outbox_mail",
        sqlite_where=sa.text("bounced_at IS NOT NULL"),
        postgresql_where=sa.text("bounced_at IS NOT NULL"),
    )
    op.drop_column("outbox_mail", "bounce")
    op.drop_column("outbox_mail", "bounced_at")
    op.drop_column("campaign_district", "places")
    op.drop_column("campaign", "gap")
    op.drop_column("campaign", "triage")
    op.drop_column("campaign", "assessors_each")
    op.drop_column("campaign", "archived_at")
    op.drop_index(
        "ix_application_unmatched",
        table_name="application",
        sqlite_where=sa.text("matched_at IS NULL AND received_at IS NOT NULL"),
        postgresql_where=sa.text("matched_at IS NULL AND received_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_application_still",
        table_name="application",
        sqlite_where=sa.text("received_at IS NOT NULL"),
        postgresql_where=sa.text("received_at IS NOT NULL"),
    )
    op.drop_index("ix_application_state_still", table_name="application")
    op.drop_index("ix_application_state_score", table_name="application")
    op.drop_index("ix_application_state_promised", table_name="application")
    op.drop_index(
        "ix_application_score",
        table_name="application",
        sqlite_where=sa.text("received_at IS NOT NULL"),
        postgresql_where=sa.text("received_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_application_promised",
        table_name="application",
        sqlite_where=sa.text("received_at IS NOT NULL"),
        postgresql_where=sa.text("received_at IS NOT NULL"),
    )
    op.drop_index("ix_application_owner", table_name="application")
    op.drop_index("ix_application_next_contact", table_name="application")
    op.drop_index("ix_application_applicant", table_name="application")
    op.drop_index(
        "ix_application_campaign_still",
        table_name="application",
        sqlite_where=sa.text("received_at IS NOT NULL"),
        postgresql_where=sa.text("received_at IS NOT NULL"),
    )
    op.drop_index("ix_application_campaign_state_still", table_name="application")
    op.drop_index("ix_application_campaign_state_score", table_name="application")
    op.drop_index("ix_application_campaign_state_promised", table_name="application")
    op.drop_index(
        "ix_application_campaign_score",
        table_name="application",
        sqlite_where=sa.text("received_at IS NOT NULL"),
        postgresql_where=sa.text("received_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_application_campaign_promised",
        table_name="application",
        sqlite_where=sa.text("received_at IS NOT NULL"),
        postgresql_where=sa.text("received_at IS NOT NULL"),
    )
    op.drop_column("application", "matched_at")
    op.drop_column("application", "reserve_place")
    op.drop_column("application", "score")
    op.drop_column("application", "next_contact_on")
    op.drop_column("application", "owner_id")
    op.drop_column("application", "state_before")
    op.drop_column("applicant", "merged_into_id")
    op.drop_table("score")
    op.drop_table("settled_score")
    op.drop_index("ix_message_unread", table_name="message")
    op.drop_index("ix_message_due", table_name="message")
    op.drop_index("ix_message_application_id", table_name="message")
    op.drop_table("message")
    op.drop_table("criterion_version")
    op.drop_index("ix_shortlist_entry_rank", table_name="shortlist_entry")
    op.drop_table("shortlist_entry")
    op.drop_index(op.f("ix_note_application_id"), table_name="note")
    op.drop_table("note")
    op.drop_index("ix_match_key_value", table_name="match_key")
    op.drop_table("match_key")
    op.drop_index(op.f("ix_mask_application_id"), table_name="mask")
    op.drop_table("mask")
    op.drop_index(
        "uq_decision_provisional",
        table_name="decision",
        sqlite_where=sa.text("undone_at IS NULL AND released_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL AND released_at IS NULL"),
    )
    op.drop_index("ix_decision_run_id", table_name="decision")
    op.drop_index("ix_decision_application_id", table_name="decision")
    op.drop_table("decision")
    op.drop_index(op.f("ix_criterion_campaign_id"), table_name="criterion")
    op.drop_table("criterion")
    op.drop_index(op.f("ix_conflict_application_id"), table_name="conflict")
    op.drop_table("conflict")
    op.drop_index(op.f("ix_call_application_id"), table_name="call")
    op.drop_table("call")
    op.drop_index("ix_bulk_item_state", table_name="bulk_item")
    op.drop_index(op.f("ix_bulk_item_application_id"), table_name="bulk_item")
    op.drop_table("bulk_item")
    op.drop_index(
        "uq_assignment_seat",
        table_name="assignment",
        sqlite_where=sa.text("stepped_down_at IS NULL"),
        postgresql_where=sa.text("stepped_down_at IS NULL"),
    )
    op.drop_index("uq_assignment_reader", table_name="assignment")
    op.drop_index("uq_assignment_alias", table_name="assignment")
    op.drop_table("assignment")
    op.drop_index("ix_application_tag_tag_id", table_name="application_tag")
    op.drop_table("application_tag")
    op.drop_index("ix_application_strand_strand", table_name="application_strand")
    op.drop_table("application_strand")
    op.drop_table("application_search")
    op.drop_index("ix_interest_scheme_id", table_name="interest")
    op.drop_table("interest")
    op.drop_table("cut_off")
    op.drop_table("assessor")
    op.drop_table("template_version")
    op.drop_table("staff_preference")
    op.drop_table("saved_view")
    op.drop_table("presence")
    op.drop_index(op.f("ix_known_person_staff_id"), table_name="known_person")
    op.drop_table("known_person")
    op.drop_table("group_role")
    op.drop_index("ix_duplicate_pair_state", table_name="duplicate_pair")
    op.drop_index("ix_duplicate_pair_second_id", table_name="duplicate_pair")
    op.drop_table("duplicate_pair")
    op.drop_index("ix_deputy_staff_id", table_name="deputy")
    op.drop_index("ix_deputy_deputy_id", table_name="deputy")
    op.drop_table("deputy")
    op.drop_index("ix_bulk_run_state", table_name="bulk_run")
    op.drop_index(op.f("ix_bulk_run_by_id"), table_name="bulk_run")
    op.drop_table("bulk_run")
    op.drop_table("tag")
    op.drop_index(op.f("ix_stop_link_email"), table_name="stop_link")
    op.drop_table("stop_link")
    op.drop_table("message_template")
    op.drop_table("mail_stop")
