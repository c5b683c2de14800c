"""The same drivers and the same dialogue over TCP, Bluetooth and a cable, against the same emulated balances."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import pytest
from bridge_support import emulated_world, running, soon
from support import free_port

from device_bridge.dialogue import Dialogue
from device_bridge.drivers import mt_sics, sbi
from device_bridge.drivers.driver import Driver
from device_bridge.drivers.lines import Lines
from device_bridge.emulator import mt_sics_device, sbi_device, scale
from device_bridge.emulator.balances import Emulated
from device_bridge.emulator.cable_balance import CableBalance
from device_bridge.emulator.mt_sics_device import MtSicsDevice
from device_bridge.emulator.peripheral import Peripheral
from device_bridge.emulator.protocols import MakeTalker, Send
from device_bridge.emulator.sbi_device import SbiDevice
from device_bridge.emulator.scale import Scale
from device_bridge.emulator.tcp_balance import TcpBalance
from device_bridge.reading import Identity, Quality
from device_bridge.transports.ble_uart import BleUart, Peer, Radio
from device_bridge.transports.serial_port import SerialStream
from device_bridge.transports.stream import ByteStream, LinkError
from device_bridge.transports.tcp import TcpStream

SERIAL = "B123456789"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loads settle sooner, so that the tests are about the wires."""
    monkeypatch.setattr(scale, "SETTLE_SECONDS", 0.3)


@dataclass(frozen=True)
class Spoken:
    """A line protocol from both sides: the emulated balance's and the driver's."""

    talker: MakeTalker
    driver: Driver
    model: str
    firmware: str
    raw: str


MT_SICS = Spoken(MtSicsDevice, mt_sics.DRIVER, mt_sics_device.MODEL, mt_sics_device.FIRMWARE, "S S     12.652 kg")
SBI = Spoken(SbiDevice, sbi.DRIVER, sbi_device.MODEL, sbi_device.FIRMWARE, "N     +   12.652 kg ")


@asynccontextmanager
async def over_tcp(talker: MakeTalker, _: Path) -> AsyncIterator[tuple[Emulated, Callable[[], ByteStream]]]:
    port = free_port()
    balance = TcpBalance("127.0.0.1", port, SERIAL, talker)
    async with running(balance):
        yield balance, lambda: TcpStream("127.0.0.1", port)


@asynccontextmanager
async def over_ble(talker: MakeTalker, _: Path) -> AsyncIterator[tuple[Emulated, Callable[[], ByteStream]]]:
    async with emulated_world() as (air, _bluez):
        balance, radio = Peripheral(air, "BAL-07", "C0:00:00:00:00:07", SERIAL, talker), Radio()
        async with running(balance):
            try:
                yield balance, lambda: BleUart(radio, Peer("BAL-07", None))
            finally:
                await radio.close()


@asynccontextmanager
async def over_cable(talker: MakeTalker, folder: Path) -> AsyncIterator[tuple[Emulated, Callable[[], ByteStream]]]:
    device = str(folder / "ttyBAL")
    balance = CableBalance(device, SERIAL, talker)
    async with running(balance):
        yield balance, lambda: SerialStream(device, "1200 7O1", "none")


Wire = AbstractAsyncContextManager[tuple[Emulated, Callable[[], ByteStream]]]
MakeWire = Callable[[MakeTalker, Path], Wire]
Scenario = Callable[[Emulated, Callable[[], Dialogue]], Awaitable[None]]
wires = pytest.mark.parametrize("wire", [over_tcp, over_ble, over_cable])
protocols = pytest.mark.parametrize("spoken", [pytest.param(MT_SICS, id="mt-sics"), pytest.param(SBI, id="sbi")])


def play(wire: MakeWire, spoken: Spoken, folder: Path, scenario: Scenario) -> None:
    async def whole() -> None:
        async with asyncio.timeout(20), wire(spoken.talker, folder) as (balance, stream):
            await scenario(balance, lambda: Dialogue(stream(), spoken.driver))

    asyncio.run(whole())


@wires
@protocols
@pytest.mark.urs("BRG-01", "BRG-02", "BRG-05")
def test_identity_and_weights(wire: MakeWire, spoken: Spoken, tmp_path: Path) -> None:
    async def scenario(balance: Emulated, dialogue_anew: Callable[[], Dialogue]) -> None:
        dialogue = dialogue_anew()
        assert await dialogue.open() == Identity(SERIAL, spoken.model, spoken.firmware)
        reading = await dialogue.weigh()
        assert (reading.quality, reading.net, reading.unit) == ("stable", "0.000", "kg")
        balance.scale.put(Decimal("12.652"))
        assert (await dialogue.weigh()).quality == "dynamic"
        await asyncio.sleep(scale.SETTLE_SECONDS)
        reading = await dialogue.weigh()
        assert (reading.quality, reading.net, reading.raw) == ("stable", "12.652", spoken.raw)
        balance.scale.tare_now()
        assert (await dialogue.weigh()).net == "0.000"
        await dialogue.close()

    play(wire, spoken, tmp_path, scenario)


@wires
@protocols
@pytest.mark.urs("BRG-02")
@pytest.mark.parametrize(("load", "quality"), [("35", "overload"), ("-2", "underload")])
def test_out_of_range_has_no_number(
    wire: MakeWire, spoken: Spoken, tmp_path: Path, load: str, quality: Quality
) -> None:
    async def scenario(balance: Emulated, dialogue_anew: Callable[[], Dialogue]) -> None:
        dialogue = dialogue_anew()
        await dialogue.open()
        balance.scale.put(Decimal(load))
        await asyncio.sleep(scale.SETTLE_SECONDS)
        reading = await dialogue.weigh()
        assert (reading.quality, reading.net, reading.value) == (quality, None, None)
        await dialogue.close()

    play(wire, spoken, tmp_path, scenario)


@wires
@protocols
@pytest.mark.urs("BRG-03", "BRG-04")
def test_a_dropped_link_ends_the_dialogue_and_a_new_one_works(wire: MakeWire, spoken: Spoken, tmp_path: Path) -> None:
    async def scenario(balance: Emulated, dialogue_anew: Callable[[], Dialogue]) -> None:
        dialogue = dialogue_anew()
        await dialogue.open()
        assert balance.connected
        await balance.drop()
        with pytest.raises(LinkError):
            await weigh_for_ever(dialogue)
        await dialogue.close()
        again = dialogue_anew()
        assert (await again.open()).serial == SERIAL
        await again.close()

    play(wire, spoken, tmp_path, scenario)


async def weigh_for_ever(dialogue: Dialogue) -> None:
    while True:
        await dialogue.weigh()


@wires
@pytest.mark.urs("BRG-01")
def test_every_command_of_the_emulated_balance_is_understood_by_the_driver(wire: MakeWire, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with asyncio.timeout(20), wire(MtSicsDevice, tmp_path) as (_, stream):
            link, lines, heard = stream(), Lines(), asyncio.Queue[object]()

            def on_data(data: bytes) -> None:
                for line in lines.feed(data):
                    heard.put_nowait(mt_sics.decode(line))

            await link.open(on_data, lambda: None)
            for name in ("@", "I1", "I2", "I3", "I4", "S", "SI", "T", "TA", "TA 1.250 kg", "TAC", "Z", "BOGUS", "SIR"):
                await link.write(mt_sics.command(name))
                async with asyncio.timeout(3):
                    await heard.get()
            async with asyncio.timeout(3):
                for _ in range(5):  # SIR goes on by itself
                    await heard.get()
            await link.close()

    asyncio.run(scenario())


@protocols
@pytest.mark.urs("BRG-03", "BRG-04")
def test_a_pulled_cable_is_a_lost_link_and_the_port_works_again_once_it_is_back(spoken: Spoken, tmp_path: Path) -> None:
    async def scenario(balance: Emulated, dialogue_anew: Callable[[], Dialogue]) -> None:
        dialogue = dialogue_anew()
        await dialogue.open()
        balance.leave()
        with pytest.raises(LinkError):
            await weigh_for_ever(dialogue)
        await dialogue.close()
        with pytest.raises(LinkError):  # no such port
            await dialogue_anew().open()
        balance.come_back()
        balance.scale.put(Decimal("12.652"))
        again = dialogue_anew()
        assert (await again.open()).serial == SERIAL
        while (reading := await again.weigh()).quality != "stable":
            await asyncio.sleep(0.02)
        assert reading.net == "12.652"
        await again.close()

    play(over_cable, spoken, tmp_path, scenario)


@pytest.mark.urs("BRG-04")
def test_a_port_belongs_to_one_program(tmp_path: Path) -> None:
    async def scenario(_: Emulated, dialogue_anew: Callable[[], Dialogue]) -> None:
        first = dialogue_anew()
        await first.open()
        with pytest.raises(LinkError):
            await dialogue_anew().open()
        assert (await first.weigh()).quality == "stable"
        await first.close()

    play(over_cable, MT_SICS, tmp_path, scenario)


@pytest.mark.urs("BRG-04")
def test_a_file_that_is_no_port_is_a_link_error(tmp_path: Path) -> None:
    async def scenario() -> None:
        (tmp_path / "file").touch()
        for name in ("file", "nothing"):
            with pytest.raises(LinkError):
                await SerialStream(str(tmp_path / name), "9600 8N1", "none").open(lambda _: None, lambda: None)

    asyncio.run(scenario())


@pytest.mark.urs("BRG-02", "BRG-03")
def test_half_a_frame_before_a_lost_cable_is_never_completed_by_what_comes_after(tmp_path: Path) -> None:
    class Cut:
        """Gives the first half of a weight, and after its cable was back the second half of another."""

        halves: ClassVar = ["S S     1", "2.652 kg\r\nS S      3.000 kg\r\n"]

        def __init__(self, _: Scale, serial: str, send: Send) -> None:
            self._serial, self._send = serial, send
            self._identity = MtSicsDevice(Scale(), serial, send)

        async def handle(self, line: str) -> None:
            if line != "SI":
                return await self._identity.handle(line)
            await self._send(self.halves.pop(0))

        def stop(self) -> None:
            pass

    async def scenario() -> None:
        device = str(tmp_path / "ttyBAL")
        balance = CableBalance(device, SERIAL, Cut)
        async with asyncio.timeout(20), running(balance):
            first = Dialogue(SerialStream(device, "9600 8N1", "none"), mt_sics.DRIVER)
            await first.open()
            waiting = asyncio.create_task(first.weigh())
            await soon("half a frame is sent", lambda: len(Cut.halves) == 1)
            balance.leave()
            with pytest.raises(LinkError):
                await waiting
            await first.close()
            balance.come_back()
            second = Dialogue(SerialStream(device, "9600 8N1", "none"), mt_sics.DRIVER)
            await second.open()
            assert (await second.weigh()).net == "3.000"
            await second.close()

    asyncio.run(scenario())


@pytest.mark.urs("BRG-04")
def test_nobody_listening_is_a_link_error() -> None:
    async def scenario() -> None:
        with pytest.raises(LinkError):
            await TcpStream("127.0.0.1", free_port()).open(lambda _: None, lambda: None)

    asyncio.run(scenario())
