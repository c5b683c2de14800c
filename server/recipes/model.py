"""The nouns of recipes: a master recipe, its phases and the slots that each phase leaves to fill."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync import canonical

PHASE_TYPES = ("line_clearance", "weighing", "dispensing", "parameters", "in_process")
# The types that a master recipe of the third form has besides: what is only confirmed as done, a calculation, and
# that of what became of printed materials.
INSTRUCTION, YIELD, PACKAGING = "instruction", "yield", "packaging"
MASTER_TYPES = (*PHASE_TYPES, INSTRUCTION, YIELD, PACKAGING)
MATERIAL_KINDS = ("raw", "packaging", "printed", "intermediate")
# Those of which a packaging phase draws up what became of them.
BALANCED_KINDS = ("packaging", "printed")
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
# A version of the third form: as it is submitted by people, and as an import or the demonstration says it.
MASTER_SUBMITTED_V2, MASTER_APPROVED = "recipes.version_submitted.v2", "recipes.recipe_approved.v3"
# Since whoever submits a version also says from which day it is effective.
MASTER_SUBMITTED = "recipes.version_submitted.v3"
SUBMISSIONS, IMPORTS = (VERSION_SUBMITTED, MASTER_SUBMITTED_V2, MASTER_SUBMITTED), (APPROVED_V1, MASTER_APPROVED)
DESIGNS, APPROVES = "recipe.design", "recipe.approve"
# The flow that decides on what was submitted.
APPROVAL = "recipe-approval"
SUBMITTED, IN_FORCE, RETURNED = "submitted", "approved", "returned"
# What an approved version is beside in force: its day has not come, or another has taken its place.
COMING, SUPERSEDED = "coming", "superseded"
MEANING: Mapping[str, str] = {"code": "prepared", "zh": "起草", "en": "Prepared"}
# What a version is made of, however it was approved.
CONTENT = ("recipe", "version", "product", "size", "phases", "materials")
MASTER_CONTENT = (*CONTENT, "formula", "procedure")


@dataclass(frozen=True, slots=True)
class Recipe:
    """An approved version; `hash` is that of its canonical payload, by which a batch order names it. `first_day`
    (YYYY-MM-DD): from when it is effective; None: since its approval."""

    recipe: str
    version: int
    hash: str
    payload: Mapping[str, Any]
    first_day: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A version in whatever state; `payload` is its content. What was approved without a flow has no `instance`.
    `effective_from` is the day that it names (YYYY-MM-DD), `first_day` that from which it is used: the same, or the day
    of its approval where that came later. Versions that name none are used from their approval on."""

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
    effective_from: str | None = None
    first_day: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody works on: no record. `content` is of the third form, and as unfinished as they left it."""

    recipe: str
    revision: int
    content: Mapping[str, Any]
    saved_by: str
    saved_at: str


def recipe_hash(payload: Mapping[str, Any]) -> str:
    """SHA-256 in hex of the canonical bytes of a version: its content, or the payload of an import as a whole."""
    return hashlib.sha256(canonical.encode(payload)).hexdigest()


def recipe_stream(code: str) -> str:
    return f"recipe/{code}"


def subject_of(code: str, version: int) -> str:
    """What the flow of its approval is about."""
    return f"recipe/{code}/{version}"


def content_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A version without what was signed about it."""
    return {name: payload[name] for name in (MASTER_CONTENT if is_master(payload) else CONTENT)}


def is_master(content: Mapping[str, Any]) -> bool:
    """Whether a version is of the third form: a procedure of unit procedures and operations after ISA-88."""
    return "procedure" in content


def submission_of(content: Mapping[str, Any]) -> str:
    """The kind by which a version of this form is submitted."""
    return MASTER_SUBMITTED if is_master(content) else VERSION_SUBMITTED


def said(given: Mapping[str, Any]) -> dict[str, Any]:
    """What whoever submits a version signs."""
    names = ("recipe", "version", "sha256", "reason", "effective_from")
    return {name: given[name] for name in names if name in given} | {"meaning": given["meaning"]["code"]}


def slots(phase: Mapping[str, Any]) -> list[str]:
    """The single-valued places that a phase leaves to fill, in the order of work: of dispensing those that it has at
    least, one for each line; of checks on a schedule the first round; an instruction has none: its end confirms it."""
    number, kind = phase["id"], phase["type"]
    if kind == INSTRUCTION:
        return []
    if kind == YIELD:
        return [f"{number}/yield"]
    if kind == PACKAGING:
        return [f"{number}/{one['id']}" for one in phase["printed"]]
    if kind == "line_clearance":
        return [f"{number}/clearance"]
    if kind == "weighing":
        return [f"{number}/net"]
    if kind == "dispensing":
        return [portion_slot(number, line["id"], 1) for line in phase["lines"]]
    if kind == "parameters":
        return [f"{number}/{parameter['id']}" for parameter in phase["parameters"]]
    return _rounds(phase, 1 if phase.get("schedule") else phase["rounds"])


def _rounds(phase: Mapping[str, Any], last: int) -> list[str]:
    return [f"{phase['id']}/{check['id']}/{turn}" for turn in range(1, last + 1) for check in phase["checks"]]


def variables(role: str) -> dict[str, str]:
    """The types of what the expression for the quantity of a line of this role may be over."""
    over = {ACTIVE: RESULTS, COMPENSATOR: SUMS}.get(role, ())
    return dict.fromkeys(("target", *over), "decimal")


def portion_slot(phase: str, line: str, portion: int) -> str:
    return f"{phase}/{line}/{portion}"


def has_slot(phase: Mapping[str, Any], slot: str) -> bool:
    """Whether a value may stand there: a line is dispensed in as many portions as it takes, and checks on a schedule
    have as many rounds as there is time for."""
    if phase["type"] == "in_process":
        return slot in _rounds(phase, phase["rounds"])
    if phase["type"] != "dispensing":
        return slot in slots(phase)
    parts = slot.split("/")
    numbered = len(parts) == 3 and parts[2] in map(str, range(1, MOST_PORTIONS + 1))
    return numbered and parts[0] == phase["id"] and find_line(phase, parts[1]) is not None


def find_line(phase: Mapping[str, Any] | None, number: str) -> Mapping[str, Any] | None:
    lines: Sequence[Mapping[str, Any]] = () if phase is None else phase.get("lines", ())
    return next((line for line in lines if line["id"] == number), None)


def find_parameter(phase: Mapping[str, Any], number: str) -> Mapping[str, Any] | None:
    return next((one for one in phase.get("parameters", ()) if one["id"] == number), None)


def find_phase(phases: Sequence[Mapping[str, Any]], number: str) -> Mapping[str, Any] | None:
    return next((phase for phase in phases if phase["id"] == number), None)
