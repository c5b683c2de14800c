"""What a group of processes has cost so far, as the kernel counts it: by one measure, in Python or in Node."""

import os
import subprocess
from pathlib import Path


def of_group(group: int) -> list[int]:
    """The processes of a group; one that is started in a session of its own leads it."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,pgid="], capture_output=True, text=True, check=True).stdout
    pairs = (line.split() for line in listed.splitlines())
    return [int(pid) for pid, pgid in pairs if int(pgid) == group]


def descendants(root: int) -> list[int]:
    """A process and all that it has started, whatever groups they are in: a database and its backends."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(pid): int(ppid) for pid, ppid in (line.split() for line in listed.splitlines())}
    found, fresh = [root], [root]
    while fresh:
        fresh = [pid for pid, ppid in parents.items() if ppid in fresh]
        found += fresh
    return found


def cpu(group: int) -> float:
    """Seconds of processor time that the processes of a group have used."""
    return sum(map(_cpu_of, of_group(group)))


def cpu_below(root: int) -> float:
    """The same for a process and its descendants, the dead ones among them included."""
    return sum(_cpu_of(pid, buried=True) for pid in descendants(root))


def _cpu_of(pid: int, buried: bool = False) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    ticks = sum(map(int, fields[11 : 15 if buried else 13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_kb(group: int) -> int:
    """Of the largest of them, which is the one that serves."""
    return max(_line(f"/proc/{pid}/status", "VmRSS") for pid in of_group(group))


def proportional_kb(group: int) -> int:
    """Of all of them together: a page that several share, as a worker does with the process it was forked from, counts
    once. Resident memory alone hides a page that the worker begins to have for itself."""
    return sum(_line(f"/proc/{pid}/smaps_rollup", "Pss") for pid in of_group(group))


def _line(path: str, name: str) -> int:
    [line] = [line for line in Path(path).read_text().splitlines() if line.startswith(f"{name}:")]
    return int(line.split()[1])
