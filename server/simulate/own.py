"""A site of the simulation's own: made with people, a recipe and orders, and served by a process that may be killed."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from server.core.config import Config
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.demo import make
from server.handheld.hub.limits import MOST_SOCKETS
from server.handheld.leases import order_of
from server.plant import open_plant
from sync.log import reading

LOGIN = "chenjie"
START_SECONDS = 60
_ORDER = "production.order_released.v1"


class Own:
    """`url` is where it is served. Use `with`: at the end the process is gone; the folder is the caller's."""

    def __init__(self, data: Path, database_url: str, batches: int) -> None:
        """PestleError `simulation_failed` when the database is not empty: nobody's records are simulated in."""
        port = _free_port()
        self.url, self.login, self.password = f"http://127.0.0.1:{port}", LOGIN, make.password_of(LOGIN)
        self._config = Config(data, database_url, port)
        self._process: subprocess.Popen[bytes] | None = None
        self.batches = self._make(batches)

    def __enter__(self) -> "Own":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _make(self, batches: int) -> list[str]:
        plant = open_plant(self._config)
        try:
            if make.is_made(plant):
                raise PestleError("simulation_failed", {"asked": "DATABASE_URL", "found": "a database in use"})
            make.make(plant, True, lambda what: None)
            with plant.engine.connect() as connection:
                first, *_ = [one.envelope.body["batch"] for one in reading.of_kind(connection, _ORDER)]
                order = order_of(connection, first)
            numbers = [f"SIM-{n:03d}" for n in range(1, batches + 1)]
            facts = [Fact(_ORDER, f"batch/{number}", {**order, "batch": number}) for number in numbers]
            plant.recorder.state(*facts)
            return numbers
        finally:
            plant.close()

    @property
    def pid(self) -> int:
        """Of the group of processes that serves; PestleError when none does."""
        if self._process is None:
            raise PestleError("simulation_failed", {"asked": self.url, "found": "not running"})
        return self._process.pid

    def start(self) -> None:
        """Until it answers; PestleError `simulation_failed` with the last lines it said."""
        config = self._config
        env = {"DATA": str(config.data), "DATABASE_URL": config.database_url, "PORT": str(config.port)}
        # All of its tablets are on this one machine.
        env["SOCKETS_PER_ADDRESS"] = str(MOST_SOCKETS)
        command = [sys.executable, "-m", "server.cli", "serve", "--bind", "127.0.0.1"]
        with (config.data / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, env=os.environ | env, stdout=log, stderr=log, start_new_session=True
            )
        stop = time.monotonic() + START_SECONDS
        while not answers(self.url):
            if time.monotonic() > stop or self._process.poll() is not None:
                tail = (config.data / "server.log").read_text("utf-8", "replace")[-500:]
                raise PestleError("simulation_failed", {"asked": self.url, "found": tail})
            time.sleep(0.05)

    def kill(self) -> None:
        """As a power cut would: master and worker at once, without a word."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None
        # The worker is nobody's child now, and may hold the port for a moment longer.
        while self._listens():
            time.sleep(0.01)

    def stop(self) -> None:
        """As one who is told to."""
        if self._process is None:
            return
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=20)
        self.kill()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._config.port)) == 0


def answers(site: str) -> bool:
    """Whether the site at this address is there and well."""
    try:
        with urllib.request.urlopen(f"{site}/healthz", timeout=2):
            return True
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
