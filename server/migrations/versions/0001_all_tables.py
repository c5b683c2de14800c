"""All tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "equipment_equipment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("calibration_due", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("equipment_equipment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_equipment_equipment_class"), ["class"], unique=False)

    op.create_table(
        "equipment_reading",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("balance", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("quality", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("captured_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("equipment_reading", schema=None) as batch_op:
        batch_op.create_index("equipment_reading_balance", ["balance", "idx"], unique=False)

    op.create_table(
        "handheld_lease",
        sa.Column("lease", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("returned_at", sa.Text(), nullable=True),
        sa.Column("last_seq", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("lease"),
    )
    with op.batch_alter_table("handheld_lease", schema=None) as batch_op:
        batch_op.create_index("handheld_lease_batch", ["batch"], unique=False)
        batch_op.create_index("handheld_lease_device", ["device"], unique=False)

    op.create_table(
        "identity_device",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("alg", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("enrolled_at", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.Text(), nullable=True),
        sa.Column("last_seq", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "identity_person",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("user_key", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "materials_lot",
        sa.Column("material", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("quantity_value", sa.Text(), nullable=True),
        sa.Column("quantity_unit", sa.Text(), nullable=True),
        sa.Column("supplier", sa.Text(), nullable=True),
        sa.Column("supplier_lot", sa.Text(), nullable=True),
        sa.Column("expiry", sa.Text(), nullable=True),
        sa.Column("containers", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("material", "lot"),
    )
    with op.batch_alter_table("materials_lot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_materials_lot_received_at"), ["received_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_materials_lot_status"), ["status"], unique=False)

    op.create_table(
        "materials_material",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "production_batch",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("product_zh", sa.Text(), nullable=False),
        sa.Column("product_en", sa.Text(), nullable=False),
        sa.Column("strength", sa.Text(), nullable=False),
        sa.Column("size_value", sa.Text(), nullable=True),
        sa.Column("size_unit", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("recipe", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("recipe_hash", sa.Text(), nullable=True),
        sa.Column("phases", sa.Text(), nullable=False),
        sa.Column("phases_total", sa.Integer(), nullable=False),
        sa.Column("phases_done", sa.Integer(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("open_items", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("production_batch", schema=None) as batch_op:
        batch_op.create_index("production_batch_product", ["product_code", "number"], unique=False)
        batch_op.create_index("production_batch_status", ["status", "updated_at"], unique=False)

    op.create_table(
        "production_entry",
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("reading", sa.Text(), nullable=True),
        sa.Column("captured_at", sa.Text(), nullable=False),
        sa.Column("corrects", sa.Text(), nullable=True),
        sa.Column("superseded_by", sa.Text(), nullable=True),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("idx"),
        sa.UniqueConstraint("id"),
    )
    with op.batch_alter_table("production_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_production_entry_corrects"), ["corrects"], unique=False)
        batch_op.create_index(batch_op.f("ix_production_entry_reading"), ["reading"], unique=False)
        batch_op.create_index("production_entry_slot", ["batch", "slot"], unique=False)

    op.create_table(
        "production_item",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("slot", sa.Text(), nullable=True),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("joined_to", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.Text(), nullable=True),
        sa.Column("decision_text", sa.Text(), nullable=True),
        sa.Column("chosen", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("production_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_production_item_batch"), ["batch"], unique=False)

    op.create_table(
        "production_lot",
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("material", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("allocated", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("batch", "material", "lot"),
    )
    with op.batch_alter_table("production_lot", schema=None) as batch_op:
        batch_op.create_index("production_lot_lot", ["material", "lot"], unique=False)

    op.create_table(
        "production_yield",
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("low", sa.Text(), nullable=True),
        sa.Column("high", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("batch", "line"),
    )
    op.create_table(
        "quality_result",
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=True),
        sa.Column("material", sa.Text(), nullable=True),
        sa.Column("lot", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("test", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("low", sa.Text(), nullable=True),
        sa.Column("high", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("superseded_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("idx", "line"),
    )
    with op.batch_alter_table("quality_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quality_result_batch"), ["batch"], unique=False)
        batch_op.create_index(batch_op.f("ix_quality_result_entry"), ["entry"], unique=False)
        batch_op.create_index(batch_op.f("ix_quality_result_lot"), ["lot"], unique=False)

    op.create_table(
        "recipes_recipe",
        sa.Column("recipe", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("recipe", "version"),
    )
    op.create_table(
        "release_disposition",
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("meaning_code", sa.Text(), nullable=False),
        sa.Column("meaning_zh", sa.Text(), nullable=False),
        sa.Column("meaning_en", sa.Text(), nullable=False),
        sa.Column("signer", sa.Text(), nullable=False),
        sa.Column("signer_name", sa.Text(), nullable=False),
        sa.Column("signer_name_en", sa.Text(), nullable=True),
        sa.Column("signed_at", sa.Text(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("stream_seq", sa.Integer(), nullable=False),
        sa.Column("stream_hash", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("idx"),
    )
    with op.batch_alter_table("release_disposition", schema=None) as batch_op:
        batch_op.create_index("release_disposition_batch", ["batch", "idx"], unique=False)

    op.create_table(
        "held",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("device", "seq"),
    )
    with op.batch_alter_table("held", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_held_id"), ["id"], unique=False)
        batch_op.create_index(batch_op.f("ix_held_stream"), ["stream"], unique=False)

    op.create_table(
        "identity_credential",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("one_time", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person", "what"),
    )
    op.create_table(
        "identity_enrolment_code",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "identity_failure",
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("login"),
    )
    op.create_table(
        "identity_session",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("used_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("token"),
    )
    with op.batch_alter_table("identity_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identity_session_person"), ["person"], unique=False)

    op.create_table(
        "quarantine",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("idx", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quarantine_received_at"), ["received_at"], unique=False)

    op.create_table(
        "sync_actor",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("actor"),
    )
    op.create_table(
        "sync_change",
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("doc", "n"),
        sa.UniqueConstraint("doc", "actor", "seq"),
        sa.UniqueConstraint("doc", "hash"),
    )
    op.create_table(
        "sync_device_state",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("skew_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("boot", sa.Text(), nullable=False),
        sa.Column("mono", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device"),
    )
    op.create_table(
        "sync_pending",
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("doc", "entry"),
    )
    with op.batch_alter_table("sync_pending", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sync_pending_device"), ["device"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sync_pending", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sync_pending_device"))

    op.drop_table("sync_pending")
    op.drop_table("sync_device_state")
    op.drop_table("sync_change")
    op.drop_table("sync_actor")
    with op.batch_alter_table("quarantine", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quarantine_received_at"))

    op.drop_table("quarantine")
    with op.batch_alter_table("identity_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_identity_session_person"))

    op.drop_table("identity_session")
    op.drop_table("identity_failure")
    op.drop_table("identity_enrolment_code")
    op.drop_table("identity_credential")
    with op.batch_alter_table("held", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_held_stream"))
        batch_op.drop_index(batch_op.f("ix_held_id"))

    op.drop_table("held")
    with op.batch_alter_table("release_disposition", schema=None) as batch_op:
        batch_op.drop_index("release_disposition_batch")

    op.drop_table("release_disposition")
    op.drop_table("recipes_recipe")
    with op.batch_alter_table("quality_result", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quality_result_lot"))
        batch_op.drop_index(batch_op.f("ix_quality_result_entry"))
        batch_op.drop_index(batch_op.f("ix_quality_result_batch"))

    op.drop_table("quality_result")
    op.drop_table("production_yield")
    with op.batch_alter_table("production_lot", schema=None) as batch_op:
        batch_op.drop_index("production_lot_lot")

    op.drop_table("production_lot")
    with op.batch_alter_table("production_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_production_item_batch"))

    op.drop_table("production_item")
    with op.batch_alter_table("production_entry", schema=None) as batch_op:
        batch_op.drop_index("production_entry_slot")
        batch_op.drop_index(batch_op.f("ix_production_entry_reading"))
        batch_op.drop_index(batch_op.f("ix_production_entry_corrects"))

    op.drop_table("production_entry")
    with op.batch_alter_table("production_batch", schema=None) as batch_op:
        batch_op.drop_index("production_batch_status")
        batch_op.drop_index("production_batch_product")

    op.drop_table("production_batch")
    op.drop_table("materials_material")
    with op.batch_alter_table("materials_lot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_materials_lot_status"))
        batch_op.drop_index(batch_op.f("ix_materials_lot_received_at"))

    op.drop_table("materials_lot")
    op.drop_table("identity_person")
    op.drop_table("identity_device")
    with op.batch_alter_table("handheld_lease", schema=None) as batch_op:
        batch_op.drop_index("handheld_lease_device")
        batch_op.drop_index("handheld_lease_batch")

    op.drop_table("handheld_lease")
    with op.batch_alter_table("equipment_reading", schema=None) as batch_op:
        batch_op.drop_index("equipment_reading_balance")

    op.drop_table("equipment_reading")
    with op.batch_alter_table("equipment_equipment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_equipment_equipment_class"))

    op.drop_table("equipment_equipment")
