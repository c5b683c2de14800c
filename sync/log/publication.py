"""The published checkpoint: the one that goes out of the house, signed with every key of the log and seen by witnesses.

Each group of entries gets a checkpoint of its own, which costs one Ed25519 signature. About once a second, and on
demand, the latest of them is published: it gets the log's ML-DSA-44 signature and the cosignatures of the site's
witnesses. Only a checkpoint that meets the site's policy is kept so; until one does, the one before stays published.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from sync import canonical, note, witness
from sync.certificate import Certificate
from sync.checkpoint import Checkpoint
from sync.errors import SyncError
from sync.log import reading
from sync.log.log import Log
from sync.log.reading import StoredEntry
from sync.log.tables import log_checkpoint, log_cosignature, log_entry
from sync.trust import NONE, Opened, Policy, Witness
from sync.verify.keys import ENROLLED, KEYS_CHANGED, ROOT_ADOPTED, SERVER

WITNESS_ADDED, WITNESS_REMOVED = witness.ADDED, witness.REMOVED
ALL = "witnesses"
# What a policy is made from. Only entries of the device `server` count.
_KINDS = (ENROLLED, KEYS_CHANGED, ROOT_ADOPTED, WITNESS_ADDED, WITNESS_REMOVED)
# How many sizes are looked at for one that meets the policy: it is the last one, but after a change of policy.
_MOST = 20

_by_server = select(log_entry.c.idx).where(
    log_entry.c.kind.in_(_KINDS), log_entry.c.device == SERVER, log_entry.c.idx < bindparam("size")
)
_sizes = select(log_cosignature.c.size).distinct().order_by(log_cosignature.c.size.desc()).limit(_MOST)
_lines = select(log_cosignature.c.name, log_cosignature.c.key, log_cosignature.c.line).where(
    log_cosignature.c.size == bindparam("size")
)
_note = select(log_checkpoint.c.note).where(log_checkpoint.c.size == bindparam("size"))
_certificates = (
    select(log_entry.c.idx)
    .where(log_entry.c.kind == KEYS_CHANGED, log_entry.c.device == SERVER)
    .order_by(log_entry.c.idx.desc())
    .limit(1)
)


def policy(connection: Connection, log: Log) -> Policy:
    """The site's policy as the log's entries make it: keys and root, and the witnesses in use, who must all sign."""
    size = log.head(connection).size
    indices = sorted(connection.execute(_by_server, {"size": size}).scalars())
    made = _Made()
    for entry in reading.at(connection, indices):
        made.take(entry)
    return made.policy(log)


def certificate(connection: Connection) -> bytes | None:
    """The note by which the site's root last named its keys, None where it never did."""
    index = connection.execute(_certificates).scalar()
    found = None if index is None else reading.one(connection, index)
    return None if found is None else str(found.envelope.body["certificate"]).encode()


def published(connection: Connection, log: Log, by: Policy | None = None) -> bytes | None:
    """The newest checkpoint that meets the policy (the site's own, unless given), with all its signature lines; None
    while none does."""
    wanted = by or policy(connection, log)
    if wanted.logs == log.policy.logs and wanted.quorum == NONE:
        return log.latest_checkpoint(connection)
    for size in connection.execute(_sizes).scalars():
        signed = with_lines(connection, size)
        if signed is not None and _meets(wanted, signed):
            return signed
    return None


def opened(connection: Connection, log: Log) -> tuple[bytes, Opened] | None:
    """The published checkpoint as note and as what it says."""
    wanted = policy(connection, log)
    signed = published(connection, log, wanted)
    return None if signed is None else (signed, wanted.open(signed))


def with_lines(connection: Connection, size: int) -> bytes | None:
    """The checkpoint of this size with every signature line that is kept for it, None where there is none."""
    signed = connection.execute(_note, {"size": size}).scalar()
    if signed is None:
        return None
    lines = sorted(connection.execute(_lines, {"size": size}), key=lambda row: (row.name, row.key))
    return note.add(bytes(signed), (bytes(row.line) for row in lines))


def signed_again(log: Log, signed: bytes, unix_seconds: int) -> bytes:
    """The checkpoint with the log's ML-DSA-44 signature too, where the log has such a key."""
    if log.cosigner is None:
        return signed
    return note.add(signed, [note.cosign(note.split(signed)[0], log.origin, log.cosigner, unix_seconds)])


def keep(connection: Connection, signed: bytes) -> None:
    """Keep the further signature lines of a checkpoint that stands in the log; those that are there already stay."""
    text, lines = note.split(signed)
    size = Checkpoint.parse(text).size
    own = note.split(bytes(connection.execute(_note, {"size": size}).scalar_one()))[1]
    known = {(row.name, row.key) for row in connection.execute(_lines, {"size": size})}
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for line in lines:
        name, raw = note.parse_line(line)
        if line not in own and (name, raw[:4].hex()) not in known:
            row = {"size": size, "name": name, "key": raw[:4].hex(), "line": f"{line}\n".encode()}
            rows.setdefault((name, raw[:4].hex()), row)
    if rows:
        connection.execute(insert(log_cosignature), list(rows.values()))


@lru_cache(maxsize=64)
def _meets(wanted: Policy, signed: bytes) -> bool:
    """Asked at every look at the published checkpoint, and mostly the same."""
    try:
        wanted.open(signed)
    except SyncError:
        return False
    return True


class _Made:
    """A policy in the making, entry by entry."""

    def __init__(self) -> None:
        self._servers: dict[bytes, None] = {}
        self._root: note.Key | None = None
        self._witnesses: dict[str, Witness] = {}

    def take(self, entry: StoredEntry) -> None:
        kind, body = entry.head.kind, entry.envelope.body
        if kind == ENROLLED and body.get("device") == SERVER:
            self._servers[canonical.decode_base64(body["public_key"])] = None
        elif kind == KEYS_CHANGED:
            named = Certificate.parse(note.split(body["certificate"].encode())[0])
            self._servers[named.server_key] = None
        elif kind == ROOT_ADOPTED:
            self._root = note.parse_vkey(body["vkey"])
        elif kind == WITNESS_ADDED:
            self._witnesses[body["name"]] = _witness(body)
        elif kind == WITNESS_REMOVED:
            self._witnesses.pop(body["name"], None)

    def policy(self, log: Log) -> Policy:
        servers = tuple(self._servers) or log.policy.server_keys
        witnesses = tuple(self._witnesses.values())
        groups: Iterable[tuple[str, int, tuple[str, ...]]] = ()
        quorum = NONE
        if len(witnesses) == 1:
            quorum = witnesses[0].name
        elif witnesses:
            quorum, groups = ALL, ((ALL, len(witnesses), tuple(one.name for one in witnesses)),)
        return Policy(log.keys, servers, self._root, witnesses, tuple(groups), quorum)


def _witness(body: Mapping[str, Any]) -> Witness:
    return Witness(body["name"], note.parse_vkey(body["vkey"]), body.get("url") or "")
