"""The tables of what was said of equipment, of its use and of its hold times, and how entries fill them."""

from collections.abc import Mapping

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, bindparam, delete, insert, select, update

from server.core import db
from server.core.db import records
from server.core.kinds import Entry, Project
from server.equipment.status import model
from sync.log import transaction
from sync.log.prepared import Prepared

fact = Table(
    "equipment_fact",
    records,
    Column("id", Text, primary_key=True),
    Column("idx", Integer, nullable=False),
    Column("equipment", Text, nullable=False),
    # "cleaned", or the status that was set.
    Column("what", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    # Of a cleaning: which procedure, minor or major, after which batch.
    Column("procedure", Text),
    Column("cleaning", Text),
    Column("batch", Text),
    Column("text", Text),
    Column("flags", Text, nullable=False),
    # Of a cleaning: who else looked at it, and when; of one from before that was asked, at once.
    Column("checked_at", Text),
    Column("checked_by", Text),
    Index("equipment_fact_at", "equipment", "at"),
)
use = Table(
    "equipment_use",
    records,
    Column("id", Text, primary_key=True),
    Column("idx", Integer, nullable=False),
    Column("equipment", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("left_at", Text),
    Index("equipment_use_at", "equipment", "at"),
    Index("equipment_use_phase", "batch", "phase"),
)
# When phases ended: a piece may be told of afterwards.
phase_end = Table(
    "equipment_phase_end",
    records,
    Column("batch", Text, primary_key=True),
    Column("phase", Text, primary_key=True),
    Column("at", Text, nullable=False),
)
# What a device types in from paper of a phase just now, and when that was done.
typed_in = Table(
    "equipment_typed_in",
    records,
    Column("batch", Text, primary_key=True),
    Column("phase", Text, primary_key=True),
    Column("device", Text, primary_key=True),
    Column("done_from", Text, nullable=False),
    Column("done_to", Text, nullable=False),
)
holds = Table(
    "equipment_holds",
    records,
    Column("scope", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("dirty_hours", Integer),
    Column("clean_hours", Integer),
    Column("reason", Text, nullable=False),
)
# Every phase of every batch ends once.
_end_of = Prepared(
    select(phase_end.c.at).where(phase_end.c.batch == bindparam("batch"), phase_end.c.phase == bindparam("phase"))
)

_PLACE = ("batch", "phase", "device")
# What is done with machines is told a few times in a phase.
_on_paper = Prepared(
    select(typed_in.c.done_from, typed_in.c.done_to).where(*(typed_in.c[name] == bindparam(name) for name in _PLACE))
)


def keep_status(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    _keep(connection, entry, {"what": given["status"], "text": given["reason"]})


def keep_cleaning(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    said = {name: given[name] for name in ("procedure", "batch")}
    said["checked_at"] = entry.header.captured_at if entry.kind == model.CLEANED_V1 else None
    _keep(connection, entry, {"what": "cleaned", "cleaning": given["kind"], "text": given["comment"], **said})


def _keep(connection: Connection, entry: Entry, values: Mapping[str, str | None]) -> None:
    told = {"id": entry.id, "idx": entry.index, "equipment": entry.payload["equipment"]}
    when = {"at": entry.header.captured_at, "by": entry.actor, "flags": " ".join(entry.flags)}
    connection.execute(insert(fact).values(**told, **when, **values))


def keep_cleaning_of_batch(connection: Connection, entry: Entry) -> None:
    """On a tablet; a correction takes the place of what it corrects, and waits for its own check."""
    corrects = entry.header.corrects
    if corrects is not None and "correction_unknown" not in entry.flags:
        connection.execute(delete(fact).where(fact.c.id == corrects, fact.c.what == "cleaned"))
    keep_cleaning(connection, entry)


def check_cleaning(connection: Connection, entry: Entry) -> None:
    """The first who looked at it stands; a check with something wrong is none."""
    if not model.WORTHLESS.isdisjoint(entry.flags):
        return
    here = (fact.c.id == entry.payload["cleaning"]) & fact.c.checked_at.is_(None)
    values = {"checked_at": entry.header.captured_at, "checked_by": entry.actor}
    connection.execute(update(fact).where(here).values(values))


def set_holds(connection: Connection, entry: Entry) -> None:
    what, name = model.scope(entry.payload)
    hours = {field: entry.payload[field] for field in ("dirty_hours", "clean_hours", "reason")}
    db.put(connection, holds, {"scope": what, "name": name, **hours})


def begin(connection: Connection, entry: Entry) -> None:
    """A piece was identified for a phase; a correction names another one in its place."""
    given, header = entry.payload, entry.header
    if header.corrects is not None and "correction_unknown" not in entry.flags:
        connection.execute(delete(use).where(use.c.id == header.corrects))
    found = transaction.first(connection, _end_of, {"batch": given["batch"], "phase": given["phase"]})
    values = {name: given[name] for name in ("equipment", "batch", "phase")}
    about = {"id": entry.id, "idx": entry.index, "at": _done(connection, entry)[0], "by": entry.actor}
    connection.execute(insert(use).values(**values, **about, left_at=None if found is None else found[0]))


def end(connection: Connection, entry: Entry) -> None:
    """A phase has ended, and with it the use of what it was done with: with the first that said so."""
    given, at = entry.payload, _done(connection, entry)[1]
    key = {"batch": given["batch"], "phase": given["phase"]}
    found = transaction.first(connection, _end_of, key)
    if found is not None and found[0] <= at:
        return
    db.put(connection, phase_end, {**key, "at": at})
    here = (use.c.batch == given["batch"]) & (use.c.phase == given["phase"])
    connection.execute(update(use).where(here).values(left_at=at))


def begin_paper(connection: Connection, entry: Entry) -> None:
    """From here on what this device records of the phase was done on paper, and counts as of then (PRD-14)."""
    times = {name: entry.payload[name] for name in ("done_from", "done_to")}
    db.put(connection, typed_in, _place(entry) | times)


def end_paper(connection: Connection, entry: Entry) -> None:
    here = [typed_in.c[name] == value for name, value in _place(entry).items()]
    connection.execute(delete(typed_in).where(*here))


def _done(connection: Connection, entry: Entry) -> tuple[str, str]:
    """From when to when it was done: on paper, or as it was captured."""
    found = transaction.first(connection, _on_paper, _place(entry))
    return (found[0], found[1]) if found is not None else (entry.header.captured_at, entry.header.captured_at)


def _place(entry: Entry) -> dict[str, str]:
    return {"batch": entry.payload["batch"], "phase": entry.payload["phase"], "device": entry.header.device}


LISTENERS: Mapping[str, Project] = {
    "production.equipment_identified.v1": begin,
    model.BATCH_CLEANED: keep_cleaning_of_batch,
    model.BATCH_CHECKED: check_cleaning,
    "production.phase_completed.v1": end,
    "production.phase_aborted.v1": end,
    "production.phase_skipped.v1": end,
    "production.paper_begun.v1": begin_paper,
    "production.paper_ended.v1": end_paper,
}
