"""Keys and signatures: Ed25519, ES256 (P-256) where a browser lacks it, and ML-DSA-44 for checkpoints."""

from functools import cached_property, lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from sync import keyfiles
from sync.errors import SyncError

ED25519 = "ed25519"
ES256 = "es256"
# What devices may sign entries with.
ALGORITHMS = (ED25519, ES256)
# What logs and witnesses sign checkpoints with beside Ed25519, since records outlive it (FIPS 204).
MLDSA44 = "ml-dsa-44"
MLDSA44_KEY, MLDSA44_SIGNATURE = 1312, 2420

# The eight points of small order of Curve25519 in their canonical encodings, and the encodings of them that
# exceed the field prime. A key among them makes one signature valid for many messages.
_LOW_ORDER = frozenset(
    bytes.fromhex(point)
    for point in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    )
)


class Signer(Protocol):
    """Something that holds a private key: the server's file, the bridge's file, a test's memory."""

    alg: str

    @property
    def public_key(self) -> bytes:
        """Raw: 32 bytes for Ed25519, 65 bytes uncompressed point for ES256."""

    def sign(self, message: bytes) -> bytes:
        """The raw 64-byte signature (ES256: r and s, IEEE P1363)."""


class Ed25519Signer:
    """An Ed25519 private key (RFC 8032) in this process."""

    alg = ED25519

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> "Ed25519Signer":
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def load_or_create(cls, path: Path, secret: bytes | None = None) -> "Ed25519Signer":
        """The key of a file, made when it is missing; SyncError `key_malformed`, `key_sealed` for another secret."""
        key = keyfiles.load_or_create(path, Ed25519PrivateKey.generate, secret)
        if not isinstance(key, Ed25519PrivateKey):
            raise SyncError("key_malformed", f"{path.name} holds no Ed25519 key")
        return cls(key)

    @property
    def private_key(self) -> Ed25519PrivateKey:
        return self._key

    @cached_property
    def public_key(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


class MLDSA44Signer:
    """An ML-DSA-44 private key (FIPS 204) in this process; signs checkpoints, never entries."""

    alg = MLDSA44

    def __init__(self, key: MLDSA44PrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> "MLDSA44Signer":
        return cls(MLDSA44PrivateKey.generate())

    @classmethod
    def load_or_create(cls, path: Path, secret: bytes | None = None) -> "MLDSA44Signer":
        """As for Ed25519."""
        key = keyfiles.load_or_create(path, MLDSA44PrivateKey.generate, secret)
        if not isinstance(key, MLDSA44PrivateKey):
            raise SyncError("key_malformed", f"{path.name} holds no ML-DSA-44 key")
        return cls(key)

    @property
    def public_key(self) -> bytes:
        """1,312 bytes."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """2,420 bytes, with an empty context, as C2SP tlog-cosignature asks."""
        return self._key.sign(message)


def check_public_key(alg: str, public_key: bytes) -> None:
    """Refuse keys that must never be enrolled; SyncError `key_algorithm_unknown` or `key_malformed`."""
    if alg == ED25519:
        if len(public_key) != 32 or public_key in _LOW_ORDER:
            raise SyncError("key_malformed", "not an Ed25519 key, or one of small order")
        Ed25519PublicKey.from_public_bytes(public_key)
    elif alg == ES256:
        _p256(public_key)
    else:
        raise SyncError("key_algorithm_unknown", alg[:40])


def verify_mldsa44(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Return if the signature is right; SyncError `signature_wrong` or `key_malformed`."""
    try:
        MLDSA44PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature as error:
        raise SyncError("signature_wrong", "the signature does not fit the bytes") from error
    except ValueError as error:
        raise SyncError("key_malformed", f"an ML-DSA-44 key has {MLDSA44_KEY} bytes") from error


def verify(alg: str, public_key: bytes, message: bytes, signature: bytes) -> None:
    """Return if the signature is right; SyncError `signature_wrong` (or what `check_public_key` raises)."""
    try:
        if alg == ED25519:
            _ed25519(public_key).verify(signature, message)
        elif alg == ES256:
            if len(signature) != 64:
                raise SyncError("signature_wrong", "an ES256 signature has 64 bytes")
            r, s = (int.from_bytes(signature[i : i + 32], "big") for i in (0, 32))
            _p256(public_key).verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
        else:
            raise SyncError("key_algorithm_unknown", alg[:40])
    except InvalidSignature as error:
        raise SyncError("signature_wrong", "the signature does not fit the bytes") from error
    except ValueError as error:
        if isinstance(error, SyncError):
            raise
        raise SyncError("key_malformed", str(error)) from error


# A log has a million entries of a few dozen keys, and making a key costs a tenth of checking a signature.
_ed25519 = lru_cache(maxsize=1024)(Ed25519PublicKey.from_public_bytes)


def _p256(public_key: bytes) -> ec.EllipticCurvePublicKey:
    try:
        if len(public_key) != 65:
            raise ValueError("compressed")
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)
    except ValueError as error:
        raise SyncError("key_malformed", "not an uncompressed P-256 point") from error
