"""Browsers as tablets and phones are: a profile on disk, a process that can lose its battery, a network that can go."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from journeys.processes import Process, answers, until
from playwright.sync_api import Browser, BrowserContext, CDPSession, Locator, Page, Playwright
from support import free_port

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
TABLET, PHONE = (1280, 800), (390, 844)
# A page whose clock somebody has set, and for which time has passed: both in milliseconds.
CLOCK = """([ahead, passed]) => {
  if (!globalThis.setClock) {
    const Real = Date, wall = Date.now.bind(Date), mono = performance.now.bind(performance), clock = {};
    globalThis.setClock = (ahead, passed) => Object.assign(clock, { ahead, passed });
    globalThis.Date = class extends Real {
      constructor(...given) { given.length ? super(...given) : super(wall() + clock.ahead) }
      static now() { return wall() + clock.ahead }
    };
    performance.now = () => mono() + clock.passed;
  }
  setClock(ahead, passed);
}"""


class Chromium:
    """A browser with a profile on disk: what a tablet is. `kill` is the battery falling out."""

    def __init__(
        self,
        playwright: Playwright,
        folder: Path,
        name: str,
        size: tuple[int, int],
        lang: str,
        flags: Sequence[str] = (),
    ) -> None:
        self.name, self._flags = name, flags
        self._playwright, self._folder, self._size, self._lang = playwright, folder, size, lang
        self._process: Process | None = None
        self._browser: Browser | None = None
        self._page: Page | None = None
        self._clock: tuple[int, int] | None = None
        self._session: CDPSession | None = None

    def start(self) -> Page:
        """The page of a fresh browser process on the same profile."""
        port = free_port()
        width, height = self._size
        command = [
            CHROMIUM,
            *QUIET,
            *self._flags,
            f"--user-data-dir={self._folder / self.name}",
            f"--remote-debugging-port={port}",
            f"--window-size={width},{height}",
            f"--lang={self._lang}",
            f"--accept-lang={self._lang}",
            "about:blank",
        ]
        self._process = Process(self.name, command, self._folder, {"TZ": "Asia/Shanghai"})
        self._process.start()
        address = f"http://127.0.0.1:{port}"
        until(f"{self.name} opens its debugging port", lambda: answers(f"{address}/json/version"))
        self._browser = self._playwright.chromium.connect_over_cdp(address)
        return self.turn_to(self.context.pages[0] if self.context.pages else self.context.new_page())

    def turn_to(self, page: Page) -> Page:
        """The tab that is touched from now on."""
        width, height = self._size
        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(20_000)
        if self._clock is not None:
            page.add_init_script(f"({CLOCK})({json.dumps(self._clock)})")
        self._page = page
        return page

    def set_clock(self, ahead_ms: int, passed_ms: int = 0) -> None:
        """Put the wall clock of the page ahead (or, below zero, back), now and after a restart.

        `passed_ms` is by how much more time has passed than really has, by the clock that nobody can set."""
        self._clock = ahead_ms, passed_ms
        self.page.evaluate(CLOCK, [ahead_ms, passed_ms])

    def limit_storage(self, origin: str, quota: int | None) -> None:
        """How many bytes the pages of an origin may keep, as long as this browser lives; None is what the disk has."""
        more = {} if quota is None else {"quotaSize": quota}
        self._tools().send("Storage.overrideQuotaForOrigin", {"origin": origin, **more})

    def promise_storage(self) -> None:
        """The browser will not clear what pages keep, as for an app that is installed."""
        self._tools().send("Browser.grantPermissions", {"permissions": ["durableStorage"]})

    def _tools(self) -> CDPSession:
        """What is set here lasts as long as the session."""
        self._session = self._session or self.context.new_cdp_session(self.page)
        return self._session

    @property
    def profile(self) -> Path:
        """Where this browser keeps what pages give it to keep."""
        return self._folder / self.name / "Default"

    @property
    def context(self) -> BrowserContext:
        assert self._browser is not None
        return self._browser.contexts[0]

    @property
    def page(self) -> Page:
        assert self._page is not None
        return self._page

    def at(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    def shoot(self, what: str) -> None:
        """A picture of the screen, for whoever wants to look at it: only where PESTLE_SHOTS names a folder."""
        folder = os.environ.get("PESTLE_SHOTS")
        if folder:
            self.page.screenshot(path=f"{folder}/{self.name}-{what}.png")

    def pull_battery(self) -> None:
        """kill -9 from another thread, while somebody touches the page; `kill` clears up after it."""
        if self._process is not None:
            self._process.kill()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
        if self._browser is not None:
            self._browser.close()
        self._process = self._browser = self._page = self._session = None
