"""What makes the database itself refuse to change the log.

Tidiness, not evidence: an administrator can drop a trigger. Evidence is what `sync.verify` checks.

One change is lawful: that a payload is erased. It is let through for a payload that becomes null with its salt, in the
transaction that appends the entry which says so, and never for an entry without which nothing could be checked.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

from sync.log.erasure import NEVER
from sync.verify.rules import ERASED

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
    "log_cosignature": """EXISTS (SELECT 1 FROM log_cosignature
        WHERE size = NEW.size AND name = NEW.name AND key = NEW.key)""",
    "log_head": "EXISTS (SELECT 1 FROM log_head)",
}
_REFUSED = "the log is append-only"
_HEAD_SHRINKS = "NEW.one <> OLD.one OR NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.edge <> OLD.edge)"
# What was appended since the last checkpoint was appended in this transaction; an erasure names index by index.
_LAWFUL = f"""NEW.idx = OLD.idx AND NEW.salt IS NULL AND NEW.payload IS NULL
    AND NOT EXISTS (SELECT 1 FROM log_entry e WHERE e.idx = OLD.idx AND e.kind IN {NEVER!r})
    AND EXISTS (SELECT 1 FROM log_entry e JOIN log_payload p ON p.idx = e.idx, {{items}}
        WHERE e.idx >= (SELECT size FROM log_head) AND e.idx > OLD.idx
        AND e.kind = '{ERASED}' AND e.device = 'server' AND {{index}} = OLD.idx)"""
_SQLITE_LAWFUL = _LAWFUL.format(
    items="json_each(CAST(p.payload AS TEXT), '$.entries') j", index="json_extract(j.value, '$.index')"
)
_POSTGRESQL_LAWFUL = _LAWFUL.format(
    items="jsonb_array_elements(convert_from(p.payload, 'UTF8')::jsonb -> 'entries') j",
    index="(j ->> 'index')::bigint",
)

_POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION pestle_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME;
END $$
"""
_POSTGRESQL_ERASE = f"""
CREATE OR REPLACE FUNCTION pestle_log_erase() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {_POSTGRESQL_LAWFUL} THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME;
END $$
"""


def install(connection: Connection) -> None:
    """Put the guards on the log's tables, in place of older ones; harmless when they are there already."""
    if connection.dialect.name == "postgresql":
        for statement in _postgresql():
            connection.exec_driver_sql(statement)
        return
    # SQLite cannot replace a trigger, and keeps the words that made it.
    found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    there: dict[str, str] = {row.name: row.sql for row in found}
    for name, statement in _sqlite():
        if there.get(name) == statement:
            continue
        if name in there:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql(statement)


def _sqlite() -> Iterator[tuple[str, str]]:
    """Name of each trigger, and the statement that makes it."""
    conditions = {"log_head": f" WHEN {_HEAD_SHRINKS}", "log_payload": f" WHEN NOT ({_SQLITE_LAWFUL})"}
    for table, taken in _SQLITE_INSERT.items():
        for event, condition in (("insert", f" WHEN {taken}"), ("update", conditions.get(table, "")), ("delete", "")):
            name = f"{table}_no_{event}"
            yield (
                name,
                f"CREATE TRIGGER {name} BEFORE {event.upper()} ON {table}{condition} "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
            )


def _postgresql() -> Iterator[str]:
    yield _POSTGRESQL_FUNCTION
    yield _POSTGRESQL_ERASE
    for table in _SQLITE_INSERT:
        # The head is the one row that moves, and only forward; a payload can be erased. Both need the privilege.
        moves = table in ("log_head", "log_payload")
        events = "DELETE OR TRUNCATE" if moves else "UPDATE OR DELETE OR TRUNCATE"
        name = f"{table}_kept" if table == "log_payload" else f"{table}_refuse"
        yield (
            f"CREATE OR REPLACE TRIGGER {name} BEFORE {events} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION pestle_log_refuse()"
        )
        yield f"REVOKE {events.replace(' OR', ',')} ON {table} FROM PUBLIC, CURRENT_USER"
    yield (
        "CREATE OR REPLACE TRIGGER log_head_forward BEFORE UPDATE ON log_head "
        f"FOR EACH ROW WHEN ({_HEAD_SHRINKS}) EXECUTE FUNCTION pestle_log_refuse()"
    )
    # Logs of older versions refused every update here, under the same name.
    yield "GRANT UPDATE ON log_payload TO CURRENT_USER"
    yield (
        "CREATE OR REPLACE TRIGGER log_payload_refuse BEFORE UPDATE ON log_payload "
        "FOR EACH ROW EXECUTE FUNCTION pestle_log_erase()"
    )
