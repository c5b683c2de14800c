"""The kinds that tell more of a device than its key: how it keeps that, where it stands, which one it replaces."""

import json

from marshmallow import Schema
from sqlalchemy import Connection, update

from server.core import fields
from server.core.kinds import Entry, Kind, Ruling
from server.identity import queries
from server.identity.model import SERVER
from server.identity.projection import device
from sync import signing

DEVICE_ATTESTED = "identity.device_attested.v1"
DEVICE_PLACED = "identity.device_placed.v1"


class DeviceAttested(Schema):
    """What a device found when it enrolled, by its own word: that the key came back from a closed and opened store,
    signed and was verified (`reopened`), that no script can read it out, whether the browser promised to keep it."""

    device = fields.code()
    alg = fields.choice(*signing.ALGORITHMS)
    reopened = fields.truth()
    extractable = fields.truth()
    persisted = fields.truth()


class DevicePlaced(Schema):
    """The room in which a device is kept from now on; `replaces` is the one whose name and place it takes."""

    device = fields.code()
    place = fields.text(80, none=True)
    replaces = fields.code(none=True)
    reason = fields.text(2000, none=True)


def _known(connection: Connection, entry: Entry) -> Ruling:
    found = queries.find_device(connection, entry.payload["device"])
    if found is None or found.role == SERVER:
        return Ruling(refusal="not_found", details={"device": entry.payload["device"]})
    return Ruling()


def attest(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    kept = json.dumps({name: given[name] for name in ("reopened", "extractable", "persisted")}, sort_keys=True)
    connection.execute(update(device).where(device.c.id == given["device"]).values(storage=kept))


def put(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {"place": given["place"]} | ({"replaces": given["replaces"]} if given["replaces"] else {})
    connection.execute(update(device).where(device.c.id == given["device"]).values(values))


_ENROLS = (SERVER, "device.enrol")
KINDS = (
    Kind(DEVICE_ATTESTED, DeviceAttested, "decision", _known, attest, by=_ENROLS),
    Kind(DEVICE_PLACED, DevicePlaced, "decision", _known, put, by=_ENROLS),
)
