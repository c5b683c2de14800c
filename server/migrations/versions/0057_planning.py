"""What planning is told: parameters of items, demands, calendars."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def upgrade() -> None:
    op.create_table(
        "planning_parameters",
        *_text("item", "unit"),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        *_text("policy"),
        *_text("size", "minimum", "multiple", nullable=True),
        sa.Column("period_days", sa.Integer(), nullable=True),
        *_text("safety", "yield_percent", "step"),
        sa.Column("shelf_days", sa.Integer(), nullable=True),
        *_text("set_by", "set_at"),
        sa.PrimaryKeyConstraint("item"),
    )
    op.create_table(
        "planning_demand",
        *_text("demand", "item", "quantity_value", "quantity_unit", "due", "source", "set_by", "set_at"),
        sa.PrimaryKeyConstraint("demand"),
    )
    op.create_table("planning_calendar", *_text("calendar", "weekdays", "closed"), sa.PrimaryKeyConstraint("calendar"))


def downgrade() -> None:
    for name in ("planning_calendar", "planning_demand", "planning_parameters"):
        op.drop_table(name)
