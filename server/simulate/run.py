"""One simulation from beginning to end: enrol, prepare, let the script run, wait until all is recorded, judge."""

import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles
from threading import Event
from typing import Any

from server.core.errors import PestleError
from server.handheld.model import document_of
from server.simulate import judge
from server.simulate.bystander import Bystander
from server.simulate.own import Own
from server.simulate.script import Plan
from server.simulate.site import Site
from server.simulate.tablet import Tablet

# How many tablets work on one batch together, unless there are fewer batches.
TOGETHER = 3
SETTLE_SECONDS = 60.0
Say = Callable[[str], None]


def batches_for(tablets: int) -> int:
    return -(-tablets // TOGETHER)


def enrolled(site: Site, batches: Sequence[str], count: int, folder: Path) -> list[Tablet]:
    """Tablets with codes, keys and leases; a batch is shared by several, so that they must agree."""
    found = []
    for number in range(count):
        of = site.enrol(f"Simulated {number + 1:03d}")
        tablet = Tablet(site.url, site.cookie, site.person, of, folder / f"{of.device}.journal", site)
        batch = batches[number // TOGETHER % len(batches)]
        lease = site.take(of, batch)
        tablet.leases[batch], tablet.ends[lease.id] = lease.id, lease.expires
        found.append(tablet)
    return found


class Simulation:
    """`own` is the server when it may be killed. `limit`: seconds after the script's last step until all must be
    recorded."""

    def __init__(self, site: Site, own: Own | None, plan: Plan, limit: float, say: Say) -> None:
        if plan.kills and own is None:
            raise PestleError("simulation_failed", {"asked": "kill", "found": "not a server of our own (--own)"})
        self._site, self._own, self._plan, self._limit, self._say = site, own, plan, limit, say

    def run(self, batches: Sequence[str]) -> dict[str, Any]:
        """The report; `ok` is False and `broken` says why when a promise was broken."""
        with tempfile.TemporaryDirectory(prefix="pestle-tablets-") as folder:
            self._say("enrolment and leases")
            tablets = enrolled(self._site, batches, len(self._plan.during), Path(folder))
            self._prepare(tablets)
            self._say("the script runs")
            bystander = Bystander(self._site, batches[0])
            bystander.start()
            began, receipted = self._play(tablets)
            bystander.stop()
        self._say("leases are handed back")
        for tablet in tablets:
            for lease in tablet.leases.values():
                self._site.give_back(tablet.of, lease, tablet.seq)
        self._say("the log is verified")
        return self._report(tablets, bystander, began, receipted)

    def _prepare(self, tablets: Sequence[Tablet]) -> None:
        for tablet, actions in zip(tablets, self._plan.before, strict=True):
            if not tablet.settle(SETTLE_SECONDS):
                raise PestleError("simulation_failed", {"asked": "/sync", "found": ", ".join(tablet.seen.errors[-3:])})
            for action in actions:
                tablet.do(action)

    def _play(self, tablets: Sequence[Tablet]) -> tuple[float, float]:
        """Wall-clock time of the start, and the seconds until every receipt was here."""
        stop, start, began = Event(), time.monotonic(), time.time()
        with ThreadPoolExecutor(len(tablets)) as pool:
            pairs = zip(tablets, self._plan.during, strict=True)
            lives = [pool.submit(tablet.run, actions, start, stop) for tablet, actions in pairs]
            try:
                self._kill(start)
                end = start + self._limit + max((row[-1].at for row in self._plan.during if row), default=0.0)
                _wait(lambda: any(life.done() for life in lives) or not any(one.busy for one in tablets), end)
                receipted = time.monotonic() - start
                _wait(lambda: any(life.done() for life in lives) or _level(tablets), end)
            finally:
                stop.set()
            for life in lives:
                life.result()
        return began, receipted

    def _kill(self, start: float) -> None:
        for at in self._plan.kills:
            time.sleep(max(0.0, start + at - time.monotonic()))
            assert self._own is not None
            self._own.kill()
            self._own.start()

    def _report(
        self, tablets: Sequence[Tablet], bystander: Bystander, began: float, receipted: float
    ) -> dict[str, Any]:
        needed = 1 + max((r["index"] or 0 for one in tablets for r in one.seen.receipts.values()), default=0)
        log, logged, verified = judge.verify(self._site, needed)
        promises = [verified, *judge.judge(tablets, logged)]
        broken = [what for promise in promises for what in promise.broken]
        seen = [one.seen for one in tablets]
        last = logged.last_at
        return {
            "ok": not broken,
            "broken": broken[:50],
            "promises": [promise.answer() for promise in promises],
            "tablets": len(tablets),
            "entries": sum(len(one.written) for one in tablets),
            "acknowledged": sum(len(one.acknowledged) for one in seen),
            "recorded_seconds": None if last is None else round(last - began, 2),
            "receipted_seconds": round(receipted, 2),
            "first_acknowledgement_ms": _spread([wait for one in seen for wait in one.waits]),
            "requests_ms": {**_spread(bystander.took), "failed": bystander.failed},
            "log": log,
            "documents": len({doc for one in tablets for doc in one.documents}),
            "connections": sum(one.connections for one in seen),
            "deaths": sum(one.deaths for one in seen),
            "restores": sum(one.restores for one in seen),
            "taken_back": sum(len(one.revoked) for one in seen),
            "sent_again": sum(one.repeated for one in seen),
            "collided": sum(receipt["index"] is None for one in seen for receipt in one.receipts.values()),
            "kills": len(self._plan.kills),
            "turned_away": dict(Counter(code for one in seen for code in one.errors)),
        }


def _level(tablets: Sequence[Tablet]) -> bool:
    """Whether those that share a document have come equally far in it."""
    reached: dict[str, set[int]] = defaultdict(set)
    for tablet in tablets:
        for doc in map(document_of, tablet.leases):
            document = tablet.documents.get(doc)
            reached[doc].add(0 if document is None else document.last)
    return all(len(found) == 1 for found in reached.values())


def _wait(for_what: Callable[[], bool], end: float) -> None:
    while not for_what() and time.monotonic() < end:
        time.sleep(0.05)


def _spread(seconds: Sequence[float]) -> dict[str, Any]:
    """Count, median, 95th percentile and largest, in ms; only the count when there were fewer than two."""
    if len(seconds) < 2:
        return {"count": len(seconds), "max": round(max(seconds) * 1000, 1) if seconds else None}
    cuts = quantiles(seconds, n=100, method="inclusive")
    numbers = {"p50": cuts[49], "p95": cuts[94], "max": max(seconds)}
    return {"count": len(seconds), **{name: round(value * 1000, 1) for name, value in numbers.items()}}
