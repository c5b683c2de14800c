"""After what silence a batch stands still: no log of before says it."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "production_quiet",
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("production_quiet")
