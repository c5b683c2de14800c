"""Procedures and qualifications, who holds them, and which step of work needs which."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "training_version",
        _text("document"),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        _text("entry"),
        _text("type"),
        _text("title_zh"),
        _text("title_en"),
        _text("effective_from"),
        _text("demands"),
        sa.Column("within_days", sa.Integer(), nullable=False),
        sa.Column("valid_days", sa.Integer(), nullable=True),
        _text("text", nullable=True),
        _text("file", nullable=True),
        _text("file_name", nullable=True),
        _text("digest"),
        _text("published_at"),
        _text("published_by"),
        sa.PrimaryKeyConstraint("document", "version"),
    )
    op.create_table(
        "training_proof",
        _text("entry"),
        sa.Column("idx", sa.Integer(), nullable=False),
        _text("person"),
        _text("document"),
        sa.Column("version", sa.Integer(), nullable=False),
        _text("what"),
        _text("made_at"),
        _text("ends_at", nullable=True),
        _text("evidence", nullable=True),
        _text("file", nullable=True),
        _text("file_name", nullable=True),
        _text("made_by"),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("training_proof_person", "training_proof", ["person", "document"])
    op.create_table(
        "training_requirement",
        _text("step"),
        _text("document"),
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("step", "document"),
    )


def downgrade() -> None:
    op.drop_table("training_requirement")
    op.drop_table("training_proof")
    op.drop_table("training_version")
