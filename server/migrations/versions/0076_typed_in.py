"""What is typed in from paper, and of issued copies what production asks: those of before stand in their own table."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "production_blank",
        sa.Column("batch", sa.Text(), primary_key=True),
        sa.Column("copy", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("issued_at", sa.Text(), nullable=False),
        sa.Column("accounted", sa.Integer(), nullable=False),
    )
    op.execute(
        "INSERT INTO production_blank (batch, copy, issued_at, accounted) SELECT batch, copy, at, 0 FROM release_blank"
    )
    op.create_table(
        "production_copying",
        sa.Column("idx", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("done_from", sa.Text(), nullable=False),
        sa.Column("done_to", sa.Text(), nullable=False),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.Column("photo", sa.Text()),
        sa.Column("comment", sa.Text()),
        sa.Column("ended", sa.Text()),
        sa.Column("checked_by", sa.Text()),
    )
    op.create_index("production_copying_batch", "production_copying", ["batch", "phase"])
    op.add_column("production_entry", sa.Column("paper", sa.Text()))
    op.create_table(
        "release_blank_account",
        sa.Column("batch", sa.Text(), primary_key=True),
        sa.Column("copy", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("release_blank_account")
    op.drop_column("production_entry", "paper")
    op.drop_index("production_copying_batch", "production_copying")
    op.drop_table("production_copying")
    op.drop_table("production_blank")
