"""The tables of rooms' air: where sensors stand, the limits of rooms, and every reading; and how entries fill them."""

import json
from collections.abc import Mapping

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, bindparam, insert, select

from server.core.db import records
from server.core.kinds import Entry, Project
from server.environment import model, rules
from server.environment.model import Limits, Place
from server.equipment.model import REGISTERED
from sync.log import transaction
from sync.log.prepared import Prepared

place = Table(
    "environment_place",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("sensor", Text, nullable=False, index=True),
    Column("since", Text, nullable=False),
    Column("room", Text),
    Column("serial", Text),
)
limits = Table(
    "environment_limits",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("room", Text, nullable=False, index=True),
    Column("since", Text, nullable=False),
    Column("by", Text, nullable=False),
    # JSON: as the entry has it.
    Column("payload", Text, nullable=False),
)
reading = Table(
    "environment_reading",
    records,
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("quantity", Text, primary_key=True),
    Column("room", Text, nullable=False),
    Column("sensor", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("value", Text, nullable=False),
    # 1: beyond the action limits that held then.
    Column("beyond", Integer, nullable=False),
    Index("environment_reading_at", "room", "quantity", "at"),
    Index("environment_reading_by", "room", "quantity", "sensor", "at"),
    Index("environment_reading_beyond", "room", "beyond", "at"),
)
# Asked of every reading.
_places = Prepared(
    select(place.c.since, place.c.room, place.c.serial)
    .where(place.c.sensor == bindparam("sensor"))
    .order_by(place.c.idx)
)
_limits = Prepared(
    select(limits.c.since, limits.c.payload).where(limits.c.room == bindparam("room")).order_by(limits.c.idx)
)
_add_reading = Prepared(insert(reading).inline())


def places_of(connection: Connection, sensor: str) -> list[Place]:
    """Where a sensor has stood, in the order of the log."""
    return [Place(*row) for row in transaction.rows(connection, _places, {"sensor": sensor})]


def limits_of(connection: Connection, room: str) -> list[Limits]:
    """What was set for a room, in the order of the log."""
    return [Limits.of(json.loads(text), since) for since, text in transaction.rows(connection, _limits, {"room": room})]


def put(connection: Connection, entry: Entry) -> None:
    """A sensor as the register has it; of another piece that was one, that it is one no more."""
    given = entry.payload
    if given["class"] != model.SENSOR and not places_of(connection, given["equipment"]):
        return
    stands = Place.of(given, entry.header.captured_at)
    row = {"idx": entry.index, "sensor": given["equipment"], "since": stands.since}
    connection.execute(insert(place), row | {"room": stands.room, "serial": stands.serial})


def set_limits(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    row = {"idx": entry.index, "room": given["room"], "since": entry.header.captured_at, "by": entry.actor}
    connection.execute(insert(limits), row | {"payload": json.dumps(dict(given), sort_keys=True)})


def keep(connection: Connection, entry: Entry) -> None:
    """A reading that counts, in the room in which its sensor stood then; what it is beyond is decided here once and for
    all, since no limits can be set for a time that has passed."""
    given, at = entry.payload, entry.header.captured_at
    stood = rules.held_at(places_of(connection, given["sensor"]), at)
    if not model.COUNTS_NOT.isdisjoint(entry.flags) or stood is None or stood.room is None:
        return
    stated = limits_of(connection, stood.room)
    for quantity, value in model.figures(given["values"]).items():
        row = {"idx": entry.index, "quantity": quantity, "room": stood.room, "sensor": given["sensor"], "at": at}
        beyond = int(rules.beyond_action(stated, at, quantity, value))
        transaction.insert(connection, _add_reading, row | {"value": value, "beyond": beyond})


LISTENERS: Mapping[str, Project] = {REGISTERED: put}
