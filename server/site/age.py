"""Encryption of whole files with age (age-encryption.org/v1): to public keys, so that the server cannot read it back.

Nothing is held in memory as a whole: what is encrypted is pulled from an iterator, what is decrypted runs through a
pipe.
"""

import hashlib
import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import IO

import pyrage
from pyrage.x25519 import Identity, Recipient

from server.core.errors import PestleError

_SECRET = "AGE-SECRET-KEY-"


def recipient(text: str) -> Recipient:
    """A public key as text (age1…); PestleError `backup_recipient_wrong`."""
    try:
        return Recipient.from_str(text.strip())
    except pyrage.RecipientError as error:
        raise PestleError("backup_recipient_wrong", {"recipient": text[:80]}) from error


def fingerprint(one: Recipient) -> str:
    """SHA-256 of the public key as text, in hex."""
    return hashlib.sha256(str(one).encode()).hexdigest()


def locked(identity: Identity, passphrase: str) -> bytes:
    """A private key under a passphrase, as the age tool reads it as an identity file."""
    return bytes(pyrage.passphrase.encrypt(f"{identity}\n".encode(), passphrase))


def identities(data: bytes, passphrase: str | None) -> list[Identity]:
    """The private keys of an identity file, which may be under a passphrase itself; PestleError `restore_key_wrong`."""
    try:
        if not data.startswith(_SECRET.encode()) and b"age-encryption.org" in data[:100]:
            data = pyrage.passphrase.decrypt(data, passphrase or "")
        lines = [line.strip() for line in data.decode().splitlines()]
        found = [Identity.from_str(line) for line in lines if line.startswith(_SECRET)]
    except (pyrage.DecryptError, pyrage.IdentityError, UnicodeDecodeError) as error:
        raise PestleError("restore_key_wrong", {"detail": str(error)[:200]}) from error
    if not found:
        raise PestleError("restore_key_wrong", {"detail": "no private key in the file"})
    return found


def encrypt(parts: Generator[bytes], out: IO[bytes], recipients: Sequence[Recipient]) -> None:
    """Write what the iterator gives, encrypted; what it raises is raised."""
    source = _Pulled(parts)
    try:
        pyrage.encrypt_io(source, out, list(recipients))
    except Exception as error:
        raise source.failure or error from error
    finally:
        parts.close()


@contextmanager
def decrypted(file: Path, keys: Sequence[Identity]) -> Iterator[IO[bytes]]:
    """What is in a file, to be read to its end: only then is it certain that nothing is missing.

    PestleError `restore_key_wrong` when none of the keys opens it, `backup_damaged` for anything else that is not as it
    was written.
    """
    reading, writing = os.pipe()
    failures: list[Exception] = []
    thread = Thread(target=_decrypt, args=(file, writing, keys, failures), name="decrypt")
    thread.start()
    failed: Exception | None = None
    try:
        with os.fdopen(reading, "rb") as source:
            yield source
    except Exception as error:
        failed = error
    thread.join()
    found = next((one for one in failures if not isinstance(one, BrokenPipeError)), None)
    # What breaks the reader is mostly that the decryption ended.
    if found is not None:
        raise _explained(found) from found
    if failed is not None:
        raise failed


class _Pulled:
    """A reader over an iterator of bytes; what the iterator raises cannot pass through Rust, so it is kept here."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts, self._rest = parts, b""
        self.failure: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            while not self._rest:
                self._rest = next(self._parts)
        except StopIteration:
            return b""
        except Exception as error:
            self.failure = error
            raise
        given, self._rest = self._rest[:size], self._rest[size:]
        return given


def _decrypt(file: Path, writing: int, keys: Sequence[Identity], failures: list[Exception]) -> None:
    try:
        with os.fdopen(writing, "wb") as out, file.open("rb") as source:
            pyrage.decrypt_io(source, out, list(keys))
    except Exception as error:
        failures.append(error)


def _explained(error: Exception) -> PestleError:
    code = "restore_key_wrong" if "No matching keys" in str(error) else "backup_damaged"
    return PestleError(code, {"detail": str(error)[:200]})
