"""Stock counts, and what was counted."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_COUNT, _COUNTING = "materials_count", "materials_counting"


def upgrade() -> None:
    op.create_table(
        _COUNT,
        sa.Column("count", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("year", "n")),
        sa.Column("locations", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("ordered_by", "ordered_at")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("closed_by", "closed_at", "lines")),
        sa.PrimaryKeyConstraint("count"),
    )
    op.create_index("ix_materials_count_closed_at", _COUNT, ["closed_at"])
    op.create_index("materials_count_year", _COUNT, ["year", "n"])
    op.create_table(
        _COUNTING,
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("count", "container", "location")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("quantity_value", "quantity_unit")),
        sa.Column("seen", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("person", "device", "at")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("book_value", "book_unit", "place")),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("materials_counting_count", _COUNTING, ["count", "idx"])


def downgrade() -> None:
    op.drop_index("materials_counting_count", _COUNTING)
    op.drop_table(_COUNTING)
    for name in ("materials_count_year", "ix_materials_count_closed_at"):
        op.drop_index(name, _COUNT)
    op.drop_table(_COUNT)
