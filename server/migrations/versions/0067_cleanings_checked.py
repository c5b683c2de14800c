"""Who else looked at a cleaning, and when; cleanings from before that was asked count as checked at once."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("checked_at", "checked_by"):
        op.add_column("equipment_fact", sa.Column(name, sa.Text(), nullable=True))
    op.execute("UPDATE equipment_fact SET checked_at = at WHERE what = 'cleaned'")


def downgrade() -> None:
    for name in ("checked_by", "checked_at"):
        op.drop_column("equipment_fact", name)
