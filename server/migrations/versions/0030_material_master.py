"""Versions of materials."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_TEXTS = ["entry", "sha256", "name_zh", "name_en", "type", "unit", "conversions", "storage", "state", "reason"]
_TEXTS += ["submitted_by", "submitted_at"]
_MAYBE = ("storage_note", "hazard", "pharmacopoeia", "decided_by", "decided_at", "decided_reason", "instance")


def upgrade() -> None:
    op.create_table(
        "materials_master",
        sa.Column("material", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _TEXTS),
        *(sa.Column(name, sa.Text(), nullable=True) for name in _MAYBE),
        sa.Column("shelf_life", sa.Integer(), nullable=True),
        sa.Column("retest", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("material", "version"),
    )


def downgrade() -> None:
    op.drop_table("materials_master")
