"""Inspections, samples and the chain of custody of each."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def _texts(*names: str, none: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=none) for name in names]


def _whole(*names: str, none: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=none) for name in names]


def upgrade() -> None:
    op.create_table(
        "quality_inspection",
        *_texts("inspection", "material", "lot", "sampling", "opened_by", "opened_at", "state"),
        *_texts("specification", "drawn", "reason", none=True),
        *_whole("year", "n", "idx", "containers", "number"),
        *_whole("version", none=True),
        sa.PrimaryKeyConstraint("inspection"),
    )
    op.create_index("ix_quality_inspection_state", "quality_inspection", ["state"])
    op.create_index("quality_inspection_lot", "quality_inspection", ["material", "lot", "idx"])
    op.create_index("quality_inspection_year", "quality_inspection", ["year", "n"])
    op.create_table(
        "quality_sample",
        *_texts("entry", "sample", "inspection", "purpose", "containers", "taken_by", "taken_at", "device", "flags"),
        *_texts("comment", none=True),
        *_whole("idx", "counts"),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("ix_quality_sample_sample", "quality_sample", ["sample"])
    op.create_index("quality_sample_inspection", "quality_sample", ["inspection", "idx"])
    op.create_table(
        "quality_sample_step",
        *_texts("entry", "sample", "step", "by", "at"),
        *_texts("place", "to", "until", "reason", none=True),
        *_whole("idx"),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("quality_sample_step_sample", "quality_sample_step", ["sample", "idx"])


def downgrade() -> None:
    op.drop_index("quality_sample_step_sample", "quality_sample_step")
    op.drop_table("quality_sample_step")
    op.drop_index("quality_sample_inspection", "quality_sample")
    op.drop_index("ix_quality_sample_sample", "quality_sample")
    op.drop_table("quality_sample")
    op.drop_index("quality_inspection_year", "quality_inspection")
    op.drop_index("quality_inspection_lot", "quality_inspection")
    op.drop_index("ix_quality_inspection_state", "quality_inspection")
    op.drop_table("quality_inspection")
