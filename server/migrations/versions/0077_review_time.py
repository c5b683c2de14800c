"""How long reviews of batch records took that were signed."""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "release_review_time",
        *(sa.Column(name, sa.Integer(), nullable=False, autoincrement=False) for name in ("idx", "seconds")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("batch", "signed", "by", "at")),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("ix_release_review_time_batch", "release_review_time", ["batch"])


def downgrade() -> None:
    op.drop_table("release_review_time")
