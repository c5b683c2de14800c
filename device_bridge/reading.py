"""What a balance said, in one shape for every driver: a value as received, how far to trust it, and the raw line."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Quality = Literal["stable", "dynamic", "overload", "underload", "error", "unknown"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One weight. `net` is the decimal string as received, trailing zeros kept, and None whenever the balance gave
    no usable number; `unit` is the balance's own word. `code` is the device's status or error, as sent. Quality
    "unknown" is a number that says nothing of its stability. `device_time` is the device's own clock, without zone;
    `user` the number of a person to whom a scale for people ascribes it."""

    quality: Quality
    raw: str
    net: str | None = None
    unit: str | None = None
    code: str | None = None
    device_time: str | None = None
    user: int | None = None

    @property
    def value(self) -> Decimal | None:
        return None if self.net is None else Decimal(self.net)

    @property
    def division(self) -> Decimal:
        """One step of the display, as the digits of `net` tell: 0.001 for 12.640."""
        exponent = Decimal(self.net or "0").as_tuple().exponent
        return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a balance says it is, read anew on every connection."""

    serial: str
    model: str
    firmware: str
