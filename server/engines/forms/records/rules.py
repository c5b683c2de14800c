"""What is wrong with what somebody has filled in: pure. Nothing is refused; each answer is kept beside the entry."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from server.engines.forms.records.model import CALCULATED, Judgement, Record, Value

Payload = Mapping[str, Any]
# Beyond its alert limit a value is looked at, beyond the others it is an exception as well; all want a comment.
OUTSIDE = ("alert", "action", "specification")
_SIGNATURES = ("signature", "second_signature")


def field_at(definition: Payload, path: str) -> Payload | None:
    """The field of a path, in whatever row; None where the form has none there."""
    parts = path.split("/")
    for section in definition["sections"]:
        rest = _within(section["repeat"], section["id"], parts)
        if rest is None:
            continue
        for one in section["fields"]:
            if rest == [one["id"]] and one["type"] != "table":
                return dict(one)
            if one["type"] == "table":
                inner = _within(one["rows"], one["id"], rest)
                if inner is not None:
                    found = [column for column in one["columns"] if inner == [column["id"]]]
                    if found:
                        return dict(found[0])
    return None


def _within(repeat: Payload | None, name: str, parts: Sequence[str]) -> list[str] | None:
    """What follows of a path inside something that may be repeated; None where it is not inside."""
    if repeat is None:
        return list(parts)
    if len(parts) < 3 or parts[0] != name or not parts[1].isascii() or not parts[1].isdigit():
        return None
    number = int(parts[1])
    return list(parts[2:]) if str(number) == parts[1] and number >= 1 else None


def standing(values: Iterable[Value]) -> dict[str, Value]:
    """What stands at each path: of several that nothing has superseded the one that was written last, by the clocks of
    those who wrote. Entry ids begin with that time, so that every device says the same."""
    found: dict[str, Value] = {}
    for one in values:
        if one.superseded_by is None and (one.path not in found or one.entry > found[one.path].entry):
            found[one.path] = one
    return found


def filled(values: Iterable[Value]) -> dict[str, Any]:
    """Path to value of what stands; what was cleared is missing."""
    return {path: one.value for path, one in standing(values).items() if one.value is not None}


def judge_place(record: Record | None, given: Payload, stream: str, captured_at: str) -> list[Judgement]:
    """The record must exist, its entries stand in its own stream, and it is filled until it is complete."""
    if record is None:
        return [Judgement("record_unknown", details={"record": given["record"]})]
    found = []
    if stream != record.stream:
        found.append(Judgement("record_mismatch", details={"stream": stream}))
    if record.completed_at is not None:
        found.append(Judgement("record_complete", details={"completed_at": record.completed_at}))
    return found


def judge_fields(
    definition: Payload, given: Payload, unknown: Collection[str], struck: Collection[str]
) -> list[Judgement]:
    """Each path is a field that people fill in, each once; a calculation says that it is one. `unknown` are paths in
    rows beyond what the form may have; nothing more is recorded in rows that are `struck` out."""
    found = []
    for one in given["values"]:
        path = one["path"]
        planned = field_at(definition, path)
        if planned is None or planned["type"] in ("instruction", *_SIGNATURES) or path in unknown:
            found.append(Judgement("field_unknown", path, {"path": path}))
        elif (planned["type"] == "calculation") != (one["source"]["type"] == CALCULATED):
            found.append(Judgement("source_wrong", path, {"source": one["source"]["type"], "type": planned["type"]}))
        elif planned["type"] == "reading" and one["source"]["type"] != "device" and one["value"] is not None:
            found.append(Judgement("reading_typed", path, {"value": one["value"]}, one["comment"]))
        row = next((row for row in struck if path.startswith(f"{row}/")), None)
        if row is not None:
            found.append(Judgement("row_struck", path, {"row": row}))
    twice = {
        one["path"] for one in given["values"] if sum(one["path"] == other["path"] for other in given["values"]) > 1
    }
    return found + [Judgement("field_twice", path, {"path": path}) for path in sorted(twice)]


def judge_verdicts(given: Payload, verdicts: Payload, problems: Payload) -> list[Judgement]:
    """Outside of a limit, or not of the form that the field asks for. `verdicts` and `problems` are by path."""
    found = []
    for one in given["values"]:
        path, level = one["path"], verdicts.get(one["path"], "none")
        if one["value"] is None:
            continue
        wrong = [code for code in problems.get(path, ()) if code != "required"]
        if wrong:
            found.append(Judgement("value_wrong", path, {"value": one["value"], "problems": wrong}, one["comment"]))
        if level in OUTSIDE:
            details = {"value": one["value"], "level": level, "comment_missing": not one["comment"]}
            found.append(Judgement("out_of_limits", path, details, one["comment"]))
    return found


def judge_calculated(given: Payload, calculated: Payload) -> list[Judgement]:
    """A calculated value is what this server calculates from what stands in the log."""
    return [
        Judgement("calculation_differs", one["path"], {"value": one["value"], "calculated": calculated[one["path"]]})
        for one in given["values"]
        if one["source"]["type"] == CALCULATED and one["path"] in calculated and calculated[one["path"]] != one["value"]
    ]


def judge_correction(
    corrects: str | None, reason: str | None, given: Sequence[str], of: Sequence[Value]
) -> list[Judgement]:
    """A correction names an entry that says something at each of its paths, and why; `of` is what that entry says, and
    `given` are the paths, without those that are calculated anew."""
    if corrects is None:
        return []
    known = {one.path for one in of}
    missing = [path for path in given if path not in known]
    if not of or missing:
        return [Judgement("correction_unknown", None, {"problem": "unknown_entry" if not of else "other_field"})]
    return [] if reason else [Judgement("correction_unknown", None, {"problem": "reason_missing"})]


def rivals(path: str, corrects: str | None, calculated: bool, current: Sequence[Value]) -> list[str]:
    """The entries that claim the same field: what is corrected gives way, and a calculation to a later one."""
    return [
        one.entry
        for one in current
        if one.path == path and one.entry != corrects and not (calculated and one.calculated)
    ]


def judge_signature(
    planned: Payload | None, given: Payload, performer: str | None, digest_now: str, signed: bool, permitted: bool
) -> list[Judgement]:
    """A signature stands in a field for one, under what is shown, by a key of who signs; the second person is another.

    `performer` is who signed the field that a second signature is of.
    """
    path, person = given["path"], given["signed_by"]
    if planned is None or planned["type"] not in _SIGNATURES:
        return [Judgement("field_unknown", path, {"path": path})]
    found = []
    if not signed:
        found.append(Judgement("signature_missing", path, {"person": person}))
    if planned["meaning"] != given["meaning"]:
        found.append(Judgement("meaning_differs", path, {"meaning": given["meaning"]}))
    if given["digest"] != digest_now:
        found.append(Judgement("signed_other_values", path, {"person": person}))
    if planned["type"] == "second_signature":
        if performer is None:
            found.append(Judgement("first_signature_missing", path, {"of": planned["of"]}))
        elif performer == person:
            found.append(Judgement("verifier_is_performer", path, {"verifier": person}))
    if not permitted:
        found.append(Judgement("person_not_permitted", path, {"person": person}))
    return found
