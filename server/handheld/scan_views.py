"""Says what a scanned text is: what a tablet shows before it knows better by its lease, and what counts."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.core import days, gs1, plant
from server.equipment import queries as equipment
from server.equipment.alarms import queries as alarmed
from server.identity import queries as identity
from server.identity.access import require
from server.materials import queries as materials
from server.materials import scanning

blueprint = Blueprint("scanning", __name__, url_prefix="/api", description="What a scanned code is")
# The most that a symbol of any kind holds (ISO/IEC 18004: QR code 40-L, alphanumeric).
LONGEST = 4296
_NOTHING: dict[str, Any] = {
    **{"what": "unknown", "read": None, "container": None, "lots": [], "equipment": None},
    **{"device": None, "badge": None, "expiry": None},
}


class ScanBody(Schema):
    """`symbology`: the AIM identifier as scanners send it, "" where it is not known."""

    text = plain.String(required=True, validate=validate.Length(1, LONGEST))
    symbology = plain.String(load_default="", validate=validate.Regexp(r"(\][A-Za-z][0-9A-F])?\Z"))


class ScanAnswer(Schema):
    """`what`: container, lot, equipment, device, badge, enrol or unknown; `read`: the elements of a GS1 code with ISO
    dates and decimal strings, or what is wrong with it; `expiry`: what the code says, null where it says none."""

    what = plain.String()
    read = plain.Dict(allow_none=True)
    container = plain.Dict(allow_none=True)
    lots = plain.List(plain.Dict())
    equipment = plain.Dict(allow_none=True)
    device = plain.Dict(allow_none=True)
    badge = plain.String(allow_none=True)
    expiry = plain.String(allow_none=True)


@blueprint.post("/scan")
@require("lot.read")
@blueprint.arguments(ScanBody)
@blueprint.response(200, ScanAnswer)
def scan(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a code is. The text itself is not given back: it may hold the secret of a badge."""
    with plant.current().engine.connect() as connection:
        return {**_NOTHING, **identify(connection, body["text"], body["symbology"], days.today(connection))}


def identify(connection: Connection, text: str, symbology: str, day: str) -> dict[str, Any]:
    """The fields of an answer that differ from "unknown"."""
    named = scanning.own(text)
    if named is not None:
        return _own(connection, named, day)
    try:
        elements = gs1.read_code(text, symbology)
    except gs1.WrongCode as error:
        return {"read": {"elements": [], "wrong": error.why}}
    return _plain(connection, text, day) if elements is None else _gs1(connection, elements, day)


def _own(connection: Connection, named: scanning.Named, day: str) -> dict[str, Any]:
    match named.what:
        case "badge":
            # Its identifier alone; what follows is known to nobody but the badge.
            badge, secret, _ = named.name.partition(":")
            return {"what": "badge", "badge": badge} if secret else {}
        case "enrol":
            return {"what": "enrol"}
        case "container":
            return _container(connection, named.name, day)
        case "lot":
            return _lots(scanning.lots_named(connection, named.name, day))
        case "equipment":
            return _machine(connection, named.name)
        case _:
            return _device(connection, named.name)


def _gs1(connection: Connection, elements: list[gs1.Element], day: str) -> dict[str, Any]:
    found = scanning.container_in(connection, elements)
    read = {"elements": [one.payload() for one in elements], "wrong": None}
    more = {"read": read, "expiry": scanning.expiry_of(elements)}
    if found is not None:
        return {**_container(connection, found.container, day), **more}
    return {**_lots(scanning.lots_in(connection, elements, day)), **more}


def _plain(connection: Connection, text: str, day: str) -> dict[str, Any]:
    """A label as it stands, which may be that of a container, a machine, a lot or a device; the closest first."""
    return (
        _container(connection, text, day)
        or _machine(connection, text)
        or _lots(scanning.lots_named(connection, text, day))
        or _device(connection, text)
    )


def _container(connection: Connection, label: str, day: str) -> dict[str, Any]:
    found = materials.find_container(connection, label)
    if found is None:
        return {}
    lots = materials.lots_of(connection, [(found.material, found.lot)], day)
    return {**_lots(lots), "what": "container", "container": found.payload()}


def _lots(lots: list[Any]) -> dict[str, Any]:
    shown = ("material", "lot", "name", "status", "expiry", "supplier_lot")
    return {"what": "lot", "lots": [{name: getattr(lot, name) for name in shown} for lot in lots]} if lots else {}


def _machine(connection: Connection, code: str) -> dict[str, Any]:
    """With the alarms that it is in: it may not be used."""
    found = equipment.find_equipment(connection, code)
    if found is None:
        return {}
    alarms = [one.payload() for one in alarmed.standing_of(connection, code)]
    return {"what": "equipment", "equipment": found.payload() | {"alarms": alarms}}


def _device(connection: Connection, device_id: str) -> dict[str, Any]:
    found = identity.find_device(connection, device_id)
    return {} if found is None else {"what": "device", "device": {"id": found.id, "name": found.name}}
