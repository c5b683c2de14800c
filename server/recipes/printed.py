"""The balance of a printed material as a calculation: what became of what was issued, in per cent of it. Pure.

21 CFR 211.125(c) and China GMP 2010, Article 180(10) ask that labelling issued, used, destroyed and returned agree. It
is a yield with an expression of its own, so that all that is asked of yields is asked of it: that it is calculated
again, from values that stand, and explained where it is out of its limits. `pwa/src/production/packaging/printed.ts` is
the same; `tests/vectors/printed.json` holds both together.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from server.core import units
from server.recipes import model

Content = Mapping[str, Any]
# What is counted of a printed material, by its name in the expression: good packs count with what each has of it.
ISSUED, PACKS, DESTROYED, SPECIMENS, RETURNED = COUNTS = ("issued", "packs", "destroyed", "specimens", "returned")
_NAMES: Mapping[str, Mapping[str, str]] = {
    ISSUED: {"zh": "领用", "en": "Issued"},
    PACKS: {"zh": "合格包装", "en": "Good packs"},
    DESTROYED: {"zh": "剔除销毁", "en": "Rejected, destroyed"},
    SPECIMENS: {"zh": "留样", "en": "Specimens kept"},
    RETURNED: {"zh": "退库", "en": "Returned"},
}


def find(phase: Content | None, item: str) -> Content | None:
    """A printed material of a packaging phase by its id."""
    printed: Sequence[Content] = () if phase is None else phase.get("printed", ())
    return next((one for one in printed if one["id"] == item), None)


def plan_at(phase: Content | None, at: str) -> Content | None:
    """The calculation that stands at a slot, in the shape of a yield phase: that phase itself, or the balance of a
    printed material; None where nothing is calculated."""
    if phase is None or at.partition("/")[0] != phase["id"]:
        return None
    if phase["type"] == model.YIELD:
        return phase
    one = find(phase, at.partition("/")[2])
    return None if one is None else plan(phase, one)


def plan(phase: Content, one: Content) -> Content:
    """The balance of one printed material, as a yield phase says a calculation."""
    bounds = {name: one[name] for name in ("decimals", "rounding", "low", "high")}
    head = {"id": phase["id"], "type": model.YIELD, "name": one["material_name"], "unit": "%"}
    over = f"(packs * {one['per']} + destroyed + specimens + returned) / issued * 100"
    return {**head, **bounds, "inputs": [_input(one, name) for name in COUNTS], "expression": over}


def _input(one: Content, name: str) -> Content:
    packs = name == PACKS
    unit, decimals = (one["pack_unit"], 0) if packs else (one["unit"], one["counted"])
    return {"id": name, "name": _NAMES[name], "unit": unit, "decimals": decimals, "from": one["sources"][name]}


def uncountable(one: Content, inputs: Sequence[Content]) -> list[str]:
    """The counts that nobody can have counted: less than nothing, parts of what is counted whole, or none issued. With
    such a one any loss would come out even."""
    asked = {name: 0 if name == PACKS else int(one["counted"]) for name in COUNTS}
    said = [(given["id"], Decimal(given["value"])) for given in inputs if given["id"] in asked]
    return [name for name, count in said if count < 0 or (name == ISSUED and not count) or _digits(count) > asked[name]]


def _digits(count: Decimal) -> int:
    """How many stand behind the point, without noughts at the end."""
    exponent = count.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def accounted(one: Content, inputs: Sequence[Content]) -> dict[str, str] | None:
    """{used, difference} in the unit of the material, exactly: good packs times what each has of it; and that with what
    was destroyed, kept and returned, less what was issued. None where a count is missing."""
    said = {given["id"]: Fraction(given["value"]) for given in inputs if given["id"] in COUNTS}
    if set(said) != set(COUNTS):
        return None
    used = said[PACKS] * Fraction(one["per"])
    difference = used + said[DESTROYED] + said[SPECIMENS] + said[RETURNED] - said[ISSUED]
    written = {"used": units.written(used), "difference": units.written(difference)}
    return {name: text for name, text in written.items() if text is not None}
