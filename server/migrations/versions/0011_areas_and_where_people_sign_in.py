"""Areas and their places, grants limited to them; browsers that people know; where each session is."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def upgrade() -> None:
    op.create_table("identity_area", _text("area"), _text("zh"), _text("en"), sa.PrimaryKeyConstraint("area"))
    op.create_table("identity_place", _text("place"), _text("area"), sa.PrimaryKeyConstraint("place"))
    op.create_table(
        "identity_policy",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("password_days", sa.Integer(), nullable=False),
        sa.Column("one_time_hours", sa.Integer(), nullable=False),
        sa.Column("idle_minutes", sa.Integer(), nullable=False),
        sa.Column("tablet_minutes", sa.Integer(), nullable=False),
        sa.Column("absolute_hours", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("identity_person", schema=None) as batch_op:
        batch_op.add_column(_text("grants", nullable=True))
    # Until now every role was held everywhere.
    op.execute("UPDATE identity_person SET grants = roles")
    with op.batch_alter_table("identity_person", schema=None) as batch_op:
        batch_op.alter_column("grants", existing_type=sa.Text(), nullable=False)
    op.create_table(
        "identity_browser",
        _text("token"),
        _text("person"),
        _text("seen_at"),
        sa.PrimaryKeyConstraint("token", "person"),
    )
    # Both are passing: attempts are counted anew, and everybody signs in once more.
    op.drop_table("identity_failure")
    op.create_table(
        "identity_failure",
        _text("login"),
        _text("source"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _text("last_at"),
        sa.PrimaryKeyConstraint("login", "source"),
    )
    op.drop_table("identity_session")
    op.create_table(
        "identity_session",
        _text("token"),
        _text("id"),
        _text("person"),
        _text("nonce"),
        _text("device", nullable=True),
        _text("address"),
        _text("browser"),
        _text("created_at"),
        _text("used_at"),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_index("ix_identity_session_person", "identity_session", ["person"])


def downgrade() -> None:
    op.drop_table("identity_session")
    op.create_table(
        "identity_session",
        _text("token"),
        _text("person"),
        _text("nonce"),
        _text("created_at"),
        _text("used_at"),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_index("ix_identity_session_person", "identity_session", ["person"])
    op.drop_table("identity_failure")
    op.create_table(
        "identity_failure",
        _text("login"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _text("last_at"),
        sa.PrimaryKeyConstraint("login"),
    )
    op.drop_table("identity_browser")
    with op.batch_alter_table("identity_person", schema=None) as batch_op:
        batch_op.drop_column("grants")
    op.drop_table("identity_policy")
    op.drop_table("identity_place")
    op.drop_table("identity_area")
