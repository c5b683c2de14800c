"""Reads of rooms' air: what a sensor's room was, readings of a time, and the latest of every room."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from server.environment import projection, rules
from server.environment.model import QUANTITIES, Beyond, Limits, Place, Reading, figures
from server.environment.projection import limits, place, reading

# (time, quantity, value).
_Out = tuple[str, str, str]


def place_at(connection: Connection, sensor: str, at: str) -> Place | None:
    """Where a sensor stood at a time; None before it was registered."""
    return rules.held_at(projection.places_of(connection, sensor), at)


def limits_of(connection: Connection, room: str) -> list[Limits]:
    """What was set for a room, in the order of the log."""
    return projection.limits_of(connection, room)


def beyond(connection: Connection, room: str, begin: str, end: str) -> list[_Out]:
    """(time, quantity, value) of every reading beyond action limits from one time to another, in the order of time."""
    c = reading.c
    here = (c.room == room) & (c.beyond == 1) & c.at.between(begin, end)
    query = select(c.at, c.quantity, c.value).where(here).order_by(c.at, c.idx, c.quantity)
    return [(at, quantity, value) for at, quantity, value in connection.execute(query)]


def beyond_action(connection: Connection, room: str, at: str, values: Iterable[Mapping[str, Any]]) -> list[_Out]:
    """The same of what one reading says."""
    stated = limits_of(connection, room)
    said = figures(values).items()
    return [(at, name, value) for name, value in said if rules.beyond_action(stated, at, name, value)]


def told(connection: Connection, room: str, begin: str, end: str) -> dict[str, Any]:
    """What a room was like from one time to another: {sensors, longest_gap, quantities}. Each quantity that was ever
    read there, or has limits, with its unit, limits, count, minimum, mean, maximum, longest gap and excursions."""
    stated = limits_of(connection, room)
    limits = rules.held_at(stated, end)
    bounds = {} if limits is None else limits.limits
    read = quantities_of(connection, room)
    allowed = None if limits is None else limits.longest_gap
    said = []
    for quantity in [one for one in QUANTITIES if one in read or one in bounds]:
        found = series(connection, room, quantity, begin, end)
        about = {"quantity": quantity, "unit": QUANTITIES[quantity], "limit": bounds.get(quantity)}
        said.append(about | rules.summary(found, stated, quantity, begin, end).payload(allowed))
    return {"sensors": sensors_of(connection, room), "longest_gap": allowed, "quantities": said}


def quantities_of(connection: Connection, room: str) -> list[str]:
    """What was ever read in a room. Asked one by one: a room has a hundred thousand readings a year."""
    c = reading.c
    found = []
    for quantity in QUANTITIES:
        query = select(c.idx).where(c.room == room, c.quantity == quantity).limit(1)
        found += [quantity] if connection.execute(query).first() is not None else []
    return found


def series(connection: Connection, room: str, quantity: str, begin: str, end: str) -> list[Reading]:
    """The readings from one time to another with the one before and the one after, where there are any."""
    c = reading.c
    query = select(c.at, c.value, c.sensor).where(c.room == room, c.quantity == quantity)
    inside = _read(connection, query.where(c.at.between(begin, end)).order_by(c.at, c.idx))
    before = _read(connection, query.where(c.at < begin).order_by(c.at.desc()).limit(1))
    after = _read(connection, query.where(c.at > end).order_by(c.at).limit(1))
    return [*before, *inside, *after]


def sensors_of(connection: Connection, room: str) -> list[str]:
    """The sensors that stand in a room now."""
    return sorted(sensor for sensor, stands in _standing(connection).items() if stands == room)


def rooms(connection: Connection) -> list[str]:
    """Every room that has limits, or in which a sensor stands."""
    stands = {room for room in _standing(connection).values() if room is not None}
    return sorted(stands | set(connection.execute(select(limits.c.room).distinct()).scalars()))


def latest(connection: Connection, room: str) -> dict[str, Reading]:
    """The last reading of each quantity of a room."""
    c, found = reading.c, {}
    for quantity in quantities_of(connection, room):
        query = select(c.at, c.value, c.sensor).where(c.room == room, c.quantity == quantity)
        [found[quantity]] = _read(connection, query.order_by(c.at.desc(), c.idx.desc()).limit(1))
    return found


def beyond_now(connection: Connection) -> list[Beyond]:
    """What was beyond action limits when it was read last, and since which reading it has been."""
    c, found = reading.c, []
    for room in rooms(connection):
        for quantity, last in latest(connection, room).items():
            here = (c.room == room) & (c.quantity == quantity)
            # From the newest on, so that only what is beyond is looked through.
            back = select(c.at).where(here, c.beyond == 0).order_by(c.at.desc()).limit(1)
            within = connection.execute(back).scalar() or ""
            out = select(c.at).where(here, c.beyond == 1, c.at > within).order_by(c.at).limit(1)
            since = connection.execute(out).scalar()
            if since is not None:
                found.append(Beyond(room, quantity, QUANTITIES[quantity], last.value, since))
    return found


def stated(connection: Connection, room: str) -> list[dict[str, Any]]:
    """What was set for a room, by whom and why, the newest first: {since, by, longest_gap, limits, reason}."""
    query = select(limits.c.since, limits.c.by, limits.c.payload).where(limits.c.room == room)
    rows = connection.execute(query.order_by(limits.c.idx.desc()))
    names = ("longest_gap", "limits", "reason")
    return [{"since": since, "by": by, **{name: json.loads(text)[name] for name in names}} for since, by, text in rows]


def _standing(connection: Connection) -> dict[str, str | None]:
    newest = select(func.max(place.c.idx)).group_by(place.c.sensor)
    query = select(place.c.sensor, place.c.room).where(place.c.idx.in_(newest))
    return {row.sensor: row.room for row in connection.execute(query)}


def _read(connection: Connection, query: Select[Any]) -> list[Reading]:
    return [_reading(row) for row in connection.execute(query)]


def _reading(row: Row[Any]) -> Reading:
    return Reading(row.at, row.value, row.sensor)
