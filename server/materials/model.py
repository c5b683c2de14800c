"""The nouns of materials: what a material may be, and which status a lot may have."""

from dataclasses import dataclass
from typing import Any, Literal

TYPES = ("raw", "packaging", "intermediate", "bulk", "finished")
RECEIVED = ("quarantine", "historical")
# The flag of a receipt by somebody who may not receive: it stands in the log, and registers nothing.
NOT_PERMITTED = "person_not_permitted"
STATUSES = ("quarantine", "released", "rejected", "restricted", "expired", "retest_due", "historical")


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot as production and leases need it; `expiry`, `made` and `retest` (when it is to be tested again) are
    YYYY-MM-DD, `containers` a count; `manufacturer`: its code in the register."""

    material: str
    name: dict[str, str] | None
    lot: str
    status: str
    expiry: str | None
    containers: int | None
    quantity: dict[str, str] | None
    supplier: str | None
    supplier_lot: str | None
    received_at: str
    manufacturer: str | None = None
    made: str | None = None
    retest: str | None = None


@dataclass(frozen=True, slots=True)
class Container:
    """A labelled container of a lot, with what it held when it came; it has the status of its lot."""

    container: str
    material: str
    lot: str
    quantity: dict[str, str]

    def payload(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


Direction = Literal["forward", "backward"]
