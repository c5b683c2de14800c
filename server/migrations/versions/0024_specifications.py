"""Specifications, and by which of them a result was judged."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_TEXTS = ["entry", "material", "stage", "sha256", "name_zh", "name_en", "tests", "effective_from", "state", "reason"]
_TEXTS += ["submitted_by", "submitted_at"]


def upgrade() -> None:
    op.create_table(
        "quality_specification",
        sa.Column("specification", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _TEXTS),
        sa.Column("first_day", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.Text(), nullable=True),
        sa.Column("decided_reason", sa.Text(), nullable=True),
        sa.Column("instance", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("specification", "version"),
    )
    op.create_index("quality_specification_material", "quality_specification", ["material", "stage"])
    op.add_column("quality_result", sa.Column("reported", sa.Text(), nullable=True))
    op.add_column("quality_result", sa.Column("specification", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("quality_result", "specification")
    op.drop_column("quality_result", "reported")
    op.drop_index("quality_specification_material", "quality_specification")
    op.drop_table("quality_specification")
