"""The frames of `/sync`: one JSON object in a text frame, read strictly, since they come from outside."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from server.core import clock, fields
from server.handheld.model import ALARMS, MAX_EVIDENCE
from sync import canonical
from sync.entry import MAX_PAYLOAD

# Both ways. The socket itself gives up at four times as much, before a text of that length is held in memory.
MAX_FRAME = 1024 * 1024
HARD_LIMIT = 4 * MAX_FRAME
_MAX_DOCUMENTS = 200
# Entries in one question for proofs: its answer, with a receipt of at most a few hundred bytes each, fits a frame.
MAX_PROVED = 256
# What an alarm brings must fit into the payload of one entry, however many bytes its letters take there.
_MAX_ALARM = MAX_PAYLOAD - 1024


class Malformed(ValueError):
    """A frame that is not one of the protocol's."""


@dataclass(frozen=True, slots=True)
class Hello:
    """Who has come: device, this page's actor, the proof over both, its clocks, its chain's head, its documents, and
    the version of its app, where it says that."""

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
    app: str | None = None


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


@dataclass(frozen=True, slots=True)
class Prove:
    """Which of the device's entries stand under the published checkpoint? Entry ids."""

    id: int
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Consistent:
    """Does the tree of `size2` extend that of `size1`?"""

    id: int
    size1: int
    size2: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """The device cannot trust the log as it is told: the note that it held, what it was told instead, and the entries
    that could not be proven to it. `alarm` is the device's own id of it."""

    id: int
    alarm: str
    code: str
    at: str
    held: str | None
    told: str | None
    entries: tuple[str, ...]


Frame = Hello | Actor | Push | Open | Ping | Prove | Consistent | Alarm


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
        app=None if value.get("app") is None else _text(value, "app", 40),
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


def _prove(value: dict[str, Any]) -> Prove:
    entries = value.get("entries")
    if not isinstance(entries, list) or not 0 < len(entries) <= MAX_PROVED:
        raise Malformed("entries")
    return Prove(_whole(value, "id"), tuple(_text({"entry": one}, "entry", 80) for one in entries))


def _consistent(value: dict[str, Any]) -> Consistent:
    return Consistent(_whole(value, "id"), _whole(value, "from"), _whole(value, "to"))


def _alarm(value: dict[str, Any]) -> Alarm:
    entries = value.get("entries")
    if not isinstance(entries, list) or len(entries) > MAX_PROVED:
        raise Malformed("entries")
    if value.get("code") not in ALARMS:
        raise Malformed("code")
    alarm = Alarm(
        id=_whole(value, "id"),
        alarm=_text(value, "alarm", 80),
        code=value["code"],
        at=clock.text(_time(value, "at").astimezone(UTC)),
        held=_evidence(value, "held"),
        told=_evidence(value, "told"),
        entries=tuple(_text({"entry": one}, "entry", 80) for one in entries),
    )
    evidence = {"held": alarm.held, "told": alarm.told, "entries": list(alarm.entries)}
    if not fields.is_code(alarm.alarm) or len(canonical.encode(evidence)) > _MAX_ALARM:
        raise Malformed("alarm")
    return alarm


def _evidence(value: dict[str, Any], name: str) -> str | None:
    """A note or policy as the device had it, to be kept; it need not be one."""
    text = value.get(name)
    if text is None:
        return None
    if not isinstance(text, str) or not text or len(text) > MAX_EVIDENCE or "\0" in text:
        raise Malformed(name)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Malformed(name) from error
    return text


_READERS: Mapping[str, Callable[[dict[str, Any]], Frame]] = {
    "hello": _hello,
    "actor": _actor,
    "push": _push,
    "open": _open,
    "ping": _ping,
    "prove": _prove,
    "consistent": _consistent,
    "alarm": _alarm,
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
