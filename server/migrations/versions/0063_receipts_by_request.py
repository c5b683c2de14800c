"""A delivery that is asked for again is found in the log by its id: no table keeps answers any more."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("materials_receipt_request")


def downgrade() -> None:
    op.create_table(
        "materials_receipt_request",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("request", "person", "body", "lot", "answer")),
        sa.PrimaryKeyConstraint("request"),
    )
