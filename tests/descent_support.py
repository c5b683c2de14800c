"""Batches that come of batches: numbers that are given first, and what is said of a split, a merge and a rework."""

from typing import Any

from batch_support import Site
from control_support import PHASES as OF_YIELDS
from control_support import approved, counted, drawn_up, master_of, release, weighed_in
from course_support import PHASES
from recipe_support import step

from server.core.kinds import Fact
from server.core.record import Recorded
from server.materials.masters.model import DEFINED_KIND
from server.production.descent import model
from server.production.model import batch_stream, order_stream
from server.production.numbers.model import GIVEN
from server.recipes.model import recipe_hash

Payload = dict[str, Any]
# Of the same product as every batch of these tests.
REWORK = master_of([step("R1", "instruction"), step("R2", "instruction", "R1")])


def kilograms(value: str) -> Payload:
    return {"value": value, "unit": "kg"}


def ordered(site: Site, batch: str = "B1") -> None:
    """100 kg, of which phase 10 is done and all devices have handed back."""
    release(site, batch, PHASES)
    for kind in ("phase_started", "phase_completed"):
        site.put(kind, {"batch": batch, "phase": "10"})
    site.hand_back(batch)


def made(site: Site, batch: str) -> None:
    """Done without a remark, and handed back by all devices."""
    release(site, batch, [step("10", "instruction")])
    for kind in ("phase_started", "phase_completed"):
        site.put(kind, {"batch": batch, "phase": "10"})
    site.hand_back(batch)


def out_of_limits(site: Site, batch: str) -> str:
    """A batch that has come to a yield below its limits, handed back by all devices: the entry of the yield."""
    release(site, batch, OF_YIELDS[:-1])
    net = site.put("material_weighed", weighed_in(batch)).id
    made = site.put("parameter_recorded", counted(batch, "12.500")).id
    given = drawn_up(batch, [net], [made], value="94.9", comment="dust")
    given["inputs"][2]["value"] = "-0.500"
    for phase in ("20", "30", "40"):
        site.put("phase_completed", {"batch": batch, "phase": phase})
    recorded = site.put("yield_recorded", given)
    site.put("phase_completed", {"batch": batch, "phase": "50"})
    site.hand_back(batch)
    assert "out_of_limits" in recorded.flags
    return recorded.id


def number(batch: str, product: str = "TAB-5") -> Fact:
    said: Payload = {"batch": batch, "product": product, "day": "2026-11-22", "reason": "Series of before"}
    said |= dict.fromkeys(("scope", "pattern", "period", "seq"))
    return Fact(GIVEN, order_stream(batch), said, subject=batch)


def split_of(batch: str, *parts: tuple[str, str]) -> Payload:
    made = [{"batch": one, "quantity": kilograms(value)} for one, value in parts]
    return {"batch": batch, "parts": made, "reason": "Two coaters"}


def split(site: Site, batch: str, *parts: tuple[str, str]) -> list[Recorded]:
    given = split_of(batch, *parts)
    fact = Fact(model.SPLIT_KIND, batch_stream(batch), given, actor="P-3")
    return site.plant.recorder.state(*(number(one) for one, _ in parts), fact)


def merge_of(batch: str, value: str, *parents: str) -> Payload:
    return {"batch": batch, "parents": list(parents), "quantity": kilograms(value), "reason": "One order"}


def merge(site: Site, batch: str, value: str, *parents: str) -> list[Recorded]:
    fact = Fact(model.MERGED_KIND, batch_stream(batch), merge_of(batch, value, *parents), actor="P-3")
    return site.plant.recorder.state(number(batch), fact)


def defined(site: Site, type_: str, product: str = "TAB-5") -> None:
    """The product is a material of this type."""
    given = {"material": product, "name": {"zh": product, "en": product}, "type": type_, "unit": "kg"}
    site.state(DEFINED_KIND, f"material/{product}", given)


def rework_of(batch: str, into: str, **changes: Any) -> Payload:
    given: Payload = {"batch": batch, "into": into, "way": "same", "stage": "10", "reason": "Too hard", "risk": "None"}
    given |= {"recipe": REWORK["recipe"], "version": 1, "recipe_hash": recipe_hash(REWORK), "lots": []}
    given |= {"meaning": dict(model.MEANING), "signer": {"id": "P-5", "name": "赵", "name_en": "Zhao"}}
    given |= {"signed_at": "2026-11-22T10:00:00.000Z", "offset": 480, "method": "password", "components": 2}
    return given | {"passkey": None} | changes


def rework(site: Site, batch: str, into: str, **changes: Any) -> list[Recorded]:
    approved(site.plant, REWORK)
    given = rework_of(batch, into, **changes)
    fact = Fact(model.REWORK_KIND, batch_stream(batch), given, actor=given["signer"]["id"])
    return site.plant.recorder.state(number(into), fact)
