"""Filled forms: records, every value said in them, what is to be looked at; tablets take records along as batches."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forms_record",
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("completed_by", sa.Text(), nullable=True),
        sa.Column("completed_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("open_items", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("record"),
    )
    op.create_index("forms_record_status", "forms_record", ["status", "updated_at"])
    op.create_table(
        "forms_value",
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("captured_at", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("corrects", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("superseded_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("idx", "path"),
    )
    op.create_index(op.f("ix_forms_value_entry"), "forms_value", ["entry"])
    op.create_index("forms_value_path", "forms_value", ["record", "path"])
    op.create_table(
        "forms_item",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_forms_item_record"), "forms_item", ["record"])
    with op.batch_alter_table("handheld_lease", schema=None) as batch_op:
        batch_op.alter_column("batch", existing_type=sa.Text(), nullable=True)
        batch_op.add_column(sa.Column("record", sa.Text(), nullable=True))
        batch_op.create_index("handheld_lease_record", ["record"])


def downgrade() -> None:
    # Leases of records do not fit the table of before; a rebuild under the earlier version leaves them out as well.
    op.execute("DELETE FROM handheld_lease WHERE batch IS NULL")
    with op.batch_alter_table("handheld_lease", schema=None) as batch_op:
        batch_op.drop_index("handheld_lease_record")
        batch_op.drop_column("record")
        batch_op.alter_column("batch", existing_type=sa.Text(), nullable=False)
    for table in ("forms_item", "forms_value", "forms_record"):
        op.drop_table(table)
