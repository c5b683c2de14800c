"""The table of alarms, and how entries fill it."""

from collections.abc import Mapping

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, insert, update

from server.core.db import records
from server.core.kinds import Entry, Project
from server.equipment.alarms import model

alarm = Table(
    "equipment_alarm",
    records,
    Column("id", Text, primary_key=True),
    Column("idx", Integer, nullable=False),
    Column("equipment", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("device", Text, nullable=False),
    # Of one that was raised on a tablet: in the work of which batch and phase.
    Column("batch", Text),
    Column("phase", Text),
    Column("cleared_at", Text),
    Column("cleared_by", Text),
    Column("reason", Text),
    Index("equipment_alarm_at", "equipment", "at"),
)


def keep(connection: Connection, entry: Entry) -> None:
    """One that corrects another stands beside it: nothing ends an alarm but that somebody clears it."""
    given, header = entry.payload, entry.header
    said = {name: given[name] for name in ("equipment", "what", "severity")}
    where = {name: given.get(name) for name in ("batch", "phase")}
    who = {"at": header.captured_at, "by": entry.actor, "device": header.device}
    source = given.get("source", model.MANUAL)
    connection.execute(insert(alarm).values(id=entry.id, idx=entry.index, source=source, **said, **where, **who))


def clear(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    values = {"cleared_at": entry.header.captured_at, "cleared_by": entry.actor, "reason": given["reason"]}
    connection.execute(update(alarm).where(alarm.c.id == given["alarm"]).values(values))


LISTENERS: Mapping[str, Project] = {model.BATCH_RAISED: keep}
