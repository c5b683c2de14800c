"""Of which flow an element is at which something happened: called ones may have others of the same name."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("flow_happened", sa.Column("flow", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("flow_happened", "flow")
