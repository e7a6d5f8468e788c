"""after the first cohorts

Revision: 0005, after: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unsent_form",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("with_files", sa.Boolean(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sending", sa.Boolean(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_member.id"], name=op.f("fk_unsent_form_staff_id_staff_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_unsent_form")),
        sa.UniqueConstraint("staff_id", "address", name=op.f("uq_unsent_form_staff_id_address")),
    )
    op.create_index(op.f("ix_unsent_form_kept_at"), "unsent_form", ["kept_at"], unique=False)
    op.create_index(op.f("ix_unsent_form_staff_id"), "unsent_form", ["staff_id"], unique=False)
    op.create_table(
        "sheet_reopening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_by", sa.Integer(), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reopened_by", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreed_by"], ["staff_member.id"], name=op.f("fk_sheet_reopening_agreed_by_staff_member")
        ),
        sa.ForeignKeyConstraint(
            ["reopened_by"], ["staff_member.id"], name=op.f("fk_sheet_reopening_reopened_by_staff_member")
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["sheet.id"], name=op.f("fk_sheet_reopening_sheet_id_sheet"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_reopening")),
    )
    op.create_index(op.f("ix_sheet_reopening_sheet_id"), "sheet_reopening", ["sheet_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_sheet_reopening_sheet_id"), table_name="sheet_reopening")
    op.drop_table("sheet_reopening")
    op.drop_index(op.f("ix_unsent_form_staff_id"), table_name="unsent_form")
    op.drop_index(op.f("ix_unsent_form_kept_at"), table_name="unsent_form")
    op.drop_table("unsent_form")
