"""The kinds of suppliers: registered by who buys; qualified, approved for a material and accepted by QA's signature."""

from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.core import blobs, days, fields
from server.core.kinds import Entry, Kind, Room, Ruling
from server.identity import signing
from server.materials import queries as materials
from server.materials.model import STATUS_CHANGES
from server.materials.suppliers import model, projection, queries, rules


class Contact(Schema):
    name = fields.text()
    phone = fields.text(60, none=True)
    email = fields.text(200, none=True)


class SupplierRegistered(Schema):
    """`supplier`: its code in the plant; companies that only make goods are registered too."""

    supplier = fields.code()
    name = fields.nested(fields.TextPair)
    address = fields.text(400)
    contacts = fields.many(Contact, 0, 20)


class Evidence(Schema):
    """A certificate, questionnaire or audit report; its bytes lie beside the log under their SHA-256."""

    sha256 = fields.sha256()
    name = fields.text()
    size = fields.whole(1, blobs.MAX_BYTES)
    type = plain.String(required=True, validate=validate.OneOf(sorted(blobs.FILES)))


class SupplierDecided(signing.Signed):
    """Qualified until a day, on evidence; or suspended."""

    supplier = fields.code()
    status = fields.choice(model.QUALIFIED, model.SUSPENDED)
    valid_until = fields.day(none=True)
    evidence = fields.many(Evidence, 0, 20)
    reason = fields.text(2000)
    meaning = signing.meaning(*model.MEANINGS)


class SupplyDecided(signing.Signed):
    """Whether this material may come from this supplier, made by this manufacturer, which may be the same."""

    material = fields.code()
    supplier = fields.code()
    manufacturer = fields.code()
    approved = fields.truth()
    reason = fields.text(2000)
    meaning = signing.meaning(*model.MEANINGS)


class DeliveryAccepted(signing.Signed):
    """This one lot may be used although its supplier is not approved for it, or something else was wrong when it came,
    once all else is in order."""

    material = fields.code()
    lot = fields.number()
    reason = fields.text(2000)
    meaning = signing.meaning("approved")


def decide_supplier(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    if queries.find(connection, given["supplier"]) is None:
        return Ruling(refusal="supplier_unknown", details={"supplier": given["supplier"]})
    code = rules.decision_refused(given, days.captured(connection, entry))
    if code is not None:
        return Ruling(refusal=code, details={"supplier": given["supplier"]})
    return signing.refusal(connection, entry, model.said(given)) or Ruling()


def decide_supply(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    if materials.material_unit(connection, given["material"]) is None:
        return Ruling(refusal="material_not_known", details={"material": given["material"]})
    code = rules.supply_refused(given, queries.all_suppliers(connection), days.captured(connection, entry))
    if code is not None:
        return Ruling(refusal=code, details={name: given[name] for name in ("supplier", "manufacturer")})
    return signing.refusal(connection, entry, model.said(given)) or Ruling()


def decide_delivery(connection: Connection, entry: Entry) -> Ruling:
    """Of a lot that waits; that the supplier has been approved meanwhile makes no difference to the words."""
    given = entry.payload
    found = queries.find_delivery(connection, given["material"], given["lot"])
    if found is None or found.state != model.WAITS:
        return Ruling(refusal="delivery_not_waiting", details={"lot": f"{given['material']}/{given['lot']}"})
    return signing.refusal(connection, entry, model.said(given)) or Ruling()


def judge_receipt(connection: Connection, entry: Entry) -> Ruling:
    """What came is received; from whom it may be used is QA's to say."""
    given = entry.payload
    known = given["status"] == "quarantine"
    stopped = known and queries.is_stopped(
        connection, given["material"], given["supplier"], days.captured(connection, entry)
    )
    return Ruling(flags=(model.NOT_APPROVED,) if stopped else ())


def judge_status(connection: Connection, entry: Entry) -> Ruling:
    """Nothing is set free that came from somebody who is not approved for it, before QA has said so."""
    given = entry.payload
    frees = given["status"] in ("released", "restricted")
    if not frees or not queries.is_undecided(
        connection, given["material"], given["lot"], days.captured(connection, entry)
    ):
        return Ruling()
    return Ruling(refusal="lot_supplier_undecided", details={"lot": f"{given['material']}/{given['lot']}"})


KINDS = (
    Kind(model.REGISTERED, SupplierRegistered, "decision", project=projection.register, by=("server", model.MANAGES)),
    Kind(model.DECIDED, SupplierDecided, "decision", decide_supplier, projection.decide, by=(model.APPROVES,)),
    Kind(
        model.SUPPLY_DECIDED, SupplyDecided, "decision", decide_supply, projection.decide_supply, by=(model.APPROVES,)
    ),
    Kind(model.ACCEPTED, DeliveryAccepted, "decision", decide_delivery, projection.accept, by=(model.DECIDES_LOTS,)),
)
ROOM = Room(
    "materials",
    KINDS,
    listeners={model.RECEIVED: projection.hold, model.RECEIVED_V2: projection.hold},
    judges={model.RECEIVED: judge_receipt, **dict.fromkeys(STATUS_CHANGES, judge_status)},
)
