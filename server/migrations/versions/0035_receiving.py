"""Receipts against orders, damaged containers, reserved lot numbers, the rule of receiving; more of a lot."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_OF_LOT = ("manufacturer", "made", "retest")
_OF_DELIVERY = ("manufacturer", "flags")


def upgrade() -> None:
    for name in _OF_LOT:
        op.add_column("materials_lot", sa.Column(name, sa.Text(), nullable=True))
    for name in _OF_DELIVERY:
        op.add_column("materials_delivery", sa.Column(name, sa.Text(), nullable=True))
    needed = ("entry", "material", "lot", "flags", "received_by", "received_at")
    may_be = ("order", "supplier", "delivery_note", "quantity_value", "quantity_unit", "comment", "damage")
    op.create_table(
        "materials_receipt",
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in needed),
        *(sa.Column(name, sa.Text(), nullable=True) for name in may_be),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("line", "containers")),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("materials_receipt_lot", "materials_receipt", ["material", "lot"])
    op.create_table(
        "materials_damage",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("container", "text", "photos")),
        sa.PrimaryKeyConstraint("container"),
    )
    op.create_table(
        "materials_numbers",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("period", "pattern", "device")),
        *(sa.Column(name, sa.Integer(), autoincrement=False, nullable=False) for name in ("first", "last")),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("period", "first"),
    )
    op.create_index("ix_materials_numbers_device", "materials_numbers", ["device"])
    op.create_table(
        "materials_receiving_rule",
        *(sa.Column(name, sa.Integer(), autoincrement=False, nullable=False) for name in ("n", "remaining", "over")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("pattern", "reason", "set_by", "set_at")),
        sa.PrimaryKeyConstraint("n"),
    )


def downgrade() -> None:
    op.drop_table("materials_receiving_rule")
    op.drop_index("ix_materials_numbers_device", "materials_numbers")
    op.drop_table("materials_numbers")
    op.drop_table("materials_damage")
    op.drop_index("materials_receipt_lot", "materials_receipt")
    op.drop_table("materials_receipt")
    for name in _OF_DELIVERY:
        op.drop_column("materials_delivery", name)
    for name in _OF_LOT:
        op.drop_column("materials_lot", name)
