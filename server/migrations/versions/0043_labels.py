"""Designs of labels, and the labels that were printed by them."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "materials_label_template",
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("what", "name_zh", "name_en", "width", "height")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("elements", "sha256", "state", "reason")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("submitted_by", "submitted_at")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("decided_by", "decided_at", "decided_reason")),
        sa.PrimaryKeyConstraint("template", "version"),
    )
    op.create_table(
        "materials_label_print",
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("copy", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("by", "at", "fields")),
        sa.PrimaryKeyConstraint("what", "about", "copy"),
    )
    op.create_index("ix_materials_label_print_request", "materials_label_print", ["request"])


def downgrade() -> None:
    op.drop_index("ix_materials_label_print_request", "materials_label_print")
    op.drop_table("materials_label_print")
    op.drop_table("materials_label_template")
