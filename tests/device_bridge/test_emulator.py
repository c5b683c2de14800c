"""The emulated balance and its control port: for training, the demonstration and the tests of others."""

import asyncio
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bridge_support import until
from support import ROOT, free_port

from device_bridge.drivers import mt_sics
from device_bridge.emulator import cycle
from device_bridge.emulator.mt_sics_device import weight_line
from device_bridge.emulator.sbi_device import weight_line as sbi_line
from device_bridge.emulator.scale import SETTLE_SECONDS, Scale
from device_bridge.reading import Reading

CONFIG = """
server = "http://127.0.0.1:9"
[[balances]]
id = "BAL-07"
serial = "B700000007"
[[balances]]
id = "BAL-08"
serial = "B700000008"
host = "127.0.0.1"
port = {port}
[[balances]]
id = "BAL-09"
serial = "37300009"
device = "{device}"
protocol = "sbi"
[emulator]
cycle = false
"""


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.urs("BRG-05")
def test_a_load_swings_settles_and_then_reads_exactly() -> None:
    clock = Clock()
    scale = Scale(clock)
    assert weight_line(scale) == "S S      0.000 kg"
    scale.put(Decimal("12.652"))
    swinging = set()
    for step in range(int(SETTLE_SECONDS * 100)):
        clock.now = step / 100
        quality, net = scale.read()
        assert quality == "dynamic"
        swinging.add(net)
    assert len(swinging) > 20
    clock.now = SETTLE_SECONDS
    assert weight_line(scale) == "S S     12.652 kg"


@pytest.mark.urs("BRG-05", "BRG-02")
def test_time_that_passes_within_a_reading_never_calls_a_swinging_value_stable() -> None:
    times = iter([0.0, 0.0, SETTLE_SECONDS - 0.001, SETTLE_SECONDS + 0.001])
    scale = Scale(lambda: next(times))
    scale.put(Decimal(20))
    assert scale.read() == ("dynamic", Decimal("20.000"))


@pytest.mark.urs("BRG-05")
def test_tare_zero_overload_and_underload() -> None:
    clock = Clock()
    scale = Scale(clock)
    scale.put(Decimal("1.250"))
    assert not scale.tare_now()
    clock.now = 10
    assert scale.tare_now()
    scale.put(Decimal("5.000"))
    clock.now = 20
    assert scale.read() == ("stable", Decimal("3.750"))
    scale.put(Decimal("30.010"))
    clock.now = 30
    assert weight_line(scale) == "S +"
    scale.put(Decimal(-2))
    clock.now = 40
    assert weight_line(scale) == "S -"
    assert not scale.zero_now()
    scale.put(Decimal("0.100"))
    clock.now = 50
    assert scale.zero_now()
    assert scale.read() == ("stable", Decimal("0.000"))


@pytest.mark.urs("BRG-05", "BRG-01")
def test_a_display_in_grams_says_the_same_load_and_one_that_drifts_never_becomes_unsteady() -> None:
    scale = Scale(Clock())
    scale.gross, scale.unit = Decimal("12.652"), "g"
    assert (weight_line(scale), sbi_line(scale)) == ("S S      12652 g", "N     +    12652 g  ")
    scale.drift(Decimal("0.003"))
    assert mt_sics.decode(weight_line(scale).encode()) == Reading("stable", "S S      12655 g", "12655", "g")
    scale.unit = "kg"
    assert weight_line(scale) == "S S     12.655 kg"


@pytest.mark.urs("BRG-05")
def test_loads_come_and_go_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cycle, "EMPTY_SECONDS", 0.01)
    monkeypatch.setattr(cycle, "LOADED_SECONDS", 0.01)
    seen: list[Decimal] = []

    class Watched(Scale):
        def put(self, gross: Decimal) -> None:
            seen.append(gross)

    async def scenario() -> None:
        task = asyncio.create_task(cycle.cycle(Watched(), "BAL-07"))
        await asyncio.sleep(0.2)
        task.cancel()

    asyncio.run(scenario())
    loads, empties = seen[0::2], seen[1::2]
    assert len(set(loads)) >= 3
    assert all(Decimal("0.2") <= load <= 25 for load in loads)
    assert set(empties) == {Decimal(0)}


@contextmanager
def emulator(folder: Path) -> Iterator[str]:
    """The emulator as its own process; its control port's address."""
    config = folder / "bridge.toml"
    config.write_text(CONFIG.format(port=free_port(), device=folder / "ttyBAL"), "utf-8")
    command = [sys.executable, "-m", "device_bridge.emulator", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        try:
            assert child.stdout is not None
            ready = json.loads(child.stdout.readline())
            assert ready["bus"].startswith("unix:path=")
            yield f"http://127.0.0.1:{ready['control_port']}"
        finally:
            child.terminate()
            assert child.wait(10) == 0
    assert not (folder / "ttyBAL").is_symlink()
    assert not Path(ready["bus"].removeprefix("unix:path=").partition(",")[0]).exists()


def ask(url: str, body: object = None) -> tuple[int, dict[str, Any]]:
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data), timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


@pytest.mark.urs("BRG-05")
def test_the_control_port_does_what_people_do_to_balances(tmp_path: Path) -> None:
    with emulator(tmp_path) as url:

        def does(command: str, identifier: str = "BAL-07", **more: object) -> dict[str, Any]:
            status, answer = ask(f"{url}/{command}", {"balance": identifier, **more})
            assert status == 200, answer
            return answer

        def row(identifier: str) -> dict[str, Any]:
            return next(row for row in ask(f"{url}/state")[1]["balances"] if row["balance"] == identifier)

        def wait_for(identifier: str, quality: str) -> None:
            until(f"{identifier} is {quality}", lambda: row(identifier)["quality"] == quality)

        assert row("BAL-07") == {
            "balance": "BAL-07",
            "serial": "B700000007",
            "transport": "ble-nus",
            "gross": "0",
            "tare": "0",
            "net": "0.000",
            "quality": "stable",
            "unit": "kg",
            "connected": False,
            "away": False,
            "cycling": False,
            "battery": 100,
        }
        assert does("battery", percent=12)["battery"] == 12
        assert row("BAL-08")["battery"] is None
        for identifier in ("BAL-07", "BAL-08", "BAL-09"):
            assert does("place", identifier, load="12.652")["quality"] == "dynamic"
            wait_for(identifier, "stable")
            assert row(identifier)["net"] == "12.652"
            assert does("tare", identifier)["net"] == "0.000"
            assert does("tare", identifier, tare="2.652")["net"] == "10.000"
            assert does("drift", identifier, by="0.003")["net"] == "10.003"
            assert does("drift", identifier, by="-0.003")["quality"] == "stable"
            assert does("unit", identifier, unit="g")["unit"] == "g"
            assert does("unit", identifier, unit="kg")["net"] == "10.000"
            assert does("wobble", identifier, seconds=30)["quality"] == "dynamic"
            assert does("leave", identifier)["away"] is True
            assert does("return", identifier)["away"] is False
            does("drop", identifier)
            does("overload", identifier)
            wait_for(identifier, "overload")
            does("underload", identifier)
            wait_for(identifier, "underload")
            assert does("cycle", identifier)["cycling"] is True
            assert does("place", identifier, load="0")["cycling"] is False
        assert ask(f"{url}/radio", {"powered": False})[1]["powered"] is False
        assert ask(f"{url}/radio", {"powered": True})[1]["powered"] is True

        for path, body, status, code in (
            ("place", {"balance": "BAL-99", "load": "1"}, 404, "unknown_balance"),
            ("fly", {"balance": "BAL-07"}, 404, "unknown_command"),
            ("place", {"balance": "BAL-07", "load": 12.652}, 400, "load_wrong"),
            ("place", {"balance": "BAL-07", "load": "heavy"}, 400, "load_wrong"),
            ("place", {"balance": "BAL-07", "load": "NaN"}, 400, "load_wrong"),
            ("wobble", {"balance": "BAL-07", "seconds": -1}, 400, "seconds_wrong"),
            ("unit", {"balance": "BAL-07", "unit": "lb"}, 400, "unit_wrong"),
            ("unit", {"balance": "BAL-07", "unit": ["g"]}, 400, "unit_wrong"),
            ("battery", {"balance": "BAL-07", "percent": 101}, 400, "percent_wrong"),
            ("battery", {"balance": "BAL-08", "percent": 10}, 409, "no_battery"),
            ("drift", {"balance": "BAL-07", "by": 0.003}, 400, "by_wrong"),
            ("drift", {"balance": "BAL-07", "by": "0.2"}, 400, "by_wrong"),
            ("radio", {"powered": "yes"}, 400, "powered_wrong"),
            ("place", b"{", 400, "body_wrong"),
            ("place", [], 400, "body_wrong"),
        ):
            assert ask(f"{url}/{path}", body) == (status, {"error": code})
        does("place", load="3.000")
        assert ask(f"{url}/tare", {"balance": "BAL-07"}) == (409, {"error": "not_steady"})
        assert ask(f"{url}/nothing") == (404, {"error": "unknown_command"})
