"""Alarms of equipment: none in a log of before."""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "equipment_alarm",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("equipment", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text()),
        sa.Column("phase", sa.Text()),
        sa.Column("cleared_at", sa.Text()),
        sa.Column("cleared_by", sa.Text()),
        sa.Column("reason", sa.Text()),
    )
    op.create_index("equipment_alarm_at", "equipment_alarm", ["equipment", "at"])


def downgrade() -> None:
    op.drop_index("equipment_alarm_at", "equipment_alarm")
    op.drop_table("equipment_alarm")
