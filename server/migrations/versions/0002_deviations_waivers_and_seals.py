"""Deviations, waivers and seals."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quality_deviation",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("entry", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.Text(), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("quality_deviation", schema=None) as batch_op:
        batch_op.create_index("quality_deviation_batch", ["batch", "idx"], unique=False)
        batch_op.create_index("quality_deviation_year", ["year", "n"], unique=False)

    op.create_table(
        "quality_deviation_entry",
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("deviation", sa.Text(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("entry", "deviation"),
    )
    with op.batch_alter_table("quality_deviation_entry", schema=None) as batch_op:
        batch_op.create_index("quality_deviation_entry_deviation", ["deviation", "idx"], unique=False)

    op.create_table(
        "release_waiver",
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("meaning_code", sa.Text(), nullable=False),
        sa.Column("meaning_zh", sa.Text(), nullable=False),
        sa.Column("meaning_en", sa.Text(), nullable=False),
        sa.Column("signer", sa.Text(), nullable=False),
        sa.Column("signer_name", sa.Text(), nullable=False),
        sa.Column("signer_name_en", sa.Text(), nullable=True),
        sa.Column("signed_at", sa.Text(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("idx"),
    )
    with op.batch_alter_table("release_waiver", schema=None) as batch_op:
        batch_op.create_index("release_waiver_batch", ["batch", "idx"], unique=False)

    with op.batch_alter_table("release_disposition", schema=None) as batch_op:
        batch_op.add_column(sa.Column("devices", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("release_disposition", schema=None) as batch_op:
        batch_op.drop_column("devices")

    with op.batch_alter_table("release_waiver", schema=None) as batch_op:
        batch_op.drop_index("release_waiver_batch")

    op.drop_table("release_waiver")
    with op.batch_alter_table("quality_deviation_entry", schema=None) as batch_op:
        batch_op.drop_index("quality_deviation_entry_deviation")

    op.drop_table("quality_deviation_entry")
    with op.batch_alter_table("quality_deviation", schema=None) as batch_op:
        batch_op.drop_index("quality_deviation_year")
        batch_op.drop_index("quality_deviation_batch")

    op.drop_table("quality_deviation")
