"""What containers hold, where they stand and what moved them."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("held", "location", "batch", "gone", "restricted"):
        op.add_column("materials_container", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("materials_container", sa.Column("opened", sa.Integer(), nullable=True))
    op.execute("UPDATE materials_container SET held = quantity_value, opened = 0")
    op.create_index("ix_materials_container_location", "materials_container", ["location"])
    op.create_index("ix_materials_container_batch", "materials_container", ["batch"])
    open_ = sa.text("gone IS NULL")
    op.create_index(
        "materials_container_open",
        "materials_container",
        ["material", "lot"],
        sqlite_where=open_,
        postgresql_where=open_,
    )
    op.create_table(
        "materials_location",
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("location", "name_zh", "name_en", "warehouse", "kind")
        ),
        sa.Column("storage", sa.Text(), nullable=True),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("location"),
    )
    op.create_index("ix_materials_location_warehouse", "materials_location", ["warehouse"])
    op.create_table(
        "materials_movement",
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("entry", "container", "what")),
        sa.Column("amount", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("value", "unit", "at")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("place", "superseded_by")),
        sa.PrimaryKeyConstraint("idx", "line"),
    )
    op.create_index("ix_materials_movement_entry", "materials_movement", ["entry"])
    op.create_index("materials_movement_container", "materials_movement", ["container", "idx", "line"])
    op.create_table(
        "materials_claim",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("conflict", "entry")),
        sa.PrimaryKeyConstraint("conflict", "entry"),
    )


def downgrade() -> None:
    for table in ("materials_claim", "materials_movement", "materials_location"):
        op.drop_table(table)
    for index in ("materials_container_open", "ix_materials_container_batch", "ix_materials_container_location"):
        op.drop_index(index, "materials_container")
    for name in ("opened", "restricted", "gone", "batch", "location", "held"):
        op.drop_column("materials_container", name)
