"""What was left in containers and weighed: the readings that it took."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "production_rest",
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("entry", "batch", "container")),
        sa.Column("tare_reading", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("ix_production_rest_tare_reading", "production_rest", ["tare_reading"])


def downgrade() -> None:
    op.drop_table("production_rest")
