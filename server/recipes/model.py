"""The nouns of recipes: a master recipe, its phases and the slots that each phase leaves to fill."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync import canonical

PHASE_TYPES = ("line_clearance", "weighing", "parameters", "in_process")


@dataclass(frozen=True, slots=True)
class Recipe:
    """An approved version; `hash` is that of its canonical payload, by which a batch order names it."""

    recipe: str
    version: int
    hash: str
    payload: Mapping[str, Any]


def recipe_hash(payload: Mapping[str, Any]) -> str:
    """SHA-256 in hex of the canonical bytes of a `recipes.recipe_approved.v1` payload."""
    return hashlib.sha256(canonical.encode(payload)).hexdigest()


def slots(phase: Mapping[str, Any]) -> list[str]:
    """The single-valued places that a phase leaves to fill, in the order of work."""
    number, kind = phase["id"], phase["type"]
    if kind == "line_clearance":
        return [f"{number}/clearance"]
    if kind == "weighing":
        return [f"{number}/net"]
    if kind == "parameters":
        return [f"{number}/{parameter['id']}" for parameter in phase["parameters"]]
    rounds = range(1, phase["rounds"] + 1)
    return [f"{number}/{check['id']}/{turn}" for turn in rounds for check in phase["checks"]]


def find_phase(phases: Sequence[Mapping[str, Any]], number: str) -> Mapping[str, Any] | None:
    return next((phase for phase in phases if phase["id"] == number), None)
