"""Whether what a recipe says of its materials agrees: per unit, per batch, in total, and in the phases that weigh them.

Everything is computed exactly from what is written, and compared to the last place in which the other is written: 15.2
mg in each of 722 000 tablets are 10.9744 kg, which "10.97 kg" says and "10.98 kg" does not. A declared amount is exact:
nobody is asked whether 15.2 could have been meant as 15.207.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from server.core import units
from server.recipes.findings import Finding, Registers

Content = Mapping[str, Any]
Quantity = Mapping[str, str]
# What stands in the product: packaging is counted, and not weighed into a total.
_IN_PRODUCT = ("raw", "intermediate")


def check(content: Content, known: Registers) -> Iterator[Finding]:
    used = _used(content)
    for at, line in enumerate(content["materials"]):
        path = f"materials/{at}"
        yield from _line(path, line, known)
        if line["kind"] in _IN_PRODUCT and line["material"] not in used:
            yield Finding("material_unused", f"{path}/material")
        yield from _phases(path, line, used.get(line["material"], []), known)
        yield from _per_unit(path, line, content["formula"]["count"], known)
    yield from _whole(content, known)


def _line(path: str, line: Content, known: Registers) -> Iterator[Finding]:
    unit = known.units.get(line["material"])
    for name in ("quantity", "per_unit"):
        given = line[name]
        if given is not None and unit is not None and _ratio(given["unit"], unit, line["material"], known) is None:
            yield Finding("unit_differs", f"{path}/{name}/unit")
    if line["quantity"] is None:
        return
    low, high, stated = (None if one is None else Fraction(one) for one in (line["low"], line["high"], _value(line)))
    if stated is not None and ((low is not None and stated < low) or (high is not None and stated > high)):
        yield Finding("target_outside", f"{path}/quantity/value")


def _value(line: Content) -> str:
    return str(line["quantity"]["value"])


def _used(content: Content) -> dict[str, list[Quantity]]:
    """Of each material the targets of the phases that weigh it; an empty text where one has none."""
    found: dict[str, list[Quantity]] = {}
    for phase in content["phases"]:
        weighed = {"weighing": [phase], "dispensing": phase.get("lines", ())}.get(phase["type"], ())
        for one in weighed:
            found.setdefault(one["material"], []).append({"value": one["target"] or "", "unit": one["unit"]})
    return found


def _phases(path: str, line: Content, targets: list[Quantity], known: Registers) -> Iterator[Finding]:
    stated = line["quantity"]
    if stated is None or not targets or not all(one["value"] for one in targets):
        return
    found = _sum(targets, stated["unit"], line["material"], known)
    if found is not None:
        yield from _differs("bom_differs", f"{path}/quantity/value", stated, found)


def _per_unit(path: str, line: Content, count: Quantity | None, known: Registers) -> Iterator[Finding]:
    stated, each = line["quantity"], line["per_unit"]
    if stated is None or each is None or count is None:
        return
    one = _sum([each], stated["unit"], line["material"], known)
    if one is not None:
        yield from _differs("per_unit_differs", f"{path}/quantity/value", stated, one * Fraction(count["value"]))


def _whole(content: Content, known: Registers) -> Iterator[Finding]:
    formula = content["formula"]
    count, each, total = (formula[name] for name in ("count", "total_per_unit", "total"))
    size = None if count is None else units.convert(content["size"]["value"], content["size"]["unit"], count["unit"])
    if size is not None:
        yield from _differs("count_differs", "formula/count/value", count, size)
    for name, stated in (("per_unit", each), ("quantity", total)):
        lines = [line for line in _in_product(content["materials"]) if line[name] is not None]
        if stated is not None and lines:
            yield from _total(name, stated, lines, known)
    if count is not None and each is not None and total is not None:
        one = units.convert(each["value"], each["unit"], total["unit"])
        if one is not None:
            yield from _differs("total_count_differs", "formula/total/value", total, one * Fraction(count["value"]))


def _in_product(materials: list[Content]) -> list[Content]:
    """The lines of which a total is: where some say how much one unit has, what has none does not stay in it, as water
    and ethanol do not."""
    lines = [line for line in materials if line["kind"] in _IN_PRODUCT]
    staying = [line for line in lines if line["per_unit"] is not None]
    return staying or lines


def _total(name: str, stated: Quantity, lines: list[Content], known: Registers) -> Iterator[Finding]:
    path = "formula/total" if name == "quantity" else "formula/total_per_unit"
    parts = [_sum([line[name]], stated["unit"], line["material"], known) for line in lines]
    if None in parts:
        yield Finding("unit_differs", f"{path}/unit")
    else:
        yield from _differs("total_differs", f"{path}/value", stated, sum(filter(None, parts), Fraction(0)))


def _sum(amounts: list[Quantity], unit: str, material: str, known: Registers) -> Fraction | None:
    parts = [(one, _ratio(one["unit"], unit, material, known)) for one in amounts]
    if any(times is None for _, times in parts):
        return None
    return sum((Fraction(one["value"]) * times for one, times in parts if times is not None), Fraction(0))


def _ratio(unit: str, other: str, material: str, known: Registers) -> Fraction | None:
    return units.ratio(unit, other, known.links.get(material, ()))


def _differs(code: str, path: str, stated: Quantity, found: Fraction) -> Iterator[Finding]:
    """Where they are further apart than half the last place in which the one is written."""
    places = len(stated["value"].partition(".")[2])
    if abs(found - Fraction(stated["value"])) * 2 > Fraction(1, 10**places):
        shown = units.written(found) or f"{float(found):.6g}"
        yield Finding(code, path, {"found": shown, "stated": stated["value"], "unit": stated["unit"]})
