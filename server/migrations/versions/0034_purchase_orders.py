"""What is ordered from suppliers, and what has come of it."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_ORDER, _LINE, _RECEIPT = "materials_purchase_order", "materials_purchase_line", "materials_purchase_receipt"


def upgrade() -> None:
    op.create_table(
        _ORDER,
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("sha256", "placed_by", "placed_at", "state")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("decided_by", "decided_at", "decided_reason")),
        sa.Column("instance", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("materials_purchase_order_year", _ORDER, ["year", "n"])
    op.create_index("materials_purchase_order_state", _ORDER, ["state"])
    op.create_table(
        _LINE,
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("material", "quantity_value", "quantity_unit")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("wanted_by", "requisition")),
        sa.Column("closed", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("closed_by", "closed_at", "closed_reason")),
        sa.PrimaryKeyConstraint("number", "line"),
    )
    for name in ("material", "requisition", "closed"):
        op.create_index(f"ix_materials_purchase_line_{name}", _LINE, [name])
    op.create_table(
        _RECEIPT,
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=True),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("materials_purchase_receipt_line", _RECEIPT, ["number", "line"])


def downgrade() -> None:
    op.drop_index("materials_purchase_receipt_line", _RECEIPT)
    op.drop_table(_RECEIPT)
    for name in ("closed", "requisition", "material"):
        op.drop_index(f"ix_materials_purchase_line_{name}", _LINE)
    op.drop_table(_LINE)
    op.drop_index("materials_purchase_order_state", _ORDER)
    op.drop_index("materials_purchase_order_year", _ORDER)
    op.drop_table(_ORDER)
