"""A version of before the third form, as a master recipe: its phases one after the other, in one operation. Pure."""

from collections.abc import Mapping
from typing import Any

from server.recipes import model

Content = Mapping[str, Any]
_WHOLE: Mapping[str, str] = {"zh": "生产", "en": "Production"}


def upgraded(content: Content) -> dict[str, Any]:
    """The same in the third form; what it does not say is said to be nothing. One of the third form as it is."""
    if model.is_master(content):
        return dict(content)
    phases = content["phases"]
    before = [[], *([phase["id"]] for phase in phases)]
    operation = {"id": "1", "name": dict(_WHOLE), "phases": [phase["id"] for phase in phases]}
    return dict(content) | {
        "formula": dict.fromkeys(("count", "total_per_unit", "total")),
        "procedure": [{"id": "P", "name": dict(_WHOLE), "operations": [operation]}],
        "phases": [_phase(phase, after) for phase, after in zip(phases, before, strict=False)],
        "materials": [_material(line) for line in content["materials"]],
    }


def _phase(phase: Content, after: list[str]) -> dict[str, Any]:
    made = dict(phase) | {"after": after, "minutes": None, "times": [], "candidates": [], "needs": []}
    if phase["type"] == "in_process":
        made |= {"schedule": None, "checks": [dict(one) | {"chart": False} for one in phase.get("checks", [])]}
    return made


def _material(line: Content) -> dict[str, Any]:
    """What kind it is nobody has said: what a recipe of before weighs is raw material."""
    return dict(line) | {"kind": "raw", "quantity": None, "low": None, "high": None, "per_unit": None}
