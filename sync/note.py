"""Signed notes (C2SP signed-note): a text and Ed25519 signatures under it, which other transparency tools read."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sync import canonical, signing
from sync.errors import SyncError

ED25519_TYPE = 1
MAX_NOTE = 64 * 1024
MAX_SIGNATURES = 100


@dataclass(frozen=True, slots=True)
class Key:
    """A verifier key: who signs, and the Ed25519 public key."""

    name: str
    public_key: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([ED25519_TYPE]) + self.public_key).digest()[:4]

    def encode(self) -> str:
        """The vkey: name+id+base64."""
        key = base64.b64encode(bytes([ED25519_TYPE]) + self.public_key).decode()
        return f"{self.name}+{self.id.hex()}+{key}"


def vkey(name: str, public_key: bytes) -> str:
    """The text by which others know this signer; SyncError `note_malformed` for a name that notes cannot hold."""
    _check_name(name)
    return Key(name, public_key).encode()


def parse_vkey(text: str) -> Key:
    """A vkey of an Ed25519 signer; SyncError `note_malformed` or `key_malformed`."""
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise SyncError("note_malformed", "a vkey has a name, an id and a key")
    _check_name(parts[0])
    raw = _decode(parts[2])
    if not raw or raw[0] != ED25519_TYPE:
        raise SyncError("key_algorithm_unknown", "the vkey is of another type than Ed25519")
    signing.check_public_key(signing.ED25519, raw[1:])
    key = Key(parts[0], raw[1:])
    if key.encode() != text:
        raise SyncError("note_malformed", "the vkey's id does not fit its key")
    return key


def sign(text: bytes, name: str, signer: signing.Ed25519Signer) -> bytes:
    """The note: text (which ends with a line feed), an empty line, one signature line."""
    if not text.endswith(b"\n"):
        raise SyncError("note_malformed", "the text of a note ends with a line feed")
    _check_name(name)
    signature = Key(name, signer.public_key).id + signer.sign(text)
    return text + b"\n" + f"— {name} {base64.b64encode(signature).decode()}\n".encode()


def open(note: bytes, keys: Sequence[Key]) -> bytes:
    """The text of a note that at least one of these keys has signed.

    Signatures by others are passed over, as the specification asks; a wrong one by a known key refuses the note.
    SyncError `note_malformed`, `note_signer_unknown` or `signature_wrong`.
    """
    text, lines = _split(note)
    known = {(key.name, key.id): key for key in keys}
    verified = 0
    for line in lines:
        name, raw = _signature(line)
        key = known.get((name, raw[:4]))
        if key is not None:
            signing.verify(signing.ED25519, key.public_key, text, raw[4:])
            verified += 1
    if not verified:
        raise SyncError("note_signer_unknown", "none of the trusted keys signed the note")
    return text


def _split(note: bytes) -> tuple[bytes, list[str]]:
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


def _signature(line: str) -> tuple[str, bytes]:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—":
        raise SyncError("note_malformed", "a signature line")
    _check_name(parts[1])
    raw = _decode(parts[2])
    if len(raw) < 5:
        raise SyncError("note_malformed", "a signature is too short")
    return parts[1], raw


def _decode(text: str) -> bytes:
    try:
        return canonical.decode_base64(text)
    except ValueError as error:
        raise SyncError("note_malformed", "base64") from error


def _check_name(name: str) -> None:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise SyncError("note_malformed", "the name of a signer has no spaces and no plus")
