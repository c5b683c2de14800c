"""Where a material or a piece of equipment is used: in which phases of a recipe, and as what. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

Content = Mapping[str, Any]
Place = dict[str, Any]


def of_material(content: Content, material: str) -> dict[str, Any] | None:
    """{line, places}: of the bill of materials, and the phases that weigh it; None where the recipe has it not."""
    line = next((one for one in content["materials"] if one["material"] == material), None)
    weighed = [(phase, one) for phase in content["phases"] for one in _weighed(phase) if one["material"] == material]
    if line is None and not weighed:
        return None
    places = [
        _place(phase, "weighed")
        | {"quantity": {"value": one["target"], "unit": one["unit"]} if one["target"] else None}
        for phase, one in weighed
    ]
    return {"quantity": (line or {}).get("quantity"), "places": places}


def of_equipment(content: Content, equipment: str, class_: str | None) -> dict[str, Any] | None:
    """{places}: the phases that name it, as a piece, a candidate or a room, or that take any of its class."""
    found = [_place(phase, how) for phase in content["phases"] if (how := _named(phase, equipment, class_)) is not None]
    return {"quantity": None, "places": found} if found else None


def _named(phase: Content, equipment: str, class_: str | None) -> str | None:
    candidates = phase.get("candidates", ())
    if equipment in candidates:
        return "candidate"
    if phase["equipment"] == equipment:
        return "named"
    if phase["room"] == equipment:
        return "room"
    return "class" if class_ is not None and phase["equipment"] == class_ and not candidates else None


def _weighed(phase: Content) -> Sequence[Content]:
    return (phase,) if phase["type"] == "weighing" else phase.get("lines", ())


def _place(phase: Content, how: str) -> Place:
    return {"phase": phase["id"], "name": phase["name"], "how": how, "quantity": None}
