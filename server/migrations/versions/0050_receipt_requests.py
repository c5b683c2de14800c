"""What deliveries at a desk were answered with, by the request that took them in."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "materials_receipt_request",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("request", "person", "body", "lot", "answer")),
        sa.PrimaryKeyConstraint("request"),
    )


def downgrade() -> None:
    op.drop_table("materials_receipt_request")
