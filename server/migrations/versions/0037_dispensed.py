"""What was dispensed, line by line and portion by portion."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "production_dispensed",
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("entry", "batch", "phase", "line")),
        sa.Column("portion", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("material", "lot")),
        sa.Column("container", sa.Text()),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("into_label", "net_value", "net_unit", "quantity")),
        sa.Column("tare_reading", sa.Text()),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("ix_production_dispensed_into_label", "production_dispensed", ["into_label"])
    op.create_index("ix_production_dispensed_tare_reading", "production_dispensed", ["tare_reading"])
    op.create_index("production_dispensed_batch", "production_dispensed", ["batch", "phase"])


def downgrade() -> None:
    op.drop_table("production_dispensed")
