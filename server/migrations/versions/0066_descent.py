"""Which batch came of which: by a split, a merge or a rework."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "production_parent",
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("batch", "parent"),
    )
    op.create_index("ix_production_parent_parent", "production_parent", ["parent"], unique=False)


def downgrade() -> None:
    op.drop_table("production_parent")
