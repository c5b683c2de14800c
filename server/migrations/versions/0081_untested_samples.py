"""Why a sample that was drawn on request is not tested: no log of before says it."""

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None
_COLUMNS = ("untested", "untested_by", "untested_at")


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("quality_request", sa.Column(name, sa.Text()))


def downgrade() -> None:
    for name in _COLUMNS:
        op.drop_column("quality_request", name)
