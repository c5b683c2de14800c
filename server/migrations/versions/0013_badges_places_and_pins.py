"""Badges; where devices stand and how they keep their keys; wrong PINs counted on each device."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "identity_badge",
        _text("badge"),
        _text("person"),
        _text("issued_at"),
        _text("withdrawn_at", nullable=True),
        _text("reason", nullable=True),
        sa.PrimaryKeyConstraint("badge"),
    )
    op.create_index("ix_identity_badge_person", "identity_badge", ["person"])
    with op.batch_alter_table("identity_device", schema=None) as batch_op:
        batch_op.add_column(_text("place", nullable=True))
        batch_op.add_column(_text("replaces", nullable=True))
        batch_op.add_column(_text("storage", nullable=True))
    with op.batch_alter_table("identity_enrolment_code", schema=None) as batch_op:
        batch_op.add_column(_text("place", nullable=True))
        batch_op.add_column(_text("replaces", nullable=True))
    op.create_table(
        "handheld_pin",
        _text("device"),
        _text("person"),
        sa.Column("wrong", sa.Integer(), nullable=False),
        _text("locked_at", nullable=True),
        sa.PrimaryKeyConstraint("device", "person"),
    )


def downgrade() -> None:
    op.drop_table("handheld_pin")
    for table, columns in (
        ("identity_enrolment_code", ("replaces", "place")),
        ("identity_device", ("storage", "replaces", "place")),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
    op.drop_index("ix_identity_badge_person", "identity_badge")
    op.drop_table("identity_badge")
