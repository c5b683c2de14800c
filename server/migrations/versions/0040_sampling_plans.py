"""Sampling plans of specifications."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quality_specification", sa.Column("sampling", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("quality_specification", "sampling")
