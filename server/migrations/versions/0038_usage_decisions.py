"""Decisions about lots, checks of results, results set aside."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None
_STRANGE = frozenset({"kind_unknown", "payload_malformed", "not_permitted_from_device", "rule_failed"})


def upgrade() -> None:
    op.create_table(
        "quality_usage",
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        *(_text(name) for name in ("entry", "material", "lot", "status")),
        sa.Column("reason", sa.Text()),
        *(_text(name) for name in ("by", "at")),
        *(sa.Column(name, sa.Text()) for name in ("conditions", "retest", "digest")),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("quality_usage_lot", "quality_usage", ["material", "lot"])
    op.create_table(
        "quality_check",
        *(_text(name) for name in ("of", "entry", "by", "at")),
        sa.Column("comment", sa.Text()),
        sa.PrimaryKeyConstraint("of"),
    )
    op.create_table(
        "quality_set_aside",
        *(_text(name) for name in ("of", "test", "instead", "entry", "by", "at", "reason")),
        sa.PrimaryKeyConstraint("of", "test"),
    )
    _tell_decisions()


def _tell_decisions() -> None:
    """What was decided about lots before stands in the log; what only stands there is no record."""
    if "log_entry" not in sa.inspect(op.get_bind()).get_table_names():
        return
    query = sa.text(
        "SELECT e.idx, e.header, e.receipt, p.payload FROM log_entry e JOIN log_payload p ON p.idx = e.idx"
        " WHERE e.kind = 'materials.lot_status_changed.v1' AND p.payload IS NOT NULL"
    )
    columns = ("idx", "entry", "material", "lot", "status", "reason", "by", "at")
    names = ", ".join(f'"{name}"' for name in columns)
    put = sa.text(f"INSERT INTO quality_usage ({names}) VALUES ({', '.join(f':{name}' for name in columns)})")
    for idx, *parts in op.get_bind().execute(query).all():
        header, receipt, said = (json.loads(bytes(part)) for part in parts)
        if _STRANGE.isdisjoint(receipt["flags"]):
            told = {"entry": header["id"], "by": header["actor"], "at": header["captured_at"]}
            same = {name: said[name] for name in ("material", "lot", "status", "reason")}
            op.get_bind().execute(put, {"idx": idx, **told, **same})


def downgrade() -> None:
    for name in ("quality_set_aside", "quality_check", "quality_usage"):
        op.drop_table(name)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)
