"""What the database keeps sealed, so that a copy of it alone neither signs anybody in nor lets a PIN be guessed.

AES-256-GCM under a key that HKDF-SHA256 derives from the site's secret (setting SECRETS_KEY_FILE), bound to what the
text is of. Without a secret texts stand as they are; they are sealed at the first start that has one.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.core.errors import PestleError

# No hash and no JSON begins so.
_SEALED = "sealed:1:"
_IV = 12
_cipher: AESGCM | None = None


def use(secret: bytes | None) -> None:
    """Seal with this secret from now on (setting SECRETS_KEY_FILE)."""
    global _cipher
    derived = None if secret is None else HKDF(hashes.SHA256(), 32, b"", b"pestle/secrets/v1").derive(secret)
    _cipher = None if derived is None else AESGCM(derived)


def seal(text: str, *of: str) -> str:
    """The text sealed for what it is of, such as a person's password; as it is where the site has no secret."""
    if _cipher is None:
        return text
    iv = os.urandom(_IV)
    return _SEALED + base64.b64encode(iv + _cipher.encrypt(iv, text.encode(), _bound(of))).decode()


def unseal(text: str, *of: str) -> str:
    """The text of what was sealed, or of what never was; PestleError `key_sealed` with another secret or none, and for
    what was sealed for something else."""
    if not text.startswith(_SEALED):
        return text
    data = base64.b64decode(text.removeprefix(_SEALED))
    try:
        if _cipher is None:
            raise InvalidTag
        return _cipher.decrypt(data[:_IV], data[_IV:], _bound(of)).decode()
    except InvalidTag as error:
        raise PestleError("key_sealed", {"detail": " ".join(of)}) from error


def waits(text: str) -> bool:
    """Whether a text was written before the site had its secret."""
    return _cipher is not None and not text.startswith(_SEALED)


def _bound(of: tuple[str, ...]) -> bytes:
    return "\n".join(of).encode()
