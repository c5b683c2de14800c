"""What a delivery says, for tests of receiving."""

from typing import Any

# Everything that a receipt may say besides its material and lot.
_FIELDS = "order line supplier manufacturer supplier_name supplier_lot made expiry retest"
_FIELDS += " delivery_note quantity containers comment damage"


def received(lot: str, material: str = "api-1", **given: Any) -> dict[str, Any]:
    """A receipt that says this and nothing else."""
    return {"material": material, "lot": lot, **dict.fromkeys(_FIELDS.split()), **given}
