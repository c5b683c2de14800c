"""What was signed in flows, and which flows the rooms start by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "flow_signature",
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("entry", "node", "by", "at", "meaning")),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("instance", "idx"),
    )
    op.create_table("flow_enabled", sa.Column("flow", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("flow"))
    op.create_index("flow_instance_subject", "flow_instance", ["subject", "flow"])


def downgrade() -> None:
    op.drop_index("flow_instance_subject", "flow_instance")
    op.drop_table("flow_enabled")
    op.drop_table("flow_signature")
