"""The nouns of recipes: a master recipe, its phases and the slots that each phase leaves to fill."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync import canonical

PHASE_TYPES = ("line_clearance", "weighing", "dispensing", "parameters", "in_process")
# Of a line of dispensing: taken as it is; by what its lot contains; to make up for what the active ones came to.
PLAIN, ACTIVE, COMPENSATOR = "plain", "active", "compensator"
ROLES = (PLAIN, ACTIVE, COMPENSATOR)
# What an expression for the quantity of a line is over, beside its own `target`: results of the lot in use; the sum of
# the targets of the lines that it compensates, and of what was dispensed for them, in its own unit.
RESULTS = ("assay", "water")
SUMS = ("nominal", "dispensed")
# Who must have a second person beside them when a line is dispensed: for each portion, or once it is complete.
SECONDS = ("portion", "line")
MOST_PORTIONS = 999
APPROVED, APPROVED_V1 = "recipes.recipe_approved.v2", "recipes.recipe_approved.v1"
VERSION_SUBMITTED, VERSION_RETURNED = "recipes.version_submitted.v1", "recipes.version_returned.v1"
DESIGNS, APPROVES = "recipe.design", "recipe.approve"
# The flow that decides on what was submitted.
APPROVAL = "recipe-approval"
SUBMITTED, IN_FORCE, RETURNED = "submitted", "approved", "returned"
MEANING: Mapping[str, str] = {"code": "prepared", "zh": "起草", "en": "Prepared"}
# What a version is made of, however it was approved.
CONTENT = ("recipe", "version", "product", "size", "phases", "materials")


@dataclass(frozen=True, slots=True)
class Recipe:
    """An approved version; `hash` is that of its canonical payload, by which a batch order names it."""

    recipe: str
    version: int
    hash: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """A version in whatever state; `payload` is its content. What was approved without a flow has no `instance`."""

    recipe: str
    version: int
    sha256: str
    payload: Mapping[str, Any]
    state: str
    submitted_by: str | None
    submitted_at: str | None
    comment: str | None = None
    decided_by: str | None = None
    decided_at: str | None = None
    reason: str | None = None
    instance: str | None = None


def recipe_hash(payload: Mapping[str, Any]) -> str:
    """SHA-256 in hex of the canonical bytes of a version: its content, or an `APPROVED_V1` payload as a whole."""
    return hashlib.sha256(canonical.encode(payload)).hexdigest()


def recipe_stream(code: str) -> str:
    return f"recipe/{code}"


def subject_of(code: str, version: int) -> str:
    """What the flow of its approval is about."""
    return f"recipe/{code}/{version}"


def content_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A version without what was signed about it."""
    return {name: payload[name] for name in CONTENT}


def said(given: Mapping[str, Any]) -> dict[str, Any]:
    """What whoever submits a version signs."""
    return {name: given[name] for name in ("recipe", "version", "sha256", "reason")} | {
        "meaning": given["meaning"]["code"]
    }


def slots(phase: Mapping[str, Any]) -> list[str]:
    """The single-valued places that a phase leaves to fill, in the order of work: of dispensing those that it has at
    least, one for each line."""
    number, kind = phase["id"], phase["type"]
    if kind == "line_clearance":
        return [f"{number}/clearance"]
    if kind == "weighing":
        return [f"{number}/net"]
    if kind == "dispensing":
        return [portion_slot(number, line["id"], 1) for line in phase["lines"]]
    if kind == "parameters":
        return [f"{number}/{parameter['id']}" for parameter in phase["parameters"]]
    rounds = range(1, phase["rounds"] + 1)
    return [f"{number}/{check['id']}/{turn}" for turn in rounds for check in phase["checks"]]


def variables(role: str) -> dict[str, str]:
    """The types of what the expression for the quantity of a line of this role may be over."""
    over = {ACTIVE: RESULTS, COMPENSATOR: SUMS}.get(role, ())
    return dict.fromkeys(("target", *over), "decimal")


def portion_slot(phase: str, line: str, portion: int) -> str:
    return f"{phase}/{line}/{portion}"


def has_slot(phase: Mapping[str, Any], slot: str) -> bool:
    """Whether a value may stand there: a line is dispensed in as many portions as it takes."""
    if phase["type"] != "dispensing":
        return slot in slots(phase)
    parts = slot.split("/")
    numbered = len(parts) == 3 and parts[2] in map(str, range(1, MOST_PORTIONS + 1))
    return numbered and parts[0] == phase["id"] and find_line(phase, parts[1]) is not None


def find_line(phase: Mapping[str, Any] | None, number: str) -> Mapping[str, Any] | None:
    lines: Sequence[Mapping[str, Any]] = () if phase is None else phase.get("lines", ())
    return next((line for line in lines if line["id"] == number), None)


def find_phase(phases: Sequence[Mapping[str, Any]], number: str) -> Mapping[str, Any] | None:
    return next((phase for phase in phases if phase["id"] == number), None)
