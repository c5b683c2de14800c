"""Passwords and PINs: argon2id hashes, and the key of a person wrapped by a PIN that nobody keeps."""

import base64
import os
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# OWASP's smallest memory for argon2id, which a tablet can spend as well.
MEMORY_KIB, PASSES, LANES = 19456, 2, 1
_hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def password_fits(hashed: str | None, password: str) -> bool:
    """Whether the hash is of this password; without a hash it takes the same time, and is False."""
    try:
        return _hasher.verify(hashed or _nobody(), password) and hashed is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def new_user_key(pin: str) -> dict[str, Any]:
    """A fresh Ed25519 key of which only the public half and the wrapped private half (PKCS#8) leave this function:
    {alg, public_key, salt, iv, data, m, t, p}, bytes in base64, m in KiB."""
    key = Ed25519PrivateKey.generate()
    pkcs8 = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    salt, iv = os.urandom(16), os.urandom(12)
    data = AESGCM(_derive(pin, salt, PASSES, MEMORY_KIB, LANES)).encrypt(iv, pkcs8, None)
    parts = {"public_key": key.public_key().public_bytes_raw(), "salt": salt, "iv": iv, "data": data}
    texts = {name: base64.b64encode(value).decode() for name, value in parts.items()}
    return {"alg": "ed25519", **texts, "m": MEMORY_KIB, "t": PASSES, "p": LANES}


def unlock(wrapped: dict[str, Any], pin: str) -> Ed25519PrivateKey:
    """What a tablet does with a PIN; cryptography's InvalidTag when it is wrong."""
    salt, iv, data = (base64.b64decode(wrapped[name]) for name in ("salt", "iv", "data"))
    pkcs8 = AESGCM(_derive(pin, salt, wrapped["t"], wrapped["m"], wrapped["p"])).decrypt(iv, data, None)
    key = serialization.load_der_private_key(pkcs8, password=None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def _derive(pin: str, salt: bytes, passes: int, memory: int, lanes: int) -> bytes:
    return hash_secret_raw(pin.encode(), salt, passes, memory, lanes, 32, Type.ID)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _hasher.hash("nobody has this password")
