"""What a batch needs of its materials, which container is next, and what is left over in the end: pure.

The door and a witness, who has nothing but the log, ask the same.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from server.core import units
from server.core.units import Link
from server.production.issuing.model import Choice, Issue, Need

NEVER = "9999-12-31"
Quantity = Mapping[str, Any]


def needs(phases: Iterable[Mapping[str, Any]]) -> list[Need]:
    """By material, in the order of the recipe, what its weighings and dispensings come to; lines in other units than
    the first of their material are converted, and left out where nothing leads from one to the other."""
    found: dict[str, Need] = {}
    for line in _lines(phases):
        target = line["target"] if line["target"] is not None else line["high"]
        if target is None:
            continue
        known = found.get(line["material"])
        unit = line["unit"] if known is None else known.unit
        value, most = (_in(amount, line["unit"], unit) for amount in (target, line["high"] or target))
        if value is None or most is None:
            continue
        before = (Decimal(0), Decimal(0)) if known is None else (known.value, known.most)
        found[line["material"]] = Need(
            line["material"], line["material_name"], before[0] + value, before[1] + most, unit
        )
    return list(found.values())


def _lines(phases: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    for phase in phases:
        if phase["type"] == "weighing":
            yield phase
        elif phase["type"] == "dispensing":
            yield from phase["lines"]


def _in(value: str, unit: str, other: str) -> Decimal | None:
    found = units.converted({"value": value, "unit": unit}, other)
    return None if found is None else Decimal(found["value"])


def departs(chosen: Choice, proposed: Sequence[Choice], together: Collection[str]) -> str | None:
    """The container that ends first and should be taken before this one; None where this one may be taken (CN GMP
    2010, 108: first to expire, first out). `together` are those that are taken with it; `proposed` is in the order of
    stock."""
    until = chosen.use_until or NEVER
    sooner = (one for one in proposed if one.material == chosen.material and one.container not in together)
    return next((one.container for one in sooner if (one.use_until or NEVER) < until), None)


def amount(held: Iterable[Quantity], unit: str, own: Sequence[Link] = ()) -> Decimal:
    """The sum of what converts to the unit."""
    found = (units.converted(one, unit, own) for one in held)
    return sum((Decimal(one["value"]) for one in found if one is not None), Decimal(0))


def most(claims: Iterable[tuple[str, Quantity]], unit: str, own: Sequence[Link] = ()) -> list[Quantity]:
    """Of several entries that claim one slot, which is for QA to decide, the most that was taken."""
    found: dict[str, Quantity] = {}
    for slot, net in claims:
        if slot not in found or amount([net], unit, own) > amount([found[slot]], unit, own):
            found[slot] = net
    return list(found.values())


def covered(need: Need, held: Iterable[Quantity], own: Sequence[Link] = ()) -> bool:
    """Whether what a batch has been given is enough of this already, so that more is more than it needs."""
    return amount(held, need.unit, own) >= need.most


def reconciled(
    unit: str, issued: Iterable[Issue], used: Iterable[Quantity], own: Sequence[Link] = ()
) -> dict[str, dict[str, str]]:
    """{issued, used, returned, open, difference}, quantities in the unit: what came to the batch, what it weighed out,
    what went back, what is in containers that are still with it by what was weighed out, and what nothing accounts for
    (21 CFR 211.184; CN GMP 2010, 175)."""
    all_issued = list(issued)
    came = amount((one.held for one in all_issued), unit, own)
    back = amount((one.returned for one in all_issued if one.returned is not None), unit, own)
    went = amount(used, unit, own)
    is_open = any(one.returned is None for one in all_issued)
    rest = came - went - back
    found = {"issued": came, "used": went, "returned": back, "open": rest if is_open else Decimal(0)}
    found["difference"] = Decimal(0) if is_open else rest
    return {name: {"value": f"{value:f}", "unit": unit} for name, value in found.items()}
