"""A batch that is packed: cartons are counted, their balance drawn up, a specimen of them kept."""

from typing import Any

from batch_support import PHASE, Site, t
from control_support import OUTPUT, explained, release
from recipe_support import step

from server.core.record import Recorded
from server.production.rules import slot_of

Payload = dict[str, Any]
BLOB = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
PACKS = OUTPUT | {"id": "packs", "name": t("packs"), "unit": "box", "decimals": 0, "tally": True}
TYPED = dict.fromkeys(("issued", "destroyed", "specimens", "returned"))
CARTON: Payload = {
    "id": "carton",
    "material": "car-1",
    "material_name": t("Carton"),
    "unit": "pcs",
    "counted": 0,
    "per": "1",
    "pack_unit": "box",
    "sources": {**TYPED, "packs": ["20/packs"]},
    "decimals": 1,
    "rounding": "half_up",
    "low": "99.5",
    "high": "100.5",
    "specimen": True,
}
# Two labels on each carton; nobody asks for a picture of them, since they are blank.
LABEL = CARTON | {"id": "label", "material": "lab-1", "material_name": t("Seal"), "per": "2", "specimen": False}
PHASES: list[Payload] = [
    step("20", "parameters", parameters=[PACKS], **PHASE),
    step("30", "packaging", "20", printed=[CARTON, LABEL], **PHASE),
    step("40", "instruction", "30", **PHASE),
]


def packed(batch: str, value: str = "980", **changes: Any) -> Payload:
    limits = {"low": None, "high": None, "target": None, "unit": "box"}
    named = {"batch": batch, "phase": "20", "parameter": "packs", "value": {"value": value, "unit": "box"}}
    return named | {"source": "manual", "limits": limits, "comment": None} | changes


def balanced(batch: str, entries: list[str], value: str = "100.0", *, item: str = "carton", **counts: str) -> Payload:
    """1000 cartons were issued: 980 are on good packs, 8 were destroyed, 2 are specimens, 10 went back."""
    said = {"issued": "1000", "packs": "980", "destroyed": "8", "specimens": "2", "returned": "10", **counts}
    inputs: list[Payload] = [
        {"id": name, "value": each, "unit": "box" if name == "packs" else "pcs", "entries": []}
        for name, each in said.items()
    ]
    inputs[1]["entries"] = entries
    return {"batch": batch, "phase": "30", "item": item, "inputs": inputs, "value": value, "unit": "%", "comment": None}


def specimen(batch: str, item: str = "carton", **changes: Any) -> Payload:
    about = {"batch": batch, "phase": "30", "item": item, "number": batch, "dates": "2026-11 / 2028-10"}
    return about | {"blob": BLOB, "type": "image/jpeg", "bytes": 48_213, "comment": None} | changes


class Packing:
    """A batch up to its packaging: `packs` is the entry of how many there are."""

    def __init__(self, site: Site, batch: str = "B1") -> None:
        self.site, self.batch = site, batch
        release(site, batch, PHASES)
        self.packs = site.put("parameter_recorded", packed(batch)).id
        site.put("phase_completed", {"batch": batch, "phase": "20"})

    def balance(self, value: str = "100.0", *, item: str = "carton", **counts: str) -> Recorded:
        return self.site.put("material_balanced", balanced(self.batch, [self.packs], value, item=item, **counts))

    def short(self) -> Recorded:
        """Twenty cartons are gone."""
        return self.balance("98.0", destroyed="0", specimens="0", returned="0")

    def labels(self) -> Recorded:
        return self.balance("100.0", item="label", issued="1980", destroyed="10", specimens="0")

    def keep(self, **changes: Any) -> Recorded:
        return self.site.put("specimen_kept", specimen(self.batch, **changes))

    def mark(self, kind: str, phase: str) -> Recorded:
        return self.site.put(kind, {"batch": self.batch, "phase": phase})

    def explain(self, entry: str) -> Recorded:
        return self.site.put("yield_explained", explained(self.batch, entry, phase="30"), cosigner="P-3")


def slot(kind: str, payload: Payload) -> str:
    return slot_of(f"production.{kind}.v1", payload)
