"""The kinds of requisitions: raised by a person, approved or rejected by the end of their flow."""

from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.core import fields, numbering
from server.core.kinds import Entry, Fact, Kind, Room, Ruling
from server.engines.flows import kinds as flows
from server.engines.flows import queries as running
from server.engines.flows import starting
from server.materials import queries as materials
from server.materials.requisitions import model, projection, queries, rules


def _number() -> plain.String:
    return plain.String(required=True, validate=validate.Regexp(r"REQ-[0-9]{4}-[0-9]{4,9}\Z"))


class RequisitionLine(Schema):
    material = fields.code()
    quantity = fields.nested(fields.QuantityShape)
    needed_by = fields.day()
    note = fields.text(400, none=True)


class RequisitionRaised(Schema):
    requisition = _number()
    lines = fields.many(RequisitionLine, 1, 100)
    reason = fields.text(2000)


class RequisitionDecided(Schema):
    """What the flow `instance` came to; `reason`: the last that was said in it."""

    requisition = _number()
    reason = fields.text(4000, none=True)
    instance = fields.code()


def decide_raising(connection: Connection, entry: Entry) -> Ruling:
    """The next number of the year, of materials that the register knows, in their units; its flow begins with it."""
    given, number = entry.payload, entry.payload["requisition"]
    parsed = numbering.parse(model.PREFIX, number)
    last = 0 if parsed is None else queries.last_number(connection, parsed[0])
    if not numbering.is_next(model.PREFIX, number, entry.header.captured_at, last):
        return Ruling(refusal="requisition_number_wrong", details={"requisition": number})
    refused = rules.lines_refused(given["lines"], materials.units(connection))
    if refused is not None:
        return Ruling(refusal=refused[0], details=refused[1])
    asked = {"item": [model.told(given["lines"])]}
    return starting.begin(connection, model.FLOW, model.subject(number), asked, entry.actor)


def decide_decision(connection: Connection, entry: Entry) -> Ruling:
    number = entry.payload["requisition"]
    code = rules.decision_refused(entry.kind, queries.find(connection, number), entry.actor)
    return Ruling() if code is None else Ruling(refusal=code, details={"requisition": number})


def judge_end(connection: Connection, entry: Entry) -> Ruling:
    """The end of its flow decides on the requisition that waits for it."""
    given = entry.payload
    number = model.number_of(given["subject"])
    if given["flow"] != model.FLOW or number is None:
        return Ruling()
    found, about = queries.find(connection, number), running.last_about(connection, model.FLOW, given["subject"])
    if found is None or found.state != model.OPEN or about is None or about.instance != given["instance"]:
        return Ruling()
    signer = running.signer(connection, given["instance"]) if given["result"] == "approved" else None
    reason = running.last_word(connection, given["instance"])
    payload = {"requisition": number, "reason": reason, "instance": given["instance"]}
    kind = model.REJECTED if signer is None else model.APPROVED
    return Ruling(consequences=[Fact(kind, model.stream(number), payload, subject=number, actor=signer or "server")])


KINDS = (
    Kind(model.RAISED, RequisitionRaised, "decision", decide_raising, projection.raise_, by=(model.RAISES,)),
    Kind(model.APPROVED, RequisitionDecided, "decision", decide_decision, projection.decide, by=(model.APPROVES,)),
    Kind(model.REJECTED, RequisitionDecided, "decision", decide_decision, projection.decide, by=("server",)),
)
ROOM = Room("materials", KINDS, judges={flows.ENDED: judge_end})
