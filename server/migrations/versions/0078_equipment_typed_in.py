"""Machines by the time on paper of what is typed in: what is typed in just now, by which device."""

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "equipment_typed_in",
        sa.Column("batch", sa.Text(), primary_key=True),
        sa.Column("phase", sa.Text(), primary_key=True),
        sa.Column("device", sa.Text(), primary_key=True),
        sa.Column("done_from", sa.Text(), nullable=False),
        sa.Column("done_to", sa.Text(), nullable=False),
    )
    # When machines were used by what was typed in before, the log is asked again (server/migrations: REFILLED).


def downgrade() -> None:
    op.drop_table("equipment_typed_in")
