"""The files attached to a dossier: one batch's entries, the proof that they stand in the log, the keys, the time."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import orjson

from sync import canonical
from sync.errors import SyncError

RECORDS = "records.json"
PROOF = "proof.json"
CHECKPOINT = "checkpoint"
POLICY = "policy"
FILES = (RECORDS, PROOF, CHECKPOINT, POLICY)
# Where there is something to put into them: the root's certificate, the proof of the disposition alone (C2SP
# tlog-proof), and a time stamp of RFC 3161 over the file `checkpoint`.
CERTIFICATE = "certificate"
SEAL = "seal.tlog-proof"
TIMESTAMP = "timestamp.tsr"
MORE_FILES = (CERTIFICATE, SEAL, TIMESTAMP)
# A disposition seals the stream: it says how far it went that was reviewed. Since v2 it names devices' heads too.
SEALS = ("release.batch_released.v1", "release.batch_rejected.v1")
SEALS_OF_DEVICES = (
    *("release.batch_released.v2", "release.batch_rejected.v2"),
    *("release.batch_released.v3", "release.batch_rejected.v3"),
)
LEASED = "handheld.lease_issued.v1"

_FIELDS = {"index", "header", "signatures", "receipt", "salt", "payload"}


@dataclass(frozen=True, slots=True)
class Record:
    """An entry in exact bytes; salt and payload are both None where they are withheld."""

    index: int
    header: bytes
    signatures: bytes
    receipt: bytes
    salt: bytes | None
    payload: bytes | None

    def encode(self) -> bytes:
        return canonical.encode(
            {
                "index": self.index,
                "header": self.header.decode(),
                "signatures": self.signatures.decode(),
                "receipt": self.receipt.decode(),
                "salt": None if self.salt is None else base64.b64encode(self.salt).decode(),
                "payload": None if self.payload is None else self.payload.decode(),
            }
        )

    @classmethod
    def parse(cls, line: bytes) -> "Record":
        """SyncError `not_canonical` or `bundle_malformed`."""
        value = canonical.parse(line)
        if not isinstance(value, dict) or set(value) != _FIELDS or type(value["index"]) is not int:
            raise SyncError("bundle_malformed", "a record has other fields than the format")
        texts = [value[name] for name in ("header", "signatures", "receipt")]
        beside = [value["salt"], value["payload"]]
        held = beside != [None, None]
        if not all(isinstance(text, str) for text in (*texts, *(beside if held else ()))):
            raise SyncError("bundle_malformed", "a line of a record is not text")
        header, signatures, receipt = (text.encode() for text in texts)
        if not held:
            return cls(value["index"], header, signatures, receipt, None, None)
        salt, payload = _base64(beside[0]), beside[1].encode()
        return cls(value["index"], header, signatures, receipt, salt, payload)


@dataclass(frozen=True, slots=True)
class Proof:
    """That the records stand in the tree of `size`: `nodes` is their multiproof.

    `leaves` has index and leaf hash of every record, so that a changed or missing one can be named. `stream` is the
    one whose entries are claimed to be complete.
    """

    stream: str
    size: int
    nodes: Sequence[bytes]
    leaves: Sequence[tuple[int, bytes]]

    def encode(self) -> bytes:
        leaves = [{"index": index, "hash": base64.b64encode(value).decode()} for index, value in self.leaves]
        nodes = [base64.b64encode(node).decode() for node in self.nodes]
        return canonical.encode({"stream": self.stream, "size": self.size, "nodes": nodes, "leaves": leaves})

    @classmethod
    def parse(cls, data: bytes) -> "Proof":
        """SyncError `not_canonical` or `bundle_malformed`."""
        value = canonical.parse(data)
        try:
            stream, size, nodes, leaves = (value[name] for name in ("stream", "size", "nodes", "leaves"))
            hashes = [(leaf["index"], _base64(leaf["hash"])) for leaf in leaves]
            proof = cls(stream, size, [_base64(node) for node in nodes], hashes)
        except (KeyError, TypeError) as error:
            raise SyncError("bundle_malformed", "the proof has other fields than the format") from error
        indices = [index for index, _ in proof.leaves]
        whole = all(type(number) is int for number in (size, *indices)) and isinstance(stream, str)
        if not whole or any(a >= b for a, b in pairwise(indices)) or proof.encode() != data:
            raise SyncError("bundle_malformed", "the proof is not spelled as it must be")
        return proof


def encode_records(records: Sequence[Record]) -> bytes:
    """A JSON list with each record on a line of its own, so that damage to one leaves the others readable."""
    return b"[\n" + b",\n".join(record.encode() for record in records) + b"\n]\n"


def record_lines(data: bytes) -> list[bytes]:
    """The lines of `encode_records`, or of the same list in another spelling: so that a record that was changed can
    be named even where a tool has written the whole file anew. SyncError `bundle_malformed` for anything else.
    """
    if is_spelled(data):
        return data[2:-3].split(b",\n")
    try:
        values = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise SyncError("bundle_malformed", "the records are no list") from error
    if not isinstance(values, list):
        raise SyncError("bundle_malformed", "the records are no list")
    return [canonical.encode(value) for value in values]


def is_spelled(data: bytes) -> bool:
    """Whether records stand one a line in a list, as `encode_records` writes them."""
    return data.startswith(b"[\n") and data.endswith(b"\n]\n")


def _base64(text: Any) -> bytes:
    if not isinstance(text, str):
        raise SyncError("bundle_malformed", "base64 is text")
    try:
        return canonical.decode_base64(text)
    except ValueError as error:
        raise SyncError("bundle_malformed", "base64") from error
