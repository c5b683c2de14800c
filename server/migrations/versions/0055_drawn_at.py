"""Where in the log the containers of an inspection were drawn last: what is filled from them later is none of them."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quality_inspection", sa.Column("drawn_at", sa.Integer()))
    if not sa.inspect(op.get_bind()).has_table("log_entry"):
        # A new database has no log yet, and no inspection.
        return
    op.execute(
        "UPDATE quality_inspection SET drawn_at = COALESCE((SELECT MAX(e.idx) FROM log_entry e"
        " WHERE e.stream = 'lot/' || quality_inspection.material || '/' || quality_inspection.lot"
        " AND e.kind = 'quality.inspection_drawn.v1' AND e.idx > quality_inspection.idx), quality_inspection.idx)"
    )


def downgrade() -> None:
    op.drop_column("quality_inspection", "drawn_at")
