"""The kinds of receiving: lots and their containers, lot numbers reserved, and the plant's rule for all of it."""

from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.core import days, fields
from server.core.kinds import Entry, Kind, Room, Ruling
from server.core.outcomes import SERVER
from server.materials import entries as materials
from server.materials import model as nouns
from server.materials import queries as lots
from server.materials.receiving import model, numbering, projection, queries, rules


class Damage(Schema):
    """What is damaged; photos by the SHA-256 of their bytes, which lie beside the log."""

    text = fields.text(2000)
    photos = plain.List(fields.sha256(), required=True, validate=validate.Length(0, model.MOST_PHOTOS))


class Delivered(Schema):
    """What a delivery says of itself. `supplier`, `manufacturer`: codes of the register, `supplier_name` where it has
    none."""

    material = fields.code()
    order = fields.code(none=True)
    line = fields.whole(1, 100, none=True)
    supplier = fields.code(none=True)
    manufacturer = fields.code(none=True)
    supplier_name = fields.text(none=True)
    supplier_lot = fields.text(none=True)
    made = fields.day(none=True)
    expiry = fields.day(none=True)
    delivery_note = fields.text(none=True)
    comment = fields.text(2000, none=True)
    damage = fields.nested(Damage, none=True)


class LotReceived(Delivered):
    """A delivery of a lot, into quarantine. `lot`: the site's number; `retest`: a day; `containers`: how many came."""

    lot = fields.number()
    retest = fields.day(none=True)
    quantity = fields.nested(fields.AmountShape, none=True)
    containers = fields.whole(1, 100_000, none=True)


class Labelled(Schema):
    """A container by its label, which is once in a site, with what is in it and where it was put."""

    container = fields.number()
    quantity = fields.nested(fields.AmountShape)
    location = fields.code(none=True)
    damage = fields.nested(Damage, none=True)


class ContainersReceived(Schema):
    material = fields.code()
    lot = fields.number()
    containers = fields.many(Labelled, 1, model.TOGETHER)


class NumbersReserved(Schema):
    """The numbers `first` to `last` of a period are this device's, and nobody else's; `unit`: of which work."""

    pattern = fields.text(60)
    period = plain.String(required=True, validate=validate.Regexp(r"([0-9]{4})?\Z"))
    first = fields.whole(1, 2**31 - 1)
    last = fields.whole(1, 2**31 - 1)
    device = fields.code()
    unit = fields.text(none=True)


class NumbersReturned(Schema):
    """The last numbers of a block, `first` to `last` of a period, which this device has not used and uses no more."""

    period = plain.String(required=True, validate=validate.Regexp(r"([0-9]{4})?\Z"))
    first = fields.whole(1, 2**31 - 1)
    last = fields.whole(1, 2**31 - 1)
    device = fields.code()


class ReceivingRuleSet(Schema):
    pattern = fields.text(60)
    remaining = fields.whole(0, 100)
    over = fields.whole(0, 100)
    reason = fields.text(2000)


def judge_receipt(connection: Connection, entry: Entry) -> Ruling:
    """What came is received; what is wrong with it is flagged, and holds the lot until QA has accepted it."""
    given = entry.payload
    flags = rules.findings(given, queries.known(connection, given, days.captured(connection, entry)))
    if not materials.receives(connection, entry):
        flags.append(nouns.NOT_PERMITTED)
    device, new = entry.header.device, lots.find_lot(connection, given["material"], given["lot"]) is None
    if device != SERVER and new and not queries.is_given(connection, device, given["material"], given["lot"]):
        flags.append(model.NUMBER_FOREIGN)
    return Ruling(flags=tuple(flags))


def decide_numbers(connection: Connection, entry: Entry) -> Ruling:
    """Those that follow the last ones, or the first of some that came back: of two who ask at once, the second asks
    again."""
    given = entry.payload
    last, free = queries.last_number(connection, given["period"]), queries.free(connection, given["period"])
    if rules.may_reserve(given["first"], given["last"], last, free):
        return Ruling()
    return Ruling(refusal="numbers_taken", details={"first": given["first"]})


def decide_return(connection: Connection, entry: Entry) -> Ruling:
    """The end of a block of this device of which no lot has a number."""
    given = entry.payload
    blocks = [one for one in queries.blocks_of(connection, given["device"]) if one.period == given["period"]]
    held = next((one for one in blocks if one.first <= given["first"] <= given["last"] == one.last), None)
    if held is not None and queries.used_of(connection, held) < given["first"]:
        return Ruling()
    return Ruling(refusal="numbers_taken", details={"first": given["first"]})


def decide_rule(connection: Connection, entry: Entry) -> Ruling:
    code = numbering.pattern_refused(entry.payload["pattern"])
    if code is None:
        return Ruling()
    return Ruling(refusal="lot_pattern_wrong", details={"pattern": entry.payload["pattern"], "why": code})


KINDS = (
    Kind(model.LOT_RECEIVED, LotReceived, "observation", judge_receipt, projection.receive),
    Kind(
        model.CONTAINERS_RECEIVED,
        ContainersReceived,
        "observation",
        materials.judge_containers,
        projection.receive_labelled,
    ),
    Kind(model.NUMBERS_RESERVED, NumbersReserved, "decision", decide_numbers, projection.reserve, by=("server",)),
    Kind(model.NUMBERS_RETURNED, NumbersReturned, "decision", decide_return, projection.give_back, by=("server",)),
    Kind(model.RULE_SET, ReceivingRuleSet, "decision", decide_rule, projection.set_rule, by=("server", model.MANAGES)),
)
ROOM = Room("materials", KINDS)
