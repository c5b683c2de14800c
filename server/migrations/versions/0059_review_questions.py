"""Questions from the review of a batch to the floor, with their answers."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "release_question",
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("about", "text", "by", "at")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("answered_by", "answered_at", "answer")),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("ix_release_question_batch", "release_question", ["batch"])
    op.create_index("ix_release_question_entry", "release_question", ["entry"], unique=True)


def downgrade() -> None:
    op.drop_table("release_question")
