"""Entries that say something of a container and move nothing in or out of it."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "materials_about",
        sa.Column("container", sa.Text(), nullable=False),
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("container", "idx"),
    )


def downgrade() -> None:
    op.drop_table("materials_about")
