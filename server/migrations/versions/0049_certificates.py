"""Certificates of analysis that came with lots."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quality_certificate",
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("material", "lot")),
        *(sa.Column(name, sa.Text()) for name in ("number", "issued", "file")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("lines", "by", "at")),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("quality_certificate_lot", "quality_certificate", ["material", "lot"])


def downgrade() -> None:
    op.drop_table("quality_certificate")
