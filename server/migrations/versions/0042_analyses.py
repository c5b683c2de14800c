"""With what results were found: instrument, reagents, analyst, sample, and what they test again."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quality_analysis",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("entry", "test")),
        sa.Column("instrument", sa.Text()),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("reagents", "analyst")),
        *(sa.Column(name, sa.Text()) for name in ("inspection", "sample", "retest_of")),
        sa.PrimaryKeyConstraint("entry", "test"),
    )


def downgrade() -> None:
    op.drop_table("quality_analysis")
