"""The HTTP interface of handhelds: leases, photos, balances, and what the bridge sends."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from sqlalchemy import Connection

from server.core import blobs, clock, days, files, plant
from server.core.errors import PestleError, from_sync
from server.core.kinds import Fact
from server.engines.forms.records import queries as records
from server.equipment import queries as equipment
from server.equipment.model import Equipment
from server.handheld import bridge, gates, leases, queries, registered, shapes, warehouses
from server.handheld.hub.desk import check_device
from server.handheld.hub.hub import Hub, current_hub
from server.handheld.model import LEASE_DOMAIN, RETURN_DOMAIN, SETTLED, SNAPSHOT_DOMAIN, unit_named
from server.handheld.warehouses import SEES, WORKS
from server.identity import queries as identity
from server.identity.access import current_session, require
from server.identity.model import TABLET, device_stream
from sync import canonical
from sync.errors import SyncError

Body = Mapping[str, Any]
blueprint = Blueprint("handheld", __name__, url_prefix="/api", description="Leases, photos, balances, the bridge")


@blueprint.post("/leases")
@require("batch.work", "forms.fill", *WORKS)
@blueprint.arguments(shapes.LeaseAsked)
def take(body: Body) -> tuple[dict[str, Any], int]:
    """Take a batch, a record or a day of a warehouse along: a signed snapshot for 72 hours, for a device that proves
    to be here."""
    here, session = plant.current(), current_session()
    agreement, named = body["agreement"], body["unit"] or body["batch"]
    lines = [session.nonce, named, *([] if agreement is None else [agreement])]
    _prove(body, LEASE_DOMAIN + "\n".join(lines).encode())
    signed = leases.issue(here, current_hub(), session.person.id, body["device"], unit_named(named), agreement)
    return {"lease": signed.text, "signature": signed.signature}, 201


def _prove(body: Body, message: bytes) -> None:
    """The device of a request has signed this message; PestleError `device_unknown`, `device_revoked`,
    `signature_wrong`."""
    try:
        proof = canonical.decode_base64(body["proof"])
        with plant.current().engine.connect() as connection:
            check_device(identity.find_device(connection, body["device"]), TABLET, message, proof)
    except SyncError as error:
        raise from_sync(error) from error
    except ValueError as error:
        raise PestleError("signature_wrong") from error


@blueprint.get("/leases")
@require("batch.read", "forms.fill", *WORKS, "device.enrol", "device.revoke")
@blueprint.arguments(shapes.DeviceMaybe, location="query")
def list_leases(query: Body) -> dict[str, Any]:
    """The leases of a device, or all that are out."""
    with plant.current().engine.connect() as connection:
        device = query["device"]
        found = queries.open_leases(connection) if device is None else queries.leases_of_device(connection, device)
        return {"items": gates.show_leases(connection, found)}


@blueprint.get("/warehouses")
@require(*SEES)
def list_warehouses() -> dict[str, Any]:
    """The areas in which this person works or approves, with the handhelds that have a day of theirs along."""
    with plant.current().engine.connect() as connection:
        return {"items": warehouses.of_person(connection, current_session().person)}


@blueprint.post("/leases/<lease>/return")
@require("batch.work", "forms.fill", *WORKS)
@blueprint.arguments(shapes.LeaseBack)
def give_back(body: Body, lease: str) -> dict[str, Any]:
    """Give a unit of work back; `last_seq` is the last entry that the device has written, which only it can say."""
    _prove(body, RETURN_DOMAIN + f"{lease}\n{body['last_seq']}".encode())
    here, person = plant.current(), current_session().person
    back = leases.hand_back(here, person.id, lease, body["device"], body["last_seq"])
    with here.engine.connect() as connection:
        return gates.show_leases(connection, [back])[0]


@blueprint.post("/leases/<lease>/revoke")
@require("order.release", "forms.review")
@blueprint.arguments(shapes.LeaseRevoked)
def take_back(body: Body, lease: str) -> dict[str, Any]:
    """Take a unit of work back without its device: what it makes of it from now on is kept and flagged."""
    here = plant.current()
    back = leases.revoke(here, current_session().person.id, lease, body["reason"])
    with here.engine.connect() as connection:
        return gates.show_leases(connection, [back])[0]


@blueprint.get("/documents/<path:unit>/snapshot")
@require("batch.work", "batch.read", "forms.fill", *WORKS)
@blueprint.arguments(shapes.DocumentAsked, location="query")
def document(query: Body, unit: str) -> Response:
    """The document of a batch, by its number, or of any unit of work, by its stream, as Automerge saves it.

    For a device that has ever had a lease of it: `Pestle-Last` is the number of its last change, after which the
    device asks at `/sync`. 204 where none is ready.
    """
    name, device, hub = unit_named(unit), query["device"], current_hub()
    _prove(query, SNAPSHOT_DOMAIN + f"{current_session().nonce}\n{name}\n{device}".encode())
    found = hub.snapshots.of(name) if name in hub.desk.leased(device) else None
    if found is None or found.data is None:
        return Response(status=204)
    headers = {"Pestle-Last": str(found.last), "Cache-Control": "no-store"}
    return Response(found.data, mimetype="application/octet-stream", headers=headers)


@blueprint.get("/records/<record>/registers")
@require("forms.fill")
def registers(record: str) -> dict[str, Any]:
    """What a record is filled in with, at a desk: people by permission, lots of the materials that its form names,
    equipment, and the `zones` of the plant by which days are told. PestleError `record_unknown`."""
    with plant.current().engine.connect() as connection:
        found = records.find_record(connection, record)
        definition = None if found is None else records.definition(connection, found.sha256)
        if definition is None:
            raise PestleError("record_unknown", {"record": record})
        known = registered.lent(connection, definition, days.today(connection))
        return known | {"zones": days.zones(connection).lent()}


@blueprint.put("/blobs/<name>")
@require("batch.work", "batch.review", "forms.fill", *WORKS)
def keep_blob(name: str) -> Response:
    """Keep a photo or file under the SHA-256 of its bytes; 200 when it is here already. PestleError `blob_type` for
    what is neither."""
    return files.keep(name)


@blueprint.get("/blobs/<name>")
@require("batch.read", "forms.fill", "forms.review", "lot.read")
def show_blob(name: str) -> Response:
    """A photo to look at, or a file to download, which no browser opens here. Its name says what it is, so it never
    changes."""
    found = blobs.load(plant.current().config.blobs, name)
    if found is None:
        raise PestleError("not_found")
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=31536000, immutable"}
    if found[1] not in blobs.IMAGES:
        # What it is called the record says; whoever offers the link does.
        headers |= {"Content-Disposition": "attachment", "Content-Security-Policy": "sandbox; default-src 'none'"}
    return Response(found[0], mimetype=found[1], headers=headers)


@blueprint.post("/alarms/<alarm>/settle")
@require("batch.release")
@blueprint.arguments(shapes.Settled)
def settle(body: Body, alarm: str) -> tuple[str, int]:
    """QA has found out why a device could not trust the log: it takes the log as it is told now for the log."""
    payload = {"alarm": alarm, "device": body["device"], "reason": body["reason"]}
    fact = Fact(SETTLED, device_stream(body["device"]), payload, actor=current_session().person.id)
    plant.current().recorder.state(fact)
    return "", 204


@blueprint.get("/balances")
@require("batch.read", "device.enrol")
def balances() -> dict[str, Any]:
    """The balances of the register: what each shows right now, and its last weight in the log."""
    hub = current_hub()
    with plant.current().engine.connect() as connection:
        return {"items": [_balance(connection, hub, piece) for piece in equipment.balances(connection)]}


def _balance(connection: Connection, hub: Hub, piece: Equipment) -> dict[str, Any]:
    reading = equipment.latest_reading(connection, piece.equipment)
    names = ("name", "serial", "model", "location", "calibration_due")
    return {
        "id": piece.equipment,
        **{name: getattr(piece, name) for name in names},
        "live": hub.live.of(piece.equipment),
        "link": hub.live.link(piece.equipment),
        "battery": hub.live.battery(piece.equipment),
        "reading": None if reading is None else reading.payload(),
        "gates": equipment.gates(connection, piece.equipment, clock.now_text()),
    }


@blueprint.get("/bridge/head")
@blueprint.arguments(shapes.DeviceNamed, location="query")
def bridge_head(query: Body) -> dict[str, Any]:
    """How far the log has a bridge's chain. Needs no session: it tells a number and a hash."""
    return {"head": bridge.head(plant.current(), query["device"])}


@blueprint.post("/bridge/records")
@blueprint.arguments(shapes.Records)
def bridge_records(body: Body) -> dict[str, Any]:
    """Record at most 100 entries, each signed by the bridge; saying the same again changes nothing."""
    # Tablets that are connected here must hear of the weights.
    current_hub()
    return bridge.take(plant.current(), body["device"], body["envelopes"])


@blueprint.post("/bridge/live")
@blueprint.arguments(shapes.Live)
def bridge_live(body: Body) -> tuple[str, int]:
    """Show what a balance shows right now; signed, passed on, not stored."""
    bridge.show(plant.current(), current_hub(), body)
    return "", 204
