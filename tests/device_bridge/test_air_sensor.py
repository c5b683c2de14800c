"""Sensors of rooms: what their bytes say, and how the bridge reads an emulated one through an emulated BlueZ."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bridge_support import DEVICE, emulated_world, running, soon
from hypothesis import given
from hypothesis import strategies as st

from device_bridge.config import Sensor
from device_bridge.drivers.environmental_sensing import CHARACTERISTICS
from device_bridge.drivers.lines import MalformedLine
from device_bridge.emulator.air_sensor import MODEL, AirSensorDevice
from device_bridge.group_commit import GroupCommit
from device_bridge.outbox import Outbox
from device_bridge.sensor import KIND, SensorSession
from device_bridge.transports import ble_sensor
from device_bridge.transports.ble_uart import Peer, Radio
from server.environment import shapes
from sync.entry import Envelope
from sync.signing import Ed25519Signer

SERIAL, ADDRESS = "E-1001", "C0:00:00:01:00:01"
TEMPERATURE, HUMIDITY = CHARACTERISTICS.values()


@pytest.mark.urs("BRG-01", "ENV-02")
@pytest.mark.parametrize(
    ("data", "value"), [("6408", "21.48"), ("18fc", "-10.00"), ("4d95", "-273.15"), ("0080", None), ("0000", "0.00")]
)
def test_a_temperature_is_what_its_bytes_say(data: str, value: str | None) -> None:
    """Vectors of others: the trials of the bridge name them."""
    assert TEMPERATURE.decode(bytes.fromhex(data)) == value


@pytest.mark.urs("BRG-01", "ENV-02")
@pytest.mark.parametrize(("data", "value"), [("8813", "50.00"), ("ffff", None), ("1027", "100.00")])
def test_a_humidity_is_what_its_bytes_say(data: str, value: str | None) -> None:
    assert HUMIDITY.decode(bytes.fromhex(data)) == value


@pytest.mark.urs("BRG-01", "ENV-02")
@given(st.binary(max_size=4))
def test_two_bytes_are_a_value_with_two_digits_and_any_other_number_is_none(data: bytes) -> None:
    for one in CHARACTERISTICS.values():
        if len(data) != 2:
            with pytest.raises(MalformedLine):
                one.decode(data)
        elif (value := one.decode(data)) is not None:
            assert int(Decimal(value) * 100).to_bytes(2, "little", signed=one.signed) == data
            assert len(value.partition(".")[2]) == 2


class Bench:
    """An outbox with the session of one sensor."""

    def __init__(self, folder: Path, radio: Radio, interval: int) -> None:
        signer = Ed25519Signer.load_or_create(folder / "bridge.key")
        self.store = GroupCommit(Outbox(folder / "outbox.db", DEVICE, signer))
        peer = Peer("ENV-1", None)
        sensor = Sensor("ENV-1", SERIAL, "ENV-1", None, interval)
        self.session = SensorSession(sensor, lambda: ble_sensor.read(radio, peer), self.store)

    async def kept(self) -> list[Envelope]:
        return [Envelope.decode(data) for data in await self.store.call(lambda outbox: outbox.pending(1000))]

    async def keeps(self, number: int) -> list[dict[str, Any]]:
        found: list[Envelope] = []
        async with asyncio.timeout(20):
            while len(found := await self.kept()) < number:
                await asyncio.sleep(0.03)
        assert {one.head.kind for one in found} == {KIND}
        return [one.body for one in found]


@asynccontextmanager
async def scene(folder: Path, serial: str = SERIAL, interval: int = 1) -> AsyncIterator[tuple[AirSensorDevice, Bench]]:
    radio = Radio()
    async with asyncio.timeout(40), emulated_world() as (air, _):
        device = AirSensorDevice(air, "ENV-1", ADDRESS, serial)
        device.room.steady = True
        made = Bench(folder, radio, interval)
        try:
            async with running(device, made.store, made.session):
                yield device, made
        finally:
            made.store.close()
            await radio.close()


@pytest.mark.urs("BRG-01", "BRG-03", "ENV-02")
def test_it_is_read_every_interval_and_each_reading_is_an_entry(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with scene(tmp_path) as (device, it):
            [body, *_] = await it.keeps(1)
            assert body == {
                "sensor": "ENV-1",
                "model": MODEL,
                "serial": SERIAL,
                "transport": "ble-ess",
                "values": [
                    {"quantity": "temperature", "value": "21.50", "unit": "°C"},
                    {"quantity": "humidity", "value": "45.00", "unit": "%"},
                ],
                "raw": "2a6e=6608 2a6f=9411",
                "connection": 1,
            }
            assert shapes.PointRead().validate(body) == {}
            await soon("it is let go", lambda: not device.connected)
            device.room.temperature, device.room.humidity = Decimal("-3.25"), None
            last = (await it.keeps(3))[-1]
            assert [(one["quantity"], one["value"]) for one in last["values"]] == [("temperature", "-3.25")]

    asyncio.run(scenario())


@pytest.mark.urs("ENV-02")
def test_out_of_reach_nothing_is_made_up_and_it_goes_on_when_it_is_back(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with scene(tmp_path) as (device, it):
            before = len(await it.keeps(1))
            device.leave()
            await asyncio.sleep(1.5)
            assert len(await it.kept()) <= before + 1
            device.come_back()
            await it.keeps(before + 2)

    asyncio.run(scenario())


@pytest.mark.urs("BRG-04", "ENV-02")
def test_nothing_is_kept_of_another_sensor_than_the_configured_one(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with scene(tmp_path, serial="E-9999") as (device, it):
            await soon("it was asked", lambda: device.connected)
            await soon("it was let go", lambda: not device.connected)
            assert await it.kept() == []

    asyncio.run(scenario())
