"""Filled forms about a batch that its release does not wait for."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    names = ("record", "batch", "by", "at", "reason")
    op.create_table(
        "release_set_aside",
        *(sa.Column(name, sa.Text(), nullable=False) for name in names),
        sa.PrimaryKeyConstraint("record"),
    )
    op.create_index("ix_release_set_aside_batch", "release_set_aside", ["batch"])


def downgrade() -> None:
    op.drop_table("release_set_aside")
