"""What is wrong with moving, splitting and merging containers: asked at the desk before, and at the door afterwards."""

from sqlalchemy import Connection

from server.materials.masters import queries as masters
from server.materials.stock import model, projection, queries, rules
from server.materials.stock.model import Payload


def flags(connection: Connection, kind: str, given: Payload, day: str) -> list[str]:
    """Each once, in the order in which they are found; none of what may be done like that on this day."""
    found = {model.MOVED: _of_move, model.SPLIT: _of_split, model.MERGED: _of_merger}[kind](connection, given, day)
    return list(dict.fromkeys(found))


def _of_move(connection: Connection, given: Payload, day: str) -> list[str]:
    standing = queries.find_standing(connection, given["container"], day)
    if standing is None:
        return [model.UNKNOWN]
    place = queries.find_location(connection, given["to"])
    to = None if place is None else (place.kind, place.storage, place.active)
    storage = masters.storage_of(connection, standing.material)
    gone = [] if standing.gone is None else [model.IS_GONE]
    return [*gone, *rules.move_flags(given, standing.location, to, standing.status, storage)]


def _of_split(connection: Connection, given: Payload, day: str) -> list[str]:
    found = projection.find(connection, [given["container"], *(one["container"] for one in given["into"])])
    source = found.get(given["container"])
    own = () if source is None else masters.links(connection, source.material)
    return rules.split(given, source, found, own)[1]


def _of_merger(connection: Connection, given: Payload, day: str) -> list[str]:
    found = projection.find(connection, [given["into"], *given["from"]])
    into = found.get(given["into"])
    own = () if into is None else masters.links(connection, into.material)
    return rules.merge(given, found, own)[1]
