"""People's signatures by passkey (WebAuthn level 3): what an authenticator has signed, checked from bytes alone.

No JSON or CBOR is interpreted, so that every verifier judges alike: client data is compared as the specification's own
"limited verification" does (section 5.8.1.2), and a key has the one spelling that CTAP2 asks for.
"""

import hashlib
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from sync import canonical, signing
from sync.entry import COSIGN_DOMAIN
from sync.errors import SyncError

WEBAUTHN = "webauthn"
ADDED = "identity.passkey_added.v1"
WITHDRAWN = "identity.passkey_withdrawn.v1"
KINDS = (ADDED, WITHDRAWN)
# Flags of an entry that holds such a signature: it is not this person's, or the passkey was withdrawn before.
WRONG, WAS_WITHDRAWN = "passkey_wrong", "passkey_withdrawn"
ONLINE_DOMAIN = b"pestle/passkey/v1\n"
SHOWN_DOMAIN = b"pestle/shown/v1\n"
# A COSE_Key (RFC 9052) in CTAP2's canonical CBOR: {1: 2, 3: -7, -1: 1, -2: x, -3: y} and {1: 1, 3: -8, -1: 6, -2: x}.
_ES256, _Y = bytes.fromhex("a5010203262001215820"), bytes.fromhex("225820")
_ED25519 = bytes.fromhex("a4010103272006215820")
_PRESENT, _VERIFIED, _EXTENDED = 0x01, 0x04, 0x80
_AUTHENTICATOR_DATA = 37
_LONGEST = 2048
_CLIENT_DATA = re.compile(
    rb'\{"type":"webauthn\.get","challenge":"([A-Za-z0-9_-]{43})","origin":"(?P<origin>(https?)://([a-z0-9.-]{1,253})'
    rb'(?::[0-9]{1,5})?)"(?:,"crossOrigin":false(?:,[\x20-\x7e]*)?)?\}'
)


@dataclass(frozen=True, slots=True)
class Passkey:
    """`public_key` is the COSE_Key, `rp_id` the name of the site that it was made for, at which alone it signs."""

    person: str
    public_key: bytes
    rp_id: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an authenticator gives back, in its own bytes; an ES256 signature in DER."""

    authenticator_data: bytes
    client_data: bytes
    signature: bytes

    def encode(self) -> bytes:
        """Canonical JSON, bytes in base64: what stands, in base64 again, as `sig` in an entry's signatures line."""
        parts = {name: b64encode(getattr(self, name)).decode() for name in _PARTS}
        return canonical.encode(parts)

    @classmethod
    def parse(cls, data: bytes) -> "Assertion":
        """SyncError `signature_wrong` for anything else than `encode` writes."""
        try:
            value = canonical.parse(data)
            if not isinstance(value, dict) or set(value) != set(_PARTS):
                raise _wrong("an assertion has three parts")
            return cls.of(value)
        except ValueError as error:
            raise _wrong("no assertion") from error

    @classmethod
    def of(cls, parts: Mapping[str, Any]) -> "Assertion":
        """From a mapping that has the three parts in base64, among others; SyncError `signature_wrong`."""
        try:
            return cls(*(canonical.decode_base64(parts[name]) for name in _PARTS))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _wrong("an assertion's parts are base64") from error


_PARTS = ("authenticator_data", "client_data", "signature")


def cose_key(alg: str, raw: bytes) -> bytes:
    """The COSE_Key of a raw key as `signing` has them; SyncError as `signing.check_public_key`."""
    signing.check_public_key(alg, raw)
    return _ED25519 + raw if alg == signing.ED25519 else _ES256 + raw[1:33] + _Y + raw[33:]


def raw_key(cose: bytes) -> tuple[str, bytes]:
    """Algorithm and raw key; SyncError `key_malformed` for another spelling or algorithm, or no point of the curve."""
    if cose.startswith(_ED25519) and len(cose) == len(_ED25519) + 32:
        alg, raw = signing.ED25519, cose[-32:]
    elif cose.startswith(_ES256) and len(cose) == len(_ES256) + 67 and cose[-35:-32] == _Y:
        alg, raw = signing.ES256, b"\x04" + cose[-67:-35] + cose[-32:]
    else:
        raise SyncError("key_malformed", "not a COSE_Key for ES256 or Ed25519 in canonical CBOR")
    signing.check_public_key(alg, raw)
    return alg, raw


def check(passkey: Passkey, challenge: bytes, given: Assertion) -> None:
    """SyncError `signature_wrong` unless this passkey signed this challenge (32 bytes), at its own site, and its
    authenticator had verified the person (UV). Counters are for who signs in, not for records: see the README."""
    alg, raw = raw_key(passkey.public_key)
    _check_client_data(given.client_data, challenge, passkey.rp_id)
    data = given.authenticator_data
    if len(data) < _AUTHENTICATOR_DATA or data[:32] != hashlib.sha256(passkey.rp_id.encode()).digest():
        raise _wrong("the authenticator signed for another site")
    if not data[32] & _PRESENT or not data[32] & _VERIFIED:
        raise _wrong("the authenticator had not verified who used it")
    if len(data) > _AUTHENTICATOR_DATA and not data[32] & _EXTENDED:
        raise _wrong("authenticator data is too long")
    signature = _raw_signature(given.signature) if alg == signing.ES256 else given.signature
    signing.verify(alg, raw, data + hashlib.sha256(given.client_data).digest(), signature)


def counter(given: Assertion) -> int:
    """How often the authenticator says it has signed; 0 where it does not count."""
    return int.from_bytes(given.authenticator_data[33:37], "big")


def origin(given: Assertion) -> str:
    """Where the browser says that the person was; SyncError `signature_wrong` where that cannot be read."""
    found = _CLIENT_DATA.fullmatch(given.client_data)
    if found is None:
        raise _wrong("not the client data of an assertion")
    return found["origin"].decode()


def offline_challenge(header: bytes) -> bytes:
    """What an authenticator signs as a person's signature under an entry."""
    return hashlib.sha256(COSIGN_DOMAIN + header).digest()


def shown(what: str, content: Mapping[str, Any]) -> str:
    """The digest (SHA-256, hex) of exactly what a signer saw: the kind of entry that is signed, and what it says."""
    return hashlib.sha256(SHOWN_DOMAIN + canonical.encode({"what": what, "content": dict(content)})).hexdigest()


def online_challenge(nonce: str, digest: str | None) -> bytes:
    """What it signs for the server: a nonce that is used once, and the digest (hex) of what is signed, if anything."""
    return hashlib.sha256(ONLINE_DOMAIN + f"{nonce}\n{digest or ''}".encode()).digest()


def verdict(header: bytes, signature: Mapping[str, str], known: Sequence[Passkey]) -> str | None:
    """None when one of a person's passkeys made this signature of the line; else the flag that the entry deserves."""
    try:
        given = Assertion.parse(canonical.decode_base64(signature["sig"]))
    except ValueError:
        return WRONG
    challenge = offline_challenge(header)
    for passkey in known:
        try:
            check(passkey, challenge, given)
        except SyncError:
            continue
        return WAS_WITHDRAWN if passkey.withdrawn else None
    return WRONG


def flags(
    header: bytes, signatures: Sequence[Mapping[str, str]], known: Callable[[str], Sequence[Passkey]]
) -> tuple[str, ...]:
    """The flags that the passkeys' signatures in a line deserve, sorted; `known` gives a person's passkeys."""
    found = {
        verdict(header, one, known(one["by"].removeprefix("person:")) if one["by"].startswith("person:") else ())
        for one in signatures[1:]
        if one["alg"] == WEBAUTHN
    }
    return tuple(sorted(flag for flag in found if flag is not None))


class Passkeys:
    """Everybody's passkeys as they stand after the entries learnt so far."""

    def __init__(self) -> None:
        self._known: dict[str, Passkey] = {}

    def of(self, person: str) -> list[Passkey]:
        return [passkey for passkey in self._known.values() if passkey.person == person]

    def find(self, credential: str) -> Passkey | None:
        return self._known.get(credential)

    def learn(self, kind: str, body: Mapping[str, Any]) -> None:
        """Take in the payload of one of `KINDS`; SyncError `enrolment_wrong`, `key_malformed`."""
        names = ("credential", "person", "public_key", "rp_id") if kind == ADDED else ("credential", "person")
        values = [body.get(name) for name in names]
        if not all(isinstance(value, str) for value in values):
            raise SyncError("enrolment_wrong", "a passkey has a credential, a person, a key and a site")
        credential, person = str(values[0]), str(values[1])
        if kind == WITHDRAWN:
            known = self._known.get(credential)
            if known is None or known.person != person:
                raise SyncError("enrolment_wrong", "a passkey is withdrawn that was not added")
            self._known[credential] = replace(known, withdrawn=True)
            return
        if credential in self._known:
            raise SyncError("enrolment_wrong", "a passkey is added once")
        try:
            key = canonical.decode_base64(str(values[2]))
        except ValueError as error:
            raise SyncError("enrolment_wrong", "the key is not base64") from error
        raw_key(key)
        self._known[credential] = Passkey(person, key, str(values[3]))


def _check_client_data(data: bytes, challenge: bytes, rp_id: str) -> None:
    found = _CLIENT_DATA.fullmatch(data) if len(data) <= _LONGEST else None
    if found is None:
        raise _wrong("not the client data of an assertion")
    if found[1] != urlsafe_b64encode(challenge).rstrip(b"="):
        raise _wrong("another challenge was signed")
    scheme, host = found[3].decode(), found[4].decode()
    if host != rp_id or not (scheme == "https" or host == "localhost"):
        raise _wrong("signed at another address than the site's")


def _raw_signature(der: bytes) -> bytes:
    """r and s of an ECDSA signature in DER, 32 bytes each, as `signing` has them."""
    try:
        r, s = decode_dss_signature(der)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    except (ValueError, OverflowError) as error:
        raise _wrong("an ECDSA signature is two numbers in DER") from error


def _wrong(detail: str) -> SyncError:
    return SyncError("signature_wrong", detail)
