"""The kinds of materials: a material defined, a lot and its containers received, its status decided."""

from collections.abc import Mapping

from marshmallow import Schema
from sqlalchemy import Connection

from server.core import days, fields, units
from server.core.kinds import Entry, Kind, Room, Ruling
from server.core.outcomes import SERVER
from server.identity import queries as identity
from server.identity import signing
from server.materials import model, projection, queries, rules
from server.materials.masters import queries as masters
from sync.log import reading


class MaterialDefined(Schema):
    material = fields.code()
    name = fields.nested(fields.TextPair)
    type = fields.choice(*model.TYPES)
    unit = fields.text(20)


class LotReceived(Schema):
    material = fields.code()
    lot = fields.number()
    quantity = fields.nested(fields.QuantityShape, none=True)
    supplier = fields.text(none=True)
    supplier_lot = fields.text(none=True)
    expiry = fields.day(none=True)
    containers = fields.whole(1, 100_000, none=True)
    status = fields.choice(*model.RECEIVED)


class _Container(Schema):
    """`container`: what its label says, once in a site."""

    container = fields.number()
    quantity = fields.nested(fields.QuantityShape)


class ContainersReceived(Schema):
    material = fields.code()
    lot = fields.number()
    containers = fields.many(_Container, 1)


class LotStatusChanged(Schema):
    """By the server, of what was decided elsewhere; people decided so before they signed."""

    material = fields.code()
    lot = fields.number()
    status = fields.choice("released", "rejected", "restricted", "expired")
    reason = fields.text(2000)


class LotDecided(signing.Signed):
    """By signature. `digest`: of all that was shown of the lot; `specification` and `version`: what judged its results;
    `conditions` of a restriction; `retest`: the day from which it must have been tested again."""

    material = fields.code()
    lot = fields.number()
    status = fields.choice(*model.DECIDED)
    conditions = fields.text(2000, none=True)
    retest = fields.day(none=True)
    inspection = fields.code(none=True)
    specification = fields.code(none=True)
    version = fields.whole(1, 9_999, none=True)
    digest = fields.sha256()
    reason = fields.text(2000, none=True)
    meaning = signing.meaning(*model.MEANINGS)


def judge_receipt(connection: Connection, entry: Entry) -> Ruling:
    """A receipt is a fact, so it is kept; what does not fit the material master is flagged.

    What somebody says who may not receive, or a device, changes nothing of a known lot: least of all its expiry.
    """
    given, quantity = entry.payload, entry.payload["quantity"]
    unit = queries.material_unit(connection, given["material"])
    flags = [] if unit is not None else ["material_unknown"]
    if unit is not None and quantity is not None and not _fit(connection, given["material"], quantity):
        flags.append("unit_mismatch")
    known = queries.find_lot(connection, given["material"], given["lot"])
    if known is not None and not receives(connection, entry):
        flags.append(model.NOT_PERMITTED)
    elif known is not None and entry.header.device != SERVER:
        said = {name: given[name] for name in model.SAID_OF_LOT_V1}
        flags += [model.DIFFERS] if rules.differs(said, {name: getattr(known, name) for name in said}) else []
    return Ruling(flags=tuple(flags))


def receives(connection: Connection, entry: Entry) -> bool:
    """Whoever may, or the server itself; a tablet that calls its person so is not the server."""
    if entry.actor == entry.header.device == SERVER:
        return True
    return identity.permitted(connection, entry.actor, "lot.receive")


def _fit(connection: Connection, material: str, *quantities: Mapping[str, str]) -> bool:
    """Whether these are amounts of the material's stock: in its unit, or exactly so much of it."""
    unit, links = queries.material_unit(connection, material), masters.links(connection, material)
    # A lorry brings many alike.
    told = {(one["value"], one["unit"]): one for one in quantities}
    return unit is not None and all(units.converted(one, unit, links) is not None for one in told.values())


def judge_containers(connection: Connection, entry: Entry) -> Ruling:
    """Containers of a lot that came in; one that is known already stays as it is, and what does not fit is flagged.

    What somebody says who may not receive registers nothing.
    """
    given = entry.payload
    flags = [] if queries.find_lot(connection, given["material"], given["lot"]) is not None else ["lot_unknown"]
    if not receives(connection, entry):
        flags.append(model.NOT_PERMITTED)
    if not _fit(connection, given["material"], *(one["quantity"] for one in given["containers"])):
        flags.append("unit_mismatch")
    if queries.containers(connection, [one["container"] for one in given["containers"]]):
        flags.append("container_known")
    return Ruling(flags=tuple(flags))


def decide_status(connection: Connection, entry: Entry) -> Ruling:
    """People sign what they decide, and see it first: see `decide_lot`."""
    given = entry.payload
    signed = any(reading.has_kind(connection, kind) for kind in (model.STATUS_CHANGED_V2, model.STATUS_CHANGED))
    if rules.lacks_signature(given["status"], entry.actor == SERVER, signed):
        return Ruling(refusal="lot_decision_unsigned", details={"lot": f"{given['material']}/{given['lot']}"})
    lot = queries.find_lot(connection, given["material"], given["lot"])
    if lot is None:
        return Ruling(refusal="lot_unknown", details={"lot": f"{given['material']}/{given['lot']}"})
    if not rules.may_become(lot.status, given["status"]):
        return Ruling(refusal="lot_status_refused", details={"from": lot.status, "to": given["status"]})
    return Ruling()


def decide_lot(connection: Connection, entry: Entry) -> Ruling:
    """Whether a lot may become this; whether its inspection lets it is the room of quality's to say."""
    given = entry.payload
    named = f"{given['material']}/{given['lot']}"
    lot = queries.find_lot(connection, given["material"], given["lot"])
    if lot is None or entry.header.stream != f"lot/{named}":
        return Ruling(refusal="lot_unknown", details={"lot": named})
    day = days.captured(connection, entry)
    code = rules.decision_refused(given, rules.status_on(lot.status, lot.expiry, day), day)
    if code is not None:
        return Ruling(refusal=code, details={"lot": named, "from": lot.status, "to": given["status"]})
    return signing.refusal(connection, entry, model.said_of_status(given)) or Ruling()


def decide_older(connection: Connection, entry: Entry) -> Ruling:
    """A page from before shows less than a decision is over today: it is shown anew first."""
    return Ruling(refusal="digest_stale", details={"digest": entry.payload["digest"]})


KINDS = (
    Kind(
        "materials.material_defined.v1",
        MaterialDefined,
        "decision",
        project=projection.define,
        by=("server", "material.manage"),
    ),
    Kind("materials.lot_received.v1", LotReceived, "observation", judge_receipt, projection.receive),
    Kind(
        "materials.containers_received.v1",
        ContainersReceived,
        "observation",
        judge_containers,
        projection.receive_containers,
    ),
    Kind(
        model.STATUS_CHANGED_V1,
        LotStatusChanged,
        "decision",
        decide_status,
        projection.change_status,
        by=("server", "lot.decide"),
    ),
    Kind(model.STATUS_CHANGED_V2, LotDecided, "decision", decide_older, projection.change_status, by=("lot.decide",)),
    Kind(model.STATUS_CHANGED, LotDecided, "decision", decide_lot, projection.change_status, by=("lot.decide",)),
)
ROOM = Room("materials", KINDS)
