"""The values of a batch by their slots, and which yields were explained."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "production_value",
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("entry", "batch", "phase", "slot", "value", "unit")),
        sa.Column("samples", sa.Text()),
        sa.Column("inputs", sa.Text()),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("production_value_batch", "production_value", ["batch", "phase"])
    op.create_table(
        "production_explanation",
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("batch", "entry", "explained_by", "explanation")),
        sa.Column("captured_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("ix_production_explanation_batch", "production_explanation", ["batch"])


def downgrade() -> None:
    op.drop_table("production_explanation")
    op.drop_table("production_value")
