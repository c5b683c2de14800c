"""Production's signatures under the records of its batches."""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None

_TEXTS = ("batch", "decision", "meaning_code", "meaning_zh", "meaning_en", "signer", "signer_name", "signed_at")
_SEAL = ("digest", "stream_hash", "devices")


def upgrade() -> None:
    op.create_table(
        "release_production_review",
        sa.Column("idx", sa.Integer(), nullable=False, autoincrement=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in (*_TEXTS, *_SEAL)),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("offset", "stream_seq")),
        *(sa.Column(name, sa.Text()) for name in ("signer_name_en", "method", "reason")),
        sa.Column("components", sa.Integer()),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("release_production_review_batch", "release_production_review", ["batch", "idx"])


def downgrade() -> None:
    op.drop_table("release_production_review")
