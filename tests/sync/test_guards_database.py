"""Attacks on the log by SQL: each is refused by the database, or the exact entry is named by what looks afterwards.

The application's own role on PostgreSQL is an ordinary one that owns its database; nobody runs a plant as superuser.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from core_support import reader
from log_support import Plant, database
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from support import PostgresCluster

from server.core import rebuild
from server.core.errors import PestleError
from server.plant import check_end
from sync.errors import SyncError
from sync.log import Log
from sync.log.anchor import Anchor
from sync.log.tail import Tail
from sync.verify import verify_log
from sync.writer import DeviceWriter

pytestmark = pytest.mark.urs("PLT-06")

SIZE, TARGET = 300, 205
REFUSAL = "append-only|permission denied|must be superuser|duplicate key"
ROLE = "pestle_application"
COLUMNS = "idx, leaf_hash, id, kind, stream, stream_seq, device, seq, header, signatures, receipt"
OTHERS = "leaf_hash, id, kind, stream, stream_seq, device, seq, header, signatures, receipt"
ROW = f"SELECT {COLUMNS} FROM log_entry WHERE idx = {TARGET}"
FRESH = f"leaf_hash, 'new', kind, 'new', 1, 'new', 1, header, signatures, receipt FROM log_entry WHERE idx = {TARGET}"
TABLES = ("log_entry", "log_payload", "log_hash", "log_checkpoint")
COLUMN = ("header", "payload", "hash", "note")


@dataclass
class Kept:
    """A log of SIZE entries in a database that an attacker may have; `admin` is who can do everything there."""

    engine: Engine
    admin: Engine
    log: Log
    plant: Plant
    folder: Path
    file: Path | None = None

    def run(self, *statements: str, admin: bool = False) -> None:
        with (self.admin if admin else self.engine).begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def found(self) -> tuple[str | None, int | None]:
        """(code, index) of the verifier, ("", None) where all is right."""
        result = verify_log(reader(self.engine, self.log), trusted=self.log.policy, full=True)
        return (result.code or "", result.first_wrong)

    def by_rebuild(self) -> tuple[str, int | None]:
        """(column, index) of the first place where columns of the log are not what its bytes say."""
        with self.engine.connect() as connection:
            found = list(rebuild._damage(connection, self.log))
        return (str(found[0]["column"] or found[0]["live"]), int(found[0]["key"][0])) if found else ("", None)

    def lower(self) -> None:
        """Take the guards away, as an administrator can."""
        if self.engine.dialect.name == "postgresql":
            self.run(*(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in (*TABLES, "log_head")), admin=True)
            self.run(f"GRANT ALL ON {', '.join((*TABLES, 'log_head'))} TO {ROLE}", admin=True)
            return
        with self.engine.begin() as connection:
            names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
            for name in names:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")

    def at_start(self) -> tuple[str, int | None]:
        """(code, index) with which a server refuses to serve this."""
        anchor = Anchor(self.folder / "anchor", self.log.origin)
        try:
            check_end(SimpleNamespace(engine=self.engine, log=self.log, anchor=anchor))
        except (PestleError, SyncError) as error:
            return error.code, getattr(error, "details", {}).get("index")
        finally:
            anchor.close()
        return "", None


class Templates:
    """The log is written once for each sort of database, and copied for every attack."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._plants, self._count = folder, dict[str, Plant](), 0

    def copy(self, dialect: str, postgres: Callable[[], PostgresCluster]) -> Iterator[Kept]:
        self._count += 1
        yield from self._sqlite() if dialect == "sqlite" else self._postgresql(postgres())

    def _written(self, dialect: str, url: str) -> Plant:
        plant = self._plants[dialect] = Plant.fresh()
        log = plant.log()
        with database(url) as engine:
            for start in (0, SIZE - 1):
                with engine.begin() as connection:
                    log.create(connection)
                    envelopes = plant.history(SIZE) if start == 0 else [plant.weigh(plant.tablet)]
                    for envelope in envelopes[: SIZE - 1]:
                        log.append(connection, envelope, "2026-11-25T09:30:00.000Z")
                    log.sign_checkpoint(connection)
        return plant

    def _sqlite(self) -> Iterator[Kept]:
        original = self._folder / "original.db"
        if "sqlite" not in self._plants:
            self._written("sqlite", f"sqlite:///{original}")
        path = self._own_folder() / "copy.db"
        shutil.copy(original, path)
        with database(f"sqlite:///{path}") as engine:
            yield Kept(engine, engine, self._plants["sqlite"].log(), self._plants["sqlite"], path.parent, path)

    def _own_folder(self) -> Path:
        folder = self._folder / str(self._count)
        folder.mkdir()
        return folder

    def _postgresql(self, cluster: PostgresCluster) -> Iterator[Kept]:
        name = f"guards_{id(self)}"
        where = f"host=127.0.0.1 port={cluster.port} user=pestle dbname=postgres"
        with psycopg.connect(where, autocommit=True) as admin:
            if "postgresql" not in self._plants:
                admin.execute(f"DO $$ BEGIN CREATE ROLE {ROLE} LOGIN; EXCEPTION WHEN duplicate_object THEN END $$")
                admin.execute(f"CREATE DATABASE {name} OWNER {ROLE}")
                self._written("postgresql", _as_role(cluster.url(name)))
            copy = f"{name}_{self._count}"
            admin.execute(f"CREATE DATABASE {copy} OWNER {ROLE} TEMPLATE {name} STRATEGY = file_copy")
        superuser = create_engine(cluster.url(copy))
        with database(_as_role(cluster.url(copy))) as engine:
            yield Kept(
                engine, superuser, self._plants["postgresql"].log(), self._plants["postgresql"], self._own_folder()
            )
        superuser.dispose()


def _as_role(url: str) -> str:
    return url.replace("//pestle@", f"//{ROLE}@")


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    return Templates(tmp_path_factory.mktemp("guards"))


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, templates: Templates) -> Iterator[Kept]:
    yield from templates.copy(request.param, lambda: request.getfixturevalue("postgres"))


@pytest.fixture
def sqlite(templates: Templates) -> Iterator[Kept]:
    yield from templates.copy("sqlite", lambda: pytest.fail("none"))


@pytest.fixture
def postgresql(templates: Templates, postgres: PostgresCluster) -> Iterator[Kept]:
    yield from templates.copy("postgresql", lambda: postgres)


# What no SQL of the application's role may do, on either database.

CHANGES = [
    *(f"UPDATE {table} SET {column} = {column}" for table, column in zip(TABLES, COLUMN, strict=True)),
    *(f"DELETE FROM {table}" for table in TABLES),
    f"UPDATE log_entry SET idx = {SIZE} WHERE idx = {TARGET}",
    f"DELETE FROM log_entry WHERE idx = {SIZE - 1}",
    f"UPDATE log_payload SET salt = NULL, payload = NULL WHERE idx = {TARGET}",
    f"INSERT INTO log_entry ({COLUMNS}) {ROW}",
    f"INSERT INTO log_entry ({COLUMNS}) SELECT {SIZE}, {OTHERS} FROM log_entry WHERE idx = {TARGET}",
    f"INSERT INTO log_entry ({COLUMNS}) {ROW} ON CONFLICT (idx) DO UPDATE SET header = excluded.signatures",
    f"INSERT INTO log_entry ({COLUMNS}) SELECT {SIZE}, {OTHERS} FROM log_entry WHERE idx = {TARGET}"
    " ON CONFLICT (id) DO UPDATE SET header = excluded.signatures",
    f"INSERT INTO log_payload (idx, payload) SELECT {TARGET}, payload FROM log_payload WHERE idx = 0"
    " ON CONFLICT (idx) DO UPDATE SET payload = excluded.payload",
    "INSERT INTO log_checkpoint (size, note) SELECT size, note FROM log_checkpoint WHERE size > 0"
    " ON CONFLICT (size) DO UPDATE SET note = excluded.note",
    f"UPDATE log_head SET size = {SIZE - 1}",
    "UPDATE log_head SET size = 0",
    "UPDATE log_head SET one = 2",
    "UPDATE log_head SET edge = (SELECT leaf_hash FROM log_entry WHERE idx = 0)",
    "DELETE FROM log_head",
    "INSERT INTO log_head (one, size, edge) SELECT 1, 1, edge FROM log_head",
    "INSERT INTO log_head (one, size, edge) SELECT one, 1, edge FROM log_head WHERE true"
    " ON CONFLICT (one) DO UPDATE SET size = excluded.size",
]
ONLY_SQLITE = [
    *(
        f"{verb} INTO log_entry ({COLUMNS}) {row}"
        for verb in ("INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "INSERT OR FAIL", "INSERT OR ROLLBACK")
        for row in (ROW, f"SELECT {SIZE}, {OTHERS} FROM log_entry WHERE idx = {TARGET}")
    ),
    # Each key of the entry alone, so that only it is taken.
    f"REPLACE INTO log_entry ({COLUMNS}) SELECT {SIZE}, leaf_hash, id, kind, 'new', 1, 'new', 1, header, signatures,"
    f" receipt FROM log_entry WHERE idx = {TARGET}",
    f"REPLACE INTO log_entry ({COLUMNS}) SELECT {SIZE}, leaf_hash, 'new', kind, stream, stream_seq, 'new', 1, header,"
    f" signatures, receipt FROM log_entry WHERE idx = {TARGET}",
    f"REPLACE INTO log_entry ({COLUMNS}) SELECT {SIZE}, leaf_hash, 'new', kind, 'new', 1, device, seq, header,"
    f" signatures, receipt FROM log_entry WHERE idx = {TARGET}",
    f"REPLACE INTO log_payload (idx, salt, payload) SELECT {TARGET}, salt, payload FROM log_payload WHERE idx = 0",
    "REPLACE INTO log_hash (level, idx, hash) SELECT level, idx, hash FROM log_hash",
    "REPLACE INTO log_checkpoint (size, note) SELECT size, note FROM log_checkpoint",
    "REPLACE INTO log_head (one, size, edge) SELECT 1, 1, edge FROM log_head",
    "REPLACE INTO log_head (one, size, edge) SELECT 2, 1, edge FROM log_head",
    f"UPDATE OR REPLACE log_entry SET idx = {TARGET} WHERE idx = 3",
    "UPDATE OR IGNORE log_entry SET header = x'00'",
    # The row's own number under its other names.
    *(f"UPDATE log_entry SET {rowid} = {SIZE} WHERE {rowid} = {TARGET}" for rowid in ("rowid", "_rowid_", "oid")),
    *(f"UPDATE log_checkpoint SET {rowid} = 9000 WHERE size = {SIZE}" for rowid in ("rowid", "_rowid_", "oid")),
    f"DELETE FROM log_entry WHERE rowid = {TARGET}",
    f"REPLACE INTO log_entry (rowid, {OTHERS}) SELECT rowid, {OTHERS} FROM log_entry WHERE idx = {TARGET}",
    # At a wrong index: beyond the end, before the beginning, and where SQLite itself would choose one.
    *(f"INSERT INTO log_entry ({COLUMNS}) SELECT {index}, {FRESH}" for index in (SIZE + 1, 9000, -1, 2**62, "NULL")),
    f"INSERT INTO log_entry (rowid, {OTHERS}) SELECT {SIZE + 1}, {FRESH}",
    f"INSERT INTO log_entry ({OTHERS}) SELECT {FRESH}",
]
ONLY_POSTGRESQL = [
    *(f"TRUNCATE {table}" for table in (*TABLES, "log_head")),
    "TRUNCATE log_entry CASCADE",
    f"TRUNCATE {', '.join(TABLES)}",
    f"MERGE INTO log_entry USING (VALUES ({TARGET})) AS v(n) ON idx = n WHEN MATCHED THEN UPDATE SET kind = 'x'",
    f"MERGE INTO log_entry USING (VALUES ({TARGET})) AS v(n) ON idx = n WHEN MATCHED THEN DELETE",
    f"WITH gone AS (DELETE FROM log_entry WHERE idx = {TARGET} RETURNING idx) SELECT * FROM gone",
    f"DO $$ BEGIN EXECUTE 'DELETE FROM log_entry WHERE idx = {TARGET}'; END $$",
    "SET session_replication_role = 'replica'",
    "ALTER TABLE log_entry DISABLE TRIGGER ALL; SET ROLE pestle; UPDATE log_entry SET kind = 'x'",
    "UPDATE pg_catalog.pg_trigger SET tgenabled = 'D'",
    "ALTER ROLE CURRENT_USER SUPERUSER",
]


def refused(kept: Kept, statement: str) -> None:
    with pytest.raises(DBAPIError, match=REFUSAL), kept.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert kept.found() == ("", None)


def attacks(statements: list[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("statement", statements, ids=lambda statement: " ".join(statement.split())[:70])


@attacks(CHANGES)
def test_a_change_is_refused(kept: Kept, statement: str) -> None:
    refused(kept, statement)


@attacks(ONLY_SQLITE)
def test_a_change_that_only_sqlite_knows_is_refused(sqlite: Kept, statement: str) -> None:
    refused(sqlite, statement)


@attacks(ONLY_POSTGRESQL)
def test_a_change_that_only_postgresql_knows_is_refused(postgresql: Kept, statement: str) -> None:
    refused(postgresql, statement)


# Ways past the guards that an administrator has; whatever was changed then is found, and its entry named.

BYTES = {"sqlite": "x'7b7d'", "postgresql": "'\\x7b7d'::bytea"}
CHANGE = "UPDATE log_payload SET payload = {bytes} WHERE idx = " + str(TARGET)
GRANT = "GRANT UPDATE ON log_payload TO CURRENT_USER"


def changed_payload(kept: Kept) -> None:
    assert kept.found() == ("payload_hash_wrong", TARGET)


def test_after_drop_trigger_the_entry_is_named(kept: Kept) -> None:
    kept.lower()
    kept.run(CHANGE.format(bytes=BYTES[kept.engine.dialect.name]))
    changed_payload(kept)


def test_after_writable_schema_the_entry_is_named(sqlite: Kept) -> None:
    with sqlite.engine.connect() as connection:
        # SQLite takes these settings outside of transactions only.
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.isolation_level = None
        raw.execute("PRAGMA writable_schema = ON")
        raw.execute("DELETE FROM sqlite_master WHERE type = 'trigger'")
    sqlite.engine.dispose()
    sqlite.run(CHANGE.format(bytes=BYTES["sqlite"]))
    changed_payload(sqlite)


def test_with_recursive_triggers_and_without_a_row_cannot_be_replaced(sqlite: Kept) -> None:
    for setting in ("ON", "OFF"):
        with sqlite.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.isolation_level = None
            raw.execute(f"PRAGMA recursive_triggers = {setting}")
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                raw.execute(f"REPLACE INTO log_entry ({COLUMNS}) {ROW}")
    assert sqlite.found() == ("", None)


def test_after_a_change_of_the_file_itself_the_entry_is_named(sqlite: Kept) -> None:
    with sqlite.engine.connect() as connection:
        salt = sqlite.log.entries(connection, TARGET, TARGET + 1)
        found = next(iter(salt)).salt
    sqlite.engine.dispose()
    assert found is not None
    assert sqlite.file is not None
    data = bytearray(sqlite.file.read_bytes())
    assert data.count(found) == 1
    data[data.index(found)] ^= 1
    sqlite.file.write_bytes(bytes(data))
    changed_payload(sqlite)


@pytest.mark.parametrize(
    ("steps", "admin"),
    [
        (("SET LOCAL session_replication_role = 'replica'",), True),
        (("UPDATE pg_catalog.pg_trigger SET tgenabled = 'D' WHERE NOT tgisinternal",), True),
        (("ALTER TABLE log_payload DISABLE TRIGGER USER", GRANT), False),
        (("DROP FUNCTION pestle_log_refuse, pestle_log_erase CASCADE", GRANT), False),
        (("CREATE OR REPLACE FUNCTION pestle_log_erase() RETURNS trigger LANGUAGE plpgsql AS "
          "$$ BEGIN RETURN NEW; END $$", GRANT), False),
        (("CREATE TABLE other AS SELECT * FROM log_payload", "DROP TABLE log_payload",
          "ALTER TABLE other RENAME TO log_payload"), False),
    ],
    ids=["replica role", "catalogue", "disabled", "functions dropped", "function replaced", "another table"],
)  # fmt: skip
def test_after_an_administrator_of_postgresql_the_entry_is_named(
    postgresql: Kept, steps: tuple[str, ...], admin: bool
) -> None:
    postgresql.run(*steps, CHANGE.format(bytes=BYTES["postgresql"]), admin=admin)
    changed_payload(postgresql)


def forged_erasure(index: int, blob: str) -> list[str]:
    """An entry that nobody signed says that this payload was erased, and then it is."""
    said = json.dumps({"entries": [{"index": index}]}).encode().hex()
    row = "leaf_hash, 'new', 'site.payloads_erased.v1', 'new', 1, 'server', 9000, header, signatures, receipt"
    return [
        f"INSERT INTO log_entry ({COLUMNS}) SELECT {SIZE}, {row} FROM log_entry WHERE idx = 0",
        f"INSERT INTO log_payload (idx, salt, payload) VALUES ({SIZE}, {blob}, {blob.replace('7b7d', said)})",
        f"UPDATE log_payload SET salt = NULL, payload = NULL WHERE idx = {index}",
    ]


def test_an_erasure_that_nobody_signed_is_found_and_the_payload_named(kept: Kept) -> None:
    kept.run(*forged_erasure(TARGET, BYTES[kept.engine.dialect.name]))
    assert kept.found() == ("payload_missing", TARGET)
    assert kept.at_start() == ("entry_missing", SIZE)


def test_an_enrolment_is_not_erased_even_so(kept: Kept) -> None:
    with pytest.raises(DBAPIError, match=REFUSAL):
        kept.run(*forged_erasure(1, BYTES[kept.engine.dialect.name]))
    assert kept.found() == ("", None)


SWAP = f"UPDATE log_entry SET idx = -idx WHERE idx IN ({TARGET}, {TARGET + 1})"
BACK = f"UPDATE log_entry SET idx = {2 * TARGET + 1} + idx WHERE idx < 0"
COPY = f"UPDATE log_entry SET {{0}} = (SELECT e.{{0}} FROM log_entry e WHERE e.idx = {TARGET - 2}) WHERE idx = {TARGET}"
LAST = SIZE - 1
# what was done, who finds it, what it is called, which entry
MUTATIONS: dict[str, tuple[tuple[str, ...], str, str, int | None]] = {
    "another header": ((COPY.format("header"),), "verify", "payload_hash_wrong", TARGET),
    "another signature": ((COPY.format("signatures"),), "verify", "signature_wrong", TARGET),
    "another receipt": ((COPY.format("receipt"),), "verify", "index_wrong", TARGET),
    "another payload": ((f"UPDATE log_payload SET payload = {{bytes}} WHERE idx = {TARGET}",), "verify",
        "payload_hash_wrong", TARGET),
    "payload and salt gone": ((f"UPDATE log_payload SET salt = NULL, payload = NULL WHERE idx = {TARGET}",), "verify",
        "payload_missing", TARGET),
    "row of the payload gone": ((f"DELETE FROM log_payload WHERE idx = {TARGET}",), "verify",
        "payload_missing", TARGET),
    "table of payloads gone": (("DELETE FROM log_payload",), "verify", "payload_withheld", 0),
    "two entries exchanged": ((SWAP, BACK), "verify", "payload_hash_wrong", TARGET),
    "an entry gone": ((f"DELETE FROM log_entry WHERE idx = {TARGET}",), "verify", "payload_malformed", TARGET),
    "an entry gone, the rest moved up": (
        (f"DELETE FROM log_entry WHERE idx = {TARGET}", f"UPDATE log_entry SET idx = -idx WHERE idx > {TARGET}",
         "UPDATE log_entry SET idx = -idx - 1 WHERE idx < 0"), "verify", "payload_hash_wrong", TARGET),
    "the last entry gone": ((f"DELETE FROM log_entry WHERE idx = {LAST}",), "verify", "entry_missing", LAST),
    "a leaf's hash": ((COPY.format("leaf_hash"),), "verify", "tile_wrong", TARGET),
    "a hash of the tree": (("UPDATE log_hash SET hash = {bytes} WHERE level = 1 AND idx = 0",), "verify",
        "tile_wrong", 0),
    "the signed checkpoint": ((f"UPDATE log_checkpoint SET note = {{bytes}} WHERE size = {SIZE}",), "verify",
        "note_malformed", None),
    "a later checkpoint": (("INSERT INTO log_checkpoint (size, note) VALUES (9000, {bytes})",), "verify",
        "note_malformed", None),
    "the checkpoint put back": ((f"DELETE FROM log_checkpoint WHERE size = {SIZE}",), "start", "entry_missing", LAST),
    "the head put back": ((f"UPDATE log_head SET size = {LAST}, edge = {{edge}}",), "start", "entry_missing", LAST),
    "the head sent ahead": ((f"UPDATE log_head SET size = {SIZE + 5}, edge = {{edge}}",), "start", "entry_missing",
        SIZE),
    "the head gone": (("DELETE FROM log_head",), "start", "log_missing", None),
    "another edge at the head": (("UPDATE log_head SET edge = {edge}",), "start", "root_wrong", None),
    "an entry behind the end": (
        (f"INSERT INTO log_entry ({COLUMNS}) SELECT {SIZE}, {FRESH}",), "start", "entry_missing", SIZE),
    "an entry far behind the end": (
        (f"INSERT INTO log_entry ({COLUMNS}) SELECT 9000, {FRESH}",), "rebuild", "present", 9000),
    **{f"the column {name}": ((f"UPDATE log_entry SET {name} = {value} WHERE idx = {TARGET}",), "rebuild", name, TARGET)
       for name, value in (("id", "'x'"), ("kind", "'x'"), ("stream", "'x'"), ("stream_seq", "9000"), ("device", "'x'"),
                           ("seq", "9000"))},
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_what_was_done_past_the_guards_is_found_and_its_entry_named(kept: Kept, name: str) -> None:
    statements, finder, code, index = MUTATIONS[name]
    dialect = kept.engine.dialect.name
    edge = {"sqlite": f"zeroblob({32 * LAST.bit_count()})", "postgresql": "decode(repeat('00', 64), 'hex')"}
    kept.lower()
    kept.run(*(statement.format(bytes=BYTES[dialect], edge=edge[dialect]) for statement in statements))
    find = {"verify": kept.found, "start": kept.at_start, "rebuild": kept.by_rebuild}[finder]
    assert find() == (code, index)


@pytest.mark.parametrize("finder", ["verify", "start", "rebuild"])
def test_where_nothing_was_done_nobody_is_accused(kept: Kept, finder: str) -> None:
    kept.lower()
    find = {"verify": kept.found, "start": kept.at_start, "rebuild": kept.by_rebuild}[finder]
    assert find() == ("", None)


# What the application's role may do, because appending needs it, must not come under a signature.


class Appender:
    """As the door does it: what it appended itself it does not read again."""

    def __init__(self, kept: Kept) -> None:
        self._kept, self._plant, self._tail = kept, kept.plant, Tail()
        tablet = kept.plant.tablet
        with kept.engine.connect() as connection:
            head = kept.log.device_head(connection, tablet.device)
        self._pen = DeviceWriter(tablet.device, tablet.signer, *head, clock=kept.plant.clock)

    def append(self) -> None:
        log, tail = self._kept.log, self._tail
        with self._kept.engine.begin() as connection:
            log.lock(connection, tail)
            log.append(connection, self._plant.weigh(self._pen), "2026-11-25T09:30:00.000Z", (), tail)
            log.sign_checkpoint(connection, tail)

    def forget(self) -> None:
        """As when another process has appended meanwhile."""
        self._tail.forget()


@pytest.mark.parametrize("index", [SIZE + 1, SIZE + 2, 9000])
@pytest.mark.parametrize("remembers", [True, False])
def test_a_row_put_behind_the_end_is_never_signed_unseen(postgresql: Kept, index: int, remembers: bool) -> None:
    appender = Appender(postgresql)
    appender.append()
    own = f"convert_to(replace(convert_from(receipt, 'UTF8'), '{TARGET}', '{index}'), 'UTF8') FROM"
    forged = FRESH.replace("receipt FROM", own)
    postgresql.run(f"INSERT INTO log_entry ({COLUMNS}) SELECT {index}, {forged}")
    if not remembers:
        appender.forget()
    with suppress(SyncError, DBAPIError):
        # Where it stops, a person looks; where it goes on, it has signed its own entry and not this row.
        appender.append()
    with postgresql.engine.connect() as connection:
        size = postgresql.log.head(connection).size
    if size > index:
        # It stood exactly where the next one belongs, for somebody who remembers nothing: nobody has signed it.
        assert (index, remembers) == (SIZE + 1, False)
        assert postgresql.found()[1] == index
        return
    assert postgresql.found() == ("", None)
    assert postgresql.by_rebuild() == ("present", index)
    assert postgresql.at_start() == ("entry_missing", size)


def test_an_entry_that_the_database_swallows_is_missed_and_named(kept: Kept) -> None:
    swallow = {
        "sqlite": "CREATE TRIGGER swallow BEFORE INSERT ON log_entry BEGIN SELECT RAISE(IGNORE); END",
        "postgresql": "CREATE RULE swallow AS ON INSERT TO log_entry DO INSTEAD NOTHING",
    }
    appender = Appender(kept)
    appender.append()
    kept.run(swallow[kept.engine.dialect.name])
    appender.append()
    assert kept.found() == ("entry_missing", SIZE + 1)
    assert kept.at_start() == ("entry_missing", SIZE + 1)
