"""Leases of a day's work in a warehouse."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("handheld_lease", schema=None) as batch_op:
        batch_op.add_column(sa.Column("warehouse", sa.Text(), nullable=True))


def downgrade() -> None:
    # Such leases do not fit the table of before; a rebuild under the earlier version leaves them out as well.
    op.execute("DELETE FROM handheld_lease WHERE warehouse IS NOT NULL")
    with op.batch_alter_table("handheld_lease", schema=None) as batch_op:
        batch_op.drop_column("warehouse")
