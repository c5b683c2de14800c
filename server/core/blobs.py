"""Photos and other files, named by the SHA-256 of their bytes, checked to be what they say they are."""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from urllib.parse import quote

from server.core.errors import PestleError

MAX_BYTES = 2 * 1024 * 1024
JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
PDF, CSV = "application/pdf", "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IMAGES = frozenset({JPEG, PNG, WEBP})
FILES = IMAGES | {PDF, CSV, XLSX}
# In no text, in whatever encoding a spreadsheet writes its commas.
_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def sniff(data: bytes) -> str | None:
    """The type of an image by its first bytes; None for everything else."""
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    return None


def media_of(data: bytes) -> str | None:
    """The type of a file by its bytes, never by what somebody says; None for what is kept nowhere, such as a workbook
    with macros. The same as pwa/src/records/media.ts."""
    image = sniff(data)
    if image is not None:
        return image
    if data.startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"PK"):
        return XLSX if b"xl/workbook.xml" in data and b"vbaProject" not in data else None
    # Any other text is data in lines: it is only ever offered as a download.
    return CSV if data and _NO_TEXT.search(data) is None else None


def keep(folder: Path, name: str, declared: str, data: bytes, allowed: frozenset[str] = IMAGES) -> bool:
    """Store a photo or file under its hash; False if it is there already. PestleError `blob_…` if it is not what it
    says."""
    if len(data) > MAX_BYTES:
        raise PestleError("blob_too_large", {"bytes": len(data), "most": MAX_BYTES})
    if hashlib.sha256(data).hexdigest() != name:
        raise PestleError("blob_mismatch")
    if declared not in allowed or media_of(data) != declared:
        raise PestleError("blob_type", {"type": declared[:80]})
    path = _path(folder, name)
    if path.exists():
        return False
    write_file(path, data)
    return True


def load(folder: Path, name: str) -> tuple[bytes, str] | None:
    """The bytes of a file and its type; None for one that has not arrived. PestleError `not_found`: no hash."""
    try:
        data = _path(folder, name).read_bytes()
    except FileNotFoundError:
        return None
    return data, media_of(data) or "application/octet-stream"


def _path(folder: Path, name: str) -> Path:
    if len(name) != 64 or set(name) - set("0123456789abcdef"):
        raise PestleError("not_found")
    return folder / name[:2] / name


def download_as(name: str) -> str:
    """The value of Content-Disposition for a file of this name in whatever script: headers are Latin-1."""
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


def write_file(path: Path, data: bytes) -> None:
    """Beside, then renamed: a crash leaves an unused file, never half a one under a whole one's name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, partial = tempfile.mkstemp(prefix=".partial-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        os.rename(partial, path)
    except BaseException:
        # Gone already when it was renamed and the fault came after.
        Path(partial).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Whoever says "kept" means the name as well as the bytes: both must survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
