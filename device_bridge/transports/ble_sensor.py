"""Sensors with the Bluetooth Environmental Sensing Service: connected to, read, and let go, so that a battery lasts and
one radio serves many rooms."""

from dataclasses import dataclass

from bleak import BleakClient
from bleak.exc import BleakCharacteristicNotFoundError

from device_bridge.drivers.environmental_sensing import CHARACTERISTICS
from device_bridge.drivers.lines import MalformedLine
from device_bridge.journal import say
from device_bridge.reading import Identity
from device_bridge.transports.ble_scale import FIRMWARE, MODEL, SERIAL
from device_bridge.transports.ble_uart import CONNECT_SECONDS, FAILURES, Peer, Radio
from device_bridge.transports.stream import LinkError

NAME = "ble-ess"


@dataclass(frozen=True, slots=True)
class Air:
    """What a sensor said at once: who it is, (quantity, value, unit) of what it knows, and its own bytes."""

    identity: Identity
    values: tuple[tuple[str, str, str], ...]
    raw: str


async def read(radio: Radio, peer: Peer) -> Air:
    """One reading over a connection of its own; LinkError when it is not near, or goes away meanwhile."""
    device = await radio.find(peer)
    try:
        async with BleakClient(device, timeout=CONNECT_SECONDS) as client:
            identity = Identity(*[(await _part(client, name) or b"").decode() for name in (SERIAL, MODEL, FIRMWARE)])
            heard = {name: data for name in CHARACTERISTICS if (data := await _part(client, name)) is not None}
    except (*FAILURES, UnicodeDecodeError) as error:
        raise LinkError(f"{type(error).__name__}: {error}") from error
    raw = " ".join(f"{name[4:8]}={data.hex()}" for name, data in heard.items())
    return Air(identity, tuple(_values(heard)), raw)


def _values(heard: dict[str, bytes]) -> list[tuple[str, str, str]]:
    found = []
    for name, data in heard.items():
        one = CHARACTERISTICS[name]
        try:
            value = one.decode(data)
        except MalformedLine as error:
            say("line_malformed", "warning", line=f"{one.quantity} {error}"[:100])
            continue
        if value is not None:
            found.append((one.quantity, value, one.unit))
    return found


async def _part(client: BleakClient, name: str) -> bytes | None:
    """What the sensor says, None where it does not have this characteristic."""
    try:
        return bytes(await client.read_gatt_char(name))
    except BleakCharacteristicNotFoundError:
        return None
