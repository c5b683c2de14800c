"""Twenty tablets that write live: what a change costs the server, beside automerge-repo with its websocket adapter.

The same entries, tablets and pace for each; they take turns, so that noise meets all. Only the processor time of the
serving processes counts (and PostgreSQL's, apart): what clients do with a change is theirs. The rows give unequal
guarantees, which is why each says what it gives.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench import processes
from bench.wire import remark
from support import PostgresCluster, free_port

from server.simulate.own import Own
from sync.signing import Ed25519Signer
from sync.writer import DeviceWriter

CLIENTS, CHANGES = 20, 200
RUNS = int(os.environ.get("BENCH_RUNS", "3"))
# Of all together, in turn: each client writes five times a second.
PER_SECOND = 100.0
# After the last one has everything: what a server puts off is part of what a change costs.
AFTER_SECONDS = 1.0
# Twenty clients of the peer that share a document keep one processor busy for minutes.
LIMIT_SECONDS = 180
REPO = Path(__file__).parent / "repo"
ROOT = Path(__file__).resolve().parents[2]

_OURS = (
    "each change judged by the policy, each entry's signature and chain checked, both durable (fsync) before the"
    " acknowledgement, in the signed Merkle log, receipted in the document; told to every other client at once"
)
GUARANTEES = {
    "pestle_sqlite": _OURS,
    "pestle_postgresql": _OURS + "; the database is processes of its own, counted apart",
    "automerge_repo_memory": "nothing judged, stored or acknowledged; told to every other client, gathered for 100 ms",
    "automerge_repo_nodefs": "as in memory, and written to files later, without fsync; nobody is told when",
}
Figures = dict[str, Any]


def live(folder: Path, clients: int = CLIENTS, changes: int = CHANGES, runs: int = RUNS) -> Figures:
    """CPU microseconds of the server per change, for one document that all share and for one document each."""
    _install()
    cluster = PostgresCluster(durable=True)
    try:
        found = {}
        for shape, documents in (("one_document", 1), ("a_document_each", clients)):
            systems: dict[str, Callable[[], Figures]] = {
                "pestle_sqlite": lambda d=documents: ours(sqlite(folder), folder, d, clients, changes),
                "pestle_postgresql": lambda d=documents: ours(
                    cluster.create(), folder, d, clients, changes, cluster.pid
                ),
                "automerge_repo_memory": lambda d=documents: _repo(folder, d, clients, changes, stored=False),
                "automerge_repo_nodefs": lambda d=documents: _repo(folder, d, clients, changes, stored=True),
            }
            found[shape] = _compared(shape, systems, runs)
        return {"clients": clients, "changes_each": changes, "per_second": PER_SECOND, "guarantees": GUARANTEES} | found
    finally:
        cluster.close()


def _compared(shape: str, systems: dict[str, Callable[[], Figures]], runs: int) -> Figures:
    taken: dict[str, list[Figures]] = {system: [] for system in systems}
    for number in range(runs):
        for system, run in systems.items():
            print(f"bench: live changes, {shape}, {system}, run {number + 1}", file=sys.stderr, flush=True)
            taken[system].append(run())
    medians = {system: median(one["server_us_per_change"] for one in found) for system, found in taken.items()}
    peer = medians["automerge_repo_memory"]
    ratios = {system: round(value / peer, 2) for system, value in medians.items()}
    return {"server_us_per_change": medians, "to_automerge_repo_memory": ratios, "runs": taken}


def sqlite(folder: Path) -> str:
    return f"sqlite:///{Path(tempfile.mkdtemp(dir=folder)) / 'pestle.db'}"


def ours(
    database: str, folder: Path, documents: int, clients: int, changes: int, postgres: int | None = None
) -> Figures:
    """One run. `postgres`: the process id of the database, where it has one."""
    with Own(Path(tempfile.mkdtemp(dir=folder)), database, documents) as own:
        asked = {"urls": [own.url], "login": own.login, "password": own.password, "batches": own.batches}
        asked |= {"count": clients, "changes": changes, "per_second": PER_SECOND}
        with started([sys.executable, "-m", "tests.bench.tablets"], asked) as child:
            return measured(child, own.pid, clients * changes, postgres)


def _repo(folder: Path, documents: int, clients: int, changes: int, *, stored: bool) -> Figures:
    port = free_port()
    place = [tempfile.mkdtemp(dir=folder)] if stored else []
    command = ["node", str(REPO / "server.mjs"), str(port), *place]
    server = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
    try:
        answers(f"http://127.0.0.1:{port}/")
        asked = {"url": f"ws://127.0.0.1:{port}", "count": clients, "changes": changes, "documents": documents}
        asked |= {
            "per_second": PER_SECOND,
            "limit_seconds": LIMIT_SECONDS,
            "entries": str(_stock(folder, clients * changes)),
        }
        with started(["node", str(REPO / "clients.mjs")], asked) as child:
            return measured(child, server.pid, clients * changes, None)
    finally:
        server.kill()
        server.wait()


@contextmanager
def started(command: list[str], asked: Figures) -> Iterator["subprocess.Popen[str]"]:
    """Clients that are ready and wait for the word to begin."""
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            said(child, asked)
            yield child
        finally:
            child.kill()


def said(child: "subprocess.Popen[str]", what: Figures) -> Figures:
    """Say something to the clients; what they answer."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.dumps(what) + "\n")
    child.stdin.flush()
    answer: Figures = json.loads(child.stdout.readline())
    return answer


def measured(child: "subprocess.Popen[str]", group: int, changes: int, postgres: int | None) -> Figures:
    """What the server used from the first change until some time after the last has arrived everywhere."""
    before, database = processes.cpu(group), processes.cpu_below(postgres) if postgres else 0.0
    answer = said(child, {"begin": True})
    time.sleep(AFTER_SECONDS)
    used = processes.cpu(group) - before
    changes = answer.get("changes_made", changes)
    found: Figures = {"server_us_per_change": round(used * 1e6 / changes)}
    if postgres:
        found["database_us_per_change"] = round((processes.cpu_below(postgres) - database) * 1e6 / changes)
    return {**found, **answer}


def _stock(folder: Path, count: int) -> Path:
    """Entries as our tablets write them, for clients that cannot sign."""
    path = folder / f"entries-{count}.json"
    if not path.exists():
        writer = DeviceWriter("tablet-bench", Ed25519Signer.generate())
        entries = [remark(writer, "SIM-001", "person-bench", "lease-bench") for _ in range(count)]
        pairs = [(one.head.id, base64.b64encode(one.encode()).decode()) for one in entries]
        path.write_text(json.dumps(pairs), "ascii")
    return path


def _install() -> None:
    """The peer, as pinned beside this file; nothing else needs it."""
    if not (REPO / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=REPO, check=True, stdout=2)


def answers(url: str) -> None:
    """Wait until somebody serves there; TimeoutError after half a minute."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(url)
