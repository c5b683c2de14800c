"""The HTTP interface of rooms: how they are now, what was set for one, and setting it."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy import Connection

from server.core import clock, plant
from server.core.kinds import Fact
from server.environment import model, queries, rules, shapes
from server.identity import queries as identity
from server.identity.access import current_person, require

Body = Mapping[str, Any]
Answer = dict[str, Any]
blueprint = Blueprint("environment", __name__, url_prefix="/api/rooms", description="Rooms and their air")
_SEES = ("batch.read", "lot.read", "log.read")


@blueprint.get("")
@require(*_SEES)
def rooms() -> Answer:
    """Every room that has limits or a sensor: {rooms: [{room, sensors, longest_gap, values}]} with the latest reading
    of each quantity by each sensor, its limits, and how it stands to them."""
    with plant.current().engine.connect() as connection:
        now = clock.now_text()
        return {"now": now, "rooms": [_room(connection, room, now) for room in queries.rooms(connection)]}


@blueprint.get("/<room>")
@require(*_SEES)
def show(room: str) -> Answer:
    """One room as in the list, with every setting of its limits, the newest first."""
    return _page(room)


@blueprint.post("/<room>/limits")
@require(model.MANAGES)
@blueprint.arguments(shapes.NewRoomLimits)
@blueprint.response(201)
def set_limits(body: Body, room: str) -> Answer:
    """Say what a room must stay within from now on. PestleError `environment_room_unknown`,
    `environment_limits_wrong`."""
    fact = Fact(model.LIMITS_SET, f"room/{room}", {"room": room, **body}, actor=current_person().id)
    plant.current().recorder.state(fact)
    return _page(room)


def _page(room: str) -> Answer:
    with plant.current().engine.connect() as connection:
        now = clock.now_text()
        found = queries.stated(connection, room)
        people = identity.people(connection, {one["by"] for one in found})
        set_ = [one | {"by": people.get(one["by"])} for one in found]
        return {"now": now, **_room(connection, room, now), "settings": set_}


def _room(connection: Connection, room: str, now: str) -> Answer:
    limits = rules.held_at(queries.limits_of(connection, room), now)
    latest = queries.latest(connection, room)
    bounds = {} if limits is None else limits.limits
    read = {name for name, _ in latest}
    unread = [_value(name, None, bounds[name]) for name in model.QUANTITIES if name in bounds and name not in read]
    values = [_value(name, one, bounds.get(name)) for (name, _), one in latest.items()]
    return {
        "room": room,
        "sensors": queries.sensors_of(connection, room),
        "longest_gap": None if limits is None else limits.longest_gap,
        "values": [*values, *unread],
    }


def _value(name: str, one: model.Reading | None, limit: Mapping[str, Any] | None) -> Answer:
    """`level` is null within its limits and where it has none; `sensor`, `value` and `at` null where nothing was ever
    read."""
    bounds = None if limit is None else model.Limit.of(limit)
    return {
        "quantity": name,
        "unit": model.QUANTITIES[name],
        "sensor": None if one is None else one.sensor,
        "value": None if one is None else one.value,
        "at": None if one is None else one.at,
        "level": None if one is None else rules.stands(one.value, bounds),
        "limit": None if limit is None else {bound: limit[bound] for bound in model.BOUNDS},
    }
