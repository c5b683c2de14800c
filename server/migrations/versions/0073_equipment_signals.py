"""Which figures machines give by themselves, by their own names for them: what a recipe may bind a parameter to."""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "equipment_signal",
        sa.Column("equipment", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("unit", sa.Text()),
    )


def downgrade() -> None:
    op.drop_table("equipment_signal")
