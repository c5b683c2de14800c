"""Logs for tests: in a database through `Log`, or forged as files by somebody who holds the server's key."""

import base64
import re
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from sync import merkle, note, tiles
from sync.checkpoint import Checkpoint
from sync.entry import FIRST_PREV, Envelope, Header, Receipt, leaf_data, next_stream_hash, sign
from sync.log import Log
from sync.signing import Ed25519Signer
from sync.trust import Policy
from sync.writer import DeviceWriter, now_text

ORIGIN = "pestle.example/plant-1"
START = 1_795_340_000_000
Files = dict[str, bytes]


class Clock:
    """Unix milliseconds, a second later at each look, so that receipts have something to be in order by."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        self.now += 1000
        return self.now


@dataclass
class Plant:
    """A server, a tablet and a bridge with their pens, all at their first entry."""

    server: DeviceWriter
    tablet: DeviceWriter
    bridge: DeviceWriter
    clock: Clock

    @classmethod
    def fresh(cls) -> "Plant":
        clock = Clock()
        names = ("server", "tablet-00a1", "bridge-00b2")
        return cls(*(DeviceWriter(name, Ed25519Signer.generate(), clock=clock) for name in names), clock)

    @property
    def signer(self) -> Ed25519Signer:
        assert isinstance(self.server.signer, Ed25519Signer)
        return self.server.signer

    @property
    def policy(self) -> Policy:
        return Policy((note.Key(ORIGIN, self.signer.public_key),), (self.signer.public_key,))

    def log(self) -> Log:
        return Log(ORIGIN, self.signer)

    def enrol(self, device: DeviceWriter, role: str = "tablet") -> Envelope:
        payload = {
            "device": device.device,
            "name": device.device.upper(),
            "role": role,
            "alg": device.signer.alg,
            "public_key": base64.b64encode(device.signer.public_key).decode(),
        }
        return self.server.write("identity.device_enrolled.v1", f"device/{device.device}", payload, actor="server")

    def revoke(self, device: DeviceWriter, last_seq: int) -> Envelope:
        payload = {"device": device.device, "last_seq": last_seq, "reason": "lost"}
        return self.server.write("identity.device_revoked.v1", f"device/{device.device}", payload, actor="server")

    def weigh(self, device: DeviceWriter, batch: str = "B-1", **more: Any) -> Envelope:
        payload = {"batch": batch, "phase": "20", "net": {"value": "12.640", "unit": "kg"}}
        return device.write(
            "production.material_weighed.v1", f"batch/{batch}", payload, actor="P-0001", subject="20/net", **more
        )

    def history(self, count: int) -> list[Envelope]:
        """Three enrolments, then weighings by tablet and bridge in turn, in three batches."""
        entries = [self.enrol(self.server, "server"), self.enrol(self.tablet), self.enrol(self.bridge, "bridge")]
        while len(entries) < count:
            number = len(entries)
            entries.append(self.weigh((self.tablet, self.bridge)[number % 2], f"B-{number % 3}"))
        return entries[:count]


@dataclass(frozen=True)
class Entered:
    """An entry with what the server says of it; a forger may say anything."""

    envelope: Envelope
    recorded_at: str
    flags: tuple[str, ...] = ()
    withheld: bool = False
    receipt: dict[str, Any] | None = None


def entered(envelopes: Iterable[Envelope]) -> list[Entered]:
    return [Entered(envelope, now_text(START + 60_000 * i)) for i, envelope in enumerate(envelopes)]


def forge(signer: Ed25519Signer, entries: Sequence[Entered]) -> Files:
    """The files of a log of these entries, with receipts, tree and checkpoint all made to fit."""
    leaves, streams = [], dict[str, tuple[int, str]]()
    for index, entry in enumerate(entries):
        stream = re.findall(rb'"stream":"([^"]*)"', entry.envelope.header)[0].decode()
        count, running = streams.get(stream, (0, FIRST_PREV))
        running = next_stream_hash(running, entry.envelope.header)
        receipt = Receipt(index, count + 1, running, entry.recorded_at, entry.flags)
        receipt = replace(receipt, **(entry.receipt or {}))
        streams[stream] = count + 1, running
        leaves.append(leaf_data(entry.envelope.header, entry.envelope.signatures, receipt.encode()))
    rows = [
        (i, None, None) if entry.withheld else (i, entry.envelope.salt, entry.envelope.payload)
        for i, entry in enumerate(entries)
    ]
    return tree_files(signer, leaves, rows)


def tree_files(
    signer: Ed25519Signer, leaves: Sequence[bytes], rows: Sequence[tuple[int, bytes | None, bytes | None]]
) -> Files:
    edge, levels = merkle.Edge(), [[merkle.leaf_hash(leaf) for leaf in leaves]]
    for value in levels[0]:
        for level, _, node in edge.append(value):
            if level % 8 == 0:
                levels += [[] for _ in range(level // 8 + 1 - len(levels))]
                levels[level // 8].append(node)
    files = {}
    for name in tiles.names(len(leaves)):
        start, stop = name.n * tiles.WIDTH, name.n * tiles.WIDTH + name.width
        if name.kind == "entries":
            files[name.path] = tiles.encode_entries(leaves[start:stop])
        elif name.kind == "payloads":
            files[name.path] = tiles.encode_payloads(rows[start:stop])
        else:
            files[name.path] = b"".join(levels[int(name.kind)][start:stop])
    text = Checkpoint(ORIGIN, edge.size, edge.root()).encode()
    files["checkpoint"] = note.sign(text, ORIGIN, signer)
    files["policy"] = Policy((note.Key(ORIGIN, signer.public_key),), (signer.public_key,)).encode()
    return files


def resign(device: DeviceWriter, envelope: Envelope, **changes: Any) -> Envelope:
    """The entry as its own device would have signed it with other fields."""
    header: Header = replace(envelope.head, **changes)
    return sign(device.signer, header, envelope.salt, envelope.payload)


def open_engine(url: str) -> Engine:
    """As the server opens it: on SQLite each transaction begins IMMEDIATE."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@contextmanager
def database(url: str) -> Any:
    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()
