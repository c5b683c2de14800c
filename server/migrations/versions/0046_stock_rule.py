"""How many days ahead people are told that stock ends."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "materials_stock_rule",
        *(
            sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)
            for name in ("n", "expiry_days", "retest_days")
        ),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("reason", "set_by", "set_at")),
        sa.PrimaryKeyConstraint("n"),
    )


def downgrade() -> None:
    op.drop_table("materials_stock_rule")
