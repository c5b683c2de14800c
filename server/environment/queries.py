"""Reads of rooms' air: what a sensor's room was, readings of a time, and the latest of every room."""

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
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
    """What a room was like from one time to another: {sensors, longest_gap, changes, quantities}. `changes` of limits
    meanwhile as `stated` has them. Each quantity that was ever read there, or has limits, by each sensor that read it
    or stood there, with its unit, limits, count, minimum, mean, maximum, longest gap and excursions: what one sensor
    reads says nothing of the corner of another. `sensor` None: nothing that reads it stood there, for so long.
    `limits` are those that held, one after another (None: none), `limit` the last of them that was one: nothing that
    had limits is said to have had none."""
    known = limits_of(connection, room)
    held = rules.held_in(known, begin, end)
    bounds = {name: limit for one in held for name, limit in one.limits.items()}
    read = quantities_of(connection, room)
    said = []
    for quantity in [one for one in QUANTITIES if one in read or one in bounds]:
        about: dict[str, Any] = {"quantity": quantity, "unit": QUANTITIES[quantity], "limit": bounds.get(quantity)}
        about["limits"] = [limit for limit, _ in groupby(one.limits.get(quantity) for one in held)]
        stood = _stood(connection, room, quantity, begin, end)
        for sensor, stays in stood.items():
            found = series(connection, room, quantity, sensor, begin, end)
            summary = rules.summary(found, known, quantity, begin, end, stays)
            said.append({**about, "sensor": sensor, **summary.payload(known)})
        bare = rules.uncovered([one for stays in stood.values() for one in stays], begin, end, known)
        none = rules.Summary(0, None, None, None, bare, ()).payload(known)
        said += [{**about, "sensor": None, **none}] if not stood or none["gap"]["over"] else []
    allowed = held[-1].longest_gap if held else None
    changes = [one for one in stated(connection, room) if begin < one["since"] < end]
    same = {"sensors": sensors_of(connection, room), "longest_gap": allowed, "changes": changes}
    return {**same, "quantities": said}


def _stood(connection: Connection, room: str, quantity: str, begin: str, end: str) -> dict[str, list[rules.Stay]]:
    """The sensors that read a quantity of a room, or could have, from one time to another, with when they stood
    there."""
    found: dict[str, list[rules.Stay]] = {}
    for sensor in connection.execute(select(place.c.sensor).where(place.c.room == room).distinct()).scalars():
        stays = rules.stays(projection.places_of(connection, sensor), room, begin, end)
        if stays and _last(connection, room, quantity, sensor):
            found[sensor] = stays
    return dict(sorted(found.items()))


def quantities_of(connection: Connection, room: str) -> list[str]:
    """What was ever read in a room. Asked one by one: a room has a hundred thousand readings a year."""
    c = reading.c
    found = []
    for quantity in QUANTITIES:
        query = select(c.idx).where(c.room == room, c.quantity == quantity).limit(1)
        found += [quantity] if connection.execute(query).first() is not None else []
    return found


def series(connection: Connection, room: str, quantity: str, sensor: str, begin: str, end: str) -> list[Reading]:
    """The readings of a sensor from one time to another with the one before and the one after, where there are any."""
    c = reading.c
    query = select(c.at, c.value, c.sensor).where(c.room == room, c.quantity == quantity, c.sensor == sensor)
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


def latest(connection: Connection, room: str) -> dict[tuple[str, str], Reading]:
    """By quantity and sensor the last reading of each sensor that stands in a room; of one that has left it only as
    long as none has read there since."""
    c = reading.c
    found: dict[tuple[str, str], Reading] = {}
    stands = sensors_of(connection, room)
    for quantity in quantities_of(connection, room):
        query = select(c.at, c.value, c.sensor).where(c.room == room, c.quantity == quantity)
        newest = _read(connection, query.order_by(c.at.desc(), c.idx.desc()).limit(1))
        lasts = [one for sensor in stands for one in _last(connection, room, quantity, sensor)]
        found |= {(quantity, one.sensor): one for one in sorted([*lasts, *newest], key=lambda one: one.sensor)}
    return found


def _last(connection: Connection, room: str, quantity: str, sensor: str) -> list[Reading]:
    c = reading.c
    query = select(c.at, c.value, c.sensor).where(c.room == room, c.quantity == quantity, c.sensor == sensor)
    return _read(connection, query.order_by(c.at.desc(), c.idx.desc()).limit(1))


def beyond_now(connection: Connection) -> list[Beyond]:
    """What was beyond action limits when a sensor read it last, and since which of its readings it has been."""
    c, found = reading.c, []
    for room in rooms(connection):
        for (quantity, sensor), last in latest(connection, room).items():
            here = (c.room == room) & (c.quantity == quantity) & (c.sensor == sensor)
            # From the newest on, so that only what is beyond is looked through.
            back = select(c.at).where(here, c.beyond == 0).order_by(c.at.desc()).limit(1)
            within = connection.execute(back).scalar() or ""
            out = select(c.at).where(here, c.beyond == 1, c.at > within).order_by(c.at).limit(1)
            since = connection.execute(out).scalar()
            if since is not None:
                found.append(Beyond(room, sensor, quantity, QUANTITIES[quantity], last.value, since))
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
