"""Makes an archive: a folder in which the records can be read and verified when this system is gone (CMP-04).

It holds the log as files, the photos, a dossier of each batch, two verifiers (a page for any browser and the source of
the Python one), the description of the format, and a list of all files with their hashes.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from server.core import clock, db
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.plant import Plant
from server.production import queries as production
from server.release.dossier.build import dossier
from server.site import model, version
from sync.checkpoint import Checkpoint
from sync.errors import SyncError
from sync.log.export import export
from sync.verify.archive import LISTED, verify_archive

_VERIFIER = "verifier.html"
# Where the app is built, beside the packages; an installation without it archives without the page.
_BUILT = Path(__file__).parents[2] / "pwa" / "dist" / _VERIFIER
_READMES = ("README.md", "README.zh-CN.md")
# What `check.py` imports, for whoever wants the versions of the day.
_NEEDED = ("cryptography", "orjson", "asn1crypto", "pyhanko", "pyhanko-certvalidator", "pypdf")


def make(plant: Plant, to: Path, batches: Sequence[str] | None = None) -> dict[str, Any]:
    """An archive in a new folder, with dossiers of these batches (all, unless given); what the entry says of it.

    It is made beside, verified, and renamed. PestleError `archive_target_taken`, `not_found` for a batch that does not
    exist, `file_unreadable` when the folder cannot be written.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise PestleError("archive_target_taken", {"folder": str(to)[:200]})
    partial = to.with_name(f".{to.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    # Without the witnesses it is the log as it was last published.
    with suppress(SyncError):
        plant.publisher.now()
    try:
        with db.snapshot(plant.engine) as connection:
            made = _fill(plant, connection, partial, batches)
        made |= _list(partial)
        result = verify_archive(partial)
        if not result.ok:
            raise PestleError("archive_wrong", {"detail": str(result.reason)[:500]})
        _sync(partial)
        os.rename(partial, to)
    except OSError as error:
        raise PestleError("file_unreadable", {"file": str(to), "found": str(error)}) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    plant.recorder.state(Fact(model.ARCHIVED, model.STREAM, {"folder": to.name, **made}))
    return made


def _fill(plant: Plant, connection: Connection, folder: Path, batches: Sequence[str] | None) -> dict[str, Any]:
    checkpoint = export(connection, plant.log, folder / "log")
    for path in sorted(plant.config.blobs.glob("[0-9a-f][0-9a-f]/*")):
        if not path.name.startswith("."):
            _write(folder / "blobs" / path.name, path.read_bytes())
    numbers = production.numbers(connection) if batches is None else list(batches)
    for number in numbers:
        _dossiers(plant, connection, folder / "dossiers", number)
    _verifiers(folder)
    _explain(folder, checkpoint)
    return {"checkpoint": {"size": checkpoint.size, "root": checkpoint.root.hex()}, "batches": len(numbers)}


def _dossiers(plant: Plant, connection: Connection, folder: Path, number: str) -> None:
    for lang in ("zh", "en"):
        pdf = dossier(connection, plant.log, plant.signer, number, lang, plant.config.blobs, clock.now())
        if pdf is None:
            raise PestleError("not_found", {"batch": number})
        _write(folder / f"{number}.{lang}.pdf", pdf)


def _verifiers(folder: Path) -> None:
    source = Path(str(resources.files("sync")))
    shutil.copytree(source, folder / "verifier" / "sync", ignore=shutil.ignore_patterns("__pycache__"))
    check = resources.files("server.site.archived") / "check.py"
    _write(folder / "verifier" / "check.py", check.read_bytes())
    pinned = "".join(f"{name}=={metadata.version(name)}\n" for name in _NEEDED)
    _write(folder / "verifier" / "requirements.txt", pinned.encode())
    _write(folder / "FORMAT.md", (source / "README.md").read_bytes())
    if _BUILT.exists():
        _write(folder / _VERIFIER, _BUILT.read_bytes())


def _explain(folder: Path, checkpoint: Checkpoint) -> None:
    facts = {
        "software": version.current().software,
        "created_at": clock.now_text(),
        "origin": checkpoint.origin,
        "size": str(checkpoint.size),
        "root": checkpoint.root.hex(),
    }
    for name in _READMES:
        text = (resources.files("server.site.archived") / name).read_text("utf-8")
        for fact, value in facts.items():
            text = text.replace(f"{{{fact}}}", value)
        _write(folder / name, text.encode())


def _list(folder: Path) -> dict[str, Any]:
    """Write the list of all files; how many, how long together, and the hash of the list."""
    lines, size = [], 0
    for path in _files(folder):
        data = path.read_bytes()
        size += len(data)
        lines.append(f"{hashlib.sha256(data).hexdigest()}  {path.relative_to(folder).as_posix()}\n")
    listed = "".join(lines).encode()
    _write(folder / LISTED, listed)
    return {"files": len(lines), "bytes": size, "manifest": hashlib.sha256(listed).hexdigest()}


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _sync(folder: Path) -> None:
    """The bytes must be on the disk before the name says that all is there."""
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
