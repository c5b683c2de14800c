"""Suppliers, what they may deliver, and deliveries that wait for a decision."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "materials_supplier",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("supplier", "name_zh", "name_en", "address")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("contacts", "status", "evidence")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("valid_until", "reason", "decided_by", "decided_at")),
        sa.PrimaryKeyConstraint("supplier"),
    )
    op.create_index("ix_materials_supplier_valid_until", "materials_supplier", ["valid_until"])
    op.create_table(
        "materials_supply",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("material", "supplier", "manufacturer")),
        sa.Column("approved", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("reason", "decided_by", "decided_at")),
        sa.PrimaryKeyConstraint("material", "supplier", "manufacturer"),
    )
    op.create_table(
        "materials_delivery",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("material", "lot", "state", "received_at")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("supplier", "reason", "decided_by", "decided_at")),
        sa.PrimaryKeyConstraint("material", "lot"),
    )
    op.create_index("ix_materials_delivery_state", "materials_delivery", ["state"])


def downgrade() -> None:
    op.drop_index("ix_materials_delivery_state", "materials_delivery")
    op.drop_table("materials_delivery")
    op.drop_table("materials_supply")
    op.drop_index("ix_materials_supplier_valid_until", "materials_supplier")
    op.drop_table("materials_supplier")
