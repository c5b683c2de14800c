"""Where containers were put, by capture; moves that contradict each other; counts that late entries make wrong."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_BOOK = ("book_value", "book_unit", "place")


def upgrade() -> None:
    op.create_table(
        "materials_placing",
        sa.Column("container", sa.Text(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False, autoincrement=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("entry", "at", "what", "to")),
        sa.Column("origin", sa.Text()),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("container", "idx"),
    )
    op.create_table(
        "materials_place_conflict",
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("container", "other")),
        sa.Column("settled_by", sa.Text()),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("materials_place_conflict_container", "materials_place_conflict", ["container"])
    op.create_table(
        "materials_count_upset",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("count", "container", "entry")),
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("count", "container"),
    )
    with op.batch_alter_table("materials_counting") as table:
        for name in _BOOK:
            table.drop_column(name)
    op.create_index("materials_counting_container", "materials_counting", ["container", "at"])


def downgrade() -> None:
    op.drop_index("materials_counting_container", "materials_counting")
    for name in _BOOK:
        op.add_column("materials_counting", sa.Column(name, sa.Text()))
    for name in ("materials_count_upset", "materials_place_conflict", "materials_placing"):
        op.drop_table(name)
