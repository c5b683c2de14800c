"""Alerts: what was raised, whom it was told, how they want to be told, and who acknowledged it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLES = (
    "alerts_acknowledgement",
    "alerts_cursor",
    "alerts_alert",
    "alerts_recipient",
    "alerts_note",
    "alerts_subscription",
    "alerts_choice",
    "alerts_channel",
)


def upgrade() -> None:
    op.create_table(
        "alerts_acknowledgement",
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("alert"),
    )
    op.create_table(
        "alerts_cursor",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    # What an older site has in its log already is no news.
    if sa.inspect(op.get_bind()).has_table("log_entry"):
        op.execute("INSERT INTO alerts_cursor (name, idx) SELECT 'log', COALESCE(MAX(idx) + 1, 0) FROM log_entry")
    op.create_table(
        "alerts_alert",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("escalates_at", sa.Text(), nullable=True),
        sa.Column("over_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("alerts_alert_escalates", "alerts_alert", ["escalates_at"])
    op.create_table(
        "alerts_recipient",
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("alert", "person"),
    )
    op.create_index("alerts_recipient_person", "alerts_recipient", ["person", "told_at"])
    op.create_table(
        "alerts_note",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("alert", "person", "channel", "target"),
    )
    op.create_index("alerts_note_due", "alerts_note", ["state", "due_at"])
    op.create_table(
        "alerts_subscription",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("p256dh", sa.Text(), nullable=False),
        sa.Column("auth", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("told_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("endpoint"),
    )
    op.create_index("alerts_subscription_person", "alerts_subscription", ["person"])
    op.create_table(
        "alerts_choice",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("push", sa.Integer(), nullable=False),
        sa.Column("mail", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person", "code"),
    )
    op.create_table(
        "alerts_channel",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("mail", sa.Text(), nullable=True),
        sa.Column("quiet_from", sa.Text(), nullable=True),
        sa.Column("quiet_to", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person"),
    )


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
