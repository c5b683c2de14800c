"""How often a copy of the empty record was printed: no log of before says it."""

import sqlalchemy as sa
from alembic import op

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "release_blank_print",
        sa.Column("idx", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
    )
    op.create_index("ix_release_blank_print_batch", "release_blank_print", ["batch"])


def downgrade() -> None:
    op.drop_table("release_blank_print")
