"""The certificate: by which a site's root, kept offline, names the keys that the site signs with from now on."""

import base64
import re
from dataclasses import dataclass

from sync import canonical, cosignature, note, signing
from sync.errors import SyncError

DOMAIN = "pestle/keys/v1"
_SERVER = "server ed25519:"
_LOG = "log "
_SERIAL = re.compile(r"[1-9][0-9]{0,8}")
# In this order, so that a certificate has one spelling.
_LOG_TYPES = ((note.ED25519_TYPE,), (note.ED25519_TYPE, cosignature.MLDSA44_TYPE))


@dataclass(frozen=True, slots=True)
class Certificate:
    """`serial` counts a site's certificates from 1. `server_key` (raw Ed25519) signs the entries of the device
    `server`, `logs` sign its checkpoints: Ed25519, and ML-DSA-44 where there is one."""

    origin: str
    serial: int
    server_key: bytes
    logs: tuple[note.Key, ...]

    def encode(self) -> bytes:
        """The text that the root signs."""
        key = base64.b64encode(self.server_key).decode()
        logs = (f"{_LOG}{log.encode()}" for log in self.logs)
        return "\n".join((DOMAIN, self.origin, str(self.serial), f"{_SERVER}{key}", *logs, "")).encode()

    def sign(self, root_name: str, root: signing.Ed25519Signer) -> bytes:
        """The certificate as a signed note by the root."""
        return note.sign(self.encode(), root_name, root)

    @classmethod
    def open(cls, signed: bytes, root: note.Key) -> "Certificate":
        """SyncError `certificate_wrong` unless this root has signed it and it is spelled as it must be."""
        try:
            return cls.parse(note.open(signed, [root]))
        except SyncError as error:
            raise SyncError("certificate_wrong", f"{error.code}: {error.detail}") from error

    @classmethod
    def parse(cls, text: bytes) -> "Certificate":
        """Of the note's text; SyncError `certificate_wrong`."""
        lines = text.decode("utf-8").split("\n")
        if len(lines) < 6 or lines[0] != DOMAIN or not _SERIAL.fullmatch(lines[2]):
            raise SyncError("certificate_wrong", "not the lines of a certificate")
        if not lines[3].startswith(_SERVER) or any(not line.startswith(_LOG) for line in lines[4:-1]):
            raise SyncError("certificate_wrong", "not the keys of a certificate")
        try:
            server_key = canonical.decode_base64(lines[3].removeprefix(_SERVER))
        except ValueError as error:
            raise SyncError("certificate_wrong", "the server key") from error
        signing.check_public_key(signing.ED25519, server_key)
        logs = tuple(note.parse_vkey(line.removeprefix(_LOG)) for line in lines[4:-1])
        named = cls(lines[1], int(lines[2]), server_key, logs)
        whole = tuple(log.type for log in logs) in _LOG_TYPES and all(log.name == named.origin for log in logs)
        if not whole or named.encode() != text:
            raise SyncError("certificate_wrong", "not spelled as a certificate must be")
        return named
