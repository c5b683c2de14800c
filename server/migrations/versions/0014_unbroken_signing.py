"""Who has signed with both components in a session that has not been broken since; how each signature was proved."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_signing",
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("used_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("session"),
    )
    for table in ("release_disposition", "release_waiver"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("method", sa.Text(), nullable=True))
            batch_op.add_column(sa.Column("components", sa.Integer(), nullable=True))


def downgrade() -> None:
    for table in ("release_waiver", "release_disposition"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("components")
            batch_op.drop_column("method")
    op.drop_table("identity_signing")
