"""The air of rooms: where sensors stand, limits, readings; and when the phases of batches ran."""

import sqlalchemy as sa
from alembic import op

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None


def _texts(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _index() -> sa.Column[int]:
    return sa.Column("idx", sa.Integer(), nullable=False, autoincrement=False)


def upgrade() -> None:
    op.create_table(
        "environment_place",
        _index(),
        *_texts("sensor", "since"),
        *_texts("room", "serial", nullable=True),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("ix_environment_place_sensor", "environment_place", ["sensor"])
    op.create_table(
        "environment_limits",
        _index(),
        *_texts("room", "since", "by", "payload"),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("ix_environment_limits_room", "environment_limits", ["room"])
    op.create_table(
        "environment_reading",
        _index(),
        *_texts("quantity", "room", "sensor", "at", "value"),
        sa.Column("beyond", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("idx", "quantity"),
    )
    op.create_index("environment_reading_at", "environment_reading", ["room", "quantity", "at"])
    op.create_index("environment_reading_beyond", "environment_reading", ["room", "beyond", "at"])
    op.create_table(
        "production_span",
        *_texts("batch", "phase"),
        *_texts("began", "ended", nullable=True),
        sa.PrimaryKeyConstraint("batch", "phase"),
    )
    op.create_index("ix_production_span_ended", "production_span", ["ended"])


def downgrade() -> None:
    for name in ("production_span", "environment_reading", "environment_limits", "environment_place"):
        op.drop_table(name)
