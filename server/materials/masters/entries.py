"""The kinds of the material master: submitted and signed by who prepared it; approved or given back by its flow."""

from typing import Any

from marshmallow import Schema
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Entry, Fact, Kind, Room, Ruling
from server.engines.flows import kinds as flows
from server.engines.flows import queries as running
from server.engines.flows import starting
from server.identity import signing
from server.materials import queries as materials
from server.materials.masters import model, projection, queries, rules


class Conversion(Schema):
    """Two quantities that are the same amount of the material: 1 L and 0.789 kg, 1000 {tablet} and 120.5 g."""

    given = fields.nested(fields.QuantityShape)
    equals = fields.nested(fields.QuantityShape)


class Definition(Schema):
    """What a material is. `unit`: of the stock, as UCUM writes it; `shelf_life` and `retest` in months."""

    name = fields.nested(fields.TextPair)
    type = fields.choice(*model.TYPES)
    unit = fields.text(20)
    conversions = fields.many(Conversion, 0, 20)
    shelf_life = fields.whole(1, 600, none=True)
    retest = fields.whole(1, 600, none=True)
    storage = fields.choice(*model.STORAGES)
    storage_note = fields.text(400, none=True)
    hazard = fields.text(400, none=True)
    pharmacopoeia = fields.text(200, none=True)


class MasterSubmitted(Definition, signing.Signed):
    """`sha256` is over all that the version says; `reason` says what has changed, and why."""

    material = fields.code()
    version = fields.whole(1, 9_999)
    sha256 = fields.sha256()
    reason = fields.text(2000)
    meaning = signing.meaning(model.MEANING["code"])


class MasterDecided(Schema):
    """What the flow `instance` came to; `reason`: the last that was said in it."""

    material = fields.code()
    version = fields.whole(1, 9_999)
    sha256 = fields.sha256()
    reason = fields.text(4000, none=True)
    instance = fields.code()


def decide_submission(connection: Connection, entry: Entry) -> Ruling:
    """The next version, one at a time, whose stock is counted as before; its approval begins with it."""
    given = entry.payload
    refused = _refused(connection, entry)
    if refused is not None:
        return refused
    unit = materials.material_unit(connection, given["material"])
    if unit is not None and not rules.same_stock(given, unit):
        return Ruling(refusal="master_unit_other", details={"material": given["material"], "unit": unit})
    unsigned = signing.refusal(connection, entry, model.said(given))
    return unsigned or _begun(connection, entry)


def _begun(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    subject = model.subject(given["material"], given["version"])
    return starting.begin(connection, model.FLOW, subject, {"sha256": [given["sha256"]]}, entry.actor)


def decide_version(connection: Connection, entry: Entry) -> Ruling:
    """Of exactly what was submitted, and approved by somebody else than who prepared it."""
    return _refused(connection, entry) or Ruling()


def _refused(connection: Connection, entry: Entry) -> Ruling | None:
    given = entry.payload
    code = rules.refused(entry.kind, given, entry.actor, queries.versions_of(connection, given["material"]))
    if code is None:
        return None
    details: dict[str, Any] = {"material": given["material"], "version": given["version"]}
    if code == "master_faulty":
        details["findings"] = [one.payload() for one in rules.findings(given)]
    return Ruling(refusal=code, details=details)


def judge_end(connection: Connection, entry: Entry) -> Ruling:
    """The end of its approval decides on the version that waits for it."""
    given = entry.payload
    named = model.parse_subject(given["subject"])
    if given["flow"] != model.FLOW or named is None:
        return Ruling()
    version = queries.find_version(connection, *named)
    about = running.last_about(connection, model.FLOW, given["subject"])
    if version is None or version.state != model.SUBMITTED or about is None or about.instance != given["instance"]:
        return Ruling()
    said = {"material": version.material, "version": version.version, "sha256": version.sha256}
    said |= {"reason": running.last_word(connection, given["instance"]), "instance": given["instance"]}
    signer = running.signer(connection, given["instance"]) if given["result"] == "approved" else None
    kind = model.RETURNED_KIND if signer is None else model.APPROVED_KIND
    stream = model.stream(version.material)
    return Ruling(consequences=[Fact(kind, stream, said, subject=version.material, actor=signer or "server")])


def judge_definition(connection: Connection, entry: Entry) -> Ruling:
    """What people have approved is not changed by an import."""
    code = entry.payload["material"]
    if queries.in_force(queries.versions_of(connection, code)) is None:
        return Ruling()
    return Ruling(refusal="material_has_versions", details={"material": code})


KINDS = (
    Kind(model.SUBMITTED_KIND, MasterSubmitted, "decision", decide_submission, projection.submit, by=(model.MANAGES,)),
    Kind(model.APPROVED_KIND, MasterDecided, "decision", decide_version, projection.decide, by=(model.APPROVES,)),
    Kind(model.RETURNED_KIND, MasterDecided, "decision", decide_version, projection.decide, by=("server",)),
)
ROOM = Room("materials", KINDS, judges={flows.ENDED: judge_end, model.DEFINED_KIND: judge_definition})
