"""Where sampling of a supplier's lots was let go on."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

_TEXTS = ("entry", "material", "supplier", "reason", "by", "at")


def upgrade() -> None:
    op.create_table(
        "quality_sampling_resumed",
        sa.Column("idx", sa.Integer(), nullable=False, autoincrement=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("entry", "material", "supplier", "reason", "by", "at")
        ),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("quality_sampling_resumed_supply", "quality_sampling_resumed", ["material", "supplier"])


def downgrade() -> None:
    op.drop_table("quality_sampling_resumed")
