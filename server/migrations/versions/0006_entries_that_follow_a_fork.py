"""Held entries of one sequence beside each other, and the entries that a device's chain went on without."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "forked",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("seq", _SEQ, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    _make_anew("device", "seq", "id")


def downgrade() -> None:
    op.drop_table("forked")
    _make_anew("device", "seq")


def _make_anew(*key: str) -> None:
    """`held` with another primary key and all of its rows; of two that share the key now, the first stays."""
    op.drop_index(op.f("ix_held_id"), table_name="held")
    op.drop_index(op.f("ix_held_stream"), table_name="held")
    op.rename_table("held", "held_before")
    op.create_table(
        "held",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("seq", _SEQ, autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(*key),
    )
    columns = "device, seq, id, stream, source, received_at, envelope"
    op.execute(f"INSERT INTO held ({columns}) SELECT {columns} FROM held_before WHERE true ON CONFLICT DO NOTHING")
    op.drop_table("held_before")
    op.create_index(op.f("ix_held_id"), "held", ["id"], unique=False)
    op.create_index(op.f("ix_held_stream"), "held", ["stream"], unique=False)
