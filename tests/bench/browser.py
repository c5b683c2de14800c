"""Cold and warm start of the app in Chromium with the processor four times slower, to the first usable screen."""

import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from journeys.processes import Server
from playwright.sync_api import sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
USABLE = "[data-testid=login]"


def starts(folder: Path, runs: int = 5) -> dict[str, Any]:
    """Milliseconds from navigation to the sign-in form: with an empty profile, and again from the service worker."""
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
        warm = _start(page, url)
        context.close()
    return cold, warm


def _start(page: Any, url: str) -> float:
    page.goto(url, wait_until="commit")
    page.wait_for_selector(USABLE)
    return round(float(page.evaluate("performance.now()")), 1)
