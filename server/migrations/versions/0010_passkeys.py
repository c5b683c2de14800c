"""People's passkeys, the challenges that were given out, and how far each authenticator has counted."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "identity_passkey",
        _text("credential"),
        _text("person"),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        _text("rp_id"),
        _text("label"),
        _text("added_at"),
        _text("withdrawn_at", nullable=True),
        sa.PrimaryKeyConstraint("credential"),
    )
    op.create_index(op.f("ix_identity_passkey_person"), "identity_passkey", ["person"])
    op.create_table(
        "identity_passkey_use",
        _text("credential"),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        _text("used_at"),
        sa.PrimaryKeyConstraint("credential"),
    )
    op.create_table(
        "identity_challenge",
        _text("nonce"),
        _text("purpose"),
        _text("person", nullable=True),
        _text("digest"),
        _text("expires_at"),
        sa.PrimaryKeyConstraint("nonce"),
    )


def downgrade() -> None:
    op.drop_table("identity_challenge")
    op.drop_table("identity_passkey_use")
    op.drop_index(op.f("ix_identity_passkey_person"), table_name="identity_passkey")
    op.drop_table("identity_passkey")
