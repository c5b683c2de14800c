"""A batch that packs with what the store has issued to it: rolls by the kilogram, as the tests of stock have them."""

from typing import Any

from batch_support import PHASE, PHASES, marked
from control_support import release
from packaging_support import LABEL, TYPED, balanced
from recipe_support import step
from stock_support import LABELS, Store

FIRST, SECOND, _ = LABELS
FOIL = LABEL | {"id": "foil", "material": "api-1", "unit": "kg", "counted": 3, "per": "0.02"}


def issue(site: Store, batch: str, label: str) -> None:
    brought = {"batch": batch, "container": label, "material": "api-1", "lot": "A-5/2", "to": None}
    site.state("production.container_issued.v1", f"batch/{batch}", brought | {"held": site.stands(label).held}, "P-8")


def foil(batch: str, issued: str, value: str, returned: str = "5.4") -> dict[str, Any]:
    """980 packs of 20 g of printed foil each: 19.6 kg of it."""
    said = balanced(batch, [], value, item="foil", issued=issued, destroyed="0", specimens="0", returned=returned)
    for one in said["inputs"]:
        one["unit"] = "box" if one["id"] == "packs" else "kg"
    return said


def order(site: Store, batch: str) -> None:
    release(site, batch, [step("30", "packaging", printed=[FOIL | {"sources": {**TYPED, "packs": None}}], **PHASE)])


def count(site: Store, batch: str) -> None:
    """A batch that takes of the material by the piece as well, and nothing leads from there to kilograms."""
    line = {name: each for name, each in PHASES[1].items() if name not in ("id", "type", "name", "instruction")}
    line |= {"unit": "pcs", "target": "10", "low": "9", "high": "11", "decimals": 0, **PHASE}
    packs = step("30", "packaging", "20", printed=[FOIL | {"sources": {**TYPED, "packs": None}}], **PHASE)
    release(site, batch, [step("20", "weighing", **line), packs])
    site.allocate(batch, FIRST)
    issue(site, batch, FIRST)
    site.put("phase_completed", marked(batch, "20"))
