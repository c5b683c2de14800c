"""The nouns of the material master: what a version says of a material, its states, and what is wrong with one."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.core import units
from sync import canonical

SUBMITTED_KIND = "materials.master_submitted.v1"
APPROVED_KIND = "materials.master_approved.v1"
RETURNED_KIND = "materials.master_returned.v1"
# How a material comes by import, without versions.
DEFINED_KIND = "materials.material_defined.v1"
MANAGES, APPROVES = "material.manage", "material.approve"
FLOW = "material-approval"
MEANING = {"code": "prepared", "zh": "起草", "en": "Prepared"}
TYPES = ("raw", "packaging", "printed", "intermediate", "bulk", "finished")
# ChP 2025, general notices 32: 常温, 阴凉, 凉暗, 冷处; then frozen, and what `storage_note` says.
STORAGES = ("ambient", "cool", "cool_dark", "cold", "frozen", "special")
SUBMITTED, APPROVED, RETURNED = "submitted", "approved", "returned"
STATES = {APPROVED_KIND: APPROVED, RETURNED_KIND: RETURNED}
DECISIONS = (SUBMITTED_KIND, *STATES)
# All that a version says of its material.
SAID: tuple[str, ...] = ("name", "type", "unit", "conversions", "shelf_life", "retest", "storage", "storage_note")
SAID += ("hazard", "pharmacopoeia")
_SUBJECT = re.compile(r"material/([^/]+)/([1-9][0-9]{0,3})")
Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Master:
    """A version. `shelf_life` and `retest` are months; `conversions` {given, equals} are two quantities that are the
    same amount of it. Times are UTC text."""

    material: str
    version: int
    entry: str
    sha256: str
    name: Mapping[str, str]
    type: str
    unit: str
    conversions: tuple[Payload, ...]
    shelf_life: int | None
    retest: int | None
    storage: str
    storage_note: str | None
    hazard: str | None
    pharmacopoeia: str | None
    state: str
    reason: str
    submitted_by: str
    submitted_at: str
    decided_by: str | None
    decided_at: str | None
    decided_reason: str | None
    instance: str | None

    def links(self) -> list[units.Link]:
        return units.links(self.conversions)


@dataclass(frozen=True, slots=True)
class Finding:
    """`path` as in the definition: `conversions/1`, counted from 0; `code` is one of the words that screens have."""

    code: str
    path: str

    def payload(self) -> dict[str, str]:
        return {"code": self.code, "path": self.path}


def stream(material: str) -> str:
    return f"material/{material}"


def subject(material: str, version: int) -> str:
    """What the flow of its approval is about."""
    return f"material/{material}/{version}"


def parse_subject(text: str) -> tuple[str, int] | None:
    """(material, version); None for what is about something else."""
    match = _SUBJECT.fullmatch(text)
    return None if match is None else (match[1], int(match[2]))


def digest(given: Payload) -> str:
    """SHA-256 over all that a version says, in canonical JSON: what is signed and approved."""
    said = {name: given[name] for name in ("material", "version", *SAID)}
    return hashlib.sha256(canonical.encode(said)).hexdigest()


def said(given: Payload) -> dict[str, Any]:
    """What whoever submits signs."""
    names = ("material", "version", "sha256", "reason")
    return {name: given[name] for name in names} | {"meaning": given["meaning"]["code"]}
