"""The same driver and the same dialogue over TCP and over Bluetooth, against the same emulated balance."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from decimal import Decimal

import pytest
from bridge_support import emulated_world, running
from support import free_port

from device_bridge.dialogue import Dialogue
from device_bridge.drivers import mt_sics
from device_bridge.emulator import mt_sics_device, scale
from device_bridge.emulator.balances import Emulated
from device_bridge.emulator.peripheral import Peripheral
from device_bridge.emulator.tcp_balance import TcpBalance
from device_bridge.reading import Identity, Quality
from device_bridge.transports.ble_uart import BleUart, Peer, Radio
from device_bridge.transports.stream import ByteStream, LinkError
from device_bridge.transports.tcp import TcpStream

SERIAL = "B123456789"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loads settle sooner, so that the tests are about the wires."""
    monkeypatch.setattr(scale, "SETTLE_SECONDS", 0.3)


@asynccontextmanager
async def over_tcp() -> AsyncIterator[tuple[Emulated, Callable[[], ByteStream]]]:
    port = free_port()
    balance = TcpBalance("127.0.0.1", port, SERIAL)
    async with running(balance):
        yield balance, lambda: TcpStream("127.0.0.1", port)


@asynccontextmanager
async def over_ble() -> AsyncIterator[tuple[Emulated, Callable[[], ByteStream]]]:
    async with emulated_world() as (air, _):
        balance, radio = Peripheral(air, "BAL-07", "C0:00:00:00:00:07", SERIAL), Radio()
        async with running(balance):
            try:
                yield balance, lambda: BleUart(radio, Peer("BAL-07", None))
            finally:
                await radio.close()


Wire = AbstractAsyncContextManager[tuple[Emulated, Callable[[], ByteStream]]]
Scenario = Callable[[Emulated, Callable[[], ByteStream]], Awaitable[None]]
both = pytest.mark.parametrize("wire", [over_tcp, over_ble])


def play(wire: Callable[[], Wire], scenario: Scenario) -> None:
    async def whole() -> None:
        async with asyncio.timeout(20), wire() as (balance, stream):
            await scenario(balance, stream)

    asyncio.run(whole())


@both
@pytest.mark.urs("BRG-01", "BRG-02", "BRG-05")
def test_identity_and_weights(wire: Callable[[], Wire]) -> None:
    async def scenario(balance: Emulated, stream: Callable[[], ByteStream]) -> None:
        dialogue = Dialogue(stream())
        assert await dialogue.open() == Identity(SERIAL, mt_sics_device.MODEL, mt_sics_device.FIRMWARE)
        reading = await dialogue.weigh()
        assert (reading.quality, reading.net, reading.unit) == ("stable", "0.000", "kg")
        balance.scale.put(Decimal("12.652"))
        assert (await dialogue.weigh()).quality == "dynamic"
        await asyncio.sleep(scale.SETTLE_SECONDS)
        reading = await dialogue.weigh()
        assert (reading.quality, reading.net, reading.raw) == ("stable", "12.652", "S S     12.652 kg")
        balance.scale.tare_now()
        assert (await dialogue.weigh()).net == "0.000"
        await dialogue.close()

    play(wire, scenario)


@both
@pytest.mark.urs("BRG-02")
@pytest.mark.parametrize(("load", "quality"), [("35", "overload"), ("-2", "underload")])
def test_out_of_range_has_no_number(wire: Callable[[], Wire], load: str, quality: Quality) -> None:
    async def scenario(balance: Emulated, stream: Callable[[], ByteStream]) -> None:
        dialogue = Dialogue(stream())
        await dialogue.open()
        balance.scale.put(Decimal(load))
        await asyncio.sleep(scale.SETTLE_SECONDS)
        reading = await dialogue.weigh()
        assert (reading.quality, reading.net, reading.value) == (quality, None, None)
        await dialogue.close()

    play(wire, scenario)


@both
@pytest.mark.urs("BRG-03", "BRG-04")
def test_a_dropped_link_ends_the_dialogue_and_a_new_one_works(wire: Callable[[], Wire]) -> None:
    async def scenario(balance: Emulated, stream: Callable[[], ByteStream]) -> None:
        dialogue = Dialogue(stream())
        await dialogue.open()
        assert balance.connected
        await balance.drop()
        with pytest.raises(LinkError):
            await weigh_for_ever(dialogue)
        await dialogue.close()
        again = Dialogue(stream())
        assert (await again.open()).serial == SERIAL
        await again.close()

    play(wire, scenario)


async def weigh_for_ever(dialogue: Dialogue) -> None:
    while True:
        await dialogue.weigh()


@both
@pytest.mark.urs("BRG-01")
def test_every_command_of_the_emulated_balance_is_understood_by_the_driver(wire: Callable[[], Wire]) -> None:
    async def scenario(balance: Emulated, stream: Callable[[], ByteStream]) -> None:
        link, lines, heard = stream(), mt_sics.Lines(), asyncio.Queue[object]()

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

    play(wire, scenario)


@pytest.mark.urs("BRG-04")
def test_nobody_listening_is_a_link_error() -> None:
    async def scenario() -> None:
        with pytest.raises(LinkError):
            await TcpStream("127.0.0.1", free_port()).open(lambda _: None, lambda: None)

    asyncio.run(scenario())
