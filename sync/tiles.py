"""The log as static files (C2SP tlog-tiles): their paths, and the bytes of entry bundles and payload files."""

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import orjson

from sync import canonical
from sync.errors import SyncError

WIDTH = 256
MAX_LEAF = 65_535

_PATH = re.compile(
    r"(?:(?P<kind>tile/entries|payloads)|tile/(?P<level>[0-7]))/(?P<n>(?:x\d{3}/){0,5}\d{3})(?:\.p/(?P<width>[1-9]\d{0,2}))?"
)


@dataclass(frozen=True, slots=True)
class Name:
    """What a path names: hashes of a `level` (0 = leaves), or "entries", or "payloads"; number `n`, `width` wide."""

    kind: int | str
    n: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        folder = {"entries": "tile/entries", "payloads": "payloads"}.get(str(self.kind), f"tile/{self.kind}")
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"{folder}/{_number(self.n)}{partial}"

    @classmethod
    def parse(cls, path: str) -> "Name | None":
        """The name of a path, None when it is none of ours in its only spelling."""
        match = _PATH.fullmatch(path)
        if match is None:
            return None
        kind = (match["kind"] or "").removeprefix("tile/") or int(match["level"])
        number = int(match["n"].replace("x", "").replace("/", ""))
        name = cls(kind, number, int(match["width"] or WIDTH))
        return name if name.path == path and name.width <= WIDTH else None


def names(size: int) -> Iterator[Name]:
    """Everything that a log of this size consists of, except checkpoint and policy."""
    for kind in ("entries", "payloads"):
        yield from _row(kind, size)
    level, count = 0, size
    while count:
        yield from _row(level, count)
        level, count = level + 1, count // WIDTH


def _row(kind: int | str, count: int) -> Iterator[Name]:
    for n in range(count // WIDTH):
        yield Name(kind, n)
    if count % WIDTH:
        yield Name(kind, count // WIDTH, count % WIDTH)


def _number(n: int) -> str:
    """Groups of three digits, all but the last marked with x: 1234067 is x001/x234/067."""
    groups = [f"{n % 1000:03d}"]
    while n := n // 1000:
        groups.append(f"x{n % 1000:03d}")
    return "/".join(reversed(groups))


def encode_entries(leaves: Iterable[bytes]) -> bytes:
    """An entry bundle: each leaf after its length as two bytes, big-endian."""
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def decode_entries(data: bytes) -> list[bytes]:
    """The leaves of a bundle; a cut-off end is left out, so that the caller can name the first missing leaf."""
    leaves, position = [], 0
    while position + 2 <= len(data):
        start = position + 2
        position = start + int.from_bytes(data[start - 2 : start], "big")
        if position > len(data):
            break
        leaves.append(data[start:position])
    return leaves


def split_hashes(data: bytes) -> list[bytes]:
    """The hashes of a tile; SyncError `tile_malformed` for other lengths than whole hashes."""
    if len(data) % 32:
        raise SyncError("tile_malformed", f"{len(data)} bytes")
    return [data[start : start + 32] for start in range(0, len(data), 32)]


def encode_payloads(rows: Iterable[tuple[int, bytes | None, bytes | None]]) -> bytes:
    """Lines of JSON {index, payload, salt}, both in base64 or both null where they are withheld."""
    return b"".join(
        orjson.dumps(
            {"index": index, "payload": _base64(payload), "salt": _base64(salt)},
            option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS,
        )
        for index, salt, payload in rows
    )


def decode_payload(line: bytes, index: int) -> tuple[bytes, bytes] | None:
    """Salt and payload of one line, None where they are withheld; SyncError `payload_malformed`."""
    try:
        value = orjson.loads(line)
        if set(value) != {"index", "payload", "salt"} or orjson.dumps(value, option=orjson.OPT_SORT_KEYS) != line:
            raise SyncError("payload_malformed", "the line is not spelled as it must be")
        if type(value["index"]) is not int or value["index"] != index:
            raise SyncError("payload_malformed", "the line is of another entry")
        if value["salt"] is None and value["payload"] is None:
            return None
        return canonical.decode_base64(value["salt"]), canonical.decode_base64(value["payload"])
    except SyncError:
        raise
    except (ValueError, TypeError) as error:
        raise SyncError("payload_malformed", "not a line of salt and payload") from error


def _base64(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()
