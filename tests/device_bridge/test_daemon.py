"""The whole daemon as a process, with emulated balances and a real server beside it, killed at bad moments."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from bridge_support import DEVICE, LOSE_ANSWER, PlantServer, plant_server, until
from support import ROOT, free_port

CONFIG = """
server = "http://127.0.0.1:9"
name = "Weighing room 2"
[[balances]]
id = "BAL-07"
serial = "B700000007"
[emulator]
cycle = false
control_port = {port}
"""


class Folder:
    """One bridge on one machine: configuration, data folder, log, and whether it runs."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.log = folder / "log"
        self.config = folder / "bridge.toml"
        self.config.write_text(CONFIG.format(port=self.port), "utf-8")
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, *arguments: str, env: dict[str, str] | None = None) -> None:
        command = [sys.executable, "-m", "device_bridge", "--config", str(self.config), *arguments]
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(command, cwd=ROOT, stderr=log, env={**os.environ, **(env or {})})

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self._child is not None
        self._child.send_signal(how)
        return self.wait()

    def wait(self) -> int:
        assert self._child is not None
        status = self._child.wait(20)
        self._child = None
        return status

    def events(self, name: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.log.read_text("utf-8").splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == name]

    def connects_again(self, before: int) -> None:
        until("it connects again", lambda: len(self.events("balance_connected")) > before)

    def control(self, command: str, **arguments: object) -> dict[str, Any]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{command}", json.dumps(arguments).encode())
        with urllib.request.urlopen(request, timeout=10) as answer:
            return dict(json.loads(answer.read()))

    def kill(self) -> None:
        if self._child is not None:
            self.end(signal.SIGKILL)

    def emulates(self) -> bool:
        try:
            return bool(self.control("cycle", balance="nobody"))
        except urllib.error.HTTPError as error:
            error.close()
            return True
        except OSError:
            return False


@pytest.fixture
def server() -> Iterator[PlantServer]:
    with plant_server() as server:
        yield server


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Folder]:
    folder = Folder(tmp_path)
    yield folder
    folder.kill()


@pytest.mark.slow
@pytest.mark.urs("BRG-02", "BRG-03", "BRG-04", "BRG-05")
def test_it_enrols_weighs_and_is_killed_without_losing_or_doubling(bridge: Folder, server: PlantServer) -> None:
    bridge.start("--emulate", "--server", server.url, "--code", "WELCOME")
    until("it enrols", lambda: server.keys)
    until("it connects", lambda: bridge.events("balance_connected"))
    bridge.control("place", balance="BAL-07", load="12.652")
    until("the weight arrives, signed", lambda: server.nets == ["12.652"])
    assert server.records[0].body["raw"] == "S S     12.652 kg"
    assert server.records[0].head.device == DEVICE
    until("the screen shows it", lambda: live(server) == ({"value": "12.652", "unit": "kg"}, "stable"))
    bridge.control("leave", balance="BAL-07")
    until("the screen shows the loss", lambda: live(server) == (None, "lost"))
    bridge.control("return", balance="BAL-07")

    server.down()
    bridge.control("place", balance="BAL-07", load="3.210")
    until("it is captured while the server is away", lambda: len(bridge.events("weight_captured")) == 2)
    bridge.end(signal.SIGKILL)
    until("its emulator ends with it", lambda: not bridge.emulates())
    assert server.nets == ["12.652"]

    server.up()
    server.faults = [LOSE_ANSWER]
    bridge.start("--emulate", "--server", server.url)  # enrolled already: no code
    until("what was kept arrives", lambda: server.nets == ["12.652", "3.210"])
    until("it connects again", lambda: len(bridge.events("balance_connected")) >= 3)
    bridge.control("place", balance="BAL-07", load="3.210")  # the pan was empty between: a weighing of its own
    until("the next arrives", lambda: server.nets == ["12.652", "3.210", "3.210"])
    assert bridge.end() == 0
    assert live(server) == (None, "lost")
    assert bridge.events("stopped")


OTHER_WIRES = """
[[balances]]
id = "BAL-08"
serial = "B700000008"
host = "127.0.0.1"
port = {port}
protocol = "sbi"
[[balances]]
id = "BAL-09"
serial = "37300009"
device = "{device}"
line = "1200 7O1"
protocol = "sbi"
[[balances]]
id = "SCL-01"
serial = "S0001"
protocol = "weight-scale"
[emulator]
"""


@pytest.mark.slow
@pytest.mark.urs("BRG-01", "BRG-02", "BRG-05")
def test_every_wire_and_protocol_of_the_configuration_weighs(
    bridge: Folder, server: PlantServer, tmp_path: Path
) -> None:
    more = OTHER_WIRES.format(port=free_port(), device=tmp_path / "ttyBAL")
    bridge.config.write_text(bridge.config.read_text("utf-8").replace("[emulator]\n", more), "utf-8")
    bridge.start("--emulate", "--server", server.url, "--code", "WELCOME")
    until("all connect", lambda: len(bridge.events("balance_connected")) == 4, 30)
    for number, identifier in enumerate(("BAL-07", "BAL-08", "BAL-09", "SCL-01"), 1):
        bridge.control("place", balance=identifier, load=f"{number}.000")
    until("all arrive", lambda: len(server.records) == 4, 30)
    said = {one.body["balance"]: (one.head.kind, one.body["transport"], one.body["raw"]) for one in server.records}
    weight, scale = "equipment.weight_read.v1", "equipment.scale_read.v1"
    assert said["BAL-07"] == (weight, "ble-nus", "S S      1.000 kg")
    assert said["BAL-08"] == (weight, "tcp", "N     +    2.000 kg ")
    assert said["BAL-09"] == (weight, "serial", "N     +    3.000 kg ")
    assert said["SCL-01"][:2] == (scale, "ble-wss")
    until("the screen shows the scale", lambda: any(one["quality"] == "unknown" for one in server.live))
    assert bridge.end() == 0


def live(server: PlantServer) -> tuple[dict[str, str] | None, str]:
    last: dict[str, Any] = server.live[-1] if server.live else {"net": None, "quality": "nothing"}
    return last["net"], last["quality"]


@pytest.mark.slow
@pytest.mark.urs("BRG-03")
def test_kills_at_bad_moments_while_the_balance_stays_on(bridge: Folder, server: PlantServer) -> None:
    with emulator(bridge) as bus:
        arguments, env = ("--server", server.url), {"DBUS_SYSTEM_BUS_ADDRESS": bus}
        bridge.start(*arguments, "--code", "WELCOME", env=env)
        until("it connects", lambda: bridge.events("balance_connected"))
        expected: list[str] = []
        for number in range(1, 5):
            connections = len(bridge.events("balance_connected"))
            server.faults = [LOSE_ANSWER] if number % 2 else []
            expected.append(f"{number}.000")
            bridge.control("place", balance="BAL-07", load=expected[-1])
            if number == 2:  # just as it is captured, and perhaps not yet sent
                until("it is captured", lambda: len(bridge.events("weight_captured")) == 2)
            elif number > 2:  # just as it is in the log
                until("it arrives", lambda: server.nets == expected)
            bridge.end(signal.SIGKILL)  # number 1: before the load came to rest
            bridge.start(*arguments, env=env)
            bridge.connects_again(connections)
            until("it is in the log", lambda: server.nets == expected)
        bridge.control("place", balance="BAL-07", load="9.000")
        until("the last arrives", lambda: server.nets == [*expected, "9.000"])
        assert bridge.events("link_adopted")
        assert bridge.end() == 0


@contextmanager
def emulator(bridge: Folder) -> Iterator[str]:
    """Balances that outlive the bridge, as real ones do; gives the bus on which they are found."""
    command = [sys.executable, "-m", "device_bridge.emulator", "--config", str(bridge.config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        try:
            assert child.stdout is not None
            yield json.loads(child.stdout.readline())["bus"]
        finally:
            bridge.kill()
            child.terminate()


@pytest.mark.urs("BRG-03")
@pytest.mark.parametrize(
    ("arguments", "code", "chinese"),
    [
        ([], "not_enrolled", "本网桥尚未注册。"),
        (["--code", "WRONG"], "enrolment_refused", "服务器拒绝了注册。"),
    ],
)
def test_it_says_in_both_languages_why_it_cannot_start(
    bridge: Folder, server: PlantServer, arguments: list[str], code: str, chinese: str
) -> None:
    bridge.start("--server", server.url, *arguments)
    assert bridge.wait() == 2
    (stopped,) = bridge.events("bridge_stopped")
    assert stopped["code"] == code
    assert chinese in bridge.log.read_text("utf-8")
    assert not server.keys


@pytest.mark.urs("BRG-03")
def test_a_wrong_configuration_is_named(bridge: Folder) -> None:
    bridge.config.write_text('server = "http://127.0.0.1:9"\nspeed = 3\n', "utf-8")
    bridge.start()
    assert bridge.wait() == 2
    (stopped,) = bridge.events("bridge_stopped")
    assert (stopped["code"], stopped["detail"].endswith("unknown setting speed")) == ("config_wrong", True)


@pytest.mark.urs("BRG-05")
def test_an_emulator_that_cannot_start_is_told(bridge: Folder) -> None:
    with socket.create_server(("127.0.0.1", bridge.port)):
        bridge.start("--emulate")
        assert bridge.wait() == 2
    (stopped,) = bridge.events("bridge_stopped")
    assert stopped["code"] == "emulator_failed"
    assert "Address already in use" in bridge.log.read_text("utf-8")
