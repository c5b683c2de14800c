"""Unmodified bleak against the emulated BlueZ: finding, weighing, losing and finding again, as a session lives it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from bleak import BleakScanner
from bridge_support import Bench, balance, bench, emulated_world, running, soon, speaking

from device_bridge import session
from device_bridge.config import Balance
from device_bridge.dialogue import Instrument
from device_bridge.emulator import scale
from device_bridge.emulator.bluez.service import BlueZ, serve
from device_bridge.emulator.mt_sics_device import MtSicsDevice
from device_bridge.emulator.peripheral import Peripheral
from device_bridge.session import Session
from device_bridge.transports import ble_uart
from device_bridge.transports.ble_uart import BleUart, Peer, Radio

SERIAL = "B123456789"
ADDRESS = "C0:00:00:00:00:07"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loads settle sooner, so that the tests are about the radio."""
    monkeypatch.setattr(scale, "SETTLE_SECONDS", 0.3)


class Scene:
    """One emulated balance, and the bridge's session at it."""

    def __init__(self, peripheral: Peripheral, bluez: BlueZ, bench: Bench) -> None:
        self.peripheral, self.bluez, self.bench = peripheral, bluez, bench

    def put(self, load: str) -> None:
        self.peripheral.scale.put(Decimal(load))

    async def nets(self, number: int) -> list[str]:
        return [body["net"]["value"] for body in await self.bench.captures(number)]

    async def connected(self) -> None:
        await soon("the balance is connected", lambda: self.peripheral.connected)

    async def disconnected(self) -> None:
        await soon("the link is gone", lambda: not self.peripheral.connected)


@asynccontextmanager
async def scene(folder: Path, serial: str = SERIAL, peer: Peer | None = None) -> AsyncIterator[Scene]:
    radio = Radio()
    async with asyncio.timeout(30), emulated_world() as (air, bluez):
        peripheral = Peripheral(air, "BAL-07", ADDRESS, SERIAL, MtSicsDevice)
        async with running(peripheral):
            try:
                peer = peer or Peer("BAL-07", None)
                async with bench(folder, balance("BAL-07", serial), lambda: speaking(BleUart(radio, peer))) as made:
                    yield Scene(peripheral, bluez, made)
            finally:
                await radio.close()


@pytest.mark.urs("BRG-05")
def test_bleak_finds_the_emulated_balances_by_name_and_service() -> None:
    async def scenario() -> None:
        async with emulated_world() as (air, _):
            peripherals = [Peripheral(air, f"BAL-0{n}", f"C0:00:00:00:00:0{n}", SERIAL, MtSicsDevice) for n in (7, 8)]
            async with running(*peripherals):
                found = await BleakScanner.discover(0.4, service_uuids=[ble_uart.SERVICE])
                assert {device.name for device in found} == {"BAL-07", "BAL-08"}
                assert {device.address for device in found} == {ADDRESS, "C0:00:00:00:00:08"}

    asyncio.run(scenario())


@pytest.mark.urs("BRG-01", "BRG-04")
def test_how_full_its_battery_is_is_read_at_connecting_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "BATTERY_SECONDS", 0.1)

    async def scenario() -> None:
        async with scene(tmp_path) as it:
            battery = it.bench.live._battery
            await soon("a full battery is told", lambda: battery == {"BAL-07": 100})
            it.peripheral.battery.percent = 14
            await soon("what is left of it is told", lambda: battery == {"BAL-07": 14})
            # The Battery Service keeps all above a hundred for later.
            it.peripheral.battery.percent = 255
            it.put("12.652")
            assert await it.nets(1) == ["12.652"]
            assert battery == {"BAL-07": 14}
            # Who is asked for it while the link goes away says nothing, and the link is found again.
            await it.peripheral.drop()
            it.peripheral.battery.percent = 13
            await soon("it is told again", lambda: battery == {"BAL-07": 13})

    asyncio.run(scenario())


@pytest.mark.urs("BRG-01")
def test_a_device_without_battery_service_says_nothing_of_one(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with asyncio.timeout(30), emulated_world() as (air, _):
            peripheral = Peripheral(air, "BAL-07", ADDRESS, SERIAL, MtSicsDevice, battery=False)
            radio = Radio()
            async with running(peripheral):
                stream = BleUart(radio, Peer("BAL-07", None))
                await stream.open(lambda _: None, lambda: None)
                assert await stream.battery() is None
                await stream.close()
                assert await stream.battery() is None
            await radio.close()

    asyncio.run(scenario())


@pytest.mark.urs("BRG-01", "BRG-02", "BRG-03")
def test_a_stable_weight_becomes_one_record_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with scene(tmp_path) as it:
            await it.connected()
            it.put("12.652")
            (body,) = await it.bench.captures(1)
            assert body == {
                "balance": "BAL-07",
                "model": "ICS685 PBD655-30 30.000 kg",
                "serial": SERIAL,
                "transport": "ble-nus",
                "quality": "stable",
                "net": {"value": "12.652", "unit": "kg"},
                "raw": "S S     12.652 kg",
                "connection": 1,
            }
            await asyncio.sleep(0.6)  # it stays on the pan, and stays one record
            await it.bench.captures(1)

    asyncio.run(scenario())


@pytest.mark.urs("BRG-01")
def test_a_balance_can_be_named_by_its_address(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with scene(tmp_path, peer=Peer("another name", ADDRESS.lower())) as it:
            it.put("3.000")
            assert await it.nets(1) == ["3.000"]

    asyncio.run(scenario())


@pytest.mark.urs("BRG-02")
def test_unsteady_and_out_of_range_are_shown_but_never_captured(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with scene(tmp_path) as it:
            await it.connected()
            shown = it.bench.live._latest
            it.peripheral.scale.wobble(30)
            it.put("12.652")
            it.peripheral.scale.wobble(30)
            await soon("the screen shows it swinging", lambda: shown.get("BAL-07", (None, ""))[1] == "dynamic")
            await asyncio.sleep(0.8)
            it.put("40")
            await soon("the screen shows overload", lambda: shown["BAL-07"] == (None, "overload"))
            it.put("-3")
            await soon("the screen shows underload", lambda: shown["BAL-07"] == (None, "underload"))
            await it.bench.captures(0)

    asyncio.run(scenario())


@pytest.mark.urs("BRG-03", "BRG-04")
def test_a_dropped_link_comes_back_and_the_weight_on_the_pan_is_not_doubled(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with scene(tmp_path) as it:
            it.put("1.000")
            await it.nets(1)
            await it.peripheral.drop()
            await soon("the screen says so", lambda: it.bench.live._latest["BAL-07"] == (None, "lost"))
            await it.connected()
            await asyncio.sleep(0.6)
            await it.nets(1)
            it.put("2.000")
            assert await it.nets(2) == ["1.000", "2.000"]
            assert [body["connection"] for body in await it.bench.captured()] == [1, 2]

    asyncio.run(scenario())


@pytest.mark.urs("BRG-03", "BRG-04")
def test_out_of_reach_and_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def scenario() -> None:
        async with scene(tmp_path) as it:
            it.put("1.000")
            await it.nets(1)
            it.peripheral.leave()
            await it.disconnected()
            await soon("the screen says so", lambda: it.bench.live._latest["BAL-07"] == (None, "lost"))
            it.put("2.000")  # weighed while nobody could hear it, and still there on return
            await asyncio.sleep(0.5)
            assert await it.nets(1) == ["1.000"]
            it.peripheral.come_back()
            assert await it.nets(2) == ["1.000", "2.000"]

    asyncio.run(scenario())
    assert "link_lost" in capsys.readouterr().err


@pytest.mark.urs("BRG-02", "BRG-04")
def test_a_balance_with_another_serial_number_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []

    def refused() -> bool:
        # The link itself lasts only as long as the question who it is: looked for, it could be missed.
        told.append(capsys.readouterr().err)
        return '"wrong_balance"' in "".join(told)

    async def scenario() -> None:
        async with scene(tmp_path, serial="B999999999") as it:
            it.put("12.652")
            await soon("the balance is refused", refused)
            await it.disconnected()
            await asyncio.sleep(0.5)
            await it.bench.captures(0)

    asyncio.run(scenario())
    assert '"expected": "B999999999", "found": "B123456789"' in "".join(told)


@pytest.mark.urs("BRG-03", "BRG-04")
def test_the_adapter_is_switched_off_and_on(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with scene(tmp_path) as it:
            it.put("1.000")
            await it.nets(1)
            await it.bluez.set_powered(False)
            await it.disconnected()
            await asyncio.sleep(0.6)
            await it.bluez.set_powered(True)
            it.put("2.000")
            assert await it.nets(2) == ["1.000", "2.000"]

    asyncio.run(scenario())


@pytest.mark.urs("BRG-03", "BRG-04")
def test_bluetoothd_is_restarted(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with asyncio.timeout(30), emulated_world() as (air, bluez):
            peripheral, radio = Peripheral(air, "BAL-07", ADDRESS, SERIAL, MtSicsDevice), Radio()
            seventh = balance("BAL-07", SERIAL)
            async with (
                running(peripheral),
                bench(tmp_path, seventh, lambda: speaking(BleUart(radio, Peer("BAL-07", None)))) as it,
            ):
                peripheral.scale.put(Decimal(1))
                await it.captures(1)
                await bluez.set_powered(False)
                bluez.close()
                peripheral.scale.put(Decimal(2))
                await asyncio.sleep(0.8)
                async with serve(air, os.environ["DBUS_SYSTEM_BUS_ADDRESS"]):
                    await it.captures(2)
                    await radio.close()

    asyncio.run(scenario())


@pytest.mark.urs("BRG-03", "BRG-04")
def test_the_bus_itself_is_restarted(tmp_path: Path) -> None:
    async def scenario() -> None:
        radio, seventh = Radio(), balance("BAL-07", SERIAL)
        async with asyncio.timeout(40), AsyncExitStack() as stack:
            async with emulated_world() as (air, _):
                first = Peripheral(air, "BAL-07", ADDRESS, SERIAL, MtSicsDevice)
                it = await stack.enter_async_context(
                    bench(tmp_path, seventh, lambda: speaking(BleUart(radio, Peer("BAL-07", None))))
                )
                async with running(first):
                    first.scale.put(Decimal(1))
                    await it.captures(1)
            await soon("the screen says so", lambda: it.live._latest["BAL-07"] == (None, "lost"))
            await asyncio.sleep(0.5)
            async with emulated_world() as (air, _):
                second = Peripheral(air, "BAL-07", ADDRESS, SERIAL, MtSicsDevice)
                async with running(second):
                    second.scale.put(Decimal(2))
                    await it.captures(2)
                    await radio.close()
                    await stack.aclose()

    asyncio.run(scenario())


@pytest.mark.urs("BRG-03")
def test_a_full_disk_captures_nothing_says_so_and_captures_when_there_is_room(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scenario() -> None:
        async with scene(tmp_path) as it:
            await it.connected()
            await soon("it weighs", lambda: it.bench.live._latest.get("BAL-07"))
            await it.bench.store.call(lambda outbox: outbox._db.execute("PRAGMA query_only = ON"))
            it.put("12.652")
            await asyncio.sleep(1)
            await it.bench.captures(0)
            assert it.bench.live._latest["BAL-07"] != ({"value": "12.652", "unit": "kg"}, "stable")
            await it.bench.store.call(lambda outbox: outbox._db.execute("PRAGMA query_only = OFF"))
            assert await it.nets(1) == ["12.652"]

    asyncio.run(scenario())
    assert "outbox_unwritable" in capsys.readouterr().err


@pytest.mark.urs("BRG-03")
def test_a_link_that_outlived_its_bridge_is_adopted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def scenario() -> None:
        async with asyncio.timeout(30), emulated_world() as (air, _):
            peripheral = Peripheral(air, "BAL-07", ADDRESS, SERIAL, MtSicsDevice)
            async with running(peripheral):
                await leave_a_link_behind(peripheral)
                radio = Radio()
                async with bench(
                    tmp_path, balance("BAL-07", SERIAL), lambda: speaking(BleUart(radio, Peer("BAL-07", None)))
                ) as it:
                    peripheral.scale.put(Decimal("4.000"))
                    await it.captures(1)
                await radio.close()

    asyncio.run(scenario())
    assert "link_adopted" in capsys.readouterr().err


async def leave_a_link_behind(peripheral: Peripheral) -> None:
    """What a bridge that was killed leaves in BlueZ: a link without an owner."""
    code = (
        "import asyncio, os; from device_bridge.transports.ble_uart import *\n"
        "async def main():\n"
        "    await BleUart(Radio(), Peer('BAL-07', None)).open(lambda _: None, lambda: None)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())"
    )
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    assert await child.wait() == -9
    assert peripheral.connected


@pytest.mark.urs("BRG-01", "BRG-03")
def test_four_balances_at_once_share_one_radio_and_one_outbox(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with asyncio.timeout(30), emulated_world() as (air, _):
            names = [f"BAL-0{n}" for n in range(1, 5)]
            peripherals = [Peripheral(air, name, f"C0:00:00:00:00:{name[-2:]}", name, MtSicsDevice) for name in names]
            radio = Radio()
            async with running(*peripherals), bench(tmp_path, *on_air(radio, names[0])) as first:
                others = [Session(*on_air(radio, name), first.store, first.live) for name in names[1:]]
                async with running(*others):
                    for number, peripheral in enumerate(peripherals, 1):
                        peripheral.scale.put(Decimal(number))
                    bodies = await first.captures(4)
                    assert {body["balance"]: body["net"]["value"] for body in bodies} == {
                        name: f"{number}.000" for number, name in enumerate(names, 1)
                    }
            await radio.close()

    asyncio.run(scenario())


def on_air(radio: Radio, name: str) -> tuple[Balance, Callable[[], Instrument]]:
    return balance(name, name), lambda: speaking(BleUart(radio, Peer(name, None)))
