"""Scales with the Bluetooth Weight Scale Service: they are not asked, they indicate each measurement by themselves."""

import asyncio
import contextlib

from bleak import BleakClient
from bleak.exc import BleakCharacteristicNotFoundError

from device_bridge.drivers import weight_scale
from device_bridge.drivers.lines import MalformedLine
from device_bridge.journal import say
from device_bridge.reading import Identity, Reading
from device_bridge.transports import battery
from device_bridge.transports.ble_uart import CONNECT_SECONDS, FAILURES, Peer, Radio
from device_bridge.transports.stream import LinkError

# Device Information Service: serial number, model number, firmware revision.
SERIAL, MODEL, FIRMWARE = (f"00002a{part}-0000-1000-8000-00805f9b34fb" for part in ("25", "24", "26"))


class WeightScale:
    """An Instrument: identity from the Device Information Service, a reading for each indication."""

    transport = "ble-wss"

    def __init__(self, radio: Radio, peer: Peer) -> None:
        self._radio, self._peer = radio, peer
        self._client: BleakClient | None = None
        self._heard: asyncio.Queue[Reading | None] = asyncio.Queue()
        self._feature = b""

    async def open(self) -> Identity:
        device = await self._radio.find(self._peer)
        client = BleakClient(device, lambda _: self._heard.put_nowait(None), timeout=CONNECT_SECONDS)
        try:
            await client.connect()
            self._client = client
            identity = Identity(*[(await _read(client, name)).decode("utf-8") for name in (SERIAL, MODEL, FIRMWARE)])
            self._feature = await _read(client, weight_scale.FEATURE)
            await client.start_notify(weight_scale.MEASUREMENT, lambda _, data: self._on_data(bytes(data)))
        except (*FAILURES, UnicodeDecodeError) as error:
            await self.close()
            raise LinkError(f"{type(error).__name__}: {error}") from error
        return identity

    async def weigh(self) -> Reading:
        reading = await self._heard.get()
        if reading is None:
            raise LinkError("link lost")
        return reading

    async def battery(self) -> int | None:
        return await battery.level(self._client)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(*FAILURES):
                await client.disconnect()

    def resolution(self, unit: str) -> str | None:
        """One step of its weights in this unit, as it tells."""
        return weight_scale.resolution(self._feature, unit)

    def _on_data(self, data: bytes) -> None:
        try:
            self._heard.put_nowait(weight_scale.decode(data))
        except MalformedLine as error:
            say("line_malformed", "warning", line=str(error)[:100])


async def _read(client: BleakClient, name: str) -> bytes:
    """What the scale says, nothing where it does not have this characteristic."""
    try:
        return bytes(await client.read_gatt_char(name))
    except BleakCharacteristicNotFoundError:
        return b""
