"""Yields of a recipe, balances of its printed materials: over which values, and what is wrong with how they say it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from server.core import units
from server.engines import expressions
from server.recipes import model, printed, structure
from server.recipes.findings import Finding

Content = Mapping[str, Any]


def check(content: Content) -> Iterator[Finding]:
    above = structure.ancestors(content["phases"])
    for at, phase in enumerate(content["phases"]):
        if phase["type"] == model.YIELD:
            yield from _limits(f"phases/{at}", phase)
            yield from _expression(f"phases/{at}", phase)
            for number, one in enumerate(phase["inputs"]):
                for place, slot in enumerate(one["from"] or ()):
                    path = f"phases/{at}/inputs/{number}/from/{place}"
                    yield from _source(path, slot, one["unit"], phase["id"], content, above)
        if phase["type"] == model.PACKAGING:
            yield from _printed(f"phases/{at}/printed", phase, content, above)


def _printed(path: str, phase: Content, content: Content, above: Mapping[str, set[str]]) -> Iterator[Finding]:
    for number, one in enumerate(phase["printed"]):
        here = f"{path}/{number}"
        if Decimal(one["per"]) <= 0:
            yield Finding("not_positive", f"{here}/per")
        yield from _limits(here, one)
        for given in printed.plan(phase, one)["inputs"]:
            for place, slot in enumerate(given["from"] or ()):
                at = f"{here}/sources/{given['id']}/{place}"
                yield from _source(at, slot, given["unit"], phase["id"], content, above)


def unit_of(phases: structure.Phases, slot: str) -> str | None:
    """The unit of the number that stands there; None where none can. `<phase>/<line>` of dispensing is the whole
    line."""
    phase = model.find_phase(phases, slot.partition("/")[0])
    if phase is None:
        return None
    parts = slot.split("/")
    line = model.find_line(phase, parts[1]) if len(parts) > 1 else None
    if line is not None and (len(parts) == 2 or model.has_slot(phase, slot)):
        return str(line["unit"])
    if not model.has_slot(phase, slot):
        return None
    if phase["type"] == model.PACKAGING:
        return "%"
    if phase["type"] in ("weighing", model.YIELD):
        return str(phase["unit"])
    measured = [one for name in ("parameters", "checks") for one in phase.get(name, ()) if one["id"] == parts[1]]
    return str(measured[0]["unit"]) if measured else None


def _source(
    path: str, slot: str, unit: str, phase: str, content: Content, above: Mapping[str, set[str]]
) -> Iterator[Finding]:
    found, since = unit_of(content["phases"], slot), slot.partition("/")[0]
    if found is None:
        yield Finding("slot_unknown", path, {"slot": slot})
        return
    if since == phase or since not in above[phase]:
        yield Finding("slot_not_before", path, {"since": since, "phase": phase, "slot": slot})
    # By no conversion of the material: values of several are summed.
    if units.ratio(found, unit) is None:
        yield Finding("slot_unit", path, {"slot": slot, "found": found, "unit": unit})


def _expression(path: str, phase: Content) -> Iterator[Finding]:
    names = [one["id"] for one in phase["inputs"]]
    for number, one in enumerate(names):
        if one in names[:number]:
            yield Finding("id_twice", f"{path}/inputs/{number}/id")
    try:
        program = expressions.compile(phase["expression"], dict.fromkeys(names, "decimal"), "decimal")
    except expressions.ExpressionProblem as problem:
        yield Finding("yield_expression", f"{path}/expression", {"problem": problem.code, "at": str(problem.at + 1)})
        return
    for number, one in enumerate(names):
        if one not in program.variables:
            yield Finding("input_unused", f"{path}/inputs/{number}/id")


def _limits(path: str, phase: Content) -> Iterator[Finding]:
    for name in ("low", "high"):
        if phase[name] is not None and len(phase[name].partition(".")[2]) > phase["decimals"]:
            yield Finding("too_fine", f"{path}/{name}")
