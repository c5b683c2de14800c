"""Logs of earlier versions, kept for ever: where they lie, how one comes into a database, what its tables gave."""

import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, select
from support import ROOT

from server.core import db, rebuild
from server.core.kinds import Registry
from server.migrations import migrate
from sync import merkle, tiles
from sync.checkpoint import Checkpoint
from sync.entry import Header, Receipt, split_leaf
from sync.log import Log
from sync.log.tables import log_checkpoint, log_entry, log_hash, log_head, log_payload
from sync.signing import Ed25519Signer

LOGS = ROOT / "tests" / "vectors" / "logs"


class KeptLog:
    """One folder of `tests/vectors/logs`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.note = (folder / "log" / "checkpoint").read_bytes()
        self.checkpoint = Checkpoint.parse(self.note.rpartition(b"\n\n")[0] + b"\n")
        self.tables: dict[str, dict[str, Any]] = json.loads((folder / "tables.json").read_text("utf-8"))

    def read(self, name: tiles.Name) -> bytes:
        return (self.folder / "log" / name.path).read_bytes()

    def leaves(self) -> list[bytes]:
        names = [name for name in tiles.names(self.checkpoint.size) if name.kind == "entries"]
        return [leaf for name in names for leaf in tiles.decode_entries(self.read(name))]

    def payloads(self) -> list[tuple[bytes, bytes] | None]:
        names = [name for name in tiles.names(self.checkpoint.size) if name.kind == "payloads"]
        lines = [line for name in names for line in self.read(name).splitlines()]
        return [tiles.decode_payload(line, index) for index, line in enumerate(lines)]

    def unpack(self, folder: Path) -> Path:
        """The data folder of that version, as its server left it."""
        with tarfile.open(self.folder / "data.tar.gz") as archive:
            archive.extractall(folder, filter="data")
        return folder / "data"

    def restore(self, engine: Engine) -> Log:
        """Into an empty database, byte for byte; the log, whose key nobody here holds."""
        migrate(engine)
        log = Log(self.checkpoint.origin, Ed25519Signer.generate())
        with db.writing_records(), db.write(engine) as connection:
            log.create(connection)
            edge = self._restore_entries(connection)
            assert edge.root() == self.checkpoint.root
            connection.execute(log_head.update().values(size=edge.size, edge=b"".join(edge.hashes)))
            connection.execute(insert(log_checkpoint).values(size=edge.size, note=self.note))
        return log

    def _restore_entries(self, connection: Connection) -> merkle.Edge:
        edge = merkle.Edge()
        for index, (leaf, held) in enumerate(zip(self.leaves(), self.payloads(), strict=True)):
            salt, payload = held or (None, None)
            connection.execute(insert(log_entry).values(_row(index, leaf)))
            connection.execute(insert(log_payload).values(idx=index, salt=salt, payload=payload))
            for level, place, value in edge.append(merkle.leaf_hash(leaf)):
                if level and level % 8 == 0:
                    connection.execute(insert(log_hash).values(level=level // 8, idx=place, hash=value))
        return edge


def _row(index: int, leaf: bytes) -> dict[str, Any]:
    header, signatures, receipt = split_leaf(leaf)
    head, stamp = Header.parse(header), Receipt.parse(receipt)
    row: dict[str, Any] = {name: getattr(head, name) for name in ("id", "kind", "stream", "device", "seq")}
    row |= {"idx": index, "leaf_hash": merkle.leaf_hash(leaf), "stream_seq": stamp.stream_seq}
    return row | {"header": header, "signatures": signatures, "receipt": receipt}


def all_kept() -> list[KeptLog]:
    return [KeptLog(path.parent) for path in sorted(LOGS.glob("*/tables.json"))]


def rebuilt(engine: Engine, log: Log, registry: Registry) -> dict[str, dict[str, Any]]:
    """Of every table of records as a rebuild makes it: its columns, and the digest of its rows."""
    rebuild.replace(engine, log, registry)
    with engine.connect() as connection:
        return {table.name: digest(connection, table, _columns(table)) for table in db.records.sorted_tables}


def _columns(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def digest(connection: Connection, table: Table, columns: list[str]) -> dict[str, Any]:
    """{"columns", "rows" (how many), "sha256" (of the rows as sorted lines of JSON)}."""
    by_name = {column.name: column for column in table.columns}
    rows = connection.execute(select(*(by_name[name] for name in columns)))
    lines = sorted(json.dumps([_plain(value) for value in row], ensure_ascii=False, sort_keys=True) for row in rows)
    return {
        "columns": columns,
        "rows": len(lines),
        "sha256": hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest(),
    }


def _plain(value: Any) -> Any:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value
