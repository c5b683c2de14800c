"""Records of forms are found by what they are about."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_forms_record_subject", "forms_record", ["subject"])


def downgrade() -> None:
    op.drop_index("ix_forms_record_subject", "forms_record")
