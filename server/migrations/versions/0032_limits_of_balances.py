"""What balances may be used for, and their checks with test weights."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "equipment_limits",
        sa.Column("balance", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("balance"),
    )
    columns = ("id", "balance", "weight", "reading", "shown_value", "shown_unit", "verdict", "at", "by")
    op.create_table(
        "equipment_check",
        *(sa.Column(name, sa.Text(), nullable=False) for name in columns),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("equipment_check_latest", "equipment_check", ["balance", "weight", "at"])
    op.create_index("ix_equipment_check_reading", "equipment_check", ["reading"])


def downgrade() -> None:
    op.drop_table("equipment_check")
    op.drop_table("equipment_limits")
