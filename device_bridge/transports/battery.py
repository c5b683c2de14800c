"""How full the battery of a Bluetooth device is, by the Battery Service (0x180F), of a device that has one.

MT-SICS and SBI have no word for it, nor do devices on a cable or the network. BlueZ keeps this service to itself in
older versions and gives it out for reading in newer ones: where it is not there, nothing is said.
"""

import contextlib

from bleak import BleakClient
from bleak.exc import BleakError

LEVEL = "00002a19-0000-1000-8000-00805f9b34fb"


async def level(client: BleakClient | None) -> int | None:
    """Percent, as the device says; None where it says nothing, or nothing that is one (Battery Service 1.0, 3.1)."""
    # A link that is lost meanwhile is noticed by whoever waits for a weight.
    with contextlib.suppress(BleakError, OSError, EOFError):
        characteristic = None if client is None else client.services.get_characteristic(LEVEL)
        if client is not None and characteristic is not None:
            data = bytes(await client.read_gatt_char(characteristic))
            return data[0] if len(data) == 1 and data[0] <= 100 else None
    return None
