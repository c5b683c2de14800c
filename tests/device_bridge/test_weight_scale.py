"""The Weight Scale Service: vectors that others captured, and an emulated scale on the emulated air. No weight of it is
ever a stable one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from bridge_support import Bench, balance, bench, emulated_world, running, soon

from device_bridge.drivers import weight_scale
from device_bridge.drivers.lines import MalformedLine
from device_bridge.emulator import scale
from device_bridge.emulator.weight_scale import FIRMWARE, MODEL, WeightScaleDevice
from device_bridge.reading import Identity
from device_bridge.transports.ble_scale import WeightScale
from device_bridge.transports.ble_uart import Peer, Radio
from device_bridge.transports.stream import LinkError

SERIAL, ADDRESS = "S0001", "C0:00:00:00:00:21"


@pytest.mark.urs("BRG-01", "BRG-02")
@pytest.mark.parametrize(
    ("data", "value", "unit", "time", "user"),
    [
        ("00b036", "70.000", "kg", None, None),
        ("00b136", "70.005", "kg", None, None),
        ("01543d", "157.00", "lb", None, None),
        ("02b036e7070c190e1e2d", "70.000", "kg", "2023-12-25T14:30:45", None),
        ("0ec832e9070c1f173b3a02d400db06", "65.000", "kg", "2025-12-31T23:59:58", 2),
        ("04b03601", "70.000", "kg", None, 1),
        ("04b036ff", "70.000", "kg", None, None),  # 255: nobody that it knows
        ("02b03600000000000000", "70.000", "kg", None, None),  # zero: its clock was never set
        ("000000", "0.000", "kg", None, None),
    ],
)
def test_measurements(data: str, value: str, unit: str, time: str | None, user: int | None) -> None:
    reading = weight_scale.decode(bytes.fromhex(data))
    assert (reading.quality, reading.net, reading.unit) == ("unknown", value, unit)
    assert (reading.device_time, reading.user, reading.raw) == (time, user, data)


@pytest.mark.urs("BRG-02")
def test_an_unsuccessful_measurement_is_no_number() -> None:
    reading = weight_scale.decode(bytes.fromhex("00ffff"))
    assert (reading.quality, reading.net, reading.code) == ("error", None, "unsuccessful")


@pytest.mark.urs("BRG-02")
@pytest.mark.parametrize(
    "data",
    [
        "",
        "00",
        "00b0",
        "00b03600",  # longer than its flags say
        "02b036e7070c190e1e",  # a truncated time
        "10b036",  # a reserved flag
        "02b036e7070d190e1e2d",  # a thirteenth month
    ],
)
def test_what_the_service_does_not_have_is_no_reading(data: str) -> None:
    with pytest.raises(MalformedLine):
        weight_scale.decode(bytes.fromhex(data))


@pytest.mark.urs("BRG-01")
def test_the_feature_tells_the_step() -> None:
    assert weight_scale.resolution(bytes.fromhex("39000000"), "kg") == "0.005"
    assert weight_scale.resolution(bytes.fromhex("39000000"), "lb") == "0.01"
    assert weight_scale.resolution(bytes.fromhex("08000000"), "kg") == "0.5"
    assert weight_scale.resolution(bytes.fromhex("00000000"), "kg") is None
    assert weight_scale.resolution(b"", "kg") is None


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[tuple[WeightScaleDevice, Bench]]:
    radio = Radio()
    async with asyncio.timeout(30), emulated_world() as (air, _):
        device = WeightScaleDevice(air, "SCL-01", ADDRESS, SERIAL)
        async with running(device):
            made = bench(folder, balance("SCL-01", SERIAL), lambda: WeightScale(radio, Peer("SCL-01", None)))
            async with made as it:
                yield device, it
            await radio.close()


@pytest.mark.urs("BRG-01", "BRG-02", "BRG-05")
def test_each_measurement_is_kept_and_shown_and_none_is_called_stable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scale, "SETTLE_SECONDS", 0.3)

    async def scenario() -> None:
        async with scene(tmp_path) as (device, it):
            await soon("the scale is connected", lambda: device.connected)
            await soon("its battery is told", lambda: it.live._battery == {"SCL-01": 100})
            device.scale.put(Decimal("12.652"))
            (body,) = await it.captures(1)
            assert body["device_time"] is not None
            assert body == {
                "balance": "SCL-01",
                "model": MODEL,
                "serial": SERIAL,
                "transport": "ble-wss",
                "weight": {"value": "12.650", "unit": "kg"},
                "resolution": "0.005",
                "raw": body["raw"],
                "device_time": body["device_time"],
                "user": None,
                "connection": 1,
            }
            assert weight_scale.decode(bytes.fromhex(body["raw"])).net == "12.650"
            assert it.live._latest["SCL-01"] == ({"value": "12.650", "unit": "kg"}, "unknown")
            await device.drop()
            await soon("the screen shows the loss", lambda: it.live._latest["SCL-01"] == (None, "lost"))
            await soon("it is connected again", lambda: device.connected)
            device.scale.put(Decimal("3.000"))
            assert [body["weight"]["value"] for body in await it.captures(2)] == ["12.650", "3.000"]

    asyncio.run(scenario())


@pytest.mark.urs("BRG-02", "BRG-04")
def test_identity_is_read_on_each_connection_and_a_lost_link_ends_the_waiting() -> None:
    async def scenario() -> None:
        radio = Radio()
        async with asyncio.timeout(30), emulated_world() as (air, _):
            device = WeightScaleDevice(air, "SCL-01", ADDRESS, SERIAL)
            async with running(device):
                instrument = WeightScale(radio, Peer(None, ADDRESS))
                assert await instrument.open() == Identity(SERIAL, MODEL, FIRMWARE)
                waiting = asyncio.create_task(instrument.weigh())
                device.leave()
                with pytest.raises(LinkError):
                    await waiting
                await instrument.close()
            await radio.close()

    asyncio.run(scenario())


@pytest.mark.urs("BRG-03")
def test_a_measurement_that_came_again_for_want_of_its_confirmation_is_one_record(tmp_path: Path) -> None:
    class Repeating:
        """Indicates one timed measurement twice, and one without time twice."""

        transport = "ble-wss"

        def __init__(self) -> None:
            timed, plain = bytes.fromhex("02b036e7070c190e1e2d"), bytes.fromhex("00b136")
            self._frames = [timed, timed, plain, plain]

        async def open(self) -> Identity:
            return Identity(SERIAL, MODEL, FIRMWARE)

        async def weigh(self) -> weight_scale.Reading:
            if not self._frames:
                await asyncio.get_running_loop().create_future()
            return weight_scale.decode(self._frames.pop(0))

        async def battery(self) -> int | None:
            return None

        async def close(self) -> None:
            pass

        def resolution(self, unit: str) -> str | None:
            return None

    async def scenario() -> None:
        async with asyncio.timeout(20), bench(tmp_path, balance("SCL-01", SERIAL), Repeating) as it:
            bodies = await it.captures(3)
            # Without a time nobody can tell a repetition from an equal weight: both are kept.
            assert [body["weight"]["value"] for body in bodies] == ["70.000", "70.005", "70.005"]

    asyncio.run(scenario())
