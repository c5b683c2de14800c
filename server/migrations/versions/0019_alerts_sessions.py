"""Which browser and which session a subscription of alerts is for."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alerts_subscription", sa.Column("browser", sa.Text(), nullable=True))
    op.add_column("alerts_subscription", sa.Column("session", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("alerts_subscription", "session")
    op.drop_column("alerts_subscription", "browser")
