"""What was brought to batches, and what came back."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    needed = ("container", "batch", "at", "material", "lot", "held_value", "held_unit")
    maybe = ("returned_value", "returned_unit", "returned_by", "returned_at")
    op.create_table(
        "production_issue",
        *(sa.Column(name, sa.Text(), nullable=False) for name in needed),
        sa.Column("location", sa.Text()),
        sa.Column("by", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in maybe),
        sa.PrimaryKeyConstraint("container", "batch", "at"),
    )
    op.create_index("ix_production_issue_batch", "production_issue", ["batch"])


def downgrade() -> None:
    op.drop_table("production_issue")
