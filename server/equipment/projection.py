"""The tables of equipment, readings, limits and checks of balances, and how entries fill them."""

import json
from collections.abc import Mapping

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, bindparam, insert, select, update

from server.core import db
from server.core.db import records
from server.core.kinds import Entry
from server.equipment.model import UNRATED
from sync.log import transaction
from sync.log.prepared import Prepared

equipment = Table(
    "equipment_equipment",
    records,
    Column("id", Text, primary_key=True),
    Column("class", Text, nullable=False, index=True, key="class_"),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("serial", Text),
    Column("model", Text),
    Column("location", Text),
    Column("calibration_due", Text),
)
reading = Table(
    "equipment_reading",
    records,
    Column("id", Text, primary_key=True),
    Column("idx", Integer, nullable=False),
    Column("balance", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("serial", Text, nullable=False),
    Column("quality", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("captured_at", Text, nullable=False),
    Index("equipment_reading_balance", "balance", "idx"),
)
limits = Table(
    "equipment_limits",
    records,
    Column("balance", Text, primary_key=True),
    # JSON: as the entry has it.
    Column("payload", Text, nullable=False),
)
check = Table(
    "equipment_check",
    records,
    Column("id", Text, primary_key=True),
    Column("balance", Text, nullable=False),
    Column("weight", Text, nullable=False),
    Column("reading", Text, nullable=False, index=True),
    Column("shown_value", Text, nullable=False),
    Column("shown_unit", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Index("equipment_check_latest", "balance", "weight", "at"),
)
# Which figures each machine has given by itself, in which unit last: what a recipe may bind a parameter to.
signal = Table(
    "equipment_signal",
    records,
    Column("equipment", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("unit", Text),
)
_signals = Prepared(select(signal.c.name, signal.c.unit).where(signal.c.equipment == bindparam("equipment")))
# The busiest statement of all projections: built once.
_add_reading = Prepared(insert(reading).inline())


def register(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {
        "class_": given["class"],
        "name_zh": given["name"]["zh"],
        "name_en": given["name"]["en"],
        **{name: given[name] for name in ("serial", "model", "location", "calibration_due")},
    }
    changed = connection.execute(update(equipment).where(equipment.c.id == given["equipment"]).values(values))
    if changed.rowcount == 0:
        connection.execute(insert(equipment).values(id=given["equipment"], **values))


def set_limits(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    kept = json.dumps({name: given[name] for name in ("capacity", "minimum", "check_hours", "weights")})
    db.put(connection, limits, {"balance": given["balance"], "payload": kept})


def keep_check(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {
        "id": entry.id,
        "reading": given["reading"],
        "shown_value": given["shown"]["value"],
        "shown_unit": given["shown"]["unit"],
        "at": entry.header.captured_at,
        "by": entry.actor,
        **{name: given[name] for name in ("balance", "weight", "verdict")},
    }
    connection.execute(insert(check).values(values))


def keep_reading(connection: Connection, entry: Entry) -> None:
    _keep(connection, entry, entry.payload["net"], entry.payload["quality"])


def keep_unrated(connection: Connection, entry: Entry) -> None:
    _keep(connection, entry, entry.payload["weight"], UNRATED)


def keep_signals(connection: Connection, entry: Entry) -> None:
    """Written where it is new only: a press says the same nine names every ten seconds."""
    if "device_revoked" in entry.flags:
        return
    given = entry.payload
    known = dict(transaction.named(connection, _signals, {"equipment": given["equipment"]}))
    for one in given["values"]:
        if one["name"] not in known or known[one["name"]] != one["unit"]:
            db.put(connection, signal, {"equipment": given["equipment"], "name": one["name"], "unit": one["unit"]})


def _keep(connection: Connection, entry: Entry, weight: Mapping[str, str], quality: str) -> None:
    """Not of what a bridge says beyond its revocation: that stands in the log, flagged, and nobody may take it."""
    if "device_revoked" in entry.flags:
        return
    given = entry.payload
    values = {
        "id": entry.id,
        "idx": entry.index,
        "device": entry.header.device,
        "quality": quality,
        "value": weight["value"],
        "unit": weight["unit"],
        "captured_at": entry.header.captured_at,
        **{name: given[name] for name in ("balance", "model", "serial", "raw")},
    }
    transaction.insert(connection, _add_reading, values)
