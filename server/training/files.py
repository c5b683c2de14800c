"""The files of procedures and of evidence, kept beside the log by their SHA-256: only what a page may offer."""

import hashlib
from pathlib import Path

from server.core import blobs
from server.core.errors import PestleError

PDF = "application/pdf"


def keep(folder: Path, name: str, data: bytes) -> bool:
    """Store a PDF or picture under its hash; False if it is there already. PestleError `training_file_wrong`,
    `blob_mismatch`."""
    if len(data) > blobs.MAX_BYTES or media_of(data) is None:
        raise PestleError("training_file_wrong", {"bytes": len(data), "most": blobs.MAX_BYTES})
    if hashlib.sha256(data).hexdigest() != name:
        raise PestleError("blob_mismatch")
    path = folder / name[:2] / name
    if path.exists():
        return False
    # A crash after this: a file that no entry names, which harms nobody.
    blobs.write_file(path, data)
    return True


def media_of(data: bytes) -> str | None:
    """By the first bytes, never by what somebody says."""
    return PDF if data.startswith(b"%PDF-") else blobs.sniff(data)
