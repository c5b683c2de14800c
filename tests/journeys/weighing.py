"""The weighing room: emulated balances on an emulated Bluetooth, and the bridge beside them, as separate processes."""

import json
import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from journeys.processes import Process, until

BALANCES = (("BAL-07", "1234567"), ("BAL-08", "1234568"))


class Balances:
    """The emulator alone: what lies on a pan stays there when the bridge dies."""

    def __init__(self, folder: Path, config: Path) -> None:
        command = [sys.executable, "-m", "device_bridge.emulator", "--config", str(config)]
        self._process = Process("balances", command, folder)
        self.bus = ""
        self._port = 0

    def start(self) -> None:
        self._process.start()
        line = until("the emulator prints its bus", self._printed)
        self.bus, self._port = line["bus"], line["control_port"]

    def _printed(self) -> dict[str, Any] | None:
        lines = self._process.output.read_text("utf-8").splitlines()
        found = [json.loads(line) for line in lines if line.startswith('{"bus"')]
        return found[0] if found else None

    def tell(self, command: str, balance: str, **more: Any) -> dict[str, Any]:
        """One command of the control port (device_bridge/README.md); the balance's state afterwards."""
        return self._post(command, {"balance": balance, **more})

    def air(self, sensor: str, **more: str) -> None:
        """What the room of a sensor is like from now on."""
        self._post("air", {"sensor": sensor, **more})

    def _post(self, command: str, said: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps(said).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/{command}", body, timeout=10) as answer:
            state: dict[str, Any] = json.load(answer)
        return state

    def place(self, balance: str, load: str) -> None:
        self.tell("place", balance, load=load)

    def kill(self) -> None:
        self._process.kill()


class Bridge:
    """The daemon that reads the balances. Started first with a code, afterwards from its own folder."""

    def __init__(self, folder: Path, server_url: str, sensors: Sequence[tuple[str, str]] = ()) -> None:
        self.config = folder / "bridge.toml"
        lines = [f'server = "{server_url}"', 'data = "bridge"', 'name = "Bridge 2-114"']
        for balance, serial in BALANCES:
            lines += ["[[balances]]", f'id = "{balance}"', f'serial = "{serial}"']
        for sensor, serial in sensors:
            lines += ["[[sensors]]", f'id = "{sensor}"', f'serial = "{serial}"', "interval = 1"]
        self.config.write_text("\n".join([*lines, "[emulator]", "cycle = false"]) + "\n", "utf-8")
        self._folder = folder
        self._process: Process | None = None

    def start(self, bus: str, code: str | None = None) -> None:
        command = [sys.executable, "-m", "device_bridge", "--config", str(self.config)]
        environment = {"DBUS_SYSTEM_BUS_ADDRESS": bus}
        self._process = Process("bridge", [*command, *(["--code", code] if code else [])], self._folder, environment)
        self._process.start()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
