"""A door with toy kinds behind it, for what the door does whatever the rooms are; and a hold on its committer."""

import base64
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

from marshmallow import Schema, fields
from sqlalchemy import Connection, Engine

from server.core import db
from server.core.kinds import Entry, Fact, Kind, Registry, Room, Ruling
from server.core.record import DeviceKey, Recorder
from sync.log import Log
from sync.signing import Ed25519Signer
from sync.verify import Result, verify_log
from sync.verify.readers import Reader
from sync.writer import DeviceWriter

ENROLLED = "identity.device_enrolled.v1"


class Number(Schema):
    """A toy payload."""

    n = fields.Integer(required=True, strict=True)


class Anything(Schema):
    class Meta:
        unknown = "include"


def _no_odd_numbers(connection: Connection, entry: Entry) -> Ruling:
    if entry.payload["n"] % 2 == 0:
        return Ruling()
    refused = Fact("toy.refused.v1", "toy", {"n": entry.payload["n"]})
    return Ruling(refusal="not_permitted", details={"n": entry.payload["n"]}, consequences=(refused,))


def _breaks(connection: Connection, entry: Entry) -> None:
    raise ZeroDivisionError("a projection with a fault")


TOYS = (
    Kind("toy.counted.v1", Number, "observation"),
    Kind("toy.allowed.v1", Number, "decision", _no_odd_numbers),
    Kind("toy.refused.v1", Number, "observation"),
    Kind("toy.broken.v1", Number, "observation", project=_breaks),
    Kind(ENROLLED, Anything, "decision"),
)


class ToySite:
    """One door, one server, and devices that enrol by being asked for."""

    def __init__(self, database_url: str, kinds: tuple[Kind, ...] = TOYS) -> None:
        self.engine = db.open_engine(database_url)
        db.create_tables(self.engine)
        self.signer = Ed25519Signer.generate()
        self.log = Log("toy.example/log", self.signer)
        self.keys: dict[str, DeviceKey] = {}
        registry = Registry([Room("toy", kinds)])
        self.recorder = Recorder(self.engine, self.log, self.signer, registry, lambda _, name: self.keys.get(name))
        self._enrol("server", self.signer, "server")

    def device(self, name: str = "tablet-1") -> DeviceWriter:
        signer = Ed25519Signer.generate()
        self._enrol(name, signer, "tablet")
        return DeviceWriter(name, signer)

    def _enrol(self, name: str, signer: Ed25519Signer, role: str) -> None:
        key = base64.b64encode(signer.public_key).decode()
        payload = {"device": name, "name": name, "role": role, "alg": signer.alg, "public_key": key}
        self.recorder.state(Fact(ENROLLED, f"device/{name}", payload))
        self.keys[name] = DeviceKey(signer.alg, signer.public_key, role, None)

    def numbers(self, kind: str = "toy.counted.v1") -> list[int]:
        """What stands in the log of a kind, in order."""
        with self.engine.connect() as connection:
            found = self.log.entries(connection, 0, 1 << 30)
            return [entry.envelope.body["n"] for entry in found if entry.head.kind == kind]

    def verify(self) -> Result:
        return verify_log(reader(self.engine, self.log), full=True)

    def close(self) -> None:
        self.recorder.close()
        self.engine.dispose()


def count(n: int) -> Fact:
    return Fact("toy.counted.v1", "toy", {"n": n})


def reader(engine: Any, log: Log) -> Reader:
    """The log's files straight from the database, for the verifier."""
    from sync.tiles import Name

    def read(path: str) -> bytes | None:
        with engine.connect() as connection:
            if path == "checkpoint":
                return log.latest_checkpoint(connection)
            name = Name.parse(path)
            if path == "policy" or name is None:
                return log.policy.encode() if path == "policy" else None
            if name.kind == "entries":
                return log.bundle(connection, name.n, name.width)
            if name.kind == "payloads":
                return log.payloads(connection, name.n, name.width)
            return log.tile(connection, int(name.kind), name.n, name.width)

    return read


@contextmanager
def one_group(site: ToySite, *works: Any) -> Iterator[list["Future[Any]"]]:
    """Have these done in one group of the committer: it is held in its own thread until all of them wait."""
    held, go = Event(), Event()

    def hold(_: Any) -> None:
        if not go.is_set():
            held.set()
            go.wait(30)

    site.recorder.subscribe(hold)
    with ThreadPoolExecutor(len(works) + 1) as pool:
        first = pool.submit(site.recorder.state, count(-1))
        held.wait(30)
        futures = [pool.submit(work) for work in works]
        while site.recorder._queue.qsize() < len(works):
            held.wait(0.01)
        go.set()
        first.result(30)
        yield futures


@contextmanager
def unguarded(engine: Engine) -> Iterator[Connection]:
    """As somebody with the database's password writes, who knows of the guards and takes them away first."""
    with db.writing_records(), db.write(engine) as connection:
        if connection.dialect.name == "sqlite":
            triggers = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars()
            for name in list(triggers):
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = 'replica'")
        yield connection
