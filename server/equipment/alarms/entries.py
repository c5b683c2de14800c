"""The kinds of alarms: raised, which is kept whoever says so, and cleared, which is a decision."""

from sqlalchemy import Connection

from server.core.kinds import Entry, Kind, Room, Ruling
from server.equipment import queries as register
from server.equipment.alarms import model, projection, queries, shapes
from server.equipment.status.model import UNKNOWN
from server.identity import grants
from server.identity import queries as identity
from server.identity.model import SERVER


def judge_raised(connection: Connection, entry: Entry) -> Ruling:
    """Kept also of a piece that is not registered: somebody saw it; and whoever says so."""
    known = register.find_equipment(connection, entry.payload["equipment"]) is not None
    by_bridge = identity.device_role(connection, entry.header.device) == "bridge"
    held = identity.grants_within(connection, entry.actor, entry.header)
    may = entry.actor == SERVER or any(grants.permits(one, each, None) for one in held for each in model.RAISES)
    flags = model.judge_raised(entry.payload, entry.header.stream, by_bridge, may)
    return Ruling(flags=(*(() if known else (UNKNOWN,)), *flags))


def decide_clearing(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    refused = model.clearing_refused(given["equipment"], queries.find(connection, given["alarm"]))
    details = {"equipment": given["equipment"], "alarm": given["alarm"]}
    return Ruling(refusal=refused, details={} if refused is None else details)


def _rooms(connection: Connection, entry: Entry) -> list[str]:
    piece = register.find_equipment(connection, entry.payload["equipment"])
    return [piece.location] if piece is not None and piece.location else []


KINDS = (
    Kind(model.RAISED, shapes.AlarmRaised, "observation", judge_raised, projection.keep),
    Kind(
        model.CLEARED,
        shapes.AlarmCleared,
        "decision",
        decide_clearing,
        projection.clear,
        by=("server", model.CLEARS),
        places=_rooms,
    ),
)
ROOM = Room("equipment", KINDS, projection.LISTENERS)
