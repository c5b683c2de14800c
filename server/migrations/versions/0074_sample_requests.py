"""Samples of batches that the floor asks for, and what came of each."""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    required = ("entry", "batch", "what", "by", "device", "at")
    optional = ("phase", "sample", "amount", "reason", "comment", "number", "drawn", "declined", "remark")
    op.create_table(
        "quality_request",
        sa.Column("idx", sa.BigInteger(), primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in required),
        *(sa.Column(name, sa.Text()) for name in (*optional, "answered_by", "answered_at")),
    )
    op.create_index("ix_quality_request_batch", "quality_request", ["batch"])
    op.create_index("ix_quality_request_entry", "quality_request", ["entry"], unique=True)


def downgrade() -> None:
    op.drop_table("quality_request")
