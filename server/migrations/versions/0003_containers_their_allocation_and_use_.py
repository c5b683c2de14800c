"""Containers, their allocation and use; leases taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "materials_container",
        sa.Column("container", sa.Text(), nullable=False),
        sa.Column("material", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("quantity_value", sa.Text(), nullable=False),
        sa.Column("quantity_unit", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("container"),
    )
    with op.batch_alter_table("materials_container", schema=None) as batch_op:
        batch_op.create_index("materials_container_lot", ["material", "lot"], unique=False)

    op.create_table(
        "production_allocation",
        sa.Column("container", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("container"),
    )
    with op.batch_alter_table("production_allocation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_production_allocation_batch"), ["batch"], unique=False)

    op.create_table(
        "production_container_use",
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("container", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("idx"),
    )
    with op.batch_alter_table("production_container_use", schema=None) as batch_op:
        batch_op.create_index("production_container_use_container", ["container"], unique=False)

    with op.batch_alter_table("handheld_lease", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revoked_at", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("handheld_lease", schema=None) as batch_op:
        batch_op.drop_column("revoked_at")

    with op.batch_alter_table("production_container_use", schema=None) as batch_op:
        batch_op.drop_index("production_container_use_container")

    op.drop_table("production_container_use")
    with op.batch_alter_table("production_allocation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_production_allocation_batch"))

    op.drop_table("production_allocation")
    with op.batch_alter_table("materials_container", schema=None) as batch_op:
        batch_op.drop_index("materials_container_lot")

    op.drop_table("materials_container")
