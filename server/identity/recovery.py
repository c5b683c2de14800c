"""The keys with which the site opens a tablet's journal when the tablet has lost its own keys with its database.

A tablet seals its journal under a key that it wraps for the site (ECDH P-256, HKDF-SHA256, AES-256-GCM; sync/README.md)
and keeps beside it. The wrap names its tablet; a code that is asked for in the name of that tablet lets whoever enrols
with it have the key. `DATA/recovery-<n>.key`: the highest number is handed out, all of them open what was wrapped for
them.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.core.config import Config
from server.core.errors import PestleError, from_sync
from server.core.plant import Plant
from sync import canonical, keyfiles
from sync.errors import SyncError

KEY_DOMAIN = b"pestle/recovery-key/v1\n"
WRAP_DOMAIN = "pestle/journal-key/v1\n"
# More than a tablet can have: one for each time that it lost its keys and was enrolled without what it held.
MOST = 16
_FILE = re.compile(r"recovery-([1-9][0-9]{0,4})\.key")


@dataclass(frozen=True, slots=True)
class Wrap:
    """A journal's key as the tablet `device` wrapped it: `journal` names that key, `recovery` ours, `ephemeral` is a
    P-256 point, `iv` 12 bytes, `data` the sealed key of 32 bytes."""

    device: str
    journal: str
    recovery: str
    ephemeral: bytes
    iv: bytes
    data: bytes

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Wrap":
        """PestleError `recovery_failed` for what is not base64."""
        try:
            ephemeral, iv, data = (canonical.decode_base64(given[name]) for name in ("ephemeral", "iv", "data"))
        except ValueError as error:
            raise PestleError("recovery_failed", {"journal": given["journal"]}) from error
        return cls(given["device"], given["journal"], given["recovery"], ephemeral, iv, data)


def prepare(config: Config) -> None:
    """Make the first key; called at each opening, so that every backup has it."""
    if not _files(config):
        renew(config)


def renew(config: Config) -> str:
    """Hand out a new key from now on; the id of it. Older ones stay, for what was wrapped for them."""
    last = max(_files(config), default=0)
    file = config.data / f"recovery-{last + 1}.key"
    keyfiles.load_or_create(file, lambda: ec.generate_private_key(ec.SECP256R1()), config.secret)
    return _id(_point(_load(config, file)))


def handed_out(plant: Plant) -> dict[str, str]:
    """{id, key (base64, uncompressed point), signature}: signed by the server, whose key the tablet has pinned."""
    files = _files(plant.config)
    point = _point(_load(plant.config, files[max(files)]))
    signature = plant.signer.sign(KEY_DOMAIN + point)
    return {"id": _id(point), "key": _text(point), "signature": _text(signature)}


def known(config: Config) -> list[str]:
    """The ids of all keys, the one that is handed out last."""
    return [_id(_point(_load(config, file))) for _, file in sorted(_files(config).items())]


def unwrap(config: Config, wraps: Iterable[Mapping[str, Any]], device: str | None) -> list[tuple[Wrap, bytes]]:
    """The keys of those journals that tablet `device` wrapped; PestleError `recovery_not_permitted` when there is none
    of it, `recovery_failed` when one names it and was not wrapped by it, or for a key that is not here."""
    ours = [wrap for wrap in map(Wrap.of, wraps) if wrap.device == device]
    if not ours:
        raise PestleError("recovery_not_permitted", {"devices": sorted({str(one["device"]) for one in wraps})})
    keys = {_id(_point(key)): key for key in (_load(config, file) for file in _files(config).values())}
    return [(wrap, _open(keys.get(wrap.recovery), wrap)) for wrap in ours]


def _open(key: ec.EllipticCurvePrivateKey | None, wrap: Wrap) -> bytes:
    if key is None:
        raise PestleError("recovery_failed", {"recovery": wrap.recovery})
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), wrap.ephemeral)
        bound = WRAP_DOMAIN.encode() + f"{wrap.device}\n{wrap.journal}\n{wrap.recovery}".encode()
        salt = wrap.ephemeral + _point(key)
        secret = HKDF(hashes.SHA256(), 32, salt, bound).derive(key.exchange(ec.ECDH(), theirs))
        return AESGCM(secret).decrypt(wrap.iv, wrap.data, bound)
    except (ValueError, InvalidTag) as error:
        raise PestleError("recovery_failed", {"journal": wrap.journal}) from error


def _files(config: Config) -> dict[int, Path]:
    found = ((_FILE.fullmatch(path.name), path) for path in config.data.glob("recovery-*.key"))
    return {int(match[1]): path for match, path in found if match}


def _load(config: Config, file: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = keyfiles.load(file, config.secret)
    except SyncError as error:
        raise from_sync(error) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise PestleError("key_malformed", {"file": file.name})
    return key


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _id(point: bytes) -> str:
    return hashlib.sha256(point).hexdigest()[:32]


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
