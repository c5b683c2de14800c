"""The kinds of the environment: what a sensor has read, which is kept whatever it says, and the limits of a room, which
QA decides."""

from sqlalchemy import Connection

from server.core.kinds import Entry, Kind, Room, Ruling
from server.environment import model, projection, queries, rules, shapes
from server.equipment import queries as register
from server.identity import queries as identity


def judge_point(connection: Connection, entry: Entry) -> Ruling:
    """Whether it counts: of a sensor that the register places in a room, by a bridge."""
    given, head = entry.payload, entry.header
    stood = queries.place_at(connection, given["sensor"], head.captured_at)
    by_bridge = identity.device_role(connection, head.device) == "bridge"
    return Ruling(flags=tuple(rules.judge_source(stood, given["serial"], by_bridge)))


def decide_limits(connection: Connection, entry: Entry) -> Ruling:
    """Of a room in which something stands; bounds in order."""
    room = entry.payload["room"]
    known = any(room == one.location for one in register.all_equipment(connection))
    refused = rules.judge_limits(entry.payload, known)
    return Ruling() if refused is None else Ruling(refusal=refused, details={"room": room})


def _room(connection: Connection, entry: Entry) -> list[str]:
    return [entry.payload["room"]]


KINDS = (
    Kind(model.POINT_READ, shapes.PointRead, "observation", judge_point, projection.keep),
    Kind(
        model.LIMITS_SET,
        shapes.RoomLimitsSet,
        "decision",
        decide_limits,
        projection.set_limits,
        by=("server", model.MANAGES),
        places=_room,
    ),
)
ROOM = Room("environment", KINDS, projection.LISTENERS)
