"""Lean tablets in a process of their own, so that what they cost is not counted as the server's.

One line of JSON on standard input says where and what; `ready` is answered; at the next line they begin. See `work`.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles
from threading import Event
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.operators import Operator
from bench.wire import PING_SECONDS, Tablet, until

from server.simulate.site import Site

LIMIT_SECONDS = 600.0


def work(asked: dict[str, Any]) -> None:
    """`urls`, `batches`: tablets take turns among them; `count` tablets write `changes` entries each, `per_second` of
    all of them together, in turn: remarks, or with `operators` what is written at a press. Ends when each holds every
    entry and receipt of its batch."""
    urls, batches, count = asked["urls"], asked["batches"], asked["count"]
    site = Site(urls[0], asked["login"], asked["password"])
    tablets = [_tablet(asked, site, n, batches[n % len(batches)]) for n in range(count)]
    _connect(tablets, urls)
    _say({"ready": True})
    sys.stdin.readline()
    begin, clock = time.perf_counter(), time.monotonic()
    stop = Event()
    with ThreadPoolExecutor(count) as pool:
        lives = [
            pool.submit(one.run, asked["changes"], clock + n / asked["per_second"], count / asked["per_second"], stop)
            for n, one in enumerate(tablets)
        ]
        try:
            until(lambda: any(life.done() for life in lives) or _all_have(tablets, asked["changes"]), LIMIT_SECONDS)
        finally:
            stop.set()
    for life in lives:
        life.result()
    took = time.perf_counter() - begin
    for tablet in tablets:
        tablet.drop()
    _say({"seconds": round(took, 2), **_latencies(tablets, len(urls))})


def _tablet(asked: dict[str, Any], site: Site, n: int, batch: str) -> Tablet:
    of = site.enrol(f"Bench {n}")
    return Operator(site, of, batch, n // len(asked["batches"])) if asked.get("operators") else Tablet(site, of, batch)


def _connect(tablets: Sequence[Tablet], urls: Sequence[str]) -> None:
    """One after the other; whoever is connected is heard of while the others are."""
    heard = time.monotonic()
    for n, tablet in enumerate(tablets):
        tablet.connect(urls[n % len(urls)])
        if time.monotonic() > heard + PING_SECONDS / 2:
            heard = time.monotonic()
            for one in tablets[: n + 1]:
                one.ping()


def _all_have(tablets: Sequence[Tablet], changes: int) -> bool:
    together = Counter(tablet.batch for tablet in tablets)
    return all(_has(one, together[one.batch] * changes) for one in tablets)


def _has(tablet: Tablet, total: int) -> bool:
    return len(tablet.entries) == len(tablet.receipts) == total and len(tablet.acknowledged) == len(tablet.pushed)


def _latencies(tablets: list[Tablet], sides: int) -> dict[str, Any]:
    """From the push to its acknowledgement, and to its arrival at each other tablet: of the same server process where
    there is one, of another one where there are several."""
    acknowledged = [at - one.pushed[name] for one in tablets for name, at in one.acknowledged.items()]
    arrived = [
        there.arrived[name] - at
        for n, one in enumerate(tablets)
        for m, there in enumerate(tablets)
        for name, at in one.pushed.items()
        if n != m and (sides == 1 or n % sides != m % sides) and name in there.arrived
    ]
    return {"acknowledged_ms": spread(acknowledged), "arrived_ms": spread(arrived)}


def spread(seconds: Iterable[float]) -> dict[str, Any]:
    found = sorted(seconds)
    if len(found) < 2:
        return {"count": len(found)}
    cuts = quantiles(found, n=100, method="inclusive")
    numbers = {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "max": found[-1]}
    return {"count": len(found), **{name: round(value * 1000, 1) for name, value in numbers.items()}}


def _say(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    work(json.loads(sys.stdin.readline()))
