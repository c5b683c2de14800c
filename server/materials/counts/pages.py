"""What screens show of stock counts."""

from typing import Any

from sqlalchemy import Connection

from server.identity import queries as identity
from server.materials import queries as materials
from server.materials.counts import model, queries
from server.materials.counts.model import Count, Counting, Line
from server.materials.stock import queries as stock

Answer = dict[str, Any]


def listing(connection: Connection, offset: int, limit: int) -> Answer:
    found, total = queries.listed(connection, offset, limit)
    people = identity.people(connection, [who for one in found for who in (one.ordered_by, one.closed_by)])
    return {"items": [_head(one, people) for one in found], "total": total}


def one(connection: Connection, number: str, day: str) -> Answer | None:
    """A count with its lines: of an open one what it comes to now, of a closed one what was decided, what came
    afterwards, and `upset`: what late entries have made wrong of it; None where there is none."""
    found = queries.find(connection, number)
    if found is None:
        return None
    told = queries.countings(connection, number)
    lines = queries.lines(connection, found, day)
    people = identity.people(connection, [found.ordered_by, found.closed_by, *(one.person for one in told)])
    devices = identity.devices(connection, {one.device for one in told})
    names = materials.material_names(connection, {one.material for one in lines if one.material is not None})
    places = {one["location"]: one["name"] for one in stock.locations(connection)}
    return {
        **_head(found, people),
        "places": [{"location": one, "name": places.get(one)} for one in found.locations],
        "digest": model.digest(number, lines),
        "lines": [_line(one, names) for one in lines],
        "decided": [dict(one) for one in found.lines],
        "people": people,
        "devices": devices,
        "late": [_counting(one) for one in told if one.late],
        "upset": [one.payload() for one in queries.upsets(connection, number)],
    }


def _head(found: Count, people: Answer) -> Answer:
    return {
        "count": found.count,
        "locations": list(found.locations),
        "reason": found.reason,
        "ordered_by": people[found.ordered_by],
        "ordered_at": found.ordered_at,
        "closed_by": None if found.closed_by is None else people[found.closed_by],
        "closed_at": found.closed_at,
    }


def _line(one: Line, names: Answer) -> Answer:
    same = ("container", "material", "lot", "book", "place", "result")
    return {
        **{name: getattr(one, name) for name in same},
        "name": None if one.material is None else names.get(one.material),
        "countings": [_counting(each) | {"stands": each in one.standing} for each in one.countings],
    }


def _counting(one: Counting) -> Answer:
    names = ("entry", "container", "location", "quantity", "seen", "person", "device", "at", "book", "place")
    return {name: getattr(one, name) for name in names}
