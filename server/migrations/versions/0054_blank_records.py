"""Issued copies of the empty batch record."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "release_blank",
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("copy", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("by", "at")),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("batch", "copy"),
    )


def downgrade() -> None:
    op.drop_table("release_blank")
