"""No table changes: databases that took 0050 and later steps with old rows are filled from their log once more."""

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
