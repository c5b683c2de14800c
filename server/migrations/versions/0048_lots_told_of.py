"""Entries about a lot that stand in the streams of handhelds."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "materials_lot_told",
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("material", "lot")),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("materials_lot_told_lot", "materials_lot_told", ["material", "lot"])


def downgrade() -> None:
    op.drop_index("materials_lot_told_lot", "materials_lot_told")
    op.drop_table("materials_lot_told")
