"""Readings of a room are looked up by sensor: one corner says nothing of another."""

from alembic import op

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("environment_reading_by", "environment_reading", ["room", "quantity", "sensor", "at"])


def downgrade() -> None:
    op.drop_index("environment_reading_by", "environment_reading")
