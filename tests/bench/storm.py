"""Thirty tablets that come back at once, and a thousand that only listen: what the server does and what it costs."""

import base64
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import processes
from support import PostgresCluster

from server.handheld.model import HELLO_DOMAIN, document_of
from server.simulate import run, script
from server.simulate.line import Line
from server.simulate.own import Own
from server.simulate.site import Enrolled, Site
from sync.writer import now_text

TABLETS, ENTRIES = 30, 500
# As many devices as that many sockets need, of which each may have two; the first are connected before it is measured.
IDLE, FIRST = 1_000, 20
DEVICES = (IDLE + FIRST) // 2
PING_SECONDS = 3.0


def storm(folder: Path) -> dict[str, Any]:
    """30 tablets × 500 queued entries, on both databases; what was broken would stand under `broken`."""
    found = {}
    for name, database in _databases(folder):
        plan = script.plan(script.read("storm"), TABLETS, ENTRIES, seed=1)
        with Own(Path(tempfile.mkdtemp(dir=folder)), database, run.batches_for(TABLETS)) as own:
            site = Site(own.url, own.login, own.password)
            before = processes.cpu(own.pid)
            report = run.Simulation(site, own, plan, 300, _say).run(own.batches)
            report["server_cpu_ms_per_entry"] = round((processes.cpu(own.pid) - before) * 1000 / report["entries"], 2)
        found[name] = report
    return found


def idle(folder: Path) -> dict[str, Any]:
    """Kilobytes of memory for each open connection that only pings now and then: of the serving process (RSS), and of
    all processes of the server with what they share counted once (PSS), which is the honest one of the two."""
    database = f"sqlite:///{folder / 'pestle.db'}"
    with Own(folder, database, 1) as own:
        site = Site(own.url, own.login, own.password)
        devices = [site.enrol(f"Idle {n}") for n in range(DEVICES)]
        for one in devices:
            site.lease(one, own.batches[0])
        # What is made once, with the first of them, is no cost of a connection.
        lines = [_greeted(site, devices[n], own.batches[0]) for n in range(FIRST)]
        before = _memory_kb(own.pid)
        try:
            pinged = time.monotonic()
            for n in range(IDLE):
                lines.append(_greeted(site, devices[(FIRST + n) % DEVICES], own.batches[0]))
                if time.monotonic() - pinged > PING_SECONDS:
                    _ping(lines)
                    pinged = time.monotonic()
            _ping(lines)
            rss, pss = processes.resident_kb(own.pid), processes.proportional_kb(own.pid)
            each = {
                "rss_kb_each": round((rss - before[0]) / IDLE, 1),
                "pss_kb_each": round((pss - before[1]) / IDLE, 1),
            }
            return {"connections": len(lines), **each}
        finally:
            for line in lines:
                line.drop()


def _memory_kb(group: int) -> tuple[int, int]:
    return processes.resident_kb(group), processes.proportional_kb(group)


def _greeted(site: Site, one: Enrolled, batch: str) -> Line:
    line = Line(site.url, site.cookie)
    nonce = json.loads(line.receive(30) or "")["nonce"]
    actor = os.urandom(16).hex()
    proof = one.signer.sign(HELLO_DOMAIN + f"{nonce}\n{actor}\n{one.device}".encode())
    hello = {"t": "hello", "v": 1, "device": one.device, "actor": actor, "proof": base64.b64encode(proof).decode()}
    hello |= {"wall": now_text(time.time_ns() // 1_000_000), "offset": 480, "mono": 1, "boot": "bench"}
    line.send(json.dumps({**hello, "head": {"seq": 0, "hash": "0" * 64}, "docs": {document_of(batch): 1}}))
    assert json.loads(line.receive(30) or "")["t"] == "welcome"
    return line


def _ping(lines: list[Line]) -> None:
    """All of them are heard of, as the server asks for, and what they were told is read."""
    for line in lines:
        line.send(json.dumps({"t": "ping", "n": 1}))
    for line in lines:
        while json.loads(line.receive(30) or "")["t"] != "pong":
            pass


def _databases(folder: Path) -> Iterator[tuple[str, str]]:
    yield "sqlite", f"sqlite:///{Path(tempfile.mkdtemp(dir=folder)) / 'pestle.db'}"
    with _postgresql() as url:
        yield "postgresql", url


@contextmanager
def _postgresql() -> Iterator[str]:
    cluster = PostgresCluster(durable=True)
    try:
        yield cluster.create()
    finally:
        cluster.close()


def _say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)
