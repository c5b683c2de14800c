"""Puts the question to the rules: evaluates the pinned form over what stands, and words what differs as entries."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from server.core import days
from server.core.kinds import Entry, Fact, Ruling
from server.core.outcomes import SERVER
from server.core.qualifications import missing_by_clock
from server.core.steps import NOT_QUALIFIED, filling
from server.engines.forms import queries as forms
from server.engines.forms.records import model, queries, rules
from server.engines.forms.records.model import Judgement, Record, Value
from server.engines.forms.rules import evaluate, signed_digest
from server.identity import countersigning, signing
from server.identity import queries as identity

FILLS, REVIEWS = "forms.fill", "forms.review"
# One exception of the record, not one for each value that came so.
_ONCE = ("record_complete", "record_mismatch", "person_not_permitted", NOT_QUALIFIED)


def decide_opening(connection: Connection, entry: Entry) -> Ruling:
    """A record is opened once, of a version of a form that may be filled today, pinned by its bytes."""
    given = entry.payload
    if queries.find_record(connection, given["record"]) is not None:
        return Ruling(refusal="record_known", details={"record": given["record"]})
    if entry.header.stream != model.record_stream(given["record"]):
        return Ruling(refusal="record_unknown", details={"record": given["record"]})
    found = forms.effective(connection, given["form"], days.captured(connection, entry))
    if found is None or (found.version, found.sha256) != (given["version"], given["sha256"]):
        return Ruling(refusal="form_not_effective", details={"form": given["form"], "version": given["version"]})
    lacking = (
        [] if entry.actor == SERVER else _lacking(connection, entry.actor, given["form"], entry.header.captured_at)
    )
    if lacking:
        return Ruling(refusal=NOT_QUALIFIED, details={"person": entry.actor, "missing": lacking})
    return Ruling()


def judge_values(connection: Connection, entry: Entry) -> Ruling:
    """What was filled in is kept whatever is wrong with it; two that claim one field both stand, as a conflict."""
    given, header = entry.payload, entry.header
    record, definition = _opened(connection, given["record"])
    found = rules.judge_place(record, given, header.stream, header.captured_at)
    found += _judge_person(connection, entry.actor)
    before = queries.values_of(connection, given["record"])
    typed = [one["path"] for one in given["values"] if one["source"]["type"] != model.CALCULATED]
    found += _judge_correction(connection, entry, typed)
    found += _judge_qualified(connection, record, entry.actor, header.captured_at)
    if record is not None and definition is not None:
        found += _judge_people(connection, definition, given)
        state = evaluate(definition, _with(before, entry))
        fields = state.paths
        found += rules.judge_fields(definition, given, state.unknown, state.struck)
        found += rules.judge_verdicts(
            given,
            {path: one.verdict for path, one in fields.items()},
            {path: one.problems for path, one in fields.items()},
        )
        found += rules.judge_calculated(given, {path: one.value for path, one in fields.items() if one.calculated})
    facts = _exceptions(connection, entry, found)
    current = [one for one in before if one.superseded_by is None]
    flags = [one.code for one in found]
    for one in given["values"]:
        calculated = one["source"]["type"] == model.CALCULATED
        against = rules.rivals(one["path"], header.corrects, calculated, current)
        if against:
            flags.append("conflict")
            facts.append(_conflict(entry, one["path"], against))
    return Ruling(flags=tuple(dict.fromkeys(flags)), consequences=facts)


def judge_signature(connection: Connection, entry: Entry) -> Ruling:
    """A signature is kept; what it lacks is an exception: the key of who signs, the values as they stand, a meaning."""
    given, header = entry.payload, entry.header
    record, definition = _opened(connection, given["record"])
    found = rules.judge_place(record, given, header.stream, header.captured_at)
    before = queries.values_of(connection, given["record"])
    found += _judge_correction(connection, entry, [given["path"]])
    found += _judge_qualified(connection, record, given["signed_by"], header.captured_at)
    if record is not None and definition is not None:
        planned = rules.field_at(definition, given["path"])
        values = rules.filled(before)
        first = values.get(planned["of"]) if planned is not None and planned["type"] == "second_signature" else None
        found += rules.judge_signature(
            planned,
            given,
            first["signed_by"] if isinstance(first, Mapping) and "signed_by" in first else None,
            shown_digest(definition, values, given["path"]),
            _signed(connection, entry),
            identity.permitted(connection, given["signed_by"], FILLS),
        )
    facts = _exceptions(connection, entry, found)
    flags = [one.code for one in found]
    current = [one for one in before if one.superseded_by is None]
    against = rules.rivals(given["path"], header.corrects, False, current)
    if against:
        flags.append("conflict")
        facts.append(_conflict(entry, given["path"], against))
    return Ruling(flags=tuple(dict.fromkeys(flags)), consequences=facts)


def judge_strike(connection: Connection, entry: Entry) -> Ruling:
    """A row of the form; what stood in it is kept, and no longer counts."""
    given, header = entry.payload, entry.header
    record, definition = _opened(connection, given["record"])
    found = rules.judge_place(record, given, header.stream, header.captured_at)
    found += _judge_person(connection, entry.actor)
    if record is not None and definition is not None:
        stands = rules.filled(queries.values_of(connection, record.record))
        if given["row"] in evaluate(definition, {**stands, given["row"]: True}).unknown:
            found.append(Judgement("row_unknown", given["row"], {"row": given["row"]}))
    return Ruling(tuple(dict.fromkeys(one.code for one in found)), _exceptions(connection, entry, found))


def judge_completion(connection: Connection, entry: Entry) -> Ruling:
    """Complete is what has everything that its form asks for."""
    given, header = entry.payload, entry.header
    record, definition = _opened(connection, given["record"])
    found = rules.judge_place(record, given, header.stream, header.captured_at)
    found += _judge_person(connection, entry.actor)
    if record is not None and definition is not None:
        state = evaluate(definition, rules.filled(queries.values_of(connection, record.record)))
        if not state.complete:
            missing = sorted(path for path, one in state.paths.items() if one.problems)
            found.append(Judgement("record_incomplete", details={"fields": missing[:100]}))
    return Ruling(tuple(dict.fromkeys(one.code for one in found)), _exceptions(connection, entry, found))


def shown_digest(definition: Mapping[str, Any], values: Mapping[str, Any], path: str) -> str:
    """What is signed at a path; empty where there is nothing to sign, or not in this row."""
    try:
        return signed_digest(definition, values, path)
    except KeyError:
        return ""


def decide_settling(connection: Connection, entry: Entry) -> Ruling:
    """An item of the record that is open; of a conflict one of its entries must hold."""
    given = entry.payload
    found = queries.find_item(connection, given["item"])
    if found is None or found[0] != given["record"] or found[1].state != "open":
        return Ruling(refusal="item_not_open", details={"item": given["item"]})
    chosen = given["chosen"]
    if (found[1].type == "conflict") != (chosen is not None) or (chosen and chosen not in found[1].entries):
        return Ruling(refusal="chosen_wrong", details={"item": given["item"]})
    return Ruling()


def _opened(connection: Connection, name: str) -> tuple[Record | None, Mapping[str, Any] | None]:
    record = queries.find_record(connection, name)
    return record, None if record is None else forms.definition(connection, record.sha256)


def _with(before: Sequence[Value], entry: Entry) -> dict[str, Any]:
    """What stands once this entry has been taken in: it does where it says something, whoever else does so too."""
    said = {one["path"]: one["value"] for one in entry.payload["values"]}
    return {path: one for path, one in {**rules.filled(before), **said}.items() if one is not None}


def _judge_person(connection: Connection, person: str) -> list[Judgement]:
    if identity.permitted(connection, person, FILLS):
        return []
    return [Judgement("person_not_permitted", details={"person": person})]


def _judge_qualified(connection: Connection, record: Record | None, person: str, captured_at: str) -> list[Judgement]:
    """The plant may ask of who fills in or signs a form that they hold something."""
    lacking = [] if record is None else _lacking(connection, person, record.form, captured_at)
    return [Judgement(NOT_QUALIFIED, details={"person": person, "missing": lacking})] if lacking else []


def _lacking(connection: Connection, person: str, form: str, captured_at: str) -> list[str]:
    return missing_by_clock(connection, person, [filling(form)], captured_at)


def _judge_people(connection: Connection, definition: Mapping[str, Any], given: Mapping[str, Any]) -> list[Judgement]:
    """A field for a person names one who may do what the field says."""
    found = []
    for one in given["values"]:
        planned = rules.field_at(definition, one["path"])
        if planned is None or planned["type"] != "person" or not isinstance(one["value"], str):
            continue
        person = identity.find_person(connection, one["value"])
        permission = planned["permission"]
        if person is None:
            found.append(Judgement("person_unknown", one["path"], {"value": one["value"]}, one["comment"]))
        elif permission is not None and permission not in person.permissions:
            details = {"value": one["value"], "permission": permission}
            found.append(Judgement("person_lacks", one["path"], details, one["comment"]))
    return found


def _judge_correction(connection: Connection, entry: Entry, paths: Sequence[str]) -> list[Judgement]:
    corrects = entry.header.corrects
    if corrects is None:
        return []
    of = queries.said_by(connection, corrects)
    if of and queries.record_of_entry(connection, corrects) != entry.payload["record"]:
        return [Judgement("correction_unknown", None, {"problem": "other_record"})]
    return rules.judge_correction(corrects, entry.header.reason, paths, of)


def _signed(connection: Connection, entry: Entry) -> bool:
    """By the person's own key in the signatures line; at the server by the statement of a signature in the payload."""
    given = entry.payload
    if entry.header.device != SERVER:
        return given["signature"] is None and countersigning.signed(
            connection, entry.header, entry.signatures, given["signed_by"]
        )
    if given["signature"] is None or entry.actor != given["signed_by"]:
        return False
    if signing.barred(connection, entry.actor) is not None:
        return False
    return signing.stands(connection, entry.kind, entry.actor, given["signature"], model.said(given))


def _exceptions(connection: Connection, entry: Entry, found: Iterable[Judgement]) -> list[Fact]:
    record = entry.payload["record"]
    return [
        Fact(model.EXCEPTION, model.record_stream(record), model.exception(record, one, [entry.id]), one.path)
        for one in found
        if one.code not in _ONCE or not queries.open_about(connection, record, one.code)
    ]


def _conflict(entry: Entry, path: str, against: Sequence[str]) -> Fact:
    payload = {"record": entry.payload["record"], "path": path, "entries": [*against, entry.id]}
    return Fact(model.CONFLICT, model.record_stream(entry.payload["record"]), payload, subject=path)
