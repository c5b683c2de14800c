"""The real thing in real processes: server, bridge with its emulated balance, browsers; each can be killed."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright
from support import ROOT, free_port

PESTLE = Path(sys.executable).parent / "pestle"
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


def until(what: str, probe: Callable[[], Any], seconds: float = 30.0) -> Any:
    """The first true answer of `probe`; AssertionError naming what was waited for."""
    stop = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > stop:
            raise AssertionError(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(0.1)


class Process:
    """A child process with its own group, so that a kill takes all it started; its output goes to a file."""

    def __init__(self, name: str, command: list[str], folder: Path, env: dict[str, str] | None = None) -> None:
        self.name, self._command, self._folder = name, command, folder
        self._env = {**os.environ, **(env or {})}
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def output(self) -> Path:
        return self._folder / f"{self.name}.log"

    def start(self) -> None:
        with self.output.open("ab") as log:
            self._child = subprocess.Popen(
                self._command, cwd=ROOT, env=self._env, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Send `how` to the whole group and wait for its end; nothing when it runs no more."""
        if self._child is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, how)
        self._child.wait(timeout=30)
        self._child = None


class Server:
    """`pestle serve` on a free port with its own DATA folder."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data = folder / "data"
        self.env = {"PORT": str(self.port), "DATA": str(self.data), "DATABASE_URL": database_url}
        self.process = Process("server", [str(PESTLE), "serve"], folder, self.env)

    def pestle(self, *arguments: str, expect: int = 0) -> Any:
        """Run a command of this plant; the object it prints with --json. AssertionError for another exit code."""
        done = subprocess.run(
            [str(PESTLE), *arguments, "--json"],
            env={**os.environ, **self.env},
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == expect, f"{arguments} exited {done.returncode}: {done.stderr[-2000:]}"
        return json.loads(done.stdout)

    def start(self) -> None:
        self.process.start()
        until("the server answers /healthz", self.healthy)

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


class Chromium:
    """A browser with a profile on disk: what a tablet is. `kill` is the battery falling out."""

    def __init__(self, playwright: Playwright, folder: Path, name: str, width: int, height: int) -> None:
        self._playwright, self._folder, self._name = playwright, folder, name
        self._size = (width, height)
        self._process: Process | None = None
        self._browser: Browser | None = None

    def start(self) -> Page:
        """The page of a fresh browser process on the same profile."""
        port = free_port()
        width, height = self._size
        command = [
            CHROMIUM,
            *QUIET,
            f"--user-data-dir={self._folder / self._name}",
            f"--remote-debugging-port={port}",
            f"--window-size={width},{height}",
            "about:blank",
        ]
        self._process = Process(self._name, command, self._folder)
        self._process.start()
        address = f"http://127.0.0.1:{port}"
        until(f"{self._name} opens its debugging port", lambda: _answers(f"{address}/json/version"))
        self._browser = self._playwright.chromium.connect_over_cdp(address)
        page = self.context.pages[0] if self.context.pages else self.context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(20_000)
        return page

    @property
    def context(self) -> BrowserContext:
        assert self._browser is not None
        return self._browser.contexts[0]

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
        if self._browser is not None:
            self._browser.close()
        self._process = self._browser = None


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):
            return True
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def stopping(*things: Any) -> Iterator[None]:
    """Kill whatever still runs when the block ends, however it ends."""
    try:
        yield
    finally:
        for thing in things:
            thing.kill()
