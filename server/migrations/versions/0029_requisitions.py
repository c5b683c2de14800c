"""What is asked to be bought."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "materials_requisition",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("raised_by", "raised_at", "reason", "state")),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.Text(), nullable=True),
        sa.Column("decided_reason", sa.Text(), nullable=True),
        sa.Column("instance", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("materials_requisition_year", "materials_requisition", ["year", "n"])
    op.create_table(
        "materials_requisition_line",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("material", "quantity_value", "quantity_unit")),
        sa.Column("needed_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", "line"),
    )


def downgrade() -> None:
    op.drop_table("materials_requisition_line")
    op.drop_index("materials_requisition_year", "materials_requisition")
    op.drop_table("materials_requisition")
