"""The frames of `/sync`: one JSON object in a text frame, read strictly, since they come from outside."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sync import canonical

# Both ways. The socket itself gives up at four times as much, before a text of that length is held in memory.
MAX_FRAME = 1024 * 1024
HARD_LIMIT = 4 * MAX_FRAME
_MAX_DOCUMENTS = 200


class Malformed(ValueError):
    """A frame that is not one of the protocol's."""


@dataclass(frozen=True, slots=True)
class Hello:
    """Who has come: device, this page's actor, the proof over both, its clocks, its chain's head, its documents."""

    device: str
    actor: str
    proof: bytes
    wall: datetime
    offset: int
    mono: int
    boot: str
    seq: int
    hash: str
    docs: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Actor:
    """A device has thrown its document away and writes on under another actor."""

    actor: str
    proof: bytes


@dataclass(frozen=True, slots=True)
class Push:
    id: int
    doc: str
    changes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Open:
    docs: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Ping:
    n: int


Frame = Hello | Actor | Push | Open | Ping


def parse(text: str | bytes) -> Frame:
    """A frame from a device; Malformed says what is wrong with it."""
    if isinstance(text, bytes):
        raise Malformed("a binary frame")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error
    if not isinstance(value, dict):
        raise Malformed("not an object")
    read = _READERS.get(str(value.get("t")))
    if read is None:
        raise Malformed("unknown type")
    return read(value)


def _hello(value: dict[str, Any]) -> Hello:
    if value.get("v") != 1:
        raise Malformed("another version of the protocol")
    head = value.get("head")
    if not isinstance(head, dict):
        raise Malformed("head")
    return Hello(
        device=_text(value, "device", 80),
        actor=_hex(value, "actor", 32),
        proof=_bytes(value.get("proof")),
        wall=_time(value, "wall"),
        offset=_whole(value, "offset", -840),
        mono=_whole(value, "mono"),
        boot=_text(value, "boot", 80),
        seq=_whole(head, "seq"),
        hash=_hex(head, "hash", 64),
        docs=_docs(value),
    )


def _actor(value: dict[str, Any]) -> Actor:
    return Actor(_hex(value, "actor", 32), _bytes(value.get("proof")))


def _push(value: dict[str, Any]) -> Push:
    changes = value.get("changes")
    if not isinstance(changes, list) or not changes:
        raise Malformed("changes")
    return Push(_whole(value, "id"), _text(value, "doc", 200), tuple(_bytes(change) for change in changes))


def _open(value: dict[str, Any]) -> Open:
    return Open(_docs(value))


def _ping(value: dict[str, Any]) -> Ping:
    return Ping(_whole(value, "n"))


_READERS: Mapping[str, Callable[[dict[str, Any]], Frame]] = {
    "hello": _hello,
    "actor": _actor,
    "push": _push,
    "open": _open,
    "ping": _ping,
}


def _docs(value: dict[str, Any]) -> dict[str, int]:
    docs = value.get("docs")
    if not isinstance(docs, dict) or len(docs) > _MAX_DOCUMENTS:
        raise Malformed("docs")
    return {_text({"doc": name}, "doc", 200): _whole(docs, name) for name in docs}


def _text(value: Mapping[str, Any], name: str, longest: int) -> str:
    text = value.get(name)
    if not isinstance(text, str) or not 0 < len(text) <= longest or not text.isprintable():
        raise Malformed(name)
    return text


def _hex(value: Mapping[str, Any], name: str, length: int) -> str:
    text = _text(value, name, length)
    if len(text) != length or set(text) - set("0123456789abcdef"):
        raise Malformed(name)
    return text


def _bytes(text: Any) -> bytes:
    try:
        if not isinstance(text, str):
            raise ValueError("not a string")
        return canonical.decode_base64(text.encode("ascii"))
    except ValueError as error:
        raise Malformed("base64") from error


def _whole(value: Mapping[str, Any], name: str, least: int = 0) -> int:
    number = value.get(name)
    if not isinstance(number, int) or isinstance(number, bool) or not least <= number < 2**53:
        raise Malformed(name)
    return number


def _time(value: Mapping[str, Any], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(value, name, 40))
    except ValueError as error:
        raise Malformed(name) from error
    if moment.tzinfo is None:
        raise Malformed(name)
    return moment
