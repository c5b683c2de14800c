"""From a scan to what the person sees, in Chromium with the processor four times slower: by wedge and filmed camera."""

import sys
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from journeys import films
from journeys.browsers import TABLET as SIZE
from journeys.browsers import Chromium
from journeys.processes import Server, until
from playwright.sync_api import Page, sync_playwright

SLOWER = 4
SCANS, OPENINGS = 100, 20
GS1 = "(01)09506000134352(17)310131(10)ABC-123(21)00042"
# A quarter of the picture's height.
HEIGHT = 0.25
# The last key of a scan, and the frame after the one in which its mark was drawn; heard before the app hears the key.
WATCH = """(() => {
  let last = 0;
  window.felt = [];
  addEventListener("keydown", (event) => { if (event.key === "Enter") last = event.timeStamp }, true);
  addEventListener("click", (event) => { last = event.timeStamp }, true);
  new MutationObserver((changes) => {
    for (const one of changes.flatMap((change) => [...change.addedNodes]))
      if (one.dataset?.testid === "scan-mark")
        requestAnimationFrame(() => setTimeout(() => felt.push(performance.now() - last)));
  }).observe(document, { childList: true, subtree: true });
})()"""


def scans(folder: Path, wedged: int = SCANS, openings: int = OPENINGS) -> dict[str, Any]:
    """Milliseconds. `wedge`: from Enter to the mark on the screen; `camera_decode`: of a frame that shows a GS1
    DataMatrix, in the worker; `camera_open_to_mark`: from the touch that opens the camera, which loads the reader."""
    server = Server(folder, f"sqlite:///{folder / 'pestle.db'}")
    server.start()
    film = folder / "camera.y4m"
    films.shoot(film, "DataMatrix:gs1,forceSquare", GS1, HEIGHT)
    with sync_playwright() as playwright:
        tablet = Chromium(playwright, folder, "scanner", SIZE, "en-GB", films.flags(film))
        try:
            page = tablet.start()
            page.add_init_script(WATCH)
            page.goto(server.url)
            page.get_by_test_id("go-enrol").click()
            page.get_by_test_id("enrol-code").wait_for()
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            found = {"cpu_slower": SLOWER, "wedge": _summary(_wedge(page, wedged))}
            opened, decoded = _camera(page, openings)
            return found | {"camera_decode": _summary(decoded), "camera_open_to_mark": _summary(opened)}
        finally:
            tablet.kill()
            server.process.kill()


def _wedge(page: Page, count: int) -> list[float]:
    for number in range(count):
        for key in f"]Q1PESTLE-ENROL:1:AB{number:02d}-EFGH":
            page.keyboard.press(key)
        page.keyboard.press("Enter")
        until("the scan is felt", lambda seen=number: page.evaluate("felt.length") > seen)
    return [float(one) for one in page.evaluate("felt.splice(0)")]


def _camera(page: Page, count: int) -> tuple[list[float], list[float]]:
    decoded = []
    for number in range(count):
        page.get_by_test_id("enrol-code-camera").click()
        until("the code is read", lambda seen=number: page.evaluate("felt.length") > seen)
        page.get_by_test_id("camera-sheet").wait_for(state="detached")
        # The frame that held it was the last that was looked at.
        decoded.append(float(page.evaluate("performance.getEntriesByName('pestle.decode').at(-1).duration")))
        print(f"bench: camera {number + 1}", file=sys.stderr, flush=True)
    return [float(one) for one in page.evaluate("felt.splice(0)")], decoded


def _summary(values: list[float]) -> dict[str, Any]:
    return {
        "p50": round(median(values), 1),
        "p95": round(quantiles(values, n=20)[-1], 1),
        "most": round(max(values), 1),
        "runs": len(values),
    }
