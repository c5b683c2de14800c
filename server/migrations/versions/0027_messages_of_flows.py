"""Messages of flows that have reached nobody yet."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "flow_message",
        *(sa.Column(name, sa.Integer(), autoincrement=False, nullable=False) for name in ("idx", "place")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("name", "key", "sender")),
        sa.PrimaryKeyConstraint("idx", "place"),
    )
    op.create_index("flow_message_name", "flow_message", ["name", "key"])


def downgrade() -> None:
    op.drop_table("flow_message")
