"""What is wrong with moving, splitting and merging containers: asked at the desk before, and at the door afterwards."""

from collections.abc import Iterable

from sqlalchemy import Connection

from server.core import days
from server.identity import queries as identity
from server.materials.masters import queries as masters
from server.materials.stock import model, placed, projection, queries, rules
from server.materials.stock.model import Payload


def flags(connection: Connection, kind: str, given: Payload, at: str) -> list[str]:
    """Each once, in the order in which they are found; none of what may be done like that at this time (UTC text)."""
    found = {model.MOVED: _of_move, model.SPLIT: _of_split, model.MERGED: _of_merger}[kind](connection, given, at)
    return list(dict.fromkeys(found))


def _of_move(connection: Connection, given: Payload, at: str) -> list[str]:
    standing = queries.find_standing(connection, given["container"], days.of(connection, at))
    if standing is None:
        return [model.UNKNOWN]
    gone = [] if standing.gone is None else [model.IS_GONE]
    stood = placed.stood(connection, given["container"], at)
    elsewhere = given["from"] is not None and stood not in (None, given["from"])
    found = of_place(connection, given["to"], standing.status, standing.material)
    return [*gone, *([model.ELSEWHERE] if elsewhere else []), *found]


def of_place(connection: Connection, code: str, status: str, material: str) -> list[str]:
    """What is wrong with a place for a container of this status and material."""
    place = queries.find_location(connection, code)
    to = None if place is None else (place.kind, place.storage, place.active)
    return rules.place_flags(to, status, masters.storage_of(connection, material))


def of_area(connection: Connection, person: str, permission: str, places: Iterable[str | None]) -> list[str]:
    """Whether somebody who may do this may not do it at all of these places."""
    if not identity.permitted(connection, person, permission):
        return []
    areas = queries.areas_of(connection, places)
    outside = any(not identity.permitted(connection, person, permission, one) for one in areas)
    return [model.OTHER_AREA] if outside else []


def places_of(connection: Connection, kind: str, given: Payload, at: str) -> list[str | None]:
    """The places that a move, split or merger is about."""
    if kind == model.MOVED:
        return [given["from"], given["to"]]
    labels = [given["container"]] if kind == model.SPLIT else [given["into"], *given["from"]]
    return [placed.stood(connection, label, at) for label in labels]


def _of_split(connection: Connection, given: Payload, at: str) -> list[str]:
    found = projection.find(connection, [given["container"], *(one["container"] for one in given["into"])])
    source = found.get(given["container"])
    own = () if source is None else masters.links(connection, source.material)
    return rules.split(given, source, found, own)[1]


def _of_merger(connection: Connection, given: Payload, at: str) -> list[str]:
    found = projection.find(connection, [given["into"], *given["from"]])
    into = found.get(given["into"])
    own = () if into is None else masters.links(connection, into.material)
    batches = [one.batch for one in queries.standing(connection, found, days.of(connection, at))]
    return [*rules.merge(given, found, own)[1], *rules.mixed(batches)]
