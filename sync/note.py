"""Signed notes (C2SP signed-note): a text and signatures under it, which other transparency tools read."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sync import canonical, cosignature, signing
from sync.errors import SyncError

ED25519_TYPE = 0x01
MAX_NOTE = 64 * 1024
MAX_SIGNATURES = 100

# By signature type: how long the public key is, and the signature after its timestamp.
_LENGTHS = {
    ED25519_TYPE: (32, 64),
    cosignature.ED25519_TYPE: (32, 64),
    cosignature.MLDSA44_TYPE: (signing.MLDSA44_KEY, signing.MLDSA44_SIGNATURE),
}


@dataclass(frozen=True, slots=True)
class Key:
    """A verifier key: who signs, with what public key, and as what: a plain note (0x01), or a cosignature with a
    time by Ed25519 (0x04) or ML-DSA-44 (0x06)."""

    name: str
    public_key: bytes
    type: int = ED25519_TYPE

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public_key).digest()[:4]

    def encode(self) -> str:
        """The vkey: name+id+base64."""
        key = base64.b64encode(bytes([self.type]) + self.public_key).decode()
        return f"{self.name}+{self.id.hex()}+{key}"

    def verify(self, text: bytes, raw: bytes) -> int | None:
        """The time of a cosignature in Unix seconds, None for a plain signature; SyncError `signature_wrong` or
        `note_malformed`. `raw` is what follows the key's id."""
        if self.type == ED25519_TYPE:
            signing.verify(signing.ED25519, self.public_key, text, raw)
            return None
        if len(raw) != cosignature.TIMESTAMP_BYTES + _LENGTHS[self.type][1]:
            raise SyncError("signature_wrong", "a cosignature of another length")
        timestamp, signature = int.from_bytes(raw[:8], "big"), raw[8:]
        message = cosignature.message(self.type, self.name, timestamp, text)
        if self.type == cosignature.MLDSA44_TYPE:
            signing.verify_mldsa44(self.public_key, message, signature)
        else:
            signing.verify(signing.ED25519, self.public_key, message, signature)
        return timestamp


def vkey(name: str, public_key: bytes, type_: int = ED25519_TYPE) -> str:
    """The text by which others know this signer; SyncError `note_malformed` for a name that notes cannot hold."""
    _check_name(name)
    return Key(name, public_key, type_).encode()


def parse_vkey(text: str) -> Key:
    """The key of a vkey; SyncError `note_malformed`, `key_algorithm_unknown` or `key_malformed`."""
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise SyncError("note_malformed", "a vkey has a name, an id and a key")
    _check_name(parts[0])
    raw = _decode(parts[2])
    if not raw or raw[0] not in _LENGTHS:
        raise SyncError("key_algorithm_unknown", "the vkey is of a type that is not known here")
    if len(raw) - 1 != _LENGTHS[raw[0]][0]:
        raise SyncError("key_malformed", "the vkey's key has another length than its type")
    if raw[0] != cosignature.MLDSA44_TYPE:
        signing.check_public_key(signing.ED25519, raw[1:])
    key = Key(parts[0], raw[1:], raw[0])
    if key.encode() != text:
        raise SyncError("note_malformed", "the vkey's id does not fit its key")
    return key


def sign(text: bytes, name: str, signer: signing.Ed25519Signer) -> bytes:
    """The note: text (which ends with a line feed), an empty line, one plain signature line."""
    if not text.endswith(b"\n"):
        raise SyncError("note_malformed", "the text of a note ends with a line feed")
    return text + b"\n" + _line(Key(name, signer.public_key), signer.sign(text))


def cosign(text: bytes, name: str, signer: signing.Signer, unix_seconds: int) -> bytes:
    """The signature line of a cosigner under this text: ML-DSA-44 or Ed25519, as its key is."""
    type_ = cosignature.MLDSA44_TYPE if signer.alg == signing.MLDSA44 else cosignature.ED25519_TYPE
    signature = signer.sign(cosignature.message(type_, name, unix_seconds, text))
    return _line(Key(name, signer.public_key, type_), unix_seconds.to_bytes(8, "big") + signature)


def add(note: bytes, lines: Iterable[bytes]) -> bytes:
    """The note with these signature lines too, each once and those that it has first."""
    text, old = split(note)
    every = dict.fromkeys([*old, *(line.decode().removesuffix("\n") for line in lines)])
    return text + b"\n" + "".join(f"{line}\n" for line in every).encode()


def open(note: bytes, keys: Sequence[Key]) -> bytes:
    """The text of a note that at least one of these keys has signed; SyncError as for `verified`."""
    return verified(note, keys)[0]


def verified(note: bytes, keys: Sequence[Key]) -> tuple[bytes, dict[Key, int | None]]:
    """The text of a note, and which of these keys have signed it, cosigners with their time in Unix seconds.

    Signatures by others are passed over, as the specification asks; a wrong one by a known key refuses the note.
    SyncError `note_malformed`, `note_signer_unknown` or `signature_wrong`.
    """
    text, lines = split(note)
    known = {(key.name, key.id): key for key in keys}
    signed: dict[Key, int | None] = {}
    for line in lines:
        name, raw = parse_line(line)
        key = known.get((name, raw[:4]))
        if key is not None:
            signed[key] = key.verify(text, raw[4:])
    if not signed:
        raise SyncError("note_signer_unknown", "none of the trusted keys signed the note")
    return text, signed


def split(note: bytes) -> tuple[bytes, list[str]]:
    """Text and signature lines, without their line feeds; SyncError `note_malformed`."""
    if len(note) > MAX_NOTE:
        raise SyncError("note_malformed", f"{len(note)} bytes")
    try:
        whole = note.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SyncError("note_malformed", "not UTF-8") from error
    if any(character < " " and character != "\n" for character in whole):
        raise SyncError("note_malformed", "control characters")
    head, separator, tail = whole.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise SyncError("note_malformed", "no signatures")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise SyncError("note_malformed", "too many signatures")
    return (head + "\n").encode(), lines


def parse_line(line: str) -> tuple[str, bytes]:
    """Name, and key id with signature, of a signature line; SyncError `note_malformed`."""
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—":
        raise SyncError("note_malformed", "a signature line")
    _check_name(parts[1])
    raw = _decode(parts[2])
    if len(raw) < 5:
        raise SyncError("note_malformed", "a signature is too short")
    return parts[1], raw


def _line(key: Key, signature: bytes) -> bytes:
    _check_name(key.name)
    return f"— {key.name} {base64.b64encode(key.id + signature).decode()}\n".encode()


def _decode(text: str) -> bytes:
    try:
        return canonical.decode_base64(text)
    except ValueError as error:
        raise SyncError("note_malformed", "base64") from error


def _check_name(name: str) -> None:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise SyncError("note_malformed", "the name of a signer has no spaces and no plus")
