"""Checks an archive: every file against its list, the log in it, and each dossier by the keys of that log."""

import hashlib
from dataclasses import replace
from pathlib import Path

from sync.errors import SyncError
from sync.trust import Policy
from sync.verify.dossier import verify_pdf
from sync.verify.log import verify_log
from sync.verify.result import Result

LISTED = "SHA256SUMS"


def verify_archive(folder: Path, *, trusted: Policy | None = None, full: bool = False) -> Result:
    """The result of the log, or of the first file that is wrong. An unpacked backup is checked in the same way.

    `trusted` as for `verify_log`. SyncError `log_unreadable` when there is no log to judge.
    """
    result = verify_log(folder / "log", trusted=trusted, full=full)
    wrong = _unlisted(folder) if result.ok else None
    if wrong is not None:
        return replace(result, ok=False, code="archive_wrong", reason=f"archive_wrong: {wrong}")
    if not result.ok:
        return result
    policy = trusted or Policy.parse((folder / "log" / "policy").read_bytes())
    for path in sorted((folder / "dossiers").glob("*.pdf")):
        found = verify_pdf(path, trusted=policy)
        if not found.ok:
            return replace(result, ok=False, code=found.code, reason=f"{path.name}: {found.reason}")
    return result


def _unlisted(folder: Path) -> str | None:
    """What is wrong with the first file that is not as the list has it."""
    try:
        listed = dict(_line(line) for line in (folder / LISTED).read_text("utf-8").splitlines())
    except (OSError, ValueError) as error:
        raise SyncError("log_unreadable", f"{LISTED}: {error}") from error
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {LISTED}
    for name in sorted(there ^ set(listed)):
        return f"{name} is not on the list" if name in there else f"{name} is missing"
    for name, digest in sorted(listed.items()):
        with (folder / name).open("rb") as source:
            if hashlib.file_digest(source, "sha256").hexdigest() != digest:
                return f"{name} was changed"
    return None


def _line(line: str) -> tuple[str, str]:
    digest, separator, name = line.partition("  ")
    if not separator or len(digest) != 64:
        raise ValueError("a line is a hash, two blanks and a name")
    return name, digest
