"""A software authenticator of the tests' own, and the client in front of it: CTAP2 and WebAuthn as far as needed."""

import hashlib
import json
import os
import struct
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import canonical, passkeys, signing
from sync.entry import Envelope

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def unpadded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def text(data: bytes) -> str:
    return b64encode(data).decode()


def es256(secret: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(secret, ec.SECP256R1())


@dataclass
class Authenticator:
    """One credential. `origin` and `flags` are what a client and an authenticator would say; tests make them lie."""

    key: ec.EllipticCurvePrivateKey | Ed25519PrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    rp_id: str = "localhost"
    origin: str = "http://localhost"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    id: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def credential(self) -> str:
        return unpadded(self.id)

    @property
    def cose(self) -> bytes:
        if isinstance(self.key, Ed25519PrivateKey):
            return passkeys.cose_key(signing.ED25519, self.key.public_key().public_bytes_raw())
        numbers = self.key.public_key().public_numbers()
        point = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
        return passkeys.cose_key(signing.ES256, point)

    def make(self, options: dict[str, Any], label: str = "test") -> dict[str, Any]:
        """The body of POST /api/passkeys: attestation "none", as browsers hand it on."""
        client = self._client_data("webauthn.create", options["challenge"])
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + self.cose
        data = self._data(self.flags | ATTESTED) + attested
        attestation = b"\xa3" + _cbor("fmt") + _cbor("none") + _cbor("attStmt") + b"\xa0" + _cbor("authData")
        attestation += b"\x58" + bytes([len(data)]) + data
        answer = {"client_data": text(client), "attestation": text(attestation), "label": label}
        return {"nonce": options["nonce"], "credential": self.credential, **answer}

    def use(self, options: dict[str, Any]) -> dict[str, Any]:
        """An assertion as the server takes it."""
        made = self.sign(options["challenge"])
        parts = {name: text(getattr(made, name)) for name in ("authenticator_data", "client_data", "signature")}
        return {"nonce": options["nonce"], "credential": self.credential, **parts}

    def sign(self, challenge: str) -> passkeys.Assertion:
        """`challenge` in base64."""
        self.count += 1 if self.count else 0
        client, data = self._client_data("webauthn.get", challenge), self._data(self.flags)
        message = data + hashlib.sha256(client).digest()
        if isinstance(self.key, Ed25519PrivateKey):
            return passkeys.Assertion(data, client, self.key.sign(message))
        return passkeys.Assertion(data, client, self.key.sign(message, ec.ECDSA(hashes.SHA256())))

    def countersign(self, envelope: Envelope, person: str) -> Envelope:
        """The entry with this person's signature by passkey in its line."""
        made = self.sign(text(passkeys.offline_challenge(envelope.header)))
        line = [*envelope.signed, {"alg": "webauthn", "by": f"person:{person}", "sig": text(made.encode())}]
        return Envelope(envelope.header, canonical.encode(line), envelope.salt, envelope.payload)

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client_data(self, what: str, challenge: str) -> bytes:
        value = {"type": what, "challenge": challenge.replace("+", "-").replace("/", "_").rstrip("=")}
        value |= {"origin": self.origin}
        return json.dumps(value, separators=(",", ":")).encode()[:-1] + b',"crossOrigin":false}'


def _cbor(word: str) -> bytes:
    return bytes([0x60 + len(word)]) + word.encode()
