"""What stands against a design, and what keeps one from being decided or a label from being printed: pure."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from server.materials.labels import model
from server.materials.labels.model import Finding, Payload, Version

# The side of a square that holds 32 modules of 0.3 mm with its quiet zone: what handhelds read at arm's length.
_LEAST_CODE = Decimal(10)
# No label printer takes wider or longer ones, and to draw one of a square metre takes all the memory there is.
_LARGEST = Decimal(300)


def findings(given: Payload) -> list[Finding]:
    """Everything that keeps a design from being submitted."""
    found = [finding for at, one in enumerate(given["elements"]) for finding in _of_element(given, one, at)]
    found += large(given)
    shown = {one["value"] for one in given["elements"] if one["kind"] == model.FIELD}
    found += [Finding("field_missing", name) for name in model.MUST[given["what"]] if name not in shown]
    if not any(one["kind"] in model.CODES for one in given["elements"]):
        found.append(Finding("code_missing", "elements"))
    return found


def large(given: Payload) -> list[Finding]:
    """Whether it is more than any printer takes."""
    over = max(Decimal(given["width"]), Decimal(given["height"])) > _LARGEST
    return [Finding("label_large", "elements")] if over else []


def _of_element(given: Payload, one: Payload, at: int) -> list[Finding]:
    x, y, w, h = (Decimal(one[name]) for name in ("x", "y", "w", "h"))
    inside = min(x, y) >= 0 and min(w, h) > 0 and x + w <= Decimal(given["width"]) and y + h <= Decimal(given["height"])
    codes = [] if inside else ["element_outside"]
    if one["kind"] == model.FIELD and one["value"] not in model.FIELDS[given["what"]]:
        codes.append("field_unknown")
    if one["kind"] == model.TEXT and not one["value"].strip():
        codes.append("text_empty")
    if one["kind"] in model.CODES and min(w, h) < _LEAST_CODE:
        codes.append("code_small")
    return [Finding(code, f"elements/{at}") for code in codes]


def drawable(given: Payload) -> list[Payload]:
    """The elements of a design, however far it has come, that have a place on the label."""
    bad = {int(one.path.rpartition("/")[2]) for one in findings(given) if one.code == "element_outside"}
    return [one for at, one in enumerate(given["elements"]) if at not in bad]


def submission_refused(given: Payload, versions: Sequence[Version]) -> str | None:
    """Why a version cannot be submitted after these; a code of the error catalogue."""
    if any(one.state == model.SUBMITTED for one in versions):
        return "label_template_waiting"
    submitted = [one for one in versions if one.version > 0]
    if given["version"] != len(submitted) + 1 or any(one.what != given["what"] for one in versions):
        return "label_template_stale"
    return "label_template_faulty" if findings(given) or given["sha256"] != model.digest(given) else None


def submitted(given: Payload, actor: str) -> Version:
    """What an entry has submitted, as far as rules ask for it."""
    same = {name: given[name] for name in ("template", "version", "what", "name", "width", "height", "sha256")}
    return Version(**same, elements=tuple(given["elements"]), state=model.SUBMITTED, submitted_by=actor)


def decided(one: Version, given: Payload) -> Version:
    """The version after a decision, which may be on another."""
    if one.version != given["version"]:
        return one
    return replace(one, state=model.APPROVED if given["approved"] else model.REJECTED)


def with_digest(one: Version, sha256: str) -> Version:
    return replace(one, sha256=sha256)


def decision_refused(given: Payload, found: Version | None, actor: str) -> str | None:
    """Why a version cannot be decided on; a code of the error catalogue. Nobody approves their own."""
    if found is None or found.state != model.SUBMITTED or found.sha256 != given["sha256"]:
        return "label_template_stale"
    if given["meaning"]["code"] != ("approved" if given["approved"] else "rejected"):
        return "label_template_stale"
    return "label_template_own" if given["approved"] and found.submitted_by == actor else None


def print_refused(given: Payload, copies: int, design: Version | None) -> str | None:
    """Why a label cannot be printed of which there are so many copies; a code of the error catalogue. A design that
    was replaced in between prints no more."""
    if design is None or (design.version, design.sha256, design.what) != (
        given["version"],
        given["design"],
        given["what"],
    ):
        return "label_template_stale"
    if given["copy"] != copies + 1:
        return "label_copy_wrong"
    if given["copy"] > 1 and given["reason"] is None:
        return "label_reason_missing"
    return (
        None if given["label"] == model.label_digest(given["design"], model.of_pairs(given["says"])) else "label_faulty"
    )
