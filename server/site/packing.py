"""What a backup holds: the log as its files, the rows of the workspace, photos and keys, in one tar for any tool.

Nothing in it depends on the database system. The last member, SHA256SUMS, names every other one with its hash, so a tar
without it is half a backup.
"""

import base64
import hashlib
import tarfile
from collections.abc import Generator, Iterable, Iterator
from typing import IO, Any

import orjson
from sqlalchemy import Connection, Table, select

from server.core import clock, db
from server.core.errors import PestleError
from server.core.plant import Plant
from server.site import version
from sync import canonical, tiles
from sync.checkpoint import Checkpoint
from sync.log import tables as log_tables

FORMAT = "pestle/backup/v1"
ABOUT, SUMS = "about.json", "SHA256SUMS"
KEYS = "keys/"
LOG = "log/"
TABLES = "tables/"
BLOBS = "blobs/"
# Made again from the entries, or by the log itself.
DERIVED = {"log_entry", "log_payload", "log_hash", "log_head"}
# Whoever was signed in must sign in again, and codes of a quarter of an hour are over.
PASSING = {"identity_session", "identity_enrolment_code"}
# Rows of a table are cut into files of about so many bytes.
_FULL = 4 * 1024 * 1024
# Above the largest file that we pack; what claims to be longer would be read into memory, zeros that nobody sent too.
_MOST = 64 * 1024 * 1024
_BLOCK = 512

Member = tuple[str, bytes]
"""Name and bytes of one file in the tar; the largest is a bundle of 256 entries (17 MB)."""


def members(plant: Plant, connection: Connection, checkpoint: Checkpoint) -> Iterator[Member]:
    """Everything of one moment: `connection` is a `db.snapshot`, `checkpoint` the one at the end of its log."""
    yield ABOUT, canonical.encode(_about(checkpoint))
    for path in sorted(plant.config.data.glob("*.key")):
        yield KEYS + path.name, path.read_bytes()
    yield LOG + "policy", plant.log.policy.encode()
    yield LOG + "checkpoint", plant.log.latest_checkpoint(connection)
    # Entries beside their payloads, as they will be read.
    names = list(tiles.names(checkpoint.size))
    for name in sorted(names, key=lambda one: (isinstance(one.kind, int), one.n, str(one.kind))):
        yield LOG + name.path, _file(plant, connection, name)
    for table in tables():
        yield from _rows(connection, table)
    # Photos never change; one that comes meanwhile is one more.
    for path in sorted(plant.config.blobs.glob("[0-9a-f][0-9a-f]/*")):
        if not path.name.startswith("."):
            yield BLOBS + path.name, path.read_bytes()


def tables() -> list[Table]:
    """Those whose rows are kept: of the log what is no leaf, of the workspace what does not pass."""
    mine = [table for table in log_tables.metadata.sorted_tables if table.name not in DERIVED]
    return [*mine, *(table for table in db.workspace.sorted_tables if table.name not in PASSING)]


def pack(files: Iterable[Member]) -> Generator[bytes]:
    """A tar of these files, with SHA256SUMS as its last."""
    sums = []
    for name, data in files:
        sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
        yield from _tarred(name, data)
    yield from _tarred(SUMS, "".join(sums).encode())
    yield b"\0" * 2 * _BLOCK


def unpack(source: IO[bytes]) -> Iterator[Member]:
    """The files of a tar, in order; PestleError `backup_damaged`, at the latest after the last of them.

    Whoever takes them must not take them for whole before the iterator has ended.
    """
    sums, given = [], None
    try:
        with tarfile.open(fileobj=source, mode="r|") as tar:
            for info in tar:
                stream = tar.extractfile(info)
                if given is not None or stream is None or info.size > _MOST:
                    raise PestleError("backup_damaged", {"detail": info.name[:200]})
                data = stream.read()
                if info.name == SUMS:
                    given = data
                    continue
                sums.append(f"{hashlib.sha256(data).hexdigest()}  {info.name}\n")
                yield info.name, data
        # To the very end, where the encryption says that nothing was cut off.
        while source.read(1 << 16):
            pass
    except (tarfile.TarError, EOFError) as error:
        raise PestleError("backup_damaged", {"detail": str(error)}) from error
    if given != "".join(sums).encode():
        raise PestleError("backup_damaged", {"detail": SUMS})


def about(data: bytes) -> dict[str, Any]:
    """What a backup says of itself; PestleError `backup_newer` for one of a later version than ours."""
    try:
        said = canonical.parse(data)
        migration, form = said["migration"], said["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise PestleError("backup_damaged", {"detail": ABOUT}) from error
    ours = version.current().migration
    if form != FORMAT or migration > ours:
        raise PestleError("backup_newer", {"backup": str(migration), "program": ours})
    return dict(said)


def decode_rows(data: bytes) -> list[dict[str, Any]]:
    """The rows of one file of a table: a JSON object per line, bytes as {"base64": …}."""
    return [{name: _decoded(value) for name, value in orjson.loads(line).items()} for line in data.split(b"\n") if line]


def _about(checkpoint: Checkpoint) -> dict[str, Any]:
    end = {"size": checkpoint.size, "root": checkpoint.root.hex()}
    made = {"created_at": clock.now_text(), **version.current().payload()}
    return {"format": FORMAT, "origin": checkpoint.origin, "checkpoint": end, **made}


def _file(plant: Plant, connection: Connection, name: tiles.Name) -> bytes:
    if name.kind == "entries":
        data = plant.log.bundle(connection, name.n, name.width)
    elif name.kind == "payloads":
        data = plant.log.payloads(connection, name.n, name.width)
    else:
        data = plant.log.tile(connection, int(name.kind), name.n, name.width)
    if data is None:
        raise PestleError("entry_missing", {"index": name.n * tiles.WIDTH})
    return data


def _rows(connection: Connection, table: Table) -> Iterator[Member]:
    order = list(table.primary_key) or list(table.columns)
    query = select(table).order_by(*order).execution_options(yield_per=100)
    number, waiting, size = 0, list[bytes](), 0
    with connection.execute(query) as found:
        for row in found.mappings():
            waiting.append(orjson.dumps({str(name): _encoded(value) for name, value in row.items()}) + b"\n")
            size += len(waiting[-1])
            if size > _FULL:
                yield f"{TABLES}{table.name}/{number:06d}.jsonl", b"".join(waiting)
                number, waiting, size = number + 1, [], 0
    if waiting:
        yield f"{TABLES}{table.name}/{number:06d}.jsonl", b"".join(waiting)


def _encoded(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _decoded(value: Any) -> Any:
    return canonical.decode_base64(value["base64"]) if isinstance(value, dict) else value


def _tarred(name: str, data: bytes) -> Iterator[bytes]:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = len(data), 0o600, int(clock.now().timestamp())
    yield info.tobuf(tarfile.PAX_FORMAT)
    yield data
    yield b"\0" * (-len(data) % _BLOCK)
