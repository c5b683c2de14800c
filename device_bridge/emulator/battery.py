"""The battery of an emulated Bluetooth device: the Battery Service, with a charge that people and tests set."""

from bumble.att import Attribute
from bumble.core import UUID
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service


class Battery:
    """Full until somebody says otherwise; `percent` is what is read over the air."""

    def __init__(self) -> None:
        self.percent = 100
        can = Characteristic.Properties.READ
        value: CharacteristicValue[bytes] = CharacteristicValue(read=self._read)
        self.service = Service(UUID("180F"), [Characteristic(UUID("2A19"), can, Attribute.READABLE, value)])

    def _read(self, _: Connection) -> bytes:
        return bytes((self.percent,))
