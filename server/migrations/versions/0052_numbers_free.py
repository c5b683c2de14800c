"""Lot numbers that came back from handhelds."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "materials_numbers_free",
        sa.Column("period", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), autoincrement=False, nullable=False) for name in ("first", "last")),
        sa.PrimaryKeyConstraint("period", "first"),
    )


def downgrade() -> None:
    op.drop_table("materials_numbers_free")
