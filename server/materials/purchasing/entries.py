"""The kinds of purchase orders: placed and signed by who buys, decided by a flow, closed line by line."""

from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.core import days, fields, numbering
from server.core.kinds import Entry, Fact, Kind, Room, Ruling
from server.engines.flows import kinds as flows
from server.engines.flows import queries as running
from server.engines.flows import starting
from server.identity import signing
from server.materials import queries as materials
from server.materials.purchasing import model, projection, queries, rules
from server.materials.suppliers import queries as suppliers


def number(*, none: bool = False) -> plain.String:
    """An order's number, as receipts name it too."""
    shape = validate.Regexp(r"PO-[0-9]{4}-[0-9]{4,9}\Z")
    return plain.String(required=True, allow_none=none, validate=shape)


class PurchaseLine(Schema):
    """`line` counts from 1; `requisition`: what was approved to be bought, where the line comes from there."""

    line = fields.whole(1, 100)
    material = fields.code()
    quantity = fields.nested(fields.QuantityShape)
    wanted_by = fields.day(none=True)
    requisition = fields.code(none=True)


class PurchaseOrder(Schema):
    """All that is ordered; `supplier` is its code in the register."""

    order = number()
    supplier = fields.code()
    lines = fields.many(PurchaseLine, 1, 100)
    note = fields.text(2000, none=True)


class PurchaseOrderPlaced(PurchaseOrder, signing.Signed):
    sha256 = fields.sha256()
    meaning = signing.meaning(model.MEANING["code"])


class PurchaseOrderDecided(Schema):
    """What the flow `instance` came to; `reason`: the last that was said in it."""

    order = number()
    sha256 = fields.sha256()
    reason = fields.text(4000, none=True)
    instance = fields.code()


class PurchaseLineClosed(Schema):
    """Nothing more is expected of this line."""

    order = number()
    line = fields.whole(1, 100)
    reason = fields.text(2000)


def decide_placing(connection: Connection, entry: Entry) -> Ruling:
    """The next number of the year, from a supplier who is approved for all of it; its flow begins with it."""
    given = entry.payload
    refused = refusal(connection, given, entry.header.captured_at)
    if refused is not None:
        return Ruling(refusal=refused[0], details=refused[1])
    unsigned = signing.refusal(connection, entry, model.said(given))
    if unsigned is not None:
        return unsigned
    asked = {"item": [model.told(given["lines"])], "supplier": [given["supplier"]], "sha256": [given["sha256"]]}
    return starting.begin(connection, model.FLOW, model.subject(given["order"]), asked, entry.actor)


def refusal(connection: Connection, given: model.Payload, moment: str) -> rules.Refused | None:
    """Why this order cannot be placed at a moment (UTC text): a code of the error catalogue, and of what."""
    about = {"order": given["order"]}
    parsed = numbering.parse(model.PREFIX, given["order"])
    last = 0 if parsed is None else queries.last_number(connection, parsed[0])
    follows = numbering.is_next(model.PREFIX, given["order"], moment, last)
    if not follows or model.digest(given) != given["sha256"]:
        return "purchase_stale", about
    if suppliers.find(connection, given["supplier"]) is None:
        return "supplier_unknown", {"supplier": given["supplier"]}
    wanted = queries.wanted_of(connection, {one["requisition"] for one in given["lines"] if one["requisition"]})
    return rules.lines_refused(
        given["lines"],
        materials.units(connection),
        lambda material: suppliers.may_deliver(connection, material, given["supplier"], days.of(connection, moment)),
        wanted,
    )


def decide_decision(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    code = rules.decision_refused(entry.kind, queries.find(connection, given["order"]), given, entry.actor)
    return Ruling() if code is None else Ruling(refusal=code, details={"order": given["order"]})


def decide_closing(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    code = rules.closing_refused(queries.find(connection, given["order"]), given["line"])
    return Ruling() if code is None else Ruling(refusal=code, details={"order": given["order"], "line": given["line"]})


def judge_end(connection: Connection, entry: Entry) -> Ruling:
    """The end of its flow decides on the order that waits for it."""
    given = entry.payload
    named = model.number_of(given["subject"])
    if given["flow"] != model.FLOW or named is None:
        return Ruling()
    found, about = queries.find(connection, named), running.last_about(connection, model.FLOW, given["subject"])
    if found is None or found.state != model.WAITING or about is None or about.instance != given["instance"]:
        return Ruling()
    signer = running.signer(connection, given["instance"]) if given["result"] == "approved" else None
    payload = {"order": named, "sha256": found.sha256, "instance": given["instance"]}
    payload["reason"] = running.last_word(connection, given["instance"])
    kind = model.REJECTED_KIND if signer is None else model.APPROVED_KIND
    return Ruling(consequences=[Fact(kind, model.stream(named), payload, subject=named, actor=signer or "server")])


KINDS = (
    Kind(model.PLACED, PurchaseOrderPlaced, "decision", decide_placing, projection.place, by=(model.PLACES,)),
    Kind(
        model.APPROVED_KIND,
        PurchaseOrderDecided,
        "decision",
        decide_decision,
        projection.decide,
        by=(model.APPROVES,),
    ),
    Kind(model.REJECTED_KIND, PurchaseOrderDecided, "decision", decide_decision, projection.decide, by=("server",)),
    Kind(model.LINE_CLOSED, PurchaseLineClosed, "decision", decide_closing, projection.close, by=(model.PLACES,)),
)
ROOM = Room("materials", KINDS, listeners={model.RECEIVED: projection.receive}, judges={flows.ENDED: judge_end})
