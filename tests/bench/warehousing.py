"""A day of a warehouse with 20,000 containers, taken along and looked up offline in Chromium with the processor four
times slower (MAT-06)."""

import gzip
import json
import sys
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.filling import SLOWER
from journeys.handheld import Tablet
from journeys.processes import until
from journeys.site import Site, site
from playwright.sync_api import expect, sync_playwright

from server.core.config import Config
from server.core.kinds import Fact
from server.plant import open_plant

CONTAINERS, TOGETHER, PLACES, LOTS = 20_000, 100, 400, 200
LOOKS, TAKES = 60, 5
AREA, MATERIAL = "raw", "API-0107"
# From the Enter that ends a scan to the frame after the one in which what it is was drawn.
WATCH = """(() => {
  window.felt = [];
  let pressed = 0;
  addEventListener("keydown", (event) => { if (event.key === "Enter") pressed = event.timeStamp }, true);
  new MutationObserver(() => {
    const at = pressed;
    if (!at || !document.querySelector("[data-testid=found]")) return;
    pressed = 0;
    requestAnimationFrame(() => setTimeout(() => felt.push(performance.now() - at)));
  }).observe(document, { childList: true, subtree: true, characterData: true });
})()"""


def warehouse(folder: Path, containers: int = CONTAINERS, looks: int = LOOKS, takes: int = TAKES) -> dict[str, Any]:
    """`lease_seconds`: from the request to the answer, on the server's side of the wire; `lease_bytes` as it is signed
    and as it is sent; `take_seconds`: from the touch until the work is there. Milliseconds: `look_up` in the stock
    alone, `scan_to_screen` from the end of a scan to the frame in which it is shown."""
    database_url = f"sqlite:///{folder / 'data' / 'pestle.db'}"
    with sync_playwright() as playwright, site(playwright, folder, database_url) as here:
        fill(here, database_url, containers)
        print(f"bench: {containers} containers", file=sys.stderr)
        tablet = here.tablet("bench", "en-GB")
        tablet.page.add_init_script(WATCH)
        tablet.enrol(here.code("tablet"), "bench")
        tablet.sign_in("huanglei")
        tablet.page.goto(f"{tablet.wire.url}/warehouse")
        began = time.monotonic()
        with tablet.page.expect_response("**/api/leases") as answer:
            tablet.at(f"take-{AREA}").click()
        expect(tablet.at("look-up")).to_be_visible(timeout=60_000)
        taken = time.monotonic() - began
        text = answer.value.json()["lease"]
        seconds = [answer.value.request.timing["responseStart"] / 1000, *(_again(tablet) for _ in range(takes - 1))]
        tablet.go_offline()
        return {
            "cpu_slower": SLOWER,
            "containers": len(json.loads(text)["containers"]["label"]),
            "lease_seconds": {"median": round(median(seconds), 2), "most": round(max(seconds), 2), "runs": takes},
            "lease_bytes": {"signed": len(text.encode()), "gzip": len(gzip.compress(text.encode(), 6))},
            "take_seconds": round(taken, 2),
            **_looks(tablet, containers, looks),
        }


def _again(tablet: Tablet) -> float:
    """Of a lease that is asked for once more."""
    with tablet.page.expect_response("**/api/leases") as answer:
        tablet.at("renew").click()
    answer.value.finished()
    expect(tablet.at("renew")).to_be_enabled(timeout=60_000)
    return float(answer.value.request.timing["responseStart"]) / 1000


def _looks(tablet: Tablet, containers: int, looks: int) -> dict[str, Any]:
    page = tablet.page
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    for at in range(looks):
        tablet.at("look-up").fill(label(at * (containers // looks)))
        tablet.at("look-up").press("Enter")
        until("it is shown", lambda seen=at: page.evaluate("felt.length") > seen)
    alone = page.evaluate("performance.getEntriesByName('pestle.lookup').map((one) => one.duration)")
    return {"look_up": _summary(alone), "scan_to_screen": _summary(page.evaluate("felt"))}


def label(number: int) -> str:
    return f"W-{number // TOGETHER:03d}-{number % TOGETHER:03d}"


def fill(here: Site, database_url: str, containers: int) -> None:
    """Beside the running server, as its commands do it: an area with places, and lots of a hundred containers."""
    plant = open_plant(Config(here.server.data, database_url))
    keeper, admin = here.people["huanglei"]["id"], here.people["admin"]["id"]
    area = {"area": AREA, "name": {"zh": "原料库", "en": "Raw materials"}, "places": ["1-101"], "reason": "store"}
    facts = [Fact("identity.area_set.v1", "site", area, actor=admin)]
    for number in range(PLACES):
        place = f"R-{number:03d}"
        about = {"location": place, "name": {"zh": place, "en": place}, "warehouse": AREA, "kind": "storage"}
        facts.append(Fact("materials.location_defined.v1", "locations", about | {"storage": None, "active": True}))
    plant.recorder.state(*facts)
    none = ("order", "line", "supplier", "manufacturer", "supplier_name", "made", "retest", "delivery_note")
    said: dict[str, Any] = dict.fromkeys((*none, "quantity", "comment", "damage", "supplier_lot"))
    for at in range(0, containers, TOGETHER):
        lot = f"W-{at // TOGETHER:03d}"
        received = said | {"material": MATERIAL, "lot": lot, "expiry": "2029-06-30", "containers": TOGETHER}
        rows = [
            {
                "container": label(number),
                "quantity": {"value": "25.000", "unit": "kg"},
                "location": f"R-{number % PLACES:03d}",
                "damage": None,
            }
            for number in range(at, min(at + TOGETHER, containers))
        ]
        given = {"material": MATERIAL, "lot": lot, "containers": rows}
        stream = f"lot/{MATERIAL}/{lot}"
        plant.recorder.state(
            Fact("materials.lot_received.v2", stream, received, actor=keeper),
            Fact("materials.containers_received.v2", stream, given, actor=keeper),
        )
    plant.close()


def _summary(values: list[float]) -> dict[str, Any]:
    p95 = quantiles(values, n=20)[-1]
    return {"p50": round(median(values), 1), "p95": round(p95, 1), "most": round(max(values), 1), "runs": len(values)}
