"""The real thing in real processes that can be killed: the server; bridge and browsers stand in files of their own."""

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

from support import ROOT, free_port

PESTLE = Path(sys.executable).parent / "pestle"


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

    def __init__(
        self, name: str, command: list[str], folder: Path, env: dict[str, str] | None = None, cwd: Path = ROOT
    ) -> None:
        self.name, self._command, self._folder, self._cwd = name, command, folder, cwd
        self._env = {**os.environ, **(env or {})}
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def output(self) -> Path:
        return self._folder / f"{self.name}.log"

    def start(self) -> None:
        with self.output.open("ab") as log:
            self._child = subprocess.Popen(
                self._command, cwd=self._cwd, env=self._env, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Send `how` to the whole group and wait for its end; nothing when it runs no more."""
        if self._child is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, how)
        self._child.wait(timeout=30)
        self._child = None


# The server at another time: its clock is one that is told, which the gunicorn worker inherits.
_LATER = """
import sys
from datetime import UTC, datetime, timedelta
from server.cli import main
from server.core import clock
clock.use(lambda: datetime.now(UTC) + timedelta(hours={hours}))
sys.exit(main(["serve"]))
"""


class Server:
    """`pestle serve` on a free port with its own DATA folder. `root` is where server and app lie."""

    def __init__(self, folder: Path, database_url: str, root: Path = ROOT) -> None:
        self._folder, self._root = folder, root
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data = folder / "data"
        self.env = {"PORT": str(self.port), "DATA": str(self.data), "DATABASE_URL": database_url}
        self.process = self._serving("-m", "server.cli", "serve")

    def _serving(self, *arguments: str) -> Process:
        return Process("server", [sys.executable, *arguments], self._folder, self.env, self._root)

    def pass_time(self, hours: int) -> None:
        """Serve again, so many hours later than it really is."""
        self.kill()
        self.process = self._serving("-c", _LATER.format(hours=hours))
        self.start()

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
        return answers(f"{self.url}/healthz")

    def kill(self) -> None:
        self.process.kill()


def answers(url: str) -> bool:
    """Whether a GET of the address is answered with 200 within two seconds."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def verify_anywhere(source: Path | str, *more: str) -> tuple[int, dict[str, Any]]:
    """`pestle verify` as on a machine that knows nothing of the plant."""
    command = [str(PESTLE), "verify", str(source), *more, "--json"]
    done = subprocess.run(command, env={"PATH": "/usr/bin:/bin"}, cwd="/", capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout)


@contextmanager
def stopping(*things: Any) -> Iterator[None]:
    """Kill whatever still runs when the block ends, however it ends."""
    try:
        yield
    finally:
        for thing in things:
            thing.kill()
