"""The entry: what a device captured and signed, in exact bytes that are stored and never written again.

Three lines make a leaf of the log: header, signatures, receipt. Salt and payload stand beside it, bound by
`payload_hash`, so that a payload can be withheld or erased and the log still verifies.
"""

import base64
import hashlib
import os
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from functools import cached_property
from typing import Any

from sync import canonical, signing
from sync.errors import SyncError

FORMAT = 1
SIGN_DOMAIN = b"pestle/entry/v1\n"
# What people sign, beside the device, is the same header in another domain.
COSIGN_DOMAIN = b"pestle/cosign/v1\n"
STREAM_DOMAIN = b"pestle/stream/v1\n"
FIRST_PREV = "0" * 64
MAX_HEADER = 8 * 1024
MAX_PAYLOAD = 48 * 1024
SALT_BYTES = 16

_KIND = re.compile(r"[a-z_]{1,40}\.[a-z_]{1,60}\.v[1-9][0-9]{0,3}")
_HEX64 = re.compile(r"[0-9a-f]{64}")
# Control characters: no name has one, and PostgreSQL's texts hold no NUL. People's reasons have lines and tabs.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROLS_IN_PROSE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


@dataclass(frozen=True, slots=True)
class Seen:
    """The last checkpoint a device held: its entry cannot be older than that."""

    size: int
    root: str


@dataclass(frozen=True, slots=True)
class Header:
    """What the device signs. Times: `captured_at` UTC with milliseconds, `offset` minutes east of UTC, `mono`
    milliseconds of a monotonic clock that counts from `boot`. `prev` and `payload_hash` are SHA-256 in hex."""

    v: int
    id: str
    kind: str
    stream: str
    subject: str
    actor: str
    device: str
    seq: int
    prev: str
    captured_at: str
    offset: int
    mono: int
    boot: str
    seen: Seen | None
    lease: str | None
    corrects: str | None
    reason: str | None
    payload_hash: str

    def encode(self) -> bytes:
        return canonical.encode(asdict(self))

    @classmethod
    def parse(cls, data: bytes) -> "Header":
        """The header of its exact bytes; SyncError `entry_malformed` or `not_canonical`."""
        if len(data) > MAX_HEADER:
            raise SyncError("entry_malformed", "the header is too long")
        value = canonical.parse(data)
        if not isinstance(value, dict) or set(value) != _HEADER_FIELDS:
            raise SyncError("entry_malformed", "the header has other fields than the format")
        seen = value["seen"]
        if seen is not None:
            if not isinstance(seen, dict) or set(seen) != {"size", "root"}:
                raise SyncError("entry_malformed", "seen")
            seen = Seen(_count(seen, "size", 0), _match(seen, "root", _HEX64))
        return cls(
            v=_version(value),
            id=_uuid(value),
            kind=_match(value, "kind", _KIND),
            stream=_words(value, "stream", 200),
            subject=_words(value, "subject", 200),
            actor=_words(value, "actor", 80),
            device=_words(value, "device", 80),
            seq=_count(value, "seq", 1),
            prev=_match(value, "prev", _HEX64),
            captured_at=_time(value, "captured_at"),
            offset=_offset(value),
            mono=_count(value, "mono", 0),
            boot=_words(value, "boot", 80),
            seen=seen,
            lease=_optional(value, "lease", 80),
            corrects=_optional(value, "corrects", 80),
            reason=_optional(value, "reason", 2000, _CONTROLS_IN_PROSE),
            payload_hash=_match(value, "payload_hash", _HEX64),
        )


@dataclass(frozen=True)
class Envelope:
    """An entry on its way to the log: header line, signatures line, salt, payload, all exact bytes."""

    header: bytes
    signatures: bytes
    salt: bytes
    payload: bytes

    @cached_property
    def head(self) -> Header:
        return Header.parse(self.header)

    @cached_property
    def body(self) -> dict[str, Any]:
        value = canonical.parse(self.payload)
        if not isinstance(value, dict):
            raise SyncError("entry_malformed", "a payload is an object")
        return value

    @cached_property
    def signed(self) -> list[dict[str, str]]:
        """The signatures line, parsed as `parse_signatures` does."""
        return parse_signatures(self.signatures)

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the header: what the device's next entry names as `prev`."""
        return hashlib.sha256(self.header).digest()

    def encode(self) -> bytes:
        """The wire form: four lines joined by line feeds, none at the end. Canonical JSON holds none itself."""
        return b"\n".join((self.header, self.signatures, base64.b64encode(self.salt), self.payload))

    @classmethod
    def decode(cls, data: bytes) -> "Envelope":
        """From the wire form, with its shape, sizes and payload hash checked, but not its signature."""
        if len(data) > MAX_HEADER * 2 + MAX_PAYLOAD:
            raise SyncError("entry_too_large", f"{len(data)} bytes")
        lines = data.split(b"\n")
        if len(lines) != 4:
            raise SyncError("entry_malformed", "an entry has four lines")
        try:
            salt = canonical.decode_base64(lines[2])
        except ValueError as error:
            raise SyncError("entry_malformed", "salt") from error
        envelope = cls(lines[0], lines[1], salt, lines[3])
        envelope.check_shape()
        return envelope

    def check_shape(self) -> None:
        if len(self.payload) > MAX_PAYLOAD:
            raise SyncError("entry_too_large", f"the payload has {len(self.payload)} bytes")
        if len(self.salt) != SALT_BYTES:
            raise SyncError("entry_malformed", "salt")
        _ = self.body
        _ = self.signed
        if payload_hash(self.salt, self.payload) != self.head.payload_hash:
            raise SyncError("payload_hash_wrong", "the payload is not the one that was signed")

    def check_signature(self, alg: str, public_key: bytes) -> None:
        """SyncError `signature_wrong` unless the device of this key signed this header."""
        _check_signature(self.header, self.signed[0], alg, public_key)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the log adds: position, place in the stream, time of receipt (UTC), and the verdict with its flags."""

    index: int
    stream_seq: int
    stream_hash: str
    recorded_at: str
    flags: tuple[str, ...] = ()

    def encode(self) -> bytes:
        verdict = "flagged" if self.flags else "accepted"
        # By hand: `asdict` copies deeply, which took longer than the writing.
        return canonical.encode({name: getattr(self, name) for name in _RECEIPT_FIELDS} | {"verdict": verdict})

    @classmethod
    def parse(cls, data: bytes) -> "Receipt":
        value = canonical.parse(data)
        if not isinstance(value, dict) or set(value) != _RECEIPT_FIELDS | {"verdict"}:
            raise SyncError("entry_malformed", "receipt")
        flags = value["flags"]
        if not isinstance(flags, list) or not all(isinstance(flag, str) for flag in flags):
            raise SyncError("entry_malformed", "flags")
        if value["verdict"] != ("flagged" if flags else "accepted"):
            raise SyncError("entry_malformed", "verdict")
        return cls(
            _count(value, "index", 0),
            _count(value, "stream_seq", 1),
            _match(value, "stream_hash", _HEX64),
            _time(value, "recorded_at"),
            tuple(flags),
        )


def payload_hash(salt: bytes, payload: bytes) -> str:
    return hashlib.sha256(salt + payload).hexdigest()


def leaf_data(header: bytes, signatures: bytes, receipt: bytes) -> bytes:
    """The bytes of the log's leaf: three lines, each ended by a line feed. Its RFC 6962 leaf hash is over them."""
    return header + b"\n" + signatures + b"\n" + receipt + b"\n"


def split_leaf(data: bytes) -> tuple[bytes, bytes, bytes]:
    lines = data.split(b"\n")
    if len(lines) != 4 or lines[3]:
        raise SyncError("entry_malformed", "a leaf has three lines")
    return lines[0], lines[1], lines[2]


def next_stream_hash(previous: str, header: bytes) -> str:
    """The running hash of a stream after this header; `FIRST_PREV` stands before the first."""
    return extend_stream(previous, hashlib.sha256(header).digest())


def extend_stream(previous: str, digest: bytes) -> str:
    """As `next_stream_hash`, from the SHA-256 of the header."""
    return hashlib.sha256(STREAM_DOMAIN + bytes.fromhex(previous) + digest).hexdigest()


def sign(signer: signing.Signer, header: Header, salt: bytes, payload: bytes) -> Envelope:
    """Sign a header whose `payload_hash` fits; the envelope as it goes to storage and wire."""
    data = header.encode()
    signature = base64.b64encode(signer.sign(SIGN_DOMAIN + data)).decode()
    line = canonical.encode([{"alg": signer.alg, "by": "device", "sig": signature}])
    return Envelope(data, line, salt, payload)


def parse_signatures(line: bytes) -> list[dict[str, str]]:
    """The signatures line: a list of {alg, by, sig}; the device's stands first (`by` is "device")."""
    value = canonical.parse(line) if len(line) <= MAX_HEADER else None
    if not isinstance(value, list) or not 1 <= len(value) <= 4:
        raise SyncError("entry_malformed", "signatures")
    for item in value:
        if not isinstance(item, dict) or set(item) != {"alg", "by", "sig"}:
            raise SyncError("entry_malformed", "signatures")
        if not all(isinstance(part, str) for part in item.values()):
            raise SyncError("entry_malformed", "signatures")
    if value[0]["by"] != "device":
        raise SyncError("entry_malformed", "the first signature is the device's")
    return value


# How a person signed under what their device signed: with the key that their PIN unlocks, or by passkey. The server
# had no part in it and has checked it at sync: whoever reads it is told so.
OFFLINE: Mapping[str, str] = {signing.ED25519: "offline_pin", "webauthn": "offline_passkey"}


def offline_marks(signatures: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Of each person who signed in a parsed signatures line, `offline_pin` or `offline_passkey`."""
    people = (one for one in signatures[1:] if one["by"].startswith("person:") and one["alg"] in OFFLINE)
    return {one["by"].removeprefix("person:"): OFFLINE[one["alg"]] for one in people}


def check_device_signature(header: bytes, signatures: bytes, alg: str, public_key: bytes) -> None:
    _check_signature(header, parse_signatures(signatures)[0], alg, public_key)


def _check_signature(header: bytes, first: Mapping[str, str], alg: str, public_key: bytes) -> None:
    used, raw = device_signature([first])
    if used != alg:
        raise SyncError("signature_wrong", "another algorithm than the device's key")
    signing.verify(alg, public_key, SIGN_DOMAIN + header, raw)


def device_signature(signatures: Sequence[Mapping[str, str]]) -> tuple[str, bytes]:
    """Algorithm and raw signature of the device, of a parsed signatures line; SyncError `entry_malformed`."""
    try:
        return signatures[0]["alg"], canonical.decode_base64(signatures[0]["sig"])
    except ValueError as error:
        raise SyncError("entry_malformed", "signature") from error


def new_salt() -> bytes:
    return os.urandom(SALT_BYTES)


def new_id(unix_ms: int) -> str:
    """A UUIDv7 (RFC 9562 section 5.7) for this time in Unix milliseconds."""
    value = int.from_bytes(os.urandom(10), "big") | (unix_ms & (2**48 - 1)) << 80
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


_HEADER_FIELDS = {field.name for field in fields(Header)}
_RECEIPT_FIELDS = {field.name for field in fields(Receipt)}


def _version(value: Mapping[str, Any]) -> int:
    if value["v"] != FORMAT or isinstance(value["v"], bool):
        raise SyncError("entry_malformed", "unknown format version")
    return FORMAT


def _uuid(value: Mapping[str, Any]) -> str:
    text = _words(value, "id", 36)
    try:
        parsed = uuid.UUID(text)
    except ValueError as error:
        raise SyncError("entry_malformed", "id") from error
    if str(parsed) != text or parsed.version != 7:
        raise SyncError("entry_malformed", "id is not a UUIDv7")
    return text


def _match(value: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    text = value[name]
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise SyncError("entry_malformed", name)
    return text


def _time(value: Mapping[str, Any], name: str) -> str:
    text = _match(value, name, _TIME)
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise SyncError("entry_malformed", f"{name} is no time") from error
    return text


def _words(value: Mapping[str, Any], name: str, limit: int, forbidden: re.Pattern[str] = _CONTROLS) -> str:
    text = value[name]
    if not isinstance(text, str) or not 0 < len(text) <= limit or forbidden.search(text):
        raise SyncError("entry_malformed", name)
    return text


def _optional(value: Mapping[str, Any], name: str, limit: int, forbidden: re.Pattern[str] = _CONTROLS) -> str | None:
    return None if value[name] is None else _words(value, name, limit, forbidden)


def _count(value: Mapping[str, Any], name: str, least: int) -> int:
    number = value[name]
    if not isinstance(number, int) or isinstance(number, bool) or number < least:
        raise SyncError("entry_malformed", name)
    return number


def _offset(value: Mapping[str, Any]) -> int:
    number = value["offset"]
    if not isinstance(number, int) or isinstance(number, bool) or not -840 <= number <= 840:
        raise SyncError("entry_malformed", "offset")
    return number
