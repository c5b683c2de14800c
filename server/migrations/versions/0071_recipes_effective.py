"""From which day a version of a recipe is effective."""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Versions of before name no day: they are effective since their approval.
    op.add_column("recipes_version", sa.Column("effective_from", sa.Text(), nullable=True))
    op.add_column("recipes_version", sa.Column("first_day", sa.Text(), nullable=True))
    op.add_column("recipes_recipe", sa.Column("first_day", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("recipes_recipe", "first_day")
    op.drop_column("recipes_version", "first_day")
    op.drop_column("recipes_version", "effective_from")
