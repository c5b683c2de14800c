"""The nouns of labels: designs and their states, what a label can say of a thing, and prints."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync import canonical

SUBMITTED_KIND = "materials.label_template_submitted.v1"
DECIDED_KIND = "materials.label_template_decided.v1"
PRINTED_KIND = "materials.label_printed.v1"
MANAGES, APPROVES = "material.manage", "material.approve"
# Whoever receives, samples, dispenses, decides or designs has something to stick a label on.
PRINTS = ("lot.receive", "stock.move", "batch.work", "results.record", "lot.decide", "material.manage")
MEANINGS = {
    "prepared": {"code": "prepared", "zh": "起草", "en": "Prepared"},
    "approved": {"code": "approved", "zh": "批准", "en": "Approved"},
    "rejected": {"code": "rejected", "zh": "拒绝", "en": "Rejected"},
}
SUBMITTED, APPROVED, REJECTED = "submitted", "approved", "rejected"
FORMATS = ("pdf", "zpl")
TEXT, FIELD, DATAMATRIX, QR, BOX = "text", "field", "datamatrix", "qr", "box"
ELEMENTS = (TEXT, FIELD, DATAMATRIX, QR, BOX)
CODES = (DATAMATRIX, QR)
# What a design says, all of it signed.
SAID = ("what", "name", "width", "height", "elements")
_OF_LOT = ("material", "name_zh", "name_en", "lot", "supplier", "supplier_lot", "expiry", "retest", "received")
_STATUS = ("status_zh", "status_en")
_PRINT = ("printed", "copy")
# What a label can say of each thing, and what it must.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "container": ("container", "quantity", *_OF_LOT, *_STATUS, *_PRINT),
    "sample": ("sample", "inspection", "purpose_zh", "purpose_en", "quantity", "taken", "taken_by", *_OF_LOT, *_PRINT),
    "dispensed": (
        *("container", "batch", "product_zh", "product_en", "phase", "portion", "tare", "net", "gross"),
        *("dispensed", "dispensed_by", "checked_by", *_OF_LOT, *_PRINT),
    ),
    "status": ("container", "reason", "decided", "decided_by", *_OF_LOT, *_STATUS, *_PRINT),
}
MUST: Mapping[str, tuple[str, ...]] = {
    "container": ("material", "lot", "container"),
    "sample": ("sample", "material", "lot"),
    "dispensed": ("container", "batch", "material", "lot", "net"),
    "status": ("material", "lot", "status_zh"),
}
WHATS = tuple(FIELDS)
# The code of the thing stands among what is said of it: element strings as people write them, "(10)…", or a text.
CODE = "code"
# What an entry about a print takes: the name of what is labelled, and each text on it.
LONGEST_NAME, LONGEST_TEXT = 80, 400
Payload = Mapping[str, Any]
Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Version:
    """A design as it was submitted; version 0 is the one that came with the program. Times are UTC text; `width` and
    `height` in mm are decimal strings, as are `x`, `y`, `w`, `h` of the elements; `size` in points."""

    template: str
    version: int
    what: str
    name: Mapping[str, str]
    width: str
    height: str
    elements: tuple[Payload, ...]
    sha256: str
    state: str
    reason: str | None = None
    submitted_by: str | None = None
    submitted_at: str | None = None
    decided_by: str | None = None
    decided_at: str | None = None
    decided_reason: str | None = None

    def design(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in SAID} | {"elements": [dict(one) for one in self.elements]}


@dataclass(frozen=True, slots=True)
class Print:
    """One label that was printed: the `copy`-th of its thing; `fields` are what it says."""

    request: str
    what: str
    about: str
    copy: int
    template: str
    version: int
    format: str
    reason: str | None
    by: str
    at: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Finding:
    """`path` is `elements/1`, counted from 0, or the name of a field; `code` is one of the words that screens have."""

    code: str
    path: str

    def payload(self) -> dict[str, str]:
        return {"code": self.code, "path": self.path}


def template_stream(template: str) -> str:
    return f"label-template/{template}"


def stream(what: str, about: str) -> str:
    """Of the labels of one thing."""
    return f"label/{what}/{about}"


def digest(given: Payload) -> str:
    """SHA-256 over all that a version of a design says: what is signed and approved."""
    return _sha256({name: given[name] for name in ("template", "version", *SAID)})


def label_digest(design: str, fields: Fields) -> str:
    """SHA-256 of a printed label: the design that was used, by its own, and every word that it says."""
    return _sha256({"design": design, "fields": dict(fields)})


def _sha256(said: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical.encode(dict(said))).hexdigest()


def said(given: Payload) -> dict[str, Any]:
    """What whoever submits or decides signs."""
    names = ("template", "version", "sha256", "reason")
    return {name: given[name] for name in names} | {"meaning": given["meaning"]["code"]}


def pairs(fields: Fields) -> list[dict[str, str]]:
    """As an entry says them."""
    return [{"name": name, "value": value} for name, value in fields.items()]


def of_pairs(given: Sequence[Payload]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in given}
