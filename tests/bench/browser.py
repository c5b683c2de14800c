"""The app in Chromium with the processor four times slower: its start, and a tablet with a batch of 2,000 entries."""

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from unittest.mock import patch

from journeys.browsers import TABLET as SIZE
from journeys.browsers import Chromium
from journeys.handheld import Tablet as Hand
from journeys.processes import Server, until
from journeys.wire import Wire
from playwright.sync_api import Page, expect, sync_playwright

from server.demo import make
from server.production.model import REMARK
from server.simulate import run, script
from server.simulate.own import Own
from server.simulate.site import Site
from server.simulate.tablet import Tablet

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
USABLE = "[data-testid=login]"

WRITERS, ENTRIES = 4, 2_000
STARTS, SIGNED = 7, 60
SLOWER = 4
PERSON = "liqiang"
# The app measures what it promises: signed, in the journal, in the database.
RECORDED = "pestle.record"
# The moment of the frame in which the batch's work and records stand there and can be touched: asked from within, since
# whoever asks from outside has to wait until the page has time for it.
WATCH = """(() => {
  const look = () => {
    const there = ["[data-testid=remark]:enabled", "[data-testid=records] li"];
    if (there.every((one) => document.querySelector(one))) setTimeout(() => (window.usableAt = performance.now()));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""


def starts(folder: Path, runs: int = 5) -> dict[str, Any]:
    """Milliseconds from navigation to the sign-in form: with an empty profile; then offline, by the service worker."""
    base = Path(tempfile.mkdtemp(dir=folder))
    server = Server(base, f"sqlite:///{base / 'pestle.db'}")
    server.start()
    try:
        pairs = [_pair(server.url) for _ in range(runs)]
    finally:
        server.process.kill()
    cold, warm = (sorted(pair[which] for pair in pairs) for which in (0, 1))
    print(f"bench: {runs} starts", file=sys.stderr)
    return {"cold": {"median": median(cold), "runs": cold}, "warm": {"median": median(warm), "runs": warm}}


def _pair(url: str) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path="/usr/bin/chromium", args=FLAGS, viewport={"width": 1280, "height": 800}
        )
        page = context.pages[0]
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
        cold = _start(page, url)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        # As on a tablet in a room without a network.
        context.set_offline(True)
        warm = _start(page, url)
        context.close()
    return cold, warm


def _start(page: Any, url: str) -> float:
    page.goto(url, wait_until="commit")
    page.wait_for_selector(USABLE)
    return round(float(page.evaluate("performance.now()")), 1)


def change_of_person(folder: Path, runs: int = 5) -> dict[str, Any]:
    """Milliseconds from the scan of a badge at the locked glass to the next person's work, argon2 included.

    The wedge sends its keys, the PIN is filled in at once: what hands need for six digits is not the app's.
    """
    base = Path(tempfile.mkdtemp(dir=folder))
    with Own(base, f"sqlite:///{base / 'pestle.db'}", 1) as own, sync_playwright() as playwright:
        site = Site(own.url, own.login, own.password)
        people, wire = people_of(site), Wire(int(own.url.rpartition(":")[2]))
        admin = Site(own.url, "admin", make.password_of("admin"))
        text = admin.ask("POST", f"/api/people/{people[PERSON]['id']}/badges")["text"]
        hand = Hand(Chromium(playwright, base, "badge", SIZE, "en-GB"), wire, people)
        try:
            hand.start()
            hand.enrol(site.ask("POST", "/api/devices/codes", {"role": "tablet"})["code"], "T-07")
            hand.sign_in(PERSON)
            hand.take(own.batches[0])
            hand.page.context.new_cdp_session(hand.page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            took = [_change(hand.page, text, people[PERSON]["pin"]) for _ in range(runs)]
        finally:
            hand.kill()
    return {"median": median(took), "runs": took}


def _change(page: Page, badge: str, pin: str) -> float:
    page.get_by_test_id("lock").click()
    expect(page.get_by_test_id("badge")).to_be_visible()
    begun = time.monotonic()
    for key in f"]Q1{badge}":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.get_by_test_id("pin-input").fill(pin)
    expect(page.get_by_test_id("gate")).to_have_count(0)
    passed = round((time.monotonic() - begun) * 1000, 1)
    _say(f"change of person {passed:.0f} ms")
    return passed


class Worker(Tablet):
    """Writes in all phases of its batch, as a shift does."""

    phases: Sequence[str] = ()

    def _write(self, count: int) -> None:
        for _ in range(count):
            [batch] = self.leases
            phase = self.phases[self.seq % len(self.phases)]
            text = f"remark {self.seq + 1} of {self.device}: looked at, in order, nothing was noticed"
            self.record(batch, REMARK, {"batch": batch, "phase": phase, "text": text}, f"{phase}/remark")


def with_2000_entries(folder: Path) -> dict[str, Any]:
    """Milliseconds; `start` from navigation until the batch can be worked on, `record` from the app's own measure."""
    with Own(folder, f"sqlite:///{folder / 'pestle.db'}", 1) as own, sync_playwright() as playwright:
        site = Site(own.url, own.login, own.password)
        _fill(site, own)
        wire = Wire(int(own.url.rpartition(":")[2]))
        hand = Hand(Chromium(playwright, folder, "tablet", SIZE, "en-GB"), wire, people_of(site))
        try:
            hand.start()
            return _measure(hand, site, own.batches[0])
        finally:
            hand.kill()


def _fill(site: Site, own: Own) -> None:
    """Over the real wire, by virtual tablets: an entry a change, receipts and all."""
    plan = script.plan(script.read("storm"), WRITERS, ENTRIES // WRITERS, seed=1)
    Worker.phases = [one["id"] for one in site.ask("GET", f"/api/batches/{own.batches[0]}")["phases"]]
    with patch.object(run, "Tablet", Worker):
        report = run.Simulation(site, own, plan, 300, _say).run(own.batches)
    assert report["ok"], report["broken"]


def people_of(site: Site) -> dict[str, Any]:
    ids = {one["login"]: one["id"] for one in site.ask("GET", "/api/people")["items"]}
    return {login: {"id": ids[login], "password": make.password_of(login), "pin": make.pin_of(login)} for login in ids}


def _measure(hand: Hand, site: Site, batch: str) -> dict[str, Any]:
    hand.enrol(site.ask("POST", "/api/devices/codes", {"role": "tablet"})["code"], "T-07")
    hand.sign_in(PERSON)
    hand.take(batch)
    until("all entries have come", lambda: _shown(hand.page) > ENTRIES // len(Worker.phases) - WRITERS, 60)
    # What a tablet does when nobody waits: keep the document compact.
    time.sleep(15)
    address = hand.page.url
    starts = [_start_of(hand, address) for _ in range(STARTS)]
    records = _records(hand.page)
    return {
        "entries": ENTRIES,
        "start": {"median": median(starts), "runs": starts},
        "record": {
            "p50": round(median(records), 1),
            "p95": round(quantiles(records, n=20)[-1], 1),
            "runs": len(records),
        },
    }


def _start_of(hand: Hand, address: str) -> float:
    """A new page where there is no other, with all that the app keeps in memory gone."""
    old, page = hand.page, hand.chromium.context.new_page()
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    old.close()
    hand.chromium.turn_to(page)
    page.add_init_script(WATCH)
    page.goto(address, wait_until="commit")
    until("the batch can be worked on", lambda: page.evaluate("window.usableAt !== undefined"), 60)
    passed = float(page.evaluate("window.usableAt"))
    _say(f"start {passed:.0f} ms")
    return round(passed, 1)


def _records(page: Page) -> list[float]:
    """By hand, through the screens; each with the whole batch around it."""
    for n in range(SIGNED):
        page.get_by_test_id("remark").click()
        page.get_by_test_id("remark-text").fill(f"one more, {n}")
        page.get_by_test_id("remark-sign").click()
        expect(page.get_by_test_id("remark-sheet")).to_have_count(0)
    found = page.evaluate(f"performance.getEntriesByName('{RECORDED}').map((one) => one.duration)")
    assert len(found) == SIGNED, found
    return [float(one) for one in found]


def _shown(page: Page) -> int:
    return int(page.locator("#records + small").inner_text())


def _say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)
