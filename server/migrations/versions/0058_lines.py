"""Lines with their shifts, and the slot that a batch has on one."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def upgrade() -> None:
    op.create_table(
        "planning_line",
        *_text("line", "name_zh", "name_en"),
        *_text("equipment_class", nullable=True),
        *_text("rooms", "calendar", "zone", "shifts", "set_by", "set_at"),
        sa.PrimaryKeyConstraint("line"),
    )
    op.create_table(
        "planning_slot",
        *_text("batch", "line", "begins", "ends", "set_by", "set_at"),
        sa.PrimaryKeyConstraint("batch"),
    )


def downgrade() -> None:
    for name in ("planning_slot", "planning_line"):
        op.drop_table(name)
