"""How much of the log was known where something moved, and which device moved it."""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What older entries say of it, the log is asked again (server/migrations: REFILLED).
    op.add_column("materials_movement", sa.Column("seen", sa.Integer(), nullable=True))
    op.add_column("materials_movement", sa.Column("device", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("materials_movement", "device")
    op.drop_column("materials_movement", "seen")
