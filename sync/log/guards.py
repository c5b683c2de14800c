"""What makes the database itself refuse to change the log.

Tidiness, not evidence: an administrator can drop a trigger. Evidence is what `sync.verify` checks.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

# Per table: when a new row would replace or skip something. SQLite's INSERT OR REPLACE deletes the old row without
# firing a DELETE trigger, so each key needs its own look before the insert.
_SQLITE_INSERT = {
    "log_entry": """NEW.idx <> (SELECT coalesce(max(idx) + 1, 0) FROM log_entry)
        OR EXISTS (SELECT 1 FROM log_entry WHERE id = NEW.id)
        OR EXISTS (SELECT 1 FROM log_entry WHERE device = NEW.device AND seq = NEW.seq)
        OR EXISTS (SELECT 1 FROM log_entry WHERE stream = NEW.stream AND stream_seq = NEW.stream_seq)""",
    "log_payload": "EXISTS (SELECT 1 FROM log_payload WHERE idx = NEW.idx)",
    "log_hash": "EXISTS (SELECT 1 FROM log_hash WHERE level = NEW.level AND idx = NEW.idx)",
    "log_checkpoint": "EXISTS (SELECT 1 FROM log_checkpoint WHERE size = NEW.size)",
    "log_head": "EXISTS (SELECT 1 FROM log_head)",
}
_REFUSED = "the log is append-only"
_HEAD_SHRINKS = "NEW.one <> OLD.one OR NEW.size < OLD.size"

_POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION pestle_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME;
END $$
"""


def install(connection: Connection) -> None:
    """Put the guards on the log's tables; harmless when they are there already."""
    statements = _postgresql() if connection.dialect.name == "postgresql" else _sqlite()
    for statement in statements:
        connection.exec_driver_sql(statement)


def _sqlite() -> Iterator[str]:
    for table, taken in _SQLITE_INSERT.items():
        changed = f"UPDATE ON {table} WHEN {_HEAD_SHRINKS}" if table == "log_head" else f"UPDATE ON {table}"
        for name, event in (
            ("insert", f"INSERT ON {table} WHEN {taken}"),
            ("update", changed),
            ("delete", f"DELETE ON {table}"),
        ):
            yield (
                f"CREATE TRIGGER IF NOT EXISTS {table}_no_{name} BEFORE {event} "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            )


def _postgresql() -> Iterator[str]:
    yield _POSTGRESQL_FUNCTION
    for table in _SQLITE_INSERT:
        # The head is the one row that moves, and only forward; locking it needs the privilege to update.
        kept = table == "log_head"
        events = "DELETE OR TRUNCATE" if kept else "UPDATE OR DELETE OR TRUNCATE"
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_refuse BEFORE {events} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION pestle_log_refuse()"
        )
        privileges = "DELETE, TRUNCATE" if kept else "UPDATE, DELETE, TRUNCATE"
        yield f"REVOKE {privileges} ON {table} FROM PUBLIC, CURRENT_USER"
    yield (
        "CREATE OR REPLACE TRIGGER log_head_forward BEFORE UPDATE ON log_head "
        f"FOR EACH ROW WHEN ({_HEAD_SHRINKS}) EXECUTE FUNCTION pestle_log_refuse()"
    )
