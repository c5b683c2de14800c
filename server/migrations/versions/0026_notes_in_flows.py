"""What rooms note in flows, in English too."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("flow_happened", sa.Column("comment_en", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("flow_happened", "comment_en")
