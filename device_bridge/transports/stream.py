"""What every transport of bytes offers, and the one way in which it fails."""

from collections.abc import Callable
from typing import Protocol


class LinkError(ConnectionError):
    """The device is not there, or no longer."""


class ByteStream(Protocol):
    """Bytes to and from one device. `name` is what a record says about the way they came."""

    name: str

    async def open(self, on_data: Callable[[bytes], None], on_lost: Callable[[], None]) -> None:
        """Connect; LinkError if that fails. `on_lost` is called once when the link ends by itself."""

    async def write(self, data: bytes) -> None:
        """Send; LinkError if the link is down."""

    async def battery(self) -> int | None:
        """How full the device's battery is, in percent; None where nobody can tell."""

    async def close(self) -> None:
        """Let go of the device; quiet when there is nothing to let go of."""
