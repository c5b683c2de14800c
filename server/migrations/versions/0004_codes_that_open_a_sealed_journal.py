"""Codes that open a sealed journal."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("identity_enrolment_code", schema=None) as batch_op:
        batch_op.add_column(sa.Column("recovers", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("identity_enrolment_code", schema=None) as batch_op:
        batch_op.drop_column("recovers")
