"""What is wrong with a version of a recipe: its shape first, then what the registers of the plant say against it."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from server.core.units import ratio
from server.recipes import dispensing, formula, linking, master, model, shapes, yields
from server.recipes.findings import Finding, Registers

Content = Mapping[str, Any]
_LINEAR, _MASTER = shapes.Content(), master.Content()


def check(content: Any, known: Registers) -> list[Finding]:
    """All findings by their paths; what has the wrong shape is not looked at further."""
    if not isinstance(content, dict):
        return [Finding("malformed", "")]
    shape = _MASTER if model.is_master(content) else _LINEAR
    wrong = [Finding(_code_of(text), path) for path, text in _flat(shape.validate(content), "")]
    if wrong:
        return wrong
    return [*_content(content, known), *(_structured(content, known) if shape is _MASTER else ())]


def _content(content: Content, known: Registers) -> Iterator[Finding]:
    yield from _materials(content, known)
    for at, phase in enumerate(content["phases"]):
        yield from _phase(at, phase, content, known)


def _structured(content: Content, known: Registers) -> Iterator[Finding]:
    """What only the third form can have wrong."""
    yield from linking.check(content, known)
    yield from formula.check(content, known)
    yield from yields.check(content)


def _flat(messages: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            below = path if key == "_schema" else f"{path}/{key}" if path else str(key)
            yield from _flat(inner, below)
        return
    for text in messages if isinstance(messages, Sequence) and not isinstance(messages, str) else [messages]:
        yield path, str(text)


def _code_of(text: str) -> str:
    match text:
        case "Missing data for required field.":
            return "missing"
        case "Unknown field.":
            return "unknown_field"
        case "not a decimal string":
            return "number"
        case "low is above high":
            return "range_reversed"
        case "two phases, parameters or checks share an id" | "two unit procedures or operations share an id":
            return "id_twice"
        case _:
            return "malformed"


def _materials(content: Content, known: Registers) -> Iterator[Finding]:
    seen = set()
    for at, one in enumerate(content["materials"]):
        path = f"materials/{at}/material"
        if one["material"] not in known.units:
            yield Finding("material_unknown", path)
        if one["material"] in seen:
            yield Finding("material_twice", path)
        seen.add(one["material"])
    if Decimal(content["size"]["value"]) <= 0:
        yield Finding("not_positive", "size/value")


def _phase(at: int, phase: Content, content: Content, known: Registers) -> Iterator[Finding]:
    path = f"phases/{at}"
    yield from _place(path, phase, known)
    if phase["type"] == "weighing":
        yield from _weighing(path, phase, content, known)
    if phase["type"] == "dispensing":
        for number, line in enumerate(phase["lines"]):
            yield from _weighing(f"{path}/lines/{number}", line, content, known)
            yield from (Finding(*one) for one in dispensing.check(f"{path}/lines/{number}", line, phase))
            yield from _tests(f"{path}/lines/{number}/potency", line, known)
    for number, one in enumerate(phase.get("printed", ())):
        yield from _printed(f"{path}/printed/{number}", one, content, known)
    for name in ("parameters", "checks"):
        for number, one in enumerate(phase.get(name, ())):
            yield from _ranged(f"{path}/{name}/{number}", one)


def _place(path: str, phase: Content, known: Registers) -> Iterator[Finding]:
    room, equipment = phase["room"], phase["equipment"]
    if room is not None and room not in known.rooms:
        yield Finding("room_unknown", f"{path}/room")
    if equipment is None or equipment in known.classes:
        return
    if equipment not in known.equipment:
        yield Finding("equipment_unknown", f"{path}/equipment")
    elif room is not None and known.equipment[equipment] not in (None, room):
        yield Finding("equipment_elsewhere", f"{path}/equipment")


def _printed(path: str, one: Content, content: Content, known: Registers) -> Iterator[Finding]:
    """A printed material is one of the bill, where it stands as what is printed or packed with."""
    unit = known.units.get(one["material"])
    if unit is None:
        yield Finding("material_unknown", f"{path}/material")
    elif ratio(one["unit"], unit, known.links.get(one["material"], ())) is None:
        yield Finding("unit_differs", f"{path}/unit")
    kind = next((line["kind"] for line in content["materials"] if line["material"] == one["material"]), None)
    if kind is None:
        yield Finding("material_not_listed", f"{path}/material")
    elif kind not in model.BALANCED_KINDS:
        yield Finding("material_not_printed", f"{path}/material")


def _weighing(path: str, phase: Content, content: Content, known: Registers) -> Iterator[Finding]:
    unit = known.units.get(phase["material"])
    if unit is None:
        yield Finding("material_unknown", f"{path}/material")
    elif ratio(phase["unit"], unit, known.links.get(phase["material"], ())) is None:
        yield Finding("unit_differs", f"{path}/unit")
    if phase["material"] not in [one["material"] for one in content["materials"]]:
        yield Finding("material_not_listed", f"{path}/material")
    if phase["target"] is not None and Decimal(phase["target"]) <= 0:
        yield Finding("not_positive", f"{path}/target")
    yield from _ranged(path, phase)


def _tests(path: str, line: Content, known: Registers) -> Iterator[Finding]:
    """A result that nobody is asked for would be waited for in vain."""
    tests = known.tests.get(line["material"])
    for name, test in (line["potency"] or {}).items():
        if test is not None and tests is not None and test not in tests:
            yield Finding("test_unknown", f"{path}/{name}")


def _ranged(path: str, one: Content) -> Iterator[Finding]:
    low, high, target = (None if one[name] is None else Decimal(one[name]) for name in ("low", "high", "target"))
    if target is not None and ((low is not None and target < low) or (high is not None and target > high)):
        yield Finding("target_outside", f"{path}/target")
    for name in ("low", "high", "target"):
        if one[name] is not None and len(one[name].partition(".")[2]) > one["decimals"]:
            yield Finding("too_fine", f"{path}/{name}")
