"""Versions of flows, what runs and waits in them, what happened, and what designers are drawing."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def upgrade() -> None:
    op.create_table(
        "flow_version",
        *(_text("flow"), _whole("version"), _text("sha256"), _text("title_zh"), _text("title_en")),
        *(_text("definition"), _text("state"), _text("submitted_by"), _text("submitted_at"), _text("reason", True)),
        *(_text("decided_by", True), _text("decided_at", True), _text("decided_reason", True)),
        sa.PrimaryKeyConstraint("flow", "version"),
    )
    op.create_index("flow_version_sha256", "flow_version", ["sha256"])
    op.create_table(
        "flow_instance",
        *(_text("instance"), _text("flow"), _whole("version"), _text("subject"), _text("started_by")),
        *(_text("started_at"), _text("pins"), _text("state"), _text("ended_at", True), _text("result", True)),
        _text("stuck", True),
        sa.PrimaryKeyConstraint("instance"),
    )
    op.create_index("flow_instance_flow", "flow_instance", ["flow", "ended_at"])
    op.create_table(
        "flow_task",
        *(_text("instance"), _text("task"), _text("node"), _text("name_zh"), _text("name_en"), _text("person", True)),
        *(_text("claimed_by", True), _text("escalate", True), _text("opened_at"), _text("due_at", True)),
        sa.PrimaryKeyConstraint("instance", "task"),
    )
    op.create_index("flow_task_person", "flow_task", ["person"])
    op.create_index("flow_task_due", "flow_task", ["due_at"])
    op.create_table(
        "flow_task_role",
        *(_text("role"), _text("instance"), _text("task")),
        sa.PrimaryKeyConstraint("role", "instance", "task"),
    )
    op.create_table(
        "flow_timer",
        *(_text("instance"), _text("timer"), _text("due")),
        sa.PrimaryKeyConstraint("instance", "timer"),
    )
    op.create_index("flow_timer_due", "flow_timer", ["due"])
    op.create_table(
        "flow_wait",
        *(_text("instance"), _text("wait"), _text("name"), _text("key")),
        sa.PrimaryKeyConstraint("instance", "wait"),
    )
    op.create_index("flow_wait_name", "flow_wait", ["name", "key"])
    op.create_table(
        "flow_happened",
        *(_text("instance"), _whole("idx"), _whole("place"), _text("what"), _text("node", True), _text("task", True)),
        *(_text("by", True), _text("at"), _text("outcome", True), _text("comment", True)),
        sa.PrimaryKeyConstraint("instance", "idx", "place"),
    )
    op.create_table(
        "flow_draft",
        *(_text("flow"), sa.Column("revision", sa.Integer(), nullable=False), _text("title_zh"), _text("title_en")),
        *(_text("xml"), _text("saved_by"), _text("saved_at")),
        sa.PrimaryKeyConstraint("flow"),
    )


def downgrade() -> None:
    names = ("draft", "happened", "wait", "timer", "task_role", "task", "instance", "version")
    for name in names:
        op.drop_table(f"flow_{name}")
