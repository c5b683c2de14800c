"""What a batch had taken out of a container before it was issued, which movements came after, and what was said of
differences."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("production_issue", sa.Column("taken", sa.Text(), nullable=True))
    op.add_column("production_issue", sa.Column("begun", sa.Integer(), nullable=True))
    op.create_table(
        "release_explained",
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("batch", "material")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("value", "unit")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("by", "at", "reason")),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("release_explained_batch", "release_explained", ["batch", "material"])


def downgrade() -> None:
    op.drop_table("release_explained")
    op.drop_column("production_issue", "begun")
    op.drop_column("production_issue", "taken")
