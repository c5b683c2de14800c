"""A whole floor: 200 operators on 60 batches at once on PostgreSQL, and a tablet with a batch of 40 phases.

The operators check tablets round after round, as they do at a press: three values with their mean, judged against the
order, and every fifth time a remark. They are a process of their own beside the server, on the same machine.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from unittest.mock import patch

from batch_support import t
from bench import browser, live, processes
from bench.operators import PHASE, ROUNDS, checked, checking
from control_support import approved, master_of, ordered_by
from journeys.browsers import TABLET as SIZE
from journeys.browsers import Chromium
from journeys.handheld import Tablet as Hand
from journeys.processes import until
from journeys.wire import Wire
from playwright.sync_api import Page, sync_playwright
from recipe_support import step
from support import PostgresCluster

from server.core.config import Config
from server.core.kinds import Fact
from server.plant import open_plant
from server.production.model import CHECKED, COMPLETED, MASTER_ORDER, REMARK, STARTED
from server.production.rules import slot_of
from server.simulate import run, script
from server.simulate.own import Own
from server.simulate.site import Site
from server.simulate.tablet import Tablet
from sync.log import reading

OPERATORS, BATCHES, ENTRIES = 200, 60, 60
# Of all together: each writes thirty a minute.
PER_SECOND = OPERATORS * 30 / 60

DONE, LEFT, CHECKS, OPENED = 30, 10, 38, 7
BATCH = "B-40"
# From a touch to the frame in which what it was for can be touched, seen from within: whoever asks from outside has to
# wait until the page has time for it.
TIMED = """(touched, there) => {
  window.times = [];
  document.addEventListener("click", (event) => {
    if (!event.target.closest(touched)) return;
    const begun = performance.now();
    const look = () => {
      const seen = there.every((one) => document.querySelector(one));
      if (seen) setTimeout(() => window.times.push(performance.now() - begun));
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, true);
}"""
NEXT = "[data-testid=start-phase]:enabled"


def operators(
    folder: Path,
    people: int = OPERATORS,
    batches: int = BATCHES,
    entries: int = ENTRIES,
    per_second: float = PER_SECOND,
) -> dict[str, Any]:
    """Milliseconds from the push of an entry to the word that it is in the log for good, processor time of server and
    database, and how many of what was sent stand in the log."""
    cluster = PostgresCluster(durable=True)
    database, data = cluster.create(), Path(tempfile.mkdtemp(dir=folder))
    try:
        own = Own(data, database, 1)
        numbers = [f"FLOOR-{n:02d}" for n in range(1, batches + 1)]
        ordered(data, database, numbers, [checking(PHASE, ROUNDS)])
        with own:
            asked = {"urls": [own.url], "login": own.login, "password": own.password, "batches": numbers}
            asked |= {"count": people, "changes": entries, "per_second": per_second, "operators": True}
            with live.started([sys.executable, "-m", "tests.bench.tablets"], asked) as child:
                before, stored = processes.cpu(own.pid), processes.cpu_below(cluster.pid)
                answer = live.said(child, {"begin": True})
            used = {"server": processes.cpu(own.pid) - before, "database": processes.cpu_below(cluster.pid) - stored}
        logged = _logged(data, database)
    finally:
        cluster.close()
    each = {f"{who}_cpu_ms_per_entry": round(seconds * 1000 / (people * entries), 2) for who, seconds in used.items()}
    return {"operators": people, "batches": batches, "sent": people * entries, "in_the_log": logged, **each, **answer}


def ordered(data: Path, database: str, numbers: list[str], phases: list[dict[str, Any]]) -> None:
    """Batches by a recipe of these phases, released."""
    plant = open_plant(Config(data, database))
    try:
        recipe = master_of(phases)
        approved(plant, recipe)
        orders = [
            Fact(MASTER_ORDER, f"batch/{number}", ordered_by(recipe, number), actor="P-0008") for number in numbers
        ]
        plant.recorder.state(*orders)
    finally:
        plant.close()


def _logged(data: Path, database: str) -> int:
    """Entries of tablets about the batches of the floor: none that the server wrote of itself."""
    plant = open_plant(Config(data, database))
    try:
        with plant.engine.connect() as connection:
            kinds = Counter(
                one.envelope.head.kind
                for kind in (CHECKED, STARTED, REMARK)
                for one in reading.of_kind(connection, kind)
                if one.envelope.head.stream.startswith("batch/FLOOR-")
            )
    finally:
        plant.close()
    return kinds.total()


class Course(Tablet):
    """Writes a batch as it is made: each phase is begun, checked and ended."""

    todo: Iterator[tuple[str, dict[str, Any]]]

    def _write(self, count: int) -> None:
        for _ in range(count):
            kind, payload = next(self.todo)
            self.record(BATCH, kind, {"batch": BATCH, **payload}, slot_of(kind, payload))


def _course(done: int) -> Iterator[tuple[str, dict[str, Any]]]:
    for phase in (str(number * 10) for number in range(1, done + 1)):
        yield STARTED, {"phase": phase}
        yield from ((CHECKED, checked(phase, turn)) for turn in range(1, CHECKS + 1))
        yield COMPLETED, {"phase": phase}


def tablet(folder: Path, done: int = DONE, left: int = LEFT, opened: int = OPENED) -> dict[str, Any]:
    """Milliseconds, Chromium four times slower and without network: from the touch that opens the batch until it can be
    worked on, and from the touch that ends a phase until the next can be begun."""
    phases = [checking(str(n * 10), CHECKS, *([str(n * 10 - 10)] if n > 1 else [])) for n in range(1, done + 1)]
    plain = {"name": t("确认"), "instruction": t("按规程确认"), "room": None}
    phases += [step(str(n * 10), "instruction", str(n * 10 - 10)) | plain for n in range(done + 1, done + left + 1)]
    database, entries = f"sqlite:///{folder / 'pestle.db'}", done * (CHECKS + 2)
    own = Own(folder, database, 1)
    ordered(folder, database, [BATCH], phases)
    own.batches = [BATCH]
    with own, sync_playwright() as playwright:
        site = Site(own.url, own.login, own.password)
        Course.todo = _course(done)
        with patch.object(run, "Tablet", Course):
            report = run.Simulation(site, own, script.plan(script.read("storm"), 1, entries, seed=1), 300, _say).run(
                [BATCH]
            )
        assert report["ok"], report["broken"]
        wire = Wire(int(own.url.rpartition(":")[2]))
        hand = Hand(Chromium(playwright, folder, "tablet", SIZE, "zh-CN"), wire, browser.people_of(site))
        try:
            hand.start()
            return {"phases": done + left, "entries": entries} | _worked(hand, site, left, opened)
        finally:
            hand.kill()


def _worked(hand: Hand, site: Site, left: int, opened: int) -> dict[str, Any]:
    hand.enrol(site.ask("POST", "/api/devices/codes", {"role": "tablet"})["code"], "T-07")
    hand.sign_in(browser.PERSON)
    home = hand.page.url
    hand.take(BATCH)
    hand.at("start-phase").wait_for(timeout=60_000)
    # What a tablet does when nobody waits: keep the document compact.
    hand.page.wait_for_timeout(15_000)
    hand.go_offline()
    openings = [_opened(hand, home) for _ in range(opened)]
    nexts = _nexts(hand.page, left)
    return {"open": _spread(openings), "next_phase": _spread(nexts)}


def _opened(hand: Hand, home: str) -> float:
    """From the touch on the batch, in an app that has just been started and has nothing in memory."""
    old, page = hand.page, hand.chromium.context.new_page()
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": browser.SLOWER})
    old.close()
    hand.chromium.turn_to(page)
    page.goto(home, wait_until="commit")
    hand.unlock(browser.PERSON)
    opens = hand.at(f"run-{BATCH}")
    opens.wait_for(timeout=60_000)
    _time(page, f"[data-testid=run-{BATCH}]", "[data-testid=remark]:enabled", NEXT)
    opens.click()
    return _times(page, 1)[0]


def _nexts(page: Page, left: int) -> list[float]:
    """From the touch that ends a phase; the last phase has none after it."""
    _time(page, "[data-testid=complete-phase]", NEXT)
    for n in range(1, left):
        page.get_by_test_id("start-phase").click()
        page.get_by_test_id("complete-phase").click()
        _times(page, n)
    return _times(page, left - 1)


def _time(page: Page, touched: str, *there: str) -> None:
    page.evaluate(f"([touched, there]) => ({TIMED})(touched, there)", [touched, list(there)])


def _times(page: Page, count: int) -> list[float]:
    until("what was touched for", lambda: page.evaluate("window.times.length") == count, 60)
    found: list[float] = page.evaluate("window.times")
    return found


def _spread(found: list[float]) -> dict[str, Any]:
    numbers = {
        "p50": median(found),
        "p95": quantiles(found, n=20, method="inclusive")[-1] if len(found) > 1 else found[0],
    }
    return {**{name: round(value, 1) for name, value in numbers.items()}, "runs": len(found)}


def _say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)
