"""Versions of recipes that wait for approval or were given back, and planned orders."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_DECIDED = ("decided_by", "decided_at", "reason", "instance")


def upgrade() -> None:
    op.create_table(
        "recipes_version",
        sa.Column("recipe", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("sha256", "payload", "state", "submitted_by", "submitted_at")
        ),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("comment", *_DECIDED)),
        sa.PrimaryKeyConstraint("recipe", "version"),
    )
    op.create_table(
        "production_order",
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("recipe", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("recipe_hash", "size_value", "size_unit", "lots", "planned_start")
        ),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("sha256", "state", "planned_by", "planned_at")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in _DECIDED),
        sa.PrimaryKeyConstraint("batch"),
    )


def downgrade() -> None:
    op.drop_table("production_order")
    op.drop_table("recipes_version")
