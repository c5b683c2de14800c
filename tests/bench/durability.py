"""The appends on two sorts of disk: the one that is there, and one whose every fsync takes one millisecond.

The second is EMULATED: a shim that is loaded before the C library answers fsync and fdatasync after a sleep and writes
nothing. It stands for a server's disk with a fixed cost, where a shared machine's own disk drifts too much to compare.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import which
from typing import Any

_SHIM = """
#include <time.h>
static int wait_a_millisecond(void) { struct timespec t = {0, 1000000}; nanosleep(&t, 0); return 0; }
int fsync(int fd) { (void)fd; return wait_a_millisecond(); }
int fdatasync(int fd) { (void)fd; return wait_a_millisecond(); }
"""
ROOT = Path(__file__).resolve().parents[2]


def appends(folder: Path) -> dict[str, Any]:
    found = {"real_disk": _run({})}
    compiler = which("cc") or which("gcc")
    if compiler is None:
        found["emulated_fsync_1_ms"] = {"left_out": "there is no C compiler"}
        return found
    # PostgreSQL loads it too, as another user.
    folder.chmod(0o755)
    source, shim = folder / "fsync.c", folder / "fsync.so"
    source.write_text(_SHIM)
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", str(shim), str(source)], check=True)
    found["emulated_fsync_1_ms"] = _run({"LD_PRELOAD": str(shim)})
    return found


def _run(environment: dict[str, str]) -> dict[str, Any]:
    """In a process of its own, since only one that is started with it heeds the shim."""
    print(f"bench: appends, {'emulated' if environment else 'real'} disk", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "tests.bench.appends"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
