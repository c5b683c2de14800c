"""The tables of the schedule: lines as they were set last, and the slot that each batch has."""

from sqlalchemy import Column, Connection, Table, Text, delete

from server.core import db
from server.core.db import records
from server.core.kinds import Entry
from sync import canonical

line = Table(
    "planning_line",
    records,
    Column("line", Text, primary_key=True),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("equipment_class", Text),
    Column("rooms", Text, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("shifts", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", Text, nullable=False),
)
slot = Table(
    "planning_slot",
    records,
    Column("batch", Text, primary_key=True),
    Column("line", Text, nullable=False),
    Column("begins", Text, nullable=False),
    Column("ends", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", Text, nullable=False),
)


def set_line(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {name: given[name] for name in ("line", "equipment_class", "calendar", "zone")}
    values |= {"name_zh": given["name"]["zh"], "name_en": given["name"]["en"]}
    values |= {name: canonical.encode(given[name]).decode() for name in ("rooms", "shifts")}
    db.put(connection, line, values | _set(entry))


def schedule(connection: Connection, entry: Entry) -> None:
    """Moved by a newer entry; without a line the batch is on none any more."""
    given = entry.payload
    if given["line"] is None:
        take_off(connection, entry)
        return
    values = {"batch": given["batch"], "line": given["line"], "begins": given["start"], "ends": given["end"]}
    db.put(connection, slot, values | _set(entry))


def take_off(connection: Connection, entry: Entry) -> None:
    """An order that is withdrawn leaves its time to others; its number may be planned again."""
    connection.execute(delete(slot).where(slot.c.batch == entry.payload["batch"]))


def _set(entry: Entry) -> dict[str, str]:
    return {"set_by": entry.actor, "set_at": entry.header.captured_at}
