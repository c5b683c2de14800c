"""In what state equipment is: what was said of it, its use, when phases ended, and how long it stays clean or dirty."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def upgrade() -> None:
    op.create_table(
        "equipment_fact",
        *_text("id"),
        sa.Column("idx", sa.Integer(), nullable=False),
        *_text("equipment", "what", "at", "by"),
        *_text("procedure", "cleaning", "batch", "text", nullable=True),
        *_text("flags"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("equipment_fact_at", "equipment_fact", ["equipment", "at"])
    op.create_table(
        "equipment_use",
        *_text("id"),
        sa.Column("idx", sa.Integer(), nullable=False),
        *_text("equipment", "batch", "phase", "at", "by"),
        *_text("left_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("equipment_use_at", "equipment_use", ["equipment", "at"])
    op.create_index("equipment_use_phase", "equipment_use", ["batch", "phase"])
    op.create_table("equipment_phase_end", *_text("batch", "phase", "at"), sa.PrimaryKeyConstraint("batch", "phase"))
    op.create_table(
        "equipment_holds",
        *_text("scope", "name"),
        sa.Column("dirty_hours", sa.Integer(), nullable=True),
        sa.Column("clean_hours", sa.Integer(), nullable=True),
        *_text("reason"),
        sa.PrimaryKeyConstraint("scope", "name"),
    )


def downgrade() -> None:
    for name in ("equipment_holds", "equipment_phase_end", "equipment_use", "equipment_fact"):
        op.drop_table(name)
