"""Compact documents for fresh clients, made by the Automerge core in a child process with a deadline and a limit."""

import subprocess
import sys
from collections.abc import Sequence
from math import ceil
from pathlib import Path

from sync.errors import SyncError

_CHILD = Path(__file__).with_name("projector_child.py")


def project(changes: Sequence[bytes], deadline_s: float = 5, memory_mb: int = 512) -> bytes:
    """The saved document of these changes, for `Automerge.load`; each change must follow what it depends on.

    SyncError `projection_failed` if the core refuses, crashes, leaves a change out, or exceeds `deadline_s` seconds
    (of the wall clock) or `memory_mb` MiB. The changes remain the record; the caller sends them one by one instead.
    """
    limits = [str(memory_mb), str(ceil(deadline_s)), str(len(changes))]
    command = [sys.executable, "-P", str(_CHILD), *limits]
    try:
        done = subprocess.run(
            command,
            input=b"".join(changes),
            capture_output=True,
            timeout=deadline_s,
            env={"RUST_BACKTRACE": "0"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SyncError("projection_failed", f"no result within {deadline_s} s") from error
    except OSError as error:
        raise SyncError("projection_failed", str(error)) from error
    if done.returncode:
        cause = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise SyncError("projection_failed", f"status {done.returncode}: {cause[:200]}")
    return done.stdout
