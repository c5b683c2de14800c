"""The nouns of materials: what a material may be, and which status a lot may have."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

TYPES = ("raw", "packaging", "intermediate", "bulk", "finished")
RECEIVED = ("quarantine", "historical")
# The flag of a receipt by somebody who may not receive: it stands in the log, and registers nothing.
NOT_PERMITTED = "person_not_permitted"
# The flag of a receipt that says otherwise what was said of its lot before.
DIFFERS = "lot_differs"
# What every delivery of a lot says alike; of the first kind of receipts, and of all.
SAID_OF_LOT_V1 = ("supplier", "supplier_lot", "expiry")
SAID_OF_LOT = (*SAID_OF_LOT_V1, "made")
# What becomes of a lot somebody signs; without a signature only the server tells of what was decided elsewhere. The
# digest of v2 was of the lot's own stream alone, that of v3 is of what handhelds said of it and of all flags as well.
STATUS_CHANGED_V1, STATUS_CHANGED_V2 = "materials.lot_status_changed.v1", "materials.lot_status_changed.v2"
STATUS_CHANGED = "materials.lot_status_changed.v3"
STATUS_CHANGES = (STATUS_CHANGED_V1, STATUS_CHANGED_V2, STATUS_CHANGED)
DECIDED = ("released", "rejected", "restricted")
MEANINGS: Mapping[str, Mapping[str, str]] = {
    "released": {"code": "released", "zh": "检验合格，批准使用", "en": "Inspected, released for use"},
    "rejected": {"code": "rejected", "zh": "不合格，拒绝使用", "en": "Rejected, not to be used"},
    "restricted": {"code": "restricted", "zh": "限制使用", "en": "Restricted"},
}
_SAID = (
    "material",
    "lot",
    "status",
    "conditions",
    "retest",
    "inspection",
    "specification",
    "version",
    "digest",
    "reason",
)
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


def said_of_status(given: Mapping[str, Any]) -> dict[str, Any]:
    """What whoever decides about a lot signs; `digest` is of all that was shown for it."""
    return {name: given[name] for name in _SAID} | {"meaning": given["meaning"]["code"]}


Direction = Literal["forward", "backward"]
