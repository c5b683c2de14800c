"""The version of the app that each device has."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sync_device_state", schema=None) as batch_op:
        batch_op.add_column(sa.Column("app", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sync_device_state", schema=None) as batch_op:
        batch_op.drop_column("app")
