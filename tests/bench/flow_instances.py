"""Ten thousand running flows on PostgreSQL: the inbox, completing a task, and how late timers fire. No network."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from approval_support import approve
from bench import flows
from flask.testing import FlaskClient
from plant import PASSWORD, PlantUnderTest
from support import PostgresCluster

from server.core import clock
from server.core.kinds import Fact
from server.engines.flows import kinds, queries, running
from sync.entry import new_id

INSTANCES, ASKED, COMPLETED, TIMERS = 10_000, 60, 100, 200
_WAITING = (
    f'{flows._HEAD}<bpmn:process id="waiting" name="等待" pestle:nameEn="Waiting" isExecutable="true">'
    '<bpmn:startEvent id="s"/><bpmn:intermediateCatchEvent id="c"><bpmn:timerEventDefinition>'
    "<bpmn:timeDuration>PT3S</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    f'{flows._tasks("look")}<bpmn:endEvent id="e"/>{flows._arrows("s>c>look>e")}</bpmn:process></bpmn:definitions>'
)


def instances(
    folder: Path, count: int = INSTANCES, asked: int = ASKED, completed: int = COMPLETED, timers: int = TIMERS
) -> dict[str, Any]:
    """Milliseconds, with that many deviations open beside the timers."""
    cluster = PostgresCluster(durable=True)
    site = PlantUnderTest(cluster.create(), folder)
    try:
        started = _started(site, "deviation", count, [{"variable": "what", "value": ["scale drifted"]}])
        found: dict[str, Any] = {"running": count, "started_per_second": round(count / started[1])}
        found["inbox_ms"] = _times(lambda client: _inbox(client, count), site.client("li"), asked)
        found["timer_late_s"], waiting = _late(site, timers)
        found["complete_ms"] = _completed(site, waiting[:completed])
    finally:
        site.close()
        cluster.close()
    return found


def _inbox(client: FlaskClient, count: int) -> None:
    answer = client.get("/api/my-work")
    assert answer.status_code == 200, answer.text
    assert answer.json["total"] >= count // 2


def _times(act: Callable[[FlaskClient], None], client: FlaskClient, times: int) -> dict[str, float]:
    act(client)
    took = []
    for _ in range(times):
        began = time.perf_counter()
        act(client)
        took.append((time.perf_counter() - began) * 1000)
    return _figures(took)


def _figures(took: list[float]) -> dict[str, float]:
    return {
        "median": round(median(took), 2),
        "p95": round(quantiles(took, n=20, method="inclusive")[-1], 2),
        "most": round(max(took), 2),
    }


def _started(site: PlantUnderTest, code: str, count: int, values: list[dict[str, Any]]) -> tuple[list[str], float]:
    """That many instances, begun by sixteen at once; their numbers, and the seconds."""
    running.deliver(site.plant, code)
    with site.reading() as connection:
        now = queries.in_force(connection, code)
        assert now is not None
        pinned = queries.pinned(connection, code, now.version)
    assert pinned is not None
    pins = [{"flow": name, "sha256": sha256} for name, sha256 in pinned.pins.items()]

    def begin(number: int) -> str:
        name = new_id(int(clock.now().timestamp() * 1000))
        said = {"instance": name, "flow": code, "version": now.version, "pins": pins, "subject": f"S-{number}"}
        fact = Fact(kinds.STARTED, kinds.instance_stream(name), said | {"values": values}, f"S-{number}", "P-0005")
        site.plant.recorder.state(fact)
        return name

    began = time.perf_counter()
    with ThreadPoolExecutor(16) as pool:
        names = list(pool.map(begin, range(count)))
    return names, time.perf_counter() - began


def _completed(site: PlantUnderTest, names: list[str]) -> dict[str, float]:
    """The whole request of whoever completes a task, one after the other, until it is durable and answered."""
    client, took, busy = site.client("li"), [], 0.0
    for name in names:
        task = client.get(f"/api/instances/{name}").json["tasks"][0]["id"]
        body = {"outcome": None, "values": [], "comment": None}
        began, before = time.perf_counter(), time.process_time()
        answer = client.post(f"/api/instances/{name}/tasks/{task}/complete", json=body)
        took.append((time.perf_counter() - began) * 1000)
        busy += time.process_time() - before
        assert answer.status_code == 200, answer.text
    # Of this process alone, which other work on the machine does not lengthen.
    return _figures(took) | {"processor": round(busy / len(names) * 1000, 2)}


def _late(site: PlantUnderTest, timers: int) -> tuple[dict[str, float], list[str]]:
    """Seconds between when timers were due, all at about the same time, and when they stood fired in the log; and the
    instances, each of which then waits for a person."""
    _publish(site)
    names = _started(site, "waiting", timers, [])[0]
    clockwork = running.Clockwork(site.plant)
    clockwork.start()
    deadline = time.monotonic() + 120
    while len(site.entries(kinds.FIRED)) < timers:
        if time.monotonic() > deadline:
            raise RuntimeError("timers did not fire")
        time.sleep(0.2)
    clockwork.stop()
    late = []
    for entry in site.entries(kinds.FIRED):
        due, fired = (datetime.fromisoformat(one) for one in (entry.body["due"], entry.head.captured_at))
        late.append((fired - due).total_seconds())
    return _figures(late), names


def _publish(site: PlantUnderTest) -> None:
    """By an engineer and, signed by another, by QA, as everything is."""
    engineer = site.client("zhou")
    signed = {"login": "zhou", "password": PASSWORD, "meaning": "prepared", "reason": "bench"}
    kept = engineer.post("/api/flows/waiting/draft", json={"revision": None, "xml": _WAITING}).json
    shown = engineer.post("/api/flows/waiting/versions", json={**signed, **kept, "version": 1}).json
    assert shown["versions"][0]["state"] == "submitted", shown
    approve(site.plant, "flow/waiting/1", {"review_supervisor": "P-0003"}, "P-0004")
