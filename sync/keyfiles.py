"""Private keys in files: PEM (PKCS#8) that only its owner reads, sealed where the site has a secret for that.

A file that was written before there was a secret is sealed when it is next read.
"""

import contextlib
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives import serialization

from sync.errors import SyncError

SETTING = "SECRETS_KEY_FILE"
# OpenSSL takes no longer password for a key file.
LEAST, MOST = 32, 1000


class _Private(Protocol):
    def private_bytes(
        self,
        encoding: serialization.Encoding,
        format: serialization.PrivateFormat,
        encryption_algorithm: serialization.KeySerializationEncryption,
    ) -> bytes: ...


def secret(environment: Mapping[str, str] = os.environ) -> bytes | None:
    """What keys are sealed with: the one line of the file that SECRETS_KEY_FILE names; None without the setting.

    SyncError `secret_unusable` for a file that is not there, or not of 32 to 1,000 bytes.
    """
    file = environment.get(SETTING)
    if not file:
        return None
    try:
        # A line feed at the end is an editor's.
        found = Path(file).read_bytes().strip()
    except OSError as error:
        raise SyncError("secret_unusable", f"{file[:80]}: {unreadable(Path(file), error)}") from error
    if not LEAST <= len(found) <= MOST:
        # Never the content: this goes to the screen and to logs.
        raise SyncError("secret_unusable", f"{file[:80]} has {len(found)} characters")
    return found


def unreadable(path: Path, error: Exception) -> str:
    """Why a file of a secret cannot be read, in words that lead to its mending: under Docker it keeps the owner and
    the mode of the machine outside, where its user is another."""
    if not isinstance(error, PermissionError):
        return "is a folder" if path.is_dir() else "is no file of text that is there"
    try:
        found = path.stat()
        stands = f"it belongs to user {found.st_uid} with mode {found.st_mode & 0o777:o}"
    except OSError:
        stands = "a folder above it is closed"
    return f"may not be read by user {os.geteuid()}: {stands}; chown {os.geteuid()} and chmod 400 it"


def load_or_create(path: Path, generate: Callable[[], _Private], secret: bytes | None = None) -> object:
    """The key in the file, made when it is missing; as `load`."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_once(path, _pem(generate(), secret))
    return load(path, secret)


def load(path: Path, secret: bytes | None = None) -> object:
    """The key in the file; SyncError `key_sealed` for one that this secret does not open."""
    data = path.read_bytes()
    if b"BEGIN ENCRYPTED PRIVATE KEY" not in data:
        key = serialization.load_pem_private_key(data, None)
        if secret is not None:
            _replace(path, _pem(key, secret))
        return key
    try:
        return serialization.load_pem_private_key(data, secret)
    except (TypeError, ValueError) as error:
        raise SyncError("key_sealed", path.name) from error


def write_once(path: Path, data: bytes) -> None:
    """Put a file in its place unless another process was first; a crash leaves no half key, only an unused file."""
    partial = _written(path, data)
    try:
        with contextlib.suppress(FileExistsError):
            os.link(partial, path)
    finally:
        os.unlink(partial)


def _replace(path: Path, data: bytes) -> None:
    """A crash leaves the old file or the new one, and each can be read."""
    os.replace(_written(path, data), path)


def _written(path: Path, data: bytes) -> str:
    descriptor, partial = tempfile.mkstemp(prefix=path.name, dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    return partial


def _pem(key: _Private, secret: bytes | None) -> bytes:
    sealing: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if secret is not None:
        sealing = serialization.BestAvailableEncryption(secret)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealing)
