"""From a stable reading of an emulated balance to the screen: bridge, server, tablet in Chromium, four times slower."""

from datetime import datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from journeys.processes import until
from journeys.site import site
from playwright.sync_api import sync_playwright

SLOWER, READINGS = 4, 40
BALANCE = "BAL-07"
# When each weight stood there to be taken: the bridge has signed and kept its reading, and the tablet has it.
WATCH = """(() => {
  window.taken = [];
  let could = false;
  const look = () => {
    const button = document.querySelector('[data-testid="take-weight"]');
    const can = button !== null && !button.disabled;
    if (can && !could) {
      const net = document.querySelector('[data-testid="live-net"]').textContent;
      requestAnimationFrame(() => setTimeout(() => taken.push([net, Date.now()])));
    }
    could = can;
  };
  const all = { childList: true, subtree: true, attributes: true, characterData: true };
  new MutationObserver(look).observe(document, all);
})()"""


def to_screen(folder: Path, count: int = READINGS) -> dict[str, Any]:
    """Milliseconds from when the bridge had the stable line until the weight may be taken on the tablet."""
    with sync_playwright() as playwright, site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        balances, bridge = here.weighing_room()
        bridge.start(balances.bus, here.code("bridge"))
        tablet = here.tablet("T-01", "en-GB")
        tablet.enrol(here.code("tablet"), "T-01")
        tablet.sign_in("zhangmin")
        tablet.take(here.batch)
        tablet.start_phase()
        tablet.clear_line()
        tablet.complete_phase("10")
        tablet.at("phase-20").click()
        tablet.start_phase()
        tablet.page.evaluate(WATCH)
        tablet.page.context.new_cdp_session(tablet.page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        shown = {}
        for number in range(count):
            load = f"12.{600 + 2 * number:03d}"
            balances.place(BALANCE, load)
            until("the weight may be taken", lambda seen=number: tablet.page.evaluate("taken.length") > seen)
            shown[load] = int(tablet.page.evaluate("taken.at(-1)[1]"))
            balances.place(BALANCE, "0")
            tablet.at("take-weight").and_(tablet.page.locator(":disabled")).wait_for()
        read = _read(here.desk("zhaolin"))
    return {"cpu_slower": SLOWER, **_figures([shown[load] - read[load] for load in shown])}


def _read(desk: Any) -> dict[str, int]:
    """When the bridge had each weight, in milliseconds since 1970, by its value."""
    found = {}
    for entry in desk.get("/api/log?kind=equipment.weight_read.v1&limit=200")["items"]:
        moment = datetime.fromisoformat(entry["captured_at"])
        found[entry["payload"]["net"]["value"]] = int(moment.timestamp() * 1000)
    return found


def _figures(took: list[int]) -> dict[str, Any]:
    return {"p50": median(took), "p95": quantiles(took, n=20)[-1], "most": max(took), "runs": len(took)}
