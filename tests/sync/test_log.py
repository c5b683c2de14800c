"""The log in SQLite and in PostgreSQL: appending, proving, and the database's own refusal to change it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from log_support import ORIGIN, Plant, open_engine
from sqlalchemy import Connection, Engine, insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from sync import merkle, note, tiles
from sync.checkpoint import Checkpoint
from sync.entry import Receipt
from sync.errors import SyncError
from sync.log import Log, Tail
from sync.log.tables import log_entry
from sync.signing import Ed25519Signer
from sync.writer import DeviceWriter

pytestmark = pytest.mark.urs("PLT-01")

TIME = "2026-11-22T09:30:00.000Z"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def plant() -> Plant:
    return Plant.fresh()


@pytest.fixture
def log(plant: Plant, engine: Engine) -> Log:
    log = plant.log()
    with engine.begin() as connection:
        log.create(connection)
    return log


def fill(log: Log, connection: Connection, plant: Plant, count: int) -> list[Receipt]:
    receipts = [log.append(connection, envelope, TIME) for envelope in plant.history(count)]
    log.sign_checkpoint(connection)
    return receipts


def latest(log: Log, connection: Connection) -> Checkpoint:
    return Checkpoint.parse(note.open(log.latest_checkpoint(connection), [note.parse_vkey(log.vkey)]))


def test_an_empty_log_has_a_checkpoint(engine: Engine, log: Log) -> None:
    with engine.begin() as connection:
        log.create(connection)
        assert latest(log, connection) == Checkpoint(ORIGIN, 0, merkle.EMPTY_ROOT)
        assert log.device_head(connection, "tablet-1") == (0, "0" * 64)
        assert log.stream_head(connection, "batch/B-1") == (0, "0" * 64)
        assert log.entry(connection, 0) is None
        assert list(log.entries(connection, 0, 10)) == []
        assert log.sign_checkpoint(connection) == log.latest_checkpoint(connection)


@pytest.mark.urs("PLT-02")
def test_append_gives_index_stream_place_and_receipt(engine: Engine, log: Log, plant: Plant) -> None:
    with engine.begin() as connection:
        receipts = fill(log, connection, plant, 12)
    with engine.begin() as connection:
        assert [receipt.index for receipt in receipts] == list(range(12))
        entries = list(log.entries(connection, 0, 100))
        assert [entry.stamp for entry in entries] == receipts
        assert log.by_id(connection, entries[5].head.id) == entries[5] == log.entry(connection, 5)
        stream = log.stream(connection, "batch/B-0")
        assert [entry.stamp.stream_seq for entry in stream] == [1, 2, 3]
        assert log.stream_head(connection, "batch/B-0") == (3, stream[-1].stamp.stream_hash)
        assert log.stream(connection, "batch/B-0", after=2) == stream[2:]
        assert log.device_head(connection, "server")[0] == 3
        assert log.device_head(connection, plant.tablet.device) == (plant.tablet.seq, plant.tablet.prev)


def test_times_of_receipt_never_run_backwards(engine: Engine, log: Log, plant: Plant) -> None:
    with engine.begin() as connection:
        log.append(connection, plant.enrol(plant.tablet), TIME)
        earlier = log.append(connection, plant.weigh(plant.tablet), "2026-11-22T08:00:00.000Z", ("clock_skew",))
    assert earlier.recorded_at == TIME
    assert earlier.flags == ("clock_skew",)


def test_an_entry_stands_in_the_log_once(engine: Engine, log: Log, plant: Plant) -> None:
    envelope = plant.weigh(plant.tablet)
    with engine.begin() as connection:
        log.append(connection, envelope, TIME)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        log.append(connection, envelope, TIME)
    with engine.begin() as connection:
        assert log.append(connection, plant.weigh(plant.tablet), TIME).index == 1


def test_what_is_rolled_back_leaves_no_hole(engine: Engine, log: Log, plant: Plant) -> None:
    with engine.connect() as connection:
        log.append(connection, plant.enrol(plant.tablet), TIME)
        log.sign_checkpoint(connection)
        connection.rollback()
    with engine.begin() as connection:
        assert log.lock(connection).size == 0
        assert log.append(connection, plant.enrol(plant.bridge), TIME).index == 0


def test_an_entry_that_no_bundle_can_hold_is_refused(engine: Engine, log: Log, plant: Plant) -> None:
    with pytest.raises(SyncError, match="entry_too_large"), engine.begin() as connection:
        log.append(connection, plant.weigh(plant.tablet), TIME, ("x" * 70_000,))


@pytest.mark.urs("PLT-03")
def test_checkpoints_and_proofs(engine: Engine, log: Log, plant: Plant) -> None:
    checkpoints = []
    with engine.begin() as connection:
        for number, envelope in enumerate(plant.history(600), 1):
            log.append(connection, envelope, TIME)
            if number in (1, 255, 256, 257, 400, 600):
                log.sign_checkpoint(connection)
                checkpoints.append(latest(log, connection))
    last = checkpoints[-1]
    with engine.begin() as connection:
        assert log.head(connection).root == last.root
        leaves = [merkle.leaf_hash(entry.leaf) for entry in log.entries(connection, 0, 600)]
        for earlier in checkpoints:
            proof = log.consistency_proof(connection, earlier.size, last.size)
            merkle.verify_consistency(earlier.size, last.size, proof, earlier.root, last.root)
            index = earlier.size - 1
            path = log.inclusion_proof(connection, index, last.size)
            merkle.verify_inclusion(index, last.size, leaves[index], path, last.root)
        chosen = [3, 4, 255, 256, 599]
        nodes = log.multiproof(connection, chosen, last.size)
        assert merkle.root_from_multiproof({i: leaves[i] for i in chosen}, last.size, nodes) == last.root


@pytest.mark.urs("PLT-03")
def test_tiles_end_at_the_checkpoint(engine: Engine, log: Log, plant: Plant) -> None:
    with engine.begin() as connection:
        for envelope in plant.history(300):
            log.append(connection, envelope, TIME)
        assert log.tile(connection, 0, 0) is None
        assert log.bundle(connection, 0, 1) is None
        log.sign_checkpoint(connection)
        log.append(connection, plant.weigh(plant.tablet), TIME)
        for name in tiles.names(300):
            read: Any = {"entries": log.bundle, "payloads": log.payloads}.get(str(name.kind))
            data = (
                read(connection, name.n, name.width)
                if read
                else log.tile(connection, int(name.kind), name.n, name.width)
            )
            assert data, name.path
        assert log.tile(connection, 0, 1, 45) is None
        assert log.payloads(connection, 1, 45) is None
        bundle = log.bundle(connection, 1, 44)
        assert bundle is not None
        assert len(tiles.decode_entries(bundle)) == 44


FORBIDDEN = [
    "UPDATE log_entry SET header = header WHERE idx = 1",
    "UPDATE log_payload SET payload = NULL",
    "UPDATE log_hash SET hash = hash",
    "UPDATE log_checkpoint SET note = note",
    "UPDATE log_head SET size = size - 1",
    "DELETE FROM log_entry WHERE idx = 5",
    "DELETE FROM log_payload",
    "DELETE FROM log_hash",
    "DELETE FROM log_checkpoint",
    "DELETE FROM log_head",
]
SQLITE_FORBIDDEN = [
    "INSERT OR REPLACE INTO log_entry SELECT * FROM log_entry WHERE idx = 1",
    "REPLACE INTO log_entry SELECT idx + 1000, leaf_hash, id, kind, stream, stream_seq, device, seq, header, "
    "signatures, receipt FROM log_entry WHERE idx = 1",
    "INSERT OR REPLACE INTO log_payload SELECT * FROM log_payload WHERE idx = 1",
    "INSERT OR REPLACE INTO log_hash SELECT * FROM log_hash",
    "INSERT OR REPLACE INTO log_checkpoint SELECT * FROM log_checkpoint",
    "INSERT OR REPLACE INTO log_head SELECT * FROM log_head",
    "INSERT INTO log_head VALUES (2, 0, x'')",
    "UPDATE OR REPLACE log_entry SET idx = 2 WHERE idx = 1",
]
POSTGRESQL_FORBIDDEN = [
    "TRUNCATE log_entry",
    "TRUNCATE log_entry, log_payload, log_hash, log_checkpoint, log_head",
    "INSERT INTO log_entry SELECT * FROM log_entry WHERE idx = 1 ON CONFLICT (idx) DO UPDATE SET header = ''",
]


def count_rows(engine: Engine) -> list[tuple[Any, ...]]:
    tables = ("log_entry", "log_payload", "log_hash", "log_checkpoint", "log_head")
    with engine.begin() as connection:
        return [tuple(connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1, 2").all()) for table in tables]


@pytest.mark.urs("PLT-06")
def test_the_database_refuses_to_change_the_log(engine: Engine, log: Log, plant: Plant) -> None:
    with engine.begin() as connection:
        fill(log, connection, plant, 260)
    before = count_rows(engine)
    own = SQLITE_FORBIDDEN if engine.dialect.name == "sqlite" else POSTGRESQL_FORBIDDEN
    for statement in FORBIDDEN + own:
        with pytest.raises(DBAPIError, match=r"append-only|permission denied"), engine.begin() as connection:
            connection.exec_driver_sql(statement)
    assert count_rows(engine) == before


@pytest.mark.urs("PLT-06")
def test_on_sqlite_no_index_is_left_out(tmp_path: Path, plant: Plant) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/log.db")
    with engine.begin() as connection:
        plant.log().create(connection)
    row: dict[str, Any] = dict.fromkeys(("header", "signatures", "receipt", "leaf_hash"), b"")
    row |= {"id": "x", "kind": "x", "stream": "x", "stream_seq": 1, "device": "x", "seq": 1}
    for index in (1, -1, None):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(insert(log_entry).values(idx=index, **row))
    engine.dispose()


@pytest.mark.urs("PLT-06")
def test_the_head_moves_forward_only(engine: Engine, log: Log, plant: Plant) -> None:
    with engine.begin() as connection:
        fill(log, connection, plant, 5)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE log_head SET size = size")
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.exec_driver_sql("UPDATE log_head SET size = 4")
    with engine.begin() as connection:
        assert log.head(connection).size == 5


@pytest.mark.urs("PLT-06")
def test_on_postgresql_the_applications_own_role_is_refused(postgres: Any, plant: Plant) -> None:
    """A role that owns the tables but is no superuser, as the application is: it lacks the privilege itself."""
    url = postgres.create()
    admin = open_engine(url)
    with admin.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS pestle_app"))
        connection.execute(text("CREATE ROLE pestle_app LOGIN"))
        connection.execute(text("GRANT CREATE ON SCHEMA public TO pestle_app"))
    admin.dispose()
    engine = open_engine(url.replace("pestle@", "pestle_app@"))
    log = plant.log()
    with engine.begin() as connection:
        log.create(connection)
        log.create(connection)
        fill(log, connection, plant, 260)
    for statement in FORBIDDEN + POSTGRESQL_FORBIDDEN:
        by_trigger = statement.startswith(("UPDATE log_head", "UPDATE log_payload"))
        expected = "append-only" if by_trigger else "permission denied"
        with pytest.raises(DBAPIError, match=expected), engine.begin() as connection:
            connection.exec_driver_sql(statement)
    with engine.begin() as connection:
        assert log.append(connection, plant.weigh(plant.tablet), TIME).index == 260
        log.sign_checkpoint(connection)
        assert log.head(connection).size == 261
    engine.dispose()


@pytest.mark.parametrize("remembering", [False, True])
def test_several_writers_leave_no_gap(engine: Engine, log: Log, plant: Plant, remembering: bool) -> None:
    devices = [DeviceWriter(f"tablet-{number}", Ed25519Signer.generate(), clock=plant.clock) for number in range(4)]

    def work(device: DeviceWriter) -> None:
        tail = Tail() if remembering else None
        for _ in range(10):
            with engine.begin() as connection:
                log.lock(connection, tail)
                log.append(connection, plant.weigh(device), TIME, tail=tail)
                log.sign_checkpoint(connection, tail)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, devices))
    with engine.begin() as connection:
        assert [entry.index for entry in log.entries(connection, 0, 100)] == list(range(40))
        assert log.stream_head(connection, "batch/B-1")[0] == 40
        assert latest(log, connection).size == 40
