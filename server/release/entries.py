"""The kinds of release: QA's decisions on conflicts and exceptions, and the disposition of the batch."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, validate
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Entry, Fact, Kind, Room, Ruling
from server.identity import queries as identity
from server.production import queries as batches
from server.production.model import batch_stream
from server.release import model, projection, queries, rules


class ConflictResolved(Schema):
    batch = fields.code()
    conflict = fields.entry_id()
    chosen = fields.entry_id()
    reason = fields.text(2000)


class ExceptionAssessed(Schema):
    batch = fields.code()
    exception = fields.entry_id()
    assessment = fields.text(4000)


class _Meaning(Schema):
    code = fields.choice(*model.MEANINGS)
    zh = fields.text()
    en = fields.text()


class _Signer(Schema):
    id = fields.code()
    name = fields.text()
    name_en = fields.text(none=True)


class BatchDisposed(Schema):
    """Printed name, time with zone and meaning stand in the entry itself (21 CFR 11.50, 11.70)."""

    batch = fields.code()
    meaning = fields.nested(_Meaning)
    signer = fields.nested(_Signer)
    signed_at = fields.time()
    offset = fields.Whole(required=True, validate=validate.Range(-840, 840))
    method = fields.choice("password")
    digest = fields.sha256()
    stream_seq = fields.whole()
    stream_hash = fields.sha256()
    reason = fields.text(2000, none=True)


class ReleaseRefused(Schema):
    batch = fields.code()
    open = fields.words(1)
    person = fields.code()


def decide_resolution(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    refusal = _closed(connection, entry, given["conflict"], "conflict")
    if refusal is not None:
        return refusal
    found = batches.find_item(connection, given["conflict"])
    if found is None or given["chosen"] not in found[1].entries:
        return Ruling(refusal="chosen_unknown", details={"chosen": given["chosen"]})
    return Ruling()


def decide_assessment(connection: Connection, entry: Entry) -> Ruling:
    return _closed(connection, entry, entry.payload["exception"], "exception") or Ruling()


def decide_release(connection: Connection, entry: Entry) -> Ruling:
    return _decide_disposition(connection, entry, "released")


def decide_rejection(connection: Connection, entry: Entry) -> Ruling:
    return _decide_disposition(connection, entry, "rejected")


def refused(batch: str, person: str, codes: list[str], stream: str | None = None) -> Fact:
    """The entry that a refused signature leaves."""
    payload = {"batch": batch, "open": codes, "person": person}
    return Fact(model.REFUSED_KIND, stream or batch_stream(batch), payload, subject=batch_stream(batch), actor=person)


def _closed(connection: Connection, entry: Entry, item_id: str, type_: str) -> Ruling | None:
    """Why an item cannot be decided now, None if it can."""
    if not identity.permitted(connection, entry.actor, "batch.review"):
        return Ruling(refusal="not_permitted", details={"permission": "batch.review"})
    found = batches.find_item(connection, item_id)
    if found is None or found[0] != entry.payload["batch"] or found[1].type != type_:
        return Ruling(refusal="not_found", details={type_: item_id})
    if found[1].state != "open":
        return Ruling(refusal="item_closed", details={type_: item_id, "state": found[1].state})
    return None


def _decide_disposition(connection: Connection, entry: Entry, decision: str) -> Ruling:
    given, person = entry.payload, entry.actor
    batch = given["batch"]
    if not identity.permitted(connection, person, "batch.release"):
        return _refuse(batch, person, "not_permitted", {"permission": "batch.release"})
    line = batches.batch_line(connection, batch)
    if line is None:
        return Ruling(refusal="not_found", details={"batch": batch})
    before = queries.current_disposition(connection, batch)
    stale = before is not None and queries.is_stale(connection, batch, before)
    produced = queries.produced(connection, batch, person)
    code = rules.refusal(decision, given["meaning"]["code"], line.status, before, stale, produced)
    if code is not None:
        return _refuse(batch, person, code, {"batch": batch})
    seen = queries.review(connection, batch)
    code = rules.blocked(decision, seen, given["digest"])
    if code == "release_blocked":
        open_gates = [gate.payload() for gate in seen.unmet]
        return _refuse(batch, person, code, {"open": open_gates}, [gate.code for gate in seen.unmet])
    if code is not None:
        return _refuse(batch, person, code, {"digest": seen.digest})
    return Ruling()


def _refuse(batch: str, person: str, code: str, details: Mapping[str, Any], codes: list[str] | None = None) -> Ruling:
    return Ruling(refusal=code, details=details, consequences=[refused(batch, person, codes or [code])])


KINDS = (
    Kind(model.RESOLVED_KIND, ConflictResolved, "decision", decide_resolution),
    Kind(model.ASSESSED_KIND, ExceptionAssessed, "decision", decide_assessment),
    Kind(model.RELEASED_KIND, BatchDisposed, "decision", decide_release, projection.dispose),
    Kind(model.REJECTED_KIND, BatchDisposed, "decision", decide_rejection, projection.dispose),
    Kind(model.REFUSED_KIND, ReleaseRefused, "observation", by_server=True),
)
ROOM = Room("release", KINDS)
